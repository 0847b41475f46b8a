package lifetimes

import "sync"

// SaveNaive saves a note and tells its readers once it is saved.
func SaveNaive(save func() error, mail func()) error {
	saved := make(chan struct{})
	go func() {
		<-saved
		mail()
	}()
	if err := save(); err != nil {
		return err
	}
	close(saved)
	return nil
}

// Save starts the goroutine when there is something to do. The shutdown
// of the service waits for background.
func Save(
	background *sync.WaitGroup, save func() error, mail func(),
) error {
	if err := save(); err != nil {
		return err
	}
	background.Go(mail)
	return nil
}

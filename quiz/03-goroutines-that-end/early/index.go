package early

import "errors"

// IndexAll hands each title to one of four goroutines.
func IndexAll(titles []string, index func(<-chan string)) error {
	if len(titles) == 0 {
		return errors.New("no titles")
	}
	queue := make(chan string)
	for range 4 {
		go index(queue) // ranges over queue
	}
	for _, title := range titles {
		if title == "" {
			close(queue)
			return errors.New("an empty title")
		} else if len(title) > 80 {
			return errors.New("a long title")
		}
		queue <- title
	}
	close(queue)
	return nil
}

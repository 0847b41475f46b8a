// Package early indexes notes with four goroutines.
package early

import "errors"

// IndexAll hands each title to one of the four.
func IndexAll(titles []string, index func(string)) error {
	queue := make(chan string)
	for range 4 {
		go func() {
			for title := range queue {
				index(title)
			}
		}()
	}
	for _, title := range titles {
		if title == "" {
			return errors.New("a note without a title")
		}
		queue <- title
	}
	close(queue)
	return nil
}

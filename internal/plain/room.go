package plain

import "context"

// inRoom has what is recorded sent to the room that the learner is in, until the returned function is called. Whether the board
// answers makes no difference to anything else.
func (s *Session) inRoom(ctx context.Context) (stop func()) {
	if s.wb.Room == nil {
		return func() {}
	}
	sending, cancel := context.WithCancel(ctx)
	news, done := make(chan string, 1), make(chan struct{})
	s.news = news
	go func() {
		defer close(done)
		s.wb.Room.Run(sending, func(line string) {
			select {
			case <-news: // nobody has heard it yet, and it is old
			default:
			}
			news <- line
		})
	}()
	return func() {
		cancel()
		<-done
	}
}

// heardNews tells how it stands with the room: once that something waits, and once that it was sent.
func (s *Session) heardNews(line string) {
	switch {
	case line != "" && !s.waits:
		s.note(line + ".")
	case line == "" && s.waits:
		s.note("Room: everything was sent.")
	}
	s.waits = line != ""
}

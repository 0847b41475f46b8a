package main

import (
	"net/http"
	"time"
)

// stream sends each new view until the page goes, does not take one in time, or
// shows a secret that has ended.
func (s *server) stream(w http.ResponseWriter, r *http.Request) error {
	if s.streams.Add(1) > maxStreams {
		s.streams.Add(-1)
		return slowDown{time.Minute}
	}
	defer s.streams.Add(-1)
	control := http.NewResponseController(w)
	send := func(b []byte) bool {
		if control.SetWriteDeadline(time.Now().Add(writeTime)) != nil {
			return false
		}
		if _, err := w.Write(b); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	shown := s.live.now().secret
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must pass each view on
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		view, next := s.live.hub.newest()
		if s.live.now().secret != shown || !send(view) {
			return nil // the page has gone, or must
		}
		for waiting := true; waiting; {
			select {
			case <-next:
				waiting = false
			case <-beat.C:
				if !send([]byte(":\n\n")) {
					return nil
				}
			case <-r.Context().Done():
				return nil
			case <-s.draining:
				return nil
			}
		}
	}
}

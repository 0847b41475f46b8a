package closing

// Handle is open until it is closed.
type Handle struct{ open bool }

// Leak forgets its handle.
func Leak() *Handle {
	return &Handle{open: true}
}

// Closed gives its handle back.
func Closed() (h *Handle) {
	h = &Handle{open: true}
	defer func() { h.open = false }()
	return h
}

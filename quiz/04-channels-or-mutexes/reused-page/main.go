package main

import "fmt"

type Note struct{ Title string }

func main() {
	notes := make(chan *Note, 3)
	var n Note
	for _, title := range []string{"a", "b"} {
		n.Title = title
		notes <- &n
	}
	last := n
	notes <- &last
	n.Title = "c"
	close(notes)
	for note := range notes {
		fmt.Println(note.Title)
	}
}

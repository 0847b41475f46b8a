package main

import "fmt"

type Note struct{ Title string }

func main() {
	notes := make(chan *Note, 2)
	var n Note
	n.Title = "a"
	notes <- &n
	n.Title = "b"
	last := n
	notes <- &last
	n.Title = "c"
	close(notes)
	for note := range notes {
		fmt.Println(note.Title)
	}
}

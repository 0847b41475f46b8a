package main

import (
	"context"
	"fmt"
	"time"
)

func main() {
	bg := context.Background()
	page, stopPage := context.WithTimeout(bg, time.Hour)
	defer stopPage()
	note, stopNote := context.WithCancel(page)
	tags, stopTags := context.WithCancel(page)
	defer stopTags()

	stopNote()
	links, stopLinks := context.WithTimeout(note, time.Hour)
	defer stopLinks()

	fmt.Println("tags", tags.Err())
	fmt.Println("links", links.Err())
}

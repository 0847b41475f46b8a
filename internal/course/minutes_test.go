package course

import "testing"

func TestMinutesCountWhatIsRead(t *testing.T) {
	l := &Lesson{Sections: []*Section{{Blocks: []Block{
		{Kind: Prose, Text: "one two three four five\n```text\na\nb\n```\nsix seven eight nine ten"}, // 3 s and 8 s
		{Kind: Code, Text: "a\nb\nc\n"},                // 12 s
		{Kind: Picture, Text: "+--+\n|  |\n+--+"},      // 15 s
		{Kind: Checkpoint},                             // 45 s
		{Kind: Task, Text: "one two three four five"},  // 1.5 s
		{Kind: Proof, Source: "never\nread\nat\nonce"}, // nothing
		{Kind: Run, Text: "never read at once"},        // nothing
	}}}}
	if got := minutes(l); got != 2 {
		t.Errorf("%d minutes, want 2 for 84 seconds", got)
	}
	l.Sections[0].Blocks = l.Sections[0].Blocks[:3] // 38 s
	if got := minutes(l); got != 1 {
		t.Errorf("%d minutes, want 1 for 38 seconds", got)
	}
}

package course

import (
	"testing"

	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// BenchmarkLoad is what each start of the program waits for.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS}); err != nil {
			b.Fatal(err)
		}
	}
}

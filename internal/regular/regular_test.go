package regular

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestTheLimitIsTheLastByteThatIsRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notes.go")
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if content, err := Read(name, 5); err != nil || string(content) != "12345" {
		t.Errorf("%q, %v", content, err)
	}
	if content, err := Read(name, 4); !errors.Is(err, ErrTooLarge) || content != nil {
		t.Errorf("one byte too many: %q, %v", content, err)
	}
}

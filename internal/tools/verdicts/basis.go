package verdicts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Basis is what all verdicts of one run of the corpus have in common.
type Basis struct {
	Settings map[string]string // of the go command
	Compiler string            // what the C compiler says of itself
	Sources  map[string]string // hashes of go.mod, go.sum and the Go files that decide a verdict, by path
}

// settings are those of the go command's that reach a graded run.
var settings = []string{
	"GOVERSION", "GOOS", "GOARCH", "CC", "CXX", "AR", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS",
}

// Look finds the basis of verdicts that the tests of a package come to, in the
// module in root: every package of the module that these tests are built from
// can change one.
func Look(ctx context.Context, root, pkg string) (Basis, error) {
	b := Basis{Sources: map[string]string{}}
	out, err := command(ctx, root, "go", append([]string{"env", "-json"}, settings...)...)
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(out, &b.Settings); err != nil {
		return b, fmt.Errorf("go env -json: %w", err)
	}
	if cc := strings.Fields(b.Settings["CC"]); len(cc) > 0 {
		// Without a compiler nothing is graded, so nothing is remembered.
		said, err := command(ctx, root, cc[0], "--version")
		if err != nil {
			return b, err
		}
		b.Compiler = string(said)
	}
	// The main package of a test is written by the go command.
	const files = `{{with .Module}}{{if and .Main (ne $.Name "main")}}{{range $.GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`
	if out, err = command(ctx, root, "go", "list", "-deps", "-test", "-f", files, pkg); err != nil {
		return b, err
	}
	built, err := builtAt()
	if err != nil {
		return b, err
	}
	sources := append(strings.Split(strings.TrimSpace(string(out)), "\n"), filepath.Join(root, "go.mod"), filepath.Join(root, "go.sum"))
	for _, name := range sources {
		info, err := os.Stat(name)
		if err != nil {
			return b, err
		}
		if info.ModTime().After(built) {
			return b, fmt.Errorf("%s was changed after this program was built: what it decides now is not what the file says", name)
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return b, err
		}
		if name, err = within(root, name); err != nil {
			return b, err
		}
		b.Sources[name] = fmt.Sprintf("%x", sha256.Sum256(source))
	}
	return b, nil
}

// builtAt is when the running program was built.
func builtAt() (time.Time, error) {
	program, err := os.Executable()
	if err != nil {
		return time.Time{}, err
	}
	info, err := os.Stat(program)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// within is the path of a file below root, so that every clone has the same.
func within(root, name string) (string, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	if name, err = filepath.Abs(name); err != nil {
		return "", err
	}
	name, err = filepath.Rel(root, name)
	return filepath.ToSlash(name), err
}

func command(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return out, nil
}

// Key names the verdict on some files: what is required of it, and every file
// that is compiled for it, by path. Whatever differs makes another key.
func (b Basis) Key(required string, files ...map[string][]byte) string {
	hash := sha256.New()
	basis, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings, and maps of them
	}
	fmt.Fprintf(hash, "%s\n%q\n", basis, required)
	for _, of := range files {
		fmt.Fprintln(hash, len(of))
		for _, name := range slices.Sorted(maps.Keys(of)) {
			fmt.Fprintf(hash, "%q %d\n", name, len(of[name]))
			hash.Write(of[name])
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}

package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func written(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "settings.toml")
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWithoutAFileEverythingIsByDefault(t *testing.T) {
	s, err := Load(filepath.Join(t.TempDir(), "none.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Get("theme") != "auto" || s.Get("motion") != "on" || s.Get("editor") != "" || s.Chosen("theme") {
		t.Errorf("theme %q, motion %q, editor %q", s.Get("theme"), s.Get("motion"), s.Get("editor"))
	}
}

func TestWhatIsWrongIsNamedAndTheRestCounts(t *testing.T) {
	for name, c := range map[string]struct{ content, theme, wants string }{
		"a value that does not exist":   {"theme = \"pink\"\nmotion = \"off\"\n", "auto", `theme cannot be "pink": it can be auto, dark, light, contrast, none`},
		"a setting that does not exist": {"colour = \"light\"\ntheme = \"light\"\n", "light", `there is no setting "colour": there are theme, `},
		"a value of another type":       {"theme = 7\n", "auto", `theme cannot be "7"`},
		"no TOML":                       {"theme = light\n", "auto", "settings.toml:1 is not TOML"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Load(written(t, c.content))
			if err == nil || !strings.Contains(err.Error(), c.wants) {
				t.Errorf("error %v, want %q in it", err, c.wants)
			}
			if s.Get("theme") != c.theme {
				t.Errorf("theme %q, want %q", s.Get("theme"), c.theme)
			}
		})
	}
}

func TestAFolderIsNoFileOfSettings(t *testing.T) {
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no file of settings") {
		t.Errorf("error %v", err)
	}
}

func TestAChoiceIsKeptBesideTheOthers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "settings.toml")
	for _, c := range [][2]string{{"theme", "light"}, {"editor", "code --wait"}, {"theme", "contrast"}, {"motion", "off"}, {"motion", ""}} {
		s, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.With(c[0], c[1]).Save(file); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(file)
	if err != nil || s.Get("theme") != "contrast" || s.Get("editor") != "code --wait" || s.Chosen("motion") {
		t.Errorf("%v: theme %q, editor %q, motion chosen %v", err, s.Get("theme"), s.Get("editor"), s.Chosen("motion"))
	}
}

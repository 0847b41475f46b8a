package layered

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each endpoint works; together they speak three dialects.
func TestTheGrownAPIHasOneDialectPerEndpoint(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, db := database(t)
		h := (&Grown{RawSQL{db}, &Everything{db}}).Routes()
		mustSay(t, transcript(h, 27,
			"/getNote?id=7", "/getNote?id=8", "/notes/8/title",
			"/notes/7/tags?sort=name", "/notes/8/tags?sort=name"))
		time.Sleep(time.Second) // the goroutines on the side end
	})
}

// The same questions, one dialect.
func TestTheCleanAPIHasOneDialect(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, db := database(t)
		h := NewAPI(SQLStore{db}, quiet).Routes()
		mustSay(t, transcript(h, 13, "/notes/7", "/notes/8", "/notes/7/tags", "/notes/8/tags"))
	})
}

// Whatever a store says, the answer is JSON with a code, and the same
// failure has the same one at every endpoint.
func TestAFailureIsTheSameEverywhere(t *testing.T) {
	for want, err := range map[string]error{
		`404 {"error":{"code":"not_found"}}`: ErrNotFound,
		`504 {"error":{"code":"timeout"}}`:   context.DeadlineExceeded,
		`499 {"error":{"code":"canceled"}}`:  context.Canceled,
		`500 {"error":{"code":"internal"}}`:  errors.New("kv: connection refused"),
	} {
		h := NewAPI(failing{err}, quiet).Routes()
		for _, path := range []string{"/notes/7", "/notes/7/tags"} {
			if got := transcript(h, 0, path); got != "GET "+path+" "+want+"\n" {
				t.Errorf("%v: %s, want %s", err, got, want)
			}
		}
	}
}

// failing is a store that always says the same.
type failing struct{ err error }

func (f failing) Find(context.Context, string) (Note, error)     { return Note{}, f.err }
func (f failing) Tags(context.Context, string) ([]string, error) { return nil, f.err }
func (f failing) Visit(context.Context, string) error            { return f.err }

func TestANilSliceIsSentAsNull(t *testing.T) {
	var none []string
	for want, v := range map[string]any{
		`null`:               none,
		`{"tags":null}`:      tagsBody{none},
		`{"tags":[]}`:        newTagsBody(none),
		`{"tags":["later"]}`: newTagsBody([]string{"later"}),
		`[]`:                 []string{},
		`{}`: struct {
			Tags []string `json:"tags,omitempty"`
		}{[]string{}},
	} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%#v is %s (%v), want %s", v, got, err, want)
		}
	}
}

// What stands after order by is the client's: it names columns, and more.
func TestTheClientWritesPartOfTheStatement(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		server, db := database(t)
		mux := http.NewServeMux()
		mux.HandleFunc("GET /notes/{id}/tags", (&Everything{db}).Tags)
		mustSay(t, transcript(mux, 0, "/notes/9/tags?sort=colour"))
		transcript(mux, 0, "/notes/9/tags?sort=(select+secret+from+users)")
		want := "select name from tags where note = $1 order by (select secret from users)"
		if !slices.Contains(server.Statements(), want) {
			t.Errorf("the server was asked %q, want %q among it", server.Statements(), want)
		}
	})
}

// A hundred requests, no visit: the request's context ends with the
// handler, and the statement on the side is not done by then.
func TestVisitsOnTheSideAreLost(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		server, db := database(t)
		mux := http.NewServeMux()
		mux.HandleFunc("GET /notes/{id}/tags", (&Everything{db}).Tags)
		askServer(t, mux, "/notes/9/tags?sort=name", 100)
		if n := server.Visits(); n != 0 {
			t.Errorf("%d visits recorded, want none", n)
		}
	})
}

// Without a server nothing ends the request's context, so the same handler
// passes a test with a recorder.
func TestARecorderLosesNoVisit(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		server, db := database(t)
		mux := http.NewServeMux()
		mux.HandleFunc("GET /notes/{id}/tags", (&Everything{db}).Tags)
		transcript(mux, 0, "/notes/9/tags?sort=name", "/notes/7/tags?sort=name")
		time.Sleep(time.Second) // the goroutines on the side end
		if n := server.Visits(); n != 2 {
			t.Errorf("%d visits recorded, want 2", n)
		}
	})
}

// The same hundred, through the service.
func TestVisitsInTheServiceArrive(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		server, db := database(t)
		askServer(t, NewAPI(SQLStore{db}, quiet).Routes(), "/notes/9", 100)
		if n := server.Visits(); n != 100 {
			t.Errorf("%d visits recorded, want 100", n)
		}
	})
}

// A visit that cannot be recorded doesn't cost the note, and is in the log.
func TestALostVisitDoesNotCostTheNote(t *testing.T) {
	var log strings.Builder
	h := NewAPI(visitless{}, slog.New(slog.NewTextHandler(&log, nil))).Routes()
	if got, want := transcript(h, 0, "/notes/7"), "GET /notes/7 200 {\"id\":\"7\",\"title\":\"Buy milk\"}\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !strings.Contains(log.String(), "visit not recorded") || !strings.Contains(log.String(), "disk full") {
		t.Errorf("the log says %q, want the failed visit and why", log.String())
	}
}

type visitless struct{ failing }

func (visitless) Find(context.Context, string) (Note, error) { return Note{"7", "Buy milk"}, nil }
func (visitless) Visit(context.Context, string) error        { return errors.New("disk full") }

// The interface hides the type of the store, and not its words.
func TestAnotherStoreTurnsThe404IntoA500(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, db := database(t)
		for want, store := range map[string]Finder{
			"GET /notes/8 404 {\"error\":{\"code\":\"not_found\"}}\n": RawSQL{db},
			"GET /notes/8 500 {\"error\":{\"code\":\"internal\"}}\n":  RawKV{keyValue()},
		} {
			h := routed((&KnowingAPI{store}).Note)
			if got := transcript(h, 0, "/notes/8"); got != want {
				t.Errorf("%T: %s, want %s", store, got, want)
			}
		}
	})
}

// From the outside all stores behind the API look the same.
func TestEveryStoreGivesTheSameAnswers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, db := database(t)
		var first string
		for _, store := range []Store{SQLStore{db}, KVStore{keyValue()}, fake{}} {
			got := transcript(NewAPI(store, quiet).Routes(), 0, "/notes/7",
				"/notes/8", "/notes/7/tags", "/notes/8/tags", "/notes/9/tags")
			if first == "" {
				first = got
			}
			if got != first || !strings.Contains(got, `{"tags":["family","later"]}`) {
				t.Errorf("over %T:\n%s\nwant:\n%s", store, got, first)
			}
		}
	})
}

// A fake is a store without anything behind it.
type fake struct{}

func (fake) Find(_ context.Context, id string) (Note, error) {
	if title, ok := map[string]string{"7": "Buy milk", "9": "Call home"}[id]; ok {
		return Note{id, title}, nil
	}
	return Note{}, ErrNotFound
}

func (fake) Tags(_ context.Context, id string) ([]string, error) {
	return map[string][]string{"9": {"family", "later"}}[id], nil
}

func (fake) Visit(context.Context, string) error { return nil }

// The driver's errors do not get through the border of the store: neither
// the one for "nothing" nor any other. The context's do.
func TestTheStoreKeepsItsWordsToItself(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		server, db := database(t)
		kv := keyValue()
		for _, store := range []Store{SQLStore{db}, KVStore{kv}} {
			_, err := store.Find(t.Context(), "8")
			if !errors.Is(err, ErrNotFound) || errors.Is(err, sql.ErrNoRows) || errors.Is(err, ErrNoKey) {
				t.Errorf("%T: %v, want %v alone", store, err, ErrNotFound)
			}
			gone, leave := context.WithCancel(t.Context())
			leave()
			if _, err := store.Find(gone, "7"); !errors.Is(err, context.Canceled) {
				t.Errorf("%T: %v, want %v", store, err, context.Canceled)
			}
		}
		down := errors.New("connection refused")
		server.down, kv.down = down, down
		for _, store := range []Store{SQLStore{db}, KVStore{kv}} {
			_, find := store.Find(t.Context(), "7")
			_, tags := store.Tags(t.Context(), "9")
			visit := store.Visit(t.Context(), "7")
			for _, err := range []error{find, tags, visit} {
				if err == nil || err.Error() != down.Error() || errors.Is(err, down) {
					t.Errorf("%T: %v, want the text of %q and not the error", store, err, down)
				}
			}
		}
	})
}

// Which file may know what. Between packages the words of a layer are its
// imports. Between files of one package they are the names it uses: each
// file may use its own and those of the files named here.
func TestEachLayerKeepsToItsOwnWords(t *testing.T) {
	for layer, may := range map[string]struct{ imports, use []string }{
		"note.go":    {},
		"service.go": {use: []string{"note.go"}},
		"stores.go":  {imports: []string{"database/sql"}, use: []string{"note.go"}},
		"api.go":     {imports: []string{"net/http"}, use: []string{"note.go", "service.go"}},
	} {
		file := parse(t, layer)
		var foreign []string
		for _, i := range file.Imports {
			for _, word := range []string{"net/http", "database/sql"} {
				if i.Path.Value == `"`+word+`"` && !slices.Contains(may.imports, word) {
					t.Errorf("%s imports %s", layer, word)
				}
			}
		}
		for _, other := range []string{"note.go", "service.go", "stores.go", "api.go"} {
			if other != layer && !slices.Contains(may.use, other) {
				foreign = append(foreign, declared(parse(t, other))...)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && slices.Contains(foreign, id.Name) {
				t.Errorf("%s knows %s", layer, id.Name)
			}
			return true
		})
	}
}

func parse(t *testing.T, name string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Clean(name), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// declared lists the names of a file that others can use, methods aside.
func declared(file *ast.File) (names []string) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						names = append(names, id.Name)
					}
				}
			}
		}
	}
	return names
}

// A layer can be asked without the ones around it: the rule about tags
// needs neither HTTP nor a database. The fake has no tags for note 7 and
// none for note 8, which is not there; only the service tells them apart.
func TestTheRuleAboutTagsNeedsNoHTTP(t *testing.T) {
	s := &Service{fake{}, quiet}
	if tags, err := s.Tags(t.Context(), "7"); err != nil || len(tags) != 0 {
		t.Errorf("%q, %v, want no tags", tags, err)
	}
	if tags, err := s.Tags(t.Context(), "8"); !errors.Is(err, ErrNotFound) || tags != nil {
		t.Errorf("%q, %v, want %v", tags, err, ErrNotFound)
	}
}

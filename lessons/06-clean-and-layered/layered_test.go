package layered

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each endpoint is fine by itself; together they are four dialects.
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

// Whatever fails, and wherever, the answer is JSON with a code, and the
// same failure has the same one at every endpoint.
func TestAFailureIsTheSameEverywhere(t *testing.T) {
	for want, err := range map[string]error{
		`404 {"error":{"code":"not_found"}}`: ErrNotFound,
		`504 {"error":{"code":"timeout"}}`:   context.DeadlineExceeded,
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

// A visit that cannot be recorded costs nobody the note.
func TestALostVisitDoesNotCostTheNote(t *testing.T) {
	h := NewAPI(visitless{}, quiet).Routes()
	if got, want := transcript(h, 0, "/notes/7"), "GET /notes/7 200 {\"id\":\"7\",\"title\":\"Buy milk\"}\n"; got != want {
		t.Errorf("%s, want %s", got, want)
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

// From the outside nobody can tell which store is behind the API.
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

// The driver's error does not get through the border of the store.
func TestTheStoreKeepsItsWordsToItself(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, db := database(t)
		for _, store := range []Store{SQLStore{db}, KVStore{keyValue()}} {
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
	})
}

// Which file may know what: the words of a layer are its imports.
func TestEachLayerImportsItsOwnWords(t *testing.T) {
	for word, only := range map[string][]string{
		"net/http":     {"api.go"},
		"database/sql": {"stores.go"},
	} {
		for _, name := range []string{"note.go", "service.go", "api.go", "stores.go"} {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Clean(name), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range file.Imports {
				if i.Path.Value == `"`+word+`"` && !slices.Contains(only, name) {
					t.Errorf("%s imports %s", name, word)
				}
			}
		}
	}
}

// A layer can be asked without the ones around it: the rule about tags
// needs neither HTTP nor a database.
func TestTheRuleAboutTagsNeedsNoHTTP(t *testing.T) {
	s := &Service{failing{ErrNotFound}, quiet}
	if tags, err := s.Tags(t.Context(), "8"); !errors.Is(err, ErrNotFound) || tags != nil {
		t.Errorf("%q, %v, want %v", tags, err, ErrNotFound)
	}
}

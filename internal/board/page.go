package main

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"rsc.io/qr"

	"example.com/leakproof/internal/team/room"
)

// The page needs nothing but its own origin. There is no inline script or style, so a name that got past the escaping could
// still run nothing.
const contentSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed page
var pageSources embed.FS

var pages = template.Must(template.ParseFS(pageSources, "page/*.html"))

// pageFiles serves the style sheet, the script and the icon at /page/.
func pageFiles() http.Handler {
	files, err := fs.Sub(pageSources, "page")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	serve := http.StripPrefix("/page/", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page/page.css", "/page/page.js", "/page/icon.svg":
			pageHeaders(w.Header())
			w.Header().Set("Cache-Control", "no-cache") // another version of the board serves other files
			serve.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// pageHeaders are what a browser shows has besides those of every response.
func pageHeaders(h http.Header) { h.Set("Content-Security-Policy", contentSecurity) }

// home is the room for the facilitator, and for everybody else the door.
func (s *server) home(w http.ResponseWriter, r *http.Request) error {
	if csrf := s.session(r); csrf != "" {
		return writeRoom(w, s.live.view(), s.address, csrf)
	}
	return s.door(w, http.StatusOK, "")
}

func (s *server) door(w http.ResponseWriter, status int, problem string) error {
	return writeDoor(w, status, s.live.now().name, s.address, problem)
}

// enter is [server.login] for the form of the door: what was wrong, it says there to a browser.
func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	err := s.login(w, r)
	if err == nil || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return err
	}
	p, wait := problemOf(err)
	if p.Status >= 500 {
		return err
	}
	if wait > 0 {
		w.Header().Set("Retry-After", retryAfter(wait))
	}
	return s.door(w, p.Status, p.Message)
}

// joinPicture is the QR code.
func (s *server) joinPicture(w http.ResponseWriter, _ *http.Request) error {
	return writeQR(w, s.address, s.live.joinCode().Code)
}

// writeRoom shows the room to the facilitator. Address is what `leakproof join` takes; csrf is the token that the page's
// script shows when it changes something.
func writeRoom(w http.ResponseWriter, v room.View, address, csrf string) error {
	return writePage(w, http.StatusOK, "room.html", newRoomPage(v, address, csrf))
}

// writeDoor shows how to join, and the form that asks for the facilitator's secret. Problem says why the last one was not
// taken; it may be "".
func writeDoor(w http.ResponseWriter, status int, roomName, address, problem string) error {
	return writePage(w, status, "login.html", struct{ Room, JoinLine, Problem string }{roomName, room.JoinLine(address, ""), problem})
}

// writePage sends a page whole or, if it cannot be made, not at all.
func writePage(w http.ResponseWriter, status int, name string, data any) error {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		return err
	}
	pageHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(page.Len()))
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // on an error, the browser has gone
	return nil
}

// writeQR draws the address of the page that shows how to join, with the code in its fragment: that part of an address stays in
// the browser.
func writeQR(w http.ResponseWriter, address, code string) error {
	drawn, err := qrSVG(address + "#" + code)
	if err != nil {
		return err
	}
	pageHeaders(w.Header())
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(drawn) // on an error, the browser has gone
	return nil
}

// qrSVG draws text as dark squares on a light ground with the quiet zone of four that readers need, whatever the page's colours.
func qrSVG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	const quiet = 4
	side := strconv.Itoa(code.Size + 2*quiet)
	var out bytes.Buffer
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + side + ` ` + side + `" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path fill="#000" d="`)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				out.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h1v1h-1z")
			}
		}
	}
	out.WriteString(`"/></svg>`)
	return out.Bytes(), nil
}

// markdown renders the text of a step. Raw HTML in it is left out, and so are links that would run something.
func markdown(text string) template.HTML {
	var out bytes.Buffer
	if err := goldmark.Convert([]byte(text), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return template.HTML(out.String())
}

// stamp is a time for the attribute datetime, from which the script goes on counting.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}

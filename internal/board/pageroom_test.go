package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.com/leakproof/internal/team/relay/direct"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

// TestBoardInABrowser uses a board as a facilitator does.
func TestBoardInABrowser(t *testing.T) {
	b := newBrowser(t)
	// By itself: the address has to be free when the board starts again.
	t.Run("restart", func(t *testing.T) { testRestart(t, b) })
	b.each(t, map[string]func(*testing.T, browser){
		"join and save":  testJoinAndSave,
		"wrong secret":   testWrongSecret,
		"another origin": testAnotherOrigin,
	})
}

// signIn opens the page as the facilitator, by the keyboard.
func (w *tab) signIn(b *board) {
	w.Helper()
	w.do(chromedp.Navigate(b.url), chromedp.SendKeys(chromedp.CSS("#secret"), b.secret+kb.Enter))
	w.live()
}

func testJoinAndSave(t *testing.T, b browser) {
	board := boardOnSQLite(t, "--room", "Friday")
	w := b.open(t, 1280, 800)
	w.signIn(board)
	if text := w.text("main"); !strings.Contains(text, "Nobody is here yet.") || !strings.Contains(text, "leakproof join "+board.url+" "+board.code) {
		t.Errorf("an empty room says\n%s", text)
	}
	if is[bool](w, `document.cookie !== "" || location.search !== "" || document.documentElement.outerHTML.includes(`+fmt.Sprintf("%q", board.secret)+`)`) {
		t.Error("a script can read the cookie, or the secret is on the page")
	}
	w.do(chromedp.Evaluate[chromedp.Void](`{ window.loadedOnce = true; }`))

	heron, jo := board.join("Quiet Heron"), board.join("Jo")
	w.await(`document.querySelectorAll(".people tbody tr").length === 2 && document.querySelector(".facts").innerText.startsWith("2 people")`)
	want[room.Taken](t, board.send(heron.Token, verdict(1, "03-map-race", "fail", "reads")), 200)
	w.await(`document.querySelector("#stuck-list .count").innerText.replace(/\s+/g, " ") === "1 of 2 people"`)
	for _, say := range []string{"Say: It is not.", "They may believe: People say reads.", "03-map-race, for less than a minute", "Test_reads"} {
		if text := strings.Join(strings.Fields(w.text("#stuck-list")), " "); !strings.Contains(text, say) {
			t.Errorf("where the room is stuck lacks %q: %s", say, text)
		}
	}
	want[room.Taken](t, board.send(jo.Token, verdict(1, "03-map-race", "fail", "reads")), 200)
	w.await(`document.querySelector("#stuck-list .count b").textContent === "2" && document.querySelector("#stuck-list .hatched").getAttribute("width") === "100.0%"`)
	want[room.Taken](t, board.send(jo.Token, verdict(2, "03-map-race", "pass")), 200)
	w.await(`document.querySelector("#stuck-list .count b").textContent === "1"`)
	want[room.Taken](t, board.send(heron.Token, verdict(2, "03-map-race", "pass")), 200)
	w.await(`document.querySelectorAll("#stuck-list li").length === 0 && document.querySelector("[data-empty=stuck]").checkVisibility()`)
	if row := strings.Fields(w.text(".katas tbody")); strings.Join(row, " ") != "03-map-race 2 2 0" {
		t.Errorf("the kata's row says %q", row)
	}
	if a := board.request("DELETE", "/api/me", nil, token(jo.Token)); a.status != 204 {
		t.Fatal(a)
	}
	w.await(`document.querySelectorAll(".people tbody tr").length === 1`)
	if !is[bool](w, "window.loadedOnce === true") {
		t.Error("the page was loaded again")
	}
	w.quiet()
}

func testWrongSecret(t *testing.T, b browser) {
	board := boardOnSQLite(t)
	learner := board.join("Mallory")
	w := b.open(t, 1280, 800)
	for _, secret := range []string{"no", learner.Token, board.code} {
		w.do(chromedp.Navigate(board.url), chromedp.SendKeys(chromedp.CSS("#secret"), secret+kb.Enter))
		w.await(`document.querySelector("#problem")?.textContent.startsWith("This is not the facilitator's secret")`)
		if is[bool](w, `document.querySelector("#secret").value !== "" || document.body.id !== "door"`) {
			t.Errorf("%.1s... opens something, or stays on the page", secret)
		}
	}
}

func testAnotherOrigin(t *testing.T, b browser) {
	board := boardOnSQLite(t)
	const plan = "<!-- leakproof.agenda/1 -->\n# Ninety minutes\n\n## 10 min: Vote\n\n## 20 min: Repair\n"
	before := want[room.View](t, board.request("POST", "/api/agenda", plan, token(board.secret), header("Content-Type", "text/markdown")), 200)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<form id="step" method="post" enctype="text/plain" action="%[1]s/api/step"><input name='{"step":1,"a":"' value='"}'></form>
			<form id="code" method="post" enctype="text/plain" action="%[1]s/api/code"><input name='{"hours":1,"a":"' value='"}'></form>
			<form id="login" method="post" action="%[1]s/login"><input name="secret" value="%[2]s"></form>
			<iframe src="%[1]s/"></iframe>`, board.url, board.secret)
	}))
	defer evil.Close()
	w := b.open(t, 1280, 800)
	w.signIn(board) // from a port of the same machine, which makes the cookie go with its requests
	for _, form := range []string{"step", "code", "login"} {
		w.do(chromedp.Navigate(evil.URL))
		ctx, cancel := context.WithTimeout(w.ctx, patience)
		response, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.getElementById(%q).submit()", form)))
		cancel()
		if err != nil || response.Status != 403 {
			t.Fatalf("the form %s of another origin: %+v, %v", form, response, err)
		}
	}
	w.do(chromedp.Navigate(evil.URL))
	reads := get(w, chromedp.Evaluate[string](fmt.Sprintf(`Promise.all([
		fetch(%[1]q + "/api/view", {credentials: "include"}).then((r) => r.text(), () => "refused"),
		fetch(%[1]q + "/api/step", {method: "POST", credentials: "include", mode: "no-cors", body: '{"step":1}'}).then(() => "sent", () => "refused"),
		fetch(%[1]q + "/api/step", {method: "POST", credentials: "include", headers: {"X-Leakproof-CSRF": "x", "Content-Type": "application/json"}, body: '{"step":1}'}).then(() => "sent", () => "refused"),
	]).then((all) => all.join())`, board.url), chromedp.EvalAwaitPromise))
	if reads != "refused,refused,refused" {
		t.Errorf("scripts of another origin: %s", reads)
	}
	framed := false
	w.mu.Lock()
	for _, complaint := range w.complaints {
		framed = framed || strings.Contains(complaint, "frame-ancestors")
	}
	w.mu.Unlock()
	if !framed {
		t.Errorf("the browser says nothing about the frame: %q", w.complaints)
	}
	after := board.see()
	if after.Agenda.Step != before.Agenda.Step || !after.Agenda.Began.IsZero() || after.Code.Code != board.code {
		t.Errorf("another origin has changed something: %+v", after)
	}
	// What other origins may not, the page may.
	w.do(chromedp.Navigate(board.url))
	w.live()
	w.do(chromedp.Click(chromedp.CSS("#next")))
	w.await(`document.querySelector("#next").textContent === "Next step"`)
	w.do(chromedp.Click(chromedp.CSS("#next")))
	w.await(`document.querySelector("#now-title").textContent === "Repair"`)
}

// testRestart stops the board and starts it again at its address.
func testRestart(t *testing.T, b browser) {
	state, database := t.TempDir(), filepath.Join(t.TempDir(), "board.db")
	board := openBoardAt(t, state, database)
	w := b.open(t, 1280, 800)
	w.signIn(board)
	board.join("Early Bird")
	w.await(`document.querySelectorAll(".people tbody tr").length === 1`)
	board.stop()
	w.await(`document.querySelector("#link").dataset.state === "lost"`)
	again := openBoardAt(t, state, database, "--listen", strings.TrimPrefix(board.url, "http://"))
	again.join("Late Riser")
	w.await(`document.querySelector("#link").dataset.state === "live" && document.querySelectorAll(".people tbody tr").length === 2`)

	// The same in the terminal's client.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var seen room.View
	client := room.NewClient(again.url, again.secret, roomtest.Relay{HTTP: direct.Transport()})
	if err := client.Watch(ctx, func(s room.Seen) {
		seen = s.View
		cancel()
	}); err == nil || len(seen.People) != 2 {
		t.Errorf("the client sees %+v, %v", seen, err)
	}
}

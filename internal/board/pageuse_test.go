package main

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"example.com/leakproof/internal/team/room"
)

func testConnectionLost(t *testing.T, b browser) {
	f := newFeed(t, busy(time.Now()))
	w := b.open(t, 1280, 800)
	w.do(chromedp.Navigate(f.URL))
	w.live()
	f.set(func(*room.View) { f.down = true })
	w.await(`document.querySelector("#link").dataset.state === "lost"`)
	if text := w.text("#link"); !strings.Contains(text, "Connection lost at") || !strings.Contains(text, "trying again") {
		t.Errorf("the page says %q", text)
	}
	if text := w.text("main"); !strings.Contains(text, "Quiet Heron") {
		t.Error("the page forgets the room")
	}
	w.picture("lost")
	w.legible()
	f.set(func(v *room.View) { f.down, v.At, v.People[0].Name = false, time.Now(), "Back Again" })
	w.await(`document.querySelector("#link").dataset.state === "live" && document.querySelector(".people bdi").textContent === "Back Again"`)

	f.set(func(*room.View) { f.down, f.locked = true, true })
	w.await(`document.body.id === "door"`)
}

func testAgenda(t *testing.T, b browser) {
	v := busy(time.Now())
	v.Agenda.Step, v.Agenda.Began = 0, time.Time{}
	f := newFeed(t, v)
	w := b.open(t, 1280, 800)
	w.do(chromedp.Navigate(f.URL))
	w.live()
	if label := w.text("#next"); label != "Start" || is[bool](w, `document.querySelector(".timer").checkVisibility()`) {
		t.Errorf("before the session begins the button says %q, or a timer shows", label)
	}
	w.do(chromedp.Click(chromedp.CSS("#next")))
	w.await(`document.querySelector("#next").textContent === "Next step" && document.querySelector(".timer").checkVisibility()`)
	f.set(func(v *room.View) {
		v.At = time.Now()
		v.Agenda.Step, v.Agenda.Began = 4, v.At.Add(-10*time.Minute-75*time.Second)
	})
	w.await(`/^\d+:\d\d over$/.test(document.querySelector(".timer").innerText.replace(/\s+/g, " "))`)
	w.picture("over")
	w.legible()
	if text := w.text("#previous"); text != "Previous" || !is[bool](w, `document.querySelector("#next").getAttribute("aria-disabled") === "true"`) {
		t.Error("after the last step there is a next one")
	}
	f.set(func(v *room.View) {
		v.At = time.Now()
		v.Agenda = &room.Agenda{Title: "Another plan", Steps: []room.Step{{Title: "Read a lesson", Text: "It takes 17 minutes."}, {Title: strings.Repeat("A long title ", 12)}}}
	})
	w.await(`document.querySelector("#now-title")?.textContent === "Read a lesson"`)
	w.do(chromedp.Click(chromedp.CSS(".now summary")))
	if width := is[float64](w, `document.querySelector("#now-title").getBoundingClientRect().width`); width < 400 {
		t.Errorf("with all steps open, the title of this one has %v pixels", width)
	}
	f.set(func(v *room.View) {
		v.At = time.Now()
		v.Agenda = &room.Agenda{Title: "Another plan", Steps: []room.Step{{Title: "Only this", Text: "*Well* then."}}}
	})
	w.await(`document.querySelector("#now-title")?.textContent === "Only this" && document.querySelector(".step-text em")?.textContent === "Well"`)
	f.set(func(v *room.View) {
		v.At, v.Agenda = time.Now(), &room.Agenda{Title: "Cut short", Step: 9, Steps: v.Agenda.Steps}
	})
	w.await(`document.querySelector(".now") === null && document.querySelector("#link").dataset.state === "live"`)
	w.quiet()
}

func testNewCode(t *testing.T, b browser) {
	f := newFeed(t, busy(time.Now()))
	w := b.open(t, 1280, 800)
	w.do(chromedp.Navigate(f.URL))
	w.live()
	before := is[string](w, `document.querySelector(".qr").src`)
	w.await(`document.querySelector(".qr").naturalWidth > 0`)
	w.do(chromedp.Click(chromedp.CSS("#new-code summary")), chromedp.Click(chromedp.CSS("#make-code")))
	w.await(`document.querySelector("[data-f=code]").textContent === "WXYZ2345" && !document.querySelector("#new-code").open`)
	if line := w.text("[data-f=join-line]"); line != "leakproof join "+f.URL+" WXYZ2345" {
		t.Errorf("the line says %q", line)
	}
	if is[string](w, `document.querySelector(".qr").src`) == before {
		t.Error("the QR code is that of the old code")
	}
	f.set(func(v *room.View) { v.At, v.Code = time.Now(), room.JoinCode{} })
	w.await(`document.querySelector(".until").textContent.includes("does not know the join code")`)
	if is[bool](w, `document.querySelector(".qr").checkVisibility()`) {
		t.Error("without a code there is a QR code")
	}
	w.quiet()
}

func testDoor(t *testing.T, b browser) {
	f := newFeed(t, nobodyYet(time.Now()))
	w := b.open(t, 400, 800)
	for _, scheme := range []string{"light", "dark"} {
		w.do(media("screen", scheme), chromedp.Navigate(f.URL+"/door?problem="+url.QueryEscape("This is not the facilitator's secret.")))
		w.await(focused + ` === "secret"`) // the browser focuses when it draws, after it has loaded
		w.legible()
		w.picture("door " + scheme)
	}
	if wide := is[int64](w, "document.documentElement.scrollWidth"); wide > 400 {
		t.Errorf("the door is %d px wide", wide)
	}
	for hash, want := range map[string]string{"": "", "#KWMH-TRPC": " KWMH-TRPC", "#<b>x</b>": "", "#%": ""} {
		w.do(chromedp.Navigate("about:blank"), chromedp.Navigate(f.URL+"/door"+hash))
		w.await(`document.readyState === "complete"`)
		if line := w.text("#door-line"); line != "leakproof join "+f.URL+want {
			t.Errorf("with %q the line says %q", hash, line)
		}
	}
	w.quiet()
}

// testOldView begins with a view that the board made long before somebody looked.
func testOldView(t *testing.T, b browser) {
	f := newFeed(t, busy(time.Now()))
	w := b.open(t, 1280, 800)
	w.do(chromedp.Navigate(f.URL))
	w.live()
	f.set(func(v *room.View) { v.At = v.At.Add(-10 * time.Minute); v.Room = "Old" })
	w.await(`document.querySelector("h1").textContent === "Old"`)
	if still := w.text(".facts"); !strings.Contains(still, "No new pass for 2 min") {
		t.Errorf("an old view turns the clock back: %q", still)
	}
}

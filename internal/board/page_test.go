package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.com/leakproof/internal/team/room"
)

// TestPage shows the page in a real browser, for views that no board has to come to.
func TestPage(t *testing.T) {
	t.Parallel()
	newBrowser(t).each(t, map[string]func(*testing.T, browser){
		"looks":                          testLooks,
		"says the same at load and live": testSameAtLoadAndLive,
		"without a script":               testWithoutScript,
		"keyboard":                       testKeyboard,
		"in place":                       testInPlace,
		"hostile":                        testHostile,
		"print":                          testPrint,
		"many":                           testMany,
		"connection lost":                testConnectionLost,
		"agenda":                         testAgenda,
		"new code":                       testNewCode,
		"door":                           testDoor,
		"old view":                       testOldView,
	})
}

// contrast is the smallest contrast of a text on the page with what lies behind it, as WCAG 2 computes it, and which text it is.
const contrast = `(() => {
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const color = (s) => { const n = s.match(/[\d.]+/g).map(Number); return n.length > 3 && n[3] === 0 ? null : n.slice(0, 3); };
  let worst = [99, ''];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility() || e.closest('.unseen, .skip, noscript, template')) continue;
    let behind = e;
    while (behind && !color(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
    const [a, b] = [luminance(color(getComputedStyle(e).color)), luminance(color(getComputedStyle(behind || document.body).backgroundColor))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.tagName + ' ' + e.textContent.trim().slice(0, 40)];
  }
  return worst[0].toFixed(2) + ' ' + worst[1];
})()`

// legible requires that every text stands out.
func (w *tab) legible() {
	w.Helper()
	var ratio float64
	worst := is[string](w, contrast)
	if _, err := fmt.Sscanf(worst, "%g", &ratio); err != nil || ratio < 4.5 {
		w.Errorf("a contrast of only %s", worst)
	}
}

func testLooks(t *testing.T, b browser) {
	sizes := []struct {
		name          string
		width, height int64
	}{{"wall", 1920, 1080}, {"phone", 400, 800}}
	for name, view := range map[string]room.View{"busy": busy(time.Now()), "nobody": nobodyYet(time.Now())} {
		f := newFeed(t, view)
		for _, size := range sizes {
			w := b.open(t, size.width, size.height)
			grounds := map[string]bool{}
			for _, scheme := range []string{"light", "dark"} {
				w.do(media("screen", scheme), chromedp.Navigate(f.URL))
				w.live()
				if wide := is[int64](w, "document.documentElement.scrollWidth"); wide > size.width {
					t.Errorf("%s at %d px wide scrolls sideways: it has %d", name, size.width, wide)
				}
				w.legible()
				grounds[is[string](w, "getComputedStyle(document.body).backgroundColor")] = true
				w.picture(name + " " + size.name + " " + scheme)
			}
			if len(grounds) != 2 {
				t.Errorf("light and dark have the ground %v", grounds)
			}
			w.quiet()
		}
	}
}

// untimed is a busy room whose step has no timer, which would go on between two looks.
func untimed() room.View {
	v := busy(time.Now())
	v.Agenda.Began = time.Time{}
	return v
}

// said is what the page says about the room.
func said(w *tab) string {
	w.Helper()
	var all []string
	for _, selector := range []string{"h1", ".facts", "#now-title", "#stuck-list", ".katas", ".join-how", ".people"} {
		if is[bool](w, fmt.Sprintf("document.querySelector(%q) !== null", selector)) {
			all = append(all, w.text(selector))
		}
	}
	return strings.Join(all, "\n")
}

func withoutScript(off bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
		return err
	})
}

func testSameAtLoadAndLive(t *testing.T, b browser) {
	for name, v := range map[string]room.View{"busy": untimed(), "nobody": nobodyYet(time.Now())} {
		f := newFeed(t, v)
		w := b.open(t, 1280, 800)
		w.do(withoutScript(true), chromedp.Navigate(f.URL))
		drawn := said(w)
		w.do(withoutScript(false), chromedp.Navigate(f.URL))
		w.live()
		if live := said(w); live != drawn {
			t.Errorf("%s: the server says\n%s\n\nand the script\n%s", name, drawn, live)
		}
		w.quiet()
	}
}

func testWithoutScript(t *testing.T, b browser) {
	f := newFeed(t, busy(time.Now()))
	w := b.open(t, 1280, 800)
	w.do(withoutScript(true), chromedp.Navigate(f.URL))
	text := w.text("body")
	for _, want := range []string{"this page stands still", "Load it again", "A read during a write is a data race.", "Quiet Heron", "left"} {
		if !strings.Contains(text, want) {
			t.Errorf("without a script the page lacks %q", want)
		}
	}
	for _, gone := range []string{"Next step", "New code", "Copy the line", "Print"} {
		if strings.Contains(text, gone) {
			t.Errorf("without a script the page offers %q, which would do nothing", gone)
		}
	}
	w.picture("without a script")
}

// focused says where the keyboard is.
const focused = `(() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const seen = e.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return (e.id || e.textContent.trim()) + (seen || e.tagName === 'BODY' ? '' : ' (not visible)');
})()`

func testKeyboard(t *testing.T, b browser) {
	f := newFeed(t, busy(time.Now()))
	w := b.open(t, 1280, 800)
	w.do(chromedp.Navigate(f.URL))
	w.live()
	var got []string
	for range 12 {
		w.do(chromedp.KeyEvent(kb.Tab))
		got = append(got, is[string](w, focused))
	}
	want := []string{
		"To where the room is stuck", "previous", "next", "All steps: Shared state in 90 minutes", "copy", "New code",
		"Table (CSV)", "Everything (JSON)", "print",
	}
	if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("Tab leads to %q, want %q", got, want)
	}

	w.do(chromedp.Navigate(f.URL))
	w.live()
	w.do(chromedp.KeyEvent(kb.Tab))
	w.picture("skip link")
	w.do(chromedp.KeyEvent(kb.Enter))
	w.await(`document.activeElement.id === "stuck"`)
	w.do(chromedp.Focus(chromedp.CSS("#next")), chromedp.KeyEvent(kb.Enter))
	w.await(`document.querySelector("#now-title").textContent === "Two near misses"`)
	if at := is[string](w, focused); at != "next" {
		t.Errorf("after the next step the focus is on %q", at)
	}
	if asked := f.asked(); !slices.Equal(asked, []string{"step the-csrf-token"}) {
		t.Errorf("the page asked for %q", asked)
	}
	w.await(`document.querySelector("#news").textContent.startsWith("Step 4: Two near misses.")`)
	w.quiet()
}

func testInPlace(t *testing.T, b browser) {
	f := newFeed(t, busy(time.Now()))
	w := b.open(t, 1280, 600)
	w.do(chromedp.Navigate(f.URL))
	w.live()
	w.do(chromedp.Focus(chromedp.CSS("#next")), chromedp.Evaluate[chromedp.Void](`{
	  window.first = document.querySelector('#stuck-list li');
	  window.heron = document.querySelector('#people-title ~ table tbody tr');
	  window.scrollTo(0, 300);
	}`))
	w.await(`window.scrollY === 300`)
	f.set(func(v *room.View) {
		v.At = time.Now()
		v.Stuck = []room.StuckRow{v.Stuck[1], v.Stuck[0]}
		v.Stuck[1].People = 1
		v.People = append(v.People[:1:1], v.People[2:]...)
		v.People[0].Kata, v.People[0].Status = "04-channel-owner", "pass"
	})
	w.await(`document.querySelectorAll('#stuck-list li').length === 2`)
	if !is[bool](w, `window.first.isConnected && window.first === document.querySelectorAll('#stuck-list li')[1] && window.first.querySelector('.count b').textContent === '1'`) {
		t.Error("the belief that moved down is another element, or not there")
	}
	if !is[bool](w, `window.heron.isConnected && window.heron.textContent.includes('04-channel-owner') && document.querySelectorAll('.people tbody tr').length === 11`) {
		t.Error("the first person is another element, or says another thing")
	}
	if !is[bool](w, `window.scrollY === 300 && document.activeElement.id === 'next'`) {
		t.Error("the scroll or the focus has moved")
	}
	w.quiet()
}

func testHostile(t *testing.T, b browser) {
	const markup = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'"&lt;`
	v := busy(time.Now())
	v.Room = markup
	v.People[0].Name, v.People[0].Kata, v.People[1].Status, v.People[9].Lesson = markup, markup+"k", markup, markup
	v.People[2].Name = strings.Repeat("W", 40)
	v.People[3].Name = "\u202eevil\u202c"
	v.People[4].Participant = `"] , x[y="`
	v.Katas[0].Kata = markup
	v.Stuck[0].Says, v.Stuck[0].Truth, v.Stuck[0].Kata, v.Stuck[0].ID = markup, markup, markup, markup
	v.Stuck[0].Tests = []string{markup, strings.Repeat("Test", 60)}
	v.Code.Code = markup
	v.Agenda.Title, v.Agenda.Steps[2].Title = markup, markup
	v.Agenda.Steps[2].Text = markup + "\n\n[run](javascript:window.pwned=1) ![see](http://192.0.2.1/x.png)\n\n" + markup
	v.Agenda.Steps[3].Text = "<iframe src=\"https://example.com\"></iframe>"
	f := newFeed(t, v)
	w := b.open(t, 400, 800)
	for _, off := range []bool{true, false} {
		w.do(withoutScript(off), chromedp.Navigate(f.URL))
		if !off {
			w.live()
			f.set(func(v *room.View) {
				v.People, v.At = append(v.People, room.Person{Participant: "p_late", Name: markup, JoinedAt: v.At}), time.Now()
			})
			w.await(`document.querySelectorAll('.people tbody tr').length === 13`)
		}
		if n := is[int](w, `document.querySelectorAll("main img:not(.qr, .step-text *), main script, iframe").length`); n != 0 {
			t.Errorf("%d elements were made of text", n)
		}
		if is[bool](w, `[...document.querySelectorAll("a")].some((a) => /^javascript:/i.test(a.href))`) {
			t.Error("a link runs a script")
		}
		if !is[bool](w, fmt.Sprintf(`[...document.querySelectorAll("h1, .truth, .people th bdi, .katas th span")].filter((e) => e.textContent === %q).length >= 4`, markup)) {
			t.Errorf("the page does not show markup as text:\n%s", w.text("body"))
		}
		if wide := is[int64](w, "document.documentElement.scrollWidth"); wide > 400 {
			t.Errorf("long words make the page %d px wide", wide)
		}
	}
	if is[bool](w, "'pwned' in window") {
		t.Error("a name has run as a script")
	}
	w.picture("hostile")
	w.refused("img-src") // the picture of the agenda, and nothing else
}

func testPrint(t *testing.T, b browser) {
	f := newFeed(t, busy(time.Now()))
	w := b.open(t, 800, 1100)
	w.do(media("print", "dark"), chromedp.Navigate(f.URL))
	w.live()
	text := w.text("body")
	for _, want := range []string{"Backend guild, November", "A read during a write", "Quiet Heron", "03-map-race"} {
		if !strings.Contains(text, want) {
			t.Errorf("the print lacks %q", want)
		}
	}
	for _, gone := range []string{"Next step", "KWMHTRPC", "New code", "Table (CSV)"} {
		if strings.Contains(text, gone) {
			t.Errorf("the print has %q", gone)
		}
	}
	if ground := is[string](w, "getComputedStyle(document.body).backgroundColor"); ground != "rgb(255, 255, 255)" {
		t.Errorf("the print has the ground %s", ground)
	}
	w.picture("print")
	w.do(media("", "light"))
	pdf := get(w, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("the print begins with %.20q", pdf)
	}
	if *pictures != "" {
		w.keep("print.pdf", pdf)
	}
	w.quiet()
}

// testMany folds a long list of beliefs, and shows a crowd.
func testMany(t *testing.T, b browser) {
	v := busy(time.Now())
	for i := range 9 {
		one := v.Stuck[2]
		one.ID = fmt.Sprint("belief-", i)
		v.Stuck = append(v.Stuck, one)
	}
	for i := range 500 {
		v.People = append(v.People, room.Person{Participant: fmt.Sprint("p_crowd", i), Name: fmt.Sprint("Person ", i), JoinedAt: v.At})
	}
	f := newFeed(t, v)
	w := b.open(t, 1280, 800)
	w.do(chromedp.Navigate(f.URL))
	w.live()
	shown := `[...document.querySelectorAll('#stuck-list li')].filter((e) => e.checkVisibility()).length`
	if n := is[int](w, shown); n != 5 {
		t.Errorf("%d beliefs show at first, want 5", n)
	}
	if label := w.text("[data-more=stuck]"); label != "Show all 12" {
		t.Errorf("the button says %q", label)
	}
	w.do(chromedp.Focus(chromedp.CSS("[data-more=stuck]")), chromedp.KeyEvent(" "))
	w.await(shown + " === 12")
	f.set(func(v *room.View) { v.At, v.Stuck = time.Now(), v.Stuck[:4] })
	w.await(shown + " === 4 && document.activeElement.id === 'stuck'")
	people := `document.querySelectorAll('.people tbody tr').length`
	w.await(people + " === 200")
	w.do(chromedp.Click(chromedp.CSS("[data-more=people]")))
	w.await(people + " === 512 && document.querySelector('[data-more=people]').textContent === 'Show the first 200'")
	w.do(chromedp.Click(chromedp.CSS("[data-more=people]")))
	w.await(people + " === 200")
	w.do(chromedp.Evaluate[chromedp.Void](`{
	  window.printed = 0;
	  addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('.people tbody tr').length; });
	}`))
	get(w, chromedp.PrintToPDF())
	if n := is[int](w, "window.printed"); n != 512 {
		t.Errorf("%d people are printed, want 512", n)
	}
	w.quiet()
}

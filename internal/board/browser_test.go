package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// pictures is where the tests leave what they see, to be looked at: go test ./internal/board -run TestBrowser -pictures /tmp/board
var pictures = flag.String("pictures", "", "a folder for pictures of the page")

// chromium is the browser that LEAKPROOF_CHROMIUM names, or one on the PATH.
func chromium(t *testing.T) string {
	if name := os.Getenv("LEAKPROOF_CHROMIUM"); name != "" {
		if _, err := exec.LookPath(name); err != nil {
			t.Fatalf("LEAKPROOF_CHROMIUM: %v", err)
		}
		return name
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("not run: Chromium: install it, or name it in LEAKPROOF_CHROMIUM")
	return ""
}

// browser is one Chromium for several tests.
type browser struct{ ctx context.Context }

func newBrowser(t *testing.T) browser {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(ctx)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("Chromium does not end: %v", err)
		}
		cancel()
		stop()
	})
	return browser{ctx}
}

// each runs tests beside each other, each in tabs of its own.
func (b browser) each(t *testing.T, tests map[string]func(*testing.T, browser)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}

// tab is a window of its own, with cookies of its own.
type tab struct {
	*testing.T
	ctx        context.Context
	mu         sync.Mutex
	complaints []string // errors of the console, exceptions, violations of the CSP
}

func (b browser) open(t *testing.T, width, height int64) *tab {
	t.Helper()
	w := &tab{T: t}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	w.ctx = ctx
	messages := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == "error" || m.Type == "warning" || m.Type == chromedp.ConsoleException {
				w.mu.Lock()
				w.complaints = append(w.complaints, m.Text+" "+m.URL)
				w.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-read })
	w.do(chromedp.EmulateViewport(width, height))
	return w
}

// patience is how long the browser may take for one thing, on a machine that is busy with other tests.
const patience = 30 * time.Second

// do lets the browser do something, or ends the test.
func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.Fatal(err)
	}
}

// get lets the browser tell something, or ends the test.
func get[T any](w *tab, action chromedp.Action[T]) T {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		w.Fatal(err)
	}
	return value
}

// is evaluates an expression on the page.
func is[T any](w *tab, expression string) T {
	w.Helper()
	return get(w, chromedp.Evaluate[T](expression))
}

// await waits until an expression is true on the page, whether or not the page loads again meanwhile. What is not there yet makes
// it false.
func (w *tab) await(expression string) {
	w.Helper()
	safe := "(() => { try { return (" + expression + "); } catch { return false; } })()"
	for end := time.Now().Add(patience); ; {
		ctx, cancel := context.WithTimeout(w.ctx, patience)
		_, err := chromedp.Run(ctx, chromedp.Poll[chromedp.Void](safe, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience)))
		cancel()
		if err == nil {
			return
		}
		if !torn(err) || time.Now().After(end) {
			w.Fatalf("waiting for %s: %v\nThe page says:\n%s", expression, err, w.text("body"))
		}
	}
}

// torn reports whether the page was left while an expression ran on it.
func torn(err error) bool {
	for _, sign := range []string{"navigat", "context was destroyed", "Cannot find context"} {
		if strings.Contains(err.Error(), sign) {
			return true
		}
	}
	return false
}

// text is what an element shows.
func (w *tab) text(selector string) string {
	w.Helper()
	return is[string](w, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

func (w *tab) live() {
	w.Helper()
	w.await(`document.querySelector("#link")?.dataset.state === "live"`)
}

// quiet requires that the browser had nothing to complain about.
func (w *tab) quiet() {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, complaint := range w.complaints {
		w.Errorf("the browser complains: %s", complaint)
	}
}

// refused requires that all that the browser complains about is what a directive of the CSP refuses.
func (w *tab) refused(directive string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, complaint := range w.complaints {
		if !strings.Contains(complaint, directive) {
			w.Errorf("the browser complains: %s", complaint)
		}
	}
}

// media asks for "print" or "screen", and a colour scheme.
func media(kind, scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: kind, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// picture keeps what the whole page looks like, where -pictures asks for it.
func (w *tab) picture(name string) {
	w.Helper()
	if *pictures == "" {
		return
	}
	w.keep(name+".png", get(w, chromedp.FullScreenshot(100)))
}

func (w *tab) keep(name string, data []byte) {
	w.Helper()
	if err := os.MkdirAll(*pictures, 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*pictures, strings.ReplaceAll(name, " ", "-")), data, 0o644); err != nil {
		w.Fatal(err)
	}
}

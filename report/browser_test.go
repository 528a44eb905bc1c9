//go:build unix

package report_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// browser is a Chromium without a window, driven through a pipe by its own protocol.
type browser struct {
	t       *testing.T
	out     io.Writer
	asks    chan call
	session string
	seen    chan event
	events  []event
}

type answer struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

type event struct {
	Method string
	Params json.RawMessage
}

type call struct {
	id     int
	answer chan answer
}

// chromium returns the path of a Chromium, or skips the test. make smoke, and so CI, sets LOGDOC_SMOKE=must: then it is not skipped.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("LOGDOC_SMOKE") == "must" {
		t.Fatal("there is no Chromium here")
	}
	t.Skip("Chromium is not installed here: make smoke installs it where it can")
	return ""
}

// patience is how long a browser may take for one thing on a machine that has other things to do.
const patience = 2 * time.Minute

func startBrowser(t *testing.T) *browser {
	t.Helper()
	path := chromium(t)
	home, err := os.MkdirTemp("", "logdoc-browser")
	if err != nil {
		t.Fatal(err)
	}
	in, toBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromBrowser, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--hide-scrollbars", "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir="+home, "about:blank")
	cmd.ExtraFiles = []*os.File{in, out} // descriptors 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	t.Cleanup(func() {
		toBrowser.Close()
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait() // it was killed
		fromBrowser.Close()
		os.RemoveAll(home) // as much of it as the processes let go
	})
	b := &browser{t: t, out: toBrowser, asks: make(chan call, 64), seen: make(chan event, 4096)}
	go b.listen(fromBrowser)
	var target struct{ TargetID string }
	b.ask("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.ask("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Network", "Runtime", "Log"} {
		b.ask(domain+".enable", nil, nil)
	}
	return b
}

// listen hands answers to those who asked, and keeps events.
func (b *browser) listen(in io.Reader) {
	defer close(b.seen)
	waiting := map[int]chan answer{}
	r := bufio.NewReaderSize(in, 1<<20)
	for {
		data, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			ID     int
			Method string
			Params json.RawMessage
			answer
		}
		if json.Unmarshal(data[:len(data)-1], &m) != nil {
			return
		}
		if m.ID == 0 {
			b.seen <- event{m.Method, m.Params}
			continue
		}
		for waiting[m.ID] == nil {
			c := <-b.asks
			waiting[c.id] = c.answer
		}
		waiting[m.ID] <- m.answer
		delete(waiting, m.ID)
	}
}

var lastID int

// ask calls a method of the protocol and waits for its answer.
func (b *browser) ask(method string, params, result any) {
	b.t.Helper()
	lastID++
	c := call{lastID, make(chan answer, 1)}
	message := map[string]any{"id": c.id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	data, err := json.Marshal(message)
	if err != nil {
		b.t.Fatal(err)
	}
	b.asks <- c
	if _, err := b.out.Write(append(data, 0)); err != nil {
		b.t.Fatal(err)
	}
	b.await(method, func() bool {
		select {
		case a := <-c.answer:
			if a.Error != nil {
				b.t.Fatalf("%s: %s", method, a.Error.Message)
			}
			if result != nil {
				if err := json.Unmarshal(a.Result, result); err != nil {
					b.t.Fatal(err)
				}
			}
			return true
		default:
			return false
		}
	})
}

// await takes events until something holds.
func (b *browser) await(what string, holds func() bool) {
	b.t.Helper()
	late := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case e, ok := <-b.seen:
			if !ok {
				b.t.Fatalf("the browser ended while waiting for %s", what)
			}
			b.events = append(b.events, e)
		case <-tick.C:
		case <-late:
			b.t.Fatalf("the browser did not get to %s", what)
		}
	}
}

// happened returns the parameters of the events of a method, as text.
func (b *browser) happened(method string) []string {
	var out []string
	for _, e := range b.events {
		if e.Method == method {
			out = append(out, string(e.Params))
		}
	}
	return out
}

// open loads a page that is written into a file, and waits until it is there.
func (b *browser) open(page []byte) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "case.html")
	if err := os.WriteFile(path, page, 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.events = nil
	address := (&url.URL{Scheme: "file", Path: path}).String()
	b.ask("Page.navigate", map[string]any{"url": address}, nil)
	b.await("the page", func() bool { return len(b.happened("Page.loadEventFired")) > 0 })
	if h1 := b.words("return document.querySelector('h1').textContent"); h1 != "Diagnosis" {
		b.t.Fatalf("another page: %s", h1)
	}
	return address
}

// eval runs an expression in the page and reads what it gives.
func (b *browser) eval(expression string, into any) {
	b.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	b.ask("Runtime.evaluate", map[string]any{"expression": "(function(){" + expression + "})()", "returnByValue": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails.Text)
	}
	if into == nil {
		return
	}
	if len(r.Result.Value) == 0 {
		b.t.Fatalf("%s gives nothing", expression)
	}
	if err := json.Unmarshal(r.Result.Value, into); err != nil {
		b.t.Fatal(errors.Join(errors.New(expression), err))
	}
}

// number and words are eval for what most expressions give.
func (b *browser) number(expression string) int {
	b.t.Helper()
	var n int
	b.eval(expression, &n)
	return n
}

func (b *browser) words(expression string) string {
	b.t.Helper()
	var s string
	b.eval(expression, &s)
	return s
}

// keys are what a name is for the protocol: its code, and the text that it types.
var keys = map[string]struct {
	code int
	text string
}{"Tab": {9, ""}, "Enter": {13, "\r"}, "Escape": {27, ""}, " ": {32, " "}, "/": {191, "/"}}

func (b *browser) press(names ...string) {
	b.t.Helper()
	for _, name := range names {
		k := keys[name]
		down := map[string]any{"type": "keyDown", "key": name, "windowsVirtualKeyCode": k.code}
		if k.text != "" {
			down["text"] = k.text
		}
		b.ask("Input.dispatchKeyEvent", down, nil)
		b.ask("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": name, "windowsVirtualKeyCode": k.code}, nil)
	}
}

func (b *browser) types(text string) {
	b.t.Helper()
	b.ask("Input.insertText", map[string]any{"text": text}, nil)
}

// size gives the window a size; a phone's is told as one.
func (b *browser) size(width, height int) {
	b.t.Helper()
	b.ask("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
}

// media emulates print or screen, and the colours that the reader likes.
func (b *browser) media(kind, scheme string) {
	b.t.Helper()
	b.ask("Emulation.setEmulatedMedia", map[string]any{"media": kind, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// keepPicture writes what is seen, whole, where LOGDOC_PICTURES says, for a person to look at.
func (b *browser) keepPicture(name string) {
	b.t.Helper()
	dir := os.Getenv("LOGDOC_PICTURES")
	if dir == "" {
		return
	}
	var shot struct{ Data string }
	b.ask("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": strings.HasPrefix(name, "whole")}, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s.png", name)), data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"logdoc"
)

func TestSources(t *testing.T) {
	r := lookAt(t, 120, 40, nightCase()).presses("2")
	r.sees("Of the whole", "a later pack replaces", "Read", "12,345 records", "in bundle.tgz!/", "clientlogs/night-avtar.log", "! ", "gsan", "1,345", "Unexplained", "2,120× Connection to * refused", "Not checked", "Ran clean")
	r.presses("space").sees("read as avtar: by content", "also 3 records of syslog", "8,000 known normal").presses("space").seesNo("by content")
	r.presses("down", "space").sees("! left out: the gzip stream ends early", "unexpected EOF")
	r.presses("tab").under("Connection to * refused").presses("space").sees("first bundle.tgz!/clientlogs/night-avtar.log:3")
	r.presses("tab").under("MRS Flume").presses("space").sees("flume/cert: no log of the format flume", "bring flumeServer.log, flume_sChat.crt")
	r.presses("tab").presses("space").sees("luna/monitor: The certificate monitor, 1,204 normal records, running since 2026-02-01 03:04:05")
	r.presses("tab").under("night-avtar.log").presses("shift+tab").under("Luna HSM")
	r.presses("esc").under("Server and console")
}

func TestManySources(t *testing.T) {
	d := nightCase()
	one := d.Coverage.Sources[0]
	for i := range maxShownSources + 7 {
		one.Source = logdoc.LogText(fmt.Sprintf("bundle.tgz!/%06d.log", i))
		d.Coverage.Sources = append(d.Coverage.Sources, one)
	}
	r := lookAt(t, 80, 24, d).presses("2", "tab").sees("… and 10 sources more: an exported report has them all").under("Connection to *")
	r.reads(logdoc.Update{Diagnosis: d, Done: true}).under("Connection to *")
}

func TestDraft(t *testing.T) {
	var name, text string
	s := Session{Outside: Outside{
		Draft: func(c logdoc.Cluster) ([]byte, error) { return []byte("symptom of " + c.Text), nil },
		Write: func(n string, t []byte) error { name, text = n, string(t); return nil },
	}}
	r := sitDown(t, 120, 40, s).reads(logdoc.Update{Diagnosis: nightCase(), Done: true}).presses("2")
	r.presses("d").sees("go to an unexplained record first")
	r.presses("tab", "d").sees("write the symptom to draft.logdoc").presses("enter").sees("written to draft.logdoc: replace what is marked with draft:")
	if name != "draft.logdoc" || text != "symptom of 2026-02-27 19:00:00 avtar Error <4711>: Connection to 10.0.0.1 refused after 3 tries" {
		t.Errorf("%q: %q", name, text)
	}
	s.Outside.Write = func(string, []byte) error { return errors.New("it is there already") }
	sitDown(t, 120, 40, s).reads(logdoc.Update{Diagnosis: nightCase(), Done: true}).presses("2", "tab", "d", "enter").sees("write draft.logdoc: it is there already")
	lookAt(t, 120, 40, nightCase()).presses("2", "tab", "d").sees("no symptom can be drafted here")
}

func TestExport(t *testing.T) {
	files := map[string]logdoc.Work{}
	s := Session{Outside: Outside{Export: func(name string, d *logdoc.Diagnosis, w logdoc.Work, over bool) error {
		if _, ok := files[name]; ok && !over {
			return ErrExists
		}
		if len(d.Findings) != 4 {
			t.Errorf("%d findings", len(d.Findings))
		}
		files[name] = w
		return nil
	}}}
	r := atRunbook(t, s).presses("enter")
	r.presses("e").sees("export to (.md .txt .json) case.md").presses("enter").sees("written to case.md")
	if len(files["case.md"].Steps) != 1 {
		t.Errorf("%+v", files)
	}
	r.presses("d", "e", "enter").sees("type yes to write over case.md, which is there already").types("no").presses("enter").sees("nothing was written")
	if len(files["case.md"].Steps) != 1 {
		t.Error("it was written over")
	}
	r.presses("e", "enter").types("yes").presses("enter").sees("written to case.md")
	if len(files["case.md"].Steps) != 2 {
		t.Error("it was not written over")
	}
	atRunbook(t, Session{}).presses("e").sees("no report can be written here")
}

func TestExportOnTheWay(t *testing.T) {
	var notes []logdoc.Note
	s := Session{Outside: Outside{Export: func(_ string, d *logdoc.Diagnosis, _ logdoc.Work, _ bool) error { notes = d.Notes; return nil }}}
	sitDown(t, 80, 24, s).reads(logdoc.Update{Diagnosis: nightCase(), Read: 1}).presses("e", "enter").sees("written to")
	if len(notes) != 2 || !notes[1].LeftOut || !strings.Contains(notes[1].Text, "still being read") {
		t.Errorf("%+v", notes)
	}
}

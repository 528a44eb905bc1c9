package diagnose

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"logdoc"
	"logdoc/grammar"
)

// messages lists what the products' documentation names, one file a product:
//
//	## a section
//	name of the symptom or expected declaration that must know it | the record
//	  | its further lines
//
//go:embed testdata/messages/*.txt
var messages embed.FS

// message is one record of the lists, and who must know it.
type message struct {
	section, knownBy, text string
}

func readMessages(t *testing.T, name string) []message {
	t.Helper()
	src, err := fs.ReadFile(messages, name)
	if err != nil {
		t.Fatal(err)
	}
	var out []message
	section := ""
	for i, line := range strings.Split(strings.TrimRight(string(src), "\n"), "\n") {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section = heading
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		knownBy, text, ok := strings.Cut(line, " | ")
		switch {
		case !ok:
			t.Fatalf("%s:%d: no name and bar: %s", name, i+1, line)
		case strings.TrimSpace(knownBy) != "":
			out = append(out, message{section, knownBy, text})
		case len(out) > 0:
			out[len(out)-1].text += "\n" + text
		default:
			t.Fatalf("%s:%d: nothing to go on with", name, i+1)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s: no message", name)
	}
	return out
}

// TestEveryDocumentedMessageIsKnown reads each message as somebody who pastes it would have it read: its format is found by its content.
func TestEveryDocumentedMessageIsKnown(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(messages, "testdata/messages/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 4 {
		t.Errorf("messages of %d products, want Avamar's, Luna's, Flume's and those of any service", len(files))
	}
	for _, name := range files {
		product := strings.TrimSuffix(path.Base(name), ".txt")
		for _, m := range readMessages(t, name) {
			texts := []string{m.text}
			if product == "luna" {
				texts = append(texts, overSyslog(t, m.text)...)
			}
			for i, text := range texts {
				t.Run(fmt.Sprintf("%s/%s/%s/%d", product, m.section, m.knownBy, i), func(t *testing.T) {
					checkKnown(t, p, m.knownBy, text)
				})
			}
		}
	}
}

func checkKnown(t *testing.T, p *Packs, knownBy, text string) {
	t.Helper()
	block := []byte(text + "\n")
	reading := p.Grammar.Detect(block, grammar.Options{ModTime: time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)})
	symptoms, articles := p.Rules.SymptomNames(), p.Rules.ArticleNames()
	var tally grammar.Tally
	var names, read []string
	sc := p.Rules.NewScanner()
	grammar.NewScanner().Scan(reading, p.Grammar, grammar.Chunk{Data: block, Line: 1}, &tally, func(ev *logdoc.Event) {
		sc.Begin(ev.Text, ev.Offset, ev.Format, false)
		sc.Accept(ev)
		for _, m := range sc.Matches {
			names = append(names, symptoms[m.Symptom])
		}
		for _, n := range sc.Normals {
			names = append(names, articles[len(symptoms)+n.Expected])
		}
		format := "no format"
		if ev.Format != grammar.Plain {
			format = p.Grammar.Names()[ev.Format]
		}
		read = append(read, fmt.Sprintf("%s, message %q", format, ev.Field(logdoc.FieldMessage)))
	})
	if len(read) == 0 && reading.Format != nil {
		names = append(names, "header")
	}
	if !slices.Contains(names, knownBy) {
		t.Errorf("known to %q, want %s\n%s\nread as %q", names, knownBy, text, read)
	}
}

// overSyslog returns a record of the appliance's own files as remote syslog servers keep it: the words of facility and severity become a priority or vanish, the year and the zone
// come and go, and the number of the process moves into a field of its own.
func overSyslog(t *testing.T, text string) []string {
	t.Helper()
	// 2024 Feb 29 12:05:01 host  facility severity  tag: rest
	stamp, err := time.Parse("2006 Jan _2 15:04:05", text[:20])
	f := strings.Fields(text[20:])
	if err != nil || len(f) < 4 {
		t.Fatalf("not a record of the appliance: %s", text)
	}
	host, facility, severity := f[0], f[1], f[2]
	facilities := map[string]int{"kern": 0, "user": 1, "syslog": 5, "local4": 20, "local5": 21, "local6": 22}
	severities := map[string]int{"crit": 2, "err": 3, "warn": 4, "notice": 5, "info": 6}
	number, known := facilities[facility]
	level, rated := severities[severity]
	if !known || !rated {
		t.Fatalf("no number for %s.%s", facility, severity)
	}
	pri := number*8 + level
	_, rest, _ := strings.Cut(text[20:], " "+severity+" ")
	rest = strings.TrimLeft(rest, " ")
	tag, said, _ := strings.Cut(rest, ": ")
	said = strings.TrimLeft(said, " ")
	program, pid, _ := strings.Cut(strings.ReplaceAll(strings.TrimSuffix(tag, "]"), " ", ""), "[")
	if pid == "" {
		pid = "-"
	}
	return []string{
		fmt.Sprintf("<%d>%s %s %s: %s", pri, stamp.Format("Jan _2 15:04:05"), host, tag, said),
		fmt.Sprintf("<%d>1 %s %s %s %s - - %s", pri, stamp.Format("2006-01-02T15:04:05+00:00"), host, program, pid, said),
		fmt.Sprintf("<%d>1 %s %s %s %s - - \ufeff%s", pri, stamp.Format("2006-01-02T15:04:05.123456Z"), host, program, pid, said),
		fmt.Sprintf("%s %s %s: %s", stamp.Format("Jan _2 15:04:05"), host, tag, said),
		fmt.Sprintf("%s %s %s: %s", stamp.Format("2006-01-02T15:04:05.123456+00:00"), host, tag, said),
	}
}

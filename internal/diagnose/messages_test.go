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
	accounts, leftOut := p.Account([]byte(text+"\n"), "", time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC))
	if leftOut != 0 || len(accounts) == 0 {
		t.Fatalf("read as %d records, %d left out: %s", len(accounts), leftOut, text)
	}
	var names []string
	for _, a := range accounts {
		if a.Header {
			names = append(names, "header")
		}
		for _, k := range a.Known {
			names = append(names, k.Name)
		}
	}
	if !slices.Contains(names, knownBy) {
		t.Errorf("known to %q, want %s\n%s\nformat %s, fields %v", slices.Compact(names), knownBy, text, accounts[0].Format, fields(accounts[0]))
	}
}

func fields(a logdoc.Account) string {
	var b strings.Builder
	for _, f := range a.Fields {
		fmt.Fprintf(&b, "%s=%q ", f.Name, string(f.Text))
	}
	return b.String()
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

package diagnose

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"logdoc/internal/lang"
)

// TestBuiltinPacks holds the packs that come with the program to what `logdoc check` asks of any pack.
func TestBuiltinPacks(t *testing.T) {
	p, err := LoadSources(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if problems := p.Check(); len(problems) > 0 {
		lang.Render(os.Stderr, problems)
		t.Errorf("%d problems", len(problems))
	}
}

// TestForeignFormat looks for what is wrong with a built-in symptom once another pack has replaced a format that it looks at.
func TestForeignFormat(t *testing.T) {
	name := filepath.Join(t.TempDir(), "own.logdoc")
	if err := os.WriteFile(name, []byte("format avtar \"Own\" {\n  line | {time:2006-01-02 15:04:05} {message}\n  sample | 2026-03-04 05:06:07 started\n  { message = \"started\" }\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := Load([]string{name}, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if errs := p.Problems.Errors(); len(errs) == 0 || !strings.Contains(errs[0].Message, "has no field") {
		t.Errorf("what is wrong with the symptoms that read avtar is not told: %v", errs)
	}
}

func TestSelection(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		only, skip []string
		stuck, dry bool
		unknown    string
	}{
		{nil, nil, true, true, ""},
		{[]string{"acme/pump-stuck"}, nil, true, false, ""},
		{[]string{"ACME/Pump-Stuck"}, nil, true, false, ""},
		{[]string{"acme"}, nil, true, true, ""},
		{[]string{"acme/"}, nil, true, true, ""},
		{[]string{"acme pump"}, nil, true, true, ""},
		{[]string{"acm"}, nil, false, false, "acm"},
		{[]string{"acme"}, []string{"acme/pump-dry"}, true, false, ""},
		{nil, []string{"Acme Pump"}, false, false, ""},
		{nil, []string{"acme/pump"}, true, true, "acme/pump"},
		{nil, []string{""}, true, true, ""},
	} {
		sel := Selection{Only: test.only, Skip: test.skip}
		if got := sel.keeps("acme/pump-stuck", "Acme Pump"); got != test.stuck {
			t.Errorf("%+v: keeps pump-stuck: %v", sel, got)
		}
		if got := sel.keeps("acme/pump-dry", "Acme Pump"); got != test.dry {
			t.Errorf("%+v: keeps pump-dry: %v", sel, got)
		}
		if got := sel.Unknown(p); got != test.unknown {
			t.Errorf("%+v: unknown is %q, want %q", sel, got, test.unknown)
		}
	}
}

// TestLaterPackWins loads a pack twice: the second replaces all of the first, and that is told once for each name.
func TestLaterPackWins(t *testing.T) {
	p, err := Load([]string{pumpPack, pumpPack}, Selection{Only: []string{"acme"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"format pump", "acme/pump-stuck", "acme/pump-dry", "acme/pump-running"}
	if diff := cmp.Diff(want, p.Overridden); diff != "" {
		t.Error(diff)
	}
	if n := len(p.Rules.Symptoms()); n != 2 {
		t.Errorf("%d symptoms, want 2", n)
	}
}

// TestUnreadablePackIsPassedOver: a link that leads nowhere cannot be read, whoever asks.
func TestUnreadablePackIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling.logdoc")); err != nil {
		t.Fatal(err)
	}
	p, err := Load([]string{dir, pumpPack}, Selection{Only: []string{"acme"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "dangling.logdoc") + ":1:1: the file cannot be read: no such file or directory"}
	var got []string
	for _, pr := range p.Problems.Errors() {
		if strings.HasPrefix(pr.Pos.File, dir) {
			got = append(got, pr.Error())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(p.Rules.Symptoms()) != 2 {
		t.Error("the other pack was not used")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(nil, Selection{}); err != nil {
			b.Fatal(err)
		}
	}
}

// siteSymptom is one as a site writes them by the thousand.
const siteSymptom = `symptom site/known-%[1]d "Text %[1]d was logged" {
  severity warning
  product  "Pump"
  event seen "the text" in any where text has "impeller %[1]d seized"
  likely when seen
  cause
    | The bearing ran dry.
  impact
    | No water.
  look read-log "Read the log"
    note | It says which pump.
  example "invented: there" {
    plain | impeller %[1]d seized
    expect likely
  }
  example "invented: not there" {
    plain | all is well
    expect nothing
  }
}

`

// BenchmarkSite loads a site's symptoms from twenty files, with the built-in packs, and reads a log of one line: what many symptoms cost besides matching.
func BenchmarkSite(b *testing.B) {
	for _, count := range []int{20, 2000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			dir := b.TempDir()
			for n := 0; n < count; n += count / 20 {
				var text strings.Builder
				for i := range count / 20 {
					fmt.Fprintf(&text, siteSymptom, n+i)
				}
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("site-%04d.logdoc", n)), []byte(text.String()), 0o644); err != nil {
					b.Fatal(err)
				}
			}
			files := fstest.MapFS{"one.log": &fstest.MapFile{Data: []byte("2024-05-02 03:15:23 avtar Info <6555>: Initializing connection\n")}}
			b.ReportAllocs()
			for b.Loop() {
				p, err := Load([]string{dir}, Selection{})
				if err != nil || len(p.Problems) > 0 {
					b.Fatal(err, p.Problems)
				}
				if _, err := Run(context.Background(), p, Options{Paths: []string{"one.log"}, Files: files}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package diagnose

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

const site = `overlay acme/pump-stuck {
  because | the spare pump takes over
  severity notice
}
silence acme/pump-stuck {
  because | ticket 4711
  until   2026-06-01
  where   host == "north"
}
`

// loadSite loads the pump pack with a site's file before it.
func loadSite(t *testing.T, load func([]string, Selection) (*Packs, error), sel Selection) *Packs {
	t.Helper()
	name := filepath.Join(t.TempDir(), "site.logdoc")
	if err := os.WriteFile(name, []byte(site), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := load([]string{name, pumpPack}, sel)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Problems) > 0 {
		t.Fatal(p.Problems)
	}
	return p
}

func severityOf(p *Packs, symptom string) string {
	for _, s := range p.Rules.Symptoms() {
		if s.Name == symptom {
			return s.Severity.String()
		}
	}
	return "none"
}

// A symptom's examples speak of the symptom as its author wrote it: whoever looks at the files gets it so, whoever diagnoses gets it as the site has it.
func TestOverlayIsForDiagnosis(t *testing.T) {
	loaded, sources := loadSite(t, Load, Selection{}), loadSite(t, LoadSources, Selection{})
	if diff := cmp.Diff([]string{"notice", "error"}, []string{severityOf(loaded, "acme/pump-stuck"), severityOf(sources, "acme/pump-stuck")}); diff != "" {
		t.Error(diff)
	}
	if problems := sources.Check(); len(problems) > 0 {
		t.Error(problems)
	}
}

// What --skip leaves out can have an overlay and a silence all the same.
func TestOverlayOfWhatIsLeftOut(t *testing.T) {
	p := loadSite(t, Load, Selection{Skip: []string{"acme"}})
	if got := severityOf(p, "acme/pump-stuck"); got != "none" {
		t.Error(got)
	}
}

func TestSilencedByTheClock(t *testing.T) {
	p := loadSite(t, Load, Selection{Only: []string{"acme"}})
	// The bundle was captured in March, whenever it is read.
	input := files(map[string]string{"pump.log": "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\nPUMP 2026-03-04 05:06:07 south ERROR rotor stuck at 90 degrees\n"})
	for _, tt := range []struct {
		now            string
		told, silenced int
		note           string
	}{
		{"2026-03-04T06:00:00Z", 1, 1, ""},
		{"2026-05-31T23:59:59Z", 1, 1, ""},
		{"2026-06-01T00:00:00Z", 2, 0, "a silence has ended, and what it silenced is told again: remove it, or give it a later end"},
		{"2030-01-01T00:00:00Z", 2, 0, "a silence has ended, and what it silenced is told again: remove it, or give it a later end"},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Run(t.Context(), p, Options{Paths: []string{"."}, Files: input, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if err := accounts(d); err != nil {
			t.Error(err)
		}
		note := ""
		for _, n := range d.Notes {
			if n.Text == tt.note {
				note = n.Text
			}
		}
		if len(d.Findings) != tt.told || len(d.Silenced) != tt.silenced || note != tt.note {
			t.Errorf("%s: %d told, %d silenced, notes %v", tt.now, len(d.Findings), len(d.Silenced), d.Notes)
		}
		for _, f := range d.Findings {
			if f.Severity != logdoc.Notice || len(f.Why) != 2 {
				t.Errorf("%s is %s: %v", f.Key, f.Severity, f.Why)
			}
		}
		// A silenced record is known bad all the same.
		if bad := d.Coverage.Totals.KnownBad; bad != 2 {
			t.Errorf("%d records are known bad, want 2", bad)
		}
	}
}

package tui

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/google/go-cmp/cmp"

	"logdoc"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// robot is a person at a terminal: it presses keys and looks at the screen. It is in the same goroutine as the model, and every command is run to its end before the
// next key, so that nothing is waited for.
type robot struct {
	player
	// files are the logs of the input, where it has any.
	files fstest.MapFS
	t     *testing.T
	clock time.Time
}

// sitDown opens a screen of that size on a session.
func sitDown(t *testing.T, width, height int, s Session) *robot {
	t.Helper()
	r := &robot{t: t, clock: noon("2026-03-01")}
	if s.Now == nil {
		s.Now = func() time.Time { return r.clock }
	}
	if s.Name == "" {
		s.Name = "bundle.tgz"
	}
	r.model = newModel(s)
	r.do(r.model.Init())
	return r.resize(width, height)
}

// lookAt sits down at a terminal on which a diagnosis is done.
func lookAt(t *testing.T, width, height int, d *logdoc.Diagnosis) *robot {
	t.Helper()
	return sitDown(t, width, height, Session{}).reads(logdoc.Update{Diagnosis: d, Records: d.Coverage.Totals.Records, Done: true})
}

func noon(day string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", day+" 12:00:00")
	if err != nil {
		panic(err)
	}
	return t
}

func (r *robot) resize(width, height int) *robot {
	return r.tell(tea.WindowSizeMsg{Width: width, Height: height})
}

// reads lets an update of the diagnosis arrive.
func (r *robot) reads(u logdoc.Update) *robot { return r.tell(updateMsg(u)) }

// tell hands a message to the model, draws, and runs what comes of it.
func (r *robot) tell(msg tea.Msg) *robot {
	r.player.tell(msg)
	return r
}

// presses presses keys one after the other.
func (r *robot) presses(keys ...string) *robot {
	r.t.Helper()
	for _, key := range keys {
		r.press(key)
	}
	return r
}

// pastes lets the terminal send text in one piece, marked as pasted.
func (r *robot) pastes(text string) *robot {
	r.t.Helper()
	return r.tell(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

// types writes text letter by letter.
func (r *robot) types(text string) *robot {
	r.t.Helper()
	for _, letter := range text {
		if letter == ' ' {
			r.presses("space")
		} else {
			r.presses(string(letter))
		}
	}
	return r
}

var colors = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// screen is what is to be seen, without colours.
func (r *robot) screen() string { return colors.ReplaceAllString(r.model.View(), "") }

// sees expects texts on the screen, each below or behind the one before.
func (r *robot) sees(texts ...string) *robot {
	r.t.Helper()
	screen := r.screen()
	rest := screen
	for _, text := range texts {
		n := strings.Index(rest, text)
		if n < 0 {
			r.t.Fatalf("%q is not to be seen, or not in this order:\n%s", text, screen)
		}
		rest = rest[n+len(text):]
	}
	return r
}

// seesNo expects that texts are not on the screen.
func (r *robot) seesNo(texts ...string) *robot {
	r.t.Helper()
	screen := r.screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			r.t.Fatalf("%q is to be seen:\n%s", text, screen)
		}
	}
	return r
}

// under expects the cursor's bar on a row with the text.
func (r *robot) under(text string) *robot {
	r.t.Helper()
	for row := range strings.Lines(r.screen()) {
		if strings.Contains(row, "▌") {
			if !strings.Contains(row, text) {
				r.t.Fatalf("the cursor is on %q, and not on %q:\n%s", row, text, r.screen())
			}
			return r
		}
	}
	r.t.Fatalf("there is no cursor:\n%s", r.screen())
	return r
}

// row returns the number of the row that the cursor is on.
func (r *robot) row() int {
	for i, row := range strings.Split(r.screen(), "\n") {
		if strings.HasPrefix(row, "▌") {
			return i
		}
	}
	return -1
}

// leaves expects that the program has ended, or not.
func (r *robot) leaves(want bool) *robot {
	r.t.Helper()
	if r.gone != want {
		r.t.Fatalf("the program has ended: %t, want %t", r.gone, want)
	}
	return r
}

// golden compares the screen with a file, and holds it to the size of the terminal.
func (r *robot) golden(name string) *robot {
	r.t.Helper()
	return r.sameAs(name, r.screen())
}

// goldenBytes does so with the colours, as they go to the terminal.
func (r *robot) goldenBytes(name string) *robot {
	r.t.Helper()
	return r.sameAs(name, r.model.View())
}

func (r *robot) sameAs(name, got string) *robot {
	r.t.Helper()
	checkSize(r.t, got, r.model.width, r.model.height)
	file := filepath.Join("testdata", "screens", name+".txt")
	got += "\n"
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			r.t.Fatal(err)
		}
		return r
	}
	want, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		r.t.Errorf("%s (-want +got):\n%s", name, diff)
	}
	return r
}

package tui

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// drawer is a desk in memory.
type drawer struct {
	work             logdoc.Work
	saved            int
	failing, loading error
}

func (d *drawer) Load() (logdoc.Work, error) { return d.work, d.loading }

func (d *drawer) Save(w logdoc.Work) error {
	if d.failing != nil {
		return d.failing
	}
	d.work = w
	d.saved++
	return nil
}

// atRunbook sits down at the runbook of the worst finding.
func atRunbook(t *testing.T, s Session) *robot {
	t.Helper()
	return sitDown(t, 100, 40, s).reads(logdoc.Update{Diagnosis: nightCase(), Done: true}).presses("enter", "tab", "tab").sees("[Runbook]")
}

func TestStepsAreTickedOff(t *testing.T) {
	d := &drawer{}
	r := atRunbook(t, Session{Desk: d})
	r.sees("[ ]  1 ○ look    Read the lowest serial", "[ ]  2 ▲ CHANGE  Give the server").sees("0 of 4 steps settled")
	r.presses("enter").sees("[✓]  1 ○ look    Read the lowest serial", "– done").under("Give the server").sees("1 of 4 steps settled")
	r.presses("f").sees("[✗]  2", "– failed")
	r.presses("s").sees("[–]  2", "– skipped").sees("2 of 4 steps settled")
	r.presses("space").sees("[✓]  2").presses("space").sees("[ ]  2").presses("u").sees("[✓]  2", "taken back")
	if d.saved == 0 || len(d.work.Steps) != 2 {
		t.Errorf("kept %d times: %+v", d.saved, d.work)
	}
	r.presses("u", "u", "u", "u", "u").sees("[ ]  1", "[ ]  2").presses("u").sees("nothing was done yet that could be taken back")
}

// TestTheListShowsHowFarARunbookIs ticks a step off and looks at the list.
func TestTheListShowsHowFarARunbookIs(t *testing.T) {
	lookAt(t, 80, 24, nightCase()).seesNo("[0/4]").presses("r").sees("[Runbook]").presses("enter", "q").sees("[1/4] ▸2").
		presses("r", "f", "q").sees("[1/4] ▸2").presses("r", "n").types("x").presses("enter", "q").sees("[1/4]")
}

func TestAnswersLeadOn(t *testing.T) {
	r := atRunbook(t, Session{})
	r.presses("enter").presses("down", "down", "down").under("○ choose a larger number → do this step again")
	r.presses("enter").sees("try 2", "● choose a larger number", "do this step again").under("Give the server a serial")
	r.presses("down", "down", "down", "enter").sees("try 3")
	r.presses("down", "down", "down", "down", "down").under("○ no error → go to step 3").presses("enter")
	r.under("The key table shows that number").sees("[✓]  2", "● no error")
	// Back by two: what lies between is open again.
	r.presses("down", "down", "down").under("○ no → back to step 2").presses("enter").under("Give the server").sees("[ ]  2", "try 4", "[ ]  3")
	// Forward past a step: it is skipped.
	r.presses("down", "down", "down", "down").under("○ no such key → go to step 4").presses("enter").sees("[✓]  2", "[–]  3", "[ ]  4").under("Open a case")
	// The end: what is left is skipped.
	r.presses("up", "up", "up", "up").under("The key table").presses("down", "down").under("○ yes → done").presses("enter").sees("[✓]  3", "[–]  4", "the runbook ends here")
}

func TestNotes(t *testing.T) {
	d := &drawer{}
	r := atRunbook(t, Session{Desk: d})
	r.presses("n").sees("note to step 1").types("the key was 41850").presses("enter").sees("note: the key was 41850")
	r.presses("n").sees("the key was 41850").presses("backspace", "backspace").types("00").presses("esc").sees("note: the key was 41850")
	want := logdoc.StepWork{Symptom: "acme/ticket", Step: "read", Note: "the key was 41850", Changed: r.clock}
	if diff := cmp.Diff([]logdoc.StepWork{want}, d.work.Steps); diff != "" {
		t.Error(diff)
	}
	// Another session finds it again, and an empty note is none.
	r = atRunbook(t, Session{Desk: d}).sees("note: the key was 41850").presses("n")
	for range len("the key was 41850") {
		r.presses("backspace")
	}
	r.presses("enter").seesNo("note:")
	if len(d.work.Steps) != 0 {
		t.Errorf("work that says nothing is kept: %+v", d.work.Steps)
	}
}

func TestCopy(t *testing.T) {
	copied := ""
	s := Session{Outside: Outside{Copy: func(text string) (string, error) { copied = text; return "through the terminal", nil }}}
	r := atRunbook(t, s)
	r.presses("y").sees("copied: through the terminal")
	if copied != "avmaint cat /sysinfo/security/keytable" {
		t.Errorf("copied %q", copied)
	}
	r.presses("down", "down", "down", "down").under("avmaint publickey").presses("enter")
	if copied != "avmaint publickey --keyfile=./mcecroot.pub --serial=<number> --ava" {
		t.Errorf("copied %q", copied)
	}
	r.presses("end").under("Open a case").presses("y").sees("this step has no command")
	atRunbook(t, Session{}).presses("y").sees("there is no clipboard here")
	s.Outside.Copy = func(string) (string, error) { return "", errors.New("no terminal\x1b[2J") }
	atRunbook(t, s).presses("y").sees("copy: no terminal␛[2J")
}

// TestACommandIsCopiedAsItIsSeen copies a command of a pack that hides something in it.
func TestACommandIsCopiedAsItIsSeen(t *testing.T) {
	copied := ""
	d := nightCase()
	d.Findings[2].Steps[0].Commands = []string{"ls\u200b\x1b]0;x\a /tmp"}
	r := sitDown(t, 100, 40, Session{Outside: Outside{Copy: func(text string) (string, error) { copied = text; return "", nil }}})
	r.reads(logdoc.Update{Diagnosis: d, Done: true}).presses("enter", "tab", "tab", "y")
	if want := "ls⟨U+200B⟩␛]0;x␇ /tmp"; copied != want {
		t.Errorf("copied %q, want %q", copied, want)
	}
}

func TestWhatIsNotKeptIsTold(t *testing.T) {
	atRunbook(t, Session{Desk: &drawer{failing: errors.New("the disk is full")}}).presses("d").sees("this is not kept: the disk is full").sees("[✓]  1")
	sitDown(t, 100, 40, Session{Desk: &drawer{loading: errors.New("the file is damaged: it was set aside")}}).sees("what was done before: the file is damaged")
}

// TestNothingIsChangedBeforeItIsLoaded presses keys before what was done is known: a save then would forget it.
func TestNothingIsChangedBeforeItIsLoaded(t *testing.T) {
	d := &drawer{work: logdoc.Work{Steps: []logdoc.StepWork{{Symptom: "acme/ticket", Step: "confirm", State: logdoc.StepDone}}}}
	r := sitDown(t, 100, 40, Session{Desk: d})
	r.model.work.loaded = false
	r.reads(logdoc.Update{Diagnosis: nightCase(), Done: true}).presses("enter", "tab", "tab", "d").sees("what was done before is still being read")
	if d.saved != 0 {
		t.Error("something was kept")
	}
}

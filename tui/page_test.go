package tui

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePageHasAllKeys holds the tables in docs/tui.md to the key map, place by place, or writes them.
func TestThePageHasAllKeys(t *testing.T) {
	const page, mark = "../docs/tui.md", "<!-- keys -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, shown, found := strings.Cut(string(text), mark)
	if !found {
		t.Fatal("the page has no place for the keys")
	}
	var want strings.Builder
	table := func(title string, list []binding) {
		fmt.Fprintf(&want, "\n### %s\n\n| keys | what they do |\n| --- | --- |\n", title)
		for _, b := range list {
			keys := make([]string, len(b.keys))
			for i, k := range b.keys {
				keys[i] = "`" + keyName(k) + "`"
			}
			fmt.Fprintf(&want, "| %s | %s |\n", strings.Join(keys, " "), b.does)
		}
	}
	for _, place := range []struct {
		title string
		keys  []string
	}{
		{"The list of findings", nil}, {"Evidence", []string{"enter"}}, {"Cause", []string{"enter", "tab"}}, {"Runbook", []string{"enter", "tab", "tab"}},
		{"Related", []string{"enter", "shift+tab"}}, {"Sources", []string{"2"}}, {"Log", []string{"3"}}, {"Timeline", []string{"4"}},
	} {
		m := lookAt(t, 80, 24, nightCase()).presses(place.keys...).model
		table(place.title, m.panes[m.shown].bindings())
	}
	r := lookAt(t, 80, 24, nightCase())
	table("Everywhere", r.model.everywhere())
	r.presses("?")
	table("In the help", r.model.help.bindings())
	if shown == want.String() {
		return
	}
	if !*update {
		t.Errorf("the page has other keys (-want +got); go test -update writes them:\n%s", cmp.Diff(want.String(), shown))
		return
	}
	if err := os.WriteFile(page, []byte(before+mark+want.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTheHelpHasAllKeys opens the help everywhere: every key that does something is in it, with the reason where it can do nothing now.
func TestTheHelpHasAllKeys(t *testing.T) {
	for _, keys := range [][]string{nil, {"enter"}, {"enter", "tab"}, {"enter", "tab", "tab"}, {"enter", "shift+tab"}, {"2"}, {"3"}, {"4"}} {
		r := lookAt(t, 120, 200, nightCase()).presses(keys...)
		all := r.model.bindings()
		r.presses("?")
		screen := strings.Join(strings.Fields(r.screen()), " ")
		for _, b := range all {
			text := b.does
			if b.why != "" {
				text += " – not now: " + string(b.why)
			}
			if !strings.Contains(screen, strings.Join(strings.Fields(text), " ")) {
				t.Errorf("after %v the help does not say %q:\n%s", keys, text, r.screen())
			}
			if b.does == "" || len(b.keys) == 0 || b.rank > 0 && b.hint == "" {
				t.Errorf("a key that says nothing: %+v", b)
			}
		}
	}
}

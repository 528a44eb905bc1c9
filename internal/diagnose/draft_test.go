package diagnose

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"logdoc/internal/lang"
	"logdoc/rules"
)

// draftProblems drafts from the lines and returns what a check says of the draft besides what it leaves to a person.
func draftProblems(t interface{ Fatalf(string, ...any) }, p *Packs, lines string) (string, lang.Problems) {
	file, _, err := p.Draft([]byte(lines), DraftOptions{Now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatalf("%q: %v", lines, err)
	}
	parsed, all := lang.Parse("draft.logdoc", file)
	all = append(append(all, parsed.Check()...), parsed.Lint()...)
	set, _, ps := rules.Compile(p.Grammar, []rules.Source{{File: parsed}})
	all = append(append(all, ps...), set.CheckExamples(p.Grammar.Read)...)
	var problems lang.Problems
	marks := 0
	for _, pr := range all.Errors() {
		if strings.HasPrefix(pr.Message, lang.DraftMark) {
			marks++
		} else {
			problems = append(problems, pr)
		}
	}
	if marks < 9 {
		t.Fatalf("a check finds only %d marks in\n%s", marks, file)
	}
	return string(file), problems
}

func TestDraft(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, lines string
		want        []string
	}{
		{"one shape",
			"2024-05-02 03:15:23 avtar Error <9876>: Unable to write to staging area /stage01 (28 percent left)\n" +
				"2024-05-02 03:15:24 avtar Error <9876>: Unable to write to staging area /stage02 (27 percent left)\n",
			[]string{"code == 9876", "| Unable to write to staging area {path} ({percent:int} percent left)\n", "certain when unable_write\n", "symptom avamar/draft "}},
		{"words that differ",
			"2024-05-02 03:15:23 avtar Error <9876>: The user alice has no right to browse this client\n" +
				"2024-05-02 03:15:24 avtar Error <9876>: The user bob has no right to browse this client\n",
			[]string{"| The user {user} has no right to browse this client\n"}},
		{"keys", "2024-05-02 03:15:23 avtar Error <9876>: lost serial=41203, id: 0xc0000711, peer 10.20.31.55:28001 of node12.example.com\n",
			[]string{"| lost serial={serial:int}, id: {id}, peer {address}:{port:int} of {host}\n", "serial = 41203", `address = "10.20.31.55"`}},
		{"braces and quotes", `2024-05-02 03:15:23 avtar Error <9876>: bad json {"user": "jane \"doe"} of "" at /a/b` + "\n", []string{"bad json {{"}},
		{"a program", "2012 Feb 29 12:05:01 myLuna  local5 info  certmonitord[1234]: info : 0 : The watchdog 12 barked\n", []string{`program == "certmonitord"`, "| The watchdog {watchdog:int} barked"}},
		{"the record's own host", "2012 Feb 29 12:05:01 myLuna  local5 info  certmonitord[1234]: info : 0 : peer host=node12 is gone\n", []string{"host={peer}"}},
		{"a stack trace", "11 Mar 2026 08:00:06,702 ERROR [main] (org.apache.flume.node.Application.main:355)  - A fatal error 12 occurred\n\tat a.b.C(C.java:12)\nCaused by: java.io.IOException: x\n",
			[]string{"in flume", "| \tat a.b.C(C.java:12)"}},
		{"no format", "the pump number 12 of hall 3 leaks\n", []string{"in plain where message like | the pump number {number:int} of hall {hall:int} leaks", `product  "draft: name the product"`, "symptom product/draft"}},
		{"hostile", "the pump \x1b[31m number 12\x00 \xff leaks {x\n", []string{"in plain"}},
		{"many holes", "the numbers of today: " + strings.Repeat("1 ", 100) + "\n", []string{"{}\n"}},
		{"a long line", strings.Repeat("word ", 4000) + "12\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, problems := draftProblems(t, p, test.lines)
			if len(problems) > 0 {
				t.Errorf("%s\nin\n%s", problems.Error(), file)
			}
			for _, want := range test.want {
				if !strings.Contains(file, want) {
					t.Errorf("%q is not in\n%s", want, file)
				}
			}
		})
	}
	if _, _, err := p.Draft([]byte("\n \n"), DraftOptions{}); err == nil {
		t.Error("a draft of nothing")
	}
}

// TestDraftOfAnything: whatever the lines are, a draft of them has no mistakes but what it leaves to a person.
func TestDraftOfAnything(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.StringMatching(`([a-z]{1,6}[ =:,."'|{}()#/-]{1,2}|[0-9]{1,4}[ .:]|/[a-z]{1,3}/[a-z0-9]{1,3} |[Üß\\"] ?){1,8}`)
		var lines strings.Builder
		for range rapid.IntRange(1, 4).Draw(t, "lines") {
			lines.WriteString("2024-05-02 03:15:23 avtar Error <9876>: x" + message.Draw(t, "message") + "\n")
		}
		if file, problems := draftProblems(t, p, lines.String()); len(problems) > 0 {
			t.Fatalf("%s\nin\n%s", problems.Error(), file)
		}
	})
}

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestQueryPage asks every question of docs/query.md about the samples: each has an answer. The page names every column that there is.
func TestQueryPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/query.md")
	if err != nil {
		t.Fatal(err)
	}
	questions := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(questions) < 12 {
		t.Fatalf("%d questions", len(questions))
	}
	samples := []string{"../../samples/avamar-case.tgz", "../../samples/luna-logs.tgz", "../../samples/mrs-flume-logs.zip"}
	for _, q := range questions {
		t.Run(strings.Fields(q[1])[1], func(t *testing.T) {
			status, out, stderr := runHere(t, append(append([]string{"query", "-f", "csv"}, samples...), q[1])...)
			if status != exitDone || strings.Count(out, "\n") < 2 {
				t.Errorf("status %d, answer %q\n%s\n%s", status, out, stderr, q[1])
			}
		})
	}
	tables, err := os.ReadFile("../../store/question.sql")
	if err != nil {
		t.Fatal(err)
	}
	columns := 0
	for _, table := range regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\);`).FindAllStringSubmatch(string(tables), -1) {
		row := regexp.MustCompile("(?m)^\\| `" + table[1] + "` \\|.*$").FindString(string(page))
		for _, c := range strings.Split(table[2], ",") {
			columns++
			if name := strings.Fields(c)[0]; !strings.Contains(row, "`"+name+"`") {
				t.Errorf("docs/query.md says nothing of %s.%s", table[1], name)
			}
		}
	}
	if columns < 80 {
		t.Errorf("only %d columns", columns)
	}
}

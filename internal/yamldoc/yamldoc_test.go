package yamldoc_test

import (
	"strings"
	"testing"

	"logdoc/internal/yamldoc"
)

func TestNodes(t *testing.T) {
	bounds := yamldoc.Bounds{Size: 1 << 20, Documents: 2, Split: "split it"}
	for _, tt := range []struct {
		name, src string
		documents int
		want      string
	}{
		{"one", "a: 1\n", 1, ""},
		{"two", "a: 1\n---\nb: 2\n", 2, ""},
		{"none", "", 0, ""},
		{"three", "a: 1\n---\nb: 2\n---\nc: 3\n", 2, ":4:1: the file has more than 2 documents"},
		{"long", strings.Repeat("# x\n", 1<<19), 0, ":1:1: the file has more than 1 MiB"},
		{"brackets", "a: 1\nb: " + strings.Repeat("[", 100_000), 0, ":2:1: brackets nest more than 64 deep"},
		{"dashes", strings.Repeat("- ", 100_000), 0, ":1:1: brackets nest more than 64 deep"},
		{"no UTF-8", "a: 1\nb: \xff\n", 0, ":2:1: the file is no UTF-8 text"},
		{"no YAML", "a: 1\n\tb: 2\n", 0, "this is no YAML"},
		{"a document and no YAML", "a: 1\n---\nb: [\n", 1, "this is no YAML"},
		{"laughs are not resolved", "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n", 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			docs, problem := yamldoc.Nodes([]byte(tt.src), bounds)
			if len(docs) != tt.documents {
				t.Errorf("%d documents", len(docs))
			}
			if tt.want == "" && problem != nil || tt.want != "" && (problem == nil || !strings.Contains(problem.Error(), tt.want)) {
				t.Errorf("%v, want %q", problem, tt.want)
			}
		})
	}
}

func FuzzNodes(f *testing.F) {
	f.Add([]byte("a: [1, {b: c}]\n--- |\n x\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		docs, problem := yamldoc.Nodes(src, yamldoc.Bounds{Size: 1 << 10, Documents: 3})
		if len(docs) > 3 || problem != nil && (problem.Pos.Line < 1 || problem.Pos.Col < 1 || strings.Contains(problem.Message, "\n")) {
			t.Errorf("%d documents, %v", len(docs), problem)
		}
	})
}

package diagnose

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"logdoc"
	"logdoc/samples"
	"logdoc/source"

	"github.com/google/go-cmp/cmp"
)

// told is what a diagnosis says of nodes, one line each.
func told(n logdoc.Nodes) []string {
	var out []string
	for _, node := range n.List {
		line := string(node.Name)
		if node.Guessed {
			line += "?"
		}
		out = append(out, fmt.Sprintf("%s %d logs %d findings %s", line, node.Logs, node.Findings, node.Worst))
	}
	for _, o := range n.Outliers {
		what := map[bool]string{true: "lacks", false: "alone"}[o.Lacks]
		out = append(out, strings.TrimRight(fmt.Sprintf("%s %s %s of %d %s", o.Node, what, o.Kind, o.Of, o.Name+o.State+string(o.Log)), " "))
	}
	if n.Unplaced+n.Shared > 0 {
		out = append(out, fmt.Sprintf("%d unplaced %d shared", n.Unplaced, n.Shared))
	}
	return out
}

// lunalogs is a log of an appliance that says why it is there: expiring, refused, stopped, or nothing.
func lunalogs(host string, what ...string) string {
	lines := map[string]string{
		"":         "2026 Mar  3 06:00:11 HOST  local5 info  NTLS[2207]: info : 0 : Incoming connection request... : 10.20.31.55/41960",
		"started":  "2026 Mar  3 06:00:11 HOST  local5 info  certmonitord[1877]: info : 0 : NTLS certificate expiry monitor started",
		"stopped":  "2026 Mar  3 06:00:13 HOST  local5 info  certmonitord[1877]: info : 0 : NTLS certificate expiry monitor terminated",
		"expiring": "2026 Mar  3 06:00:12 HOST  local5 info  certmonitord[1877]: info : 0 : NTLS certificate will be expire on Mar 14 09:20:00 2026 GMT",
	}
	var out strings.Builder
	for _, w := range append([]string{""}, what...) {
		out.WriteString(strings.ReplaceAll(lines[w], "HOST", host) + "\n")
	}
	return out.String()
}

func TestNodes(t *testing.T) {
	avtar := "2026-02-17 20:00:06 avtar Info <5008>: Logging to /usr/local/avamar/var/clientlogs/a.log\n"
	for _, test := range []struct {
		name  string
		input map[string]string
		want  []string
	}{
		{"one machine has nobody to be compared with", map[string]string{"b/lunalogs": lunalogs("luna-1", "expiring")},
			[]string{"luna-1 1 logs 1 findings warning"}},
		{"nothing says where", map[string]string{"b/a/lunalogs": avtar, "b/c/lunalogs": avtar}, []string{"2 unplaced 0 shared"}},
		{"one of three has it", map[string]string{"b/1/lunalogs": lunalogs("luna-1"), "b/2/lunalogs": lunalogs("luna-2", "expiring"), "b/10/lunalogs": lunalogs("luna-10")},
			[]string{"luna-1 1 logs 0 findings unrated", "luna-2 1 logs 1 findings warning", "luna-10 1 logs 0 findings unrated", "luna-2 alone finding of 3 luna/ntls-certificate-expiring"}},
		{"all but one have it", map[string]string{"b/1/lunalogs": lunalogs("luna-1", "expiring"), "b/2/lunalogs": lunalogs("luna-2", "expiring"), "b/3/lunalogs": lunalogs("luna-3")},
			[]string{"luna-1 1 logs 1 findings warning", "luna-2 1 logs 1 findings warning", "luna-3 1 logs 0 findings unrated", "luna-3 lacks finding of 3 luna/ntls-certificate-expiring"}},
		{"all have it", map[string]string{"b/1/lunalogs": lunalogs("luna-1", "expiring"), "b/2/lunalogs": lunalogs("luna-2", "expiring")},
			[]string{"luna-1 1 logs 1 findings warning", "luna-2 1 logs 1 findings warning"}},
		{"one file of three", map[string]string{"b/remote.log": lunalogs("luna-1") + lunalogs("luna-2", "expiring") + lunalogs("luna-3")},
			[]string{"luna-1 0 logs 0 findings unrated", "luna-2 0 logs 1 findings warning", "luna-3 0 logs 0 findings unrated", "luna-2 alone finding of 3 luna/ntls-certificate-expiring", "0 unplaced 1 shared"}},
		{"short and full names are one machine", map[string]string{"b/lunalogs": lunalogs("luna-1"), "b/other": lunalogs("LUNA-1.example.com")},
			[]string{"LUNA-1.example.com 2 logs 0 findings unrated"}},
		{"two full names are two machines", map[string]string{"b/x": lunalogs("luna-1.a.example"), "b/y": lunalogs("luna-1.b.example")},
			[]string{"luna-1.a.example 1 logs 0 findings unrated", "luna-1.b.example 1 logs 0 findings unrated"}},
		{"localhost is nobody", map[string]string{"b/x": lunalogs("localhost"), "b/y": lunalogs("luna-1")},
			[]string{"luna-1 1 logs 0 findings unrated", "1 unplaced 0 shared"}},
		{"folders called like machines are a guess", map[string]string{"b/client1/a.log": avtar, "b/client2/b.log": avtar, "b/data01/c.log": avtar},
			[]string{"client1? 1 logs 0 findings unrated", "client2? 1 logs 0 findings unrated", "1 unplaced 0 shared"}},
		{"a folder around everything tells nothing", map[string]string{"server1/x/a.log": avtar, "server1/y/b.log": avtar}, []string{"2 unplaced 0 shared"}},
		{"a folder is called as its records call the machine", map[string]string{"b/node1/lunalogs": lunalogs("luna-1"), "b/node1/a.log": avtar, "b/10.0.0.7_22/a.log": avtar},
			[]string{"10.0.0.7? 1 logs 0 findings unrated", "luna-1 2 logs 0 findings unrated"}},
		{"one is stopped", map[string]string{"b/1/lunalogs": lunalogs("luna-1", "started"), "b/2/lunalogs": lunalogs("luna-2", "started", "stopped"), "b/3/lunalogs": lunalogs("luna-3", "started")},
			[]string{"luna-1 1 logs 0 findings unrated", "luna-2 1 logs 0 findings unrated", "luna-3 1 logs 0 findings unrated", "luna-2 lacks state of 3 luna/certmonitordrunning"}},
		{"of one a log is missing", map[string]string{"b/1/lunalogs": lunalogs("luna-1"), "b/2/lunalogs": lunalogs("luna-2"), "b/3/lunalogs": lunalogs("luna-3"), "b/1/messages": lunalogs("luna-1"), "b/3/messages": lunalogs("luna-3")},
			[]string{"luna-1 2 logs 0 findings unrated", "luna-2 1 logs 0 findings unrated", "luna-3 2 logs 0 findings unrated", "luna-2 lacks log of 3 messages"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := Load(nil, Selection{})
			if err != nil {
				t.Fatal(err)
			}
			paths := map[string]bool{}
			for name := range test.input {
				root, _, _ := strings.Cut(name, "/")
				paths[root] = true
			}
			for _, workers := range []int{1, 4} {
				o := Options{Files: files(test.input), Workers: workers}
				for path := range paths {
					o.Paths = append(o.Paths, path)
				}
				d, err := Run(context.Background(), p, o)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, told(d.Nodes)); diff != "" {
					t.Errorf("%d workers (-want +got):\n%s", workers, diff)
				}
			}
		})
	}
}

// TestGroupBundle holds the sample to what its description says.
func TestGroupBundle(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Run(context.Background(), p, Options{Paths: []string{"../../samples/" + samples.GroupBundle}, Files: source.Disk{}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"luna-h1 2 logs 1 findings warning", "luna-h2 1 logs 1 findings warning", "luna-h3 2 logs 2 findings error", "luna-h4 2 logs 1 findings warning",
		"luna-h3 alone finding of 4 luna/ntls-unknown-ca", "luna-h3 lacks finding of 4 luna/ntls-certificate-expiring", "luna-h2 lacks log of 4 messages",
	}
	if diff := cmp.Diff(want, told(d.Nodes)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNaturally(t *testing.T) {
	for _, test := range [][2]string{{"node2", "node10"}, {"node2", "node02x"}, {"a", "b"}, {"", "a"}, {"n1-2", "n1-10"}, {"10.0.0.9", "10.0.0.10"}, {"a99999999999999999999", "a100000000000000000000"}} {
		if naturally(test[0], test[1]) >= 0 || naturally(test[1], test[0]) <= 0 || naturally(test[0], test[0]) != 0 {
			t.Errorf("%q does not come before %q", test[0], test[1])
		}
	}
}

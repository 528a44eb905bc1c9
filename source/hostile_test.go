package source

import (
	"fmt"
	"strings"
	"testing"

	"logdoc/samples/hostile"
)

// Every crafted archive is cut in twelve places, a short one behind each of its bytes: the walk ends, and an archive that had a list of members or an end mark says that something is missing.
func TestHostileCutAnywhere(t *testing.T) {
	for _, a := range hostile.Archives() {
		if strings.HasSuffix(a.Title, "layers") || a.Name == "shared.zip" {
			continue // they take long to make
		}
		data := a.Make()
		if len(data) > 16<<10 {
			continue
		}
		places := 12
		if len(data) <= 1<<10 {
			places = len(data)
		}
		for i := range places {
			cut := len(data) * i / places
			got := walk("f", data[:cut], Limits{Members: 200, TotalBytes: 1 << 20})
			if got.err != nil {
				t.Errorf("%s after %d of %d bytes: %v", a.Name, cut, len(data), got.err)
			}
			switch sniff([]byte(data[:cut])) {
			case tarred, zipped, sevened:
				if end := strings.TrimRight(data, "\x00"); len(got.notes) == 0 && cut < len(end) && !strings.HasPrefix(a.Name, "junk") && !strings.HasPrefix(a.Name, "joined") {
					t.Errorf("%s after %d of %d bytes: nothing is said of the cut", a.Name, cut, len(data))
				}
			}
		}
	}
}

// What one member of the outermost archive unpacks to, with all the archives in it, is bounded together, so that the member behind it is read.
func TestMemberBytesHoldForAllInIt(t *testing.T) {
	var inner []member
	for i := range 20 {
		inner = append(inner, member{name: fmt.Sprint(i, ".gz"), data: makeGz(strings.Repeat("x\n", 100_000))})
	}
	data := makeTar(member{name: "node.tgz", data: makeGz(makeTar(inner...))}, member{name: "log.gz", data: makeGz(oneTwo)})
	got := walk("f", data, Limits{MemberBytes: 1 << 20})
	if got.text["f!/log.gz"] != oneTwo {
		t.Errorf("the member behind it was not read: %s", got)
	}
	read := 0
	for _, text := range got.text {
		read += len(text)
	}
	if read > 1<<20+1<<17 || read < 1<<19 || !got.lost || !strings.Contains(got.notes[0], "--max-member-bytes") {
		t.Errorf("%d bytes were read; %q", read, got.notes)
	}
}

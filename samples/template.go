package samples

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// entry is one kind of record in a mix: how often it comes compared with the others, and its template. A template is the record's text, of
// one line or several, with marks in it:
//
//	«A» «B»    the record's time, on the first or the second clock of its log
//	«4» «04»   four digits, without or with leading zeros
//	«*6»       six digits that are new each time the record is written
//	«x8»       eight hexadecimal digits
//	«topic»    one of the words of that name
//	«=»        what the mark before it stood for
type entry struct {
	weight int
	text   string
}

// mix is the ordinary traffic of one log.
type mix []entry

// words are the invented names that templates draw from.
var words = map[string][]string{
	"client":  {"10.20.31.7", "10.20.31.8", "10.20.31.9", "10.20.31.24", "10.20.31.101", "10.20.32.15"},
	"bucket":  {"web/events.1773157214061", "web/events.1773157280337", "orders/events.1773157301190", "audit/events.1773157333872"},
	"user":    {"admin", "operator", "monitor"},
	"command": {"hsm show", "status cpu", "status disk", "ntls show", "client list", "syslog tail -logname lunalogs", "network show", "sysconf ntp status", "partition list"},
	"dir":     {"/srv/projects/atlas", "/srv/projects/borealis", "/var/lib/app/spool", "/home/build/artifacts", "/opt/erp/reports/2026"},
	"file":    {"ledger.dat", "index.idx", "frame-0042.exr", "invoice.pdf", "module.o", "summary.csv", "table.parquet"},
	"disk":    {"virtdisk", "system", "data1", "archive"},
	"peer": {
		`"pki-ca01" Connection instance removed : 10.20.31.7`, `"pki-ca02" Connection instance removed : 10.20.31.8`,
		`"sign-web03" Connection instance removed : 10.20.31.9`, `"paydb-01" Connection instance removed : 10.20.31.24`,
		`"paydb-02" Connection instance removed : 10.20.31.101`, `"ocsp-11" Connection instance removed : 10.20.32.15`,
	},
	"topic": {"web", "orders", "audit", "metrics"},
	"level": {"low", "medium", "high"},
}

// patch is a place in a line that is filled in each time the line is written: with the time of a clock, or with digits when clock is
// negative.
type patch struct {
	at     int
	clock  int
	digits int
}

// line is a template's line, rendered except for its patches. It ends with a newline.
type line struct {
	text    []byte
	patches []patch
}

// starts reports whether the line begins a record, which is to say that it carries a time.
func (l *line) starts() bool { return len(l.patches) > 0 && l.patches[0].clock >= 0 }

// newRand returns the random source of a seed.
func newRand(seed int64) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 0x10cd0c)) }

// render draws the given number of records from the mix.
func (m mix) render(clocks []clock, records int, rng *rand.Rand) []line {
	total := 0
	for _, e := range m {
		total += e.weight
	}
	var lines []line
	for range records {
		at := rng.IntN(total)
		for _, e := range m {
			if at -= e.weight; at < 0 {
				lines = append(lines, renderText(e.text, clocks, rng)...)
				break
			}
		}
	}
	return lines
}

// renderText renders a template of one or more lines.
func renderText(text string, clocks []clock, rng *rand.Rand) []line {
	var lines []line
	for part := range strings.Lines(text) {
		lines = append(lines, renderLine(strings.TrimSuffix(part, "\n"), clocks, rng))
	}
	return lines
}

func renderLine(text string, clocks []clock, rng *rand.Rand) line {
	var l line
	var given []byte // what the mark before stood for
	for {
		plain, rest, marked := strings.Cut(text, "«")
		l.text = append(l.text, plain...)
		if !marked {
			l.text = append(l.text, '\n')
			return l
		}
		var mark string
		mark, text, _ = strings.Cut(rest, "»")
		if mark == "=" {
			l.text = append(l.text, given...)
			continue
		}
		start := len(l.text)
		l.fill(mark, clocks, rng)
		given = bytes.Clone(l.text[start:])
	}
}

// fill appends what a mark stands for. A mark that means nothing is a mistake in this package's own tables, which its tests find.
func (l *line) fill(mark string, clocks []clock, rng *rand.Rand) {
	switch {
	case mark == "A" || mark == "B":
		n := int(mark[0] - 'A')
		l.patches = append(l.patches, patch{at: len(l.text), clock: n})
		l.text = append(l.text, clocks[n].blank()...)
	case mark[0] == '*':
		digits := count(mark[1:])
		l.patches = append(l.patches, patch{at: len(l.text), clock: -1, digits: digits})
		l.text = append(l.text, strings.Repeat("1", digits)...)
	case mark[0] == 'x':
		for range count(mark[1:]) {
			l.text = append(l.text, "0123456789abcdef"[rng.IntN(16)])
		}
	case mark[0] >= '0' && mark[0] <= '9':
		for i := range count(mark) {
			low := 0
			if i == 0 && mark[0] != '0' {
				low = 1
			}
			l.text = append(l.text, byte('0'+low+rng.IntN(10-low)))
		}
	default:
		choice, ok := words[mark]
		if !ok {
			panic(fmt.Sprintf("samples: unknown mark «%s»", mark))
		}
		l.text = append(l.text, choice[rng.IntN(len(choice))]...)
	}
}

func count(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic(fmt.Sprintf("samples: mark «%s» is not a number of digits", digits))
	}
	return n
}

package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Costs writes what a run spent its time on, as a table, the dearest first. What took less than a microsecond and looked at nothing is only counted.
func Costs(w io.Writer, costs []logdoc.Cost, o TextOptions) error {
	p := newPrinter(w, o)
	sorted := slices.Clone(costs)
	slices.SortFunc(sorted, func(a, b logdoc.Cost) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Name, b.Name))
	})
	total, idle := time.Duration(0), 0
	for _, c := range sorted {
		total += c.Time
	}
	p.prose(0, bold, sanitize.Safe(fmt.Sprintf("It took %s of all processors together", milliseconds(total))))
	p.line(0, part{dim, sanitize.Safe(fmt.Sprintf("%12s %6s %12s %10s  %s", "time", "share", "looked at", "taken", "part"))})
	for _, c := range sorted {
		if c.Time < time.Microsecond && c.Looked == 0 {
			idle++
			continue
		}
		share, looked, taken := "", "", ""
		if total > 0 {
			share = fmt.Sprintf("%.1f %%", 100*float64(c.Time)/float64(total))
		}
		if c.Looked > 0 {
			looked = thousands(c.Looked)
			if c.Part != logdoc.CostFormat {
				taken = thousands(c.Taken)
			}
		}
		name := sanitize.Safe(c.Part.String())
		switch {
		case c.Name != "":
			name += " " + sanitize.Line(c.Name)
		case c.Part == logdoc.CostFormat:
			name = "lines of no known format"
		}
		p.line(0, part{text: sanitize.Safe(fmt.Sprintf("%12s %6s %12s %10s  ", milliseconds(c.Time), share, looked, taken)) + name})
	}
	if idle > 0 {
		p.prose(0, dim, sanitize.Safe(counted(idle, "part")+" more took nothing: no record came near what they look for"))
	}
	return p.w.Flush()
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

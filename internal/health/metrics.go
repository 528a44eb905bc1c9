package health

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Metric is one quantity with its samples.
type Metric struct {
	// Name is written as Prometheus wants it: letters, digits and underscores. Help is one sentence.
	Name, Help string
	// Counter is true for what only grows.
	Counter bool
	Samples []Sample
}

// Sample is one value, with what it is of.
type Sample struct {
	Labels []Label
	Value  float64
}

// Label says what a sample is of. Value may come from a log.
type Label struct {
	Name  string
	Value logdoc.LogText
}

// One makes a metric of one value.
func One(name, help string, counter bool, value float64) Metric {
	return Metric{Name: name, Help: help, Counter: counter, Samples: []Sample{{Value: value}}}
}

const (
	// maxSamples is how many samples of one metric are shown; those with the smallest values are joined into one, whose labels say "other".
	maxSamples = 500
	// maxLabel is how many bytes a label's value may have.
	maxLabel = 200
)

// Write prints the metrics in the text format of Prometheus, version 0.0.4. The same metrics give the same bytes.
func Write(w io.Writer, metrics []Metric) error {
	var page bytes.Buffer
	for _, m := range metrics {
		kind := "gauge"
		if m.Counter {
			kind = "counter"
		}
		fmt.Fprintf(&page, "# HELP %s %s\n# TYPE %s %s\n", m.Name, strings.NewReplacer(`\`, `\\`, "\n", " ").Replace(string(sanitize.Line(m.Help))), m.Name, kind)
		for _, s := range bound(m.Samples) {
			page.WriteString(m.Name)
			page.WriteString(s.labels)
			page.WriteByte(' ')
			page.WriteString(number(s.value))
			page.WriteByte('\n')
		}
	}
	_, err := w.Write(page.Bytes())
	return err
}

type line struct {
	labels string
	value  float64
}

// bound writes the labels, adds up samples that have come to bear the same, and sorts them.
func bound(samples []Sample) []line {
	sum := map[string]float64{}
	if len(samples) > maxSamples {
		samples = slices.Clone(samples)
		slices.SortStableFunc(samples, func(a, b Sample) int { return cmp.Compare(b.Value, a.Value) })
		for _, s := range samples[maxSamples-1:] {
			other := make([]Label, len(s.Labels))
			for i, l := range s.Labels {
				other[i] = Label{l.Name, "other"}
			}
			sum[labels(other)] += s.Value
		}
		samples = samples[:maxSamples-1]
	}
	for _, s := range samples {
		sum[labels(s.Labels)] += s.Value
	}
	lines := make([]line, 0, len(sum))
	for l, v := range sum {
		lines = append(lines, line{l, v})
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.labels, b.labels) })
	return lines
}

var labelValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func labels(of []Label) string {
	if len(of) == 0 {
		return ""
	}
	var b strings.Builder
	for i, l := range of {
		b.WriteByte("{,"[min(i, 1)])
		value := string(sanitize.Line(l.Value[:min(len(l.Value), 4*maxLabel)]))
		if len(value) > maxLabel {
			value = strings.ToValidUTF8(value[:maxLabel-len("…")], "") + "…"
		}
		fmt.Fprintf(&b, `%s="%s"`, l.Name, labelValue.Replace(value))
	}
	b.WriteByte('}')
	return b.String()
}

func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

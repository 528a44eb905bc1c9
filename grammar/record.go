package grammar

import (
	"bytes"
	"strings"

	"logdoc"
)

// Record writes a record of the format that has the message: its first sample whose message ends the line, with this one in its place. It returns "" where no
// sample is so.
func (s *Set) Record(format, message string) string {
	f, ok := s.byName[format]
	if !ok {
		return ""
	}
	for _, sample := range f.samples {
		line := sample.Text.Lines[0]
		front := -1
		s.Read(format, []byte(line+"\n"), sampleTime, func(ev *logdoc.Event) {
			if old := ev.Field(logdoc.FieldMessage); ev.Format == f.index && len(old) > 0 && bytes.HasSuffix(ev.Head, old) && strings.HasSuffix(line, string(old)) {
				front = len(line) - len(old)
			}
		})
		if front > 0 {
			return line[:front] + message
		}
	}
	return ""
}

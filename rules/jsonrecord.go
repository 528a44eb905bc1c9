package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
)

// jsonRecord is a record that is JSON, or ends in JSON behind what a collector put in front of it.
type jsonRecord struct {
	value any
	ok    bool
	// whole means that the record starts with the JSON: what stands behind other text may be a part of a sentence.
	whole bool
	// serial tells which record was looked at, as do those of what it wraps.
	serial  uint32
	wrapped wrapped
}

// wrapped is the line of a program that a container engine wrote as JSON, {"log":"…","stream":"stderr","time":"…"}: terms are meant for the line.
type wrapped struct {
	serial uint32
	line   []byte
}

var wrapper = []byte(`{"log":"`)

// lineOf returns the line that a record wraps, or nil.
func (sc *Scanner) lineOf(ev *logdoc.Event) []byte {
	if !bytes.HasPrefix(ev.Text, wrapper) {
		return nil
	}
	w := &sc.record.wrapped
	if w.serial == sc.serial && sc.serial != 0 {
		return w.line
	}
	*w = wrapped{serial: sc.serial}
	var v struct {
		Log    string
		Stream *string
	}
	if json.NewDecoder(bytes.NewReader(ev.Text)).Decode(&v) == nil && v.Stream != nil {
		w.line = bytes.TrimRight([]byte(v.Log), "\r\n")
	}
	return w.line
}

// jsonReach bounds where in a line JSON may start.
const jsonReach = 512

// jsonOf reads the record as JSON if the term asks for a field or is a jq program. Several terms that ask for the same record have it read once.
func (sc *Scanner) jsonOf(ev *logdoc.Event, t *termTest) *jsonRecord {
	r := &sc.record
	if t.field == "" && t.kind != lang.TermJQ && len(t.keep) == 0 {
		return r
	}
	if r.serial == sc.serial && sc.serial != 0 {
		return r
	}
	*r = jsonRecord{serial: sc.serial, wrapped: r.wrapped}
	if line := sc.lineOf(ev); line != nil {
		if r.read(line); r.ok {
			return r
		}
		// A text that is wrapped: the wrapping has fields, but lacks none.
		r.read(ev.Text)
		r.whole = false
		return r
	}
	r.read(ev.Text)
	return r
}

// read looks for JSON in a text.
func (r *jsonRecord) read(text []byte) {
	rest := text
	for reach := min(len(rest), jsonReach); reach > 0; {
		i := bytes.IndexByte(rest[:reach], '{')
		if i < 0 {
			return
		}
		var v map[string]any
		if json.NewDecoder(bytes.NewReader(rest[i:])).Decode(&v) == nil {
			r.value, r.ok, r.whole = v, true, len(bytes.TrimSpace(text[:len(text)-len(rest)+i])) == 0
			return
		}
		rest, reach = rest[i+1:], reach-i-1
	}
}

// fieldOf returns the text of a field: of the JSON, or else of the event.
func fieldOf(ev *logdoc.Event, record *jsonRecord, name string, slot int) []byte {
	if record.ok {
		v, ok := lookUp(record.value, name)
		if !ok {
			return nil
		}
		switch v := v.(type) {
		case string:
			return []byte(v)
		case float64:
			return strconv.AppendFloat(nil, v, 'f', -1, 64)
		case nil:
			return nil
		case bool:
			return strconv.AppendBool(nil, v)
		}
		text, err := json.Marshal(v)
		if err != nil {
			return []byte(fmt.Sprint(v))
		}
		return text
	}
	if slot < 0 {
		return nil
	}
	return ev.Field(slot)
}

// lookUp finds a field of a JSON object by its name, or by a path with dots.
func lookUp(v any, name string) (any, bool) {
	for {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if found, ok := object[name]; ok {
			return found, true
		}
		first, rest, dotted := strings.Cut(name, ".")
		if !dotted {
			return nil, false
		}
		v, name = object[first], rest
	}
}

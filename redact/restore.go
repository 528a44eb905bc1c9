package redact

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"logdoc"
)

// Map is what a case keeps of what was replaced, with its key: whoever has it can undo the redaction.
type Map struct {
	Key Key
	// Paths are the input, for who looks at the map.
	Paths  []string
	Values []Value
}

const mapVersion = 1

// mapHead is the first line of a map, mapLine each further one. A map only grows, so that two runs can add to it at once.
type mapHead struct {
	Version int      `json:"logdoc_redaction_map"`
	Key     string   `json:"key"`
	Paths   []string `json:"paths"`
}

type mapLine struct {
	Class     string `json:"class"`
	Pseudonym string `json:"pseudonym"`
	Text      string `json:"text,omitempty"`
	Bytes     []byte `json:"bytes,omitempty"` // text that is no UTF-8
}

// Head is the first line of a new map.
func (m *Map) Head() ([]byte, error) {
	line, err := json.Marshal(mapHead{mapVersion, hex.EncodeToString(m.Key[:]), m.Paths})
	return append(line, '\n'), err
}

// Lines are the values that are not in the map yet, as they are to be put at its end.
func (m *Map) Lines(values []Value) ([]byte, error) {
	known := map[string]bool{}
	for _, v := range m.Values {
		known[v.Pseudonym] = true
	}
	var out []byte
	for _, v := range values {
		if known[v.Pseudonym] {
			continue
		}
		l := mapLine{Class: v.Class.String(), Pseudonym: v.Pseudonym, Text: string(v.Text)}
		if !utf8.ValidString(l.Text) {
			l.Text, l.Bytes = "", []byte(v.Text)
		}
		line, err := json.Marshal(l)
		if err != nil {
			return nil, err
		}
		out = append(append(out, line...), '\n')
	}
	return out, nil
}

// ReadMap reads a map. A last line that is not complete is left out: who wrote it did not come to its end, and gave nothing out.
func ReadMap(text []byte) (*Map, error) {
	first, rest, whole := bytes.Cut(text, []byte("\n"))
	var head mapHead
	if err := json.Unmarshal(first, &head); err != nil || !whole || head.Version < 1 {
		return nil, errors.New("this is no map of a redaction")
	}
	if head.Version > mapVersion {
		return nil, errors.New("the map is of a newer logdoc")
	}
	m := &Map{Paths: head.Paths}
	key, err := hex.DecodeString(head.Key)
	if err != nil || len(key) != len(m.Key) {
		return nil, errors.New("the map holds no key")
	}
	copy(m.Key[:], key)
	for n := 2; len(rest) > 0; n++ {
		var line []byte
		if line, rest, whole = bytes.Cut(rest, []byte("\n")); !whole {
			break
		}
		if len(line) == 0 {
			continue
		}
		var l mapLine
		if err := json.Unmarshal(line, &l); err != nil {
			if len(rest) > 0 {
				// Two runs that were cut short and went on may leave such a line.
				continue
			}
			return nil, fmt.Errorf("line %d of the map is damaged", n)
		}
		class, err := ParseClass(l.Class)
		if err != nil {
			return nil, fmt.Errorf("line %d of the map: %w", n, err)
		}
		v := Value{Class: class, Pseudonym: l.Pseudonym, Text: logdoc.LogText(l.Text)}
		if l.Bytes != nil {
			v.Text = logdoc.LogText(l.Bytes)
		}
		m.Values = append(m.Values, v)
	}
	return m, nil
}

// Restorer puts back what pseudonyms stand for.
type Restorer struct {
	texts map[string]logdoc.LogText
	// several are pseudonyms that maps disagree about.
	several map[string]bool
}

// NewRestorer returns a restorer that knows the values of some maps.
func NewRestorer(maps ...*Map) *Restorer {
	r := &Restorer{texts: map[string]logdoc.LogText{}, several: map[string]bool{}}
	for _, m := range maps {
		for _, v := range m.Values {
			if other, ok := r.texts[v.Pseudonym]; ok && other != v.Text {
				r.several[v.Pseudonym] = true
			}
			r.texts[v.Pseudonym] = v.Text
		}
	}
	return r
}

// Restored says what a restorer did.
type Restored struct {
	// Known counts the pseudonyms that were replaced, Unknown those that no map knows, Several those that maps disagree about: both stay.
	Known, Unknown, Several int
}

// Copy copies from src to dst and puts back every value, as escape writes it. It holds no more than a few kilobytes.
func (r *Restorer) Copy(dst io.Writer, src io.Reader, escape func(logdoc.LogText) string) (Restored, error) {
	var done Restored
	in := bufio.NewReaderSize(src, 64<<10)
	out := bufio.NewWriterSize(dst, 64<<10)
	for {
		window, err := in.Peek(in.Size())
		last := err != nil
		if err != nil && !errors.Is(err, io.EOF) {
			out.Flush()
			return done, err
		}
		stop := len(window)
		if !last {
			stop -= maxPseudonym
		}
		i := r.some(out, window, stop, escape, &done)
		if _, err := in.Discard(i); err != nil {
			return done, err
		}
		if last {
			return done, out.Flush()
		}
	}
}

// some copies what starts before stop, and returns how far it came.
func (r *Restorer) some(out *bufio.Writer, window []byte, stop int, escape func(logdoc.LogText) string, done *Restored) int {
	at, i := 0, 0
	for i < stop {
		if window[i] < 'C' || window[i] > 'U' {
			i++
			continue
		}
		n := pseudonymAt(string(window[i:min(len(window), i+maxPseudonym)]))
		if n == 0 {
			i++
			continue
		}
		text, ok := r.texts[string(window[i:i+n])]
		switch {
		case !ok:
			done.Unknown++
		case r.several[string(window[i:i+n])]:
			done.Several++
		default:
			done.Known++
			out.Write(window[at:i])
			out.WriteString(escape(text))
			at = i + n
		}
		i += n
	}
	out.Write(window[at:i])
	return i
}

package cre

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"logdoc/internal/lang"
)

// Bounds of a file, so that reading it takes a bounded time and bounded memory whatever it holds.
const (
	// MaxSize is how many bytes a file may have.
	MaxSize = 8 << 20
	// maxDepth is how deep its lists and mappings may nest.
	maxDepth = 64
	// maxNodes is how many values may be looked at, those that aliases repeat counted each time.
	maxNodes = 2_000_000
	// maxDocuments is how many documents one file may hold.
	maxDocuments = 64
	// maxProblems is how many problems of one file are told.
	maxProblems = 100
)

// documents decodes the documents of a file without making values of them.
func (r *reader) documents(src []byte) []*yaml.Node {
	if len(src) > MaxSize {
		r.at(lang.Pos{Line: 1, Col: 1}, 1, fmt.Sprintf("the file has more than %d MiB", MaxSize>>20), "split it: one file a rule is usual")
		return nil
	}
	if line, ok := nestedTooDeep(src); ok {
		r.at(lang.Pos{Line: line, Col: 1}, 1, fmt.Sprintf("brackets nest more than %d deep", maxDepth), "no rule needs that")
		return nil
	}
	if !utf8.Valid(src) {
		line := 1 + bytes.Count(src[:firstInvalid(src)], []byte("\n"))
		r.at(lang.Pos{Line: line, Col: 1}, 1, "the file is no UTF-8 text", "save it as UTF-8")
		return nil
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	var docs []*yaml.Node
	for len(docs) <= maxDocuments {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs
		}
		if err != nil {
			r.syntax(err)
			return docs
		}
		docs = append(docs, &doc)
	}
	r.at(lang.Pos{Line: docs[maxDocuments].Line, Col: 1}, 1, fmt.Sprintf("the file has more than %d documents", maxDocuments), "split it")
	return docs[:maxDocuments]
}

func firstInvalid(src []byte) int {
	for i := 0; i < len(src); {
		c, n := utf8.DecodeRune(src[i:])
		if c == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(src)
}

// nestedTooDeep looks for what would make the decoder recurse: brackets inside brackets, outside quotes, and dashes in a row. Text can hold brackets too: a run of them
// is taken for nesting only far beyond what is met in it.
func nestedTooDeep(src []byte) (line int, deep bool) {
	const limit = 1000
	depth, dashes := 0, 0
	line = 1
	for i, c := range src {
		switch c {
		case '\n':
			line++
			dashes = 0
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '-', '?', ':':
			if i+1 < len(src) && src[i+1] == ' ' {
				dashes++
			}
		}
		if depth > limit || dashes > limit {
			return line, true
		}
	}
	return 0, false
}

var placed = regexp.MustCompile(`line (\d+)`)

// syntax tells an error of the decoder in one line.
func (r *reader) syntax(err error) {
	pos := lang.Pos{Line: 1, Col: 1}
	message := err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) && load.Mark.Line > 0 {
		pos = lang.Pos{Line: load.Mark.Line, Col: max(load.Mark.Column, 1)}
		message = load.Message
	} else if m := placed.FindStringSubmatch(message); m != nil {
		pos.Line, _ = strconv.Atoi(m[1])
	}
	message = strings.ReplaceAll(message, "\n", " ")
	r.at(pos, 1, "this is no YAML: "+clean(message), "indentation, quotes and tabs are the usual causes")
}

// node is one value of the file with its place.
type node struct {
	*yaml.Node
	depth int
}

func (r *reader) pos(n *yaml.Node) lang.Pos {
	return lang.Pos{File: r.file, Line: n.Line, Col: max(n.Column, 1)}
}

// follow resolves an alias and counts the value; nil when the bounds are reached.
func (r *reader) follow(n *yaml.Node, depth int) *node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
		depth++
	}
	if n == nil {
		return nil
	}
	r.nodes++
	if depth > maxDepth {
		r.once(r.pos(n), fmt.Sprintf("lists and mappings nest more than %d deep", maxDepth), "no rule needs that")
		return nil
	}
	if r.nodes > maxNodes {
		r.once(r.pos(n), "the file repeats itself by aliases too often", "write the rule without aliases")
		return nil
	}
	return &node{n, depth}
}

// pair is one entry of a mapping.
type pair struct {
	key   string
	at    lang.Pos
	value *node
}

// pairs lists the entries of a mapping, what is merged into it by << last. What is no mapping is told.
func (r *reader) pairs(n *node, what string) ([]pair, bool) {
	if n == nil {
		return nil, false
	}
	if n.Kind != yaml.MappingNode {
		r.at(r.pos(n.Node), len(n.Value), fmt.Sprintf("%s is no mapping of keys to values", what), "")
		return nil, false
	}
	var out []pair
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := r.follow(n.Content[i], n.depth+1)
		v := r.follow(n.Content[i+1], n.depth+1)
		if k == nil || v == nil {
			return nil, false
		}
		if k.Kind != yaml.ScalarNode {
			r.at(r.pos(k.Node), 1, "a key is a word", "")
			return nil, false
		}
		if seen[k.Value] {
			r.at(r.pos(k.Node), len(k.Value), fmt.Sprintf("%s stands here twice", quote(k.Value)), "leave one of them out")
			return nil, false
		}
		seen[k.Value] = true
		if k.Value == "<<" {
			merged, ok := r.pairs(v, "what << merges")
			if !ok {
				return nil, false
			}
			out = append(out, merged...)
			continue
		}
		out = append(out, pair{k.Value, r.pos(k.Node), v})
	}
	return out, true
}

// list returns the values of a list; a single value counts as a list of one.
func (r *reader) list(n *node) []*node {
	if n == nil || n.isNull() {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return []*node{n}
	}
	var out []*node
	for _, c := range n.Content {
		if v := r.follow(c, n.depth+1); v != nil {
			out = append(out, v)
		}
	}
	return out
}

func (n *node) isNull() bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// text returns a scalar as it is written.
func (r *reader) text(n *node, what string) string {
	if n == nil || n.isNull() {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		r.at(r.pos(n.Node), 1, what+" is no text", "")
		return ""
	}
	return n.Value
}

// told returns a text of the descriptive part, where one of another type is told but keeps no rule from being run.
func (r *reader) told(n *node, what string) string {
	if n != nil && n.Kind != yaml.ScalarNode {
		r.warn(r.pos(n.Node), 1, what+" is no text: it is not shown", "")
		return ""
	}
	return r.text(n, what)
}

func (r *reader) whole(n *node, what string, least, most int) int {
	v, err := strconv.Atoi(r.text(n, what))
	if err != nil || v < least || v > most {
		r.at(r.pos(n.Node), len(n.Value), fmt.Sprintf("%s is no whole number from %d to %d", what, least, most), "")
		return least
	}
	return v
}

func (r *reader) truth(n *node, what string) bool {
	switch strings.ToLower(r.text(n, what)) {
	case "true", "yes", "on":
		return true
	case "false", "no", "off", "":
		return false
	}
	r.at(r.pos(n.Node), len(n.Value), what+" is true or false", "")
	return false
}

// clean makes a text of the pack's author one that no terminal takes for more than text: control characters become pictures.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return c
		case c < ' ':
			return '\u2400' + c
		case c >= 0x7f && c < 0xa0, c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069, c == 0x200e, c == 0x200f:
			return '\ufffd'
		}
		return c
	}, s)
}

// The kinds of values that are asked for.
const (
	scalar  = yaml.ScalarNode
	mapping = yaml.MappingNode
)

const maxQuoted = 60

func quote(s string) string {
	if len(s) > maxQuoted {
		s = strings.ToValidUTF8(s[:maxQuoted], "") + "…"
	}
	return strconv.Quote(s)
}

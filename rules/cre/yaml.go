package cre

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"logdoc/internal/lang"
	"logdoc/internal/yamldoc"
)

// Bounds of a file, so that reading it takes a bounded time and bounded memory whatever it holds.
const (
	// MaxSize is how many bytes a file may have.
	MaxSize = 8 << 20
	// maxDepth is how deep its lists and mappings may nest.
	maxDepth = yamldoc.MaxDepth
	// maxNodes is how many values may be looked at, those that aliases repeat counted each time.
	maxNodes = 2_000_000
	// maxDocuments is how many documents one file may hold.
	maxDocuments = 64
	// maxProblems is how many problems of one file are told.
	maxProblems = 100
)

// documents decodes the documents of a file without making values of them.
func (r *reader) documents(src []byte) []*yaml.Node {
	docs, problem := yamldoc.Nodes(src, yamldoc.Bounds{Size: MaxSize, Documents: maxDocuments, Split: "split it: one file a rule is usual"})
	if problem != nil {
		r.add(*problem)
	}
	return docs
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

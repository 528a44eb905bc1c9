package rules

import (
	"slices"
	"strings"

	"logdoc/internal/template"
)

// trie finds the patterns whose message starts with a fixed text. Each node holds what follows its parent's text; on the way down a message is compared once with all
// of the texts that it starts with.
type trie struct {
	nodes []node     // the first is the root, whose text is empty
	top   [256]int32 // the root's children by first byte, 0 for none
}

type node struct {
	text     template.Text
	raw      string
	patterns []lookup
	children []child
}

type child struct {
	first byte
	node  int32
}

// add adds a pattern for messages that start with the text, in which each run of blanks is one blank.
func (t *trie) add(text string, l lookup) {
	if len(t.nodes) == 0 {
		t.nodes = []node{{}}
	}
	at := 0
	for {
		if text == "" {
			t.nodes[at].patterns = append(t.nodes[at].patterns, l)
			return
		}
		k := slices.IndexFunc(t.nodes[at].children, func(c child) bool { return c.first == text[0] })
		if k < 0 {
			if at == 0 {
				t.top[text[0]] = int32(len(t.nodes))
			}
			t.nodes[at].children = append(t.nodes[at].children, child{text[0], int32(len(t.nodes))})
			t.nodes = append(t.nodes, node{text: template.NewText(text), raw: text, patterns: []lookup{l}})
			return
		}
		next := int(t.nodes[at].children[k].node)
		raw := t.nodes[next].raw
		n := 0
		for n < len(raw) && n < len(text) && raw[n] == text[n] {
			n++
		}
		if n < len(raw) {
			t.split(next, n)
		}
		at, text = next, text[n:]
	}
}

// split cuts a node's text after n bytes and hangs what follows beneath it.
func (t *trie) split(at, n int) {
	whole := t.nodes[at]
	lower := node{template.NewText(whole.raw[n:]), whole.raw[n:], whole.patterns, whole.children}
	t.nodes[at] = node{template.NewText(whole.raw[:n]), strings.Clone(whole.raw[:n]), nil, []child{{whole.raw[n], int32(len(t.nodes))}}}
	t.nodes = append(t.nodes, lower)
}

// start returns the root's child whose text the message starts with, and the position behind it; nil when there is none.
func (t *trie) start(message []byte) (*node, int) {
	if len(message) == 0 || t.top[message[0]] == 0 {
		return nil, 0
	}
	n := &t.nodes[t.top[message[0]]]
	if end := n.text.At(message, 0); end >= 0 {
		return n, end
	}
	return nil, 0
}

// down is start for what stands in the message from pos on, beneath a node.
func (t *trie) down(n *node, message []byte, pos int) (*node, int) {
	if len(n.children) == 0 || pos >= len(message) {
		return nil, 0
	}
	c := message[pos]
	if c == '\t' {
		c = ' '
	}
	for i := range n.children {
		if n.children[i].first == c {
			next := &t.nodes[n.children[i].node]
			if end := next.text.At(message, pos); end >= 0 {
				return next, end
			}
			return nil, 0
		}
	}
	return nil, 0
}

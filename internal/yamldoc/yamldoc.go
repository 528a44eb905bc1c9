// Package yamldoc decodes YAML files that somebody else wrote.
//
// In go the bytes of a file. Out come its documents as trees of nodes with places, or what is wrong with it: nothing is decoded that is longer, deeper or of more documents than the caller
// allows. The package makes no values of the nodes and resolves no aliases, so that a short file cannot become a large one; who reads the tree counts what it visits.
package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"logdoc/internal/lang"
)

// Bounds are what a file may have.
type Bounds struct {
	// Size is in bytes.
	Size int
	// Documents is how many there may be.
	Documents int
	// Split is the advice for a file that has too much of either.
	Split string
}

// MaxDepth is how deep lists and mappings may nest in a tree that a caller follows. Brackets alone are refused only far beyond it, because text can hold brackets too.
const MaxDepth = 64

// Nodes decodes the documents, those in front of a problem too. The problem's place has no file.
func Nodes(src []byte, b Bounds) ([]*yaml.Node, *lang.Problem) {
	if len(src) > b.Size {
		size := fmt.Sprintf("%d KiB", b.Size>>10)
		if b.Size >= 1<<20 {
			size = fmt.Sprintf("%d MiB", b.Size>>20)
		}
		return nil, problem(1, 1, "the file has more than "+size, b.Split)
	}
	if line, ok := nestedTooDeep(src); ok {
		return nil, problem(line, 1, fmt.Sprintf("brackets nest more than %d deep", MaxDepth), "nothing needs that")
	}
	if !utf8.Valid(src) {
		line := 1 + bytes.Count(src[:firstInvalid(src)], []byte("\n"))
		return nil, problem(line, 1, "the file is no UTF-8 text", "save it as UTF-8")
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	var docs []*yaml.Node
	for len(docs) <= b.Documents {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, syntax(err)
		}
		docs = append(docs, &doc)
	}
	return docs[:b.Documents], problem(docs[b.Documents].Line, 1, fmt.Sprintf("the file has more than %d documents", b.Documents), b.Split)
}

func problem(line, col int, message, advice string) *lang.Problem {
	return &lang.Problem{Pos: lang.Pos{Line: line, Col: col}, Width: 1, Message: message, Advice: advice}
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

var placed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+)`) })

// syntax tells an error of the decoder in one line.
func syntax(err error) *lang.Problem {
	line, col, message := 1, 1, err.Error()
	if load, ok := errors.AsType[*yaml.LoadError](err); ok && load.Mark.Line > 0 {
		line, col, message = load.Mark.Line, max(load.Mark.Column, 1), load.Message
	} else if m := placed().FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return problem(line, col, "this is no YAML: "+strings.ReplaceAll(message, "\n", " "), "indentation, quotes and tabs are the usual causes")
}

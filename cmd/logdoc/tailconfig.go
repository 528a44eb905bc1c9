package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/sanitize"
	"logdoc/internal/yamldoc"
)

// maxConfig is how long a configuration file may be.
const maxConfig = 256 << 10

// configFile is a configuration file on its way into the flags. Its keys are the names of the flags, so that what a flag can say the file can, and in the same words; only receivers of
// alarms can say more in it. What was given on the command line stays.
type configFile struct {
	name  string
	lines []string
	// given are the flags of the command line, which the file does not change.
	given map[string]bool
	// words are keys that are no flags, or that say more than the flag: each with what takes its value.
	words map[string]func(*yaml.Node)
	// not are flags that mean nothing in a file.
	not      []string
	problems lang.Problems
}

// read takes the file into the flags. Everything that is wrong with it is told at once, each with its place; the flags are then of no use.
func (c *configFile) read(src []byte, fl *pflag.FlagSet) lang.Problems {
	c.lines = strings.Split(string(src), "\n")
	docs, problem := yamldoc.Nodes(src, yamldoc.Bounds{Size: maxConfig, Documents: 1, Split: "one file is one configuration"})
	if problem != nil {
		c.add(*problem)
		return c.problems
	}
	if len(docs) == 0 || len(docs[0].Content) == 0 || docs[0].Content[0].Tag == "!!null" {
		return nil // nothing but comments
	}
	c.given = map[string]bool{}
	fl.VisitAll(func(f *pflag.Flag) { c.given[f.Name] = f.Changed })
	c.mapping(docs[0].Content[0], "the configuration", func(key, value *yaml.Node) bool {
		f := fl.Lookup(key.Value)
		if take := c.words[key.Value]; take != nil {
			if !c.given[key.Value] {
				take(value)
			}
			return true
		}
		if f == nil || slices.Contains(c.not, key.Value) {
			return false
		}
		c.set(f, value)
		return true
	}, c.keys(fl))
	slices.SortStableFunc(c.problems, func(a, b lang.Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return c.problems
}

func (c *configFile) keys(fl *pflag.FlagSet) []string {
	var keys []string
	for word := range c.words {
		keys = append(keys, word)
	}
	fl.VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(c.not, f.Name) && c.words[f.Name] == nil {
			keys = append(keys, f.Name)
		}
	})
	slices.Sort(keys)
	return keys
}

// set gives a flag the value of its key.
func (c *configFile) set(f *pflag.Flag, value *yaml.Node) {
	list, many := f.Value.(pflag.SliceValue)
	if !many {
		if text, ok := c.scalar(value); ok && !c.given[f.Name] {
			if err := f.Value.Set(text); err != nil {
				c.wrong(value, fmt.Sprintf("%q is no value of %s%s", text, f.Name, kindOf(f)), "")
			}
		}
		return
	}
	texts := c.texts(value)
	if c.given[f.Name] {
		return
	}
	if err := list.Replace(texts); err != nil {
		c.wrong(value, fmt.Sprintf("this is no value of %s", f.Name), "")
	}
}

func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return ": it is true or false"
	case "int", "int64", "uint":
		return ": it is a whole number"
	case "duration":
		return ": it is a duration such as 90s or 15m"
	}
	return ""
}

// texts reads a list of texts; one alone counts as a list of one.
func (c *configFile) texts(n *yaml.Node) []string {
	var texts []string
	for _, item := range c.items(n) {
		if text, ok := c.scalar(item); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

func (c *configFile) items(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

func (c *configFile) scalar(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		c.wrong(n, "a single value belongs here", "")
		return "", false
	}
	return n.Value, true
}

func (c *configFile) duration(n *yaml.Node) time.Duration {
	text, ok := c.scalar(n)
	if !ok {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		c.wrong(n, fmt.Sprintf("%q is no duration: write 10s or 15m", text), "")
	}
	return d
}

func (c *configFile) boolean(n *yaml.Node) bool {
	text, ok := c.scalar(n)
	if ok && text != "true" && text != "false" {
		c.wrong(n, fmt.Sprintf("%q is not true and not false", text), "")
	}
	return text == "true"
}

// mapping visits the keys of a mapping. take returns false for a key that it does not know.
func (c *configFile) mapping(n *yaml.Node, what string, take func(key, value *yaml.Node) bool, known []string) {
	if n.Kind != yaml.MappingNode {
		c.wrong(n, what+" is a mapping: lines of key: value", "")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			c.wrong(key, "a key is a word", "")
		case seen[key.Value]:
			c.wrong(key, fmt.Sprintf("%q stands here twice", key.Value), "leave one of them out")
		case value.Kind == yaml.AliasNode || value.Anchor != "":
			c.wrong(value, "no anchors and aliases here", "write it out")
		case !take(key, value):
			advice := "known are " + strings.Join(known, ", ")
			if near := lang.Suggest(key.Value, known); near != "" {
				advice = fmt.Sprintf("did you mean %q?", near)
			}
			c.wrong(key, fmt.Sprintf("unknown key %q", key.Value), advice)
		}
		seen[key.Value] = true
	}
}

// wrong notes a problem at a value.
func (c *configFile) wrong(n *yaml.Node, message, advice string) {
	c.add(lang.Problem{Pos: lang.Pos{Line: n.Line, Col: max(n.Column, 1)}, Width: max(len(n.Value), 1), Message: message, Advice: advice})
}

// maxConfigProblems is how many are told.
const maxConfigProblems = 20

func (c *configFile) add(p lang.Problem) {
	if len(c.problems) >= maxConfigProblems {
		return
	}
	p.Pos.File = c.name
	p.Message, p.Advice = string(sanitize.Line(p.Message)), string(sanitize.Line(p.Advice))
	if p.Pos.Line >= 1 && p.Pos.Line <= len(c.lines) {
		p.Source = c.lines[p.Pos.Line-1]
		p.Width = max(1, min(p.Width, len(p.Source)-p.Pos.Col+1))
	}
	c.problems = append(c.problems, p)
}

// readSecret reads a secret from a file that nobody else may read.
func readSecret(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o004 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("everybody may read %s: chmod o-r it, as it holds a secret", sanitize.Line(logdoc.LogText(name)))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", sanitize.Line(logdoc.LogText(name)))
	}
	secret, err := readBounded(name, 1<<20)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(string(secret))
	if text == "" || strings.Contains(text, "\n") || len(text) > 4<<10 {
		return nil, fmt.Errorf("%s holds no secret: one line is expected", sanitize.Line(logdoc.LogText(name)))
	}
	return []byte(text), nil
}

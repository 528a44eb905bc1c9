package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// words are what the terms of generated rules are made of: such as stand in logs, but in combinations that hardly do.
var words = strings.Fields(`connection timeout refused leader election quorum replica broker partition volume snapshot scheduler certificate token upstream
	listener heartbeat eviction journal checkpoint compaction handshake allocation deadline cursor segment ingress controller webhook admission`)

// phrase is a text of three words and a number, a different one for each n.
func phrase(n int) string {
	k := len(words)
	return fmt.Sprintf("%s %s %s lost in shard %d", words[n%k], words[n/k%k], words[(n*7+3)%k], n)
}

// rulesPerFile is how many rules of a generated pack stand in one file. Published ones have one or a few.
const rulesPerFile = 20

// writeRules writes a pack of n rules in YAML: sets of one term and of several, sequences and negations, with texts and regular expressions in turn.
func writeRules(dir string, n int) error {
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return err
	}
	for from := 0; from < n; from += rulesPerFile {
		name := filepath.Join(dir, fmt.Sprintf("rules-%05d.yaml", from))
		if err := os.WriteFile(name, []byte(rules(from, min(from+rulesPerFile, n), n)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// rules is a file of the rules from from up to to, of n in all.
func rules(from, to, n int) string {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "  - cre: {id: BENCH-%05d, severity: %d, title: %q, cause: %q, mitigation: \"- Look at it\"}\n    rule:\n", i, i%5, "A "+phrase(i), "It was "+phrase(i+1))
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, "      set:\n        match:\n          - value: %q\n", phrase(i))
		case 1:
			fmt.Fprintf(&b, "      set:\n        window: 30s\n        match:\n          - regex: '%s .* on node-[0-9]+'\n          - value: %q\n            count: 3\n", phrase(i), phrase(i+n))
		case 2:
			fmt.Fprintf(&b, "      sequence:\n        window: 1m\n        order:\n          - %q\n          - regex: '(?:%s|%s) failed'\n", phrase(i), phrase(i+n), phrase(i+2*n))
		default:
			fmt.Fprintf(&b, "      sequence:\n        window: 10s\n        order:\n          - %q\n          - %q\n        negate:\n          - value: %q\n            window: 5s\n            slide: -5s\n", phrase(i), phrase(i+n), phrase(i+2*n))
		}
	}
	return b.String()
}

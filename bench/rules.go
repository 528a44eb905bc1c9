package main

import (
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

// writeRules writes a pack of n rules in YAML: sets of one term and of several, sequences and negations, with texts and regular expressions in turn.
func writeRules(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range n {
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
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("rules-%d.yaml", n)), []byte(b.String()), 0o644)
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// substrings is a pack whose symptoms each look for one fixed text in records of every format, and a file of the same texts.
type substrings struct{ pack, texts string }

// troubled are texts that the generated logs hold in their lines of trouble: the others are searched for in vain, as most of a pack's are.
var troubled = []string{
	"sessionkeytable::setpublickey", "MSG_ERR_AUTH_FAIL", "Connection killed from GSAN", "run-at-end script failure", "incorrect signature", "Session Ticket login",
}

// substring is a text of two to five words, a different one for each n.
func substring(n int) string {
	if n < len(troubled) {
		return troubled[n]
	}
	k := len(words)
	a, b, c := words[n%k], words[n/k%k], words[(n*7+3)%k]
	switch n % 4 {
	case 0:
		return fmt.Sprintf("%s %s %d", a, b, n)
	case 1:
		return fmt.Sprintf("%s: %s %s failed (%d)", a, b, c, n)
	case 2:
		return fmt.Sprintf("%s.%s=%d", a, b, n)
	}
	return fmt.Sprintf("no %s for the %s of %s %d", a, b, c, n)
}

// symptom is one symptom of such a pack, as complete as a check wants it.
const symptom = `symptom bench/substring-%[1]d "Text %[1]d was logged" {
  severity warning
  product  "Bench"
  event seen "the text" in any where text has %[2]q
  likely when seen
  cause
    | It is made for measuring.
  impact
    | None.
  look read-log "Read the log"
    note | It is all there is to see.
  example "invented: there" {
    plain | %[2]s
    expect likely
  }
  example "invented: not there" {
    plain | all is well
    expect nothing
  }
}

`

// writeSubstrings writes a pack of n symptoms below dir, and their texts beside it.
func writeSubstrings(dir string, n int) (substrings, error) {
	s := substrings{pack: filepath.Join(dir, fmt.Sprintf("substrings-%d", n)), texts: filepath.Join(dir, fmt.Sprintf("substrings-%d.txt", n))}
	if err := os.MkdirAll(s.pack, 0o755); err != nil {
		return s, err
	}
	var all strings.Builder
	for from := 0; from < n; from += symptomsPerFile {
		var pack strings.Builder
		for i := from; i < min(from+symptomsPerFile, n); i++ {
			fmt.Fprintln(&all, substring(i))
			fmt.Fprintf(&pack, symptom, i, substring(i))
		}
		if err := os.WriteFile(filepath.Join(s.pack, fmt.Sprintf("substrings-%05d.logdoc", from)), []byte(pack.String()), 0o644); err != nil {
			return s, err
		}
	}
	return s, os.WriteFile(s.texts, []byte(all.String()), 0o644)
}

// symptomsPerFile keeps a file well below the largest that is read.
const symptomsPerFile = 100

package draft

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"logdoc/internal/template"
)

// reserved are words that cannot name an event or a hole, or that an example reads as its own.
var reserved = []string{
	"and", "or", "not", "no", "now", "of", "distinct", "then", "unless", "within", "any",
	"severity", "state", "count", "key", "tag", "pri", "zone", "time", "text", "line", "root", "message", "code", "done", "plain",
}

// fillers say nothing of what stands beside them.
var fillers = []string{
	"a", "an", "the", "at", "to", "in", "on", "is", "are", "was", "were", "be", "been", "has", "have", "had", "for", "from", "with", "by", "as", "than", "less", "more",
	"that", "this", "it", "its", "after", "before", "every", "each", "all", "will", "can", "cannot", "could", "not", "already", "current", "new", "old", "set", "but", "into", "over", "under", "only",
}

// units say more of a number than the word in front of it.
var units = []string{"percent", "bytes", "seconds", "minutes", "hours", "days", "times", "retries", "tries", "records", "files", "blocks"}

var (
	plainWord  = lazily(`^[A-Za-z][A-Za-z_]*$`)
	keyBefore  = lazily(`([A-Za-z_][A-Za-z0-9_-]*)["']?\s*[=:]\s*["'(\[<{]?$`)
	isInt      = lazily(`^[+-]?\d+(?:,\d+)*$`)
	isHex      = lazily(`^(?:0[xX])?[0-9a-fA-F]{6,}$`)
	isAddress  = lazily(`^\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?$|^[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}$`)
	isUUID     = lazily(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	isHost     = lazily(`^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?::\d+)?$`)
	isDate     = lazily(`^\d{4}[-/]\d{2}[-/]\d{2}|^\d{1,2}:\d{2}`)
	isLocation = lazily(`^[A-Za-z0-9_$.]+\.(?:java|c|cc|cpp|cxx|h|py|go|pl|sh):\d+$`)
)

// lazily compiles an expression when it is first needed: few runs draft anything.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// nameEvents names each event after the first words of its records.
func nameEvents(kinds []*kind) {
	taken := slices.Clone(reserved)
	for i, k := range kinds {
		var parts []string
		for _, t := range k.tokens {
			word := strings.ToLower(strings.Trim(t.text, ".,:;()[]"))
			if !t.varies && len(word) > 2 && len(word) < 20 && plainWord().MatchString(word) && !slices.Contains(fillers, word) {
				if parts = append(parts, word); len(parts) == 2 {
					break
				}
			}
		}
		name := strings.Join(parts, "_")
		if name == "" {
			name = fmt.Sprintf("record%d", i+1)
		}
		k.name = unused(name, &taken)
	}
}

// nameHoles gives each hole a name and a kind, different ones in the whole symptom.
func nameHoles(kinds []*kind) {
	var taken []string
	taken = append(taken, reserved...)
	for _, k := range kinds {
		taken = append(taken, k.name)
		taken = append(taken, k.first().Fields...)
	}
	for _, k := range kinds {
		holes := 0
		for i := range k.tokens {
			t := &k.tokens[i]
			if !t.varies {
				continue
			}
			if holes++; holes >= template.MaxHoles {
				// The rest of the message is more than a template can tell apart.
				k.tokens = append(k.tokens[:i:i], token{varies: true, hole: "{}"})
				break
			}
			name := unused(k.holeName(i), &taken)
			t.hole = "{" + name + k.holeKind(i) + "}"
		}
	}
}

// holeKind is ":int" where every record has a number there.
func (k *kind) holeKind(i int) string {
	for _, r := range k.records {
		if ts := tokens(r.Message); i >= len(ts) || !isInt().MatchString(ts[i].text) {
			return ""
		}
	}
	return ":int"
}

// holeName is the word that says what varies at a token: a key in front of it, what it looks like, or a word beside it.
func (k *kind) holeName(i int) string {
	var before strings.Builder
	for _, t := range k.tokens[:i] {
		if before.WriteString(t.text); t.varies {
			before.Reset()
		}
	}
	if m := keyBefore().FindStringSubmatch(before.String()); m != nil {
		return m[1]
	}
	switch text := k.tokens[i].text; {
	case isUUID().MatchString(text):
		return "id"
	case isAddress().MatchString(text):
		return "address"
	case isLocation().MatchString(text):
		return "location"
	case strings.HasPrefix(text, "/") || strings.Contains(text, `\`) || strings.Count(text, "/") > 1 && !isDate().MatchString(text):
		return "path"
	case isDate().MatchString(text):
		return "stamp"
	case strings.Contains(text, "@"):
		return "user"
	case isHost().MatchString(text):
		return "host"
	case isHex().MatchString(text) && !isInt().MatchString(text):
		return "id"
	}
	if isInt().MatchString(k.tokens[i].text) {
		if i > 0 && k.tokens[i-1].text == ":" {
			return "port"
		}
		if word := k.neighbour(i, 1); slices.Contains(units, word) {
			return word
		}
	}
	if word := k.neighbour(i, -1); word != "" {
		return word
	}
	if !isInt().MatchString(k.tokens[i].text) {
		return "name"
	}
	if word := k.neighbour(i, 1); word != "" {
		return word // a unit
	}
	return "number"
}

// neighbour returns the word next to a token, in the direction of step, unless it says nothing; blanks and signs may be between.
func (k *kind) neighbour(i, step int) string {
	for j := i + step; j >= 0 && j < len(k.tokens); j += step {
		t := k.tokens[j]
		word := strings.ToLower(strings.Trim(t.text, " .,:;()[]<>\"'=#%"))
		if word == "" && !t.varies {
			continue
		}
		if t.varies || !plainWord().MatchString(word) || slices.Contains(fillers, word) {
			return ""
		}
		return word
	}
	return ""
}

// unused makes a name of the word that is not taken yet, and takes it.
func unused(word string, taken *[]string) string {
	name := strings.ToLower(strings.Trim(strings.ReplaceAll(word, "-", "_"), "_"))
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "n" + name
	}
	if slices.Contains(reserved, name) {
		name += "_value"
	}
	if name == "host" && slices.Contains(*taken, "host") {
		name = "peer"
	}
	base := name
	for n := 2; slices.Contains(*taken, name); n++ {
		name = fmt.Sprintf("%s%d", base, n)
	}
	*taken = append(*taken, name)
	return name
}

package draft

import (
	"slices"
	"strings"

	"logdoc/internal/shape"
	"logdoc/internal/template"
)

// kind is records of one shape: one event of the draft.
type kind struct {
	name    string
	records []Record
	// tokens are those of the first record; where they vary, of the others too, the template has a hole.
	tokens []token
}

// token is a word, blanks, or what varies in a message.
type token struct {
	text   string
	varies bool
	hole   string // as it stands in the template, once it is named
}

func (k *kind) first() Record { return k.records[0] }

var keyed = lazily(`^([A-Za-z_]+)([:])(.+)$`)
var addressPort = lazily(`^(\d{1,3}(?:\.\d{1,3}){3}):(\d+)$`)

// tokens cuts a message into words, blanks, signs and what varies.
func tokens(message string) []token {
	var out []token
	for _, p := range shape.Parts(message) {
		if !p.Varies {
			for _, word := range words(p.Text) {
				out = append(out, token{text: word})
			}
			continue
		}
		text := p.Text
		// "port:443" is one word, of which the first half does not vary.
		if m := keyed().FindStringSubmatch(text); m != nil && !strings.Contains(m[3], ":") && strings.ContainsAny(m[3], "0123456789") && !strings.HasPrefix(m[3], "\\") && !strings.HasPrefix(m[3], "/") {
			out = append(out, token{text: m[1]}, token{text: m[2]})
			text = m[3]
		}
		if m := addressPort().FindStringSubmatch(text); m != nil {
			out = append(out, token{text: m[1], varies: true}, token{text: ":"}, token{text: m[2], varies: true})
			continue
		}
		if text != "" {
			out = append(out, token{text: text, varies: true})
		}
	}
	return out
}

// words cuts fixed text at its blanks, which stay as tokens of their own.
func words(text string) []string {
	var out []string
	start := 0
	for i := 1; i <= len(text); i++ {
		if i == len(text) || (text[i] == ' ') != (text[i-1] == ' ') {
			out = append(out, text[start:i])
			start = i
		}
	}
	return out
}

// group puts records of one shape together, in the order in which the shapes appear.
func group(records []Record) []*kind {
	var kinds []*kind
	for _, r := range records {
		ts := tokens(r.Message)
		i := slices.IndexFunc(kinds, func(k *kind) bool { return k.takes(r, ts) })
		if i < 0 {
			kinds = append(kinds, &kind{records: []Record{r}, tokens: ts})
			continue
		}
		k := kinds[i]
		k.records = append(k.records, r)
		for n := range k.tokens {
			k.tokens[n].varies = k.tokens[n].varies || ts[n].varies || k.tokens[n].text != ts[n].text
		}
	}
	return kinds
}

// takes reports whether a record says what those of the kind say: its fixed words are the same but for a few.
func (k *kind) takes(r Record, ts []token) bool {
	f := k.first()
	if f.Format != r.Format || f.Code != r.Code || f.Program != r.Program || len(ts) != len(k.tokens) {
		return false
	}
	fixed, other := 0, 0
	for i, t := range ts {
		old := k.tokens[i]
		isWord := strings.TrimSpace(t.text) != ""
		switch {
		case old.varies || t.varies:
			// Beside what varies stands what varies, or a word that the message began with.
			if !old.varies && !t.varies {
				return false
			}
			if (strings.TrimSpace(old.text) == "") != !isWord {
				return false
			}
		case old.text != t.text:
			if !isWord || strings.TrimSpace(old.text) == "" || i == 0 || len(t.text) == 1 || len(old.text) == 1 || besideHole(k.tokens, i) {
				return false
			}
			other++
		case isWord:
			fixed++
		}
	}
	return other == 0 || other*3 <= fixed
}

// besideHole reports whether a hole stands right before or behind a token: two holes need text between them.
func besideHole(ts []token, i int) bool {
	return i > 0 && ts[i-1].varies || i+1 < len(ts) && ts[i+1].varies
}

// leastFixed is how long fixed text must be to tell one record from another.
const leastFixed = 4

// where is the condition of the kind's event.
func (k *kind) where() string {
	r := k.first()
	var b strings.Builder
	if strings.Trim(r.Code, "0") != "" {
		b.WriteString("code == " + quote(r.Code) + " and ")
	} else if r.Program != "" {
		b.WriteString("program == " + quote(r.Program) + " and ")
	}
	longest := k.longest()
	switch {
	case len(longest) < leastFixed:
		b.WriteString("message == " + quote(r.Message))
	case k.compiled() == nil:
		// No template can say it: the longest fixed text must do.
		b.WriteString("message has " + quote(longest))
	default:
		b.WriteString("message like | " + k.template())
	}
	return b.String()
}

// template is the message with its holes.
func (k *kind) template() string {
	var b strings.Builder
	for _, t := range k.tokens {
		if t.varies {
			b.WriteString(t.hole)
		} else {
			b.WriteString(strings.ReplaceAll(t.text, "{", "{{"))
		}
	}
	text := strings.TrimRight(b.String(), " ")
	if k.first().Cut {
		if last := k.tokens[len(k.tokens)-1]; !last.varies {
			text += "{}"
		}
	}
	return text
}

// compiled returns the template if it accepts every record of the kind, else nil.
func (k *kind) compiled() *template.Template {
	t, err := template.Compile(k.template(), nil)
	if err != nil {
		return nil
	}
	for _, r := range k.records {
		if !t.Match([]byte(r.Message), new(template.Result)) {
			return nil
		}
	}
	return t
}

// longest is the longest run of fixed text.
func (k *kind) longest() string {
	best, run := "", ""
	for _, t := range append(slices.Clone(k.tokens), token{varies: true}) {
		if !t.varies {
			run += t.text
			continue
		}
		if run = strings.TrimSpace(run); len(run) > len(best) {
			best = run
		}
		run = ""
	}
	return best
}

// capture is a value that an example can be asked for.
type capture struct{ name, value string }

// certain returns the captures on which the first n records agree: which of several values a finding shows is not for a draft to say.
func (k *kind) certain(n int) []capture {
	t := k.compiled()
	if t == nil || len(k.longest()) < leastFixed {
		return nil
	}
	var out []capture
	for i, h := range t.Holes {
		if h.Name == "" {
			continue
		}
		value, same := "", true
		for j, r := range k.records[:min(n, len(k.records))] {
			var res template.Result
			t.Match([]byte(r.Message), &res)
			v := r.Message[res.Spans[i].Lo:res.Spans[i].Hi]
			same = same && (j == 0 || v == value)
			value = v
		}
		if same {
			out = append(out, capture{h.Name, value})
		}
	}
	return out
}

// Package redact takes out of a diagnosis, and of any text, what says whose it is: addresses, names of hosts and users, mail, passwords, tokens, keys, and words of one's own.
//
// In go a case's key, what is to be learned from, and a diagnosis or a text; out comes the same with a pseudonym in place of each such value, equal values with equal pseudonyms, and the list of what was
// replaced, for who may know it. A Gate looks whether any of it is left in what was made of that, and a Restorer puts it back. The package knows the vocabulary and what hides in text (sanitize); it must not know
// reports, rules or files, and draws no random numbers.
package redact

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"logdoc"
)

// Key is the secret of a case. Under the same key equal values get equal pseudonyms; without it nobody can tell from a pseudonym what it stands for, nor compare two cases.
type Key [32]byte

// Class is a kind of value.
type Class uint8

// The classes, as tables list them.
const (
	IPv4 Class = iota
	IPv6
	MAC
	Host
	// Domain is what follows the host's own name in a full one.
	Domain
	User
	Mail
	Password
	Token
	// PrivateKey is a private key with its frame.
	PrivateKey
	Card
	IBAN
	// Serial is the serial number or service tag of a device.
	Serial
	// Own is a word that the user named.
	Own
	classes
)

var classWords = [classes]string{"IPV4", "IPV6", "MAC", "HOST", "DOMAIN", "USER", "MAIL", "PASSWORD", "TOKEN", "KEY", "CARD", "IBAN", "SERIAL", "OWN"}

// String returns the word that pseudonyms of the class begin with.
func (c Class) String() string { return classWords[c] }

// ParseClass reads what String writes.
func ParseClass(word string) (Class, error) {
	for i, w := range classWords {
		if w == word {
			return Class(i), nil
		}
	}
	return 0, fmt.Errorf("unknown class %q", word)
}

// Value is one spelling of something that is replaced.
type Value struct {
	Class     Class
	Pseudonym string
	// Text is as it stands in the input, byte for byte.
	Text logdoc.LogText
	// Count is how often it was replaced.
	Count int
}

// maxValues bounds the different values: more than that are no names, and a report that may not know them all is not given out.
const maxValues = 1 << 20

// ErrTooMany means that there are more different values than are kept, so that nothing is sure.
var ErrTooMany = errors.New("the input holds more than a million different values that would have to go")

// Redactor replaces. It is made for one case, and first learns from all that is to be redacted: so a host that is named in full once is known by its short name everywhere. It is for one goroutine.
type Redactor struct {
	key Key
	// known are values that are replaced wherever they stand.
	known *words
	// ordinary are words that say nothing of anybody; kept are the names that are such words.
	ordinary map[string]bool
	kept     map[string]Class
	values   map[spelling]*Value
	taken    map[string]spelling // pseudonyms
	full     bool
}

// spelling names a value as it was written.
type spelling struct {
	class Class
	text  string
}

// New returns a redactor that knows nothing yet. Words are the user's own, to be replaced wherever they stand, whatever surrounds them; none may be empty.
func New(key Key, words []string) (*Redactor, error) {
	r := &Redactor{key: key, known: newWords(), ordinary: map[string]bool{}, kept: map[string]Class{}, values: map[spelling]*Value{}, taken: map[string]spelling{}}
	for _, w := range strings.Fields(ordinaryWords) {
		r.ordinary[w] = true
	}
	for _, w := range words {
		w = strings.TrimSpace(w)
		if w == "" {
			return nil, errors.New("a word to redact is empty: it would stand everywhere")
		}
		if len(w) == 1 {
			return nil, errors.New("a word to redact is a single letter: it would stand everywhere")
		}
		r.known.add(lower(plain(w)), Own)
	}
	return r, nil
}

// Ordinary takes the words of a text for such as say nothing of anybody: those of the packs and of the report itself. A host or user of that name is not replaced; Kept lists them. It must be called before Learn.
func (r *Redactor) Ordinary(text string) {
	l := lower(text)
	for i := 0; i < len(l); {
		if !nameByte(l[i]) {
			i++
			continue
		}
		j := i
		for j < len(l) && nameByte(l[j]) {
			j++
		}
		name := strings.Trim(l[i:j], ".-_")
		for rest, more := name, true; more; _, rest, more = strings.Cut(rest, ".") {
			r.ordinary[rest] = true
		}
		for part := range strings.FieldsFuncSeq(name, func(c rune) bool { return c == '.' || c == '-' || c == '_' }) {
			r.ordinary[part] = true
		}
		i = j
	}
}

// Learn finds the values in a text and remembers them.
func (r *Redactor) Learn(text logdoc.LogText) {
	for _, v := range views(string(text)) {
		for _, sp := range apart(r.spans(v.text, true, r.learn), v.text) {
			if sp.joined {
				r.learn(sp, sp.value)
			}
		}
	}
}

// learn remembers what stands in a span.
func (r *Redactor) learn(s span, text string) {
	switch {
	case s.here || text == "":
	case s.class == Host || s.class == User || s.class == Domain:
		r.name(s.class, text)
	case (s.class == Password || s.class == Token) && (!telling(text) || r.ordinary[lower(text)]):
	default:
		r.remember(text, s.class)
		r.remember(canonical(s.class, text), s.class)
	}
}

// name remembers a name, unless it is an ordinary word.
func (r *Redactor) name(class Class, text string) {
	text = lower(text)
	if !hasLetter(text) || len(text) > maxName {
		return
	}
	if r.ordinary[text] {
		if _, own := r.known.texts[text]; !own {
			r.kept[text] = class
		}
		return
	}
	r.remember(text, class)
}

func (r *Redactor) remember(text string, class Class) {
	if len(r.known.texts) >= maxValues {
		r.full = true
		return
	}
	r.known.add(lower(text), class)
}

// LearnHost remembers the name of a host that is known for one: from a field of a record, or of a folder that holds a host's logs.
func (r *Redactor) LearnHost(name logdoc.LogText) {
	for _, v := range views(string(name)) {
		s := strings.Trim(v.text, " .[]()")
		if s == "" || strings.ContainsAny(s, " \t\n/\\@") {
			continue
		}
		f := r.find(s)
		if len(f.spans) == 0 && hostLike(s) {
			f.host(0, len(s), true)
		}
		for _, sp := range f.spans {
			r.learn(sp, f.s[sp.lo:sp.hi])
		}
	}
}

// LearnValue remembers a value that an earlier run has replaced.
func (r *Redactor) LearnValue(class Class, text logdoc.LogText) {
	if int(class) < len(classWords) {
		r.learn(span{class: class}, plain(string(text)))
	}
}

// Kept lists the names that are ordinary words and stay for that, in their order.
func (r *Redactor) Kept() []string {
	var out []string
	for name := range r.kept {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Values lists what was replaced so far, by class and pseudonym.
func (r *Redactor) Values() []Value {
	var out []Value
	for _, v := range r.values {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b Value) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Pseudonym, b.Pseudonym))
	})
	return out
}

// Err is ErrTooMany when there were more values than are kept: then nothing may be given out.
func (r *Redactor) Err() error {
	if r.full {
		return ErrTooMany
	}
	return nil
}

// Text returns the text with every value replaced by its pseudonym.
func (r *Redactor) Text(text logdoc.LogText) logdoc.LogText { return r.replace(text, true) }

// maxRounds bounds how often a text is looked at: a value that stands against another may be seen only when that is gone.
const maxRounds = 8

// spans returns where values stand in a text: those that are known, and with look also those that their surroundings tell, which found, if it is not nil, gets to see.
func (r *Redactor) spans(text string, look bool, found func(span, string)) []span {
	var all []span
	text = mask(text)
	for range maxRounds {
		spans := r.known.find(text)
		if look {
			f := r.find(text)
			for _, sp := range f.spans {
				if found != nil {
					found(sp, text[sp.lo:sp.hi])
				}
				if !r.stays(sp, text[sp.lo:sp.hi]) {
					spans = append(spans, sp)
				}
			}
		}
		if len(spans) == 0 {
			break
		}
		all = append(all, spans...)
		rest := []byte(text)
		for _, sp := range spans {
			clear(rest[sp.lo:sp.hi])
		}
		text = string(rest)
	}
	return all
}

// replace replaces what is known, and with look also what its surroundings tell.
func (r *Redactor) replace(text logdoc.LogText, look bool) logdoc.LogText {
	s := string(text)
	var all []span
	for _, v := range views(s) {
		for _, sp := range r.spans(v.text, look, nil) {
			sp.value = v.text[sp.lo:sp.hi]
			sp.lo, sp.hi = v.original(sp.lo, sp.hi)
			all = append(all, sp)
		}
	}
	all = apart(all, s)
	if len(all) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(s) + 16*len(all))
	at := 0
	for _, sp := range all {
		// What only its surroundings told must not stand elsewhere: the gate looks for it.
		r.learn(sp, sp.value)
		b.WriteString(s[at:sp.lo])
		b.WriteString(r.pseudonym(sp.class, sp.value, s[sp.lo:sp.hi]))
		at = sp.hi
	}
	b.WriteString(s[at:])
	return logdoc.LogText(b.String())
}

// stays reports whether a name that was found is an ordinary word.
func (r *Redactor) stays(s span, text string) bool {
	switch s.class {
	case Host, User, Domain:
		return !s.here && (r.ordinary[lower(text)] || !hasLetter(text) || len(text) > maxName)
	}
	return false
}

// apart sorts the spans and makes one of those that overlap: of those that start together the longest comes first, and what reaches beyond it is part of it.
func apart(spans []span, s string) []span {
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(b.hi, a.hi), cmp.Compare(rank[a.class], rank[b.class]))
	})
	out := spans[:0]
	for _, sp := range spans {
		if n := len(out); n > 0 && sp.lo < out[n-1].hi {
			if last := &out[n-1]; sp.hi > last.hi {
				last.hi = sp.hi
				if rank[sp.class] < rank[last.class] {
					last.class = sp.class
				}
				last.joined, last.here = true, last.here && sp.here
			}
			continue
		}
		out = append(out, sp)
	}
	for i := range out {
		if sp := &out[i]; sp.joined {
			sp.value = plain(s[sp.lo:sp.hi])
		}
	}
	return out
}

// rank says which class a text has that is of two: the smaller one.
var rank = [classes]int{PrivateKey: 0, Token: 1, Password: 2, Own: 3, Mail: 4, IPv6: 5, IPv4: 6, MAC: 7, Card: 8, IBAN: 9, Serial: 10, Host: 11, Domain: 12, User: 13}

// pseudonym returns what stands for a value that is written in this way.
func (r *Redactor) pseudonym(class Class, value, written string) string {
	id := spelling{class, written}
	if v := r.values[id]; v != nil {
		v.Count++
		return v.Pseudonym
	}
	if len(r.values) >= maxValues {
		r.full = true
		return class.String() + "-00000000"
	}
	plain := canonical(class, value)
	for try := 0; ; try++ {
		p := r.invent(class, plain, written, try)
		if other, taken := r.taken[p]; taken && other != id {
			continue
		}
		r.taken[p] = id
		r.values[id] = &Value{Class: class, Pseudonym: p, Text: logdoc.LogText(written), Count: 1}
		return p
	}
}

// invent makes a pseudonym. Try is how many before it were taken, by the rare chance of two values with one sum.
func (r *Redactor) invent(class Class, plain, written string, try int) string {
	body := ""
	if class == IPv4 {
		body = r.mapped(plain)
	}
	if body == "" {
		body = kindOf(class, plain) + r.sum(8, class.String(), plain, fmt.Sprint(try))
	}
	if written == plain {
		return class.String() + "-" + body
	}
	return class.String() + "_" + body + "_" + r.sum(4, "spelling", class.String(), written, fmt.Sprint(try))
}

// sum is the first digits of the keyed hash of some texts.
func (r *Redactor) sum(digits int, texts ...string) string {
	h := hmac.New(sha256.New, r.key[:])
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))[:digits]
}

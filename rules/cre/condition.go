package cre

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"logdoc/internal/lang"
	"logdoc/rules"
)

// maxTerms is how many terms one condition may have, repeated ones counted each time; maxConditions how many conditions a rule, terms by reference written out.
const (
	maxTerms      = 64
	maxConditions = 256
)

// builder collects the events of one rule.
type builder struct {
	symptom    *lang.Symptom
	events     map[eventKey]string
	conditions int
	refused    bool
	// names are the terms that are being written out, against one that refers to itself.
	names []string
	// defining is the term whose own text is read: a text that is its name as well is no reference.
	defining string
	// keep are the fields that the conditions around compare.
	keep []string
}

// eventKey tells events apart: the same term asked twice is one event.
type eventKey struct {
	kind        lang.TermKind
	text, field string
	keep        string
}

// root reads the set or the sequence of a rule.
func (r *reader) root(n *node) *lang.CondHits {
	pairs, ok := r.pairs(n, "rule")
	if !ok {
		return nil
	}
	var chosen *pair
	for i := range pairs {
		p := &pairs[i]
		switch {
		case p.key != "set" && p.key != "sequence":
			r.at(p.at, len(p.key), fmt.Sprintf("%s is no kind of rule that can be run", quote(p.key)), "a rule is a set or a sequence")
			return nil
		case chosen != nil:
			// Published rules have both. The open engine runs the sequence.
			r.warn(p.at, len(p.key), "a rule is a set or a sequence, not both: the sequence is run, the set is not", "write two rules")
		}
		if chosen == nil || p.key == "sequence" {
			chosen = p
		}
	}
	if chosen == nil {
		r.at(r.pos(n.Node), 1, "the rule is empty", "write a set or a sequence")
		return nil
	}
	return r.condition(*chosen)
}

var conditionKeys = []string{"window", "correlations", "event", "origin", "match", "order", "negate"}

// condition reads a set or a sequence.
func (r *reader) condition(at pair) *lang.CondHits {
	b := r.builder
	if b.conditions++; b.conditions > maxConditions {
		r.at(at.at, len(at.key), fmt.Sprintf("the rule has more than %d conditions, terms by reference written out", maxConditions), "write several rules")
		return nil
	}
	pairs, ok := r.pairs(at.value, at.key)
	if !ok {
		return nil
	}
	c := &lang.CondHits{Pos: at.at, Ordered: at.key == "sequence"}
	own, other := "match", "order"
	if c.Ordered {
		own, other = other, own
	}
	var present, absent *pair
	var window *pair
	ok = true
	for i := range pairs {
		p := &pairs[i]
		switch p.key {
		case "window":
			window = p
			c.Window, ok = r.duration(p.value, "the window")
			if ok && c.Window <= 0 {
				r.at(r.pos(p.value.Node), len(p.value.Value), "a window is longer than nothing", "write 10s, 5m or 1h")
				ok = false
			}
		case "correlations":
			for _, v := range r.list(p.value) {
				if name := strings.TrimSpace(r.text(v, "a field")); name != "" && !slices.Contains(c.Same, name) {
					c.Same = append(c.Same, name)
				}
			}
		case "event":
			r.event(p.value)
		case "origin":
		case "negate":
			absent = p
		case own:
			present = p
		case other:
			r.at(p.at, len(p.key), fmt.Sprintf("a %s has no %s", at.key, other), fmt.Sprintf("write %s: a set matches, a sequence has an order", own))
			ok = false
		default:
			r.at(p.at, len(p.key), fmt.Sprintf("%s means nothing in a %s", quote(p.key), at.key), suggest(p.key, conditionKeys...))
			ok = false
		}
		if !ok {
			return nil
		}
	}
	if present == nil {
		r.at(at.at, len(at.key), fmt.Sprintf("the %s has no %s: nothing must be seen for it", at.key, own), fmt.Sprintf("write %s: and the terms", own))
		return nil
	}
	outer := b.keep
	b.keep = append(slices.Clone(outer), c.Same...)
	defer func() { b.keep = outer }()
	total := 0
	for _, v := range r.list(present.value) {
		t, _ := r.term(v, false)
		if t == nil {
			return nil
		}
		if total += t.Count; total > maxTerms {
			r.at(present.at, len(present.key), fmt.Sprintf("the %s has more than %d terms, repeated ones counted each time", at.key, maxTerms), "")
			return nil
		}
		c.Terms = append(c.Terms, t.HitTerm)
	}
	if !c.Ordered {
		c.Terms = merged(c.Terms)
	}
	switch {
	case total == 0:
		r.at(present.at, len(present.key), fmt.Sprintf("%s has no term", own), "")
		return nil
	case c.Ordered && total < 2:
		r.at(present.at, len(present.key), "a sequence has at least two terms", "write a set for one")
		return nil
	case c.Ordered && window == nil:
		r.at(at.at, len(at.key), "a sequence needs a window", "write window: and a time such as 30s")
		return nil
	case !c.Ordered && total == 1 && window != nil:
		r.at(window.at, len(window.key), "a set of one term has no window: one record has no length", "leave the window out, or say count: and how often")
		return nil
	case !c.Ordered && total > 1 && window == nil:
		r.at(at.at, len(at.key), "a set of several terms needs a window", "write window: and a time such as 30s")
		return nil
	}
	if absent != nil && !r.negate(absent, c, total) {
		return nil
	}
	return c
}

// merged counts terms that are written twice: they need different records.
func merged(terms []lang.HitTerm) []lang.HitTerm {
	var out []lang.HitTerm
next:
	for _, t := range terms {
		for i := range out {
			if t.Event != nil && out[i].Event != nil && out[i].Event.Owner == t.Event.Owner {
				out[i].Count += t.Count
				continue next
			}
		}
		out = append(out, t)
	}
	return out
}

// negate reads the terms that must not be seen.
func (r *reader) negate(at *pair, c *lang.CondHits, total int) bool {
	list := r.list(at.value)
	if len(list) > maxTerms {
		r.at(at.at, len(at.key), fmt.Sprintf("negate has more than %d terms", maxTerms), "")
		return false
	}
	for _, v := range list {
		t, where := r.term(v, true)
		if t == nil {
			return false
		}
		if t.Anchor >= total {
			r.at(where.anchor, len("anchor"), fmt.Sprintf("anchor %d is outside of the %d terms that must be seen: it counts from 0", t.Anchor, total), fmt.Sprintf("write 0 to %d", total-1))
			return false
		}
		if t.Count > 1 {
			r.at(where.count, len("count"), "a negated term has no count: one record is one too many", "leave the count out")
			return false
		}
		c.Absent = append(c.Absent, *t)
	}
	return true
}

// event accepts any source: without a map of sources every log counts.
func (r *reader) event(n *node) {
	if n.Kind == scalar {
		return // the source alone, or nothing
	}
	pairs, ok := r.pairs(n, "event")
	if !ok {
		return
	}
	for _, p := range pairs {
		switch p.key {
		case "source":
			r.text(p.value, "the source")
		case "origin":
			r.truth(p.value, "origin")
		case "imageUrl", "containerName", "processName", "processPath", "podName", "namespace":
			r.warn(p.at, len(p.key), fmt.Sprintf("%s is not used: every log counts as the source", quote(p.key)), "")
		default:
			r.at(p.at, len(p.key), fmt.Sprintf("%s means nothing in an event", quote(p.key)), suggest(p.key, "source", "origin"))
		}
	}
}

// duration reads a time as it is written in rules: 10s, 1h30m, 500ms.
func (r *reader) duration(n *node, what string) (time.Duration, bool) {
	text := strings.TrimSpace(r.text(n, what))
	if text == "0" {
		return 0, true
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		r.at(r.pos(n.Node), len(n.Value), fmt.Sprintf("%s is no time: %s", what, quote(text)), "write 500ms, 10s, 5m or 1h30m")
		return 0, false
	}
	if d > math.MaxInt64/4 || d < math.MinInt64/4 {
		r.at(r.pos(n.Node), len(n.Value), what+" is longer than a lifetime", "")
		return 0, false
	}
	return d, true
}

var (
	termKeys   = []string{"value", "regex", "jq", "field", "count", "within", "set", "sequence"}
	negateKeys = []string{"window", "slide", "anchor", "absolute"}
	// notRun are kinds of terms that need more than logs.
	notRun = map[string]string{
		"promql":  "a query of metrics is not run: there are only logs",
		"script":  "a script is not run",
		"extract": "extract is not run: correlations name fields of the records",
	}
)

// places are those of the parts of a term that are checked later.
type places struct{ anchor, count lang.Pos }

// term reads one term. A plain text is the name of one of the file's terms, or a value.
func (r *reader) term(n *node, negated bool) (*lang.AbsentTerm, places) {
	pos := r.pos(n.Node)
	defining := r.builder.defining
	r.builder.defining = ""
	where := places{pos, pos}
	if n.Kind == scalar {
		if named, ok := r.terms[n.Value]; ok && n.Value != defining {
			return r.named(n, named, negated)
		}
		return r.leaf(n, pos, lang.TermText, n.Value, "", 1), where
	}
	pairs, ok := r.pairs(n, "a term")
	if !ok {
		return nil, where
	}
	t := &lang.AbsentTerm{}
	t.Count = 1
	var kinds []pair
	var within pair
	var length time.Duration
	field := ""
	for _, p := range pairs {
		switch p.key {
		case "value", "regex", "jq", "set", "sequence":
			kinds = append(kinds, p)
		case "field":
			field = strings.TrimSpace(r.text(p.value, "the field"))
		case "count":
			where.count = p.at
			before := len(r.problems)
			t.Count = r.whole(p.value, "count", 1, math.MaxInt32)
			if len(r.problems) > before {
				return nil, where
			}
		case "within":
			within = p
			if length, ok = r.duration(p.value, "within"); !ok {
				return nil, where
			}
			if length <= 0 {
				r.at(r.pos(p.value.Node), len(p.value.Value), "within is longer than nothing", "write 10s, 5m or 1h")
				return nil, where
			}
		case "window", "slide", "anchor", "absolute":
			if p.key == "anchor" {
				where.anchor = p.at
			}
			if !r.option(p, t) {
				return nil, where
			}
			if !negated {
				r.warn(p.at, len(p.key), fmt.Sprintf("%s is not used: it belongs to negated terms", quote(p.key)), "")
			}
		default:
			if why, ok := notRun[p.key]; ok {
				r.at(p.at, len(p.key), why, "")
				return nil, where
			}
			r.at(p.at, len(p.key), fmt.Sprintf("%s means nothing in a term", quote(p.key)), suggest(p.key, append(slices.Clone(termKeys), negateKeys...)...))
			return nil, where
		}
	}
	switch {
	case len(kinds) == 0:
		r.at(pos, 1, "the term says nothing to look for", "write value:, regex: or jq:")
		return nil, where
	case len(kinds) > 1:
		r.at(kinds[1].at, len(kinds[1].key), fmt.Sprintf("a term is one of value, regex, jq, set and sequence: this one is %s already", kinds[0].key), "write two terms")
		return nil, where
	}
	k := kinds[0]
	if k.key == "set" || k.key == "sequence" {
		if field != "" {
			r.at(pos, 1, "a condition has no field", "write the field beside each value")
			return nil, where
		}
		if length > 0 {
			r.at(within.at, len(within.key), "a condition has no within", "write window: in it")
			return nil, where
		}
		t.Sub = r.condition(k)
		if t.Sub == nil {
			return nil, where
		}
		return t, where
	}
	if named, ok := r.terms[k.value.Value]; ok && k.key == "value" && k.value.Kind == scalar && k.value.Value != defining {
		return r.referred(k.value, named, negated, pairs)
	}
	kind := map[string]lang.TermKind{"value": lang.TermText, "regex": lang.TermRegexp, "jq": lang.TermJQ}[k.key]
	leaf := r.leaf(k.value, r.pos(k.value.Node), kind, r.text(k.value, k.key), field, t.Count)
	if leaf == nil {
		return nil, where
	}
	t.Event = leaf.Event
	switch {
	case length == 0:
	case negated || t.Count < 2:
		r.warn(within.at, len(within.key), `"within" is not used: it belongs to terms that are counted`, "")
	case t.Count > maxTerms:
		r.at(where.count, len("count"), fmt.Sprintf("more than %d records are not counted within a time", maxTerms), "")
		return nil, where
	default:
		// So many of them within a time of their own are a set beneath this condition.
		t.HitTerm = lang.HitTerm{Sub: &lang.CondHits{Pos: pos, Terms: []lang.HitTerm{t.HitTerm}, Window: length}, Count: 1}
	}
	return t, where
}

// named writes out a term by reference. How it is negated stands beside the reference, or else with the term.
func (r *reader) named(n, target *node, negated bool) (*lang.AbsentTerm, places) {
	b := r.builder
	where := places{r.pos(n.Node), r.pos(n.Node)}
	if slices.Contains(b.names, n.Value) {
		r.at(r.pos(n.Node), len(n.Value), fmt.Sprintf("the term %s refers to itself", quote(n.Value)), "")
		return nil, where
	}
	if len(b.names) > maxDepth {
		r.at(r.pos(n.Node), len(n.Value), fmt.Sprintf("terms refer to terms more than %d deep", maxDepth), "")
		return nil, where
	}
	if b.conditions++; b.conditions > maxConditions {
		r.at(r.pos(n.Node), len(n.Value), fmt.Sprintf("the rule has more than %d conditions, terms by reference written out", maxConditions), "write several rules")
		return nil, where
	}
	b.names = append(b.names, n.Value)
	defer func() { b.names = b.names[:len(b.names)-1] }()
	b.defining = n.Value
	return r.term(target, negated)
}

// referred is named for a reference that says beside it how it is counted or negated.
func (r *reader) referred(n, target *node, negated bool, beside []pair) (*lang.AbsentTerm, places) {
	t, where := r.named(n, target, negated)
	if t == nil {
		return nil, where
	}
	for _, p := range beside {
		switch p.key {
		case "count":
			where.count, t.Count = p.at, r.whole(p.value, "count", 1, math.MaxInt32)
		case "anchor":
			where.anchor = p.at
			fallthrough
		case "window", "slide", "absolute":
			r.option(p, t)
		case "field", "within":
			r.warn(p.at, len(p.key), fmt.Sprintf("%s is not used: it belongs to the term that is referred to", quote(p.key)), "")
		}
	}
	return t, where
}

// option reads how a negated term is negated.
func (r *reader) option(p pair, t *lang.AbsentTerm) (ok bool) {
	before := len(r.problems.Errors())
	switch p.key {
	case "window":
		t.Window, _ = r.duration(p.value, "the window")
	case "slide":
		t.Slide, _ = r.duration(p.value, "the slide")
	case "anchor":
		t.Anchor = r.whole(p.value, "the anchor", 0, math.MaxInt32)
	case "absolute":
		t.Absolute = r.truth(p.value, "absolute")
	}
	return len(r.problems.Errors()) == before
}

// leaf makes an event of a value, a regular expression or a jq program.
func (r *reader) leaf(n *node, pos lang.Pos, kind lang.TermKind, text, field string, count int) *lang.AbsentTerm {
	width := len(n.Value)
	if strings.TrimSpace(text) == "" {
		r.at(pos, width, "an empty text is in every record", "write what the record must hold")
		return nil
	}
	b := r.builder
	key := eventKey{kind, text, field, strings.Join(b.keep, "\x00")}
	name, known := b.events[key]
	if !known {
		w := &lang.WhereTerm{Pos: pos, Kind: kind, Text: text, Field: field, Keep: slices.Compact(slices.Sorted(slices.Values(b.keep)))}
		searchable, err := rules.CheckTerm(w)
		switch {
		case err != nil:
			r.at(pos, width, err.Error(), "")
			return nil
		case kind != lang.TermJQ && strings.HasSuffix(text, "\n"):
			r.warn(pos, width, "the text ends in a line break, which no record has at its end: it will hardly match", "write | as |- or put the text in quotes")
		case !searchable:
			r.warn(pos, width, "this is tried on every record, which takes time: it has no fixed text of four letters or more that a record must hold", "")
		}
		name = fmt.Sprintf("term%d", len(b.events)+1)
		b.events[key] = name
		b.symptom.Events = append(b.symptom.Events, &lang.EventClause{Pos: pos, Name: lang.Name{Pos: pos, Value: name}, Label: lang.Name{Pos: pos, Value: label(text, field)}, Where: w})
	}
	t := &lang.AbsentTerm{}
	t.Event, t.Count = &lang.Ref{Pos: pos, Owner: name}, count
	return t
}

// maxLabel bounds how much of a term is shown beside its evidence.
const maxLabel = 80

// label shows a term in words.
func label(text, field string) string {
	text = oneLine(text)
	if len(text) > maxLabel {
		text = strings.ToValidUTF8(text[:maxLabel], "") + "…"
	}
	if field != "" {
		return oneLine(field) + ": " + text
	}
	return text
}

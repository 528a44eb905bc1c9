package redact

import (
	"reflect"
	"strings"
	"time"

	"logdoc"
)

// Diagnosis returns a copy of the diagnosis with every value replaced, in whatever field it stands. Structure, counts, times and verdicts are the same. Learn from it first.
func (r *Redactor) Diagnosis(d *logdoc.Diagnosis) *logdoc.Diagnosis {
	w := walker{text: r.Text, word: func(s string, public bool) string { return string(r.replace(logdoc.LogText(s), !public)) }}
	out, _ := w.walk(reflect.ValueOf(d), false).Interface().(*logdoc.Diagnosis)
	return out
}

// LearnDiagnosis learns from every text of a diagnosis: first the names that its fields tell, then what stands in the texts.
func (r *Redactor) LearnDiagnosis(d *logdoc.Diagnosis) {
	w := walker{
		text: func(t logdoc.LogText) logdoc.LogText {
			r.Learn(t)
			return t
		},
		word: func(s string, public bool) string {
			if !public {
				r.Learn(logdoc.LogText(s))
			}
			return s
		},
		named: r.named,
	}
	w.walk(reflect.ValueOf(d), false)
}

// named learns a text by what its field is called, or, of a captured value, the capture.
func (r *Redactor) named(field string, text logdoc.LogText) {
	field = lower(field)
	if i := strings.LastIndexByte(field, '.'); i >= 0 {
		field = field[i+1:]
	}
	switch {
	case hostFields(field):
		r.LearnHost(text)
	case userFields(field):
		if s := plain(string(text)); userLike(s) {
			r.name(User, s)
		}
	}
}

var (
	hostFields = set(`host hostname node server client peer appliance machine fqdn hfsaddr ddr rhost remotehost computer traphost`)
	userFields = set(`user username account login principal`)
	// nodeFields are fields of the vocabulary that hold names of hosts.
	nodeFields = set(`Node.Name SourceCoverage.Node Finding.Nodes Outlier.Node Clean.Key Match.Host Earlier.Host`)
)

// OrdinaryArticle takes the words of what a built-in pack says for ordinary ones. An article that the user's own packs have changed says nothing.
func (r *Redactor) OrdinaryArticle(a *logdoc.Article) {
	if a.Pack != builtIn || a.Overlay != "" {
		return
	}
	w := walker{text: func(t logdoc.LogText) logdoc.LogText { return t }, word: func(s string, _ bool) string {
		r.Ordinary(s)
		return s
	}}
	w.walk(reflect.ValueOf(a), false)
}

// builtIn is what findings and articles of the built-in packs say of where they come from.
const builtIn = "built-in"

// Blank returns a copy of the diagnosis without any text but numbers and times. What a report makes of it are the report's own words.
func Blank(d *logdoc.Diagnosis) *logdoc.Diagnosis {
	w := walker{text: func(logdoc.LogText) logdoc.LogText { return "" }, word: func(string, bool) string { return "" }}
	out, _ := w.walk(reflect.ValueOf(d), false).Interface().(*logdoc.Diagnosis)
	return out
}

// walker copies a value and all that is in it. That no field is forgotten, also none that is still to come, is why it goes by types and not by names.
type walker struct {
	text func(logdoc.LogText) logdoc.LogText
	// word gets text that no log wrote. It is public in a finding of a built-in pack, but for what the log gave to that.
	word func(s string, public bool) string
	// named, if not nil, is told of texts whose field says what they are.
	named func(field string, text logdoc.LogText)
}

var (
	logTextType = reflect.TypeFor[logdoc.LogText]()
	timeType    = reflect.TypeFor[time.Time]()
	valueType   = reflect.TypeFor[logdoc.Value]()
	findingType = reflect.TypeFor[logdoc.Finding]()
)

func (w *walker) walk(v reflect.Value, public bool) reflect.Value {
	t := v.Type()
	switch {
	case t == timeType:
		return v
	case t == logTextType:
		return reflect.ValueOf(w.text(logdoc.LogText(v.String())))
	}
	switch v.Kind() {
	case reflect.String:
		return reflect.ValueOf(w.word(v.String(), public)).Convert(t)
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(t.Elem())
		out.Elem().Set(w.walk(v.Elem(), public))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(t, v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(w.walk(v.Index(i), public))
		}
		return out
	case reflect.Array:
		out := reflect.New(t).Elem()
		for i := range v.Len() {
			out.Index(i).Set(w.walk(v.Index(i), public))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(t, v.Len())
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(w.walk(it.Key(), public), w.walk(it.Value(), public))
		}
		return out
	case reflect.Struct:
		return w.fields(v, public)
	}
	return v
}

func (w *walker) fields(v reflect.Value, public bool) reflect.Value {
	t := v.Type()
	if t == findingType {
		// The text of a pack of the user's own may speak of the user's own hosts.
		public = v.FieldByName("Pack").String() == builtIn
	}
	if w.named != nil {
		w.tell(v)
	}
	out := reflect.New(t).Elem()
	for i := range t.NumField() {
		of := public
		switch t.Field(i).Name {
		case "Why", "Pack":
			of = false
		}
		out.Field(i).Set(w.walk(v.Field(i), of))
	}
	return out
}

// tell tells of the texts in a struct whose fields say what they are.
func (w *walker) tell(v reflect.Value) {
	t := v.Type()
	if t == valueType {
		value, _ := v.Interface().(logdoc.Value)
		w.named(value.Name, value.Text)
		for _, other := range value.All {
			w.named(value.Name, other)
		}
		return
	}
	for i := range t.NumField() {
		if !nodeFields(t.Name() + "." + t.Field(i).Name) {
			continue
		}
		switch f := v.Field(i).Interface().(type) {
		case logdoc.LogText:
			w.named("host", f)
		case []logdoc.LogText:
			for _, name := range f {
				w.named("host", name)
			}
		}
	}
}

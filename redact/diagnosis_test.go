package redact

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// full is a diagnosis in which every text of every field holds a value of its own that must go. Fields that are still to come are filled too.
func full() *logdoc.Diagnosis {
	n := 0
	var fill func(v reflect.Value, depth int)
	fill = func(v reflect.Value, depth int) {
		t := v.Type()
		switch {
		case t == reflect.TypeFor[time.Time]():
			v.Set(reflect.ValueOf(time.Unix(1772600000, 0).UTC()))
			return
		case v.Kind() == reflect.String:
			n++
			v.SetString(fmt.Sprintf("%s of user%d@mail.example.org at 10.77.%d.%d", t.Name(), n, n/256, n%256))
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			v.Set(reflect.New(t.Elem()))
			fill(v.Elem(), depth)
		case reflect.Struct:
			for i := range t.NumField() {
				fill(v.Field(i), depth)
			}
		case reflect.Slice:
			// Findings hold findings.
			if depth > 2 {
				return
			}
			v.Set(reflect.MakeSlice(t, 2, 2))
			fill(v.Index(0), depth+1)
			fill(v.Index(1), depth+1)
		case reflect.Array:
			for i := range v.Len() {
				fill(v.Index(i), depth)
			}
		case reflect.Map:
			key := reflect.New(t.Key()).Elem()
			fill(key, depth)
			v.Set(reflect.MakeMap(t))
			v.SetMapIndex(key, reflect.Zero(t.Elem()))
		case reflect.Int, reflect.Int64:
			v.SetInt(7)
		case reflect.Bool:
			v.SetBool(true)
		}
	}
	d := &logdoc.Diagnosis{}
	fill(reflect.ValueOf(d).Elem(), 0)
	return d
}

// TestEveryField leaves no field out, whatever fields there will be.
func TestEveryField(t *testing.T) {
	d := full()
	before := fmt.Sprintf("%+v", d)
	r := redactor(t)
	r.LearnDiagnosis(d)
	out := r.Diagnosis(d)
	text := fmt.Sprintf("%#v", texts(out))
	for _, raw := range []string{"10.77.", "mail.example.org", "user1", "user25@"} {
		if i := strings.Index(text, raw); i >= 0 {
			t.Errorf("%s is left: …%s", raw, text[max(0, i-60):min(len(text), i+60)])
		}
	}
	if left := r.Left([]byte(text)); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if fmt.Sprintf("%+v", d) != before {
		t.Error("the diagnosis itself was changed")
	}
	if diff := cmp.Diff(Blank(d), Blank(out)); diff != "" {
		t.Errorf("another diagnosis:\n%s", diff)
	}
	again := redactor(t)
	again.LearnDiagnosis(d)
	if diff := cmp.Diff(out, again.Diagnosis(d)); diff != "" {
		t.Errorf("not the same twice:\n%s", diff)
	}
}

// texts collects all texts of a value.
func texts(v any) (out []string) {
	w := walker{text: func(t logdoc.LogText) logdoc.LogText {
		out = append(out, string(t))
		return t
	}, word: func(s string, _ bool) string {
		out = append(out, s)
		return s
	}}
	w.walk(reflect.ValueOf(v), false)
	return out
}

// TestPackText leaves what a built-in pack says as it is, and reads what a pack of one's own says.
func TestPackText(t *testing.T) {
	finding := logdoc.Finding{Pack: "built-in", Cause: "say password=Example1 to 192.0.2.1", Key: "titan", Values: []logdoc.Value{{Name: "host", Text: "titan"}},
		Steps: []logdoc.Step{{Title: "log in to titan", Values: []logdoc.Value{{Name: "behind.user", Text: "jane"}}}}, Evidence: []logdoc.Evidence{{Text: "jane was here"}}}
	own := finding
	own.Pack = "/home/roe/packs"
	d := &logdoc.Diagnosis{Findings: []logdoc.Finding{finding, own}}
	r := redactor(t)
	r.LearnDiagnosis(&logdoc.Diagnosis{Findings: []logdoc.Finding{finding}})
	out := r.Diagnosis(&logdoc.Diagnosis{Findings: []logdoc.Finding{finding}})
	if got := classOnly(strings.Join(texts(out), "|")); !strings.Contains(got, "say password=Example1 to 192.0.2.1") || !strings.Contains(got, "log in to <HOST>") || !strings.Contains(got, "<USER> was here") {
		t.Errorf("built-in: %s", got)
	}
	r = redactor(t)
	r.LearnDiagnosis(d)
	if got := classOnly(strings.Join(texts(r.Diagnosis(d).Findings[1]), "|")); !strings.Contains(got, "say password=<PASSWORD> to <IPV4>") || !strings.Contains(got, "/home/<USER>/packs") {
		t.Errorf("own: %s", got)
	}
}

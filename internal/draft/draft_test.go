package draft

import (
	"strings"
	"testing"

	"logdoc/internal/lang"
)

// TestTemplates: what varies becomes a hole with a name that says what it is.
func TestTemplates(t *testing.T) {
	for _, test := range []struct {
		name     string
		messages []string
		want     string
	}{
		{"a key", []string{"new serial=41203"}, "message like | new serial={serial:int}"},
		{"a key with a colon", []string{"Login error: 5 (again)"}, "message like | Login error: {error:int} (again)"},
		{"a key within a word", []string{"bound to port:443 now"}, "message like | bound to port:{port:int} now"},
		{"address and port", []string{"peer 10.20.31.55:443 rejects"}, "message like | peer {address}:{port:int} rejects"},
		{"an address of version 6", []string{"peer fe80::1:2 rejects"}, "message like | peer {address} rejects"},
		{"a path", []string{"cannot open /var/log/messages: denied"}, "message like | cannot open {path}: denied"},
		{"a host", []string{"lost node12.example.com for good"}, "message like | lost {host} for good"},
		{"a location", []string{"thrown at Pump.java:12 twice"}, "message like | thrown at {location} twice"},
		{"an identifier", []string{"job 0xc0000711 failed"}, "message like | job {id} failed"},
		{"the word before", []string{"the watchdog 12 barked"}, "message like | the watchdog {watchdog:int} barked"},
		{"a unit", []string{"only (28 percent left)"}, "message like | only ({percent:int} percent left)"},
		{"two of a kind", []string{"from /a/b to /c/d"}, "message like | from {path} to {path2}"},
		{"a reserved word", []string{"count=3 things"}, "message like | count={count_value:int} things"},
		{"a quoted name", []string{`user "jane doe" is gone`}, `message like | user "{user}" is gone`},
		{"numbers that are not always numbers", []string{"slot 12 is bad", "slot a1 is bad"}, "message like | slot {slot} is bad"},
		{"words that differ", []string{"the user alice has no right here", "the user bob has no right here"}, "message like | the user {user} has no right here"},
		{"no fixed text", []string{"12 34"}, `message == "12 34"`},
		{"keys of JSON", []string{`stats {"Capacity":"10", "Percentage":0.5}`}, `message like | stats {{"Capacity":"{capacity:int}", "Percentage":{percentage}}`},
		{"a brace", []string{"json {a: 12} is bad"}, "message like | json {{a: {a:int}} is bad"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var records []Record
			for _, m := range test.messages {
				records = append(records, Record{Format: Plain, Text: m, Message: m})
			}
			file, leftOut, err := Symptom("acme/x", "Acme", records)
			if err != nil || leftOut != 0 {
				t.Fatal(err, leftOut)
			}
			// What is printed may be broken in front of a word.
			if got := strings.Join(strings.Fields(string(file)), " "); !strings.Contains(got, "in plain where "+strings.Join(strings.Fields(test.want), " ")+" ") {
				t.Errorf("%q is not in\n%s", test.want, file)
			}
		})
	}
}

// TestBounds: a draft is about one thing, and what has no place in it is told.
func TestBounds(t *testing.T) {
	var records []Record
	for _, word := range strings.Fields("one two three four five six seven eight nine ten eleven twelve thirteen fourteen") {
		message := strings.Repeat(word+" ", 3) + strings.Repeat("x", len(word))
		records = append(records, Record{Format: Plain, Text: message + strings.Repeat("\nmore", 100), Message: message})
	}
	file, leftOut, err := Symptom("", "", records)
	if err != nil || leftOut != 2 {
		t.Errorf("%v, %d left out", err, leftOut)
	}
	if n := strings.Count(string(file), "\n"); n > 500 {
		t.Errorf("the draft has %d lines", n)
	}
	if _, ps := lang.Parse("x", file); len(ps) > 0 {
		t.Error(ps.Error())
	}
	if _, _, err := Symptom("", "", []Record{{Format: Plain, Text: " ", Message: " "}}); err == nil {
		t.Error("a draft of blanks")
	}
}

package shape

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMask(t *testing.T) {
	const limit = 240
	for _, test := range []struct{ message, want string }{
		{"", ""},
		{"nothing varies here", "nothing varies here"},
		{"took 939 ms", "took * ms"},
		{"serial=41203 less than 41850.", "serial=* less than *."},
		{"client 10.20.31.55 rejects", "client * rejects"},
		{"peer [fe80::1%eth0]:443: reset", "peer [*%*]*: reset"},
		{"code 0xc0000711 at 0x7fff", "code * at *"},
		{"cannot open /var/log/messages: denied", "cannot open *: denied"},
		{`C:\Program is no name`, `* is no name`},
		{"an I/O error, client/server", "an I/O error, client/server"},
		{"a/b/c is a path", "* is a path"},
		{`user "Jane Doe" is gone`, `user "*" is gone`},
		{"user 'jane' is gone", "user '*' is gone"},
		{"it doesn't and won't", "it doesn't and won't"},
		{`metrics:{"CHANNEL.a":{"Size":"12", "Type":"CHANNEL","n1":true},"Count":7}`, `metrics:{"CHANNEL.a":{"Size":"*", "Type":"*","*":true},"Count":*}`},
		{`user "jane": denied, {'a': 1}`, `user "*": denied, {'a': *}`},
		{`"at the start": no key`, `"*": no key`},
		{`an open " quote`, `an open " quote`},
		{"(Foo.java:12) [srvm-518911#srv:502]", "(*) [*#*]"},
		{"node0 and node12 say: done", "* and * say: done"},
		{"Zürich 12", "Zürich *"},
	} {
		if got := string(Append([]byte("key"), []byte(test.message), limit)); got != "key"+test.want {
			t.Errorf("%q: got %q, want %q", test.message, got[3:], test.want)
		}
	}
	long := string(Append(nil, []byte("a"+strings.Repeat("ü", 1000)), limit))
	if len(long) > limit || len(long) < limit-4 || !utf8.ValidString(long) {
		t.Errorf("a long word gives %d bytes, valid: %v", len(long), utf8.ValidString(long))
	}
}

// TestParts: nothing of a message is lost or added, and what stays is what the mask shows.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.StringMatching(`[a-z0-9 /."':=\\ü-]{0,60}`).Draw(t, "message")
		var joined, masked strings.Builder
		for _, p := range Parts(message) {
			joined.WriteString(p.Text)
			if p.Varies {
				masked.WriteByte('*')
			} else {
				masked.WriteString(p.Text)
			}
		}
		if joined.String() != message {
			t.Errorf("%q came back as %q", message, joined.String())
		}
		if want := string(Append(nil, []byte(message), 1000)); masked.String() != want {
			t.Errorf("%q: parts give %q, the mask is %q", message, masked.String(), want)
		}
	})
}

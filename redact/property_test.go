package redact

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"logdoc"
)

// pieces are what random texts are made of: values, what stands around them, and what hides in them.
var pieces = []string{"10.20.30.40", "10.20.30.4005", "192.0.2.7", "2001:db8::7", "fe80::1%eth0", "::ffff:10.1.2.3", "00:1a:2b:3c:4d:5e", "ave01.lab.example", "titan", "TITAN", "jane", "jane@example.org", "example.org",
	"user=", "host=", "password=", "ticket=\"", "/home/", "C:\\Users\\", "as \"", "\" on \"", "Bearer ", "https://", "@", "%40", ":", "=", " ", " ", " ", "\n", ".", ",", "-", "_", "/", "\"", "'", "<", ">", "&", "\\", "\x1b[31m", "\u200b",
	"\x00", "\r", "\xff", "é", "１", "1", "23", "456", "a", "Zz9", "com", "de", "log", "v", "version ", "4111111111111111", "DE89370400440532013000", "eyJhbGciOi.eyJzdWIi.c2ln", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----",
	"serial number ", "CN7792194B", "Ab12cd34", "Accepted password for ", " from ", "HOST", "IPV4-", "7f3a9c21", "acme", "name=\"password\" ", "value=\"", "--password ", "⟨U+200B⟩", "x", "X", "****"}

func drawText(t *rapid.T) string {
	var b strings.Builder
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(pieces)-1), 0, 24).Draw(t, "pieces") {
		b.WriteString(pieces[i])
	}
	return b.String()
}

// checkTexts holds the promises of a redaction for some texts that are redacted together. Those whose own words look like pseudonyms are no concern of restoring.
func checkTexts(t interface{ Fatalf(string, ...any) }, texts []string, words []string) {
	r, err := New(Key{7}, words)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, text := range texts {
		r.Learn(logdoc.LogText(text))
	}
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = string(r.Text(logdoc.LogText(text)))
	}
	values := r.Values()
	restorer := NewRestorer(&Map{Values: values})
	for i, text := range texts {
		// It is the same whatever else was replaced meanwhile, or the gate says so.
		if again := string(r.Text(logdoc.LogText(text))); again != out[i] && len(r.Left([]byte(out[i]))) == 0 {
			t.Fatalf("equal texts differ\n%q\n%q\n%q", text, out[i], again)
		}
		// What was redacted has nothing more to redact.
		if len(r.Left([]byte(out[i]))) == 0 {
			if twice := string(r.Text(logdoc.LogText(out[i]))); twice != out[i] {
				t.Fatalf("not the same a second time\n%q\n%q\n%q", text, out[i], twice)
			}
		}
		if mask(text) != text {
			continue
		}
		var b strings.Builder
		if _, err := restorer.Copy(&b, strings.NewReader(out[i]), func(t logdoc.LogText) string { return string(t) }); err != nil || b.String() != text {
			t.Fatalf("restored %v\n%q\n%q\n%q", err, text, out[i], b.String())
		}
	}
	// Different values never share a pseudonym.
	seen := map[string]logdoc.LogText{}
	for _, v := range values {
		if other, ok := seen[v.Pseudonym]; ok {
			t.Fatalf("%s stands for %q and %q", v.Pseudonym, other, v.Text)
		}
		seen[v.Pseudonym] = v.Text
	}
}

func TestTextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := make([]string, rapid.IntRange(1, 4).Draw(t, "texts"))
		for i := range texts {
			texts[i] = drawText(t)
		}
		checkTexts(t, texts, []string{"acme"})
	})
}

// TestNothingSurvives plants values among words, and looks for them in what comes out.
func TestNothingSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		octet := rapid.IntRange(0, 255)
		address := fmt.Sprintf("10.%d.%d.%d", octet.Draw(t, "b"), octet.Draw(t, "c"), octet.Draw(t, "d"))
		host := rapid.StringMatching(`[a-z]{3,8}[0-9]{1,3}`).Draw(t, "host")
		user := rapid.StringMatching(`u[a-z]{3,8}[0-9]`).Draw(t, "user")
		secret := rapid.StringMatching(`[A-Z][a-z]{4}[0-9]{4}`).Draw(t, "secret")
		texts := []string{
			fmt.Sprintf("%s connected from %s:4711 to %s.corp.example.com", user, address, host),
			fmt.Sprintf("user=%s host=%s password=%s", user, host, secret),
			fmt.Sprintf("%q at [%s] with %s by (%s)", host, address, secret, user),
			fmt.Sprintf("bundle.tgz!/%s/var/log/%s.log.1", strings.ToUpper(host), host),
		}
		r, err := New(Key{7}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			r.Learn(logdoc.LogText(text))
		}
		for _, text := range texts {
			out := strings.ToLower(string(r.Text(logdoc.LogText(text))))
			for _, raw := range []string{address, host, user, secret} {
				if strings.Contains(out, strings.ToLower(raw)) {
					t.Fatalf("%q is in %q", raw, out)
				}
			}
			if left := r.Left([]byte(out)); len(left) > 0 && strings.ToUpper(out) == out {
				t.Fatalf("held back: %v", left)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("avtar Info <5552>: Connecting to Avamar Server (ave01.lab.example) as \"jane\" on \"client01\"\nhost=titan 10.20.30.40")
	f.Add("user=jane password=Ab12cd34 \x1b[31m10.20\u200b.30.40 -----BEGIN PRIVATE KEY-----\nMII")
	f.Add("https://jane:pw@titan/x?token=eyJhbGciOi.eyJzdWIi.c2ln <flag name=\"password\" value=\"x\"/> 4111 1111 1111 1111 DE89 3704 0044 0532 0130 00")
	f.Add(strings.Join(pieces, ""))
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4<<10 {
			t.Skip()
		}
		half := len(text) / 2
		checkTexts(t, []string{text, text[:half], text[half:]}, []string{"acme"})
	})
}

// BenchmarkText redacts lines of which some hold values, as in a log.
func BenchmarkText(b *testing.B) {
	lines := []logdoc.LogText{
		"2026-02-17 21:00:07 avtar Info <5993>: - Connect: Connected to 10.20.30.11:29000, Priv=0, SSL Cipher=AES256-SHA",
		"2026 Mar  2 10:11:08 luna-a1  local5 info  NTLS[2207]: info : 0xc0000711 : Fail to establish a secure channel with client : 10.20.31.55/51203 : RC_SSL_FAILED_HANDSHAKE",
		"2026/02/17-20:00:07.51822 {0.0} [srvm-518911#srv:502] WARN: <1479> sessionkeytable::setpublickey new serial=41203 less than current minserial=41850",
		"\tat org.jboss.netty.channel.socket.nio.AbstractNioWorker.process(AbstractNioWorker.java:109)",
		"2026-02-17 21:00:07 avtar Info <5008>: Logging to /usr/local/avamar/var/clientlogs/NIGHT-LINUX-1771358405214-4f1c09d27be6a35081f2c7de90ab46135c8e7d02-1001-Unix_avtar.log",
		"Mar  3 09:14:07 luna-a1 sshd[27306]: Accepted publickey for jane from 10.20.30.12 port 48543 ssh2",
	}
	r := redactor(b)
	size := 0
	for i := range 2000 {
		r.LearnHost(logdoc.LogText(fmt.Sprintf("node-%04d.lab.example", i)))
	}
	for _, l := range lines {
		r.Learn(l)
		size += len(l)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, l := range lines {
			r.Text(l)
		}
	}
}

// BenchmarkGate looks through a report.
func BenchmarkGate(b *testing.B) {
	r := redactor(b)
	for i := range 2000 {
		r.LearnHost(logdoc.LogText(fmt.Sprintf("node-%04d.lab.example", i)))
		r.Learn(logdoc.LogText(fmt.Sprintf("10.20.%d.%d", i/256, i%256)))
	}
	out := []byte(strings.Repeat("    2026-02-17 20:00:07 · the client's login with a session ticket was refused by HOST-7f3a9c21 \\(IPV4-PRIVATE-aa.bb.cc.dd\\)\n", 2000))
	b.SetBytes(int64(len(out)))
	for b.Loop() {
		if len(r.Left(out)) > 0 {
			b.Fatal("held back")
		}
	}
}

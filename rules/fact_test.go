package rules

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

func TestMatchPath(t *testing.T) {
	for _, tt := range []struct {
		glob, name string
		want       bool
	}{
		{"x.srl", "x.srl", true},
		{"x.srl", "a/b/x.srl", true},
		{"x.srl", "a/b/yx.srl", false},
		{"*.srl", "a/b/x.srl", true},
		{"*.srl", "a/b.srl/x", false},
		{"*/x.srl", "a/x.srl", true},
		{"*/x.srl", "x.srl", true},
		{"*/prefs/x.srl", "prefs/x.srl", true},
		{"*/prefs/x.srl", "/usr/prefs/x.srl", true},
		{"*/prefs/x.srl", "a/oldprefs/x.srl", false},
		{"*/prefs/x.srl", "bundle.tgz!/usr/prefs/x.srl", true},
		{"*/prefs/x.srl", "prefs!/x.srl", true},
		{"etc/*/x.srl", "etc/a/x.srl", true},
		{"etc/*/x.srl", "etc/a/b/x.srl", true},
		{"etc/*/x.srl", "etc/x.srl", false},
		{"conf[12]/x", "a/conf2/x", true},
		{"conf?/x", "a/conf22/x", false},
		{"*.crt", "a/b.crt/", true},
		{"*", "", true},
	} {
		if got := MatchPath(tt.glob, tt.name); got != tt.want {
			t.Errorf("%s on %s: %v", tt.glob, tt.name, got)
		}
		if tt.want && !strings.Contains(tt.name, fixedIn(tt.glob)) {
			t.Errorf("%s must not be looked for by %q", tt.glob, fixedIn(tt.glob))
		}
	}
}

// What every name holds that fits a glob, so that other names cost little.
func TestFixedTextOfAGlob(t *testing.T) {
	for glob, want := range map[string]string{"*status.dpn*": "status.dpn", "*/conf/a?server.crt": "server.crt", "*": "", "conf[12]": "", `a\*b`: "", "x.srl": "x.srl", "*a*": "a", "dir/*": ""} {
		if got := fixedIn(glob); got != want {
			t.Errorf("%s: %q, want %q", glob, got, want)
		}
	}
}

const factSymptom = `symptom test/a "A" { severity error
	fact l from "*like*" like | n={n:int} t={at:2006-01-02}
	fact x from "*xml*" xml | <k a="{a:int}" b="v{b}">
	fact c from "*cert*" x509
	fact e from "*exists*" exists
	certain when l.present or x.present or c.present or e.present }`

// readFact reads one file and writes what was read on one line.
func readFact(t testing.TB, name, content string) string {
	set := compileText(t, factSymptom)
	fs := set.NewFacts()
	if got := fs.Read(logdoc.LogText(name), []byte(content)); len(got) != 1 {
		t.Fatalf("read as %v", got)
	}
	for i := range set.symptoms[0].facts {
		list := fs.of(0, i)
		if len(list) == 0 {
			continue
		}
		var flags []string
		for _, f := range []string{"present", "readable", "parses", "damaged"} {
			if list[0].flag(f) {
				flags = append(flags, f)
			}
		}
		return fmt.Sprintf("%s %v :%d", strings.Join(flags, " "), list[0].fields, list[0].place.Line)
	}
	return "nothing"
}

func TestFacts(t *testing.T) {
	for _, tt := range []struct{ name, file, content, want string }{
		{"like: the first line", "like", "n=x t=2024-01-01\r\n n=1 t=2024-01-02 \r\nn=2 t=2024-01-03", "present readable map[at:2024-01-02 n:1] :2"},
		{"like: a byte order mark", "like", "\ufeffn=1 t=2024-01-02", "present readable map[at:2024-01-02 n:1] :1"},
		{"like: binary", "like", "\x00\x01\x02\n\xff\xfe", "present map[] :0"},
		{"like: empty", "like", "", "present map[] :0"},
		{"xml: in any order, over two lines, entities", "xml", "# x\n<r><k\n b='v&lt;1&gt;' a=\"5\"/></r>", "present readable map[a:5 b:<1>] :2"},
		{"xml: nothing of an element that only half fits is kept", "xml", `<k a="1" b="w"/><k a="2"/>`, "present map[] :0"},
		{"xml: the first that fits", "xml", `<k a="1" b="w"/><k a="2" b="vx"/><k a="3" b="vy"/>`, "present readable map[a:2 b:x] :1"},
		{"xml: inside itself", "xml", `<k a="<k a='4' b='vz'>`, "present readable map[a:4 b:z] :1"},
		{"xml: cut off", "xml", `<k a="1" b="v`, "present map[] :0"},
		{"xml: entities that grow", "xml", `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><k a="1" b="v&b;"/>`, "present readable map[a:1 b:&b;] :1"},
		{"exists", "exists", "x", "present readable map[] :0"},
		{"exists, empty", "exists", "", "present map[] :0"},
		{"certificate: text", "cert", "hello", "present damaged map[] :0"},
		{"certificate: empty", "cert", " \n", "present damaged map[] :0"},
		{"certificate: a request is none", "cert", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "present damaged map[] :0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := readFact(t, tt.file, tt.content); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestCertificatesThatLieAboutTheirLength takes certificates whose outermost length is not theirs.
func TestCertificatesThatLieAboutTheirLength(t *testing.T) {
	der := certificate(t)
	if der[1] != 0x82 {
		t.Fatalf("the test wants a length of two bytes, and has %#x", der[1])
	}
	lying := func(head ...byte) []byte { return append(head, der[4:]...) }
	size := len(der)
	for _, tt := range []struct {
		name    string
		content []byte
		parses  bool
		text    string
	}{
		{"more than there is", lying(0x30, 0x82, 0x7f, 0xff), false, fmt.Sprintf("the certificate is not as long as it says: it states %d bytes, and there are %d", 4+0x7fff, size)},
		{"four gigabytes", lying(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), false, fmt.Sprintf("the certificate is not as long as it says: it states %d bytes, and there are %d", 6+0xffffffff, size+2)},
		{"less than there is", lying(0x30, 0x82, 0x00, 0x10), false, "no certificate can be read from it: malformed"},
		{"nothing", lying(0x30, 0x00), false, "no certificate can be read from it: malformed"},
		{"no end", lying(0x30, 0x80), false, "no certificate can be read from it: malformed"},
		{"nine bytes of length", lying(0x30, 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9), false, "no certificate can be read from it: malformed"},
		{"a head and no more", []byte{0x30, 0x82, 0x01}, false, "no certificate can be read from it: malformed"},
		{"something behind it", append(append([]byte{}, der...), "\nkey follows"...), true, "certificate of "},
	} {
		for kind, content := range map[string][]byte{"DER": tt.content, "PEM": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tt.content})} {
			t.Run(tt.name+" "+kind, func(t *testing.T) {
				var r reading
				r.fields, r.times = map[string]logdoc.LogText{}, map[string]time.Time{}
				readCertificate(content, &r)
				if r.parses != tt.parses || r.damaged == tt.parses || !strings.HasPrefix(string(r.text), tt.text) || strings.Contains(string(r.text), "\n") {
					t.Errorf("parses %v, damaged %v: %s", r.parses, r.damaged, r.text)
				}
			})
		}
	}
}

// certificate makes one, in DER.
func certificate(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestCertificates(t *testing.T) {
	der := certificate(t)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	key := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("secret")}))
	const whole = "present readable parses map[expires:2030-01-01T00:00:00Z issuer:CN=test starts:2020-01-01T00:00:00Z subject:CN=test] :0"
	for _, tt := range []struct{ name, content, want string }{
		{"PEM", text, whole},
		{"DER", string(der), whole},
		{"a key stands before it", key + text, whole},
		{"words stand before it", "subject=CN = test\n" + text, whole},
		{"a byte order mark", "\ufeff" + text, whole},
		{"the other line breaks", strings.ReplaceAll(text, "\n", "\r\n"), whole},
		{"only a key", key, "present damaged map[] :0"},
		{"cut off", text[:len(text)/2], "present damaged map[] :0"},
		{"DER cut off", string(der[:len(der)/2]), "present damaged map[] :0"},
		{"bytes changed inside", strings.Replace(text, "MII", "AAA", 1), "present damaged map[] :0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := readFact(t, "cert", tt.content); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestHostileFactsTakeLittleTime reads files made to be slow.
func TestHostileFactsTakeLittleTime(t *testing.T) {
	for _, unit := range []string{"<k ", "<k a='", `<k a="1" `, "<k>", "n=1 t=", "n=", "-----BEGIN CERTIFICATE-----\n", "\n", "a=b "} {
		content := strings.Repeat(unit, MaxFactFile/len(unit))
		for _, name := range []string{"xml", "like", "cert"} {
			readFact(t, name, "<k "+content) // milliseconds; a quadratic time, minutes for each, would run into the time that go test allows
		}
	}
}

// TestFactFiles looks at what several files, and files that are not there, make of a fact.
func TestFactFiles(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error fact f from "*/conf/f.txt" "*/old/f.txt" like | {n:int}
		certain when f.missing }`)
	for _, tt := range []struct {
		name    string
		see     []string
		read    []string
		missing string
	}{
		{"its directory is there", []string{"a/conf/other", "b/conf/other"}, nil, "a/conf/f.txt"},
		{"in an archive", []string{"x.zip!/conf/other"}, nil, "x.zip/conf/f.txt"},
		{"another directory", []string{"a/confs/other"}, nil, ""},
		{"one of the places has it", []string{"a/conf/other", "a/old/f.txt"}, []string{"a/old/f.txt"}, ""},
		{"nothing is there", nil, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fs := set.NewFacts()
			for _, name := range tt.see {
				fs.See(logdoc.LogText(name))
			}
			for _, name := range tt.read {
				fs.Read(logdoc.LogText(name), nil)
			}
			if got, _ := fs.missing(0, 0); got != tt.missing {
				t.Errorf("got %q", got)
			}
		})
	}
	fs := set.NewFacts()
	read := 0
	for i := range 10 * MaxFactFiles {
		read += len(fs.Read(logdoc.LogText(fmt.Sprintf("n%d/conf/f.txt", i)), []byte("1")))
	}
	if n := len(fs.of(0, 0)); n != MaxFactFiles || read != n {
		t.Errorf("%d files are kept, %d are told", n, read)
	}
	if diff := cmp.Diff([2]bool{true, false}, [2]bool{set.WantsFile("a/conf/f.txt"), set.WantsFile("a/conf/g.txt")}); diff != "" {
		t.Error(diff)
	}
}

// FuzzFact reads any bytes as any kind of fact: it never panics, and says that it read something only when it did.
func FuzzFact(f *testing.F) {
	set := compileText(f, factSymptom)
	f.Add([]byte(`<?xml version="1.0"?><k a="1" b="vx"/>`))
	f.Add([]byte("n=1 t=2024-01-01\n"))
	f.Add(certificate(f))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate(f)}))
	f.Fuzz(func(t *testing.T, content []byte) {
		fs := set.NewFacts()
		fs.Read("like xml cert exists", content)
		for i := range set.symptoms[0].facts {
			for _, r := range fs.of(0, i) {
				if !r.present || !r.readable && len(r.fields) > 0 || r.parses == r.damaged && i == 2 {
					t.Errorf("%+v", r)
				}
			}
		}
	})
}

// TestEachLine reads every line that fits, of several files, and tells where there are more than are kept.
func TestEachLine(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error
	fact l from "*list*" each | n={n:int}
	certain when l.n > 1 }`)
	fs := set.NewFacts()
	read := func(name logdoc.LogText, content string) int {
		before := len(fs.of(0, 0))
		fs.Read(name, []byte(content))
		return len(fs.of(0, 0)) - before
	}
	if got := read("a/list", "n=1\nx\r\n n=2 \r\nn=three\nn=4"); got != 3 {
		t.Errorf("%d readings, want 3", got)
	}
	if last := fs.of(0, 0)[2]; last.place.Line != 5 || last.fields["n"] != "4" {
		t.Errorf("the last line is read as %v at line %d", last.fields, last.place.Line)
	}
	if got := read("b/list", "nothing\n"); got != 1 || fs.of(0, 0)[3].readable || !fs.of(0, 0)[3].present {
		t.Errorf("a file without such a line gives %d readings, want one that says so", got)
	}
	if fs.Cut("a/list") || fs.Cut("b/list") {
		t.Error("nothing was left out yet")
	}
	if got := read("c/list", strings.Repeat("n=5\n", 2*MaxFactLines)+"n=6\n"); got != MaxFactLines-4 || !fs.Cut("c/list") {
		t.Errorf("%d lines are kept of too many, want %d, and told", got, MaxFactLines-4)
	}
	kept := fs.of(0, 0)[4:]
	if lo, hi := kept[0].place.Line, kept[len(kept)-1].place.Line; lo != 1 || hi != 2*MaxFactLines+1 {
		t.Errorf("lines %d to %d are kept, want the first and the last", lo, hi)
	}
	if !slices.IsSortedFunc(kept, func(a, b reading) int { return a.place.Line - b.place.Line }) {
		t.Error("the lines are out of order")
	}
	if got := read("d/list", "n=6\nn=7\n"); got != 1 || !fs.Cut("d/list") {
		t.Errorf("%d lines are kept of a file behind too many, want one", got)
	}
}

// TestManyElements looks through documents that are made to be slow: elements that never fit, tags without an end, entities.
func TestManyElements(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		readable, cut bool
	}{
		{"elements without the attribute", strings.Repeat("<k>", MaxFactFile/3), false, false},
		{"elements that nearly fit", strings.Repeat(`<k a="1" b="w"/>`, MaxFactElements+1), false, true},
		{"one fits behind those that do not", strings.Repeat(`<k a="1"/>`, 2*MaxFactElements) + `<k a="1" b="v2"/>`, true, false},
		{"a million entities are declared", "<!DOCTYPE l [" + strings.Repeat(`<!ENTITY a "b">`, 500_000) + `]><k a="1" b="v2"/>`, true, false},
		{"a million entities are used", `<k a="1" b="v` + strings.Repeat("&a;", 1_000_000) + `"/>`, true, false},
		{"a tag with a million attributes", "<k " + strings.Repeat(`b="v1" `, 1_000_000) + `a="1">`, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := compileText(t, factSymptom)
			fs := set.NewFacts()
			fs.Read("xml", []byte(tt.content))
			r := fs.of(0, 1)[0]
			if r.readable != tt.readable || fs.Cut("xml") != tt.cut {
				t.Errorf("readable %v, cut %v", r.readable, fs.Cut("xml"))
			}
			if len(r.text) > 400 {
				t.Errorf("%d bytes are kept as evidence", len(r.text))
			}
		})
	}
}

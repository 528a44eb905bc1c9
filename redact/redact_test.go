package redact

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"logdoc"
)

// classOnly is a text whose pseudonyms are put down to their class, so that a table can be read.
func classOnly(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if n := pseudonymAt(text[i:]); n > 0 {
			end := strings.IndexAny(text[i:], "-_")
			b.WriteString("<" + text[i:i+end] + ">")
			i += n
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

func redactor(t testing.TB, words ...string) *Redactor {
	t.Helper()
	r, err := New(Key{1, 2, 3}, words)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// once redacts a text that is all there is.
func once(t testing.TB, text string, words ...string) string {
	t.Helper()
	r := redactor(t, words...)
	r.Learn(logdoc.LogText(text))
	return string(r.Text(logdoc.LogText(text)))
}

const (
	jwt      = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJpbnZlbnRlZCJ9.c2lnbmF0dXJlLWludmVudGVk"
	digits16 = "0123456789abcdef"
)

// abc is as many letters and digits as a token has.
func abc(n int) string {
	return strings.Repeat("aB3dE6gH9jK2mN5pQ8sT1vW4xYzC7fL0rU", n/34+1)[:n]
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "avtar Error <8609>: Connection killed from GSAN.", ""},
		{"ipv4", "connect to 192.0.2.10 failed", "connect to <IPV4> failed"},
		{"ipv4 port", "10.20.30.11:29000", "<IPV4>:29000"},
		{"ipv4 slash port", "client : 10.20.32.15/51203 : gone", "client : <IPV4>/51203 : gone"},
		{"ipv4 cidr", "route 10.20.0.0/16", "route <IPV4>/16"},
		{"ipv4 end of sentence", "no answer from 10.20.30.40.", "no answer from <IPV4>."},
		{"ipv4 java", "/10.20.31.101:42802 => /10.20.40.21:21154", "/<IPV4>:42802 => /<IPV4>:21154"},
		{"ipv4 in a name", "host-10-43-136-14 is up", "host-<IPV4> is up"},
		{"ipv4 underscores", "node_10_43_136_14.log", "node_<IPV4>.log"},
		{"ipv4 beside letters", "eth0=10.1.2.3dev", "eth0=<IPV4>dev"},
		{"ipv4 with a port stuck to it", "trap host 10.20.30.4005 failed", "trap host <IPV4> failed"},
		{"ipv4 range", "from 198.51.100.1-198.51.100.9", "from <IPV4>-<IPV4>"},
		{"ipv4 zeros", "010.020.030.040", "<IPV4>"},
		{"this host", "127.0.0.1 0.0.0.0 255.255.255.0 255.255.255.255 224.0.0.1", ""},
		{"version", "version 10.2.0.4, release: 1.2.3.4, v1.2.3.4 and openssl-1.0.2.7-el7 lib-1.2.3.4.jar", ""},
		{"oid", "1.3.6.1.4.1.12383.3.1.2 OID=1.3.6.1", ""},
		{"time", "2026-03-04 05:06:07.123456 12:30:45 05:06:07,123", ""},
		{"uuid", "550e8400-e29b-41d4-a716-446655440000", ""},
		{"build", "19.4.100-116 Linux-x86_64 1.8.0_372 FusionInsight_Porter_8.3.0", ""},
		{"ipv6", "from 2001:db8::8:1 to [2001:db8::2]:443", "from <IPV6> to [<IPV6>]:443"},
		{"ipv6 zone and prefix", "fe80::1ff:fe23:4567:890a%eth0 fd00:1::/64", "<IPV6>%eth0 <IPV6>/64"},
		{"ipv6 mapped", "::ffff:10.20.30.40", "::ffff:<IPV4>"},
		{"ipv6 loopback", "::1 and ::", ""},
		{"c++", "std::string Foo::Bar dead::beef ad::add", ""},
		{"mac", "link 00:1a:2b:3c:4d:5e, 00-1A-2B-3C-4D-5E, 001a.2b3c.4d5e", "link <MAC>, <MAC>, <MAC>"},
		{"eui-64", "00:1a:2b:ff:fe:3c:4d:5e", "<MAC>"},
		{"no mac", "00:00:00:00:00:00 ff:ff:ff:ff:ff:ff", ""},
		{"fingerprint", "SHA1 a1:b2:c3:d4:e5:f6:a7:b8:c9:d0:e1:f2:a3:b4:c5:d6:e7:f8:a9:b0", ""},
		{"pci", "igb 0000:02:00.0 eth0", ""},
		{"full name", "ave01.lab.example answered", "<HOST>.<DOMAIN> answered"},
		{"short name behind a full one", "ave01.lab.example: ave01 is back", "<HOST>.<DOMAIN>: <HOST> is back"},
		{"name in capitals", "AVE01.LAB.EXAMPLE", "<HOST>.<DOMAIN>"},
		{"two labels", "example.com and mail.example.com", "<DOMAIN> and mail.<DOMAIN>"},
		{"local end", "db01.local:5432", "<HOST>.local:5432"},
		{"name in a file name", "messages-db01.example.com.log.1", "<HOST>.<DOMAIN>.log.1"},
		{"java package", "org.apache.flume.node.Application com.sun.net java.net.ConnectException io.netty.channel.nio", ""},
		{"class at work", "at org.jboss.netty.channel.socket.nio.AbstractNioWorker.process(AbstractNioWorker.java:109)", ""},
		{"files", "gsan.log.001 flume_sChat.crt properties.properties avtar.bin notify.sh script.py a.tar.gz", ""},
		{"property keys", "server.sources.avro_source.type = avro client.group.id is set", ""},
		{"host key", "host=titan port=1; server = saturn7", "host=<HOST> port=1; server = <HOST>"},
		{"host learned by its key", "host=titan then titan failed", "host=<HOST> then <HOST> failed"},
		{"host in prose", "client: cannot connect, server: not found", ""},
		{"quoted client", `NTLS Client "paydb-01" Connection instance removed`, `NTLS Client "<HOST>" Connection instance removed`},
		{"url", "hdfs://hacluster/flume/web http://titan:8080/x", "hdfs://<HOST>/flume/web http://<HOST>:8080/x"},
		{"url with login", "https://jane:s3cret@titan/x", "https://<USER>:<PASSWORD>@<HOST>/x"},
		{"xml attribute", `<flag type="string" value="titan" name="hfsaddr" />`, `<flag type="string" value="<HOST>" name="hfsaddr" />`},
		{"common name", "subject CN=db-7.corp.example,O=x", "subject CN=<HOST>.<DOMAIN>,O=x"},
		{"home", "/home/jane/x /Users/jane C:\\Users\\jane\\x /export/home/jane", "/home/<USER>/x /Users/<USER> C:\\Users\\<USER>\\x /export/home/<USER>"},
		{"user keys", "user=jane uid=jane login=jane username: jane", "user=<USER> uid=<USER> login=<USER> username: <USER>"},
		{"numeric uid", "uid=1001 user=0", ""},
		{"ssh", "Accepted publickey for jane from 10.0.0.1 port 22", "Accepted publickey for <USER> from <IPV4> port 22"},
		{"ssh failed", "Failed password for invalid user jane from 10.0.0.1", "Failed password for invalid user <USER> from <IPV4>"},
		{"session", "session opened for user jane by (uid=0)", "session opened for user <USER> by (uid=0)"},
		{"sudo", "sudo: jane : TTY=pts/0 ; PWD=/home/jane ; USER=root", "sudo: <USER> : TTY=pts/0 ; PWD=/home/<USER> ; USER=root"},
		{"cron", "CROND[28905]: (jane) CMD (/usr/bin/x)", "CROND[28905]: (<USER>) CMD (/usr/bin/x)"},
		{"lunash", "info : 0 : Command: hsm show  : jane : 10.20.30.12/49320", "info : 0 : Command: hsm show  : <USER> : <IPV4>/49320"},
		{"avtar", `CET as "jane" on "client01.lab.example" (8 CPUs)`, `CET as "<USER>" on "<HOST>.<DOMAIN>" (8 CPUs)`},
		{"windows domain", `user=CORP\jane failed`, `user=CORP\<USER> failed`},
		{"ordinary users", "user=root user=admin (root) CMD /home/oracle", ""},
		{"mail", "jane.roe@example.org and jane%40example.org", "<MAIL> and <MAIL>"},
		{"kerberos", "flume/titan@CORP.EXAMPLE.COM", "flume/<MAIL>"},
		{"user at host", "jane@titan:~$", "<USER>@<HOST>:~$"},
		{"no mail", "sam@0.0-349 Object@1b2c3d4e lib@1.2.3 @param @Override", ""},
		{"password", "password=hunter2! passwd: s3cr3tX, pwd=\"a b c\"", "password=<PASSWORD> passwd: <PASSWORD>, pwd=\"<PASSWORD>\""},
		{"password keys", "keystore-password = Ab12cd34 trustStorePassword=Ab12cd34", "keystore-password = <PASSWORD> trustStorePassword=<PASSWORD>"},
		{"password json", `{"password":"Ab12\"cd","n":1} {\"password\":\"Ab12cd\"}`, `{"password":"<PASSWORD>\"cd","n":1} {\"password\":\"<PASSWORD>\"}`},
		{"password option", "--password Ab12cd34 -storepass x1y2z3w4", "--password <PASSWORD> -storepass <PASSWORD>"},
		{"password attribute", `<flag value="Ab12cd34" name="password"/><flag name="ap-password" value='q1w2'/>`, `<flag value="<PASSWORD>" name="password"/><flag name="ap-password" value='<PASSWORD>'/>`},
		{"password element", "<password>Ab12cd34</password>", "<password><PASSWORD></password>"},
		{"password everywhere", "password=Ab12cd34 and then Ab12cd34", "password=<PASSWORD> and then <PASSWORD>"},
		{"weak password here alone", "password=server; the server failed", "password=<PASSWORD>; the server failed"},
		{"no password", "password=**** password: expired, Password is wrong, password=<none> ap=${PASSWORD} token=$TOKEN passwordFile=/x PWD=/tmp", ""},
		{"ticket", `ticket="9f8e7d6c5b4a" ack="false"`, `ticket="<TOKEN>" ack="false"`},
		{"no ticket", `ticket="XXX" (SECURETICKETLOGIN=452 serial=1 seq=0) sessionkeytable::setpublickey session ticket with serial=41204 was used already; avamar/session-ticket keytable`, ""},
		{"serial numbers of tickets", "new serial=41203 less than current minserial=41850", ""},
		{"device serial", "Serial Number: CN7792194B00AF, service tag 4XK9Q13", "Serial Number: <SERIAL>, service tag <SERIAL>"},
		{"card", "paid with 4111 1111 1111 1111 and 378282246310005", "paid with <CARD> and <CARD>"},
		{"no card", "4111 1111 1111 1112 20260304050607 1772600000000 events.1773157301190.tmp 5388100678939", ""},
		{"iban", "DE89 3704 0044 0532 0130 00 and GB82WEST12345698765432 X", "<IBAN> and <IBAN> X"},
		{"no iban", "DE88370400440532013000", ""},
		{"private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY----- x", "<KEY> x"},
		{"private key, cut", "-----BEGIN PRIVATE KEY-----\nMIIB", "<KEY>"},
		{"certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", ""},
		{"jwt", "x " + jwt + " y", "x <TOKEN> y"},
		{"bearer", "Authorization: Bearer " + abc(20), "Authorization: Bearer <TOKEN>"},
		{"basic", "Authorization: Basic am9lOnNlY3JldA==", "Authorization: Basic <TOKEN>"},
		{"zero width space", "10.20\u200b.30.40", "<IPV4>"},
		{"colours inside", "10.20.\x1b[31m30.40\x1b[0m up", "<IPV4>\x1b[0m up"},
		{"shown by sanitize", "10.20⟨U+200B⟩.30.40", "<IPV4>"},
		{"carriage return between", "5\r10.20.30.40", "5\r<IPV4>"},
		{"wide digits", "１０.２０.３０.４０", "<IPV4>"},
		{"not utf-8", "\xff10.20.30.40\xfe", "\xff<IPV4>\xfe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == "" {
				c.want = c.in
			}
			if got := classOnly(once(t, c.in)); got != c.want {
				t.Errorf("%q\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	tokens := []string{"AKIA" + "ABCDEFGHIJKLMNOP", "ghp_" + abc(36), "github_pat_" + abc(40), "glpat-" + abc(20), "xoxb-" + abc(24), "xapp-1-" + abc(24),
		"AIza" + abc(35), "ya29." + abc(40), "GOCSPX-" + abc(28), "sk_live_" + abc(24), "whsec_" + abc(32), "SG." + abc(22) + "." + abc(43), "npm_" + abc(36), "pypi-" + abc(60),
		"rubygems_" + strings.Repeat(digits16, 3), jwt, "hvs." + abc(24), "dop_v1_" + strings.Repeat(digits16, 4), "dckr_pat_" + abc(27), "dapi" + strings.Repeat(digits16, 2),
		"key-" + strings.Repeat(digits16, 2), "shpat_" + strings.Repeat(digits16, 2), "sk-" + abc(40), "glsa_" + abc(40), "hf_" + abc(34), "lin_api_" + abc(40), "AGE-SECRET-KEY-1" + strings.ToUpper(abc(58))}
	for _, token := range tokens {
		in := "got " + token + " there"
		if got := classOnly(once(t, in)); got != "got <TOKEN> there" {
			t.Errorf("%s: got %q", token, got)
		}
		if in := "x" + token; classOnly(once(t, in)) == "x<TOKEN>" {
			t.Errorf("%s: found within a word", token)
		}
	}
	for in, want := range map[string]string{
		"https://hooks.slack.com/services/" + abc(30): "https://<HOST>.<DOMAIN>/services/<TOKEN>",
		"AccountKey=" + abc(60) + "==;":               "AccountKey=<TOKEN>;",
		"?sv=1&sig=" + abc(30) + "%3D":                "?sv=1&sig=<TOKEN>",
		"api_key=" + abc(12):                          "api_key=<TOKEN>",
		"Set-Cookie: " + abc(20) + "; Path=/":         "Set-Cookie: <TOKEN>; Path=/",
	} {
		if got := classOnly(once(t, in)); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestEqualValues(t *testing.T) {
	r := redactor(t)
	for _, text := range []logdoc.LogText{"Node7.lab.example", "from 10.20.30.40", "from 10.20.30.41 and 10.20.99.1", "002b.3c4d.5e6f", "00:2b:3c:4d:5e:6f"} {
		r.Learn(text)
	}
	one, two := string(r.Text("node7 10.20.30.40")), string(r.Text("node7 10.20.30.40"))
	if one != two {
		t.Errorf("%q and %q", one, two)
	}
	// Another spelling is seen to be the same, and is put back as it was.
	same := strings.Fields(string(r.Text("node7 NODE7 Node7 00:2b:3c:4d:5e:6f 002b.3c4d.5e6f")))
	sum := regexp.MustCompile(`[0-9a-f]{8,12}`)
	for i := 1; i < 3; i++ {
		if sum.FindString(same[i]) != sum.FindString(same[0]) || same[i] == same[0] {
			t.Errorf("spellings: %q", same)
		}
	}
	if sum.FindString(same[3]) != sum.FindString(same[4]) {
		t.Errorf("spellings: %q", same)
	}
	// Addresses of one subnet stay together, and others apart.
	a, b, c := string(r.Text("10.20.30.40")), string(r.Text("10.20.30.41")), string(r.Text("10.20.99.1"))
	cut := len("IPV4-PRIVATE-00.00.00")
	if a[:cut] != b[:cut] || a[:cut] == c[:cut] || a[:cut-3] != c[:cut-3] || !strings.HasPrefix(a, "IPV4-PRIVATE-") {
		t.Errorf("subnets: %s %s %s", a, b, c)
	}
	// Another case has other pseudonyms.
	other, err := New(Key{9}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(other.Text("10.20.30.40")); got == a {
		t.Errorf("both cases have %s", got)
	}
}

func TestMappingKeepsPrefixes(t *testing.T) {
	r := redactor(t)
	seen := map[string]bool{}
	common := func(a, b string) int {
		n := 0
		for n < len(a) && a[n] == b[n] {
			n++
		}
		return n
	}
	bits := func(text string) string {
		var b [4]int
		fmt.Sscanf(text[strings.LastIndexByte(text, '-')+1:], "%x.%x.%x.%x", &b[0], &b[1], &b[2], &b[3])
		return fmt.Sprintf("%08b%08b%08b%08b", b[0], b[1], b[2], b[3])
	}
	var raw, mapped []string
	for i := range 200 {
		a := [4]int{[...]int{8, 10, 9, 172, 192}[i%5], i * 7 % 256, i * 31 % 256, i}
		raw = append(raw, fmt.Sprintf("%08b%08b%08b%08b", a[0], a[1], a[2], a[3]))
		m := r.mapped(fmt.Sprintf("%d.%d.%d.%d", a[0], a[1], a[2], a[3]))
		if seen[m] {
			t.Fatalf("two addresses become %s", m)
		}
		seen[m] = true
		mapped = append(mapped, bits(m))
	}
	for i := range raw {
		for j := range i {
			if common(raw[i], raw[j]) != common(mapped[i], mapped[j]) {
				t.Fatalf("%s %s became %s %s", raw[i], raw[j], mapped[i], mapped[j])
			}
		}
	}
}

func TestOwnWords(t *testing.T) {
	if got := classOnly(once(t, "svc_acmebackup of ACME and Roe & Sons", "acme", "roe & sons")); got != "svc_<OWN>backup of <OWN> and <OWN>" {
		t.Errorf("got %q", got)
	}
	for _, word := range []string{"", "  ", "x"} {
		if _, err := New(Key{}, []string{"acme", word}); err == nil {
			t.Errorf("%q was taken for a word", word)
		}
	}
}

func TestOrdinaryWordsStay(t *testing.T) {
	r := redactor(t)
	r.Ordinary("The metrics list no source; see www.vendor.example.com")
	in := logdoc.LogText("user=metrics host=source http://www.vendor.example.com user=jane")
	r.Learn(in)
	if got := classOnly(string(r.Text(in))); got != "user=metrics host=source http://www.vendor.example.com user=<USER>" {
		t.Logf("kept %q", r.Kept())
		t.Errorf("got %q", got)
	}
	if len(r.Left([]byte("the metrics list no source"))) > 0 {
		t.Error("the gate looks for ordinary words")
	}
}

// TestGate holds back a value in every dress that a sink puts it in.
func TestGate(t *testing.T) {
	r := redactor(t, "Roe & Sons", "two words")
	for _, text := range []logdoc.LogText{"host=titan password='Ab\"12\\cd<e>&' from 10.20.30.40 /home/jane mail jane@example.org", "password=superlongpassword1234"} {
		r.Learn(text)
		r.Text(text)
	}
	for _, c := range []struct {
		name, out string
		want      Class
	}{
		{"plain", "at 10.20.30.40 it", IPv4}, {"capitals", "TITAN", Host}, {"in a name", "a-titan-b", Host}, {"user", "(jane)", User}, {"mail", "<jane@example.org>", Mail},
		{"json", `"Ab\"12\\cd<e>&"`, Password}, {"json unicode", `"Ab\"12\\cd\u003ce\u003e\u0026"`, Password}, {"html", `<!doctype html><p>Ab&#34;12\cd&lt;e&gt;&amp;`, Password},
		{"html numbers", "<!doctype html>10&#46;20.30&#x2e;40", IPv4}, {"html tags", "<!doctype html><p>10.20.<mark>30</mark>.40", IPv4}, {"markdown", `Ab"12\\cd\<e>\&`, Password},
		{"markdown dots", `10\.20.30.40`, IPv4}, {"address", "see?h=jane%40example.org", Mail}, {"zero width", "10.20.\u200b30.40", IPv4}, {"shown", "10.20.⟨U+200B⟩30.40", IPv4},
		{"colour", "10.20.\x1b[1m30.40", IPv4}, {"own", "of ROE & SONS", Own}, {"own, html", "of Roe &amp; Sons", Own}, {"broken between words", "is two\n      words", Own},
		{"broken within", "superlong\n    password1234", Password},
	} {
		t.Run(c.name, func(t *testing.T) {
			left := r.Left([]byte(c.out))
			if left[c.want] == 0 {
				t.Errorf("%q passes: %v", c.out, left)
			}
		})
	}
	for _, out := range []string{"", "nothing", "titanic", "ajane janet", "110.20.30.40", "10.20.30.401", string(r.Text("titan jane 10.20.30.40 roe & sons"))} {
		if left := r.Left([]byte(out)); len(left) > 0 {
			t.Errorf("%q is held back: %v", out, left)
		}
	}
}

func TestLearnedNames(t *testing.T) {
	r := redactor(t)
	r.LearnHost("titan")
	r.LearnHost("saturn.lab.example")
	r.LearnHost("10.20.30.40")
	r.LearnHost("two words")
	r.LearnHost("localhost")
	if got := classOnly(string(r.Text("titan saturn lab.example localhost two words titan-2 xtitan"))); got != "<HOST> <HOST> <DOMAIN> localhost two words <HOST>-2 xtitan" {
		t.Errorf("got %q", got)
	}
}

func TestMap(t *testing.T) {
	r := redactor(t)
	in := logdoc.LogText("user=jane \xff10.20.30.40 from T\u200bITAN host=titan")
	r.Learn(in)
	out := r.Text(in)
	m := &Map{Key: r.key, Paths: []string{"/x"}}
	text, err := m.Head()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := m.Lines(r.Values())
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadMap(append(text, lines...))
	if err != nil {
		t.Fatal(err)
	}
	if back.Key != r.key || len(back.Values) != len(r.Values()) {
		t.Fatalf("read %+v", back)
	}
	for chunk := 1; chunk < 40; chunk += 7 {
		var b strings.Builder
		done, err := NewRestorer(back).Copy(&b, &slow{string(out), chunk}, func(t logdoc.LogText) string { return string(t) })
		if err != nil || logdoc.LogText(b.String()) != in || done.Known != 4 || done.Unknown+done.Several != 0 {
			t.Fatalf("%v %+v: %q, want %q", err, done, b.String(), in)
		}
	}
	if more, err := back.Lines(r.Values()); err != nil || len(more) > 0 {
		t.Errorf("known values are written again: %s %v", more, err)
	}
	// A run that was cut short leaves half a line; the next goes on behind it.
	torn := append(append(text, lines...), []byte(`{"class":"HOST","pseu`)...)
	if cut, err := ReadMap(torn); err != nil || len(cut.Values) != len(back.Values) {
		t.Errorf("torn: %v", err)
	}
	for name, bad := range map[string]string{"empty": "", "other": "hello\n", "newer": `{"logdoc_redaction_map":99,"key":"00"}` + "\n", "no key": `{"logdoc_redaction_map":1,"key":"00"}` + "\n",
		"class": string(text) + `{"class":"SHOE","pseudonym":"x"}` + "\n"} {
		if _, err := ReadMap([]byte(bad)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// Maps that disagree are not guessed at.
	other := *back
	other.Values = []Value{{Class: User, Pseudonym: back.Values[0].Pseudonym, Text: "other"}}
	var b strings.Builder
	if done, err := NewRestorer(back, &other).Copy(&b, strings.NewReader(back.Values[0].Pseudonym+" HOST-00000000"), nil); err != nil || done.Several != 1 || done.Unknown != 1 {
		t.Errorf("%+v %v", done, err)
	}
}

// slow gives a few bytes at a time.
type slow struct {
	text string
	n    int
}

func (s *slow) Read(p []byte) (int, error) {
	if s.text == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.n)], s.text)
	if s.text = s.text[n:]; s.text == "" {
		s.text = ""
		return n, io.EOF
	}
	return n, nil
}

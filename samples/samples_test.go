package samples

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the bundles that are committed beside this test anew")

var bundleNames = []string{AvamarBundle, GridBundle, LunaBundle, FlumeBundle, GroupBundle}

func TestBundlesAreTheCommittedOnes(t *testing.T) {
	if *update {
		if err := WriteBundles("."); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := WriteBundles(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range bundleNames {
		generated := read(t, filepath.Join(dir, name))
		if committed := read(t, name); !bytes.Equal(committed, generated) {
			t.Errorf("%s is not what the generator writes: go test ./samples -update (also after a change of the Go toolchain, whose "+
				"compression may differ)", name)
		}
		if len(generated) > 60<<10 {
			t.Errorf("%s has %d bytes: keep it below 60 KiB", name, len(generated))
		}
	}
}

func TestWriteBundlesTellsWhereItCannotWrite(t *testing.T) {
	err := WriteBundles(filepath.Join(t.TempDir(), "absent"))
	if err == nil || !strings.Contains(err.Error(), AvamarBundle) {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

func TestCertificates(t *testing.T) {
	for name, text := range map[string]string{"server": flumeServerCertificate, "client": flumeClientCertificate} {
		block, rest := pem.Decode([]byte(text))
		if block == nil || len(rest) != 0 {
			t.Fatalf("%s: not one PEM block", name)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if now := flumeTime(8, 0); now.Before(certificate.NotBefore) || now.After(certificate.NotAfter) {
			t.Errorf("%s: not valid on the day of the case", name)
		}
	}
	if block, _ := pem.Decode([]byte(cutShort(flumeServerCertificate))); block != nil {
		t.Error("the damaged certificate can be read")
	}
}

func TestTrafficKeepsTimeOrder(t *testing.T) {
	for name, text := range map[string]string{
		"lunalogs.1": lunalogsBefore(),
		"lunalogs":   lunalogs(),
		"server":     flumeServerLog(),
		"client":     flumeClientLog(),
	} {
		last := ""
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "2026") {
				continue
			}
			// Within one file the month names sort as the months do: Feb before Mar.
			if stamp := line[:min(len(line), 20)]; stamp < last {
				t.Errorf("%s: %q stands after %q", name, line, last)
			} else {
				last = stamp
			}
		}
	}
}

func TestWriteLogSizeAndLines(t *testing.T) {
	const size = 3 << 20
	for _, kind := range Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			text := generate(t, kind, size, 1, 5000)
			longest, count := 0, 0
			for line := range bytes.Lines(text) {
				longest, count = max(longest, len(line)), count+1
			}
			if len(text) > size || len(text) <= size-longest {
				t.Errorf("got %d bytes, want %d less one line of at most %d", len(text), size, longest)
			}
			if !bytes.HasSuffix(text, []byte("\n")) {
				t.Error("the last line does not end")
			}
			if mean := len(text) / count; mean < 90 || mean > 170 {
				t.Errorf("lines are %d bytes on average, want them as long as in a real log", mean)
			}
			if bytes.ContainsAny(text, "«»") || bytes.ContainsRune(text, '\r') {
				t.Error("a mark was left in a line")
			}
		})
	}
}

func TestWriteLogIsDeterministic(t *testing.T) {
	for _, kind := range Kinds() {
		first := generate(t, kind, 1<<20, 1, 5000)
		if !bytes.Equal(first, generate(t, kind, 1<<20, 1, 5000)) {
			t.Errorf("%v: two runs differ", kind)
		}
		if bytes.Equal(first, generate(t, kind, 1<<20, 2, 5000)) {
			t.Errorf("%v: another seed gives the same log", kind)
		}
	}
}

// trouble matches one place in each of the records that WriteLog strews in, and nothing ordinary.
var trouble = map[Kind]*regexp.Regexp{
	Avtar: regexp.MustCompile(` avtar (Error|FATAL) `),
	GSAN:  regexp.MustCompile(`sessionkeytable|minserial`),
	Luna:  regexp.MustCompile(`0xc0000711|SSLAccept|will be expire|Failed to send`),
	Flume: regexp.MustCompile(`\| ERROR \|`),
}

func TestWriteLogStrewsTroubleInOneOfEveryLines(t *testing.T) {
	const every = 500
	for _, kind := range Kinds() {
		text := generate(t, kind, 1<<20, 1, every)
		lines, told := bytes.Count(text, []byte("\n")), troubles(kind, text)
		if want := lines / every; told < want-want/10-1 || told > want {
			t.Errorf("%v: %d symptoms in %d lines, want about %d", kind, told, lines, want)
		}
		if told := troubles(kind, generate(t, kind, 1<<20, 1, 0)); told != 0 {
			t.Errorf("%v: %d symptoms where none was asked for", kind, told)
		}
	}
}

// troubles counts the lines that tell of trouble.
func troubles(kind Kind, text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if trouble[kind].Match(line) {
			n++
		}
	}
	return n
}

// TestOrdinaryTrafficIsOrdinary keeps the mixes free of what a pack would take for a symptom.
func TestOrdinaryTrafficIsOrdinary(t *testing.T) {
	bad := regexp.MustCompile(`MSG_ERR_|sessionkeytable|FATAL|\| ERROR|0xc0000711|CRASH|ALM[0-9]|Failed to|has been removed|DDR`)
	for name, m := range map[string]mix{
		"avtar": avtarMix, "gsan": gsanMix, "luna": lunaMix, "system": systemMix, "flume": flumeMix,
		"idle": flumeIdleMix, "client": flumeClientMix, "monitor": monitorMix, "audit": auditMix,
	} {
		for _, e := range m {
			if found := bad.FindString(e.text); found != "" {
				t.Errorf("%s: %q in %s", name, found, e.text)
			}
		}
	}
}

func TestWriteLogPassesOnAWriteError(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	if err := WriteLog(w, GSAN, 8<<20, 1, 0); err != io.ErrClosedPipe {
		t.Errorf("got %v, want %v", err, io.ErrClosedPipe)
	}
}

func TestKinds(t *testing.T) {
	for _, kind := range Kinds() {
		if got, err := ParseKind(kind.String()); got != kind || err != nil {
			t.Errorf("ParseKind(%q) = %v, %v", kind, got, err)
		}
		if kind.FileName() == "" {
			t.Errorf("%v has no file name", kind)
		}
	}
	if _, err := ParseKind("syslog"); err == nil || !strings.Contains(err.Error(), "gsan") {
		t.Errorf("got %v, want an error that lists the kinds", err)
	}
	if err := WriteLog(io.Discard, Kind(9), 1, 1, 0); err == nil {
		t.Error("a kind that does not exist was written")
	}
}

func TestWriteLogs(t *testing.T) {
	dir := t.TempDir()
	if err := WriteLogs(dir, 4<<20, 1, 5000); err != nil {
		t.Fatal(err)
	}
	for _, kind := range Kinds() {
		if !bytes.Equal(read(t, filepath.Join(dir, kind.FileName())), generate(t, kind, 1<<20, 1, 5000)) {
			t.Errorf("%s is not what WriteLog writes", kind.FileName())
		}
	}
}

func BenchmarkWriteLog(b *testing.B) {
	for _, kind := range Kinds() {
		b.Run(kind.String(), func(b *testing.B) {
			const size = 64 << 20
			b.SetBytes(size)
			for b.Loop() {
				if err := WriteLog(io.Discard, kind, size, 1, 5000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func generate(t *testing.T, kind Kind, size, seed int64, every int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteLog(&out, kind, size, seed, every); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

package alert_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"logdoc"
	"logdoc/alert"
)

const hostileLog = "a\nb\r\n<34>1 forged\x00\x1b[2J\x1b]0;t\a\u202e\xff\" x=\"y\"] [\\"

// rfc5424 is the form of a message with structured data and one-line text.
var rfc5424 = regexp.MustCompile(`^<(\d{1,3})>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [!-~]{1,255} logdoc \d+ [a-z]+ \[logdoc@32473( [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+\] [^\x00-\x1f\x7f]+$`)

func hostileAlarm(text string) logdoc.Alarm {
	a := logdoc.Alarm{Turn: turn(logdoc.Opened, logdoc.Critical), From: "node 7\n"}
	a.Finding.Key = logdoc.LogText(text)
	a.Finding.Evidence = []logdoc.Evidence{{Event: "e", Place: logdoc.Place{Source: logdoc.LogText("var/" + text + ".log"), Line: 12}, Text: logdoc.LogText(text)}}
	return a
}

func TestSyslogMessage(t *testing.T) {
	for name, text := range map[string]string{
		"plain": "node-1", "hostile": hostileLog, "long": strings.Repeat("ж", 1<<19), "long and hostile": strings.Repeat("\xff\u202e\"", 1<<18), "nothing": "",
	} {
		for _, most := range []int{2 << 10, 8 << 10} {
			t.Run(fmt.Sprint(name, most), func(t *testing.T) {
				a := hostileAlarm(text)
				got := alert.SyslogMessage(&a, 4711, most)
				if !rfc5424.MatchString(got) || !utf8.ValidString(got) {
					t.Errorf("it is no message:\n%q", got)
				}
				if len(got) > most+len("…") {
					t.Errorf("it has %d bytes", len(got))
				}
			})
		}
	}
}

func TestSyslogPriority(t *testing.T) {
	for _, tt := range []struct {
		kind     logdoc.TurnKind
		severity logdoc.Severity
		want     string
	}{
		{logdoc.Opened, logdoc.Critical, "<26>"}, {logdoc.Opened, logdoc.Error, "<27>"}, {logdoc.Opened, logdoc.Unrated, "<30>"}, {logdoc.WasCleared, logdoc.Critical, "<29>"},
	} {
		a := logdoc.Alarm{Turn: turn(tt.kind, tt.severity)}
		if got := alert.SyslogMessage(&a, 1, 2048); !strings.HasPrefix(got, tt.want+"1 0001-01-01T00:00:00.000000Z - logdoc 1 ") {
			t.Errorf("%v %v: %s", tt.kind, tt.severity, got)
		}
	}
}

func TestSyslogArrives(t *testing.T) {
	a := hostileAlarm(hostileLog)
	check := func(t *testing.T, s *alert.Syslog, read func() string) {
		t.Helper()
		defer s.Close()
		for range 2 {
			if err := s.Send(t.Context(), a, nil); err != nil {
				t.Fatal(err)
			}
			if got := read(); !rfc5424.MatchString(got) {
				t.Errorf("it got %q", got)
			}
		}
	}
	address := func(t *testing.T, text string) *alert.Syslog {
		t.Helper()
		s, err := alert.NewSyslog(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	packets := func(t *testing.T, conn net.PacketConn) func() string {
		return func() string {
			b := make([]byte, 64<<10)
			n, _, err := conn.ReadFrom(b)
			if err != nil {
				t.Fatal(err)
			}
			return string(b[:n])
		}
	}
	t.Run("udp", func(t *testing.T) {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		check(t, address(t, "udp://"+conn.LocalAddr().String()), packets(t, conn))
	})
	t.Run("unix datagrams", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "log")
		conn, err := net.ListenPacket("unixgram", path)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		check(t, address(t, "unix:"+path), packets(t, conn))
	})
	stream := func(t *testing.T, l net.Listener, s *alert.Syslog, read func(*bufio.Reader) (string, error)) {
		defer l.Close()
		lines := make(chan string)
		go func() {
			defer close(lines)
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			for b := bufio.NewReader(conn); ; {
				line, err := read(b)
				if err != nil {
					return
				}
				lines <- line
			}
		}()
		check(t, s, func() string { return <-lines })
		for range lines {
			t.Error("there was more")
		}
	}
	t.Run("unix stream", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "log")
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		stream(t, l, address(t, "unix:"+path), func(b *bufio.Reader) (string, error) {
			line, err := b.ReadString('\n')
			return strings.TrimSuffix(line, "\n"), err
		})
	})
	t.Run("tcp", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		stream(t, l, address(t, "tcp://"+l.Addr().String()), func(b *bufio.Reader) (string, error) {
			var n int
			if _, err := fmt.Fscanf(b, "%d ", &n); err != nil {
				return "", err
			}
			line := make([]byte, n)
			_, err := io.ReadFull(b, line)
			return string(line), err
		})
	})
}

// TestSyslogComesBack: a daemon that is started anew gets the next alarm.
func TestSyslogComesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	s, err := alert.NewSyslog("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := hostileAlarm("x")
	if err := s.Send(t.Context(), a, nil); err == nil {
		t.Error("nobody listens, and that is no error")
	}
	for range 2 {
		conn, err := net.ListenPacket("unixgram", path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), a, nil); err != nil {
			t.Error(err)
		}
		if n, _, err := conn.ReadFrom(make([]byte, 8<<10)); n == 0 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		conn.Close()
		removeFile(t, path)
	}
}

func TestSyslogAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"unix:/dev/log": "syslog unix:/dev/log", "udp://logs.example": "syslog udp:logs.example:514", "tcp://[::1]": "syslog tcp:[::1]:601", "tcp://h:1514": "syslog tcp:h:1514",
		"unix:log": "", "logs.example": "", "http://h": "", "udp://": "", "tcp://h/path": "", "tcp://u@h": "", "": "",
	} {
		s, err := alert.NewSyslog(address)
		if want == "" && err == nil || want != "" && (err != nil || s.Name() != want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// entries reads the journal's own protocol, strictly.
func entries(t *testing.T, b []byte) map[string]string {
	t.Helper()
	fields := map[string]string{}
	for len(b) > 0 {
		name, rest, ok := strings.Cut(string(b), "\n")
		if !ok || !regexp.MustCompile(`^[A-Z][A-Z_]*$`).MatchString(name) || len(rest) < 8 {
			t.Fatalf("%q is no field", name)
		}
		n := binary.LittleEndian.Uint64([]byte(rest[:8]))
		rest = rest[8:]
		if uint64(len(rest)) < n+1 || rest[n] != '\n' {
			t.Fatalf("%s is not as long as it says", name)
		}
		if _, twice := fields[name]; twice {
			t.Errorf("%s stands there twice", name)
		}
		fields[name] = rest[:n]
		b = []byte(rest[n+1:])
	}
	return fields
}

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	conn, err := net.ListenPacket("unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	j := alert.NewJournal(path)
	defer j.Close()
	for name, text := range map[string]string{"hostile": hostileLog + "\nPRIORITY=0\n", "long": strings.Repeat("\xff", 1<<20)} {
		t.Run(name, func(t *testing.T) {
			a := hostileAlarm(text)
			for _, body := range []string{`{"a":1}` + "\n", strings.Repeat("x", 100<<10) + "\n"} {
				if err := j.Send(t.Context(), a, []byte(body)); err != nil {
					t.Fatal(err)
				}
				b := make([]byte, 256<<10)
				n, _, err := conn.ReadFrom(b)
				if err != nil {
					t.Fatal(err)
				}
				if n > 48<<10 {
					t.Errorf("the entry has %d bytes", n)
				}
				f := entries(t, b[:n])
				if f["PRIORITY"] != "2" || f["SYSLOG_IDENTIFIER"] != "logdoc" || f["LOGDOC_SYMPTOM"] != "acme/rotor" || f["LOGDOC_TURN"] != "opened" || f["LOGDOC_COUNT"] != "3" {
					t.Errorf("%q", f)
				}
				if (len(body) < 100) != (f["LOGDOC_JSON"] == strings.TrimSuffix(body, "\n")) {
					t.Errorf("the JSON is %.100q", f["LOGDOC_JSON"])
				}
				for name, value := range f {
					if name != "LOGDOC_JSON" && strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7F || r == '\u202e' || r == utf8.RuneError }) {
						t.Errorf("%s holds %q", name, value)
					}
				}
			}
		})
	}
	gone := alert.NewJournal(filepath.Join(t.TempDir(), "none"))
	if err := gone.Send(t.Context(), hostileAlarm("x"), nil); err == nil {
		t.Error("nobody listens, and that is no error")
	}
}

func removeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

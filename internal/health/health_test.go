package health_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"logdoc"
	"logdoc/internal/health"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hostile = "a\nlogdoc_forged 1\r\x00\x1b[2J\u202e\xff\"} 7\\"

func page(t *testing.T, metrics ...health.Metric) string {
	t.Helper()
	var b strings.Builder
	if err := health.Write(&b, metrics); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	got := page(t,
		health.One("logdoc_records_total", "Records read.", true, 12_345_678_901),
		health.Metric{Name: "logdoc_findings", Help: "Findings\nby \\ symptom.", Samples: []health.Sample{
			{Labels: []health.Label{{Name: "symptom", Value: "b"}, {Name: "state", Value: "active"}}, Value: 2},
			{Labels: []health.Label{{Name: "symptom", Value: "a"}, {Name: "state", Value: "active"}}, Value: 0.25},
			{Labels: []health.Label{{Name: "symptom", Value: "a"}, {Name: "state", Value: "active"}}, Value: 1},
		}},
		health.Metric{Name: "logdoc_none", Help: "Nothing."},
		health.One("logdoc_odd", "Odd.", false, math.Inf(1)),
	)
	want := `# HELP logdoc_records_total Records read.
# TYPE logdoc_records_total counter
logdoc_records_total 12345678901
# HELP logdoc_findings Findings␊by \\ symptom.
# TYPE logdoc_findings gauge
logdoc_findings{symptom="a",state="active"} 1.25
logdoc_findings{symptom="b",state="active"} 2
# HELP logdoc_none Nothing.
# TYPE logdoc_none gauge
# HELP logdoc_odd Odd.
# TYPE logdoc_odd gauge
logdoc_odd +Inf
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// sample is a line of the text format with labels.
var sample = regexp.MustCompile(`^logdoc_x\{path="((?:[^"\\]|\\["\\n])*)"\} \d+$`)

// TestLabelsAreHarmless: what a log says forges no line, and there are not more samples and no longer labels than are bounded.
func TestLabelsAreHarmless(t *testing.T) {
	for name, text := range map[string]string{"hostile": hostile, "long": strings.Repeat("ж", 1<<20), "long and hostile": strings.Repeat(hostile, 1<<14)} {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split(strings.TrimSpace(page(t, health.Metric{Name: "logdoc_x", Samples: []health.Sample{{Labels: []health.Label{{Name: "path", Value: logdoc.LogText(text)}}, Value: 1}}})), "\n")
			if len(lines) != 3 || !sample.MatchString(lines[2]) || !utf8.ValidString(lines[2]) || len(lines[2]) > 450 {
				t.Errorf("%q", lines)
			}
		})
	}
	m := health.Metric{Name: "logdoc_x"}
	for i := range 100_000 {
		m.Samples = append(m.Samples, health.Sample{Labels: []health.Label{{Name: "path", Value: logdoc.LogText(fmt.Sprint(i))}}, Value: float64(i)})
	}
	got := page(t, m)
	if n := strings.Count(got, "\n"); n != 502 {
		t.Errorf("%d lines", n)
	}
	// The sum of those that are not shown: 0 to 99,500.
	if !strings.Contains(got, "logdoc_x{path=\"other\"} 4950174750\n") || !strings.Contains(got, "{path=\"99999\"} 99999\n") {
		t.Errorf("%.300s", got)
	}
}

// serve starts the endpoint and returns how to ask it.
func serve(t *testing.T, p health.Page) (ask func(method, host, path string) (int, string), address string) {
	t.Helper()
	l, err := health.Listen(t.Context(), ":0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- health.Serve(ctx, l, p) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return func(method, host, path string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+l.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}, l.Addr().String()
}

func TestServe(t *testing.T) {
	alive, ready := error(nil), errors.New("starting\n"+hostile)
	ask, address := serve(t, health.Page{
		Metrics: func() []health.Metric { return []health.Metric{health.One("logdoc_up", "Up.", false, 1)} },
		Alive:   func() error { return alive }, Ready: func() error { return ready },
	})
	if host, _, err := net.SplitHostPort(address); err != nil || host != "127.0.0.1" {
		t.Errorf("it listens on %s", address)
	}
	for _, tt := range []struct {
		method, host, path string
		status             int
		want               string
	}{
		{"GET", "localhost:1", "/metrics", 200, "logdoc_up 1\n"},
		{"GET", "127.0.0.1", "/metrics", 200, "logdoc_up 1\n"},
		{"GET", "[::1]:80", "/metrics", 200, "logdoc_up 1\n"},
		{"HEAD", "localhost", "/metrics", 200, ""},
		{"GET", "evil.example", "/metrics", 403, "localhost"},
		{"GET", "127.0.0.1.evil.example:80", "/healthz", 403, "localhost"},
		{"POST", "localhost", "/metrics", 405, "GET"},
		{"GET", "localhost", "/healthz", 200, "ok\n"},
		{"GET", "localhost", "/readyz", 503, "starting␊a␊logdoc_forged 1"},
		{"GET", "localhost", "/", 200, "/metrics"},
		{"GET", "localhost", "/debug/pprof/", 404, "not found"},
		{"GET", "localhost", "/../etc/passwd", 404, "not found"},
	} {
		if status, body := ask(tt.method, tt.host, tt.path); status != tt.status || !strings.Contains(body, tt.want) || strings.ContainsAny(body, "\x1b\x00\r") {
			t.Errorf("%s %s %s: %d %q", tt.method, tt.host, tt.path, status, body)
		}
	}
}

// TestServeBounds: many connections that say nothing do not shut out the one that asks once they are gone, and ending does not wait for them.
func TestServeBounds(t *testing.T) {
	_, address := serve(t, health.Page{Alive: func() error { return nil }})
	var open []net.Conn
	for range 64 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	late, err := net.Dial("tcp", address) // waits in the system's queue
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	if _, err := late.Write([]byte("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	open[0].Close()
	if line, err := bufio.NewReader(late).ReadString('\n'); err != nil || !strings.Contains(line, "200 OK") {
		t.Errorf("%q, %v", line, err)
	}
	for _, c := range open[1:] {
		c.Close()
	}
}

func TestListen(t *testing.T) {
	for _, address := range []string{"", "9464", "localhost", "1:2:3"} {
		if l, err := health.Listen(t.Context(), address); err == nil {
			l.Close()
			t.Errorf("%q is an address", address)
		}
	}
	l, err := health.Listen(t.Context(), "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if ip := l.Addr().(*net.TCPAddr).IP; ip.IsLoopback() {
		t.Errorf("it listens on %v", ip)
	}
}

func TestPulse(t *testing.T) {
	var p health.Pulse
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	if p.Alive(now, time.Minute) == nil {
		t.Error("it lives before it has begun")
	}
	p.Beat(now)
	if err := p.Alive(now.Add(time.Minute), time.Minute); err != nil {
		t.Error(err)
	}
	if err := p.Alive(now.Add(61*time.Second), time.Minute); err == nil || err.Error() != "nothing has moved for 1m1s" {
		t.Error(err)
	}
}

func TestManager(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenPacket("unixgram", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	m := health.Manager{Socket: socket}
	for _, tt := range []struct {
		name string
		tell func() error
		want string
	}{
		{"ready", func() error { return m.Ready("follows 3 logs\nREADY=0") }, "READY=1\nSTATUS=follows 3 logs␊READY=0"},
		{"reloading", func() error { return m.Reloading(1500 * time.Millisecond) }, "RELOADING=1\nMONOTONIC_USEC=1500000"},
		{"stopping", m.Stopping, "STOPPING=1"},
		{"alive", m.Alive, "WATCHDOG=1"},
		{"status", func() error { return m.Status("\x1b[2J\xff") }, "STATUS=␛[2J\\xff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.tell(); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 1<<10)
			n, _, err := conn.ReadFrom(b)
			if err != nil || string(b[:n]) != tt.want {
				t.Errorf("%q, %v", b[:n], err)
			}
		})
	}
	if err := (health.Manager{}).Ready("x"); err != nil {
		t.Errorf("without a manager: %v", err)
	}
	if err := (health.Manager{Socket: filepath.Join(t.TempDir(), "none")}).Ready("x"); err == nil {
		t.Error("nobody listens, and that is no error")
	}
}

func TestWatchdogEvery(t *testing.T) {
	for _, tt := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"30000000", "", 15 * time.Second}, {"30000000", "42", 15 * time.Second}, {"30000000", "43", 0}, {"", "42", 0}, {"-1", "", 0}, {"x", "", 0}, {"9223372036854775807", "", 0},
	} {
		if got := health.WatchdogEvery(tt.usec, tt.pid, 42); got != tt.want {
			t.Errorf("%q %q: %v", tt.usec, tt.pid, got)
		}
	}
}

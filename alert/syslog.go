package alert

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Syslog sends alarms to a syslog daemon as RFC 5424 messages.
type Syslog struct {
	network, address string
	conn             net.Conn
}

// NewSyslog takes an address: unix:/dev/log, udp://host:514 or tcp://host:601. Ports may be left out.
func NewSyslog(address string) (*Syslog, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok && strings.HasPrefix(path, "/") {
		return &Syslog{network: "unix", address: path}, nil
	}
	u, err := url.Parse(address)
	ports := map[string]string{"udp": "514", "tcp": "601"}
	if err != nil || ports[u.Scheme] == "" || u.Hostname() == "" || u.Path != "" || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("%q is no address of a syslog daemon: write unix:/dev/log, udp://host:514 or tcp://host:601", address)
	}
	port := u.Port()
	if port == "" {
		port = ports[u.Scheme]
	}
	return &Syslog{network: u.Scheme, address: net.JoinHostPort(u.Hostname(), port)}, nil
}

// Name is the address.
func (s *Syslog) Name() string { return "syslog " + s.network + ":" + s.address }

// syslogWait is how long connecting and writing may take.
const syslogWait = 5 * time.Second

// Send writes one message; a connection that is broken is made anew once.
func (s *Syslog) Send(ctx context.Context, a logdoc.Alarm, _ []byte) error {
	ctx, cancel := context.WithTimeout(ctx, syslogWait)
	defer cancel()
	fresh := s.conn == nil
	err := s.write(ctx, &a)
	if err != nil && !fresh && ctx.Err() == nil {
		err = s.write(ctx, &a)
	}
	return err
}

func (s *Syslog) write(ctx context.Context, a *logdoc.Alarm) (err error) {
	if s.conn == nil {
		if s.conn, err = s.dial(ctx); err != nil {
			return err
		}
	}
	network := s.conn.RemoteAddr().Network()
	most := 8 << 10
	if network == "udp" {
		most = 2 << 10 // what every receiver is meant to take
	}
	message := syslogMessage(a, os.Getpid(), most)
	switch network {
	case "tcp":
		message = strconv.Itoa(len(message)) + " " + message // RFC 6587, octet counting
	case "unix":
		message += "\n"
	}
	deadline, _ := ctx.Deadline()
	if err = s.conn.SetWriteDeadline(deadline); err == nil {
		_, err = s.conn.Write([]byte(message))
	}
	if err != nil {
		_ = s.conn.Close() // the error of the write is what counts
		s.conn = nil
	}
	return err
}

// Close ends the connection.
func (s *Syslog) Close() error {
	if s.conn == nil {
		return nil
	}
	return s.conn.Close()
}

func (s *Syslog) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	if s.network != "unix" {
		return d.DialContext(ctx, s.network, s.address)
	}
	conn, err := d.DialContext(ctx, "unixgram", s.address)
	if err != nil {
		return d.DialContext(ctx, "unix", s.address)
	}
	return conn, nil
}

// priorities are those of syslog and the journal.
var priorities = map[logdoc.Severity]int{logdoc.Critical: 2, logdoc.Error: 3, logdoc.Warning: 4, logdoc.Notice: 5, logdoc.Info: 6, logdoc.Debug: 7}

// priority is the finding's severity as a number of syslog; what is over is a notice.
func priority(a *logdoc.Alarm) int {
	p, ok := priorities[a.Finding.Severity]
	if !ok {
		p = 6
	}
	if over(a.Kind) {
		p = max(p, 5)
	}
	return p
}

const facilityDaemon = 3

// syslogMessage writes the alarm in at most so many bytes: what is too long is cut at the end of the text, never within the structured data.
func syslogMessage(a *logdoc.Alarm, pid, most int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<%d>1 %s %s logdoc %d %s [logdoc@32473", facilityDaemon*8+priority(a), a.Time.UTC().Format("2006-01-02T15:04:05.000000Z"), word(a.From, 255), pid, word(a.Kind.String(), 32))
	f := &a.Finding
	for _, p := range []struct {
		name string
		text logdoc.LogText
	}{
		{"symptom", logdoc.LogText(f.Symptom)}, {"key", f.Key}, {"severity", logdoc.LogText(f.Severity.String())}, {"certainty", logdoc.LogText(f.Certainty.String())},
		{"state", logdoc.LogText(f.State.String())}, {"count", logdoc.LogText(strconv.Itoa(f.Count))}, {"repeats", logdoc.LogText(strconv.Itoa(a.Repeats))},
	} {
		fmt.Fprintf(&b, ` %s="%s"`, p.name, parameter.Replace(string(sanitize.Line(shorten(p.text, 120)))))
	}
	b.WriteString("] ")
	text := string(headline(a))
	if len(f.Evidence) > 0 {
		e := f.Evidence[len(f.Evidence)-1]
		text += "; " + string(sanitize.Place(logdoc.Place{Source: shorten(e.Place.Source, 500), Line: e.Place.Line})) + ": " + string(sanitize.Line(shorten(e.Text, 2<<10)))
	}
	if room := most - b.Len(); len(text) > room {
		text = strings.ToValidUTF8(text[:max(room-len("…"), 0)], "") + "…"
	}
	return b.String() + text
}

var parameter = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`)

// word is a part of the header: printable ASCII without blanks, "-" for nothing.
func word(s string, most int) string {
	out := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r
		}
		return '_'
	}, s)
	if out = out[:min(len(out), most)]; out == "" {
		return "-"
	}
	return out
}

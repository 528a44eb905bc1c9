package alert

import (
	"context"
	"encoding/binary"
	"net"
	"strconv"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
)

// JournalSocket is where systemd's journal listens.
const JournalSocket = "/run/systemd/journal/socket"

// Journal sends alarms to systemd's journal with fields of their own: journalctl LOGDOC_SYMPTOM=avamar/session-ticket finds them.
type Journal struct {
	socket string
	conn   net.Conn
}

// NewJournal takes the path of the socket.
func NewJournal(socket string) *Journal { return &Journal{socket: socket} }

// Name says that it is the journal.
func (*Journal) Name() string { return "journald" }

// maxEntry is how long an entry may be: what fits into one datagram everywhere.
const maxEntry = 48 << 10

// Send writes one entry; a connection that is broken is made anew once.
func (j *Journal) Send(ctx context.Context, a logdoc.Alarm, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, syslogWait)
	defer cancel()
	entry := journalEntry(&a, body)
	for fresh := false; ; {
		if j.conn == nil {
			conn, err := (&net.Dialer{}).DialContext(ctx, "unixgram", j.socket)
			if err != nil {
				return err
			}
			j.conn, fresh = conn, true
		}
		deadline, _ := ctx.Deadline()
		err := j.conn.SetWriteDeadline(deadline)
		if err == nil {
			_, err = j.conn.Write(entry)
		}
		if err == nil {
			return nil
		}
		_ = j.conn.Close() // the error of the write is what counts
		j.conn = nil
		if fresh || ctx.Err() != nil {
			return err
		}
	}
}

// Close ends the connection.
func (j *Journal) Close() error {
	if j.conn == nil {
		return nil
	}
	return j.conn.Close()
}

// journalEntry writes the fields in the journal's own protocol, each with its length in front, so that no text can begin another field.
func journalEntry(a *logdoc.Alarm, body []byte) []byte {
	f := &a.Finding
	var e []byte
	field := func(name, value string) {
		e = append(e, name...)
		e = append(e, '\n')
		e = binary.LittleEndian.AppendUint64(e, uint64(len(value)))
		e = append(e, value...)
		e = append(e, '\n')
	}
	line := func(t logdoc.LogText) string { return string(sanitize.Line(shorten(t, 1<<10))) }
	field("MESSAGE", string(headline(a)))
	field("PRIORITY", strconv.Itoa(priority(a)))
	field("SYSLOG_IDENTIFIER", "logdoc")
	field("LOGDOC_TURN", a.Kind.String())
	field("LOGDOC_SYMPTOM", line(logdoc.LogText(f.Symptom)))
	field("LOGDOC_PRODUCT", line(logdoc.LogText(f.Product)))
	field("LOGDOC_KEY", line(f.Key))
	field("LOGDOC_SEVERITY", f.Severity.String())
	field("LOGDOC_CERTAINTY", f.Certainty.String())
	field("LOGDOC_STATE", f.State.String())
	field("LOGDOC_COUNT", strconv.Itoa(f.Count))
	field("LOGDOC_REPEATS", strconv.Itoa(a.Repeats))
	if len(f.Evidence) > 0 {
		last := f.Evidence[len(f.Evidence)-1]
		place := last.Place
		place.Source = shorten(place.Source, 1<<10)
		field("LOGDOC_SOURCE", string(sanitize.Place(place)))
		field("LOGDOC_EVIDENCE", string(sanitize.Line(shorten(last.Text, 2<<10))))
	}
	// A program that wants more than the fields reads the whole alarm, if it fits.
	if whole := strings.TrimSuffix(string(body), "\n"); len(e)+len(whole)+100 <= maxEntry {
		field("LOGDOC_JSON", whole)
	}
	return e
}

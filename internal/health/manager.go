package health

import (
	"net"
	"strconv"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Manager is the service manager that has started the program, as sd_notify(3) describes it. The zero value is none: it is told nothing, and that is no error.
type Manager struct {
	// Socket is what NOTIFY_SOCKET says.
	Socket string
}

// Ready says that the service does its work, and what it does.
func (m Manager) Ready(status string) error { return m.tell("READY=1", state(status)) }

// Reloading says that the configuration is read again; Ready ends it. Monotonic is the time of the system's monotonic clock.
func (m Manager) Reloading(monotonic time.Duration) error {
	return m.tell("RELOADING=1", "MONOTONIC_USEC="+strconv.FormatInt(monotonic.Microseconds(), 10))
}

// Stopping says that the service comes to its end.
func (m Manager) Stopping() error { return m.tell("STOPPING=1") }

// Alive feeds the watchdog.
func (m Manager) Alive() error { return m.tell("WATCHDOG=1") }

// Status says in one line what the service does, for systemctl status.
func (m Manager) Status(status string) error { return m.tell(state(status)) }

func state(status string) string { return "STATUS=" + string(sanitize.Line(logdoc.LogText(status))) }

func (m Manager) tell(lines ...string) error {
	if m.Socket == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: m.Socket, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(strings.Join(lines, "\n")))
	return err
}

// WatchdogEvery is how often the watchdog is to be fed: half of what WATCHDOG_USEC says, if WATCHDOG_PID means this process; 0 for never.
func WatchdogEvery(usec, pid string, self int) time.Duration {
	if pid != "" && pid != strconv.Itoa(self) {
		return 0
	}
	n, err := strconv.ParseInt(usec, 10, 64)
	if err != nil || n <= 0 || n > int64(24*time.Hour/time.Microsecond) {
		return 0
	}
	return time.Duration(n) * time.Microsecond / 2
}

package alert

// Remembered is how many findings the cool-down knows.
func (a *Alerts) Remembered() int { return len(a.cooling.known) }

// SyslogMessage is for tests of its form.
var SyslogMessage = syslogMessage

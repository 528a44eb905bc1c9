package logdoc

import "time"

// Alarm is a turn on its way to a machine: what follows a log tells it to a command, a webhook, a system's log, or as a line of JSON.
type Alarm struct {
	Turn
	// Time is when it was told, by the clock of the machine that follows the log; From is that machine's name.
	Time time.Time
	From string
	// Repeats is how many turns of this finding were held back since the alarm before, because it had only just been told.
	Repeats int
}

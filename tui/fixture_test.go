package tui

import (
	"time"

	"logdoc"
)

func clock(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

// nightCase is a diagnosis with something of everything. Its lines are invented.
func nightCase() *logdoc.Diagnosis {
	gsan, client := logdoc.LogText("bundle.tgz!/node0.zip!/cur/gsan.log.003"), logdoc.LogText("bundle.tgz!/clientlogs/night-avtar.log")
	serial := logdoc.Value{Name: "serial", Label: "the newest that was refused", Text: "28451", All: []logdoc.LogText{"28451", "28450"}}
	lowest := logdoc.Value{Name: "minserial", Text: "38000"}
	suggested := logdoc.Value{Name: "suggested", Label: "a serial well above both", Text: "48000", Computed: true}
	record := func(event, label string, place logdoc.LogText, line int, at string, text logdoc.LogText) logdoc.Evidence {
		e := logdoc.Evidence{Event: event, Label: label, Place: logdoc.Place{Source: place, Line: line}, Text: text}
		if at != "" {
			e.Time = clock(at)
		}
		return e
	}
	ticket := logdoc.Finding{
		Symptom: "acme/ticket", Title: "Server and console disagree about the ticket serial", Product: "Acme Backup", Pack: "built-in",
		Severity: logdoc.Critical, Certainty: logdoc.Certain, First: clock("2026-02-27 20:00:07"), Last: clock("2026-02-28 07:41:02"), Count: 12,
		Why:    []string{"certain, because the client was refused (1 record) and the server refused a serial below its lowest one (3 records)"},
		Values: []logdoc.Value{serial, lowest, suggested},
		Evidence: []logdoc.Evidence{
			record("refused", "the server refused the client", client, 88, "2026-02-27 20:00:07", "2026-02-27 20:00:07 avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL), aborting execution"),
			record("behind", "the server refused a serial below its lowest one", gsan, 417, "2026-02-27 20:00:07", "[srvm-518654#srv:481] WARN: <1479> sessionkeytable::setpublickey new serial=28450 less than current minserial=38000"),
			record("behind", "the server refused a serial below its lowest one", gsan, 1288, "2026-02-28 07:41:02", "[srvm-518661#srv:502] WARN: <1479> sessionkeytable::setpublickey new serial=28451 less than current minserial=38000\n  at step 2\n  at step 1"),
			record("mcs", "the serial that the console hands out", "bundle.tgz!/prefs/ticket.srl", 1, "", "28451"),
		},
		Consequences: []logdoc.Finding{{
			Symptom: "acme/refused", Title: "The client ends its connection to the server", Product: "Acme Backup", Severity: logdoc.Error, Certainty: logdoc.Certain,
			First: clock("2026-02-27 20:00:07"), Last: clock("2026-02-27 20:00:07"), Count: 1,
			Evidence: []logdoc.Evidence{record("killed", "the connection was killed", client, 87, "2026-02-27 20:00:07", "2026-02-27 20:00:07 avtar Error <8609>: Connection killed.")},
			Cause:    "Something above it ended it.",
		}, {
			Symptom: "acme/script", Title: "The script at the end of the job failed", Product: "Acme Backup", Severity: logdoc.Warning, Certainty: logdoc.Likely,
			First: clock("2026-02-27 20:00:08"), Last: clock("2026-02-27 20:00:08"), Count: 2, Key: "job 10007",
		}},
		Cause:   "After a rollback of the server or of the console the two count session tickets from different\nserials: the server refuses every ticket below its own lowest one.\n\nOne file holds the one number, a key table the other.",
		Impact:  "Every backup that logs in with a ticket stops before it starts.",
		Earlier: &logdoc.Earlier{Cases: 2, Case: 12, Name: "night", Time: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Host: "node0", Solved: []string{"Set a larger serial"}, Notes: []logdoc.LogText{"was the clock \x1b[31magain"}},
		Steps: []logdoc.Step{
			{Number: 1, ID: "read", Kind: logdoc.Look, Title: "Read the lowest serial that the server accepts", Commands: []string{"avmaint cat /sysinfo/security/keytable"}, Values: []logdoc.Value{lowest}},
			{Number: 2, ID: "raise", Kind: logdoc.Change, Title: "Give the server a serial well above both numbers", Notes: []string{"Choose a number clearly greater than both;\nthe suggested one is."},
				Commands: []string{"cd /usr/local/acme/lib", "avmaint publickey --keyfile=./mcecroot.pub --serial=<number> --ava"},
				Ask:      "What did avmaint answer?",
				Answers:  []logdoc.Answer{{Text: "choose a larger number", Target: "raise"}, {Text: "no such key", Target: "call"}, {Text: "no error", Target: "confirm"}},
				Values:   []logdoc.Value{suggested, serial}},
			{Number: 3, ID: "confirm", Kind: logdoc.Verify, Title: "The key table shows that number", Commands: []string{"avmaint cat /sysinfo/security/keytable"},
				Ask: "Does it?", Answers: []logdoc.Answer{{Text: "yes", Target: "done"}, {Text: "no", Target: "raise"}}},
			{Number: 4, ID: "call", Kind: logdoc.Look, Title: "Open a case with what was collected"},
		},
		See: []string{"Acme KB 200098"},
	}
	return &logdoc.Diagnosis{
		Capture: clock("2026-03-01 10:00:00"),
		Findings: []logdoc.Finding{
			{Symptom: "luna/expiring", Title: "The certificate is about to expire", Product: "Luna HSM", Severity: logdoc.Warning, Certainty: logdoc.Likely, State: logdoc.Cleared,
				ClearedAt: clock("2026-02-20 00:00:00"), First: clock("2026-02-10 00:00:00"), Last: clock("2026-02-19 00:00:00"), Count: 3, Key: "hsm-a",
				Why: []string{"likely, because the monitor said so"}},
			{Symptom: "luna/expiring", Title: "The certificate is about to expire", Product: "Luna HSM", Severity: logdoc.Error, Certainty: logdoc.Possible,
				First: clock("2026-02-10 00:00:00"), Last: clock("2026-03-01 09:00:00"), Count: 4, Key: "hsm-b", Evidence: []logdoc.Evidence{
					record("days", "days are left", "bundle.tgz!/luna/messages", 7, "2026-03-01 09:00:00", "2026 Mar  1 09:00:00 hsm-b local5 err certmonitord: 3 days left")}},
			ticket,
			{Symptom: "acme/old", Title: "A word of a wide script: 証明書の有効期限が切れています", Severity: logdoc.Notice, Certainty: logdoc.Possible, State: logdoc.Stale,
				First: clock("2026-01-01 00:00:00"), Last: clock("2026-01-01 00:00:00"), Count: 1},
		},
		Clean: []logdoc.Clean{
			{Name: "luna/monitor", Title: "The certificate monitor", Product: "Luna HSM", Expected: true, Records: 1204, State: "running", Since: clock("2026-02-01 03:04:05")},
			{Name: "luna/trap", Title: "A trap could not be sent", Product: "Luna HSM"}, {Name: "acme/full", Title: "The server is full", Product: "Acme Backup"},
		},
		Unchecked: []logdoc.Unchecked{
			{Symptom: "flume/cert", Title: "The certificate is damaged", Product: "MRS Flume", Reason: "no log of the format flume is in the input", Collect: []string{"flumeServer.log", "flume_sChat.crt"}},
			{Symptom: "acme/check", Title: "The check fails", Product: "Acme Backup", Reason: "gsan.log ends before the next check was due", Collect: []string{"/cur/gsan.log.00?"}},
		},
		Unexplained: []logdoc.Cluster{
			{Template: "Connection to * refused after * tries", Format: "avtar", Severity: logdoc.Error, Count: 2120, First: logdoc.Place{Source: client, Line: 3}, Last: logdoc.Place{Source: client, Line: 9001},
				FirstTime: clock("2026-02-27 19:00:00"), LastTime: clock("2026-02-27 21:00:00"), Text: "2026-02-27 19:00:00 avtar Error <4711>: Connection to 10.0.0.1 refused after 3 tries"},
			{Template: "disk * is slow", Format: "gsan", Severity: logdoc.Warning, Count: 1, First: logdoc.Place{Source: gsan, Line: 5}, Last: logdoc.Place{Source: gsan, Line: 5}, Text: "WARN: <2> disk 4 is slow"},
		},
		Coverage: logdoc.Coverage{
			Incomplete: true,
			Sources: []logdoc.SourceCoverage{
				{Source: client, Log: client, Format: "avtar", Why: "by content", Others: map[string]int{"syslog": 3}, First: clock("2026-02-27 19:00:00"), Last: clock("2026-02-27 21:00:00"),
					Bytes: 1258291, Lines: 12000, Records: 11000, KnownBad: 11, KnownNormal: 8000, Unexplained: 2980, Unread: 9},
				{Source: gsan, Log: "bundle.tgz!/node0.zip!/cur/gsan.log", Format: "gsan", Why: "by name", Bytes: 52 << 20, Lines: 1345, Records: 1345, KnownBad: 4, Unexplained: 1341,
					Notes: []logdoc.Note{{LeftOut: true, Line: 1345, Text: "the gzip stream ends early: ask for the file again", Detail: "unexpected EOF"}, {Text: "the file has no clock: it is ordered by its name"}}},
				{Source: "bundle.tgz!/prefs/ticket.srl", Why: "read as a fact", Facts: []string{"acme/ticket mcs"}, Bytes: 5, Lines: 1},
			},
			Totals: logdoc.SourceCoverage{First: clock("2026-02-27 19:00:00"), Last: clock("2026-03-01 10:00:00"), Bytes: 55785776, Lines: 13346, Records: 12345, KnownBad: 15, KnownNormal: 8000,
				Unexplained: 4321, Unread: 9},
		},
		Notes: []logdoc.Note{{Text: "a later pack replaces what had the same name", Detail: "luna/expiring"}},
	}
}

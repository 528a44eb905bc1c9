package report_test

import (
	"strings"
	"time"

	"logdoc"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

// hostile holds one of each kind of text that must not act: a cleared screen, a window title, C1, bidi, zero-width, NUL, bad UTF-8, markup.
const hostile = "\x1b[2J\x1b]0;owned\a user=\u202Enimda\u202C\u200B \u009b31m \x00 \xff\xfe | <script>alert(1)</script> ![x](http://evil.example/) ``` @admin #12\r"

// rich is a diagnosis with everything in it. The log lines are invented, in the shape of the real ones.
func rich() *logdoc.Diagnosis {
	gsan := logdoc.LogText("bundle.tgz!/node0.zip!/data01/cur/gsan.log.003")
	avtar := logdoc.LogText("bundle.tgz!/clientlogs/MOD-1577750400-avtar.log")
	serial := logdoc.Value{Name: "serial", Label: "the serial that MCS hands out", Text: "28451"}
	minserial := logdoc.Value{Name: "minserial", Text: "38000"}
	suggested := logdoc.Value{Name: "suggested", Label: "a serial above all of them", Text: "48000", Computed: true}
	ticket := logdoc.Finding{
		Symptom: "avamar/session-ticket", Title: "GSAN and MCS disagree about the session ticket serial", Product: "Dell Avamar",
		Pack: "built-in", Severity: logdoc.Critical, Certainty: logdoc.Certain,
		Why: []string{
			"The client was refused (5704) and GSAN says that the serial is behind (1479).",
			"The server log has no clock of its own, so the order of the two is not proven.",
		},
		First: at("2019-12-31 07:35:23"), Last: at("2019-12-31 07:41:02"), Count: 12, Key: "client-7.example.com", Nodes: []logdoc.LogText{"client-7.example.com", "node0"}, Unplaced: true,
		Values: []logdoc.Value{serial, minserial, suggested, {Name: "user", Text: hostile}},
		Evidence: []logdoc.Evidence{
			{Event: "behind", Label: "GSAN: serial behind", Place: logdoc.Place{Source: gsan, Line: 417},
				Text: "[srvm-518654#srv:481] WARN: <1479> sessionkeytable::setpublickey new serial=28451 less than current minserial=38000"},
			{Event: "refused", Place: logdoc.Place{Source: avtar, Line: 88}, Time: at("2019-12-31 07:35:23"),
				Text: "2019-12-31 07:35:23 avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL), aborting execution (SECURETICKETLOGIN=452 serial=1 seq=0 flags=R:H:0 kind=0 rsp=MSG_ERR_AUTH_FAIL)"},
			{Event: "refused", Place: logdoc.Place{Source: avtar, Line: 91}, Time: at("2019-12-31 07:35:24"), Text: logdoc.LogText(hostile)},
			{Event: "stack", Place: logdoc.Place{Source: "bundle.tgz!/mcs/server.log", Line: 12}, Time: at("2019-12-31 07:41:02"),
				Text: "java.lang.IllegalStateException: no ticket\r\n\tat com.example.Ticket.issue(Ticket.java:12)\r\n\tat com.example.Main.run(Main.java:34)\n\tat java.lang.Thread.run(Thread.java:745)\nCaused by: java.io.IOException: `code` in ````ticks````\n"},
			{Event: "mcs", Label: "the serial of MCS", Place: logdoc.Place{Source: "bundle.tgz!/prefs/sessionticket.srl"}, Text: "28451"},
		},
		Consequences: []logdoc.Finding{{
			Symptom: "avamar/connection-refused", Title: "The client ends its connection to the server", Product: "Dell Avamar", Severity: logdoc.Error,
			Certainty: logdoc.Likely, State: logdoc.Active, First: at("2019-12-31 07:35:23"), Last: at("2019-12-31 07:35:23"), Count: 1,
			Evidence: []logdoc.Evidence{{Event: "killed", Place: logdoc.Place{Source: avtar, Line: 87}, Time: at("2019-12-31 07:35:23"),
				Text: "2019-12-31 07:35:23 avtar Error <8609>: Connection killed from GSAN."}},
			Consequences: []logdoc.Finding{{
				Symptom: "avamar/script-failed", Title: "The run-at-end script fails", Product: "Dell Avamar", Severity: logdoc.Warning,
				Certainty: logdoc.Possible, Count: 2, Evidence: []logdoc.Evidence{{Event: "exit", Place: logdoc.Place{Source: avtar, Line: 95},
					Text: "avtar Error <7001>: Exiting avtar with run-at-end script failure -1"}},
			}},
		}},
		Earlier: &logdoc.Earlier{Cases: 3, Case: 12, Name: "night " + hostile, Time: at("2019-11-02 01:02:03"), Host: "node0 " + logdoc.LogText(hostile),
			Solved: []string{"Give GSAN a serial well above both numbers"}, Notes: []logdoc.LogText{"it came back after the restore", logdoc.LogText(hostile)}},
		Cause:  "After a rollback of GSAN or of MCS the two count session tickets from different serials: GSAN refuses every\nticket whose serial is below its own minimum.\n\nThe file sessionticket.srl holds the one, the keytable the other.",
		Impact: "Every backup that logs in with a session ticket stops before it starts.",
		Steps: []logdoc.Step{
			{Number: 1, ID: "server-serial", Kind: logdoc.Look, Title: "Read the lowest serial that GSAN accepts",
				Commands: []string{"avmaint cat /sysinfo/security/keytable"}, Values: []logdoc.Value{minserial}},
			{Number: 2, ID: "raise-server", Kind: logdoc.Change, Title: "Give GSAN a serial well above both numbers",
				Notes: []string{"Run it in /usr/local/avamar/lib, where step 1 left mcecroot.pub.\nThe number must be above the current one of MCS."},
				Commands: []string{
					"cd /usr/local/avamar/lib",
					"keytool -list -rfc -keystore /usr/local/avamar/lib/avamar_keystore -storepass `avlockbox.sh -r keystore_passphrase` -alias mcecroot | openssl x509 -pubkey -noout > mcecroot.pub",
					"avmaint publickey --keyfile=./mcecroot.pub --serial=<number> --ava",
				},
				Ask: "What did avmaint answer?",
				Answers: []logdoc.Answer{
					{Text: "MSG_ERR_INVALID_PARAMETERS: choose a larger number", Target: "raise-server"},
					{Text: "no error", Target: "confirm-server"},
				},
				Values: []logdoc.Value{serial, minserial, suggested}},
			{Number: 3, ID: "confirm-server", Kind: logdoc.Verify, Title: "The keytable shows that number as minimalserial, and a backup of the client that failed runs to its end",
				Commands: []string{"avmaint cat /sysinfo/security/keytable"}, Ask: "Does it?",
				Answers: []logdoc.Answer{{Text: "yes", Target: "done"}, {Text: "no", Target: "elsewhere"}}},
		},
		See: []string{"Dell KB 000200098", "https://www.example.com/kb/000200098?lang=en"},
	}
	return &logdoc.Diagnosis{
		Capture: at("2020-01-04 10:00:00"),
		Findings: []logdoc.Finding{ticket, {
			Symptom: "luna/certificate-expiring", Title: "The NTLS server certificate is about to expire", Product: "Thales Luna Network HSM", Pack: "packs/luna",
			Severity: logdoc.Warning, Certainty: logdoc.Likely, State: logdoc.Cleared, ClearedAt: at("2020-01-02 00:00:00"),
			Why: []string{"certmonitord said so."}, First: at("2019-12-30 00:00:00"), Last: at("2020-01-01 00:00:00"), Count: 3,
		}, {
			Symptom: "luna/old-news", Title: "Something that was long ago", Severity: logdoc.Notice, Certainty: logdoc.Possible, State: logdoc.Stale,
			First: at("2019-12-30 00:00:00"), Last: at("2019-12-30 00:00:00"), Count: 1,
		}},
		Clean: []logdoc.Clean{
			{Name: "luna/certmonitord", Title: "NTLS certificate expiry monitor", Product: "Thales Luna Network HSM", Expected: true, Records: 1204, State: "running", Since: at("2019-11-02 03:04:05")},
			{Name: "luna/certmonitord-crash", Title: "certmonitord crashed", Product: "Thales Luna Network HSM"},
			{Name: "luna/trap-failed", Title: "A trap could not be sent", Product: "Thales Luna Network HSM"},
			{Name: "avamar/gsan-full", Title: "GSAN is full", Product: "Dell Avamar"},
		},
		Unchecked: []logdoc.Unchecked{
			{Symptom: "flume/alm-24010", Title: "The certificate is damaged", Product: "MRS Flume", Reason: "no log of the format flume is in the input",
				Collect: []string{"/var/log/Bigdata/flume/flume/flumeServer.log", "flume_sChat.crt of the Flume server"}},
			{Symptom: "flume/channel-full", Title: "A channel is full", Product: "MRS Flume", Reason: "no log of the format flume is in the input",
				Collect: []string{"/var/log/Bigdata/flume/flume/flumeServer.log"}},
			{Symptom: "avamar/hfs-check", Title: "HFS check fails", Product: "Dell Avamar", Reason: "gsan.log ends before the next check was due", Collect: []string{"/data01/cur/gsan.log.00?"}},
		},
		Unexplained: []logdoc.Cluster{
			{Template: "Connection to * refused after * tries", Format: "avtar", Severity: logdoc.Error, Count: 2120, First: logdoc.Place{Source: avtar, Line: 3},
				Last: logdoc.Place{Source: avtar, Line: 9001}, FirstTime: at("2019-12-31 07:00:00"), LastTime: at("2019-12-31 09:00:00"),
				Text: "2019-12-31 07:00:00 avtar Error <4711>: Connection to 10.0.0.1 refused after 3 tries"},
			{Template: logdoc.LogText(hostile), Format: "gsan", Severity: logdoc.Warning, Count: 1, First: logdoc.Place{Source: gsan, Line: 5}, Last: logdoc.Place{Source: gsan, Line: 5},
				Text: logdoc.LogText(hostile)},
		},
		Coverage: logdoc.Coverage{
			Incomplete: true,
			Sources: []logdoc.SourceCoverage{
				{Source: avtar, Log: avtar, Format: "avtar", Why: "by content", Others: map[string]int{"syslog": 3, "avamar-begin": 12}, First: at("2019-12-31 07:00:00"),
					Last: at("2019-12-31 09:00:00"), Bytes: 1258291, Lines: 12000, Records: 11000, KnownBad: 11, KnownNormal: 8000, Unexplained: 2980, Unread: 9},
				{Source: gsan, Log: "bundle.tgz!/node0.zip!/data01/cur/gsan.log", Format: "gsan", Why: "by name", Bytes: 52 << 20, Lines: 1345, Records: 1345, KnownBad: 4, Unexplained: 1341,
					Notes: []logdoc.Note{{LeftOut: true, Line: 1345, Text: "The gzip stream ends early; ask for the file again.", Detail: "unexpected EOF"},
						{Text: "The file has no clock: it is ordered by its name."}}},
				{Source: "bundle.tgz!/prefs/sessionticket.srl", Why: "read as a fact", Facts: []string{"avamar/session-ticket mcs"}, Bytes: 5, Lines: 1},
				{Source: logdoc.LogText("bundle.tgz!/odd|name\x1b[31m\u202Egol.exe\nx"), Bytes: 2048, Lines: 3, Records: 3, Unread: 3,
					Notes: []logdoc.Note{{LeftOut: true, Text: "A member tries to leave the archive; it was not read.", Detail: "../../etc/passwd\x1b[2J"}}},
			},
			Totals: logdoc.SourceCoverage{First: at("2019-12-31 07:00:00"), Last: at("2019-12-31 09:00:00"), Bytes: 55785776, Lines: 13349, Records: 12348, KnownBad: 15, KnownNormal: 8000,
				Unexplained: 4321, Unread: 12},
		},
		Notes: []logdoc.Note{{Text: "luna/old-news of packs/luna replaces the built-in one."}, {LeftOut: true, Text: "Interrupted after 12 s: what follows is what was found so far."}},
		Nodes: logdoc.Nodes{
			List: []logdoc.Node{
				{Name: "client-7.example.com", Logs: 1, Records: 1337, First: at("2019-12-31 07:00:00"), Last: at("2019-12-31 07:41:02"), Findings: 1, Worst: logdoc.Critical},
				{Name: "node0", Guessed: true, Logs: 1, Records: 11000},
				{Name: logdoc.LogText("node1" + hostile), Findings: 2, Worst: logdoc.Warning},
			},
			Outliers: []logdoc.Outlier{
				{Node: "client-7.example.com", Name: "avamar/session-ticket", Title: "GSAN and MCS disagree about the session ticket serial", Severity: logdoc.Critical, Of: 3},
				{Node: logdoc.LogText("node1" + hostile), Lacks: true, Name: "luna/certificate-expiring", Title: "The NTLS server certificate is about to expire", Severity: logdoc.Warning, Of: 3},
				{Node: "node0", Kind: logdoc.OutlierState, Lacks: true, Name: "luna/certmonitord", Title: "Certificate monitor", State: "running", Of: 3},
				{Node: "node0", Kind: logdoc.OutlierLog, Lacks: true, Log: logdoc.LogText("messages" + hostile), Of: 3},
			},
			Unplaced: 1, Shared: 1,
		},
		Work: logdoc.Work{
			Steps: []logdoc.StepWork{
				{Symptom: "avamar/session-ticket", Key: "client-7.example.com", Step: "server-serial", State: logdoc.StepDone, Changed: at("2020-01-04 11:00:00")},
				{Symptom: "avamar/session-ticket", Key: "client-7.example.com", Step: "raise-server", State: logdoc.StepFailed, Tries: 1,
					Answer: "MSG_ERR_INVALID_PARAMETERS: choose a larger number", Note: logdoc.LogText("pasted: " + hostile), Changed: at("2020-01-04 11:05:00")},
				{Symptom: "avamar/session-ticket", Key: "another key", Step: "server-serial", State: logdoc.StepDone},
			},
			Marks: []logdoc.Mark{
				{Place: logdoc.Place{Source: gsan, Line: 419}, Text: "[srvm] WARN: <1426> incorrect signature", Note: "the first of them"},
				{Place: logdoc.Place{Source: avtar, Line: 3}, Time: at("2019-12-31 07:00:00"), Text: logdoc.LogText(hostile)},
			},
		},
	}
}

// clean is an input in which nothing was found.
func clean() *logdoc.Diagnosis {
	d := rich()
	d.Findings, d.Unexplained, d.Notes, d.Work, d.Nodes = nil, nil, nil, logdoc.Work{}, logdoc.Nodes{}
	d.Coverage.Incomplete = false
	d.Coverage.Sources = d.Coverage.Sources[:1]
	d.Coverage.Totals = d.Coverage.Sources[0]
	d.Coverage.Totals.Source, d.Coverage.Totals.Format = "", ""
	return d
}

// onlyNotes is an input that could not be read at all.
func onlyNotes() *logdoc.Diagnosis {
	return &logdoc.Diagnosis{Notes: []logdoc.Note{{LeftOut: true, Text: "There is no such path; check its spelling.", Detail: "/srv/bundle\x1b[2J.tgz"}}}
}

// large has more of everything than a report for people shows.
func large() *logdoc.Diagnosis {
	d := rich()
	source, cluster := d.Coverage.Sources[0], d.Unexplained[0]
	d.Coverage.Sources, d.Unexplained = nil, nil
	for range 400 {
		d.Coverage.Sources = append(d.Coverage.Sources, source)
	}
	for range 50 {
		d.Unexplained = append(d.Unexplained, cluster)
	}
	d.Findings[0].Evidence[0].Text = logdoc.LogText(strings.Repeat("long ", 1000))
	return d
}

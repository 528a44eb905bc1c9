package samples

import "time"

// The night of the case, in UTC: the clients run at 21:00 CET, an hour ahead of the server nodes.
var (
	healthyNight = time.Date(2026, time.February, 16, 20, 0, 0, 0, time.UTC)
	failedNight  = time.Date(2026, time.February, 17, 20, 0, 0, 0, time.UTC)
)

// avamarBundle is a case about session tickets out of step: MCS was rolled back on the afternoon between the two nights, so the tickets
// it signs for its clients carry serials below the lowest that GSAN accepts.
func avamarBundle() ([]byte, error) {
	morning := failedNight.Add(11 * time.Hour)
	node, err := avamarNode(morning)
	if err != nil {
		return nil, err
	}
	const client01 = "client01/usr/local/avamar/var/"
	const client02 = "client02/usr/local/avamar/var/"
	return packTgz([]member{
		{client01 + "avagent.log", avagentLog, failedNight},
		{client01 + "clientlogs/NIGHT-LINUX-1771358405214-4f1c09d27be6a35081f2c7de90ab46135c8e7d02-1001-Unix_avtar.log", client01Log, failedNight},
		{client02 + "clientlogs/NIGHT-LINUX-1771272005197-b80e6c2f94d17a3358c06fe1d29b475ae3107f64-1001-Unix_avtar.log", client02Log, healthyNight},
		{"node0.zip", string(node), morning},
		{"utility/keytable.xml", keytable, morning},
		{"utility/usr/local/avamar/var/mc/server_data/prefs/sessionticket.srl", "41207", morning},
	})
}

// avamarNode is the logs of the data node, packed on their own: the current gsan.log, the one rotated away the night before, and err.log,
// which repeats the warnings.
func avamarNode(morning time.Time) ([]byte, error) {
	before := traffic(gsanMix, gsanClocks, healthyNight.Add(-2*time.Hour), healthyNight.Add(9*time.Hour), 180, 41)
	rotated, err := packGzip(before)
	if err != nil {
		return nil, err
	}
	minute := func(m int) time.Time { return failedNight.Add(time.Duration(m) * time.Minute) }
	current := traffic(gsanMix, gsanClocks, minute(-120), minute(0), 90, 42) +
		gsanFirst +
		traffic(gsanMix, gsanClocks, minute(1), minute(14), 30, 43) +
		gsanSecond +
		traffic(gsanMix, gsanClocks, minute(16), minute(60), 60, 44)
	const cur = "node0.s/data01/cur/"
	return packZip([]member{
		{cur + "gsan.log.001", current, morning},
		{cur + "gsan.log.002.gz", string(rotated), healthyNight.Add(9 * time.Hour)},
		{cur + "err.log", gsanFirst + gsanSecond, morning},
	})
}

const gsanFirst = `2026/02/17-20:00:07.51822 {0.0} [srvm-518911#srv:502] WARN: <1479> sessionkeytable::setpublickey new serial=41203 less than current minserial=41850
2026/02/17-20:00:07.51840 {0.0} [srvm-518911#srv:502] WARN: <1426> sessionkeytable::comparesignature incorrect signature
2026/02/17-20:00:09.10377 {0.0} [srvm-518914#srv:505] WARN: <1479> sessionkeytable::setpublickey new serial=41204 less than current minserial=41850
2026/02/17-20:00:09.10391 {0.0} [srvm-518914#srv:505] WARN: <1426> sessionkeytable::comparesignature incorrect signature
`

const gsanSecond = `2026/02/17-20:15:08.02216 {0.0} [srvm-519377#srv:511] WARN: <1418> sessionkeytable::setpublickey session ticket with serial=41204 was used already
2026/02/17-20:15:08.02231 {0.0} [srvm-519377#srv:511] WARN: <1426> sessionkeytable::comparesignature incorrect signature
2026/02/17-20:15:11.47305 {0.0} [srvm-519380#srv:513] WARN: <1479> sessionkeytable::setpublickey new serial=41206 less than current minserial=41850
2026/02/17-20:15:11.47322 {0.0} [srvm-519380#srv:513] WARN: <1426> sessionkeytable::comparesignature incorrect signature
`

// keytable is the answer of "avmaint cat /sysinfo/security/keytable".
const keytable = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<keytable minimalserial="41850">
  <publickey name="mcecroot" serial="41850" algorithm="EC"/>
</keytable>
`

const avagentLog = `2026-02-17 20:59:58 avagent Info <5008>: Logging to /usr/local/avamar/var/avagent.log
2026-02-17 20:59:58 avagent Info <5417>: daemonized as process id 2113
avagent.d Info: Client Agent started.                      [  OK  ]
`

// workOrder is what a client logs of the job it was given: a document full of words (password, ticket, error) that mean no trouble.
// avtar writes XXX for the ticket itself.
const workOrder = `<snapup pid="Unix" did="NIGHT" ack="false" type="work" msgver="5" pidnum="1001" work="backup" ticket="XXX" sync="bg" retry-on-error="true">
  <directives>
    <flag type="string" value="tls" name="encrypt" />
    <flag type="string" value="high" name="encrypt-strength" />
    <flag type="string" value="daily" name="retention-type" />
    <flag type="string" value="ave01.lab.example" name="hfsaddr" />
    <flag type="string" value="27000" name="hfsport" />
    <flag type="string" value="backuponly" name="id" />
    <flag type="password" value="****" name="ap" />
  </directives>
  <catalog>
    <flag type="checkbox" value="false" name="ddr" />
    <flag type="pulldown" pidnum="1001" value="high" name="ddr-encrypt-strength" />
    <flag type="boolean" pidnum="1001" value="false" name="fail_on_script_error" />
    <flag type="boolean" pidnum="1001" value="true" name="ignore_file_open_errors" />
    <flag type="integer" pidnum="1001" value="15" name="authentication_timeout" />
  </catalog>
  <browse-from-catalog />
  <agent_directives>
    <flag type="string" value="ave01.lab.example" name="server" />
    <flag type="password" value="****" name="password" />
    <flag type="string" value="" name="incremental" />
  </agent_directives>
  <targetlist>
    <path name="/srv/projects" />
    <path name="/var/lib/app/spool" />
  </targetlist>
</snapup>
`

const client01Log = `<logheader platform="Linux" env-locale-cs="ANSI_X3.4-1968" process_id="avtar" version="19.4.100-116" tz="CET" />

--------------------------------------------------------------------------------------------------------
-----  START avtar log 2026-02-17 21:00:07 CET  [19.4.100-116 Linux-x86_64]
--------------------------------------------------------------------------------------------------------

2026-02-17 21:00:07 avtar Info <5008>: Logging to /usr/local/avamar/var/clientlogs/NIGHT-LINUX-1771358405214-4f1c09d27be6a35081f2c7de90ab46135c8e7d02-1001-Unix_avtar.log
2026-02-17 21:00:07 avtar Info <5551>: Command Line: /usr/local/avamar/bin/avtar.bin --vardir=/usr/local/avamar/var --bindir=/usr/local/avamar/bin --sysdir=/usr/local/avamar/etc --run-at-end=/usr/local/avamar/etc/scripts/notify.sh
2026-02-17 21:00:07 avtar Info <7977>: Starting at 2026-02-17 21:00:07 CET [avtar Mar 16 2021 08:50:40 19.4.100-116 Linux-x86_64]
2026/02/17-20:00:07.42089 [avtar]  <1291> FIPS mode enabled
2026-02-17 21:00:07 avtar Info <10684>: Setting ctl message version to 3 (from 1)
2026-02-17 21:00:07 avtar Info <16136>: Setting ctl max message size to 268435456
2026-02-17 21:00:07 avtar Info <6767>: Successfully connected to 127.0.0.1:41277
2026-02-17 21:00:07 avtar Info <5900>: Workorder received:
` + workOrder + `
2026-02-17 21:00:07 avtar Info <5905>: Incremental flags: --sequencenumber=118
2026-02-17 21:00:07 avtar Info <5946>: File system character encoding is UTF-8.
2026-02-17 21:00:07 avtar Info <8940>: Starting back up at 2026-02-17 21:00:07 CET as "root" on "client01.lab.example" (8 CPUs) [19.4.100-116]
2026-02-17 21:00:07 avtar Info <8474>: - Log file path: /usr/local/avamar/var/clientlogs/NIGHT-LINUX-1771358405214-4f1c09d27be6a35081f2c7de90ab46135c8e7d02-1001-Unix_avtar.log
2026-02-17 21:00:07 avtar Info <6555>: Initializing connection
2026-02-17 21:00:07 avtar Info <5552>: Connecting to Avamar Server (ave01.lab.example)
2026-02-17 21:00:07 avtar Info <5554>: Connecting to one node in each datacenter
2026-02-17 21:00:07 avtar Info <5993>: - Connect: Connected to 10.20.30.11:29000, Priv=0, SSL Cipher=AES256-SHA
2026-02-17 21:00:07 avtar Info <5993>: - Datacenter 0 has 1 nodes: Connected to 10.20.30.11:29000, Priv=0, SSL Cipher=AES256-SHA
2026-02-17 21:00:07 avtar Info <5581>: Logging in on connection 0 with Session Ticket
2026-02-17 21:00:07 avtar Info <18854>: Using Secure Session Ticket Format
2026/02/17-20:00:07.52007 [avtar]  ===> avtarserver::onconnectionkilled
2026-02-17 21:00:07 avtar Error <8609>: Connection killed from GSAN.
2026-02-17 21:00:07 avtar Info <9772>: Starting graceful (staged) termination, KILL event received (wrap-up stage)
2026-02-17 21:00:07 avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL), aborting execution (SECURETICKETLOGIN=452 serial=1 seq=0 flags=R:H:0 kind=0 rsp=MSG_ERR_AUTH_FAIL)
2026-02-17 21:00:07 avtar Error <5126>: Login error 5: Authorization failure (Session Ticket login)
2026-02-17 21:00:07 avtar FATAL <8941>: Fatal server connection problem, aborting initialization. Verify correct server address and login credentials.
2026-02-17 21:00:07 avtar Info <6149>: Error summary: 4 errors: 8941, 5704, 5126, 8609
2026-02-17 21:00:08 avtar Info <5917>: Back from run-at-end, exit code -1
2026-02-17 21:00:08 avtar Error <7001>: Exiting avtar with run-at-end script failure -1
2026-02-17 21:00:08 avtar Info <7883>: Finished at 2026-02-17 21:00:08 CET, Elapsed time: 0000h:00m:01s
2026-02-17 21:00:08 avtar Info <8468>: Sending wrapup message to parent
2026-02-17 21:00:08 avtar Info <5314>: Command failed (5 errors, exit code 10007: miscellaneous error)

--------------------------------------------------------------------------------------------------------
----- END avtar log 2026-02-17 21:00:08 CET  (0 warnings, 3 errors, 2 fatal errors)
--------------------------------------------------------------------------------------------------------
`

const client02Log = `<logheader platform="Linux" env-locale-cs="ANSI_X3.4-1968" process_id="avtar" version="19.4.100-116" tz="CET" />

--------------------------------------------------------------------------------------------------------
-----  START avtar log 2026-02-16 21:00:06 CET  [19.4.100-116 Linux-x86_64]
--------------------------------------------------------------------------------------------------------

2026-02-16 21:00:06 avtar Info <5008>: Logging to /usr/local/avamar/var/clientlogs/NIGHT-LINUX-1771272005197-b80e6c2f94d17a3358c06fe1d29b475ae3107f64-1001-Unix_avtar.log
2026-02-16 21:00:06 avtar Info <7977>: Starting at 2026-02-16 21:00:06 CET [avtar Mar 16 2021 08:50:40 19.4.100-116 Linux-x86_64]
2026/02/16-20:00:06.37714 [avtar]  <1291> FIPS mode enabled
2026-02-16 21:00:06 avtar Info <6767>: Successfully connected to 127.0.0.1:39804
2026-02-16 21:00:06 avtar Info <18839>: The flag --freezetimeout is no longer supported and will be ignored.
2026-02-16 21:00:06 avtar Info <5900>: Workorder received:
` + workOrder + `
2026-02-16 21:00:06 avtar Info <5905>: Incremental flags: --sequencenumber=117
2026-02-16 21:00:06 avtar Info <5588>: - Creating process lock file "/usr/local/avamar/var/Linux1_avtar.lck", pid=20417
2026-02-16 21:00:06 avtar Info <8940>: Starting back up at 2026-02-16 21:00:06 CET as "root" on "client02.lab.example" (4 CPUs) [19.4.100-116]
2026-02-16 21:00:06 avtar Info <6555>: Initializing connection
2026-02-16 21:00:06 avtar Info <5552>: Connecting to Avamar Server (ave01.lab.example)
2026-02-16 21:00:06 avtar Info <5554>: Connecting to one node in each datacenter
2026-02-16 21:00:06 avtar Info <5993>: - Connect: Connected to 10.20.30.11:29000, Priv=0, SSL Cipher=AES256-SHA
2026-02-16 21:00:06 avtar Info <5581>: Logging in on connection 0 with Session Ticket
2026-02-16 21:00:06 avtar Info <18854>: Using Secure Session Ticket Format
2026-02-16 21:00:06 avtar Info <5582>: Avamar Server login successful
2026-02-16 21:00:06 avtar Info <5018>: - Session ID: 9177127200519702
2026-02-16 21:00:06 avtar Info <10632>: Using Client-ID='b80e6c2f94d17a3358c06fe1d29b475ae3107f64'
2026-02-16 21:00:06 avtar Info <5550>: Successfully logged into Avamar Server [19.4.0-116] (Compression enabled)
2026-02-16 21:00:06 avtar Info <7562>: Back up of /srv/projects on server "ave01.lab.example" for /clients/client02.lab.example
2026-02-16 21:00:07 avtar Info <5586>: Loading cache files from /usr/local/avamar/var
2026-02-16 21:00:07 avtar Info <6426>: Done loading cache files
2026-02-16 21:10:07 avtar Info <8688>: Status 2026-02-16 21:10:07, 1,204,877 files, 81,340 directories, 412.6 GB (318 files, 74.11 MB, 0.02% new) 371MB 9% CPU  /srv/projects/atlas/summary.csv
2026-02-16 21:13:40 avtar Warning <43225>: Ignoring increased file size (-1) less than or equal to base file size (21474836480).
2026-02-16 21:14:31 avtar Info <5163>: Backup complete, wrapping-up session with Server
2026-02-16 21:14:38 avtar Info <5156>: Backup #117 timestamp 2026-02-16 21:14:38, 1,701,226 files, 598.2 GB (402 files, 96.40 MB, 0.02% new)
2026-02-16 21:14:38 avtar Info <7539>: Label "NIGHT-LINUX-1771272005197#1", scheduled to expire after 04/17/26 (2026-04-17 20:00:05 UTC), daily backup, backup type: incremental
2026-02-16 21:14:38 avtar Info <6083>: Backed-up 598.2 GB in 14.53 minutes: 2,470 GB/hour (7,025,090 files/hour)
2026-02-16 21:14:39 avtar Info <5587>: Updating cache files in /usr/local/avamar/var
2026-02-16 21:14:39 avtar Info <7883>: Finished at 2026-02-16 21:14:39 CET, Elapsed time: 0000h:14m:33s
2026-02-16 21:14:39 avtar Info <8468>: Sending wrapup message to parent
2026-02-16 21:14:39 avtar Info <5314>: Command completed (1 warning, exit code 0: success)

--------------------------------------------------------------------------------------------------------
----- END avtar log 2026-02-16 21:14:39 CET  (1 warning, 0 errors, 0 fatal errors)
--------------------------------------------------------------------------------------------------------
`

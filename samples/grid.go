package samples

import "time"

// The night of the second Avamar case, in UTC. The maintenance window of the grid begins in the morning.
var (
	gridNight   = time.Date(2026, time.May, 6, 20, 0, 0, 0, time.UTC)
	gridMorning = time.Date(2026, time.May, 7, 6, 0, 0, 0, time.UTC)
)

// gridBundle is a case of data partitions that are too full on a grid of three nodes, seen from the outputs of commands, from GSAN and from
// one client. Other clients have problems of their own that night: a name that does not resolve, a log gap, a log of which only the end was sent.
func gridBundle() ([]byte, error) {
	collected := gridMorning.Add(3 * time.Hour)
	node0 := traffic(gsanMix, gsanClocks, gridNight.Add(-2*time.Hour), gridMorning, 120, 71) +
		gridCollection +
		traffic(gsanMix, gsanClocks, gridMorning.Add(time.Minute), gridMorning.Add(2*time.Hour), 90, 72)
	node1 := traffic(gsanMix, gsanClocks, gridNight.Add(-2*time.Hour), gridNight.Add(34*time.Minute), 60, 73) +
		gridStripes +
		traffic(gsanMix, gsanClocks, gridNight.Add(36*time.Minute), gridMorning, 120, 74)
	node2 := traffic(gsanMix, gsanClocks, gridNight.Add(-2*time.Hour), gridMorning, 120, 75)
	const clients, logs = "clients/", "/usr/local/avamar/var/clientlogs/"
	return packTgz([]member{
		{"grid/status.dpn.txt", gridStatus, collected},
		{"grid/cplist.txt", gridCheckpoints, collected},
		{"grid/cpstatus.xml", gridCheckpoint, collected},
		{"grid/node0/data01/cur/gsan.log.004", node0, collected},
		{"grid/node1/data01/cur/gsan.log.004", node1, collected},
		{"grid/node1/data01/cur/err.log", gridStripes, collected},
		{"grid/node2/data01/cur/gsan.log.004", node2, collected},
		{clients + "client11" + logs + "NIGHT-LINUX-1778097600311-1001-Unix_avtar.log", client11Log, gridNight.Add(time.Hour)},
		{clients + "client12" + logs + "NIGHT-HPUX-1778099400118-1001-Unix_avtar.log", client12Log, gridNight.Add(time.Hour)},
		{clients + "sql01/Program Files/avs/var/clientlogs/NIGHT-SQL-1778103000204-3006-SQL.log", sql01Log, gridNight.Add(2 * time.Hour)},
		{clients + "proxy01/usr/local/avamarclient/var/NIGHT-VM-1778104800090-3016-vmimagew_avtar.log", proxy01Log, gridNight.Add(3 * time.Hour)},
		{clients + "nas01/end-of-avtar.log", nas01Log, gridNight.Add(4 * time.Hour)},
	})
}

const gridCollection = `2026/05/07-06:00:31.20417 {0.0} [gcmanager:1346] ERROR: <4202> failed garbage collection with error MSG_ERR_DISKFULL
2026/05/07-06:00:33.91120 {0.0} [cpmanager:1352] ERROR: <0001> checkpoint cp.20260507060032 failed with result MSG_ERR_DISKFULL
`

const gridStripes = `2026/05/06-20:34:51.00318 {0.1} [srvm-771204#srv:318] ERROR: <0001> stripe::create failed MSG_ERR_STRIPECREATE
2026/05/06-20:35:12.47702 {0.1} [srvm-771219#srv:322] ERROR: <0001> stripe::create failed MSG_ERR_STRIPECREATE
`

// gridStatus is the output of status.dpn. The capacity for backups is far from full: it is the data partitions that are.
const gridStatus = `Thu May  7 11:02:14 CEST 2026  [ave02.lab.example] Thu May  7 09:02:13 2026 UTC (Initialized Wed Mar 12 10:35:01 2025 UTC)
Node   IP Address     Version   State   Runlevel  Srvr+Root+User Dis Suspend Load UsedMB Errlen  %Full   Percent Full and Stripe Status by Disk
0.0    10.20.30.41  19.4.0-116  ONLINE fullaccess mhpu+0hpu+0hpu   1 false   0.11 30672  2457401  71.9%  71%(onl:2403)  72%(onl:2388)  71%(onl:2387)
0.1    10.20.30.42  19.4.0-116  ONLINE fullaccess mhpu+0hpu+0hpu   0 false   0.05 30821  8432248  72.4%  72%(onl:2409)  72%(onl:2395)  72%(onl:2394)
0.2    10.20.30.43  19.4.0-116  ONLINE fullaccess mhpu+0hpu+0hpu   0 false   0.05 29008  2345864  71.6%  71%(onl:2377)  71%(onl:2399)  72%(onl:2401)
Srvr+Root+User Modes = migrate + hfswriteable + persistwriteable + useraccntwriteable

System ID: 1741775701@00:50:56:8A:24:53

All reported states=(ONLINE), runlevels=(fullaccess), modes=(mhpu+0hpu+0hpu)
System-Status: ok
Access-Status: full

Last checkpoint: cp.20260507060032 finished Thu May  7 08:00:33 2026 after 00m 01s (MSG_ERR_DISKFULL)
Last GC: finished Thu May  7 08:00:31 2026 after 00m 04s >> recovered 0.00 KB (MSG_ERR_DISKFULL)
Last hfscheck: finished Wed May  6 11:41:58 2026 after 75m 43s >> checked 21553 of 21553 stripes (OK)

Maintenance windows scheduler capacity profile is active.
  The maintenance window is currently running.
`

const gridCheckpoints = `cp.20260430060018 Thu Apr 30 08:00:18 2026   valid rol ---  nodes   3/3 stripes  21188
cp.20260502060021 Sat May  2 08:00:21 2026   valid rol ---  nodes   3/3 stripes  21302
cp.20260504060020 Mon May  4 08:00:20 2026   valid rol ---  nodes   3/3 stripes  21419
cp.20260505060019 Tue May  5 08:00:19 2026   valid rol ---  nodes   3/3 stripes  21480
cp.20260506060022 Wed May  6 08:00:22 2026   valid rol ---  nodes   3/3 stripes  21553
cp.20260506090514 Wed May  6 11:05:14 2026   valid --- ---  nodes   3/3 stripes  21553
`

// gridCheckpoint is the answer of "avmaint cpstatus".
const gridCheckpoint = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cpstatus
  generation-time="1778133734"
  tag="cp.20260507060032"
  status="error"
  stripes-completed="0"
  stripes-total="21553"
  start-time="1778133632"
  end-time="1778133633"
  result="MSG_ERR_DISKFULL"
  refcount="1"/>
`

func gridHead(program, started, zone, platform string) string {
	return `<logheader platform="` + platform + `" env-locale-cs="UTF-8" process_id="` + program + `" version="19.4.100-116" tz="` + zone + `" />

--------------------------------------------------------------------------------------------------------
-----  START ` + program + ` log ` + started + ` ` + zone + `  [19.4.100-116 ` + platform + `]
--------------------------------------------------------------------------------------------------------

`
}

func gridEnd(program, ended, zone, counts string) string {
	return `
--------------------------------------------------------------------------------------------------------
----- END ` + program + ` log ` + ended + ` ` + zone + `  (` + counts + `)
--------------------------------------------------------------------------------------------------------
`
}

var client11Log = gridHead("avtar", "2026-05-06 22:00:04", "CEST", "Linux-x86_64") +
	`2026-05-06 22:00:04 avtar Info <7977>: Starting at 2026-05-06 22:00:04 CEST [avtar Mar 16 2021 08:50:40 19.4.100-116 Linux-x86_64]
2026-05-06 22:00:04 avtar Info <5900>: Workorder received:
` + workOrder + `
2026-05-06 22:00:04 avtar Info <8940>: Starting back up at 2026-05-06 22:00:04 CEST as "root" on "client11.lab.example" (8 CPUs) [19.4.100-116]
2026-05-06 22:00:04 avtar Info <6555>: Initializing connection
2026-05-06 22:00:04 avtar Info <5552>: Connecting to Avamar Server (ave02.lab.example)
2026-05-06 22:00:04 avtar Info <5993>: - Connect: Connected to 10.20.30.42:29000, Priv=0, SSL Cipher=AES256-SHA
2026-05-06 22:00:04 avtar Info <5581>: Logging in on connection 0 with Session Ticket
2026-05-06 22:00:04 avtar Info <5582>: Avamar Server login successful
2026-05-06 22:00:05 avtar Info <7562>: Back up of /srv/projects on server "ave02.lab.example" for /clients/client11.lab.example
2026-05-06 22:10:05 avtar Info <8688>: Status 2026-05-06 22:10:05, 804,877 files, 51,340 directories, 212.6 GB (9,318 files, 8.11 GB, 3.81% new) 371MB 9% CPU  /srv/projects/atlas/frame-0042.exr
2026-05-06 22:34:51 avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_STRIPECREATE), aborting execution (PUTCHUNK=12 serial=88412 seq=0 flags=R:H:0 kind=0 rsp=MSG_ERR_STRIPECREATE)
2026-05-06 22:34:51 avtar Error <8609>: Connection killed from GSAN.
2026-05-06 22:34:51 avtar Info <9772>: Starting graceful (staged) termination, KILL event received (wrap-up stage)
2026-05-06 22:34:52 avtar Info <6149>: Error summary: 2 errors: 8609, 5704
2026-05-06 22:34:52 avtar Info <7883>: Finished at 2026-05-06 22:34:52 CEST, Elapsed time: 0000h:34m:48s
2026-05-06 22:34:52 avtar Info <5314>: Command failed (2 errors, exit code 10007: miscellaneous error)
` + gridEnd("avtar", "2026-05-06 22:34:52", "CEST", "0 warnings, 1 errors, 1 fatal errors")

var client12Log = gridHead("avtar", "2026-05-06 22:30:02", "CEST", "HP-UX-ia64") +
	`2026-05-06 22:30:02 avtar Info <7977>: Starting at 2026-05-06 22:30:02 CEST [avtar Mar 16 2021 08:50:40 19.4.100-116 HP-UX-ia64]
2026-05-06 22:30:02 avtar Info <8940>: Starting back up at 2026-05-06 22:30:02 CEST as "root" on "client12.lab.example" (4 CPUs) [19.4.100-116]
2026-05-06 22:30:02 avtar Info <6555>: Initializing connection
2026-05-06 22:30:02 avtar Info <5552>: Connecting to Avamar Server (ave02.lab.example)
2026-05-06 22:30:02 avtar Info <5582>: Avamar Server login successful
2026-05-06 22:30:02 avtar Info <0000>: - Connecting to:
    DataDomain: dd02.lab.example
2026-05-06 22:30:07 avtar Error <10541>: Failed to resolve Data Domain Server name "dd02.lab.example" to an IP address. Data Domain login FAILED
2026-05-06 22:30:07 avtar Error <10509>: Problem logging into the DDR server:'', only GSAN communication was enabled.
2026-05-06 22:30:08 avtar FATAL <17964>: Backup is incomplete because file "/ddr_files.xml" is missing
2026-05-06 22:30:08 avtar FATAL <8941>: Fatal server connection problem, aborting initialization. Verify correct server address and login credentials.
2026-05-06 22:30:08 avtar Info <6149>: Error summary: 4 errors: 8941, 17964, 10509, 10541
2026-05-06 22:30:08 avtar Info <7883>: Finished at 2026-05-06 22:30:08 CEST, Elapsed time: 0000h:00m:06s
2026-05-06 22:30:08 avtar Info <5314>: Command failed (4 errors, exit code 10007: miscellaneous error)
` + gridEnd("avtar", "2026-05-06 22:30:08", "CEST", "0 warnings, 2 errors, 2 fatal errors")

var sql01Log = gridHead("avsql", "2026-05-06 23:30:01", "CEST", "Windows") +
	`2026-05-06 23:30:01 avsql Info <7977>: Starting at 2026-05-06 23:30:01 CEST [avsql Mar 16 2021 09:12:01 19.4.100-116 Windows-x86_64]
2026/05/06-21:30:14.62199 [avsql_assist]  ===> avsql_assist::align_numeric_ustrings
2026/05/06-21:30:14.62299 [avsql_assist]  <=== avsql_assist::align_numeric_ustrings
2026-05-06 23:30:14 avsql Info <15765>: A log gap was identified or a full backup was not found.
2026-05-06 23:30:14 avsql Error <40418>: Skipping database 'SQL01\SALES/Orders' due to the following reason: A log gap was identified or a full backup was not found.
2026-05-06 23:41:50 avsql Info <6149>: Error summary: 1 error: 40418
2026-05-06 23:41:50 avsql Info <5314>: Command completed (1 error, exit code 10007: miscellaneous error)
` + gridEnd("avsql", "2026-05-06 23:41:50", "CEST", "0 warnings, 1 errors, 0 fatal errors")

var proxy01Log = gridHead("avtar", "2026-05-06 22:00:07", "UTC", "Linux") +
	`2026-05-06 22:00:07 avtar Info <7977>: Starting at 2026-05-06 22:00:07 UTC [avtar Mar 16 2021 08:50:40 19.4.100-116 Linux-x86_64]
2026/05/06-22:00:07.42089 [avtar]  <1291> FIPS mode enabled
2026-05-06 22:00:07 avtar Info <18839>: The flag --freezetimeout is no longer supported and will be ignored.
2026-05-06 22:00:07 avtar Info <5900>: Workorder received:
` + workOrder + `
2026-05-06 22:00:07 avtar Info <8940>: Starting back up at 2026-05-06 22:00:07 UTC as "root" on "proxy01.lab.example" (4 CPUs) [19.4.100-116]
2026-05-06 22:00:07 avtar Info <41236>: - Connecting to Data Domain Server name "dd02.lab.example" with token:0123456789abcdef0123456789abcdef01234567
2026-05-06 22:00:26 avtar Warning <43225>: Ignoring increased file size (-1) less than or equal to base file size (64424509440).
2026-05-06 22:03:49 avtar Info <5163>: Backup complete, wrapping-up session with Server
2026-05-06 22:03:50 avtar Info <5314>: Command completed (1 warning, exit code 0: success)
` + gridEnd("avtar", "2026-05-06 22:03:50", "UTC", "1 warning, 0 errors, 0 fatal errors")

// nas01Log is what somebody pasted of a log: the summary names errors whose records were left out.
const nas01Log = `2026-05-07 01:12:40 avtar Info <6149>: Error summary: 7 errors: 9982, 6123
2026-05-07 01:12:40 avtar Info <7883>: Finished at 2026-05-07 01:12:40 CEST, Elapsed time: 0003h:12m:31s
2026-05-07 01:12:40 avtar Info <5314>: Command completed (7 errors, exit code 10020: completed with errors)
`

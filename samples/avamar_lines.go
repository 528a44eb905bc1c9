package samples

import "time"

// avtar writes its own lines in the client's zone and those of its libraries in UTC, into one file.
var avtarClocks = []clock{
	{layout: "2006-01-02 15:04:05", zone: cet},
	{layout: "2006/01/02-15:04:05.", fraction: 5, zone: time.UTC},
}

var cet = time.FixedZone("CET", 60*60)

var avtarHead = `<logheader platform="Linux" env-locale-cs="ANSI_X3.4-1968" process_id="avtar" version="19.4.100-116" tz="CET" />

--------------------------------------------------------------------------------------------------------
-----  START avtar log «A» CET  [19.4.100-116 Linux-x86_64]
--------------------------------------------------------------------------------------------------------

«A» avtar Info <5008>: Logging to /usr/local/avamar/var/clientlogs/NIGHT-LINUX-1770678000214-«x40»-1001-Unix_avtar.log
`

// avtarMix is what a healthy client writes, gathered from all phases of a backup.
var avtarMix = mix{
	{18, `«A» avtar Info <8688>: Status «A», «*1»,«03»,«03» files, «2»,«03» directories, «3».«1» GB («*3» files, «2».«02» MB, 0.«02»% new) «3»MB «1»% CPU  «dir»/«file»`},
	{2, `avtar Info <8688>: Status «A», «*1»,«03»,«03» files, «2»,«03» directories, «3».«1» GB («*3» files, «2».«02» MB, 0.«02»% new) «3»MB «1»% CPU  «dir»/«file»`},
	{16, `«A» avtar Info <10698>: - Changeblock #«*4» offset=«*11», bytes=«6»`},
	{10, `«A» avtar Info <10695>: Processing «*3» changeblocks for "«disk»-flat.vmdk" («2»,«03»,«03»,«03» bytes)`},
	{3, `«A» avtar Warning <43225>: Ignoring increased file size (-1) less than or equal to base file size («*11»).`},
	{4, `«B» [avtar]  <1291> FIPS mode enabled`},
	{5, `«B» [avtar]  ===> backstreamdir::addelement`},
	{5, `«B» [avtar]  <=== backstreamdir::addelement`},
	{2, `«A» avtar Info <5551>: Command Line: /usr/local/avamar/bin/avtar.bin --vardir=/usr/local/avamar/var --bindir=/usr/local/avamar/bin --sysdir=/usr/local/avamar/etc --ctlcallport=4«*4» --logfile=/usr/local/avamar/var/clientlogs/NIGHT-LINUX-«13»-1001-Unix_avtar.log`},
	{2, `«A» avtar Info <10684>: Setting ctl message version to 3 (from 1)`},
	{2, `«A» avtar Info <16136>: Setting ctl max message size to 268435456`},
	{3, `«A» avtar Info <6767>: Successfully connected to 127.0.0.1:4«*4»`},
	{2, `«A» avtar Info <18839>: The flag --freezetimeout is no longer supported and will be ignored.`},
	{2, `«A» avtar Info <5905>: Incremental flags: --sequencenumber=«*2»`},
	{2, `«A» avtar Info <5946>: File system character encoding is UTF-8.`},
	{3, `«A» avtar Info <5588>: - Creating process lock file "/usr/local/avamar/var/Linux«2»_avtar.lck", pid=2«*4»`},
	{2, `«A» avtar Info <8940>: Starting back up at «A» CET as "root" on "client«02».lab.example" (8 CPUs) [19.4.100-116]`},
	{2, `«A» avtar Info <5731>: Not using include/exclude list`},
	{3, `«A» avtar Info <8474>: - Log file path: /usr/local/avamar/var/clientlogs/NIGHT-LINUX-«13»-1001-Unix_avtar.log`},
	{3, `«A» avtar Info <6555>: Initializing connection`},
	{3, `«A» avtar Info <5552>: Connecting to Avamar Server (ave01.lab.example)`},
	{3, `«A» avtar Info <5554>: Connecting to one node in each datacenter`},
	{5, `«A» avtar Info <5993>: - Connect: Connected to 10.20.30.11:29000, Priv=0, SSL Cipher=AES256-SHA`},
	{3, `«A» avtar Info <5993>: - Datacenter 0 has 1 nodes: Connected to 10.20.30.11:29000, Priv=0, SSL Cipher=AES256-SHA`},
	{3, `«A» avtar Info <5581>: Logging in on connection «1» with Session Ticket`},
	{3, `«A» avtar Info <18854>: Using Secure Session Ticket Format`},
	{3, `«A» avtar Info <5582>: Avamar Server login successful`},
	{2, `«A» avtar Info <5018>: - Session ID: «13»`},
	{2, `«A» avtar Info <10632>: Using Client-ID='«x40»'`},
	{3, `«A» avtar Info <5550>: Successfully logged into Avamar Server [19.4.0-116] (Compression enabled)`},
	{3, `«A» avtar Info <7562>: Back up of «dir» on server "ave01.lab.example" for /clients/client«02».lab.example`},
	{2, `«A» avtar Info <5586>: Loading cache files from /usr/local/avamar/var`},
	{3, `«A» avtar Info <8650>: Opening hash cache file '/usr/local/avamar/var/Linux«2»_p_cache.dat'`},
	{3, `«A» avtar Info <5573>: - Loaded hash cache file («2»,«03»,«03» bytes), the value maybe the same as previous backups.`},
	{2, `«A» avtar Info <6426>: Done loading cache files`},
	{3, `«A» avtar Info <8478>: Using backup #«*3» timestamp 2026-02-09 21:14:39 CET label "NIGHT-LINUX-«13»#1" as base for incremental backup`},
	{2, `«A» avtar Info <10818>: Backstream creating root backstreamdir object`},
	{2, `«A» avtar Info <8648>: Directory elements will be sorted: No`},
	{2, `«A» avtar Info <8649>: Sub-file change blocks enabled: Yes`},
	{2, `«A» avtar Info <5163>: Backup complete, wrapping-up session with Server`},
	{2, `«A» avtar Info <7238>: Stream complete: «*3»,«03» bytes read from stream`},
	{3, `«A» avtar Info <5156>: Backup #«*3» timestamp «A», «3»,«03» files, «2».«02» GB («3» files, «1».«03» MB, 0.«02»% new)`},
	{2, `«A» avtar Info <7539>: Label "NIGHT-LINUX-«13»#1", scheduled to expire after 04/11/26 (2026-04-11 20:00:05 UTC), daily backup, backup type: incremental`},
	{3, `«A» avtar Info <6083>: Backed-up «2».«02» GB in «2».«02» minutes: «3» GB/hour («3»,«03» files/hour)`},
	{2, `«A» avtar Info <5587>: Updating cache files in /usr/local/avamar/var`},
	{2, `«A» avtar Info <7883>: Finished at «A» CET, Elapsed time: 0000h:«02»m:«02»s`},
	{2, `«A» avtar Info <8468>: Sending wrapup message to parent`},
	{2, `«A» avtar Info <5314>: Command completed (1 warning, exit code 0: success)`},
}

var avtarSymptoms = []string{
	`«A» avtar Error <8609>: Connection killed from GSAN.`,
	`«A» avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL), aborting execution (SECURETICKETLOGIN=452 serial=1 seq=0 flags=R:H:0 kind=0 rsp=MSG_ERR_AUTH_FAIL)`,
	`«A» avtar Error <5126>: Login error 5: Authorization failure (Session Ticket login)`,
	`«A» avtar FATAL <8941>: Fatal server connection problem, aborting initialization. Verify correct server address and login credentials.`,
	`«A» avtar Error <7001>: Exiting avtar with run-at-end script failure -1`,
}

// gsanClocks is the one clock of a data node, which runs in UTC.
var gsanClocks = []clock{{layout: "2006/01/02-15:04:05.", fraction: 5, zone: time.UTC}}

// gsanMix is what a healthy server node writes. Only the checkpoint line's wording is known from a published log; the others are ours, in
// the same shape.
var gsanMix = mix{
	{20, `«A» {0.0} [strtask.«1»:«4»] <0055> checkpoint cp.20260210080«1»4«1» 7«02» out of 883 stripes complete`},
	{14, `«A» {0.0} [srvm-«*6»#srv:«3»] <1203> connection::accept client=«client»:4«*4» ssl=1 active=«2»`},
	{12, `«A» {0.0} [srvm-«*6»#srv:«3»] <1204> connection::close client=«client»:4«*4» sent=«7» received=«8»`},
	{10, `«A» {0.0} [sam@0.0-«x3»:«4»] <0317> stripe::flush stripe 0.0-«x3» dirty pages=«*4» elapsed=«2» ms`},
	{10, `«A» {0.0} [sam@0.0-«x3»:«4»] <0318> stripe::read stripe 0.0-«x3» chunk=«*9» bytes=«5»`},
	{6, `«A» {0.0} [gctask.«1»:«4»] <0412> garbagecollect pass «1» stripe 0.0-«x3» recovered «*8» bytes in «3» chunks`},
	{6, `«A» {0.0} [hfstask.«1»:«4»] <0460> hfscheck::verify stripe 0.0-«x3» «*4» of 9«03» elements checked`},
	{5, `«A» {0.0} [idxtask.«1»:«4»] <0521> indexcache::evict level=«level» entries=«*5» hit rate=9«1».«1»%`},
	{4, `«A» {0.0} [perfmon:«4»] <0702> capacity::sample node 0.0 used=«2».«02»% fsused=«2».«02»%`},
	{2, `«A» {0.0} [sam@0.0-«x3»:«4»] WARN: <0719> disk::latency /data0«1» write took «*3» ms`},
}

var gsanSymptoms = []string{
	`«A» {0.0} [srvm-«*6»#srv:«3»] WARN: <1479> sessionkeytable::setpublickey new serial=40«03» less than current minserial=41850`,
	`«A» {0.0} [srvm-«*6»#srv:«3»] WARN: <1418> sessionkeytable::setpublickey session ticket with serial=40«03» was used already`,
	`«A» {0.0} [srvm-«*6»#srv:«3»] WARN: <1426> sessionkeytable::comparesignature incorrect signature`,
}

package grammar

import (
	"strings"
	"testing"
	"time"
)

// layouts has a line of our own making for every layout that is known, alone in its file, and what must be read in it.
var layouts = []struct{ line, want string }{
	{`2023-05-04 03:15:23 avtar Error <8609>: Connection killed from GSAN. (Log #1)`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ error ¦ program=avtar ¦ code=8609 ¦ message=Connection killed from GSAN. ¦ lognumber=1`},
	{`2023-05-04 03:15:23 avndmp FATAL <43427>: The filer answered no more`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ critical ¦ program=avndmp ¦ code=43427 ¦ message=The filer answered no more`},
	{`2023-05-04 03:15:23 avsql Warning <5008>: two  blanks stay`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ warning ¦ program=avsql ¦ code=5008 ¦ message=two  blanks stay`},
	{`2023-05-04 03:15:23  avexvss  Info  <5008>: collapsed and doubled blanks`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ info ¦ program=avexvss ¦ code=5008 ¦ message=collapsed and doubled blanks`},
	{`2023-05-04 03:15:23 avtar Debug <0000>: [TRC7] worked`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ debug ¦ program=avtar ¦ code=TRC7 ¦ message=worked`},
	{`2023-05-04 03:15:23 avtar Internal <5008>: inner state`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ debug ¦ program=avtar ¦ code=5008 ¦ message=inner state`},
	{`2023-05-04 03:15:23 replicate FATAL <0000>: <10608>Replication failed: no destination`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ critical ¦ program=replicate ¦ code=10608 ¦ message=Replication failed: no destination`},
	{`2023-05-04 03:15:23 avvcbimage Error <0000>: [IMG2002] disk 'Hard disk 2' is not in the backup`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ error ¦ program=avvcbimage ¦ code=IMG2002 ¦ message=disk 'Hard disk 2' is not in the backup`},
	{`2023-05-04 03:15:23 avtar Warning <0000>: On-disk log file gap detected`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ warning ¦ program=avtar ¦ code=0000 ¦ message=On-disk log file gap detected`},
	{`2023-05-04 03:15:23 avtar Info <5993>: - Connect: Connected to 10.7.8.9:29000, Priv=0`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ info ¦ program=avtar ¦ code=5993 ¦ message=Connect: Connected to 10.7.8.9:29000, Priv=0`},
	{`2023-05-04 03:15:23 avtar Info <5993>:`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ info ¦ program=avtar ¦ code=5993`},
	{`2023-05-04 03:15:23 avndmp Info : [ndmp_session] the code in angle brackets is lost`,
		`avtar ¦ 2023-05-04T03:15:23Z ¦ info ¦ program=avndmp ¦ message=[ndmp_session] the code in angle brackets is lost`},
	{`avtar Info <8688>: Status 2023-05-04 03:15:23, 3,050 files`,
		`avtar ¦ no clock ¦ info ¦ program=avtar ¦ code=8688 ¦ message=Status 2023-05-04 03:15:23, 3,050 files`},
	{`avhypervvss Error <43426>: The snapshot could not be taken`,
		`avtar ¦ no clock ¦ error ¦ program=avhypervvss ¦ code=43426 ¦ message=The snapshot could not be taken`},
	{`avagent Info <5008>: Logging to /usr/local/avamar/var/avagent.log`,
		`avtar ¦ no clock ¦ info ¦ program=avagent ¦ code=5008 ¦ message=Logging to /usr/local/avamar/var/avagent.log`},
	{`2023/05/04-01:15:23.04880 [avtar]  <1291> FIPS mode enabled`,
		`avtar ¦ 2023-05-04T01:15:23.0488Z ¦ info ¦ code=1291 ¦ message=FIPS mode enabled ¦ thread=avtar`},
	{`2023/05/04-01:15:23.04880 [avtar]  INTERNAL ERROR: <0001> assert error (n == 0), netif.cpp line 12`,
		`avtar ¦ 2023-05-04T01:15:23.0488Z ¦ critical ¦ code=0001 ¦ message=assert error (n == 0), netif.cpp line 12 ¦ thread=avtar`},
	{`2023/05/04-01:15:23.04880 [avtar]  FATAL ERROR: <0001> out of memory`,
		`avtar ¦ 2023-05-04T01:15:23.0488Z ¦ critical ¦ code=0001 ¦ message=out of memory ¦ thread=avtar`},
	{`2023/05/04-01:15:23.04880 [avsql_assist]  ===> avsql_assist::open`,
		`avtar ¦ 2023-05-04T01:15:23.0488Z ¦ info ¦ message====> avsql_assist::open ¦ thread=avsql_assist`},
	{`2023/05/04-01:15:23.04880 {0.0} [strtask.2:3205] <0055> checkpoint cp.20230504011500 560 out of 883 stripes complete`,
		`gsan ¦ 2023-05-04T01:15:23.0488Z ¦ info ¦ code=0055 ¦ message=checkpoint cp.20230504011500 560 out of 883 stripes complete ¦ thread=strtask.2:3205 ¦ node=0.0`},
	{`2023/05/04-01:15:23.04880 {0.1} [sam@0.0-2BE:1346] ERROR: <0001> stripe::read I/O error (Too many links)`,
		`gsan ¦ 2023-05-04T01:15:23.0488Z ¦ error ¦ code=0001 ¦ message=stripe::read I/O error (Too many links) ¦ thread=sam@0.0-2BE:1346 ¦ node=0.1`},
	{`2023/05/04-01:15:23.04880 {0.1} [sam@0.0-2BE:1346] FATAL ERROR: <0001> dpn time mismatch`,
		`gsan ¦ 2023-05-04T01:15:23.0488Z ¦ critical ¦ code=0001 ¦ message=dpn time mismatch ¦ thread=sam@0.0-2BE:1346 ¦ node=0.1`},
	{`YYYY/MM/DD-HH:MM:SS.SSSSS {0.0} [strtask.2:3205] <0055> masked by its publisher`,
		`gsan ¦ no clock ¦ info ¦ code=0055 ¦ message=masked by its publisher ¦ thread=strtask.2:3205 ¦ node=0.0`},
	{`YYYY/MM/DD-HH:MM:SS.SSSSS {0.0} [strtask.2:3205] ERROR: <0001> masked by its publisher`,
		`gsan ¦ no clock ¦ error ¦ code=0001 ¦ message=masked by its publisher ¦ thread=strtask.2:3205 ¦ node=0.0`},
	{`{0.0} [srvm-700123#srv:4] WARN: <1479> sessionkeytable::setpublickey new serial=12 less than current minserial=500`,
		`gsan ¦ no clock ¦ warning ¦ code=1479 ¦ message=sessionkeytable::setpublickey new serial=12 less than current minserial=500 ¦ thread=srvm-700123#srv:4 ¦ node=0.0`},
	{`{0.0} [srvm-700123#srv:4] <1479> the same at no severity`,
		`gsan ¦ no clock ¦ info ¦ code=1479 ¦ message=the same at no severity ¦ thread=srvm-700123#srv:4 ¦ node=0.0`},
	{`[srvm-700123#srv:4] WARN: <1418> sessionkeytable::setpublickey session ticket with serial=12 was used already`,
		`gsan ¦ no clock ¦ warning ¦ code=1418 ¦ message=sessionkeytable::setpublickey session ticket with serial=12 was used already ¦ thread=srvm-700123#srv:4`},
	{`[srvm-700123#srv:4] <1203> connection::accept`,
		`gsan ¦ no clock ¦ info ¦ code=1203 ¦ message=connection::accept ¦ thread=srvm-700123#srv:4`},
	{`WARN: <1426> sessionkeytable::comparesignature incorrect signature`,
		`gsan ¦ no clock ¦ warning ¦ code=1426 ¦ message=sessionkeytable::comparesignature incorrect signature`},
	{`FATAL ERROR: <0001> dpn time mismatch: synchronize clocks and retry`,
		`gsan ¦ no clock ¦ critical ¦ code=0001 ¦ message=dpn time mismatch: synchronize clocks and retry`},
	{`2012 Feb 29 12:05:01 hsm7  local5 info  certmonitord[77]: info : 0 : NTLS certificate expiry monitor started`,
		`luna ¦ 2012-02-29T12:05:01Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=NTLS certificate expiry monitor started ¦ facility=local5`},
	{`2012 Feb 29 12:05:01 hsm7 local5 info certmonitord[77]: info : 0 : one blank each`,
		`luna ¦ 2012-02-29T12:05:01Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=one blank each ¦ facility=local5`},
	{`2012 Feb  9 02:05:01 hsm7  local5 crit  certmonitord[77]: info : 0 : certmonitord CRASH AND BURN!`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ critical ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=certmonitord CRASH AND BURN! ¦ facility=local5`},
	{`2012 Feb  9 02:05:01 hsm7  local5 info  certmonitord[77]: error : 0 : the inner word is the worse`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ error ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=the inner word is the worse ¦ facility=local5`},
	{`2012 Feb  9 02:05:01 hsm7  local5 warn  NTLS [2031]: info : 0xc0000711 : Fail to establish a channel with client : 10.9.8.7/594 : RC_SSL_FAILED`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ warning ¦ host=hsm7 ¦ program=NTLS ¦ pid=2031 ¦ code=0xc0000711 ¦ message=Fail to establish a channel with client : 10.9.8.7/594 : RC_SSL_FAILED ¦ facility=local5`},
	{`2012 Feb  9 02:05:01 hsm7  local5 info  NTLS[8508]: Error message from SSLAccept is : error:14094418:SSL routines:x`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ info ¦ host=hsm7 ¦ program=NTLS ¦ pid=8508 ¦ message=Error message from SSLAccept is : error:14094418:SSL routines:x ¦ facility=local5`},
	{`2012 Feb  9 02:05:01 hsm7  local5 notice  lunash [12]: info : 0 : Command: hsm show  : admin : Console`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ notice ¦ host=hsm7 ¦ program=lunash ¦ pid=12 ¦ code=0 ¦ message=Command: hsm show  : admin : Console ¦ facility=local5`},
	{`2012 Feb  9 02:05:01 hsm7  user debug  sysstatd: load 0.01`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ debug ¦ host=hsm7 ¦ program=sysstatd ¦ message=load 0.01 ¦ facility=user`},
	{`2012 Feb  9 02:05:01 hsm7  local6 crit  oamp[2318]: CRIT: Fatal error 0x00300203`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ critical ¦ host=hsm7 ¦ program=oamp ¦ pid=2318 ¦ message=Fatal error 0x00300203 ¦ facility=local6`},
	{`2012 Feb  9 02:05:01 hsm7  kern info  kernel: k7pf0: [HSM] ALM2006: HSM decommissioned by FW`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ info ¦ host=hsm7 ¦ program=kernel ¦ message=k7pf0: [HSM] ALM2006: HSM decommissioned by FW ¦ facility=kern`},
	{`2012 Feb  9 02:05:01 hsm7  syslog err  logger: uptime 12 days`,
		`luna ¦ 2012-02-09T02:05:01Z ¦ error ¦ host=hsm7 ¦ program=logger ¦ message=uptime 12 days ¦ facility=syslog`},
	{`<174>Feb  9 12:05:01 hsm7 certmonitord[77]: info : 0 : with its priority`,
		`luna ¦ 2012-02-09T12:05:01Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=with its priority`},
	{`<171>Feb  9 12:05:01 hsm7 certmonitord[77]: info : 0 : the priority is the worse`,
		`luna ¦ 2012-02-09T12:05:01Z ¦ error ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=the priority is the worse`},
	{`Feb  9 12:05:01 hsm7 certmonitord[77]: warning : 0 : without its priority`,
		`luna ¦ 2012-02-09T12:05:01Z ¦ warning ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=without its priority`},
	{`<172>1 2012-02-29T12:05:01+00:00 hsm7 certmonitord 77 - - info : 0 : RFC 5424`,
		`luna ¦ 2012-02-29T12:05:01Z ¦ warning ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=RFC 5424 ¦ version=1 ¦ msgid=- ¦ data=-`},
	{`<172>1 2012-02-29T12:05:01.25+02:00 hsm7 certmonitord 77 ID47 - <BOM>info : 0xc0000711 : RFC 5424 with a mark`,
		`luna ¦ 2012-02-29T10:05:01.25Z ¦ warning ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0xc0000711 ¦ message=RFC 5424 with a mark ¦ version=1 ¦ msgid=ID47 ¦ data=-`},
	{`<172>1 2012-02-29T12:05:01Z hsm7 certmonitord 77 - [a@1 x="1 2" y="3"][b@1 z="4 5"] <BOM>error : 0 : structured data with blanks`,
		`luna ¦ 2012-02-29T12:05:01Z ¦ error ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=structured data with blanks ¦ version=1 ¦ msgid=- ¦ data=a@1 x="1 2" y="3"][b@1 z="4 5"`},
	{`1 2012-02-29T12:05:01+00:00 hsm7 certmonitord 77 - - info : 0 : RFC 5424 without its priority`,
		`luna ¦ 2012-02-29T12:05:01Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=RFC 5424 without its priority ¦ version=1 ¦ msgid=- ¦ data=-`},
	{`1 2012-02-29T12:05:01.5+00:00 hsm7 certmonitord 77 - [a@1 x="1 2"] info : 0 : RFC 5424 without its priority`,
		`luna ¦ 2012-02-29T12:05:01.5Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=RFC 5424 without its priority ¦ version=1 ¦ msgid=- ¦ data=a@1 x="1 2"`},
	{`2012-02-29T12:05:01.123456+00:00 hsm7 certmonitord[77]: info : 0 : the file format of rsyslog`,
		`luna ¦ 2012-02-29T12:05:01.123456Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=the file format of rsyslog`},
	{`2012-02-29T12:05:01-05:00 hsm7 NTLS [77]: info : 0 : without a fraction`,
		`luna ¦ 2012-02-29T17:05:01Z ¦ info ¦ host=hsm7 ¦ program=NTLS ¦ pid=77 ¦ code=0 ¦ message=without a fraction`},
	{`<174>2012-02-29T12:05:01.123456+00:00 hsm7 certmonitord[77]: info : 0 : the forward format of rsyslog`,
		`luna ¦ 2012-02-29T12:05:01.123456Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=the forward format of rsyslog`},
	{`certmonitord[77]: warning : 0 : the tail alone`,
		`luna ¦ no clock ¦ warning ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=the tail alone`},
	{`19 May 2023 20:41:26,048 ERROR [SinkRunner-PollingRunner-DefaultSinkProcessor] (org.apache.flume.SinkRunner$PollingRunner.run:160)  - Unable to deliver event.`,
		`flume ¦ 2023-05-19T20:41:26.048Z ¦ error ¦ message=Unable to deliver event. ¦ thread=SinkRunner-PollingRunner-DefaultSinkProcessor ¦ location=org.apache.flume.SinkRunner$PollingRunner.run:160`},
	{`19 May 2023 20:41:26,048 INFO  [main] (org.apache.flume.node.Application.main:350) - one blank - and a dash`,
		`flume ¦ 2023-05-19T20:41:26.048Z ¦ info ¦ message=one blank - and a dash ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`19 May 2023 20:41:26,048 WARN  [main] (org.apache.flume.node.Application.main:350) ctx - with a context`,
		`flume ¦ 2023-05-19T20:41:26.048Z ¦ warning ¦ message=with a context ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350 ¦ ndc=ctx`},
	{`19 May 2023 20:41:26,048 WARN  [main] (org.apache.flume.node.Application.main:350) [a b] - with a stack`,
		`flume ¦ 2023-05-19T20:41:26.048Z ¦ warning ¦ message=with a stack ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350 ¦ ndc=a b`},
	{`19 May 2023 20:41:26,048 ERROR [main] (org.apache.flume.node.Application.main:350)  - `,
		`flume ¦ 2023-05-19T20:41:26.048Z ¦ error ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 三月 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - 已启动`,
		`flume ¦ 2023-03-11T12:16:31.586Z ¦ info ¦ message=已启动 ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 3月 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - started`,
		`flume ¦ 2023-03-11T12:16:31.586Z ¦ info ¦ message=started ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 12月 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - started`,
		`flume ¦ 2023-12-11T12:16:31.586Z ¦ info ¦ message=started ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 3월 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - started`,
		`flume ¦ 2023-03-11T12:16:31.586Z ¦ info ¦ message=started ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 sept. 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - démarré`,
		`flume ¦ 2023-09-11T12:16:31.586Z ¦ info ¦ message=démarré ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 mars 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - démarré`,
		`flume ¦ 2023-03-11T12:16:31.586Z ¦ info ¦ message=démarré ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 déc. 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - démarré`,
		`flume ¦ 2023-12-11T12:16:31.586Z ¦ info ¦ message=démarré ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 März 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - gestartet`,
		`flume ¦ 2023-03-11T12:16:31.586Z ¦ info ¦ message=gestartet ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 Okt. 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - gestartet`,
		`flume ¦ 2023-10-11T12:16:31.586Z ¦ info ¦ message=gestartet ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 Juni 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - gestartet`,
		`flume ¦ 2023-06-11T12:16:31.586Z ¦ info ¦ message=gestartet ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`11 нояб. 2023 12:16:31,586 INFO  [main] (org.apache.flume.node.Application.main:350)  - запущен`,
		`flume ¦ 2023-11-11T12:16:31.586Z ¦ info ¦ message=запущен ¦ thread=main ¦ location=org.apache.flume.node.Application.main:350`},
	{`2023-02-28 23:41:06,043 (pool-4-thread-1) [ERROR - org.apache.flume.source.ExecSource$ExecRunnable.run(ExecSource.java:349)] FATAL: Failed`,
		`flume ¦ 2023-02-28T23:41:06.043Z ¦ error ¦ message=FATAL: Failed ¦ thread=pool-4-thread-1 ¦ location=org.apache.flume.source.ExecSource$ExecRunnable.run(ExecSource.java:349)`},
	{`2023-02-28 23:41:06,043 (DataStreamer for file /user/a b block BP-1:blk_2) [WARN - org.x.Y.<init>(Unknown Source)] slow`,
		`flume ¦ 2023-02-28T23:41:06.043Z ¦ warning ¦ message=slow ¦ thread=DataStreamer for file /user/a b block BP-1:blk_2 ¦ location=org.x.Y.<init>(Unknown Source)`},
	{`2023-02-28 23:41:06,043 ERROR flume.SinkRunner: Unable to deliver event. Exception follows.`,
		`flume ¦ 2023-02-28T23:41:06.043Z ¦ error ¦ message=Unable to deliver event. Exception follows. ¦ location=flume.SinkRunner`},
	{`23/02/28 23:41:06 WARN flume.SinkRunner: Unable to deliver event. Exception follows.`,
		`flume ¦ 2023-02-28T23:41:06Z ¦ warning ¦ message=Unable to deliver event. Exception follows. ¦ location=flume.SinkRunner`},
	{`2023-08-31 17:15:59,593 | ERROR | [conf-file-poller-0] |  Source avro_in has been removed  | org.apache.flume.node.AbstractConfigurationProvider.loadSources(AbstractConfigurationProvider.java:388)`,
		`flume ¦ 2023-08-31T17:15:59.593Z ¦ error ¦ message=Source avro_in has been removed ¦ thread=conf-file-poller-0 ¦ location=org.apache.flume.node.AbstractConfigurationProvider.loadSources(AbstractConfigurationProvider.java:388)`},
	{`2023-08-31 17:15:59,593 | WARN  | [DataStreamer for file /a b block BP-1:blk_2 [x]] | one blank: {"a":"b | c"} | d | org.x.Y$Z.call(Y.java:1)`,
		`flume ¦ 2023-08-31T17:15:59.593Z ¦ warning ¦ message=one blank: {"a":"b | c"} | d ¦ thread=DataStreamer for file /a b block BP-1:blk_2 [x] ¦ location=org.x.Y$Z.call(Y.java:1)`},
	{`2023-08-31 17:15:59,593 | INFO  | [main] |    | org.apache.flume.node.Application.main(Application.java:1)`,
		`flume ¦ 2023-08-31T17:15:59.593Z ¦ info ¦ thread=main ¦ location=org.apache.flume.node.Application.main(Application.java:1)`},
	{`2023-08-31 17:15:59,593 | INFO | [main] | | org.apache.flume.node.Application.main(Application.java:1)`,
		`flume ¦ 2023-08-31T17:15:59.593Z ¦ info ¦ thread=main ¦ location=org.apache.flume.node.Application.main(Application.java:1)`},
	{`2023-08-31 17:15:59,593 | INFO | [SinkRunner-PollingRunner-DefaultSinkProcessor] | SRCIP=null OPERATION=close`,
		`flume ¦ 2023-08-31T17:15:59.593Z ¦ info ¦ message=SRCIP=null OPERATION=close ¦ thread=SinkRunner-PollingRunner-DefaultSinkProcessor`},
	{`[CST 2023-02-26 13:31:43][INFO] [[checkMemoryValidity:124]] [GC_OPTS is invalid: Xmx(1MB) [x] is bigger.] [9928]`,
		`flume-start ¦ 2023-02-26T05:31:43Z ¦ info ¦ pid=9928 ¦ message=GC_OPTS is invalid: Xmx(1MB) [x] is bigger. ¦ location=checkMemoryValidity:124`},
	{`CST 2023-08-31 17:02:51 [flume-client install]: JAVA_HOME is null in current user`,
		`flume-start ¦ 2023-08-31T09:02:51Z ¦ unrated ¦ program=flume-client install ¦ message=JAVA_HOME is null in current user`},
	{`[2023-02-26 13:38:02]RoleInstance prepare to start failure [{exitCode=126, output=`,
		`mrs-manager ¦ 2023-02-26T13:38:02Z ¦ unrated ¦ message=RoleInstance prepare to start failure [{exitCode=126, output=`},
	{`2023-02-26T13:06:20.666+0800: 1085673.512: [Full GC:[CMS: 3849339k->3843458K(3853568K), 2.58 secs]`,
		`jvm-gc ¦ 2023-02-26T05:06:20.666Z ¦ unrated ¦ message=Full GC:[CMS: 3849339k->3843458K(3853568K), 2.58 secs] ¦ uptime=1085673.512`},
	{`/opt/flume/bin/flume-ng: line 233: /opt/jdk/bin/java: No such file or directory`,
		`flume-start ¦ no clock ¦ unrated ¦ message=/opt/jdk/bin/java: No such file or directory ¦ location=opt/flume/bin/flume-ng ¦ scriptline=233`},
}

// layoutLine makes the marks visible that a source file cannot hold.
func layoutLine(line string) string { return strings.ReplaceAll(line, "<BOM>", "\ufeff") }

func TestLayouts(t *testing.T) {
	set := builtin(t)
	for _, tt := range layouts {
		t.Run(tt.line, func(t *testing.T) {
			for _, end := range []string{"\n", "\r\n", "", "\n\n \n"} {
				got, tally, _ := readAll(set, layoutLine(tt.line)+end, Options{})
				compare(t, got, []string{tt.want})
				if tally.Plain > 0 || tally.Salvaged > 0 {
					t.Errorf("%d plain, %d salvaged", tally.Plain, tally.Salvaged)
				}
			}
		})
	}
}

// TestMixed reads all the layouts from one file: each record is still read by its own format.
func TestMixed(t *testing.T) {
	var text strings.Builder
	var want []string
	for _, tt := range layouts {
		if strings.HasPrefix(tt.line, "/opt/") {
			continue // a vague line of another format than the file's main one belongs to the record before it
		}
		text.WriteString(layoutLine(tt.line) + "\n")
		want = append(want, tt.want)
	}
	got, _, _ := readAll(builtin(t), text.String(), Options{Zone: time.UTC})
	compare(t, got, want)
}

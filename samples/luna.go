package samples

import (
	"fmt"
	"strings"
	"time"
)

// lunaCapture is when the logs were fetched from the appliance, a moment after the newest record.
var lunaCapture = time.Date(2026, time.March, 4, 9, 34, 0, 0, time.UTC)

// lunaBundle is the log directory of appliance luna-a1, whose NTLS certificate expires in twelve days, and what a syslog server
// received from its neighbour luna-b2.
func lunaBundle() ([]byte, error) {
	rotation := day(2026, time.March, 1)
	return packTgz([]member{
		{"var/log/lunalogs", lunalogs(), lunaCapture},
		{"var/log/lunalogs.1", lunalogsBefore(), rotation},
		{"var/log/messages", systemDays(rotation, lunaCapture, 61), lunaCapture},
		{"var/log/messages.1", lunaBoot + systemDays(rotation.AddDate(0, 0, -6), rotation, 62), rotation},
		{"var/log/hsm.log", hsmLog, rotation.AddDate(0, 0, -7)},
		{"remote-syslog.log", remoteSyslog, lunaCapture},
	})
}

// lunalogsBefore is the last week of February: the start of the daemons, then nothing but traffic.
func lunalogsBefore() string {
	boot := day(2026, time.February, 22).Add(21*time.Hour + 12*time.Minute)
	return ntlsStart + traffic(lunaMix, lunaClocks, boot.Add(2*time.Minute), day(2026, time.March, 1), 150, 51)
}

// lunalogs is the first days of March. Ordinary traffic fills the time between the scenes.
func lunalogs() string {
	at := func(dayOfMonth, hour, minute int) time.Time {
		return time.Date(2026, time.March, dayOfMonth, hour, minute, 0, 0, time.UTC)
	}
	between := func(from, to time.Time, records int) string {
		return traffic(lunaMix, lunaClocks, from, to, records, from.Unix())
	}
	return strings.Join([]string{
		between(at(1, 0, 0), at(1, 9, 20), 20),
		monitorOn,
		between(at(1, 9, 24), at(1, 16, 34), 20),
		expiryFrom(at(1, 16, 35), 1877),
		between(at(1, 16, 36), at(2, 4, 34), 24),
		expiryFrom(at(2, 4, 35), 1877),
		between(at(2, 4, 36), at(2, 16, 34), 24),
		expiryFrom(at(2, 16, 35), 1877),
		between(at(2, 16, 36), at(2, 22, 9), 12),
		unknownCA,
		between(at(2, 22, 12), at(3, 4, 34), 12),
		expiryFrom(at(3, 4, 35), 1877),
		between(at(3, 4, 36), at(3, 9, 11), 12),
		trapHostMistyped,
		between(at(3, 9, 16), at(3, 9, 30), 3),
		trapHostCorrected,
		between(at(3, 9, 33), at(3, 21, 31), 24),
		expiryFrom(at(3, 21, 32), 2911),
		between(at(3, 21, 33), at(4, 8, 50), 20),
		unknownCAAgain,
		between(at(4, 8, 53), at(4, 9, 31), 4),
		expiryFrom(at(4, 9, 32), 2911),
	}, "")
}

// expiryFrom is the warning that the monitor repeats every twelve hours.
func expiryFrom(t time.Time, pid int) string {
	stamp := t.Add(time.Second).Format(lunaClocks[0].layout)
	const head = "%[1]s luna-a1  local5 info  certmonitord[%[2]d]: info : 0 : "
	return fmt.Sprintf(head+"NTLS certificate will be expire on Mar 16 16:32:48 2026 GMT\n"+
		head+"NTLS certificate expiry SNMP trap sent to trap host 10.20.30.40\n", stamp, pid)
}

// systemDays is messages from one time to another, with the line that cron has logger write each morning.
func systemDays(from, to time.Time, seed int64) string {
	var out strings.Builder
	for start, up := from, 1; start.Before(to); start, up = start.AddDate(0, 0, 1), up+1 {
		morning := start.Add(4*time.Hour + 2*time.Minute + time.Second)
		end := start.AddDate(0, 0, 1)
		if end.After(to) {
			end = to
		}
		out.WriteString(traffic(systemMix, lunaClocks, start, morning, 6, seed+start.Unix()))
		fmt.Fprintf(&out, "%s luna-a1  syslog info  logger: uptime: 04:02:01 up %d days, 6:50, 2 users, load average: 0.0%d, 0.05, 0.01\n",
			morning.Format(lunaClocks[0].layout), start.YearDay()-day(2026, time.February, 22).YearDay(), up%10)
		out.WriteString(traffic(systemMix, lunaClocks, morning.Add(time.Second), end, 24, seed+morning.Unix()))
	}
	return out.String()
}

const ntlsStart = `2026 Feb 22 21:12:31 luna-a1  local5 info  NTLS [2207]: info : 0 : Starting up NTLS........
2026 Feb 22 21:12:31 luna-a1  local5 info  NTLS[2207]: info : 0 : luna_engine_preload: SUCCESSFULLY  loaded
2026 Feb 22 21:12:31 luna-a1  local5 info  NTLS[2207]: info : 0 : 1 = ENGINE_ctrl_cmd_string(engine_init)
2026 Feb 22 21:12:32 luna-a1  local5 info  NTLS[2207]: info : 0 : luna_engine_load: SUCCESSFULLY  enabled for ALL ops
2026 Feb 22 21:12:34 luna-a1  local5 info  HTLD[2231]: info : 0 : NBSD loaded a PCI HSM at physical slot 1
2026 Feb 22 21:12:34 luna-a1  local5 info  HTLD[2231]: info : 0 : Network Bus Command Processor configured with 8 worker threads
2026 Feb 22 21:12:34 luna-a1  local5 info  HTLD[2231]: info : 0 : "Luna Network Bus 1.0 Command Processor" module version 2.0 loaded
2026 Feb 22 21:12:35 luna-a1  local5 info  HTLD[2231]: info : 0 : Listening for HTL status queries
2026 Feb 22 21:12:35 luna-a1  local5 info  HTLD[2231]: info : 0 : Listening for OTT expiry events
`

const monitorOn = `2026 Mar  1 09:21:40 luna-a1  local5 info  lunash [30418]: info : 0 : Lush user login : admin : 10.20.30.12/51022
2026 Mar  1 09:22:17 luna-a1  local5 info  lunash [30418]: info : 0 : Command: ntls certificate monitor enable  : admin : 10.20.30.12/51022
2026 Mar  1 09:22:18 luna-a1  local5 info  certmonitord[1877]: info : 0 : NTLS certificate expiry monitor started
2026 Mar  1 09:22:18 luna-a1  local5 info  certmonitord[1877]: info : 0 : NTLS certificate expiry monitor is configured to send SNMP trap 15 day(s) before the NTLS certificate expires and on every 12 hour(s)
`

const unknownCA = `2026 Mar  2 22:10:03 luna-a1  local5 info  NTLS[2207]: info : 0 : Incoming connection request... : 10.20.31.55/41960
2026 Mar  2 22:10:03 luna-a1  local5 info  NTLS[2207]: Error message from SSLAccept is : error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca
2026 Mar  2 22:10:03 luna-a1  local5 err  NTLS[2207]: error : 0 : Error during SSL accept ( RC_SSL_ERROR )
2026 Mar  2 22:10:03 luna-a1  local5 info  NTLS[2207]: info : 0xc0000711 : Fail to establish a secure channel with client : 10.20.31.55/41960 : RC_SSL_FAILED_HANDSHAKE
2026 Mar  2 22:11:04 luna-a1  local5 info  NTLS[2207]: info : 0 : Incoming connection request... : 10.20.31.55/41963
2026 Mar  2 22:11:04 luna-a1  local5 info  NTLS[2207]: Error message from SSLAccept is : error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca
2026 Mar  2 22:11:04 luna-a1  local5 err  NTLS[2207]: error : 0 : Error during SSL accept ( RC_SSL_ERROR )
2026 Mar  2 22:11:04 luna-a1  local5 info  NTLS[2207]: info : 0xc0000711 : Fail to establish a secure channel with client : 10.20.31.55/41963 : RC_SSL_FAILED_HANDSHAKE
`

const unknownCAAgain = `2026 Mar  4 08:51:22 luna-a1  local5 info  NTLS[2207]: info : 0 : Incoming connection request... : 10.20.31.55/42518
2026 Mar  4 08:51:22 luna-a1  local5 info  NTLS[2207]: Error message from SSLAccept is : error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca
2026 Mar  4 08:51:22 luna-a1  local5 err  NTLS[2207]: error : 0 : Error during SSL accept ( RC_SSL_ERROR )
2026 Mar  4 08:51:22 luna-a1  local5 info  NTLS[2207]: info : 0xc0000711 : Fail to establish a secure channel with client : 10.20.31.55/42518 : RC_SSL_FAILED_HANDSHAKE
`

const trapHostMistyped = `2026 Mar  3 09:12:40 luna-a1  local5 info  lunash [31877]: info : 0 : Command: ntls certificate monitor disable  : admin : 10.20.30.12/51544
2026 Mar  3 09:12:40 luna-a1  local5 info  certmonitord[1877]: info : 0 : Shutting down NTLS certificate expiry monitor....
2026 Mar  3 09:12:41 luna-a1  local5 info  certmonitord[1877]: info : 0 : NTLS certificate expiry monitor terminated
2026 Mar  3 09:14:05 luna-a1  local5 info  lunash [31877]: info : 0 : Command: ntls certificate monitor enable  : admin : 10.20.30.12/51544
2026 Mar  3 09:14:06 luna-a1  local5 info  certmonitord[2904]: info : 0 : NTLS certificate expiry monitor started
2026 Mar  3 09:14:06 luna-a1  local5 info  certmonitord[2904]: info : 0 : NTLS certificate expiry monitor is configured to send SNMP trap 15 day(s) before the NTLS certificate expires and on every 12 hour(s)
2026 Mar  3 09:14:07 luna-a1  local5 info  certmonitord[2904]: info : 0 : NTLS certificate will be expire on Mar 16 16:32:48 2026 GMT
2026 Mar  3 09:14:07 luna-a1  local5 err  certmonitord[2904]: error : 0 : Failed to send NTLS certificate expiry SNMP trap to trap host 10.20.30.4005
`

const trapHostCorrected = `2026 Mar  3 09:31:50 luna-a1  local5 info  lunash [31877]: info : 0 : Command: ntls certificate monitor disable  : admin : 10.20.30.12/51544
2026 Mar  3 09:31:50 luna-a1  local5 info  certmonitord[2904]: info : 0 : Shutting down NTLS certificate expiry monitor....
2026 Mar  3 09:31:51 luna-a1  local5 info  certmonitord[2904]: info : 0 : NTLS certificate expiry monitor terminated
2026 Mar  3 09:32:10 luna-a1  local5 info  certmonitord[2911]: info : 0 : NTLS certificate expiry monitor started
2026 Mar  3 09:32:10 luna-a1  local5 info  certmonitord[2911]: info : 0 : NTLS certificate expiry monitor is configured to send SNMP trap 15 day(s) before the NTLS certificate expires and on every 12 hour(s)
2026 Mar  3 09:32:11 luna-a1  local5 info  certmonitord[2911]: info : 0 : NTLS certificate will be expire on Mar 16 16:32:48 2026 GMT
2026 Mar  3 09:32:11 luna-a1  local5 info  certmonitord[2911]: info : 0 : NTLS certificate expiry SNMP trap sent to trap host 10.20.30.40
`

const lunaBoot = `2026 Feb 22 21:11:58 luna-a1  kern info  kernel: Linux version 4.4.0 (build@host) (gcc version 4.9.2) #1 SMP
2026 Feb 22 21:11:58 luna-a1  kern info  kernel: pci 0000:04:00.0: enabling device (0000 -> 0002)
2026 Feb 22 21:12:20 luna-a1  user info  sysstatd: ------------ Luna System State Server - Started.
2026 Feb 22 21:12:24 luna-a1  local5 info  lsta: Starting Luna SNMP Trap Agent
2026 Feb 22 21:12:24 luna-a1  local5 info  lsta: Created /home/admin/syslog.pipe as a named pipe
`

const hsmLog = `2026 Feb 22 21:11:59 luna-a1  kern info  kernel: k7pf0: irq 42 for MSI/MSI-X
2026 Feb 22 21:11:59 luna-a1  kern info  kernel: k7pf0: setting latency timer to 64
2026 Feb 22 21:12:34 luna-a1  local5 info  HTLD[2231]: info : 0 : NBSD loaded a PCI HSM at physical slot 1
`

// remoteSyslog is what a syslog server received from luna-b2, as RFC 3164 with and without a priority, then, from the second of March, as
// RFC 5424, and last in the receiver's own file layout. Facility and severity words are gone, and in the first part the year.
const remoteSyslog = `<46>Mar  1 04:02:01 luna-b2 logger: uptime: 04:02:01 up 31 days, 2:14, 1 user, load average: 0.00, 0.01, 0.05
<174>Mar  1 06:00:11 luna-b2 NTLS[1988]: info : 0 : Incoming connection request... : 10.20.31.24/50112
<174>Mar  1 06:00:14 luna-b2 NTLS[1988]: info : 0 : NTLS Client "ocsp-11" Connection instance removed : 10.20.31.24/50112
<174>Mar  1 10:05:30 luna-b2 certmonitord[2044]: info : 0 : NTLS certificate expiry monitor started
<174>Mar  1 10:05:30 luna-b2 certmonitord[2044]: info : 0 : NTLS certificate expiry monitor is configured to send SNMP trap 30 day(s) before the NTLS certificate expires and on every 24 hour(s)
<174>Mar  1 10:05:31 luna-b2 certmonitord[2044]: info : 0 : NTLS certificate will be expire on Mar 20 08:00:00 2026 GMT
<174>Mar  1 10:05:31 luna-b2 certmonitord[2044]: info : 0 : NTLS certificate expiry SNMP trap sent to trap host 10.20.30.40
<174>Mar  1 14:40:02 luna-b2 lunash [20771]: info : 0 : Command: hsm show  : operator : 10.20.30.12/49320
Mar  1 18:22:45 luna-b2 NTLS[1988]: info : 0 : Incoming connection request... : 10.20.32.15/50688
Mar  1 18:22:59 luna-b2 NTLS[1988]: info : 0 : NTLS Client "sign-web03" Connection instance removed : 10.20.32.15/50688
<174>1 2026-03-02T09:40:12+00:00 luna-b2 lunash 21015 - - info : 0 : Lush user login : admin : 10.20.30.12/49544
<174>1 2026-03-02T09:41:55+00:00 luna-b2 lunash 21015 - - info : 0 : Command: sysconf regenCert  : admin : 10.20.30.12/49544
<174>1 2026-03-02T09:42:30+00:00 luna-b2 lunash 21015 - - info : 0 : Command: service restart ntls  : admin : 10.20.30.12/49544
<174>1 2026-03-02T09:42:33+00:00 luna-b2 NTLS 2390 - - info : 0 : Starting up NTLS........
<174>1 2026-03-02T09:42:34+00:00 luna-b2 NTLS 2390 - - info : 0 : luna_engine_load: SUCCESSFULLY  enabled for ALL ops
<174>1 2026-03-02T10:05:31+00:00 luna-b2 certmonitord 2044 - - ` + "\ufeff" + `info : 0 : New NTLS certificate detected and the expiry date of this new certificate is Mar  2 09:41:55 2036 GMT
<174>1 2026-03-02T10:11:08+00:00 luna-b2 NTLS 2390 - - info : 0 : Incoming connection request... : 10.20.32.15/51203
<174>1 2026-03-02T10:11:08+00:00 luna-b2 NTLS 2390 - - Error message from SSLAccept is : error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca
<174>1 2026-03-02T10:11:08+00:00 luna-b2 NTLS 2390 - - info : 0xc0000711 : Fail to establish a secure channel with client : 10.20.32.15/51203 : RC_SSL_FAILED_HANDSHAKE
<174>1 2026-03-02T10:30:47+00:00 luna-b2 NTLS 2390 - - info : 0 : Incoming connection request... : 10.20.31.24/51377
<174>1 2026-03-02T10:30:59+00:00 luna-b2 NTLS 2390 - - info : 0 : NTLS Client "ocsp-11" Connection instance removed : 10.20.31.24/51377
<14>1 2026-03-03T02:00:00+00:00 luna-b2 sysstatd - - - ------------ Luna System State Server - Started.
2026-03-04T05:10:21.448120+00:00 luna-b2 NTLS[2390]: info : 0 : Incoming connection request... : 10.20.31.24/52006
2026-03-04T05:10:40.019773+00:00 luna-b2 NTLS[2390]: info : 0 : NTLS Client "ocsp-11" Connection instance removed : 10.20.31.24/52006
`

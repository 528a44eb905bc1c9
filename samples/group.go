package samples

import (
	"fmt"
	"strings"
	"time"
)

// groupBundle is what the four appliances of a high-availability group logged on two days. The certificate of luna-h3 was made anew, those of the others expire soon; of luna-h2 the system log is missing.
func groupBundle() ([]byte, error) {
	var members []member
	for i, name := range []string{"luna-h1", "luna-h2", "luna-h3", "luna-h4"} {
		seed := int64(71 + i)
		begin, end := day(2026, time.March, 3), lunaCapture
		of := func(text string) string { return strings.ReplaceAll(text, "luna-a1", name) }
		morning := begin.Add(6 * time.Hour)
		log := traffic(lunaMix, lunaClocks, begin, morning, 10, seed) + groupMonitor
		if name == "luna-h3" {
			log += groupRenewed
		} else {
			log += groupExpiring(i)
		}
		log += traffic(lunaMix, lunaClocks, begin.Add(8*time.Hour), end, 40, seed+10)
		members = append(members, member{name + "/var/log/lunalogs", of(log), end})
		if name != "luna-h2" {
			members = append(members, member{name + "/var/log/messages", of(systemDays(begin, end, seed)), end})
		}
	}
	return packTgz(members)
}

const groupMonitor = `2026 Mar  3 06:00:11 luna-a1  local5 info  certmonitord[1877]: info : 0 : NTLS certificate expiry monitor started
2026 Mar  3 06:00:11 luna-a1  local5 info  certmonitord[1877]: info : 0 : NTLS certificate expiry monitor is configured to send SNMP trap 15 day(s) before the NTLS certificate expires and on every 24 hour(s)
`

// groupExpiring is the monitor's warning: the appliances were set up on the same day, an hour after each other.
func groupExpiring(i int) string {
	return fmt.Sprintf("2026 Mar  3 06:00:12 luna-a1  local5 info  certmonitord[1877]: info : 0 : NTLS certificate will be expire on Mar 14 %02d:20:00 2026 GMT\n", 9+i)
}

const groupRenewed = `2026 Mar  3 07:01:09 luna-a1  local5 info  lunash [30811]: info : 0 : Command: sysconf regenCert  : admin : 10.20.30.12/51022
2026 Mar  3 07:02:02 luna-a1  local5 info  lunash [30811]: info : 0 : Command: service restart ntls  : admin : 10.20.30.12/51022
2026 Mar  3 07:40:03 luna-a1  local5 info  NTLS[2207]: info : 0 : Incoming connection request... : 10.20.31.55/41960
2026 Mar  3 07:40:03 luna-a1  local5 info  NTLS[2207]: Error message from SSLAccept is : error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca
2026 Mar  3 07:40:03 luna-a1  local5 err  NTLS[2207]: error : 0 : Error during SSL accept ( RC_SSL_ERROR )
2026 Mar  3 07:40:03 luna-a1  local5 info  NTLS[2207]: info : 0xc0000711 : Fail to establish a secure channel with client : 10.20.31.55/41960 : RC_SSL_FAILED_HANDSHAKE
`

package samples

import "time"

// lunaClocks is the appliance's one clock, which runs in UTC; a day below ten is padded with a blank.
var lunaClocks = []clock{{layout: "2006 Jan _2 15:04:05", zone: time.UTC}}

// lunaMix is what a healthy appliance writes to lunalogs.
var lunaMix = mix{
	{22, `«A» luna-a1  local5 info  NTLS[2207]: info : 0 : Incoming connection request... : «client»/4«*4»`},
	{20, `«A» luna-a1  local5 info  NTLS[2207]: info : 0 : NTLS Client «peer»/4«*4»`},
	{10, `«A» luna-a1  local5 info  HTLD[2231]: info : 0 : Connection accepted from: «client»/4«*4»`},
	{8, `«A» luna-a1  local5 info  HTLD[2231]: info : 0 : Handshake result from: «client»/4«*4», result: Success`},
	{8, `«A» luna-a1  local5 info  HTLD[2231]: info : 0 : HTLD Client "«client»" connected and authenticated : «=»/4«*4».`},
	{5, `«A» luna-a1  local5 info  HTLD[2231]: info : 0 : One-time token validated successfully`},
	{10, `«A» luna-a1  local5 info  lunash [2«*4»]: info : 0 : Command: «command»  : «user» : 10.20.30.12/4«*4»`},
	{4, `«A» luna-a1  local5 info  lunash [2«*4»]: info : 0 : Command: «command»  : «user» : Console`},
	{5, `«A» luna-a1  local5 info  lunash [2«*4»]: info : 0 : Lush user login : «user» : 10.20.30.12/4«*4»`},
	{2, `«A» luna-a1  local5 warn  lunash [2«*4»]: Session of user «user» at 10.20.30.12/4«*4» closed after «*2» idle minutes`},
}

var lunaSymptoms = []string{
	`«A» luna-a1  local5 info  NTLS[2207]: info : 0xc0000711 : Fail to establish a secure channel with client : «client»/4«*4» : RC_SSL_FAILED_HANDSHAKE`,
	`«A» luna-a1  local5 info  NTLS[2207]: Error message from SSLAccept is : error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca`,
	`«A» luna-a1  local5 info  certmonitord[1877]: info : 0 : NTLS certificate will be expire on Mar 16 16:32:48 2026 GMT`,
	`«A» luna-a1  local5 err  certmonitord[1877]: error : 0 : Failed to send NTLS certificate expiry SNMP trap to trap host 10.20.30.4005`,
}

// systemMix is what a healthy appliance writes to messages.
var systemMix = mix{
	{16, `«A» luna-a1  authpriv info  sshd[2«*4»]: Accepted publickey for monitor from 10.20.30.12 port 4«*4» ssh2`},
	{16, `«A» luna-a1  authpriv info  sshd[2«*4»]: pam_unix(sshd:session): session closed for user monitor`},
	{12, `«A» luna-a1  cron info  CROND[2«*4»]: (root) CMD (/usr/lib64/sa/sa1 1 1)`},
	{6, `«A» luna-a1  daemon info  ntpd[1822]: synchronized to 10.20.30.2, stratum 3`},
	{1, `«A» luna-a1  kern info  kernel: igb 0000:02:00.0 eth0: igb: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX/TX`},
	{1, `«A» luna-a1  kern warn  kernel: TCP: request_sock_TCP: Possible SYN flooding on port 1792. Sending cookies.`},
}

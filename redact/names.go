package redact

import (
	"strings"
	"sync"
)

// set tells whether a word is one of those of a text. Few runs ask.
func set(text string) func(word string) bool {
	words := sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for w := range strings.FieldsSeq(text) {
			m[w] = true
		}
		return m
	})
	return func(word string) bool { return words()[word] }
}

var (
	// ends are what names in full end with that nothing else does; with two labels already they are names.
	ends = set(`com net org edu gov mil biz local lan corp intra intranet internal localdomain arpa example home cloud`)
	// landEnds need three labels, looseEnds besides one that has a digit or a dash: other things end with them as well, such as files and keys of properties.
	landEnds = set(`de uk fr nl ch ru cn jp kr br ca au se fi dk eu cz hu gr pt es tr za mx ar cl nz sg hk tw ua ro bg hr sk si ee lv lt lu ie il ae sa eg ng ke th vn ph my
		info dev app tech systems online network group bank services solutions company test invalid localhost io ai co us tv`)
	looseEnds = set(`at it no be pl in id is me to cc so am by rs py sh md`)
	// privateEnds belong to nobody, so that what stands in front of them is the host's own name.
	privateEnds = set(`local lan corp intra intranet internal localdomain arpa example home test invalid localhost private`)
	// reversed are what names of packages begin with.
	reversed = set(`com org net io edu gov java javax jakarta sun jdk scala kotlin android lombok ch de`)
	// fileEnds may follow a name in the name of a file.
	fileEnds = set(`log logs gz txt xml json out err conf cfg crt cer pem key jks p12 tar tgz zip bz2 xz zst csv html old bak tmp properties yml yaml lck pid`)
	// plainLabels are names that many hosts have: they tell nothing alone.
	plainLabels = set(`www mail smtp imap pop ftp sftp ns dns ntp vpn proxy gw gateway db web app api dev test prod stage staging git ldap ad dc auth sso login m cdn static img docs wiki host server client node`)
	// versionWords stand in front of versions, and oid in front of a tree of numbers.
	versionWords = []string{"version", "versions", "ver", "v", "release", "rel", "rev", "revision", "build", "firmware", "fw", "oid", "jdk", "java", "patch", "software", "upgrade", "package"}
	// maskWords stand where a secret would, or a name: nothing is there, or it was left out.
	maskWords = set(`null nil none true false yes no empty unset undefined unknown n/a na hidden masked redacted removed omitted required expired invalid incorrect wrong failed missing changed
		change is was not for the of and or to in on has had be been must may can will should with without from by at as set reset prompt file path auth authentication authorization field value string
		default optional ok error accepted rejected denied does did do this that it if when are were`)
	// noNames are never the names of a host or user.
	noNames = set(`localhost localhost.localdomain localhost4 localhost6 root name names hostname username ip address`)
)

// ordinaryWords are accounts and names that come with systems and products, and say nothing of who runs them.
const ordinaryWords = `root admin administrator administrators system sysadmin daemon nobody bin sys adm lp sync shutdown halt operator games guest user users test default service public all
 sshd ntp dbus polkitd chrony rpc rpcuser nfsnobody postfix mail www-data apache nginx tomcat jetty mysql postgres oracle mongodb redis elastic kibana logstash rabbitmq git jenkins docker
 hdfs yarn mapred hive hbase hadoop kafka zookeeper spark flume flink omm ommdba storm knox ranger dpadmin mcuser mcuser1 dpn dpnid backuponly backuprestore replonly restoreonly avamar avtar ddboost ddr gsan mcs
 monitor audit recover crypto partition so co cu hsm luna ntls ldap www everyone anonymous local localhost localdomain node master slave primary secondary active standby server client host agent manager
 local0 local1 local2 local3 local4 local5 local6 local7 cron kern auth authpriv syslog com net org`

// fullName looks for the name of a host in full in a run without colons.
func (f *finder) fullName(lo, hi int) {
	s, l := f.s, f.l
	for lo < hi && !wordByte(s[lo]) {
		lo++
	}
	for hi > lo && !wordByte(s[hi-1]) {
		hi--
	}
	text := l[lo:hi]
	labels := strings.Split(text, ".")
	if len(labels) < 2 || len(text) > maxName {
		return
	}
	if reversed(labels[0]) && len(labels) > 2 {
		return
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return
		}
	}
	// What may follow a name in the name of a file is not looked for as its end.
	n := len(labels)
	for n > 2 && (fileEnds(labels[n-1]) || !hasLetter(labels[n-1])) {
		n--
	}
	if n < len(labels) {
		hi = lo + len(strings.Join(labels[:n], "."))
		labels = labels[:n]
	}
	for ; n >= 2; n-- {
		if f.isName(labels[:n], s[lo:hi]) {
			f.host(lo, hi, false)
			return
		}
		hi -= len(labels[n-1]) + 1
		if n == len(labels) && !strings.HasPrefix(labels[n-1], "tar") && hasLetter(labels[n-1]) {
			// Only ends of files may follow.
			return
		}
	}
}

// isName reports whether labels are the name of a host, by what they end with.
func (f *finder) isName(labels []string, text string) bool {
	n := len(labels)
	last := labels[n-1]
	marked := false
	for _, label := range labels[:n-1] {
		marked = marked || hasDigit(label) && hasLetter(label) || strings.Contains(label, "-")
	}
	if camel(text) {
		return false
	}
	switch {
	case ends(last):
		return hasLetter(strings.Join(labels[:n-1], "")) && (n > 2 || !reversed(labels[0]))
	case landEnds(last):
		return n >= 3 && (hasLetter(labels[0]) || hasLetter(labels[1]))
	case looseEnds(last):
		return n >= 3 && marked
	}
	return false
}

// camel reports whether capital letters stand within words, as in names of classes.
func camel(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}

// host adds the name of a host: its own and its domain by themselves, so that a short name is seen to be that of a full one. Certain is for one that its surroundings tell.
func (f *finder) host(lo, hi int, certain bool) {
	s, l := f.s, f.l
	for hi > lo && (s[hi-1] == '.' || s[hi-1] == '-' || s[hi-1] == '_') {
		hi--
	}
	if hi <= lo || !hasLetter(s[lo:hi]) {
		return
	}
	if quadAddress(s[lo:hi]) {
		return
	}
	dot := strings.IndexByte(s[lo:hi], '.')
	if dot < 0 {
		if certain && hostLike(s[lo:hi]) {
			f.short(lo, hi)
		}
		return
	}
	labels := strings.Split(l[lo:hi], ".")
	last := labels[len(labels)-1]
	switch {
	case len(labels) == 2 && privateEnds(last):
		f.short(lo, lo+dot)
	case len(labels) == 2 && (ends(last) || landEnds(last) || looseEnds(last)):
		f.add(Domain, lo, hi)
	case ends(last) || landEnds(last) || looseEnds(last) || len(labels) > 2 && hasLetter(last):
		f.short(lo, lo+dot)
		f.add(Domain, lo+dot+1, hi)
	case certain && !fileEnds(last):
		f.add(Host, lo, hi)
	}
}

// quadAddress reports whether a text is an address, which is looked for elsewhere.
func quadAddress(s string) bool {
	_, ok := parseIPv4(s)
	return ok
}

// short adds a host's own name. One that many have is no name.
func (f *finder) short(lo, hi int) {
	if hi-lo < 2 || !hasLetter(f.s[lo:hi]) || plainLabels(f.l[lo:hi]) || noNames(f.l[lo:hi]) {
		return
	}
	f.add(Host, lo, hi)
}

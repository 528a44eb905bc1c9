package redact

import (
	"regexp"
	"strings"
	"sync"
)

// rule finds a value by a word that stands at it or in front of it. at gets the place of the word and where it ends.
type rule struct {
	// words are in small letters; start means that no letter or digit may stand in front.
	words []string
	start bool
	at    func(f *finder, lo, hi int)
}

// token is a rule for a secret that is known by how it begins. The expression is matched at the word; its first group, if it has one, is the value.
func token(class Class, expression string, words ...string) rule {
	re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?:` + expression + `)`) })
	window := maxToken
	if class == PrivateKey {
		window = maxKey
	}
	return rule{words: words, start: true, at: func(f *finder, lo, _ int) {
		m := re().FindStringSubmatchIndex(f.s[lo:min(len(f.s), lo+window)])
		if m == nil {
			return
		}
		from, to := m[0], m[1]
		if len(m) > 2 && m[2] >= 0 {
			from, to = m[2], m[3]
		}
		from, to = lo+from, lo+to
		if class == Token && to == lo+window {
			// It is longer than what was looked at.
			for to < len(f.s) && tokenByte(f.s[to]) {
				to++
			}
		}
		if !masked(f.s[from:to]) {
			f.add(class, from, to)
		}
	}}
}

// Bounds, in bytes, of what is looked at to know a token and a private key by, of the value of a key, and of how far around a word its element of XML reaches.
const (
	maxToken   = 512
	maxKey     = 16 << 10
	maxSecret  = 4 << 10
	maxElement = 2 << 10
)

// tokenByte reports whether a byte may be part of a token.
func tokenByte(c byte) bool {
	return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("_-.~+/=", c) >= 0
}

// rules are how secrets and names are told by words. The shapes of the tokens are their makers' own.
var rules = []rule{
	token(Token, `(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AIPA|ANPA|AROA)[A-Z2-7]{16}\b`, "akia", "asia", "abia", "acca", "agpa", "aida", "aipa", "anpa", "aroa"),
	token(Token, `gh[opusr]_[A-Za-z0-9]{30,255}`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
	token(Token, `github_pat_[A-Za-z0-9_]{22,255}`, "github_pat_"),
	token(Token, `gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_.-]{20,}`, "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"),
	token(Token, `xox[abeoprs]-[A-Za-z0-9-]{10,}`, "xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"),
	token(Token, `xapp-[A-Za-z0-9-]{20,}`, "xapp-"),
	token(Token, `hooks\.slack\.com/services/([A-Za-z0-9/]{20,})`, "hooks.slack.com/"),
	token(Token, `AIza[A-Za-z0-9_-]{35}`, "aiza"),
	token(Token, `ya29\.[A-Za-z0-9_-]{20,}`, "ya29."),
	token(Token, `GOCSPX-[A-Za-z0-9_-]{20,}`, "gocspx-"),
	token(Token, `(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}`, "sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_"),
	token(Token, `whsec_[A-Za-z0-9+/=]{24,}`, "whsec_"),
	token(Token, `SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`, "sg."),
	token(Token, `npm_[A-Za-z0-9]{36}`, "npm_"),
	token(Token, `pypi-[A-Za-z0-9_-]{50,}`, "pypi-"),
	token(Token, `rubygems_[a-f0-9]{40,}`, "rubygems_"),
	{words: []string{"eyj"}, start: true, at: (*finder).webToken},
	token(Token, `(?i:bearer)\s+([A-Za-z0-9_.~+/=-]{8,})`, "bearer"),
	token(Token, `(?i:basic)\s+([A-Za-z0-9+/]{8,}={0,2})`, "basic"),
	token(Token, `(?i:negotiate|ntlm)\s+([A-Za-z0-9+/]{24,}={0,2})`, "negotiate", "ntlm"),
	token(Token, `(?i:accountkey)=([A-Za-z0-9+/]{40,}={0,2})`, "accountkey"),
	token(Token, `(?i:sig)=([A-Za-z0-9%+/]{24,}(?:%3[dD]|=){0,2})`, "sig="),
	token(Token, `hv[sbr]\.[A-Za-z0-9_-]{20,}`, "hvs.", "hvb.", "hvr."),
	token(Token, `do[opr]_v1_[a-f0-9]{64}`, "dop_v1_", "doo_v1_", "dor_v1_"),
	token(Token, `dckr_pat_[A-Za-z0-9_-]{20,}`, "dckr_pat_"),
	token(Token, `dapi[a-f0-9]{32}`, "dapi"),
	token(Token, `key-[a-f0-9]{32}`, "key-"),
	token(Token, `shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}`, "shpat_", "shpca_", "shppa_", "shpss_"),
	token(Token, `sk-[A-Za-z0-9_-]{20,}`, "sk-"),
	token(Token, `gl(?:sa|c)_[A-Za-z0-9+/=_-]{32,}`, "glsa_", "glc_"),
	token(Token, `hf_[A-Za-z0-9]{30,}`, "hf_"),
	token(Token, `lin_api_[A-Za-z0-9]{40}`, "lin_api_"),
	token(Token, `AGE-SECRET-KEY-1[A-Z0-9]{50,}`, "age-secret-key-1"),
	token(PrivateKey, `-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.)*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)`, "-----begin"),

	{words: []string{"password", "passwd", "passwort", "passphrase", "passcode", "pwd", "storepass", "keypass", "kpwd"}, at: func(f *finder, lo, hi int) { f.keyed(Password, lo, hi) }},
	{words: []string{"secret", "token", "ticket", "apikey", "api_key", "api-key", "access_key", "accesskey", "access-key", "private_key", "privatekey", "authkey", "sessionid", "session_id", "jsessionid",
		"cookie", "credential", "credentials"}, at: func(f *finder, lo, hi int) { f.keyed(Token, lo, hi) }},
	{words: []string{"user", "username", "userid", "user_name", "user_id", "userdomain", "login", "logname", "account", "uid", "loginname", "principal"}, at: func(f *finder, lo, hi int) { f.named(User, lo, hi) }},
	{words: []string{"host", "hostname", "host_name", "rhost", "server", "servername", "client", "clientname", "node", "nodename", "peer", "hfsaddr", "appliance", "fqdn", "machine", "computer",
		"computername", "addr", "address", "bind", "mcsaddr", "ddr-server", "remotehost"}, start: true, at: func(f *finder, lo, hi int) { f.named(Host, lo, hi) }},
	{words: []string{"accepted", "failed"}, start: true, at: (*finder).sshLogin},
	{words: []string{"for user ", "invalid user ", "of user ", "by user ", "as user ", "to user ", "user login :", "illegal user ", "su: ", "su - "}, start: true, at: (*finder).userBehind},
	{words: []string{" : "}, at: (*finder).shellUser},
	{words: []string{") cmd"}, at: (*finder).cronUser},
	{words: []string{" : tty="}, at: (*finder).sudoUser},
	{words: []string{"/home/", "/users/", `\users\`, `\\users\\`, `documents and settings\`}, at: (*finder).homePath},
	{words: []string{"serial number", "serialnumber", "serial no", "serial-number", "serial_number", "service tag", "servicetag", "s/n", "asset tag", "chassis serial", "serial #"}, start: true, at: (*finder).serial},
	{words: []string{` as "`}, at: (*finder).asOn},
	{words: []string{"cn="}, start: true, at: (*finder).commonName},
}

// webToken finds a JSON web token: two parts or three between dots, the first of which begins with {".
func (f *finder) webToken(lo, _ int) {
	s := f.s
	if !strings.HasPrefix(s[lo:], "eyJ") {
		return
	}
	end := lo
	for part := range 3 {
		from := end
		for end < len(s) && tokenByte(s[end]) && s[end] != '.' && (part > 0 || end-lo < maxToken) {
			end++
		}
		if part < 2 && end-from < 4 || part == 0 && (end-from < 9 || end == len(s) || s[end] != '.') {
			return
		}
		if part == 2 || end == len(s) || s[end] != '.' {
			break
		}
		end++
	}
	if s[end-1] == '.' {
		end--
	}
	f.add(Token, lo, end)
}

// dispatch holds, by the first two bytes of a word, the rules to try.
var dispatch = sync.OnceValue(func() *[1 << 16][]keyword {
	d := new([1 << 16][]keyword)
	for i := range rules {
		for _, w := range rules[i].words {
			at := int(w[0])<<8 | int(w[1])
			d[at] = append(d[at], keyword{w, &rules[i]})
		}
	}
	return d
})

type keyword struct {
	word string
	rule *rule
}

// keywords tries the rules at the words that they are known by.
func (f *finder) keywords() {
	l, known := f.l, dispatch()
	for i := 0; i+1 < len(l); i++ {
		n := len(f.spans)
		for _, k := range known[int(l[i])<<8|int(l[i+1])] {
			if strings.HasPrefix(l[i:], k.word) && (!k.rule.start || i == 0 || !wordByte(l[i-1]) || !wordByte(l[i])) {
				k.rule.at(f, i, i+len(k.word))
			}
		}
		// What stands in a secret is no word: so none is looked through twice.
		for _, s := range f.spans[n:] {
			if (s.class == Token || s.class == PrivateKey || s.class == Password) && s.lo >= i {
				i = max(i, s.hi-1)
			}
		}
	}
}

// blanks skips blanks and tabs.
func (f *finder) blanks(i int) int {
	for i < len(f.s) && (f.s[i] == ' ' || f.s[i] == '\t') {
		i++
	}
	return i
}

// separator returns where the value of a key begins: behind =, :, => or :=, which may have blanks around them, and quotes that close the key and open the value. -1 for none. Loose is true where it is a colon,
// as in prose, quote the value's quote.
func (f *finder) separator(i int) (value int, loose bool, quote byte) {
	s := f.s
	if i < len(s) && s[i] == '\\' {
		i++ // JSON within JSON
	}
	if i < len(s) && (s[i] == '"' || s[i] == '\'' || s[i] == ']' || s[i] == ')') {
		i++
	}
	i = f.blanks(i)
	if i >= len(s) {
		return -1, false, 0
	}
	switch s[i] {
	case '=':
		i++
		if i < len(s) && (s[i] == '>' || s[i] == '=') {
			i++
		}
	case ':':
		loose = true
		i++
		if i < len(s) && s[i] == '=' {
			loose = false
			i++
		}
	default:
		return -1, false, 0
	}
	i = f.blanks(i)
	if i < len(s) && s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\'') {
		i++
	}
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		return i + 1, loose, s[i]
	}
	return i, loose, 0
}

// valueEnd returns where a value ends: at its quote, or at a blank or a mark that parts values.
func (f *finder) valueEnd(i int, quote byte) int {
	s := f.s
	for j := i; j < len(s) && j-i < maxSecret; j++ {
		c := s[j]
		switch {
		case c == '\n' || c == 0:
			return j
		case quote != 0:
			if c == quote {
				if j > i && s[j-1] == '\\' {
					j--
				}
				return j
			}
		case strings.IndexByte(" \t,;&\"'<>()[]{}|`", c) >= 0:
			return j
		}
	}
	return min(len(s), i+maxSecret)
}

// keyed finds the secret that belongs to a key: key=value, "key": "value", --key value, and attributes and elements of XML.
func (f *finder) keyed(class Class, lo, hi int) {
	s := f.s
	if v, _, quote := f.separator(hi); v >= 0 {
		end := f.valueEnd(v, quote)
		if quote == 0 && end < len(s) && s[end] == '(' {
			return
		}
		if f.l[lo:hi] == "pwd" && v < len(s) && (s[v] == '/' || s[v] == '~') {
			return // where a command was run
		}
		f.secretAt(class, v, end)
		return
	}
	switch {
	case hi < len(s) && s[hi] == '>' && strings.LastIndexByte(s[max(0, lo-64):lo], '<') > strings.LastIndexByte(s[max(0, lo-64):lo], '>'):
		// <password>value</password>
		if end := strings.IndexByte(s[hi:min(len(s), hi+maxSecret)], '<'); end > 1 {
			f.secretAt(class, hi+1, hi+end)
		}
	case hi+1 < len(s) && (s[hi] == ' ' || s[hi] == '\t') && f.isOption(lo):
		// --password value, -storepass value
		v := f.blanks(hi)
		if v < len(s) && s[v] != '-' && s[v] != '`' {
			quote := byte(0)
			if s[v] == '"' || s[v] == '\'' {
				quote = s[v]
				v++
			}
			f.secretAt(class, v, f.valueEnd(v, quote))
		}
	}
	if lo, hi := f.attribute(lo, hi); hi > lo {
		f.secretAt(class, lo, hi)
	}
}

// isOption reports whether the word at i is, or ends, an option of a command: --keystore-password, -storepass.
func (f *finder) isOption(i int) bool {
	for i > 0 && (wordByte(f.s[i-1]) || f.s[i-1] == '-' || f.s[i-1] == '_') {
		i--
	}
	return i < len(f.s) && f.s[i] == '-' && (i == 0 || strings.IndexByte(" \t\n\"'[(,", f.s[i-1]) >= 0)
}

func (f *finder) secretAt(class Class, lo, hi int) {
	for hi > lo && (f.s[hi-1] == '.' || f.s[hi-1] == ',') {
		hi--
	}
	if hi > lo && !masked(f.s[lo:hi]) {
		f.secret(class, lo, hi)
	}
}

// attribute returns the value that an element of XML gives to what it names: <flag name="password" value="x"/>, in any order.
func (f *finder) attribute(lo, hi int) (int, int) {
	s := f.s
	if hi >= len(s) || s[hi] != '"' && s[hi] != '\'' {
		return 0, 0
	}
	// The word ends the value of an attribute called name or key.
	start := max(0, lo-maxElement)
	open := start + strings.LastIndexAny(s[start:lo], "\"'")
	if open < start+5 || !strings.HasSuffix(f.l[:open], "name=") && !strings.HasSuffix(f.l[:open], "key=") {
		return 0, 0
	}
	from := start + strings.LastIndexByte(s[start:open], '<')
	rest := s[hi:min(len(s), hi+maxElement)]
	to := strings.IndexByte(rest, '>')
	if from < start || strings.IndexByte(s[from:open], '>') >= 0 {
		return 0, 0
	}
	if to < 0 {
		to = len(rest)
	}
	for _, part := range [][2]int{{from, open}, {hi, hi + to}} {
		for _, quote := range []string{`"`, `'`} {
			i := strings.Index(f.l[part[0]:part[1]], " value="+quote)
			if i < 0 {
				continue
			}
			v := part[0] + i + len(" value=") + 1
			if end := strings.Index(s[v:part[1]], quote); end > 0 {
				return v, v + end
			}
		}
	}
	return 0, 0
}

// named finds the name that belongs to a key such as user= or host=, or that stands in quotes behind the word.
func (f *finder) named(class Class, lo, hi int) {
	s := f.s
	v, loose, quote := f.separator(hi)
	if v < 0 {
		i := f.blanks(hi)
		if i > hi && i+2 < len(s) && (s[i] == '"' || s[i] == '\'') {
			v, quote = i+1, s[i]
		}
	}
	if v < 0 {
		if lo, hi := f.attribute(lo, hi); hi > lo {
			f.nameAt(class, lo, hi, false)
		}
		return
	}
	end := v
	for end < len(s) && (nameByte(s[end]) || class == User && s[end] == '$') {
		end++
	}
	if class == User && end < len(s) && s[end] == '\\' && end+1 < len(s) && nameByte(s[end+1]) {
		// DOMAIN\user
		v = end + 1
		for end = v; end < len(s) && nameByte(s[end]); {
			end++
		}
	}
	if quote != 0 && (end >= len(s) || s[end] != quote && s[end] != '\\' && s[end] != ':' && s[end] != '@') {
		return
	}
	if quote == 0 && end < len(s) && (s[end] == '(' || s[end] == '@' || s[end] == '/' && !digitsAt(s[end+1:]) || s[end] == '\\' || s[end] == '=') {
		return
	}
	f.nameAt(class, v, end, loose && quote == 0)
}

func digitsAt(s string) bool { return s != "" && digit(s[0]) }

// nameAt adds a name. In prose behind a colon it must look like one.
func (f *finder) nameAt(class Class, lo, hi int, loose bool) {
	s := f.s
	for hi > lo && !wordByte(s[hi-1]) && s[hi-1] != '$' {
		hi--
	}
	if hi <= lo {
		return
	}
	if loose && !hasDigit(s[lo:hi]) && !strings.ContainsAny(s[lo:hi], ".-_") && class == Host {
		return
	}
	if class == Host {
		if hostLike(s[lo:hi]) && !camel(s[lo:hi]) {
			f.host(lo, hi, true)
		}
		return
	}
	if !userLike(s[lo:hi]) {
		return
	}
	if loose && hi < len(s) && s[hi] == ' ' && hi+1 < len(s) && s[hi+1] >= 'a' && s[hi+1] <= 'z' && !strings.HasPrefix(s[hi+1:], "from ") && !strings.HasPrefix(s[hi+1:], "on ") && !hasDigit(s[lo:hi]) {
		// A sentence goes on.
		return
	}
	f.add(User, lo, hi)
}

// nameFrom returns where a name ends that begins at i.
func (f *finder) nameFrom(i int) int {
	for i < len(f.s) && (nameByte(f.s[i]) || f.s[i] == '$') {
		i++
	}
	return i
}

// sshLogin finds the user of "Accepted publickey for NAME from" and "Failed password for NAME from".
func (f *finder) sshLogin(_, hi int) {
	rest := f.s[hi:min(len(f.s), hi+160)]
	i := strings.Index(rest, " for ")
	if i < 0 || i > 40 {
		return
	}
	lo := hi + i + len(" for ")
	for _, skip := range []string{"invalid user ", "illegal user "} {
		if strings.HasPrefix(f.s[lo:], skip) {
			lo += len(skip)
		}
	}
	if end := f.nameFrom(lo); strings.HasPrefix(f.s[end:], " from ") && userLike(f.s[lo:end]) {
		f.add(User, lo, end)
	}
}

// userBehind finds the user that is named behind a phrase.
func (f *finder) userBehind(_, hi int) {
	lo := f.blanks(hi)
	if lo < len(f.s) && (f.s[lo] == '"' || f.s[lo] == '\'') {
		lo++
	}
	end := f.nameFrom(lo)
	for end > lo && !wordByte(f.s[end-1]) && f.s[end-1] != '$' {
		end--
	}
	if userLike(f.s[lo:end]) {
		f.add(User, lo, end)
	}
}

// shellUser finds the user of an appliance's shell: "Command: hsm show : NAME : 10.0.0.1/49320".
func (f *finder) shellUser(_, lo int) {
	end := f.nameFrom(lo)
	if end-lo > 1 && strings.HasPrefix(f.s[end:], " : ") && digitsAt(f.s[end+3:]) && strings.Contains(f.s[end:min(len(f.s), end+24)], "/") && userLike(f.s[lo:end]) {
		f.add(User, lo, end)
	}
}

// cronUser finds the user of "(name) CMD".
func (f *finder) cronUser(lo, _ int) {
	start := max(0, lo-80)
	open := start + strings.LastIndexByte(f.s[start:lo], '(')
	if open >= start && userLike(f.s[open+1:lo]) {
		f.add(User, open+1, lo)
	}
}

// sudoUser finds the user of "name : TTY=".
func (f *finder) sudoUser(lo, _ int) {
	from := lo
	for from > 0 && nameByte(f.s[from-1]) {
		from--
	}
	if userLike(f.s[from:lo]) {
		f.add(User, from, lo)
	}
}

// homePath finds the user whose folder a path leads through.
func (f *finder) homePath(_, lo int) {
	end := f.nameFrom(lo)
	for end > lo && f.s[end-1] == '.' {
		end--
	}
	if userLike(f.s[lo:end]) && (end == len(f.s) || strings.IndexByte("*?<{", f.s[end]) < 0) {
		f.add(User, lo, end)
	}
}

// serial finds the number of a device.
func (f *finder) serial(_, hi int) {
	s := f.s
	i := hi
	for i < len(s) && strings.IndexByte(" \t:=#\"'.", s[i]) >= 0 {
		i++
	}
	end := i
	for end < len(s) && (wordByte(s[end]) || s[end] == '-') {
		end++
	}
	if i == hi || end-i < 5 || end-i > 40 || !hasDigit(s[i:end]) || end < len(s) && s[end] == ':' {
		return
	}
	if hasLetter(s[i:end]) || end-i >= 8 {
		f.add(Serial, i, end)
	} else {
		f.addHere(Serial, i, end)
	}
}

// asOn finds user and host of: as "name" on "host".
func (f *finder) asOn(_, lo int) {
	end := f.nameFrom(lo)
	rest := f.s[end:]
	if !strings.HasPrefix(rest, `" on "`) {
		return
	}
	if userLike(f.s[lo:end]) {
		f.add(User, lo, end)
	}
	from := end + len(`" on "`)
	if hi := f.nameFrom(from); hostLike(f.s[from:hi]) {
		f.host(from, hi, true)
	}
}

// commonName finds the name of a certificate's subject, which is a host's where it looks like one.
func (f *finder) commonName(_, lo int) {
	hi := f.nameFrom(lo)
	if hostLike(f.s[lo:hi]) && (strings.Contains(f.s[lo:hi], ".") || hasDigit(f.s[lo:hi]) || strings.Contains(f.s[lo:hi], "-")) {
		f.host(lo, hi, true)
	}
}

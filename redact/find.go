package redact

import "strings"

// span is a part of a text that is a value.
type span struct {
	lo, hi int
	class  Class
	// here means that the value is one at this place only: it is too common a word to be replaced wherever it stands.
	here bool
	// value is the text as the view has it, joined whether it is made of several spans.
	value  string
	joined bool
}

// finder looks for values in one text.
type finder struct {
	r *Redactor
	// s is the text with pseudonyms masked, l the same in small letters.
	s, l  string
	spans []span
}

func (f *finder) add(class Class, lo, hi int) { f.put(span{lo: lo, hi: hi, class: class}) }

// addHere adds a value that is one at this place only.
func (f *finder) addHere(class Class, lo, hi int) {
	f.put(span{lo: lo, hi: hi, class: class, here: true})
}

// put adds a span, without the pseudonyms that are in it.
func (f *finder) put(s span) {
	for lo := s.lo; lo < s.hi; {
		n := strings.IndexByte(f.s[lo:s.hi], 0)
		if n < 0 {
			n = s.hi - lo
		}
		if n > 0 {
			part := s
			part.lo, part.hi = lo, lo+n
			f.spans = append(f.spans, part)
		}
		lo += n + 1
	}
}

// find returns the values in a text, whose pseudonyms are masked, in no order; some may overlap.
func (r *Redactor) find(s string) *finder {
	f := &finder{r: r, s: s, l: lower(s)}
	f.runs()
	f.mails()
	f.urls()
	f.keywords()
	return f
}

// before returns the word in front of a place, in small letters, with nothing but blanks and one of = : - / ( between them.
func (f *finder) before(i int) string {
	for i > 0 && strings.IndexByte(" \t=:-/(\"'", f.l[i-1]) >= 0 {
		i--
	}
	hi := i
	for i > 0 && (wordByte(f.l[i-1]) || f.l[i-1] == '_') {
		i--
	}
	return f.l[i:hi]
}

// runs visits the runs of bytes that addresses and names are made of.
func (f *finder) runs() {
	s := f.s
	for i := 0; i < len(s); {
		if !nameByte(s[i]) && s[i] != ':' {
			i++
			continue
		}
		lo, dots, colons, dashes, digits := i, 0, 0, 0, 0
		for i < len(s) {
			c := s[i]
			switch {
			case c == '.':
				dots++
			case c == ':':
				colons++
			case c == '-' || c == '_':
				dashes++
			case digit(c):
				digits++
			case !letter(c):
				goto end
			}
			i++
		}
	end:
		if dots >= 3 && digits >= 4 {
			f.ipv4(lo, i, '.')
		}
		if dashes >= 3 && digits >= 4 {
			f.ipv4(lo, i, '-')
			f.ipv4(lo, i, '_')
		}
		if colons >= 2 {
			f.ipv6(lo, i)
		}
		if colons >= 5 || dashes >= 5 || dots >= 2 && i-lo >= 14 {
			f.mac(lo, i)
		}
		if dots > 0 {
			f.names(lo, i)
		}
		if digits >= 14 || digits >= 4 && i-lo <= 6 || digits == 2 && i-lo == 4 || digits >= 12 && letter(s[lo]) {
			f.numbers(lo, i)
		}
	}
}

// names looks for names of hosts in full between the colons of a run.
func (f *finder) names(lo, hi int) {
	for lo < hi {
		end := strings.IndexByte(f.s[lo:hi], ':')
		if end < 0 {
			end = hi - lo
		}
		f.fullName(lo, lo+end)
		lo += end + 1
	}
}

// mails looks for mail addresses, for names such as Kerberos has, and for user@host.
func (f *finder) mails() {
	s := f.s
	for i := 0; i < len(s); i++ {
		n := strings.IndexAny(s[i:], "@%")
		if n < 0 {
			return
		}
		i += n
		size := 1
		if s[i] == '%' {
			if size = 3; !strings.HasPrefix(s[i:], "%40") {
				continue
			}
		}
		lo, hi := i, i+size
		for lo > 0 && (nameByte(s[lo-1]) || strings.IndexByte("+!#$&*/=?^{|}~'", s[lo-1]) >= 0 && lo > 1 && wordByte(s[lo-2])) {
			lo--
		}
		// What stands in front of the last of these is no part of a name: key=name@host, /path/name@host.
		if cut := strings.LastIndexAny(s[lo:i], "=/'{|}?&*!#^$~"); cut >= 0 {
			lo += cut + 1
		}
		for lo < i && !wordByte(s[lo]) {
			lo++
		}
		for hi < len(s) && nameByte(s[hi]) {
			hi++
		}
		for hi > i && (s[hi-1] == '.' || s[hi-1] == '-') {
			hi--
		}
		domain := i + size
		if lo == i || domain >= hi || !hasLetter(s[lo:i]) || !letter(s[domain]) && !hasLetter(s[domain:hi]) {
			continue
		}
		last := s[domain+strings.LastIndexByte(s[domain:hi], '.')+1 : hi]
		switch {
		case strings.Contains(s[domain:hi], ".") && len(last) >= 2 && !hasDigit(last):
			f.add(Mail, lo, hi)
			f.host(domain, hi, true)
		case strings.Contains(s[domain:hi], "."), strings.Trim(f.l[domain:hi], "0123456789abcdef") == "", !letter(s[domain]):
			// A number of a version, the address of an object in memory.
		default:
			if userLike(s[lo:i]) {
				f.add(User, lo, i)
			}
			if hostLike(s[domain:hi]) {
				f.host(domain, hi, true)
			}
		}
		i = hi - 1
	}
}

// urls looks for who logs in, and where, in addresses such as https://name:password@host/.
func (f *finder) urls() {
	s := f.s
	for i := 0; ; {
		n := strings.Index(s[i:], "://")
		if n < 0 {
			return
		}
		i += n + 3
		end := i
		for end < len(s) && strings.IndexByte("/ \t\n\"'<>\\|,;)]}?#`\x00", s[end]) < 0 {
			end++
		}
		host := i
		if at := strings.LastIndexByte(s[i:end], '@'); at >= 0 {
			host = i + at + 1
			user := i + at
			if colon := strings.IndexByte(s[i:i+at], ':'); colon >= 0 {
				user = i + colon
				if !masked(s[user+1 : i+at]) {
					f.secret(Password, user+1, i+at)
				}
			}
			if userLike(s[i:user]) {
				f.add(User, i, user)
			}
		}
		hi := host
		for hi < end && nameByte(s[hi]) {
			hi++
		}
		if hostLike(s[host:hi]) {
			f.host(host, hi, true)
		}
		i = max(i, hi)
	}
}

// secret adds a password or token: everywhere, or here alone where it is a common word.
func (f *finder) secret(class Class, lo, hi int) {
	if hi <= lo {
		return
	}
	if telling(f.s[lo:hi]) && !f.r.ordinary[f.l[lo:hi]] {
		f.add(class, lo, hi)
	} else {
		f.addHere(class, lo, hi)
	}
}

// telling reports whether a password is no word that might stand anywhere in a log.
func telling(s string) bool {
	if len(s) < 6 {
		return false
	}
	small, great, other := false, false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			small = true
		case c >= 'A' && c <= 'Z':
			great = true
		default:
			other = true
		}
	}
	return other && (small || great) || small && great && lower(s)[1:] != s[1:] || len(s) >= 14
}

// masked reports whether a secret was left out already, or is a word that says that there is none.
func masked(s string) bool {
	if s == "" || strings.Trim(s, "*") == "" || strings.Trim(s, "xX") == "" || strings.Trim(s, ".") == "" || strings.Trim(s, "-") == "" || strings.Trim(s, "#") == "" || strings.Trim(s, "•●") == "" {
		return true
	}
	switch s[0] {
	case '<', '$', '%', '[', '{', '(':
		return true
	}
	return maskWords(lower(strings.Trim(s, ".,;:!?)")))
}

// userLike reports whether a text can be the name of a user.
func userLike(s string) bool {
	if len(s) < 2 || len(s) > 64 || !hasLetter(s) || maskWords(lower(s)) || noNames(lower(s)) {
		return false
	}
	for i := range len(s) {
		if !nameByte(s[i]) && s[i] != '$' {
			return false
		}
	}
	return letter(s[0]) || digit(s[0]) || s[0] == '_'
}

// hostLike reports whether a text can be the name of a host.
func hostLike(s string) bool {
	if len(s) < 2 || len(s) > maxName || !hasLetter(s) || maskWords(lower(s)) || noNames(lower(s)) {
		return false
	}
	for i := range len(s) {
		if !nameByte(s[i]) {
			return false
		}
	}
	return wordByte(s[0]) && wordByte(s[len(s)-1])
}

package redact

import (
	"net/netip"
	"strings"
)

// ipv4 looks for IPv4 addresses in a run, their numbers parted by sep.
func (f *finder) ipv4(lo, hi int, sep byte) {
	s := f.s
	for i := lo; i < hi; {
		if !digit(s[i]) || i > 0 && digit(s[i-1]) {
			i++
			continue
		}
		end, parts := i, 0
		var last int
		ok := true
		for {
			n, d := 0, end
			for d < hi && digit(s[d]) && d-end < 6 {
				n = 10*n + int(s[d]-'0')
				d++
			}
			if d == end {
				ok = false
				break
			}
			// A fourth number that is too great is a mistake in an address, as long as the others are of one that is known to be private.
			if parts < 3 && (d-end > 3 || n > 255) || d-end > 5 {
				ok = false
			}
			last, end = n, d
			if parts++; parts == 4 || d == hi || s[d] != sep {
				break
			}
			end = d + 1
		}
		if !ok || parts < 4 {
			for i < hi && digit(s[i]) {
				i++
			}
			continue
		}
		if f.isIPv4(i, end, lo, hi, sep, last) {
			f.add(IPv4, i, end)
		}
		i = end
	}
}

// isIPv4 reports whether four numbers are an address that says where something is: no version, no part of a longer number, no mask.
func (f *finder) isIPv4(lo, hi, from, to int, sep byte, last int) bool {
	s := f.s
	if hi < len(s) && (digit(s[hi]) || hi+1 < len(s) && s[hi] == sep && digit(s[hi+1]) && sep != '-') {
		return false
	}
	if sep == '-' && hi+1 < len(s) && s[hi] == '-' && digit(s[hi+1]) {
		return false
	}
	if lo > 1 && s[lo-1] == sep && digit(s[lo-2]) || lo > 0 && s[lo-1] == '.' {
		return false
	}
	text := dotted.Replace(s[lo:hi])
	a, ok := parseIPv4(text)
	if !ok {
		third := strings.LastIndexByte(text, '.')
		base, baseOK := parseIPv4(text[:third] + ".0")
		return sep == '.' && baseOK && base.IsPrivate() && last > 255
	}
	if ordinaryAddress(a) {
		return false
	}
	word := f.before(lo)
	for _, v := range versionWords {
		if word == v {
			return false
		}
	}
	if a.IsPrivate() || a.IsLinkLocalUnicast() {
		return sep == '.' || lo > from && (s[lo-1] == '-' || s[lo-1] == '_' || letter(s[lo-1])) || lo == 0 || !nameByte(s[lo-1])
	}
	if sep != '.' {
		return lo-2 >= from && (s[lo-1] == '-' || s[lo-1] == '_') && letter(s[lo-2])
	}
	// v1.2.3.4, name-1.2.3.4.jar, name-1.2.3.4-5.x86_64
	if lo > from && (s[lo-1]|0x20 == 'v' || s[lo-1]|0x20 == 'r') {
		return false
	}
	if lo > from && (s[lo-1] == '-' || s[lo-1] == '_') && hi < to && (s[hi] == '-' || s[hi] == '.' || s[hi] == '_') {
		return false
	}
	if hi+1 < to && s[hi] == '-' && digit(s[hi+1]) && strings.Count(s[hi:min(to, hi+16)], ".") < 3 {
		return false
	}
	return true
}

// ordinaryAddress reports whether an address is the same everywhere: this host, no host, all hosts, a mask, a group.
func ordinaryAddress(a netip.Addr) bool {
	if a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() {
		return true
	}
	if !a.Is4() {
		return false
	}
	b := a.As4()
	return b[0] == 0 || b[0] == 255 || b == [4]byte{254, 0, 0, 0}
}

// ipv6 looks for an IPv6 address in a run with colons.
func (f *finder) ipv6(lo, hi int) {
	s := f.s
	for i := lo; i < hi; {
		if !hexByte(s[i]) && s[i] != ':' || i > lo && wordByte(s[i-1]) {
			i++
			continue
		}
		end := i
		for end < hi && (hexByte(s[end]) || s[end] == ':' || s[end] == '.') {
			end++
		}
		stop := end
		if end < hi && wordByte(s[end]) {
			i = end
			continue
		}
		for end > i && s[end-1] == '.' {
			end--
		}
		for end > i && s[end-1] == ':' && !strings.HasSuffix(s[i:end], "::") {
			end--
		}
		start := i
		for start < end && s[start] == ':' && !strings.HasPrefix(s[start:end], "::") {
			start++
		}
		text := s[start:end]
		a, err := netip.ParseAddr(text)
		if err == nil && a.Is6() && hasDigit(text) && !ordinaryAddress(a) && !eui64(text) {
			// Of an IPv4 address in the notation of IPv6 the four numbers are found by themselves.
			if !a.Is4In6() || !strings.Contains(text, ".") {
				f.add(IPv6, start, end)
			}
		}
		i = max(stop, i+1)
	}
}

// eui64 reports whether eight groups are pairs of digits: the number of an interface, and no address.
func eui64(s string) bool {
	return len(s) == 23 && strings.Count(s, ":") == 7 && !strings.Contains(s, "::") && s[2] == ':' && s[5] == ':' && s[8] == ':' && s[11] == ':' && s[14] == ':' && s[17] == ':' && s[20] == ':'
}

// mac looks for hardware addresses: aa:bb:cc:dd:ee:ff, with dashes, with two pairs more, and aabb.ccdd.eeff.
func (f *finder) mac(lo, hi int) {
	s := f.s
	for i := lo; i < hi; {
		if !hexByte(s[i]) || i > lo && (wordByte(s[i-1]) || i > lo+1 && hexByte(s[i-2]) && (s[i-1] == ':' || s[i-1] == '-')) {
			i++
			continue
		}
		n := 0
		for _, form := range [...]struct {
			sep           byte
			group, groups int
		}{{':', 2, 8}, {':', 2, 6}, {'-', 2, 8}, {'-', 2, 6}, {'.', 4, 3}} {
			if n = grouped(s[i:hi], form.sep, form.group, form.groups); n > 0 {
				break
			}
		}
		if n > 0 && strings.Trim(s[i:i+n], "0:-.") != "" && strings.Trim(f.l[i:i+n], "f:-.") != "" && (s[i+2] != '-' || hasLetter(s[i:i+n])) {
			f.add(MAC, i, i+n)
			i += n
			continue
		}
		for i < hi && wordByte(s[i]) {
			i++
		}
	}
}

// grouped returns the length of so many groups of so many hexadecimal digits at the start of s, 0 if there are fewer or more.
func grouped(s string, sep byte, group, groups int) int {
	size := groups*(group+1) - 1
	if len(s) < size {
		return 0
	}
	for i := range size {
		if (i+1)%(group+1) == 0 {
			if s[i] != sep {
				return 0
			}
		} else if !hexByte(s[i]) {
			return 0
		}
	}
	if len(s) > size && (wordByte(s[size]) || s[size] == sep && len(s) > size+1 && hexByte(s[size+1])) {
		return 0
	}
	return size
}

// numbers looks for numbers of payment cards and bank accounts that begin in a run; blanks may part their digits.
func (f *finder) numbers(lo, hi int) {
	s := f.s
	for i := lo; i < hi; i++ {
		if i > 0 && (wordByte(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' || s[i-1] == ':' || s[i-1] == '_') {
			continue
		}
		switch {
		case s[i] >= '2' && s[i] <= '6':
			if n := card(s[i:]); n > 0 {
				f.add(Card, i, i+n)
				return
			}
		case i+4 <= hi && s[i] >= 'A' && s[i] <= 'Z' && s[i+1] >= 'A' && s[i+1] <= 'Z' && digit(s[i+2]) && digit(s[i+3]):
			if n := iban(s[i:]); n > 0 {
				f.add(IBAN, i, i+n)
				return
			}
		}
	}
}

// card returns the length of the number of a payment card at the start of s: of the length and the first digits that cards have, and with a right check digit.
func card(s string) int {
	var digits []byte
	end := 0
	for i := 0; i < len(s) && len(digits) <= 19; i++ {
		if digit(s[i]) {
			digits = append(digits, s[i]-'0')
			end = i + 1
			continue
		}
		if (s[i] != ' ' && s[i] != '-') || len(digits) == 0 || len(digits)%4 != 0 && len(digits) != 10 || i+1 >= len(s) || !digit(s[i+1]) {
			break
		}
	}
	if end < len(s) && (wordByte(s[end]) || s[end] == '.' && end+1 < len(s) && digit(s[end+1])) {
		return 0
	}
	n := len(digits)
	if n < 14 || n > 19 {
		return 0
	}
	first2, first4 := int(digits[0])*10+int(digits[1]), int(digits[0])*1000+int(digits[1])*100+int(digits[2])*10+int(digits[3])
	switch {
	case digits[0] == 4 && n == 16,
		first2 >= 51 && first2 <= 55 && n == 16, first4 >= 2221 && first4 <= 2720 && n == 16,
		(first2 == 34 || first2 == 37) && n == 15,
		(first4 == 6011 || first2 == 65 || first2 == 62) && n >= 16,
		(first2 == 36 || first2 == 38) && n == 14, first2 == 35 && n == 16:
	default:
		return 0
	}
	sum, same := 0, true
	for i, d := range digits {
		v := int(d)
		if (n-i)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
		same = same && d == digits[0]
	}
	if sum%10 != 0 || same {
		return 0
	}
	return end
}

// iban returns the length of an account number at the start of s: country, check digits, and a remainder of 1.
func iban(s string) int {
	var text []byte
	end := 0
	for i := 0; i < len(s) && len(text) < 34; i++ {
		c := s[i]
		if digit(c) || c >= 'A' && c <= 'Z' {
			text = append(text, c)
			end = i + 1
			continue
		}
		if c != ' ' || len(text)%4 != 0 || i+1 >= len(s) || !digit(s[i+1]) && (s[i+1] < 'A' || s[i+1] > 'Z') {
			break
		}
	}
	// Words in capital letters may follow: what is too much is taken off, group by group.
	for ; len(text) >= 15; text = text[:len(text)-1] {
		if (end >= len(s) || !wordByte(s[end])) && remainder(text) == 1 && hasDigit(string(text[4:])) {
			return end
		}
		for end--; end > 0 && s[end-1] == ' '; end-- {
		}
	}
	return 0
}

// remainder is that of an account number by 97, its first four characters put last and letters counted from 10.
func remainder(text []byte) int {
	r := 0
	for i := range text {
		c := text[(i+4)%len(text)]
		if digit(c) {
			r = (r*10 + int(c-'0')) % 97
		} else {
			r = (r*100 + int(c-'A') + 10) % 97
		}
	}
	return r
}

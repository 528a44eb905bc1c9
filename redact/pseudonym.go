package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

var (
	dotted = strings.NewReplacer("-", ".", "_", ".")
	bare   = strings.NewReplacer(":", "", "-", "", ".", "", " ", "")
)

// canonical is the one form of all spellings of a value.
func canonical(class Class, text string) string {
	switch class {
	case IPv4:
		if a, ok := parseIPv4(dotted.Replace(text)); ok {
			return a.String()
		}
	case IPv6:
		if a, err := netip.ParseAddr(text); err == nil {
			return a.String()
		}
	case MAC:
		return bare.Replace(lower(text))
	case Host, Domain, User, Mail, Own:
		return lower(text)
	case Card, IBAN:
		return bare.Replace(text)
	}
	return text
}

// parseIPv4 reads four numbers, whose leading zeros mean nothing.
func parseIPv4(s string) (netip.Addr, bool) {
	var a [4]byte
	for i := range a {
		n, digits := 0, 0
		for digits < len(s) && digit(s[digits]) && digits < 3 {
			n = 10*n + int(s[digits]-'0')
			digits++
		}
		if digits == 0 || n > 255 {
			return netip.Addr{}, false
		}
		a[i] = byte(n)
		s = s[digits:]
		if i < 3 {
			if s == "" || s[0] != '.' {
				return netip.Addr{}, false
			}
			s = s[1:]
		}
	}
	return netip.AddrFrom4(a), s == ""
}

// kindOf says of an address whether it is of a private network or of one link: that much a reader may know.
func kindOf(class Class, text string) string {
	if class != IPv4 && class != IPv6 {
		return ""
	}
	a, err := netip.ParseAddr(text)
	switch {
	case err != nil:
	case a.IsPrivate() || a.Is4() && shared.Contains(a):
		return "PRIVATE-"
	case a.IsLinkLocalUnicast():
		return "LINK-"
	}
	return ""
}

// shared is what providers give to many customers at once.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// mapped maps an address so that two of which the first n bits are the same have n bits in common afterwards, and no more: who reads it sees subnets, and no address. Empty for what is none.
func (r *Redactor) mapped(text string) string {
	a, ok := parseIPv4(text)
	if !ok {
		return ""
	}
	raw := a.As4()
	in := binary.BigEndian.Uint32(raw[:])
	var flips uint32
	h := hmac.New(sha256.New, r.key[:])
	for bit := range 32 {
		h.Reset()
		// The bits in front decide whether this one is turned.
		fmt.Fprintf(h, "ipv4 %d %08x", bit, in&^(0xFFFFFFFF>>bit))
		if h.Sum(nil)[0]&1 == 1 {
			flips |= 1 << (31 - bit)
		}
	}
	var out [4]byte
	binary.BigEndian.PutUint32(out[:], in^flips)
	return fmt.Sprintf("%s%02x.%02x.%02x.%02x", kindOf(IPv4, text), out[0], out[1], out[2], out[3])
}

// pseudonymAt returns the length of the pseudonym that s starts with, 0 for none. All are as long as their first letters say, so that what follows cannot be taken for a part of them.
func pseudonymAt(s string) int {
	for c, word := range classWords {
		if !strings.HasPrefix(s, word) || len(s) == len(word) {
			continue
		}
		i := len(word)
		sep := s[i]
		if sep != '-' && sep != '_' {
			continue
		}
		i++
		if Class(c) == IPv4 || Class(c) == IPv6 {
			for _, kind := range []string{"PRIVATE-", "LINK-"} {
				if strings.HasPrefix(s[i:], kind) {
					i += len(kind)
					break
				}
			}
		}
		n := hexDigits(s[i:], 8)
		if Class(c) == IPv4 && n == 0 {
			n = quad(s[i:])
		}
		if n == 0 {
			continue
		}
		i += n
		if sep == '_' {
			if i >= len(s) || s[i] != '_' || hexDigits(s[i+1:], 4) == 0 {
				continue
			}
			i += 5
		}
		return i
	}
	return 0
}

// maxPseudonym is the length of the longest one.
const maxPseudonym = len("PASSWORD_PRIVATE-00.00.00.00_0000")

// hexDigits returns n if s starts with n small hexadecimal digits, else 0.
func hexDigits(s string, n int) int {
	if len(s) < n {
		return 0
	}
	for i := range n {
		if !digit(s[i]) && (s[i] < 'a' || s[i] > 'f') {
			return 0
		}
	}
	return n
}

// quad returns 11 if s starts with four pairs of digits between dots, else 0.
func quad(s string) int {
	const size = len("00.00.00.00")
	if len(s) < size {
		return 0
	}
	for i := range size {
		if i%3 == 2 && s[i] != '.' || i%3 != 2 && hexDigits(s[i:], 1) == 0 {
			return 0
		}
	}
	return size
}

// mask puts NULs over the pseudonyms in a text, which so are no part of anything.
func mask(s string) string {
	var b []byte
	for i := 0; i < len(s); {
		c := s[i]
		if c < 'C' || c > 'U' {
			i++
			continue
		}
		n := pseudonymAt(s[i:])
		if n == 0 {
			i++
			continue
		}
		if b == nil {
			b = []byte(s)
		}
		clear(b[i : i+n])
		i += n
	}
	if b == nil {
		return s
	}
	return string(b)
}

package grammar

import (
	"bytes"
	"strings"

	"logdoc"
)

// A line of no known format may still say how severe it is, by a word that something sets off, or in a field that is named for it.

// severityNear looks for a word of the format's severity table: behind the stamp, before it, or in a field that is named for it; there first where the stamp is one.
func (f *Format) severityNear(b []byte, at *moment) logdoc.Severity {
	if len(f.words) == 0 {
		return logdoc.Unrated
	}
	if at.field {
		return f.severityField(b)
	}
	// klog states it by one letter, right before the date.
	if n := digits(b[at.lo+1:]); digits(b[at.lo:]) == 0 && (n == 4 || n == 8) {
		sev, _ := f.severityOf(b[at.lo : at.lo+1])
		return sev
	}
	sev := f.severityIn(b[at.hi:min(len(b), at.hi+stampReach)])
	if sev == logdoc.Unrated {
		sev = f.severityIn(b[:at.lo])
	}
	if sev == logdoc.Unrated {
		sev = f.severityField(b)
	}
	return sev
}

// severityField looks for a field that is named for the severity.
func (f *Format) severityField(b []byte) logdoc.Severity {
	b = b[:min(len(b), fieldsReach)]
	for i := 0; i < len(b); {
		n := bytes.IndexByte(b[i:], 'l')
		if n < 0 {
			break
		}
		i += n + 1
		for _, name := range [...]string{"evel", "vl", "evelname"} {
			if sev := f.severityValue(b[i:], name); sev != logdoc.Unrated {
				return sev
			}
		}
	}
	if i := bytes.Index(b, []byte("severity")); i >= 0 {
		return f.severityValue(b[i:], "severity")
	}
	return logdoc.Unrated
}

// severityValue reads the value of the field whose name b starts with.
func (f *Format) severityValue(b []byte, name string) logdoc.Severity {
	if !bytes.HasPrefix(b, []byte(name)) {
		return logdoc.Unrated
	}
	b = bytes.TrimPrefix(b[len(name):], []byte{'"'})
	if len(b) == 0 || b[0] != ':' && b[0] != '=' {
		return logdoc.Unrated
	}
	b = bytes.TrimLeft(b[1:], ` "`)
	sev, _ := f.severityOf(b[:letters(b)])
	return sev
}

// severityIn looks for a severity word. In small letters it may be a word of a sentence, unless something sets it off.
func (f *Format) severityIn(b []byte) logdoc.Severity {
	for i := 0; i < len(b); {
		n := letters(b[i:])
		if n == 0 {
			i++
			continue
		}
		word := b[i : i+n]
		if n >= 3 && n <= 9 && (i == 0 || !isAlnum(b[i-1]) && b[i-1] != '.') && (i+n == len(b) || !isAlnum(b[i+n]) && b[i+n] != '.') {
			setOff := word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'A' && word[1] <= 'Z' || i > 0 && strings.IndexByte("[<(|=", b[i-1]) >= 0 || i+n < len(b) && strings.IndexByte("]:>)|", b[i+n]) >= 0
			if setOff {
				if sev, ok := f.severityOf(word); ok {
					return sev
				}
			}
		}
		i += n
	}
	return logdoc.Unrated
}

// letters returns how many letters b starts with.
func letters(b []byte) int {
	n := 0
	for n < len(b) && isAlnum(b[n]) && !isDigit(b[n]) {
		n++
	}
	return n
}

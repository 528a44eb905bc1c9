package sanitize

import (
	"fmt"
	"strings"

	"logdoc"
)

// URI writes a source's name as a reference of RFC 3986: a relative one, or file: for an absolute path. Bytes that may not stand in one are written as %XX, also those that are no UTF-8.
func URI(source logdoc.LogText) string {
	var b strings.Builder
	s := string(source)
	if strings.HasPrefix(s, "/") {
		b.WriteString("file://")
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; alphanumeric(c) || strings.IndexByte("-._~/!", c) >= 0 && !(c == '/' && i > 0 && s[i-1] == '/') {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

package source

import (
	"fmt"
	"hash/maphash"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"logdoc"
)

// maxName is how many bytes of a member's name are kept; a name can be a megabyte long.
const maxName = 1024

// names shows members' names: cleaned, and told apart when an archive has the same one twice.
type names struct {
	seed maphash.Seed
	seen map[uint64]int // hashes rather than names, as there may be hundreds of thousands
}

func newNames() *names { return &names{maphash.MakeSeed(), map[uint64]int{}} }

// label makes a member's name fit to be shown as part of a path. It is never used as a path, so ".." and a leading slash may stay and be seen.
func label(raw string) string {
	name := strings.ReplaceAll(raw, `\`, "/")
	for strings.HasPrefix(name, "./") {
		name = name[2:]
	}
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "") + "…"
	}
	if name == "" {
		return "(no name)"
	}
	return name
}

// in describes a member of the archive it.
func (n *names) in(it item, raw string) item {
	if it.depth == 1 {
		it.spent = new(int64)
	}
	name := label(raw)
	it.name += "!/" + name
	it.log, it.order = family(it.name)
	key := maphash.String(n.seed, name)
	n.seen[key]++
	if count := n.seen[key]; count > 1 {
		it.name += fmt.Sprintf("#%d", count)
	}
	return it
}

// writtenAt is when a member was last written, or its archive where the member does not say: programs that want equal archives of equal files write the first
// moment that the archive's format knows, 1970 or 1980.
func writtenAt(member, archive time.Time) time.Time {
	if member.Year() <= 1980 {
		return archive
	}
	return member
}

// isMacOS tells the files that a Mac adds to each file it packs.
func isMacOS(raw string) bool {
	return strings.HasPrefix(raw, "__MACOSX/") || strings.HasPrefix(raw[strings.LastIndexByte(raw, '/')+1:], "._")
}

// special counts the members that are no files, and keeps the first few names.
type special struct {
	links, others int
	named         []string
}

func (s *special) add(mode fs.FileMode, raw string) {
	if mode&(fs.ModeDevice|fs.ModeCharDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0 {
		s.others++
	} else {
		s.links++
	}
	if len(s.named) < 10 {
		s.named = append(s.named, label(raw))
	}
}

// tell notes them. Nothing is left out: what a link leads to is a member of its own, or is not in the archive.
func (s *special) tell(w *walker, name string) {
	count := s.links + s.others
	if count == 0 {
		return
	}
	detail := strings.Join(s.named, ", ")
	if more := count - len(s.named); more > 0 {
		detail += fmt.Sprintf(" and %d more", more)
	}
	text := fmt.Sprintf("passed over %d links and %d devices or pipes: they hold no text", s.links, s.others)
	w.say(name, logdoc.Note{Text: text, Detail: logdoc.LogText(detail)})
}

// cp437 is the upper half of the code page that zip names are in unless they say otherwise.
var cp437 = []rune("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0")

// zipName is a name as a zip has it. Many tools write UTF-8 and do not say so.
func zipName(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x80 {
			b.WriteByte(c)
		} else {
			b.WriteRune(cp437[c-0x80])
		}
	}
	return b.String()
}

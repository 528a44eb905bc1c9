package rules

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// MaxFactFile bounds the bytes of a file that a fact looks at.
const MaxFactFile = 8 << 20

// MaxFactFiles bounds the files that one fact is read from: one per node of a large cluster.
const MaxFactFiles = 64

// MaxFactLines bounds the lines that one fact keeps of all the files together where it takes each line that fits.
const MaxFactLines = 1000

// MaxFactElements bounds the elements of a file that one fact looks at.
const MaxFactElements = 50_000

type fact struct {
	src     *lang.FactClause
	globs   []string
	tmpl    *template.Template
	element string
	attrs   []attr
}

// attr is one attribute of an xml fact's element.
type attr struct {
	name string
	tmpl *template.Template
}

// reading is what one file, or one line of it, said for one fact.
type reading struct {
	place   logdoc.Place
	text    logdoc.LogText // the line, element or subject that was read
	present bool
	// readable: what was looked for was found in the file. parses and damaged are of certificates.
	readable, parses, damaged bool
	fields                    map[string]logdoc.LogText
	times                     map[string]time.Time
}

func (c *compiler) fact(src *lang.FactClause, layouts map[string]*template.Layout) *fact {
	f := &fact{src: src}
	for _, g := range src.From {
		if _, err := path.Match(g.Value, ""); err != nil {
			c.problem(g.Pos, len(g.Value)+2, fmt.Sprintf("%q is no file pattern", g.Value), `write "*/name*.xml"`)
			return nil
		}
		f.globs = append(f.globs, g.Value)
	}
	compile := func(text string, col int) *template.Template {
		tmpl, err := template.Compile(text, nil)
		if err != nil {
			var e *template.Error
			errors.As(err, &e)
			pos := src.Template.Pos
			pos.Col += col + e.Col - 1
			c.problem(pos, 1, e.Message, e.Advice)
			return nil
		}
		for _, h := range tmpl.Holes {
			if h.Layout != nil {
				layouts[h.Name] = h.Layout
			}
		}
		return tmpl
	}
	switch src.Kind {
	case lang.FactLike, lang.FactEach:
		if f.tmpl = compile(src.Template.Lines[0], 0); f.tmpl == nil {
			return nil
		}
	case lang.FactXML:
		var start xml.StartElement
		d := xml.NewDecoder(strings.NewReader(src.Template.Lines[0]))
		d.Strict = false
		for start.Name.Local == "" {
			tok, err := d.Token()
			if err != nil {
				c.problem(src.Template.Pos, len(src.Template.Lines[0]), "this is no XML element", `write <element attribute="{name}">`)
				return nil
			}
			if s, ok := tok.(xml.StartElement); ok {
				start = s.Copy()
			}
		}
		f.element = start.Name.Local
		for _, a := range start.Attr {
			tmpl := compile(a.Value, strings.Index(src.Template.Lines[0], a.Value))
			if tmpl == nil {
				return nil
			}
			f.attrs = append(f.attrs, attr{a.Name.Local, tmpl})
		}
	}
	return f
}

var (
	commonFacts      = []string{"present", "readable", "missing"}
	certificateFacts = []string{"parses", "damaged", "subject", "issuer", "starts", "expires"}
)

// fields lists the names that a reference to the fact can use.
func (f *fact) fields() []string {
	names := slices.Clone(commonFacts)
	switch f.src.Kind {
	case lang.FactX509:
		names = append(names, certificateFacts...)
	case lang.FactLike, lang.FactEach:
		for _, h := range f.tmpl.Holes {
			if h.Name != "" {
				names = append(names, h.Name)
			}
		}
	case lang.FactXML:
		for _, a := range f.attrs {
			for _, h := range a.tmpl.Holes {
				if h.Name != "" {
					names = append(names, h.Name)
				}
			}
		}
	}
	return names
}

// MatchPath reports whether the end of a path inside the input fits the glob, with "!/" and "/" alike. `*` stops at a slash only in the last part.
func MatchPath(glob, name string) bool {
	dir, base := path.Split(strings.Trim(strings.ReplaceAll(name, "!/", "/"), "/"))
	dirGlob, baseGlob := path.Split(strings.TrimPrefix(glob, "*/"))
	if !matches(baseGlob, base) {
		return false
	}
	if dirGlob == "" {
		return true
	}
	// No name holds a NUL: with it in the place of the slashes, `*` does not stop at them.
	dirGlob, dir = strings.ReplaceAll(dirGlob, "/", "\x00"), strings.ReplaceAll(dir, "/", "\x00")
	for {
		if matches(dirGlob, dir) {
			return true
		}
		n := strings.IndexByte(dir, 0)
		if n < 0 {
			return false
		}
		dir = dir[n+1:]
	}
}

func matches(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return ok && err == nil
}

// Facts collects what the files of one input say. It is not safe for use by many goroutines.
type Facts struct {
	set *Set
	// readings by symptom and fact.
	readings map[[2]int][]reading
	files    map[[2]int]int // how many were read
	cut      map[logdoc.LogText]bool
	dirs     map[string]bool
}

// NewFacts returns an empty collection.
func (s *Set) NewFacts() *Facts {
	return &Facts{set: s, readings: map[[2]int][]reading{}, files: map[[2]int]int{}, cut: map[logdoc.LogText]bool{}, dirs: map[string]bool{}}
}

// WantsFile reports whether a fact reads the file with that name.
func (s *Set) WantsFile(name logdoc.LogText) bool {
	for _, g := range s.files {
		if strings.Contains(string(name), g.fixed) && MatchPath(g.glob, string(name)) {
			return true
		}
	}
	return false
}

// fileGlob is a glob, and a text that every name holds which fits it: an archive may have hundreds of thousands of members, and hardly any is wanted.
type fileGlob struct{ glob, fixed string }

// fileGlobs are the globs of all facts, each once.
func fileGlobs(symptoms []*symptom) []fileGlob {
	var all []fileGlob
	seen := map[string]bool{}
	for _, sym := range symptoms {
		for _, f := range sym.facts {
			for _, g := range f.globs {
				if !seen[g] {
					seen[g] = true
					all = append(all, fileGlob{g, fixedIn(g)})
				}
			}
		}
	}
	return all
}

// fixedIn is the longest text without a wildcard in a glob's last part; empty where brackets or backslashes make that less than plain.
func fixedIn(glob string) string {
	if strings.ContainsAny(glob, `[\`) {
		return ""
	}
	longest := ""
	for part := range strings.FieldsFuncSeq(path.Base(glob), func(r rune) bool { return r == '*' || r == '?' }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// See tells that a file is in the input, whether or not a fact reads it.
func (fs *Facts) See(name logdoc.LogText) {
	if len(fs.dirs) < 100_000 {
		fs.dirs[path.Dir(strings.ReplaceAll(string(name), "!/", "/"))] = true
	}
}

// Read reads the facts that the file holds and returns their names ("avamar/session-ticket mcs"), without those that enough files were read for. content is the start of the file, MaxFactFile bytes at most, and may
// be nil when the file could not be read.
func (fs *Facts) Read(name logdoc.LogText, content []byte) []string {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	var read []string
	for i, sym := range fs.set.symptoms {
		for k, f := range sym.facts {
			if !slices.ContainsFunc(f.globs, func(g string) bool { return MatchPath(g, string(name)) }) {
				continue
			}
			id := [2]int{i, k}
			if fs.files[id] == MaxFactFiles {
				continue
			}
			fs.files[id]++
			found, cut := f.read(name, content, max(1, MaxFactLines-len(fs.readings[id])))
			fs.readings[id] = append(fs.readings[id], found...)
			fs.cut[name] = fs.cut[name] || cut
			read = append(read, sym.name+" "+f.src.Name.Value)
		}
	}
	return read
}

// Cut reports whether the file holds more lines or elements for a fact than are looked at.
func (fs *Facts) Cut(name logdoc.LogText) bool { return fs.cut[name] }

// read returns what the file says: one reading, or one for each line that fits, up to so many. It tells whether there may be more.
func (f *fact) read(name logdoc.LogText, content []byte, lines int) (found []reading, cut bool) {
	r := reading{place: logdoc.Place{Source: name}, present: true, fields: map[string]logdoc.LogText{}, times: map[string]time.Time{}}
	switch f.src.Kind {
	case lang.FactExists:
		r.readable = len(content) > 0
	case lang.FactLike:
		for l := range f.accepted(name, content) {
			return []reading{l}, false
		}
	case lang.FactEach:
		// Lists grow at their end: of too many lines the first and the last are kept.
		first, more := lines/2, 0
		for l := range f.accepted(name, content) {
			if len(found) < lines {
				found = append(found, l)
				continue
			}
			found[first+more%(lines-first)] = l
			more++
		}
		if found != nil {
			last, oldest := found[min(first, len(found)):], 0
			if more > 0 {
				oldest = more % len(last)
			}
			return slices.Concat(found[:len(found)-len(last)], last[oldest:], last[:oldest]), more > 0
		}
	case lang.FactXML:
		cut = f.readXML(content, &r)
	case lang.FactX509:
		readCertificate(content, &r)
	}
	return []reading{r}, cut
}

// accepted yields a reading of every line that the template accepts.
func (f *fact) accepted(name logdoc.LogText, content []byte) iter.Seq[reading] {
	return func(yield func(reading) bool) {
		var res template.Result
		number := 0
		for line := range bytes.Lines(content) {
			number++
			line = bytes.TrimSpace(line)
			if !f.tmpl.Match(line, &res) {
				continue
			}
			r := reading{place: logdoc.Place{Source: name, Line: number}, text: logdoc.LogText(clip(line)), present: true, readable: true,
				fields: map[string]logdoc.LogText{}, times: map[string]time.Time{}}
			f.keep(f.tmpl, line, &res, &r)
			if !yield(r) {
				return
			}
		}
	}
}

func (f *fact) keep(t *template.Template, text []byte, res *template.Result, r *reading) {
	for i, h := range t.Holes {
		if h.Name == "" {
			continue
		}
		v := text[res.Spans[i].Lo:res.Spans[i].Hi]
		r.fields[h.Name] = logdoc.LogText(v)
		if h.Layout != nil {
			var s template.Stamp
			if _, ok := h.Layout.Parse(v, &s); ok && s.HasYear {
				r.times[h.Name] = s.Time(time.UTC)
			}
		}
	}
}

// readXML looks for the element. What stands around it, such as a shell prompt before the document, does not matter. It tells whether it gave up before the end.
func (f *fact) readXML(content []byte, r *reading) (cut bool) {
	for from, looked := 0, 0; ; from++ {
		n := bytes.Index(content[from:], []byte("<"+f.element))
		if n < 0 {
			return false
		}
		from += n
		// No tag reaches behind the next one's start: many tags that are cut off cost no more than one.
		tag := content[from:]
		if n := bytes.IndexByte(tag[1:], '<'); n >= 0 {
			tag = tag[:n+1]
		}
		// To decode a tag costs a thousand times as much as to see that a name is not in it.
		if slices.ContainsFunc(f.attrs, func(a attr) bool { return !bytes.Contains(tag, []byte(a.name)) }) {
			continue
		}
		if looked++; looked > MaxFactElements {
			return true
		}
		d := xml.NewDecoder(bytes.NewReader(tag))
		d.Strict = false
		tok, err := d.Token()
		if start, ok := tok.(xml.StartElement); err == nil && ok && start.Name.Local == f.element && f.element != "" && f.attributes(start, r) {
			r.readable = true
			r.place.Line = 1 + bytes.Count(content[:from], []byte("\n"))
			r.text = logdoc.LogText(clip(tag[:d.InputOffset()]))
			return false
		}
	}
}

func (f *fact) attributes(start xml.StartElement, r *reading) bool {
	results := make([]template.Result, len(f.attrs))
	values := make([][]byte, len(f.attrs))
	for n, want := range f.attrs {
		i := slices.IndexFunc(start.Attr, func(a xml.Attr) bool { return a.Name.Local == want.name })
		if i < 0 {
			return false
		}
		if values[n] = []byte(start.Attr[i].Value); !want.tmpl.Match(values[n], &results[n]) {
			return false
		}
	}
	for n, want := range f.attrs {
		f.keep(want.tmpl, values[n], &results[n], r)
	}
	return true
}

// readCertificate reads the first certificate, in PEM or DER.
func readCertificate(content []byte, r *reading) {
	der := content
	for rest := content; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		// A private key may stand before its certificate.
		if block.Type == "CERTIFICATE" || block.Type == "X509 CERTIFICATE" {
			der = block.Bytes
			break
		}
	}
	stated, known := statedLength(der)
	if known && stated < int64(len(der)) {
		// What stands behind a certificate does not belong to it, and OpenSSL and Java do not look at it either.
		der = der[:stated]
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		r.damaged = true
		switch {
		case len(bytes.TrimSpace(content)) == 0:
			r.text = "the file is empty or could not be read"
		case bytes.Contains(content, []byte("-----BEGIN CERTIFICATE-----")) && !bytes.Contains(content, []byte("-----END CERTIFICATE-----")):
			r.text = "the certificate is cut off: it has no END CERTIFICATE line"
		case known && stated > int64(len(der)):
			r.text = logdoc.LogText(fmt.Sprintf("the certificate is not as long as it says: it states %d bytes, and there are %d", stated, len(der)))
		default:
			r.text = logdoc.LogText("no certificate can be read from it: " + strings.TrimPrefix(err.Error(), "x509: "))
		}
		return
	}
	r.readable, r.parses = true, true
	r.fields["subject"], r.fields["issuer"] = logdoc.LogText(cert.Subject.String()), logdoc.LogText(cert.Issuer.String())
	r.times["starts"], r.times["expires"] = cert.NotBefore.UTC(), cert.NotAfter.UTC()
	for name, t := range r.times {
		r.fields[name] = logdoc.LogText(t.Format(time.RFC3339))
	}
	r.text = logdoc.LogText(fmt.Sprintf("certificate of %s, valid until %s", cert.Subject, cert.NotAfter.UTC().Format("2006-01-02 15:04 MST")))
}

// statedLength is how long a certificate in DER says it is, its head included.
func statedLength(der []byte) (length int64, ok bool) {
	const sequence, long = 0x30, 0x80
	if len(der) < 2 || der[0] != sequence {
		return 0, false
	}
	if der[1] < long {
		return 2 + int64(der[1]), true
	}
	n := int(der[1] - long)
	// Four bytes of length are more than any file that is looked at.
	if n == 0 || n > 4 || len(der) < 2+n {
		return 0, false
	}
	for _, b := range der[2 : 2+n] {
		length = length<<8 | int64(b)
	}
	return int64(2+n) + length, true
}

func clip(b []byte) []byte { return b[:min(len(b), 400)] }

// ReadFactFile reads as much of a file as facts look at.
func ReadFactFile(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, MaxFactFile)) }

// of returns the readings of one fact, one a file.
func (fs *Facts) of(symptom, index int) []reading {
	return fs.readings[[2]int{symptom, index}]
}

// missing reports whether the fact's directory is in the input and the file is not.
func (fs *Facts) missing(symptom, index int) (string, bool) {
	if len(fs.readings[[2]int{symptom, index}]) > 0 {
		return "", false
	}
	var found []string
	for _, g := range fs.set.symptoms[symptom].facts[index].globs {
		dir := path.Dir(g)
		if dir == "." || dir == "*" {
			continue
		}
		for d := range fs.dirs {
			if MatchPath(dir, d) {
				found = append(found, d+"/"+path.Base(g))
			}
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return slices.Min(found), true
}

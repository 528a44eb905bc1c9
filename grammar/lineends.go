package grammar

import "bytes"

// lineWindow is how many bytes are searched for line breaks at once: as many as stay in the processor's first cache meanwhile.
const lineWindow = 16 << 10

// lineEnds finds the line breaks of a text, one after the other.
type lineEnds struct {
	data []byte
	// found are those in the window that starts at base, of which next is the one to be told next; searched is where the window ends.
	found          [lineWindow + 2]int32
	next, count    int
	base, searched int
}

// start begins with the first line of a text.
func (e *lineEnds) start(data []byte) {
	e.data, e.next, e.count, e.base, e.searched = data, 0, 0, 0, 0
}

// end returns where the next line ends: at its break, or where the text does.
func (e *lineEnds) end() int {
	for e.next == e.count {
		if e.searched == len(e.data) { // the last line has no break
			e.next, e.count, e.found[0] = 0, 1, int32(len(e.data)-e.base)
			break
		}
		e.search()
	}
	at := e.base + int(e.found[e.next])
	e.next++
	return at
}

// known returns the ends that were found and not told yet, counted from e.base. There are some unless the text ends.
func (e *lineEnds) known() []int32 {
	for e.next == e.count && e.searched < len(e.data) {
		e.search()
	}
	return e.found[e.next:e.count]
}

// back lets end return the last line's end again.
func (e *lineEnds) back() { e.next-- }

// search searches the next window.
func (e *lineEnds) search() {
	e.base, e.next, e.count = e.searched, 0, 0
	window := e.data[e.base:min(e.base+lineWindow, len(e.data))]
	e.searched += len(window)
	from := 0
	if n := len(window) &^ 63; wider && n > 0 {
		e.count = lineEndsWider(&window[0], n, &e.found[0])
		from = n
	} else if n := len(window) &^ 31; wide && n > 0 {
		e.count = lineEndsWide(&window[0], n, &e.found[0])
		from = n
	}
	for from < len(window) {
		n := bytes.IndexByte(window[from:], '\n')
		if n < 0 {
			return
		}
		e.found[e.count] = int32(from + n)
		e.count++
		from += n + 1
	}
}

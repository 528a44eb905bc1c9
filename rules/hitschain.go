package rules

// chained is how a chain of items, one of each slot so far, can end with an item.
type chained struct {
	first int64 // the latest time at which such a chain can begin, noTime when there is none
	prev  int   // the item before, in the slot before
}

// chain fills the frame of a condition with an order while the input grows, where the earliest items that fit come to nothing: with items that follow each other whatever is still to come, and of
// these with the ones that end first. Equal stamps of two files don't tell an order then, for what comes between them may use up either; so the earliest item that fits need not be one that
// something follows. It takes one walk over each slot.
func (h *hitSearch) chain() bool {
	reached := make([][]chained, len(h.slots))
	for s := range h.slots {
		items := h.slots[s].items
		reached[s] = make([]chained, len(items))
		if s == 0 {
			for i := range items {
				reached[0][i] = chained{first: items[i].time}
			}
			continue
		}
		before := h.slots[s-1].items
		// earlier is the best of those with an earlier stamp, equal of those with the same one in one file, next the first item that is in neither.
		earlier, equal := chained{first: noTime}, chained{first: noTime}
		next, from := 0, 0
		for i := range items {
			for ; from < len(before) && before[from].time < items[i].time; from++ {
				earlier = later(earlier, reached[s-1][from], from)
			}
			if i == 0 || items[i-1].time != items[i].time || items[i-1].last.Place.Source != items[i].last.Place.Source {
				equal, next = chained{first: noTime}, from
			}
			for ; next < len(before) && compareItems(&before[next], &items[i]) < 0; next++ {
				if before[next].last.Place.Source == items[i].last.Place.Source {
					equal = later(equal, reached[s-1][next], next)
				}
			}
			reached[s][i] = later(earlier, equal, equal.prev)
		}
	}
	last := len(h.slots) - 1
	for i, c := range reached[last] {
		if c.first == noTime || h.slots[last].items[i].time-c.first > int64(h.cond.Window) {
			continue
		}
		h.frame = make([]framed, last+1)
		for s := last; s >= 0; s-- {
			h.frame[s] = framed{&h.slots[s].items[i], s, i}
			i = reached[s][i].prev
		}
		return true
	}
	return false
}

// later returns the chain that begins later: best, or one that goes on from the item at index prev.
func later(best, c chained, prev int) chained {
	if c.first != noTime && (best.first == noTime || c.first > best.first) {
		return chained{c.first, prev}
	}
	return best
}

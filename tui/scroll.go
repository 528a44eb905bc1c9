package tui

// scroll is the part of a list that is in sight, and the cursor in it.
type scroll struct {
	top, cursor int
	// rows is how many rows the list has, height how many of them are in sight.
	rows, height int
}

// fit sets what there is to show and keeps the cursor on a row that is there and in sight.
func (s *scroll) fit(rows, height int) {
	s.rows, s.height = rows, max(height, 0)
	s.cursor = max(0, min(s.cursor, rows-1))
	if s.cursor < s.top {
		s.top = s.cursor
	}
	if s.cursor >= s.top+s.height {
		s.top = s.cursor - s.height + 1
	}
	s.top = max(0, min(s.top, rows-s.height))
}

func (s *scroll) move(n int) {
	s.cursor += n
	s.fit(s.rows, s.height)
}

func (s *scroll) first() { s.cursor = 0; s.fit(s.rows, s.height) }
func (s *scroll) last()  { s.cursor = s.rows - 1; s.fit(s.rows, s.height) }

// follow puts the cursor where its row has gone. The row stays where it is on the screen, so that nothing jumps; but the head of a list that was in sight stays in
// sight as long as the cursor does.
func (s *scroll) follow(to, rows int) {
	if s.top > 0 || to >= s.height {
		s.top += to - s.cursor
	}
	s.cursor = to
	s.fit(rows, s.height)
}

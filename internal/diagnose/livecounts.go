package diagnose

import "logdoc"

// Counts sums what was read of all logs since the start: bytes, lines, and records by what is known of them.
func (l *Live) Counts() (c logdoc.SourceCoverage) {
	for _, row := range l.rows {
		of := &row.coverage
		c.Bytes, c.Lines = c.Bytes+of.Bytes, c.Lines+of.Lines
		c.KnownBad, c.KnownNormal, c.Unexplained, c.Unread = c.KnownBad+of.KnownBad, c.KnownNormal+of.KnownNormal, c.Unexplained+of.Unexplained, c.Unread+of.Unread
	}
	c.Records = c.KnownBad + c.KnownNormal + c.Unexplained + c.Unread
	return c
}

package main

import (
	"fmt"
	"time"

	"logdoc"
	"logdoc/source/follow"
)

// sources watches how followed logs are doing: one that has fallen behind, that nothing is written to any more, or whose lines no format knows is told once, and after that
// with the count, now and then.
type sources struct {
	next time.Time
	by   map[logdoc.LogText]*sourceWatch
}

// sourceWatch is what is known of one path.
type sourceWatch struct {
	written time.Time
	// writes counts the looks at which something new was written; gap is the longest time between two of them.
	writes  int
	gap     time.Duration
	silent  bool
	behind  time.Time // since when
	unread  int       // when that was told last
	records int
	told    map[string]*sourceTold
}

type sourceTold struct {
	at    time.Time
	count int
}

const (
	// sourcesEvery is how often is looked; again after how long something is told once more that goes on happening.
	sourcesEvery, sourcesAgain = time.Second, time.Hour
	// behindFor is how long a log may have more to read than manyBehind bytes.
	behindFor, manyBehind = 10 * time.Second, 1 << 20
	// silentAfter is the least time after which a log that was written to often is told to have stopped, silentTimes how many times its longest pause that must be.
	silentAfter, silentTimes, oftenWritten = 10 * time.Minute, 10, 20
	// manyUnread lines of no known kind, and more than one line in unreadShare, are told.
	manyUnread, unreadShare = 100, 10
)

// unreader tells how many records of each log no format accepts.
type unreader interface {
	Unread(func(name logdoc.LogText, unread, records int))
}

// look returns what is to be told now. A note's detail is the log.
func (s *sources) look(f interface{ Health() []follow.Health }, l unreader, now time.Time) (notes []logdoc.Note) {
	if now.Before(s.next) {
		return nil
	}
	s.next = now.Add(sourcesEvery)
	if s.by == nil {
		s.by = map[logdoc.LogText]*sourceWatch{}
	}
	tell := func(name logdoc.LogText, w *sourceWatch, kind, text string) {
		told := w.told[kind]
		if told == nil {
			told = &sourceTold{}
			w.told[kind] = told
		}
		told.count++
		if told.count > 1 && now.Sub(told.at) < sourcesAgain {
			return
		}
		if told.count > 1 {
			text += fmt.Sprintf(" (%d times since it was told last)", told.count-1)
		}
		*told = sourceTold{now, 1}
		notes = append(notes, logdoc.Note{Text: text, Detail: name})
	}
	for _, h := range f.Health() {
		w := s.of(h.Path)
		if !h.Written.IsZero() && !h.Written.Equal(w.written) {
			if w.writes++; w.writes > 1 {
				w.gap = max(w.gap, h.Written.Sub(w.written))
			}
			w.written, w.silent = h.Written, false
		}
		if quiet := now.Sub(w.written); !w.silent && w.writes >= oftenWritten && quiet >= max(silentAfter, silentTimes*w.gap) {
			w.silent = true
			tell(h.Path, w, "silent", fmt.Sprintf("nothing was written to it for %s: does its program still run?", quiet.Round(time.Second)))
		}
		switch {
		case h.State != follow.Behind || h.Lag < manyBehind:
			w.behind = time.Time{}
		case w.behind.IsZero():
			w.behind = now
		case now.Sub(w.behind) >= behindFor:
			w.behind = now
			tell(h.Path, w, "behind", fmt.Sprintf("reading is %d MiB behind: findings come late", h.Lag>>20))
		}
	}
	l.Unread(func(name logdoc.LogText, unread, records int) {
		w := s.of(name)
		if more := unread - w.unread; more >= manyUnread && more > (records-w.records)/unreadShare {
			tell(name, w, "unread", fmt.Sprintf("%d of its last %d lines and records are of no format that is known: see logdoc list formats, or write one", more, records-w.records))
			w.unread, w.records = unread, records
		}
	})
	return notes
}

func (s *sources) of(name logdoc.LogText) *sourceWatch {
	w := s.by[name]
	if w == nil {
		w = &sourceWatch{told: map[string]*sourceTold{}}
		s.by[name] = w
	}
	return w
}

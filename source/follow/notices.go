package follow

import (
	"slices"
	"strings"
	"time"

	"logdoc"
)

// tellAgain is how long notices of one kind for one path are only counted.
const tellAgain = 10 * time.Minute

type toldKey struct {
	path string
	kind NoticeKind
}

// told is a notice that was given, and how often its cause came again.
type told struct {
	at      time.Time
	pending Notice
}

// tell gives a notice at once if it is the first of its kind for the path in a while, and else counts it.
func (f *Follower) tell(path string, kind NoticeKind, text string, err error, now time.Time) {
	n := Notice{Path: logdoc.LogText(path), Kind: kind, Text: text, Count: 1}
	if err != nil {
		n.Detail = logdoc.LogText(strings.ReplaceAll(err.Error(), "\n", ": "))
	}
	key := toldKey{path, kind}
	before, ok := f.told[key]
	if !ok {
		f.told[key] = &told{at: now}
		f.notices = append(f.notices, n)
		return
	}
	n.Count = before.pending.Count + 1
	before.pending = n
}

// takeNotices gives what is to be told now.
func (f *Follower) takeNotices(now time.Time) []Notice {
	for key, t := range f.told {
		if since := now.Sub(t.at); since >= 0 && since < tellAgain {
			continue
		}
		if t.pending.Count == 0 {
			delete(f.told, key)
			continue
		}
		f.notices = append(f.notices, t.pending)
		t.at, t.pending = now, Notice{}
	}
	given := f.notices
	f.notices = nil
	slices.SortStableFunc(given, func(a, b Notice) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return given
}

// Health says how each path is doing, in the order of the paths.
func (f *Follower) Health() []Health {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]Health, 0, len(f.order)+len(f.streams))
	leaving := map[*spot]int64{}
	for _, c := range f.contents {
		if c.spots == 0 && c.home != nil {
			leaving[c.home] += c.unread()
		}
	}
	for _, s := range f.order {
		if s.passed != (identity{}) || s.copied != nil {
			continue
		}
		h := Health{Path: logdoc.LogText(s.path), Err: s.err, Lag: leaving[s]}
		if c := s.content; c != nil {
			h.Log, h.Read, h.Written = c.log, c.read, c.mtime
			h.Lag += c.unread()
			h.State = Current
		}
		if st := s.stream; st != nil {
			h.Log, h.Read, h.State = st.log, st.read, Current
		}
		if h.Lag > 0 {
			h.State = Behind
		}
		if s.err != nil {
			h.State = Failing
		}
		all = append(all, h)
	}
	for _, s := range f.streams {
		if s.path != "-" {
			continue // a pipe has a spot
		}
		h := Health{Path: "-", Log: s.log, Read: s.read, State: Current, Err: s.err}
		switch {
		case s.err != nil:
			h.State = Failing
		case s.done:
			h.State = Done
		}
		all = append(all, h)
	}
	slices.SortStableFunc(all, func(a, b Health) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return all
}

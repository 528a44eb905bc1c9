package template

import "testing"

// TestMayFollow: whatever matches may follow, however much of it is seen; and of what cannot match, most is refused.
func TestMayFollow(t *testing.T) {
	const stamp = "2024-01-02 03:04:05"
	choices := map[string][]string{"severity": {"Info", "Warning", "FATAL", "FATAL ERROR"}}
	rests := []string{
		" avtar Info <5551>: a message", " avtar FATAL ERROR <5551>: a", " avtar  Info  <1,234>: x", " avtar Info : none", " host sshd[12]: in", " host sshd: in",
		" host sshd [12]: in", " a 0x1f end", " a 1f: end", " a.b.C(X.java:1) end", " one at two at a.b.c", " [x y] m", " | INFO | m", " +12 m",
	}
	for _, source := range []string{
		"{time:2006-01-02 15:04:05} {program} {severity} <{code}>: {message}", "{time:2006-01-02 15:04:05} {program} {severity} <{code:int}>: {message}",
		"{time:2006-01-02 15:04:05} {program} {severity} : {message}", "{time:2006-01-02 15:04:05} {host} {tag} {message}", "{time:2006-01-02 15:04:05} {host:word} {n:hex} {message}",
		"{time:2006-01-02 15:04:05} {location:frame} {message}", "{time:2006-01-02 15:04:05} {message:last} at {location:frame}", "{time:2006-01-02 15:04:05} [{thread}] {message}",
		"{time:2006-01-02 15:04:05} {n:int} {message}", "{time:2006-01-02 15:04:05} one at two at a.b.c",
	} {
		tmpl, err := Compile(source, choices)
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for _, rest := range rests {
			var r Result
			matches := tmpl.Match([]byte(stamp+rest), &r)
			for n := range len(rest) + 1 {
				may := tmpl.MayFollow([]byte(rest[:n]))
				if matches && !may {
					t.Errorf("%s matches %q, and may not follow %q", source, rest, rest[:n])
				}
				if !may && n == len(rest) {
					refused++
				}
			}
		}
		// A tag, a Java frame and a hole up to the last place of a text are known at their end only.
		if open := tmpl.Hole("host") == 1 && tmpl.Hole("pid") > 0 || tmpl.Hole("location") > 0; open != (refused == 0) {
			t.Errorf("%s refuses %d of %d", source, refused, len(rests))
		}
	}
}

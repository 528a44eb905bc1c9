package grammar

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"logdoc"
	"logdoc/samples"
)

func TestDetect(t *testing.T) {
	set := builtin(t)
	kinds := map[samples.Kind]string{samples.Avtar: "avtar", samples.GSAN: "gsan", samples.Luna: "luna", samples.Flume: "flume"}
	for kind, want := range kinds {
		head := generated(t, kind, HeadSize)
		if r := set.Detect(head, Options{Name: "x.txt"}); r.Format == nil || r.Format.Name != want || !strings.HasPrefix(r.Why, "by content: ") {
			t.Errorf("%s: %+v", kind, r.Format)
		}
		if r := set.Detect(head, Options{Name: "lunalogs"}); r.Format == nil || r.Format.Name != want {
			t.Errorf("%s under a wrong name: %+v", kind, r.Format)
		}
	}
	trace := "java.lang.OutOfMemoryError: Java heap space\n" + strings.Repeat("\tat org.apache.flume.X.y(X.java:1)\n", 30)
	for _, tt := range []struct {
		name, text string
		o          Options
		want, why  string
	}{
		{"nothing", "", Options{}, "", ""},
		{"nothing, with a name", "", Options{Name: "/var/log/lunalogs"}, "luna", "by name"},
		{"blank", "\n \n\t\n", Options{}, "", ""},
		{"prose", "The backup failed.\nWhat shall we do?\n", Options{}, "", ""},
		{"prose with dashes", "Title\n" + avtarDash + "\nNote the following.\n" + avtarDash + "\n", Options{}, "", ""},
		{"prose with a vague line", "One\nInfo: here you are\nTwo\nThree\nFour\nFive\n", Options{}, "", ""},
		{"prose with a name", "The backup failed.\n", Options{Name: "b.tgz!/logs/gsan.log.001"}, "gsan", "by name"},
		{"a vague line and a name", "One\nInfo: here you are\nTwo\nThree\nFour\nFive\n", Options{Name: "gsan.log"}, "gsan", "by name"},
		{"properties", "log4j.rootLogger=INFO\norg.apache.flume=DEBUG\na=b\nc=d\ne=f\n", Options{}, "", ""},
		{"XML", "<?xml version=\"1.0\"?>\n<keytable minimalserial=\"38000\">\n</keytable>\n", Options{}, "", ""},
		{"binary", "\x7fELF\x02\x01\x00\x00\xff\xfe\x00" + strings.Repeat("\x00\x01\n", 500), Options{}, "", ""},
		{"one huge line", strings.Repeat("{\"a\": [1, 2, \"Error: x\"]} ", 3000), Options{}, "", ""},
		{"brackets", strings.Repeat("[ ", 30000), Options{}, "", ""},
		{"a trace alone", trace, Options{}, "flume", "by content"},
		{"start details", lines("Info: Sourcing environment configuration script /opt/f/conf/flume-env.sh", "+ '[' -n '' ']'", "+ exec /opt/java -Xmx4G", "/opt/f/bin/flume-ng: line 9: /opt/java: No such file or directory"), Options{}, "flume-start", "by content: 4 of the first 4 lines"},
		{"a header alone", `<logheader platform="Linux" tz="UTC" />` + "\n", Options{}, "avtar", "by content"},
		{"CRLF", strings.ReplaceAll(lines(gsanRecord, gsanRecord), "\n", "\r\n"), Options{}, "gsan", "by content: 2 of the first 2 lines"},
		{"more of one than of the other", lines(avtarNext, gsanRecord, gsanRecord), Options{Name: "avtar.log"}, "gsan", "by content"},
		{"as much of both: the name decides", lines(avtarNext, gsanRecord), Options{Name: "gsan.log.001"}, "gsan", "by content"},
		{"as much of both: the other name", lines(avtarNext, gsanRecord), Options{Name: "avtar.log"}, "avtar", "by content"},
		{"forced", lines(avtarNext, gsanRecord), Options{Force: "luna"}, "luna", "forced"},
		{"forced to what is not known", lines(gsanRecord), Options{Force: "nothing"}, "gsan", "by content"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := set.Detect([]byte(tt.text), tt.o)
			got := ""
			if r.Format != nil {
				got = r.Format.Name
			}
			if got != tt.want || !strings.HasPrefix(r.Why, tt.why) {
				t.Errorf("got %q %q, want %q %q", got, r.Why, tt.want, tt.why)
			}
			if r.salvage {
				t.Error("salvaged")
			}
		})
	}
}

func TestForcedFormatReadsNothingElse(t *testing.T) {
	got, _, _ := readAll(builtin(t), lines(avtarNext, gsanRecord), Options{Force: "gsan"})
	compare(t, got, []string{"plain ¦ " + avtarNext, "gsan ¦ 2023-05-04T01:15:23.0488Z ¦ info ¦ code=1203 ¦ message=connection::accept ¦ thread=srvm-1#srv:4 ¦ node=0.0"})
}

func TestNoFormats(t *testing.T) {
	set, _ := Compile(nil)
	got, tally, r := readAll(set, lines("a", "", "b"), Options{})
	compare(t, got, []string{"plain ¦ a", "plain ¦ b"})
	if r.Format != nil || tally.Plain != 2 || tally.Lines != 3 {
		t.Errorf("%+v %+v", r.Format, tally)
	}
}

func TestMatchName(t *testing.T) {
	for _, tt := range []struct {
		glob, name string
		want       bool
	}{
		{"*avtar*.log*", "b.tgz!/n3.zip!/x-avtar.log.2.gz", true},
		{"*/conf/*.crt", "a/flume/conf/x.crt", true},
		{"*/conf/*.crt", "conf/x.crt", true},
		{"conf/*.crt", "x.crt", false},
		{"messages*", "b.tgz!/Messages.1", true},
		{"messages*", "messages/x", false},
	} {
		if got := MatchName(tt.glob, tt.name); got != tt.want {
			t.Errorf("%s on %s: %v", tt.glob, tt.name, got)
		}
	}
}

// TestSame holds readings that are taken for the same to reading all lines alike, and others apart.
func TestSame(t *testing.T) {
	set := builtin(t)
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	tokyo := time.FixedZone("JST", 9*3600)
	luna, flume := generated(t, samples.Luna, HeadSize), generated(t, samples.Flume, HeadSize)
	pasted := strings.ReplaceAll("> "+strings.TrimSuffix(string(luna), "\n"), "\n", "\n> ") + "\n"
	base := set.Detect(luna, Options{Name: "lunalogs", ModTime: at, Written: true})
	for _, tt := range []struct {
		name string
		text string
		o    Options
		want bool
	}{
		{"another log of the same kind", string(luna[len(luna)/2:]), Options{Name: "b.txt", ModTime: at, Written: true}, true},
		{"another format", string(flume), Options{Name: "lunalogs", ModTime: at, Written: true}, false},
		{"stamps without a year lie elsewhere", string(luna), Options{Name: "lunalogs", ModTime: at.AddDate(1, 0, 0), Written: true}, false},
		{"another zone", string(luna), Options{Name: "lunalogs", Zone: tokyo, ModTime: at, Written: true}, false},
		{"quoted", pasted, Options{Name: "lunalogs", ModTime: at, Written: true}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := set.Detect([]byte(tt.text), tt.o)
			if got := base.Same(r); got != tt.want || r.Same(base) != got || !r.Same(r) && r.quote == nil {
				t.Errorf("%v, and the other way round %v", got, r.Same(base))
			}
		})
	}
}

// TestSourcesTakeTurns scans more sources in turn than are remembered by themselves: with room for all of them their lines are met again, and there are never more than that.
func TestSourcesTakeTurns(t *testing.T) {
	set := builtin(t)
	text := generated(t, samples.Luna, 64<<10)
	const sources = 3 * maxSources
	var readings []*Reading
	for i := range sources {
		readings = append(readings, set.Detect(text, Options{Name: "lunalogs", ModTime: time.Date(2000+i, 1, 1, 0, 0, 0, 0, time.UTC)}))
	}
	for _, room := range []int{0, sources / 2, sources} {
		sc := NewScanner()
		sc.Twins, sc.Sources = all{&described{set: set, kinds: map[string]int32{}, count: map[string]int{}}}, room
		familiar := 0
		for range 2 {
			familiar = 0
			for _, r := range readings {
				if sc.Familiar(r) {
					familiar++
				}
				sc.Scan(r, set, Chunk{Data: text, Line: 1}, &Tally{}, func(*logdoc.Event) {})
			}
		}
		most := cmp.Or(room, maxSources)
		if len(sc.memories) > most || familiar > most {
			t.Errorf("room for %d: %d are remembered, %d were familiar", most, len(sc.memories), familiar)
		}
		if room == sources && familiar < sources {
			t.Errorf("room for all: %d of %d were familiar", familiar, sources)
		}
	}
}

// TestSourcesThatEndedAreForgotten scans one source after the other: what is remembered of those that have ended makes room.
func TestSourcesThatEndedAreForgotten(t *testing.T) {
	set := builtin(t)
	text := generated(t, samples.Luna, 64<<10)
	sc := NewScanner()
	for range 3 {
		r := set.Detect(text, Options{Name: "lunalogs"})
		sc.Scan(r, set, Chunk{Data: text, Line: 1}, &Tally{}, func(*logdoc.Event) {})
		if len(sc.memories) != 1 {
			t.Errorf("%d sources are remembered, of one that is read", len(sc.memories))
		}
		r.End()
	}
}

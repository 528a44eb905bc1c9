//go:build linux

package store

import (
	"bytes"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"logdoc"
)

var update = flag.Bool("update", false, "write the fixture of the newest form, if there is none")

// closedStore makes a store with a case, and returns its file.
func closedStore(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(path, Options{Now: march})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.SaveCase(t.Context(), someCase("night"))
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPrivate makes a store under several umasks: it and all that SQLite keeps beside it are the owner's alone.
func TestPrivate(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o377} {
		t.Run(fmt.Sprintf("%04o", mask), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new")
			before := unix.Umask(mask & 0o077)
			defer unix.Umask(before)
			if mask == 0o377 {
				if err := os.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				unix.Umask(mask)
			}
			s, err := Open(filepath.Join(dir, "store.db"), Options{Now: march})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.SaveCase(t.Context(), someCase("")); err != nil {
				t.Fatal(err)
			}
			files, err := os.ReadDir(dir)
			if err != nil || len(files) < 3 {
				t.Fatal(files, err)
			}
			for _, f := range files {
				if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%v %v", info.Mode(), f.Name())
				}
			}
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("%v %v", info, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestNoStoreIsMadeForReading(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "store.db"), Options{Now: march, ReadOnly: true}); !errors.Is(err, ErrNone) {
		t.Errorf("error %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%v %v", files, err)
	}
}

// TestDamaged damages a store in several ways: for reading it is refused; for writing it is set aside as it is, and a new one begun.
func TestDamaged(t *testing.T) {
	good := readFile(t, closedStore(t))
	scrambled := bytes.Clone(good)
	for i := 4096; i < len(scrambled); i++ {
		scrambled[i] = byte(i * 7)
	}
	for name, text := range map[string][]byte{"no database": []byte("this is no database"), "cut in the header": good[:50], "a page is left": good[:4096], "scrambled": scrambled} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			writeFile(t, path, text)
			// Whoever looks at a page that is damaged says so, not before.
			if s, err := Open(path, Options{Now: march, ReadOnly: true}); err == nil {
				problems, err := s.Check(t.Context())
				if !errors.Is(err, ErrDamaged) && len(problems) == 0 {
					t.Errorf("nobody finds the damage: %v", err)
				}
				s.Close()
			} else if !errors.Is(err, ErrDamaged) {
				t.Errorf("for reading: %v", err)
			}
			if kept := readFile(t, path); !bytes.Equal(kept, text) {
				t.Error("reading has changed the file")
			}
			writeFile(t, path+"-wal", []byte("torn")) // as if it had not been closed
			s := openAt(t, path, Options{Check: true})
			notices := s.Notices()
			aside := path + ".damaged-20260301-120000"
			if len(notices) != 1 || !strings.Contains(notices[0], "it was set aside as "+aside) {
				t.Fatalf("notices %q", notices)
			}
			if kept := readFile(t, aside); !bytes.Equal(kept, text) {
				t.Error("it was not set aside as it was")
			}
			if _, err := s.SaveCase(t.Context(), someCase("")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSetAsideNeverWritesOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	for i := range 3 {
		writeFile(t, path, fmt.Appendf(nil, "damage %d", i))
		openAt(t, path, Options{})
	}
	for i, name := range []string{".damaged-20260301-120000", ".damaged-20260301-120000-2", ".damaged-20260301-120000-3"} {
		if got := string(readFile(t, path+name)); got != fmt.Sprintf("damage %d", i) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestNotOurs leaves files of other programs and of newer logdocs alone.
func TestNotOurs(t *testing.T) {
	good := readFile(t, closedStore(t))
	newer, other := bytes.Clone(good), bytes.Clone(good)
	newer[63], other[71] = 99, 0
	unsigned := filepath.Join(t.TempDir(), "unsigned.db")
	db, err := connect(unsigned, "rwc", "CREATE TABLE IF NOT EXISTS mine(a)")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		text []byte
		want error
	}{"newer": {newer, ErrNewer}, "other": {other, ErrForeign}, "unsigned": {readFile(t, unsigned), ErrForeign}} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			writeFile(t, path, tt.text)
			if _, err := Open(path, Options{Now: march}); !errors.Is(err, tt.want) {
				t.Errorf("for writing: %v", err)
			}
			if name != "unsigned" {
				if _, err := Open(path, Options{Now: march, ReadOnly: true}); !errors.Is(err, tt.want) {
					t.Errorf("for reading: %v", err)
				}
				if !bytes.Equal(readFile(t, path), tt.text) {
					t.Error("the file has changed")
				}
			}
			if files, err := filepath.Glob(path + ".damaged*"); err != nil || len(files) > 0 {
				t.Errorf("it was set aside: %v %v", files, err)
			}
		})
	}
}

func TestNetworkFileSystem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	o := Options{Now: march, network: func(dir string) string {
		if dir != filepath.Dir(path) {
			t.Errorf("asked about %s", dir)
		}
		return "NFS"
	}}
	if _, err := Open(path, o); !errors.Is(err, ErrNetwork) || !strings.Contains(err.Error(), "NFS") || !strings.Contains(err.Error(), "--force") {
		t.Errorf("error %v", err)
	}
	o.Force = true
	openAt(t, path, o)
	if kind := networkFileSystem(filepath.Join(t.TempDir(), "not", "there", "yet")); kind != "" {
		t.Errorf("the folder of this test is on %s", kind)
	}
}

// TestReadOnlyFolder has a folder that nobody can write to: a mount for who is root, a mode for others.
func TestReadOnlyFolder(t *testing.T) {
	path := closedStore(t)
	dir := filepath.Dir(path)
	readOnlyFolder(t, dir)
	if _, err := Open(path, Options{Now: march}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("for writing: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "other.db"), Options{Now: march}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a new one: %v", err)
	}
	s := openAt(t, path, Options{ReadOnly: true})
	if c, err := s.Case(t.Context(), 1); err != nil || len(c.Diagnosis.Findings) != 2 {
		t.Errorf("%v %v", c, err)
	}
	if _, err := s.SaveCase(t.Context(), someCase("")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("writing to one that is open for reading: %v", err)
	}
}

func readOnlyFolder(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(dir, 0o700) })
		return
	}
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		t.Skipf("root writes everywhere, and cannot mount here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
		t.Skipf("root writes everywhere, and cannot mount here: %v", err)
	}
}

// TestFull fills a store up: what does not fit is not kept, in no part, and it goes on when there is room.
func TestFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openAt(t, path, Options{MaxPages: 100})
	l := openLive(t, s, "a", someRules())
	kept := 0
	fill := func() error {
		for range 1000 {
			b := Batch{Matches: someMatches(100), Positions: []logdoc.Position{somePosition(5, "/a", int64(kept+1))}, Turns: []logdoc.Turn{{Finding: someFinding("acme/rotor", "")}}}
			if err := l.Commit(t.Context(), b); err != nil {
				return err
			}
			kept++
		}
		return nil
	}
	if err := fill(); !errors.Is(err, ErrFull) {
		t.Fatalf("after %d batches: %v", kept, err)
	}
	whole := func() {
		t.Helper()
		positions, err := l.Positions(t.Context())
		if n := len(allMatches(t, l)); err != nil || n != kept*100 || len(positions) != 1 || positions[0].Offset != int64(kept) {
			t.Errorf("%d matches and position %v of %d batches, %v", n, positions, kept, err)
		}
		if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("%q %v", problems, err)
		}
	}
	whole()
	before := kept
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA max_page_count = 200"); err != nil {
		t.Fatal(err)
	}
	if err := fill(); !errors.Is(err, ErrFull) || kept == before {
		t.Errorf("with more room: %d batches instead of %d, %v", kept, before, err)
	}
	whole()
	// Old matches make room.
	if n, err := l.Prune(t.Context(), 0, 100); err != nil || n != kept*100-100 {
		t.Errorf("%d %v", n, err)
	}
	if err := l.Commit(t.Context(), Batch{Matches: someMatches(100)}); err != nil {
		t.Error(err)
	}
}

// TestFullDisk is TestFull on a real disk, a small one, for who may mount it.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	s := openAt(t, filepath.Join(dir, "store.db"), Options{})
	l := openLive(t, s, "a", someRules())
	ballast := filepath.Join(dir, "ballast")
	writeFile(t, ballast, make([]byte, 1<<20))
	kept := 0
	var err error
	for err == nil {
		if err = l.Commit(t.Context(), Batch{Matches: someMatches(100), Positions: []logdoc.Position{somePosition(5, "/a", int64(kept+1))}}); err == nil {
			kept++
		}
	}
	if !errors.Is(err, ErrFull) {
		t.Fatalf("after %d batches: %v", kept, err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context(), Batch{Matches: someMatches(100), Positions: []logdoc.Position{somePosition(5, "/a", int64(kept+1))}}); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if n := len(allMatches(t, l)); n != (kept+1)*100 {
		t.Errorf("%d matches of %d batches", n, kept+1)
	}
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("%q %v", problems, err)
	}
}

// TestNothingStays removes cases: none of their text is in any file then.
func TestNothingStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openAt(t, path, Options{})
	const secret = "password=Tr0ub4dor"
	c := someCase("")
	for range 50 {
		f := someFinding("acme/rotor", secret)
		f.Evidence[0].Text = logdoc.LogText(strings.Repeat(secret, 100))
		c.Diagnosis.Findings = append(c.Diagnosis.Findings, f)
	}
	c.Notes = []Note{{Text: secret}}
	gone, err := s.SaveCase(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveCase(t.Context(), someCase("stays")); err != nil {
		t.Fatal(err)
	}
	l := openLive(t, s, "tail", someRules())
	matches := someMatches(500)
	for i := range matches {
		matches[i].Text = logdoc.LogText(strings.Repeat(secret, i%30))
	}
	if err := l.Commit(t.Context(), Batch{Matches: matches}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	found := func() (n int) {
		for _, name := range []string{path, path + "-wal"} {
			if text, err := os.ReadFile(name); err == nil {
				n += bytes.Count(text, []byte(secret))
			} else if !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		return n
	}
	if found() == 0 {
		t.Fatal("the test looks in the wrong place")
	}
	before := size(path) + size(path+"-wal")
	if err := s.Remove(t.Context(), gone, l.Case().ID); err != nil {
		t.Fatal(err)
	}
	if n := found(); n > 0 {
		t.Errorf("the text is there %d times", n)
	}
	if after := size(path); after >= before/2 {
		t.Errorf("%d bytes of %d are left", after, before)
	}
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("%q %v", problems, err)
	}
	if err := s.Remove(t.Context(), gone); !errors.Is(err, ErrNoCase) {
		t.Errorf("again: %v", err)
	}
	if files, err := filepath.Glob(path + ".case-*"); err != nil || len(files) > 0 {
		t.Errorf("locks are left: %v", files)
	}
}

func TestPrune(t *testing.T) {
	for _, tt := range []struct {
		name string
		keep Keep
		want []int64
	}{
		{"everything", Keep{}, nil},
		{"by age", Keep{For: 36 * time.Hour}, []int64{1, 2}},
		{"by age, work too", Keep{For: 36 * time.Hour, Worked: true}, []int64{1, 2, 3}},
		{"by number", Keep{Cases: 4}, []int64{1}},
		{"by number, more than may go", Keep{Cases: 1}, []int64{1, 2, 4}},
		{"by size", Keep{Bytes: 1}, []int64{1, 2, 4}},
		{"by size that is enough", Keep{Bytes: 1 << 30}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &clock{now: march()}
			s := openAt(t, filepath.Join(t.TempDir(), "store.db"), Options{Now: c.Now})
			for i := range 4 {
				k := Case{CaseInfo: CaseInfo{Kind: Reported, Paths: []string{"/x"}, Created: march().Add(-48 * time.Hour)}, Diagnosis: logdoc.Diagnosis{Findings: someDiagnosis().Findings}}
				if i == 2 {
					k.Notes = []Note{{Text: "this one matters"}}
				}
				if i == 3 {
					k.Changed = march()
				}
				if _, err := s.SaveCase(t.Context(), k); err != nil {
					t.Fatal(err)
				}
			}
			c.now = c.now.Add(-100 * time.Hour)
			openLive(t, s, "followed", nil)
			c.now = march()
			for _, dry := range []bool{true, false} {
				removed, err := s.Prune(t.Context(), tt.keep, dry)
				if err != nil {
					t.Fatal(err)
				}
				var ids []int64
				for _, r := range removed {
					ids = append(ids, r.ID)
				}
				slices.Sort(ids)
				if diff := cmp.Diff(tt.want, ids); diff != "" {
					t.Errorf("dry %t: %s", dry, diff)
				}
			}
			left, err := s.List(t.Context(), Filter{})
			if err != nil || len(left) != 5-len(tt.want) {
				t.Errorf("%d are left, %v", len(left), err)
			}
		})
	}
}

// TestForms opens a store of every form that there ever was.
func TestForms(t *testing.T) {
	want := someCase("night")
	want.ID, want.Created, want.Changed, want.Capture, want.Findings, want.Title, want.Worst = 1, march(), march(), march(), 5, "The title of acme/rotor", logdoc.Error
	newest := filepath.Join("testdata", fmt.Sprintf("form-%d.db", len(steps)))
	if _, err := os.Stat(newest); *update && err != nil {
		path := closedStore(t)
		s := openAt(t, path, Options{})
		l := openLive(t, s, "tail", someRules())
		if err := l.Commit(t.Context(), Batch{Matches: someMatches(3), Positions: []logdoc.Position{somePosition(5, "/a", 300)}}); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.MkdirAll("testdata", 0o755), l.Close(), s.copyTo(t.Context(), newest)); err != nil {
			t.Fatal(err)
		}
	}
	for form := 1; form <= len(steps); form++ {
		t.Run(fmt.Sprint(form), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			writeFile(t, path, readFile(t, filepath.Join("testdata", fmt.Sprintf("form-%d.db", form))))
			s := openAt(t, path, Options{})
			got, err := s.Case(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			l := openLive(t, s, "tail", someRules())
			if diff := cmp.Diff(someMatches(3), allMatches(t, l)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Errorf("%q %v", problems, err)
			}
			a, err := s.About(t.Context())
			if err != nil || a.Form != len(steps) || (len(a.Beside) > 0) != (form < len(steps)) {
				t.Errorf("%+v %v", a, err)
			}
		})
	}
}

// TestMigrate brings a store to a form that does not exist yet, as the next logdoc will.
func TestMigrate(t *testing.T) {
	path := closedStore(t)
	s := openAt(t, path, Options{})
	next := append(slices.Clone(steps), "ALTER TABLE cases ADD COLUMN color TEXT NOT NULL DEFAULT 'blue'", "UPDATE cases SET color = 'red'")
	broken := append(slices.Clone(next), "ALTER TABLE cases ADD COLUMN shape TEXT; CREATE TABLE cases (a)")
	if err := s.migrate(t.Context(), broken); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("make form %d", len(broken))) {
		t.Errorf("a broken step: %v", err)
	}
	if v, err := s.version(t.Context()); err != nil || v != len(steps) {
		t.Errorf("after a broken step it is of form %d, %v", v, err)
	}
	if err := s.migrate(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	var color string
	if err := s.writer.QueryRowContext(t.Context(), "SELECT color FROM cases").Scan(&color); err != nil || color != "red" {
		t.Errorf("%q %v", color, err)
	}
	copied := fmt.Sprintf("%s.form-%d", path, len(steps))
	if n := s.Notices(); len(n) == 0 || !strings.Contains(n[len(n)-1], copied) {
		t.Errorf("notices %q", n)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if c, err := openAt(t, copied, Options{ReadOnly: true}).Case(t.Context(), 1); err != nil || c.Name != "night" {
		t.Errorf("the copy: %v %v", c.Name, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{Now: march}); !errors.Is(err, ErrNewer) {
		t.Errorf("this logdoc opens the next one's store: %v", err)
	}
}

// TestSQLiteReads is what somebody sees who looks at the file with the sqlite3 shell: the views say the same in words.
func TestSQLiteReads(t *testing.T) {
	path := closedStore(t)
	db, err := connect(path, "ro", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]string{
		"SELECT id || name || kind || created || findings FROM case_list":                                                  "1nightreport2026-03-01 12:00:005",
		"SELECT severity || certainty || state || first || count || cause FROM finding_list WHERE symptom = 'acme/heat'":   "errorlikelycleared2026-03-01 11:00:0012acme/rotor",
		"SELECT step || state || answer FROM step_list WHERE symptom = 'acme/rotor'":                                       "turndoneno",
		"SELECT count(*) FROM match_list":                                                                                  "0",
		"SELECT CAST(application_id AS TEXT) || (SELECT user_version FROM pragma_user_version) FROM pragma_application_id": fmt.Sprintf("%d%d", applicationID, len(steps)),
		"SELECT journal_mode || (SELECT auto_vacuum FROM pragma_auto_vacuum) FROM pragma_journal_mode":                     "wal2",
	} {
		var got sql.NullString
		if err := db.QueryRow(query).Scan(&got); err != nil || got.String != want {
			t.Errorf("%s: %q, want %q, %v", query, got.String, want, err)
		}
	}
}

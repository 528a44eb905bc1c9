package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The screen's promise: how long a key may take until everything that it changes is drawn, and the greatest resident size in MiB.
const (
	keyLimit    = 16 * time.Millisecond
	screenLimit = 128
	// quiet is how long nothing may come after a key before its drawing counts as done.
	quiet = 60 * time.Millisecond
	// reading bounds the time until all is read, settling that until nothing more comes of a key.
	reading  = 5 * time.Minute
	settling = time.Minute
)

// The keys are pressed one after the other, in rounds: through the findings, over the timeline, and through a log once it was opened at the first finding's evidence. Jumps may
// have to read a log first.
var (
	findingKeys  = strings.Fields("j j \x04 k G g tab tab tab tab")
	timelineKeys = strings.Fields("l l + h j k -")
	logKeys      = strings.Fields("j j k d d u j")
	jumpKeys     = strings.Fields("G g e")
)

// terminal is a program on a terminal of its own.
type terminal struct {
	cmd   *exec.Cmd
	keys  *os.File
	drawn chan drawing
}

// drawing is something that the program wrote, and when.
type drawing struct {
	at   time.Time
	text []byte
}

// openTerminal starts a program on a new terminal of that size.
func openTerminal(cmd *exec.Cmd, columns, rows uint16) (*terminal, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	fd := int(master.Fd())
	err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	n, err2 := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err3 := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, errors.Join(fmt.Errorf("make a terminal: %w", err), master.Close())
	}
	slave, err := os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, errors.Join(err, master.Close())
	}
	defer slave.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor")
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("run %s: %w", cmd.Path, err), master.Close())
	}
	t := &terminal{cmd, master, make(chan drawing, 1024)}
	go func() {
		defer close(t.drawn)
		buffer := make([]byte, 64<<10)
		for {
			n, err := master.Read(buffer)
			// The program asks where the cursor is, and whether the ground is dark: a terminal answers.
			if bytes.Contains(buffer[:n], []byte("\x1b[6n")) {
				io.WriteString(master, "\x1b[1;1R")
			}
			if n > 0 {
				t.drawn <- drawing{time.Now(), bytes.Clone(buffer[:n])}
			}
			if err != nil {
				return // the program has ended
			}
		}
	}()
	return t, nil
}

var control = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// waitFor waits until a text is drawn.
func (t *terminal) waitFor(text string, most time.Duration) error {
	late := time.After(most)
	var seen []byte
	for {
		select {
		case d, ok := <-t.drawn:
			if !ok {
				return fmt.Errorf("the screen ended before it showed %q", text)
			}
			seen = append(seen, d.text...)
			if strings.Contains(string(control.ReplaceAll(seen, nil)), text) {
				return nil
			}
			seen = seen[max(0, len(seen)-64<<10):]
		case <-late:
			return fmt.Errorf("the screen did not show %q", text)
		}
	}
}

// press presses a key and returns how long it took until the last of what it changed was drawn, 0 when it changed nothing.
func (t *terminal) press(key string) (time.Duration, error) {
	switch key {
	case "tab":
		key = "\t"
	case "enter":
		key = "\r"
	}
	began := time.Now()
	if _, err := io.WriteString(t.keys, key); err != nil {
		return 0, err
	}
	var took time.Duration
	for {
		select {
		case d, ok := <-t.drawn:
			if !ok {
				return 0, fmt.Errorf("the screen ended with the key %q", key)
			}
			if took = d.at.Sub(began); took > settling {
				return 0, fmt.Errorf("the screen did not come to rest after the key %q", key)
			}
		case <-time.After(quiet):
			return took, nil
		}
	}
}

// close leaves the screen and returns the greatest resident size in MiB.
func (t *terminal) close() (float64, error) {
	_, err := io.WriteString(t.keys, "\x03")
	for range t.drawn {
		// The program draws until it ends.
	}
	err = errors.Join(err, t.cmd.Wait(), t.keys.Close())
	return float64(peakMemory(t.cmd.ProcessState)) / 1024, err
}

// measureScreen opens the logs and the crowd on a screen of 200 columns, presses keys, and prints how long they took.
func measureScreen(out io.Writer, c config, in inputs) error {
	args := append([]string{"open", "--color", "always", "--background", "dark", "--pack", in.crowd.pack, in.crowd.log}, in.logs...)
	t, err := openTerminal(exec.Command(c.logdoc, args...), 200, 60)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := t.waitFor("Findings", time.Minute); err != nil {
		return errors.Join(err, t.cmd.Process.Kill())
	}
	first := time.Since(began)
	if err := t.waitFor(" findings", reading); err != nil {
		return errors.Join(err, t.cmd.Process.Kill())
	}
	all := time.Since(began)
	var took, jumps []time.Duration
	press := func(to *[]time.Duration, keys ...string) {
		for _, key := range keys {
			if err != nil {
				return
			}
			var d time.Duration
			d, err = t.press(key)
			if d > 0 && to != nil {
				*to = append(*to, d)
			}
		}
	}
	for range c.runs * 4 {
		press(&took, findingKeys...)
		press(nil, "4")
		press(&took, timelineKeys...)
		press(nil, "1", "g", "enter", "enter") // into the log of the first evidence
		press(&took, logKeys...)
		press(&jumps, jumpKeys...)
		press(nil, "q", "q")
	}
	if err != nil {
		return errors.Join(err, t.cmd.Process.Kill())
	}
	peak, err := t.close()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\na screen of 200 columns, %d findings, the same logs: drawn after %s, all read after %.2fs, peak MiB %.1f of %s\n", crowdFaults*crowdUnits, ms(first), all.Seconds(),
		peak, bounded("%.0f", screenLimit, peak))
	most := rank(took, 99)
	fmt.Fprintf(out, "%d keys until all is drawn: median %s, 99 of 100 in %s of %s, slowest %s\n", len(took), ms(rank(took, 50)), ms(most),
		bounded("%.0f ms", float64(keyLimit.Milliseconds()), float64(most.Microseconds())/1000), ms(rank(took, 100)))
	fmt.Fprintf(out, "%d jumps to the end, the start and the next error of a log: median %s, slowest %s\n", len(jumps), ms(rank(jumps, 50)), ms(rank(jumps, 100)))
	return nil
}

// rank returns the time that so many of a hundred are not above.
func rank(took []time.Duration, of int) time.Duration {
	slices.Sort(took)
	if len(took) == 0 {
		return 0
	}
	return took[(len(took)-1)*of/100]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

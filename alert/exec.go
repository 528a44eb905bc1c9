package alert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Command starts a program for each alarm, with the alarm's JSON on its standard input. Nothing of an alarm gets into its arguments or its environment.
type Command struct {
	// Args is the program and its arguments, as they are given to the system: no shell takes part.
	Args []string
	// Shell is a line for the system's shell, in place of Args: exactly what the user wrote.
	Shell string
	// Env is the whole environment of the program.
	Env []string
	// Timeout is how long it may take, 0 is 10 s; then it is ended with all that it has started.
	Timeout time.Duration
}

// maxOutput is how much of what a program says is kept for the message about its failure.
const maxOutput = 2 << 10

// Name is what is started.
func (c *Command) Name() string {
	if c.Shell != "" {
		return "exec " + string(shorten(logdoc.LogText(c.Shell), 60))
	}
	return "exec " + c.Args[0]
}

// Send starts the program and waits for its end.
func (c *Command) Send(ctx context.Context, _ logdoc.Alarm, body []byte) error {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var cmd *exec.Cmd
	if c.Shell != "" {
		cmd = shell(ctx, c.Shell)
	} else {
		cmd = exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	}
	cmd.Env = append([]string{}, c.Env...)
	cmd.Stdin = bytes.NewReader(body)
	said := &tailBuffer{}
	cmd.Stdout, cmd.Stderr = said, said
	ownGroup(cmd)
	// What it has started may hold its output open for ever.
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrWaitDelay):
		return nil
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("it took longer than %v and was ended", timeout)
	case err == nil:
		return nil
	}
	if line := said.lastLine(); line != "" {
		return fmt.Errorf("%w: it said %s", err, sanitize.Line(line))
	}
	return err
}

// tailBuffer keeps the end of what is written.
type tailBuffer struct{ kept []byte }

func (t *tailBuffer) Write(p []byte) (int, error) {
	n := len(p)
	if n > maxOutput {
		p = p[n-maxOutput:]
	}
	if extra := len(t.kept) + len(p) - maxOutput; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	t.kept = append(t.kept, p...)
	return n, nil
}

func (t *tailBuffer) lastLine() string {
	s := strings.TrimSpace(string(t.kept))
	return s[strings.LastIndexByte(s, '\n')+1:]
}

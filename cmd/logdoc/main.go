// Command logdoc reads logs and says what is wrong and what to do next.
//
// This package is the only place where the parts meet, and the only one that reads the wall clock, the environment and the terminal.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/adrg/xdg"
	"github.com/mattn/go-isatty"
)

func main() { os.Exit(program()) }

// errTerminated is why a context has ended that a SIGTERM has ended: a service is to stop.
var errTerminated = errors.New("terminated")

// program runs the command line that the process was given, and returns its exit status.
func program() int {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		why := context.Canceled
		if <-signals == syscall.SIGTERM {
			why = errTerminated
		}
		// A second Ctrl-C ends the program at once: the first one has restored the default.
		signal.Stop(signals)
		stop(why)
	}()
	// A reader that closes the pipe, such as head, must not end the program with a signal: writing then fails, and that ends it quietly.
	signal.Ignore(syscall.SIGPIPE)
	return run(ctx, os.Args[1:], system())
}

// streams is the outside world as a command sees it, so that tests can give another one.
type streams struct {
	in       *os.File
	out, err *os.File
	// outTerminal and errTerminal tell whether a person is watching, inTerminal whether one is typing; width is the terminal's, 0 when there is none.
	inTerminal, outTerminal, errTerminal bool
	// noColor is true where the user wants no colours, dumb where the terminal can but write lines.
	noColor, dumb         bool
	width                 func() int
	now                   func() time.Time
	configHome, stateHome string
	// loaded is called once the packs are loaded, with how much the heap may grow from then on; nil for nobody.
	loaded func(growth)
}

func system() streams {
	return streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inTerminal:  isatty.IsTerminal(os.Stdin.Fd()),
		outTerminal: isatty.IsTerminal(os.Stdout.Fd()),
		errTerminal: isatty.IsTerminal(os.Stderr.Fd()),
		noColor:     os.Getenv("NO_COLOR") != "" || os.Getenv("LOGDOC_NO_COLOR") != "" || os.Getenv("TERM") == "dumb",
		dumb:        os.Getenv("TERM") == "dumb",
		width:       func() int { return terminalWidth(os.Stdout) },
		now:         time.Now,
		configHome:  configHome(),
		stateHome:   filepath.Join(xdg.StateHome, "logdoc"),
		loaded:      collectLate(os.Getenv("GOGC") != ""),
	}
}

// Command generate writes the sample bundles, or large plain logs for benchmarks.
//
//	go run ./samples/generate -out DIR                             the four bundles
//	go run ./samples/generate -kind avtar -size 64MiB -out FILE    one log
//	go run ./samples/generate -logs DIR -size 256MiB               a log of each kind, a quarter of the size each
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"logdoc/samples"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("generate", flag.ExitOnError)
	out := flags.String("out", "", "write the bundles into this `directory`, or with -kind the log into this file")
	kind := flags.String("kind", "", "write one log of this `kind`: avtar, gsan, luna or flume")
	logs := flags.String("logs", "", "write a log of each kind into this `directory`")
	size := bytes(64 << 20)
	flags.Var(&size, "size", "`size` of the log, or of all logs together, such as 64MiB")
	seed := flags.Int64("seed", 1, "another seed gives another log")
	every := flags.Int("every", 5000, "one line in so many tells of trouble; 0 for none")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q: every setting is a flag", flags.Arg(0))
	case *logs != "":
		if err := os.MkdirAll(*logs, 0o755); err != nil {
			return err
		}
		return samples.WriteLogs(*logs, int64(size), *seed, *every)
	case *out == "":
		return errors.New("say where to write: -out or -logs")
	case *kind != "":
		k, err := samples.ParseKind(*kind)
		if err != nil {
			return err
		}
		return samples.WriteLogFile(*out, k, int64(size), *seed, *every)
	default:
		if err := os.MkdirAll(*out, 0o755); err != nil {
			return err
		}
		return samples.WriteBundles(*out)
	}
}

// bytes is a flag that takes a number of bytes, alone or with KiB, MiB or GiB.
type bytes int64

// String returns the number in the largest unit that divides it.
func (b *bytes) String() string {
	for _, unit := range units {
		if *b != 0 && *b%unit.size == 0 {
			return strconv.FormatInt(int64(*b/unit.size), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Set reads the number.
func (b *bytes) Set(text string) error {
	size := bytes(1)
	for _, unit := range units {
		if number, ok := strings.CutSuffix(text, unit.name); ok {
			text, size = number, unit.size
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/int64(size) {
		return errors.New("want a number of bytes, or of KiB, MiB or GiB: 64MiB")
	}
	*b = bytes(n) * size
	return nil
}

var units = []struct {
	name string
	size bytes
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

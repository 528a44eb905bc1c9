//go:build !linux

package main

import (
	"fmt"
	"io"
)

func measureScreen(out io.Writer, _ config, _ inputs) error {
	fmt.Fprintln(out, "\nscreen: not measured: this needs Linux's terminals")
	return nil
}

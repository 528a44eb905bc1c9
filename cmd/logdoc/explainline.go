package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"logdoc/internal/diagnose"
	"logdoc/report"
)

// explainLine prints how a text is read and what the packs know of it.
func explainLine(ctx context.Context, s streams, f explainFlags, args []string) error {
	if len(args) > 0 {
		return usageError("--line explains a text and not a symptom: put the text in quotes, or leave out %q", args[0])
	}
	if f.as != "text" {
		return usageError("--line is printed as text only")
	}
	p, broken, err := loadToExplain(s, f)
	if err != nil {
		return err
	}
	if _, ok := p.Grammar.Format(f.format); f.format != "" && !ok {
		return usageError("unknown format %q%s", f.format, suggestion(f.format, p.Grammar.Names()))
	}
	text := f.line
	cut := false
	if text == "-" {
		if text, cut, err = readText(interruptible(ctx, s.in), diagnose.MaxAccountText); err != nil {
			return &statusError{exitInternal, fmt.Errorf("read standard input: %w", err)}
		}
	}
	if strings.TrimSpace(text) == "" {
		return usageError("there is no text to explain")
	}
	if len(text) > diagnose.MaxAccountText {
		text, cut = text[:diagnose.MaxAccountText], true
	}
	accounts, leftOut := p.Account([]byte(text), f.format, s.now())
	err = writeExplained(s, f, func(w io.Writer, o report.TextOptions) error { return report.Accounts(w, accounts, o) })
	switch {
	case err != nil:
		return err
	case leftOut > 0:
		return &statusError{exitIncomplete, fmt.Errorf("%s left out: give fewer lines", furtherRecords(leftOut))}
	case cut:
		return &statusError{exitIncomplete, fmt.Errorf("only the first %d KiB were looked at: give fewer lines", diagnose.MaxAccountText>>10)}
	case broken:
		return &statusError{exitUsage, nil}
	}
	return nil
}

func furtherRecords(n int) string {
	if n == 1 {
		return "1 more record was"
	}
	return fmt.Sprintf("%d more records were", n)
}

// readText reads at most n bytes, and tells whether there are more.
func readText(r io.Reader, n int) (string, bool, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(n)+1))
	if len(b) > n {
		return string(b[:n]), true, err
	}
	return string(b), false, err
}

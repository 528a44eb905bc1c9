package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"slices"

	"logdoc/grammar"
	"logdoc/internal/diagnose"
	"logdoc/report"
	"logdoc/source"
)

// whyFlags are the options of logdoc explain --why as the user wrote them.
type whyFlags struct {
	as, output, color string
	packs             []string
	zone              string
	verbose           bool
	limits            limitFlags
}

// explainWhy diagnoses the paths and prints why the symptom was found there or was not.
func explainWhy(ctx context.Context, s streams, f whyFlags, symptom string, paths []string) error {
	if len(paths) == 0 {
		return usageError("say where to look: logdoc explain --why %s PATH..., where - is standard input", symptom)
	}
	if !slices.Contains([]string{"text", "json"}, f.as) {
		return usageError("unknown output %q: use text or json", f.as)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return usageError("unknown --color %q: use auto, always or never", f.color)
	}
	packs, err := diagnose.Load(packPaths(s, f.packs), diagnose.Selection{})
	if err != nil {
		return &statusError{exitUsage, err}
	}
	broken := tellBroken(s, packs, f.packs)
	if names := packs.Rules.SymptomNames(); !slices.Contains(names, symptom) {
		if slices.Contains(packs.Rules.ArticleNames(), symptom) {
			return usageError("%q is no symptom but says which records are normal: see logdoc explain %s", symptom, symptom)
		}
		advice := suggestion(symptom, names)
		if advice == "" {
			advice = ": see logdoc list symptoms"
		}
		return usageError("no symptom is called %q%s", symptom, advice)
	}
	o := diagnose.Options{Paths: paths, Files: source.Disk{}, Stdin: interruptible(ctx, s.in), Now: s.now(), Limits: f.limits.limits()}
	if f.zone != "" {
		if o.Zone, err = grammar.ParseZone(f.zone); err != nil {
			return usageError("--tz: %w", err)
		}
	}
	meter := newMeter(s, paths)
	o.Progress = meter.add
	stop := meter.start()
	e, d, runErr := diagnose.Why(ctx, packs, o, symptom)
	stop()
	if e == nil {
		return &statusError{exitInternal, runErr}
	}
	write := func(w io.Writer, o report.TextOptions) error {
		b := bufio.NewWriter(w)
		if f.as == "json" {
			err = report.WhyJSON(b, e)
		} else {
			err = report.Why(b, e, o)
		}
		if err != nil {
			return err
		}
		return b.Flush()
	}
	options := report.TextOptions{Color: f.color == "always", Verbose: f.verbose}
	if f.output != "" && f.output != "-" {
		err = writeFile(f.output, func(file *os.File) error { return write(file, options) })
	} else {
		if options.Color = options.Color || f.color == "auto" && s.outTerminal && !s.noColor; s.outTerminal {
			options.Width = s.width()
		}
		if err = write(s.out, options); err != nil {
			err = writeError("standard output", err)
		}
	}
	if err != nil {
		return &statusError{exitInternal, err}
	}
	tellLeftOut(s.err, d)
	return runStatus(d, runErr, broken)
}

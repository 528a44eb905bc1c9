package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/store"
)

// saveFlags say whether a diagnosis becomes a case.
type saveFlags struct {
	save bool
	name string
	storeFlags
}

func addSaveFlags(fl *pflag.FlagSet, f *saveFlags) {
	fl.BoolVar(&f.save, "save", false, "keep the diagnosis as a case (see logdoc cases)")
	fl.StringVar(&f.name, "name", "", "keep it under this `name`")
	addStoreFlags(fl, &f.storeFlags)
}

func (f saveFlags) wanted() bool { return f.save || f.name != "" }

// caseOf describes the case that a diagnosis of the paths is.
func caseOf(kind store.Kind, name string, paths []string, d *logdoc.Diagnosis) (store.CaseInfo, error) {
	full, err := fullPaths(paths)
	return store.CaseInfo{Name: name, Kind: kind, Paths: full, Hosts: hostsOf(d), Capture: d.Capture, Version: versionName()}, err
}

// saveCase keeps a diagnosis as a new case, and says on standard error which.
func saveCase(ctx context.Context, s streams, f saveFlags, info store.CaseInfo, d *logdoc.Diagnosis) error {
	kept, err := openStore(s, f.storeFlags, store.Options{})
	if err != nil {
		return err
	}
	id, err := kept.SaveCase(ctx, store.Case{CaseInfo: info, Diagnosis: *d})
	if errors.Is(err, store.ErrName) {
		err = fmt.Errorf("a case called %q is kept already: choose another --name, or remove that one with logdoc case rm", info.Name)
		err = &statusError{exitUsage, err}
	}
	if err = errors.Join(err, kept.Close()); err != nil {
		return storeError(err)
	}
	fmt.Fprintf(s.err, "logdoc: kept as %s\n", caseName(id, info.Name))
	return nil
}

// recall says of each finding where it was seen before. It makes no store.
func recall(ctx context.Context, s streams, f storeFlags, info store.CaseInfo, d *logdoc.Diagnosis) error {
	file := storeFile(s, f)
	if file == "" || len(d.Findings) == 0 {
		return nil
	}
	kept, err := store.Open(file, store.Options{Now: s.now, ReadOnly: true, Force: f.force})
	if errors.Is(err, store.ErrNone) || errors.Is(err, store.ErrNetwork) {
		return nil
	}
	if err == nil {
		err = errors.Join(kept.Recall(ctx, d, info), kept.Close())
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// tellRecalled says that nobody knows what was seen before: a store that cannot be read does not keep anybody from the report.
func tellRecalled(s streams, err error) {
	if err != nil {
		fmt.Fprintf(s.err, "logdoc: nobody knows whether this was seen before: %s\n", sanitize.Line(err.Error()))
	}
}

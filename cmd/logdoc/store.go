package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/store"
)

// storeFlags say which store a command uses.
type storeFlags struct {
	file  string
	force bool
}

func addStoreFlags(fl *pflag.FlagSet, f *storeFlags) {
	fl.StringVar(&f.file, "store", "", "keep cases in this `file` instead of your own store")
	fl.BoolVar(&f.force, "force", false, "use a store on a network file system too")
}

// storeFile is the file that cases are kept in; empty where there is no place for it.
func storeFile(s streams, f storeFlags) string {
	if f.file != "" || s.stateHome == "" {
		return f.file
	}
	return filepath.Join(s.stateHome, "store.db")
}

// openStore opens the store for reading or for writing. ErrNone where it is to be read and there is none.
func openStore(s streams, f storeFlags, o store.Options) (*store.Store, error) {
	file := storeFile(s, f)
	if file == "" {
		return nil, usageError("there is no folder for the store: name a file with --store")
	}
	o.Now, o.Force = s.now, f.force
	kept, err := store.Open(file, o)
	if err != nil {
		return nil, storeError(err)
	}
	for _, n := range kept.Notices() {
		fmt.Fprintf(s.err, "logdoc: %s\n", sanitize.Line(n))
	}
	return kept, nil
}

// readStore opens the store for reading, and says what to do where there is none.
func readStore(s streams, f storeFlags) (*store.Store, error) {
	kept, err := openStore(s, f, store.Options{ReadOnly: true})
	if errors.Is(err, store.ErrNone) {
		return nil, usageError("no case is kept in %s: logdoc report --save keeps one", storeFile(s, f))
	}
	return kept, err
}

// storeError is an error of the store with its exit status.
func storeError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNoCase), errors.Is(err, store.ErrName):
		return &statusError{exitUsage, err}
	case errors.Is(err, store.ErrDamaged):
		err = fmt.Errorf("%w: logdoc doctor says more", err)
	}
	if _, ok := errors.AsType[*statusError](err); ok {
		return err
	}
	return &statusError{exitInternal, err}
}

// fullPaths are the paths of an input as cases are found by them: the same from wherever they are named. Standard input is -.
func fullPaths(paths []string) ([]string, error) {
	full := make([]string, len(paths))
	for i, p := range paths {
		full[i] = p
		if p == "-" {
			continue
		}
		var err error
		if full[i], err = filepath.Abs(p); err != nil {
			return nil, fmt.Errorf("find the folder: %w", err)
		}
	}
	return full, nil
}

// maxHosts bounds the hosts of a case.
const maxHosts = 1000

// hostsOf are the hosts that a diagnosis speaks of: the nodes by the names that their records give them, and where findings and normal records name one.
func hostsOf(d *logdoc.Diagnosis) []logdoc.LogText {
	var hosts []logdoc.LogText
	add := func(h logdoc.LogText) {
		if h != "" && len(hosts) < maxHosts && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	for _, n := range d.Nodes.List {
		if !n.Guessed {
			add(n.Name)
		}
	}
	for _, c := range d.Clean {
		add(c.Key)
	}
	var visit func(findings []logdoc.Finding)
	visit = func(findings []logdoc.Finding) {
		for i := range findings {
			for _, v := range findings[i].Values {
				if v.Name == "host" {
					add(v.Text)
					for _, other := range v.All {
						add(other)
					}
				}
			}
			visit(findings[i].Consequences)
		}
	}
	visit(d.Findings)
	slices.Sort(hosts)
	return hosts
}

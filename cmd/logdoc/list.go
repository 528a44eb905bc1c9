package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/diagnose"
)

func newList(s streams) *cobra.Command {
	var packs []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:       "list symptoms|formats",
		Short:     "List the symptoms or the formats that logdoc knows",
		ValidArgs: []string{"symptoms", "formats"},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(cmd.ValidArgs, args[0]) {
				return nil
			}
			return usageError("say what to list: logdoc list symptoms, or logdoc list formats")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := diagnose.Load(packPaths(s, packs), diagnose.Selection{})
			if err != nil {
				return &statusError{exitUsage, err}
			}
			broken := tellBroken(s, p, packs)
			rows := symptomRows(p)
			if args[0] == "formats" {
				rows = formatRows(p)
			}
			if asJSON {
				enc := json.NewEncoder(s.out)
				enc.SetIndent("", "  ")
				if err := enc.Encode(rows); err != nil || !broken {
					return err
				}
				return &statusError{exitUsage, nil}
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			product := ""
			for _, r := range rows {
				if r.Product != product {
					if product != "" {
						fmt.Fprintln(w)
					}
					product = r.Product
					fmt.Fprintln(w, product)
				}
				columns := []string{"  " + r.Name}
				if r.Severity != "" {
					columns = append(columns, r.Severity)
				}
				if r.Was != "" {
					columns[1] += " (was " + r.Was + ")"
				}
				fmt.Fprintln(w, strings.Join(append(columns, r.Title), "\t"))
			}
			if err := w.Flush(); err != nil || !broken {
				return err
			}
			return &statusError{exitUsage, nil}
		},
	}
	cmd.Flags().StringArrayVar(&packs, "pack", nil, "add the packs in this `file` or folder")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// row is one line of a listing.
type row struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Product  string `json:"product"`
	Severity string `json:"severity,omitempty"`
	// Was is the severity that the pack gives where an overlay gives another.
	Was     string   `json:"was,omitempty"`
	Pack    string   `json:"pack,omitempty"`
	Collect []string `json:"collect,omitempty"`
}

func symptomRows(p *diagnose.Packs) []row {
	rows := []row{}
	for _, i := range p.Rules.Symptoms() {
		r := row{Name: i.Name, Title: i.Title, Product: i.Product, Severity: i.Severity.String(), Pack: i.Pack}
		if o, ok := p.Overlays.Of(i.Name); ok && o.Was != logdoc.Unrated {
			r.Was = o.Was.String()
		}
		rows = append(rows, r)
	}
	return byProduct(rows)
}

func formatRows(p *diagnose.Packs) []row {
	rows := []row{}
	for _, f := range p.Grammar.Formats() {
		rows = append(rows, row{Name: f.Name, Title: f.Title, Product: f.Product, Collect: f.Collect})
	}
	return byProduct(rows)
}

// byProduct groups rows by product, products in the order in which they first appear, rows in theirs.
func byProduct(rows []row) []row {
	var products []string
	groups := map[string][]row{}
	for _, r := range rows {
		if _, ok := groups[r.Product]; !ok {
			products = append(products, r.Product)
		}
		groups[r.Product] = append(groups[r.Product], r)
	}
	out := rows[:0:0]
	for _, p := range products {
		out = append(out, groups[p]...)
	}
	return out
}

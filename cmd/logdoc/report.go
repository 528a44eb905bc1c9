package main

import "github.com/spf13/cobra"

func newReport(s streams) *cobra.Command { return &cobra.Command{Use: "report"} }

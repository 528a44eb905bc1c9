package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"logdoc/source"
)

// version is set by the linker for a release; otherwise the build's own record counts.
var version = ""

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(s.out, "logdoc %s (%s, %s/%s, gzip by %s)\n", versionName(), runtime.Version(), runtime.GOOS, runtime.GOARCH, source.GzipBy)
			return err
		},
	}
}

// versionName is the version, or what the build says of itself.
func versionName() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
				return "development build of " + setting.Value[:12]
			}
		}
	}
	return "development build"
}

// Package samples writes input to try logdoc on: four small bundles as a support case would bring them, and plain logs of any size for
// benchmarks.
//
// Everything is invented, but has the shape of the real thing: the layouts and the vendors' own wordings are facts, while hosts, addresses,
// numbers and dates are ours. The same call always writes the same bytes: nothing here reads the clock or an unseeded random source.
//
// A log is written as a list of templates. Scenes (the trouble) are spelled out line by line; ordinary traffic around them is drawn from a
// mix, the same one that WriteLog uses. README.md says what each bundle holds and what a right diagnosis of it says.
package samples

import (
	"fmt"
	"os"
	"path/filepath"
)

// The bundles that WriteBundles writes.
const (
	// AvamarBundle is a case of session tickets out of step between GSAN and MCS.
	AvamarBundle = "avamar-case.tgz"
	// GridBundle is a case of data partitions that are too full, with a few clients that have problems of their own.
	GridBundle = "avamar-grid.tgz"
	// LunaBundle is the log directory of a Luna appliance whose NTLS certificate is about to expire.
	LunaBundle = "luna-logs.tgz"
	// FlumeBundle is the log download of an MRS cluster whose Flume server certificate is damaged.
	FlumeBundle = "mrs-flume-logs.zip"
	// GroupBundle is the logs of the four Luna appliances of a high-availability group, of which one is unlike the others.
	GroupBundle = "luna-group.tgz"
)

// WriteBundles writes the bundles into dir, which must exist.
func WriteBundles(dir string) error {
	for _, bundle := range []struct {
		name  string
		build func() ([]byte, error)
	}{
		{AvamarBundle, avamarBundle},
		{GridBundle, gridBundle},
		{LunaBundle, lunaBundle},
		{FlumeBundle, flumeBundle},
		{GroupBundle, groupBundle},
	} {
		data, err := bundle.build()
		if err != nil {
			return fmt.Errorf("build %s: %w", bundle.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, bundle.name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

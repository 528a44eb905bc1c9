package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// crowdFaults and crowdUnits make as many findings as they give multiplied: a rule keeps no more than a thousand keys.
const crowdFaults, crowdUnits = 10, 1000

// crowd is a log with very many findings, and the pack that knows them.
type crowd struct{ log, pack string }

// writeCrowd writes a line of every fault of every unit, a second apart.
func writeCrowd(dir string) (crowd, error) {
	c := crowd{filepath.Join(dir, "crowd.log"), filepath.Join(dir, "crowd.logdoc")}
	var pack, log strings.Builder
	pack.WriteString("format crowd \"Crowd log\" {\n  product \"Crowd\"\n  files \"*crowd*.log*\"\n  line | CROWD {time:2006-01-02 15:04:05} {host} {severity} {message}\n  severity {\n    ERROR = error\n  }\n}\n")
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for fault := range crowdFaults {
		fmt.Fprintf(&pack, "\nsymptom crowd/fault-%d \"A unit has fault %d\" {\n  severity error\n  product \"Crowd\"\n  by host\n  event fault in crowd where message has \"fault %d \"\n  certain when fault\n}\n", fault, fault, fault)
		for unit := range crowdUnits {
			at = at.Add(time.Second)
			fmt.Fprintf(&log, "CROWD %s unit-%04d ERROR fault %d of the pump\n", at.Format(time.DateTime), unit, fault)
		}
	}
	return c, errors.Join(os.WriteFile(c.pack, []byte(pack.String()), 0o644), os.WriteFile(c.log, []byte(log.String()), 0o644))
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// peakFile names, to a command that a test runs, the file for its greatest resident size. What the system tells of a process that has ended counts the memory of
// the one that started it as well.
const peakFile = "LOGDOC_TEST_PEAK"

// tellPeak writes what the system says of this process's size, where a test has asked for it.
func tellPeak() {
	if name := os.Getenv(peakFile); name != "" {
		if status, err := os.ReadFile("/proc/self/status"); err == nil {
			os.WriteFile(name, status, 0o600)
		}
	}
}

// boundPeak lets the test fail when the command, once it has run, took more memory than limit bytes. It is called before the command is run, what it returns
// afterwards.
func boundPeak(t *testing.T, cmd *exec.Cmd, limit int) (check func()) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "peak")
	cmd.Env = append(cmd.Env, peakFile+"="+name)
	return func() {
		t.Helper()
		status, err := os.ReadFile(name)
		if err != nil {
			t.Logf("the system does not tell a process's size: %v", err)
			return
		}
		m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
		if m == nil {
			t.Fatalf("no peak in %s", status)
		}
		if kib, _ := strconv.Atoi(string(m[1])); kib<<10 > limit {
			t.Errorf("%s took %d MiB, want at most %d", cmd.Args, kib>>10, limit>>20)
		}
	}
}

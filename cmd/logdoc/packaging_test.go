package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestPackagedConfig: the configuration that the packages install is all right, and so it is with everything that it offers in comments.
func TestPackagedConfig(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "packaging", "tail.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// A comment that begins with a key, or goes on with a list or a key below one, is an offer.
	offers := regexp.MustCompile(`(?m)^# ((?:pack|only|skip|tz|exec|webhook|syslog):|  )`).ReplaceAllString(string(text), "$1")
	if offers == string(text) {
		t.Fatal("it offers nothing")
	}
	dir := t.TempDir()
	offers = strings.NewReplacer("/etc/logdoc/packs", dir, "/etc/logdoc/webhook.secret", filepath.Join(dir, "secret")).Replace(offers)
	for name, content := range map[string]string{"plain": string(text), "with all that it offers": offers} {
		t.Run(name, func(t *testing.T) {
			f, fl := tailFlags{}, pflag.NewFlagSet("tail", pflag.ContinueOnError)
			f.flags(fl)
			c := &configFile{name: "tail.yaml", not: notInConfig}
			set := &settled{}
			c.words = set.words(c)
			if problems := c.read([]byte(content), fl); len(problems) > 0 {
				t.Fatal(problems)
			}
			if err := f.check(set.paths); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOperatingPage: every option of logdoc tail for machines stands on the page, and every metric.
func TestOperatingPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	var f serviceFlags
	fl := pflag.NewFlagSet("tail", pflag.ContinueOnError)
	f.flags(fl)
	fl.VisitAll(func(flag *pflag.Flag) {
		if !strings.Contains(string(page), "`--"+flag.Name) {
			t.Errorf("docs/operating.md says nothing about --%s", flag.Name)
		}
	})
	source, err := os.ReadFile("tailhealth.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range regexp.MustCompile(`"(logdoc_[a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		if !strings.Contains(string(page), "`"+metric[1]) {
			t.Errorf("docs/operating.md says nothing about %s", metric[1])
		}
	}
}

// TestUnit has systemd look at the unit. LOGDOC_UNIT=must fails where there is none.
func TestUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("LOGDOC_UNIT") == "must" {
			t.Fatal(err)
		}
		t.Skip("systemd-analyze is not installed: make unit installs it where it can")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "packaging", "logdoc-tail.service"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("true")
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "logdoc-tail.service")
	if err := os.WriteFile(unit, []byte(strings.ReplaceAll(string(text), "/usr/bin/logdoc", program)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", unit).CombinedOutput()
	if err != nil {
		t.Errorf("it is exposed more than 2.0: %v\n%s", err, out)
	}
}

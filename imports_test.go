package logdoc_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed is the import table of ARCHITECTURE.md: which packages of the project each package may know. A package that is not named here fails the test, so that
// nobody adds one without a thought about its arrows.
var allowed = map[string][]string{
	"logdoc":                   {},
	"logdoc/internal/sanitize": {"logdoc"},
	"logdoc/internal/template": {"logdoc"},
	"logdoc/internal/literal":  {},
	"logdoc/internal/shape":    {},
	"logdoc/internal/signs":    {"logdoc", "logdoc/internal/sanitize"},
	"logdoc/internal/draft":    {"logdoc", "logdoc/internal/lang", "logdoc/internal/template", "logdoc/internal/shape"},
	"logdoc/internal/lang":     {"logdoc"},
	"logdoc/internal/builtin":  {"logdoc/internal/lang"},
	"logdoc/source":            {"logdoc"},
	"logdoc/source/follow":     {"logdoc", "logdoc/source"},
	"logdoc/grammar":           {"logdoc", "logdoc/internal/lang", "logdoc/internal/template"},
	"logdoc/rules":             {"logdoc", "logdoc/internal/lang", "logdoc/internal/template", "logdoc/internal/literal"},
	"logdoc/rules/cre":         {"logdoc", "logdoc/internal/lang", "logdoc/internal/yamldoc", "logdoc/rules"},
	"logdoc/internal/yamldoc":  {"logdoc/internal/lang"},
	"logdoc/internal/health":   {"logdoc", "logdoc/internal/sanitize"},
	"logdoc/alert":             {"logdoc", "logdoc/internal/sanitize"},
	"logdoc/report":            {"logdoc", "logdoc/internal/sanitize", "logdoc/internal/signs"},
	"logdoc/redact":            {"logdoc", "logdoc/internal/sanitize"},
	"logdoc/internal/diagnose": {"logdoc", "logdoc/source", "logdoc/grammar", "logdoc/rules", "logdoc/rules/cre", "logdoc/internal/lang", "logdoc/internal/builtin",
		"logdoc/internal/sanitize", "logdoc/internal/shape", "logdoc/internal/draft"},
	"logdoc/tui":              {"logdoc", "logdoc/internal/sanitize", "logdoc/internal/signs"},
	"logdoc/internal/pager":   {"logdoc", "logdoc/source", "logdoc/grammar"},
	"logdoc/store":            {"logdoc"},
	"logdoc/samples":          {},
	"logdoc/samples/generate": {"logdoc/samples"},
	"logdoc/bench":            {"logdoc/samples"},
	"logdoc/docs/picture":     {},
	"logdoc/samples/hostile":  {},
	"logdoc/cmd/logdoc": {"logdoc", "logdoc/source", "logdoc/source/follow", "logdoc/grammar", "logdoc/report", "logdoc/redact", "logdoc/alert", "logdoc/internal/health", "logdoc/internal/yamldoc",
		"logdoc/internal/diagnose", "logdoc/internal/pager", "logdoc/internal/lang", "logdoc/internal/sanitize", "logdoc/store", "logdoc/tui"},
}

// outside holds modules that only one package may know, or a few: no participle type, for one, may show in another package's API.
var outside = map[string]string{
	"go.yaml.in/yaml":                       "logdoc/internal/yamldoc logdoc/rules/cre logdoc/cmd/logdoc",
	"github.com/alecthomas/participle/v2":   "logdoc/internal/lang",
	"github.com/spf13/cobra":                "logdoc/cmd/logdoc",
	"github.com/klauspost/compress":         "logdoc/source",
	"github.com/mikelolasagasti/xz":         "logdoc/source",
	"github.com/pierrec/lz4/v4":             "logdoc/source",
	"github.com/itchyny/gojq":               "logdoc/rules",
	"github.com/bodgit/sevenzip":            "logdoc/source",
	"github.com/mattn/go-sqlite3":           "logdoc/store",
	"github.com/charmbracelet/bubbletea":    "logdoc/tui",
	"github.com/charmbracelet/bubbles":      "logdoc/tui",
	"github.com/hpcloud/tail":               "logdoc/source/follow",
	"github.com/santhosh-tekuri/jsonschema": "none",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	d := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		may, known := allowed[p.ImportPath]
		if !known {
			t.Errorf("%s is not in the import table: add it there and to ARCHITECTURE.md", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if (imported == "logdoc" || strings.HasPrefix(imported, "logdoc/")) && !slices.Contains(may, imported) {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
			for module, only := range outside {
				if (imported == module || strings.HasPrefix(imported, module+"/")) && !slices.Contains(strings.Fields(only), p.ImportPath) {
					t.Errorf("%s must not import %s: only %s may", p.ImportPath, imported, only)
				}
			}
			if p.ImportPath == "logdoc" && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("the root package must not import %s: it knows the standard library only", imported)
			}
		}
	}
	if seen == 0 {
		t.Fatal("go list named no package")
	}
}

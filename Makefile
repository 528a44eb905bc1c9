# Two commands do everything on a fresh machine with Go and a C compiler: `make run` and `make test`.

SHELL    := /bin/bash
GO       ?= go
BIN      := bin/logdoc
ISALBIN  := bin/logdoc-isal
HAS_ISAL := echo '\#include <isa-l/igzip_lib.h>' | $(CC) -E - >/dev/null 2>&1
BUILD    := build
FUZZTIME ?= 100000x
SIZE     ?= 1GiB
CHECKS   ?= 1000
RIPGREP  := 1.18.0# of @vscode/ripgrep, which holds ripgrep 15

# Tests of properties draw the same cases each time, so that a change is judged by what it changes; make explore draws others.
export RAPID_SEED ?= 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.PHONY: run
run: build ## build, and show a diagnosis of the samples
	$(BIN) report samples/avamar-case.tgz samples/luna-logs.tgz samples/mrs-flume-logs.zip

.PHONY: demo
demo: build ## open the screen on the samples; q leaves it
	$(BIN) open samples/avamar-case.tgz samples/luna-logs.tgz samples/mrs-flume-logs.zip

.PHONY: build
build: ## build bin/logdoc
	$(GO) build -o $(BIN) ./cmd/logdoc

# ISA-L reads .gz several times faster, and needs a C compiler and Debian's libisal-dev. See docs/performance.md.
.PHONY: build-isal
build-isal: ## build bin/logdoc-isal, which decompresses gzip with ISA-L
	CGO_ENABLED=1 $(GO) build -tags isal -o $(ISALBIN) ./cmd/logdoc

.PHONY: test-isal
test-isal: ## run the tests of everything that reads gzip with ISA-L
	$(GO) vet -tags isal ./source
	$(GO) tool staticcheck -tags isal ./source
	CGO_ENABLED=1 $(GO) test -tags isal ./source ./internal/diagnose ./cmd/logdoc

.PHONY: test
test: ## run all the tests, and those of the scan also as on processors without AVX-512 and AVX2
	$(GO) test ./...
	GODEBUG=cpu.avx2=off $(GO) test ./grammar
	GODEBUG=cpu.avx512f=off $(GO) test -run "Twin|Wide|Line" ./grammar

.PHONY: explore
explore: ## try properties on other cases than those of make test, each time: CHECKS=5000
	RAPID_SEED=0 RAPID_CHECKS=$(CHECKS) $(GO) test -count=1 $$(grep -rl --include='*_test.go' '"pgregory.net/rapid"' . | xargs -n 1 dirname | sort -u)

.PHONY: check
check: build ## formatting, vet, staticcheck with all its checks, module files, and the built-in packs
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff
	$(BIN) check --strict

# Grammars, rules and the language start no goroutines, or only to compile; internal/diagnose runs them side by side.
.PHONY: race
race: ## run the tests of what runs side by side under the race detector, those of properties with a fifth of the cases
	$(GO) test -race -short -timeout 15m $$($(GO) list ./... | grep -v -e '/grammar$$' -e '/rules$$' -e '/rules/cre$$' -e '/internal/lang$$' -e '/internal/template$$')

.PHONY: smoke
smoke: ## use the screen in tmux and the page in Chromium, which are installed if need be
	.ci/install tmux tmux
	.ci/install chromium chromium chromium-browser google-chrome
	LOGDOC_SMOKE=must $(GO) test -run '^TestTmux' -count=1 -v ./cmd/logdoc
	LOGDOC_SMOKE=must $(GO) test -run '^TestPage$$' -count=1 -v ./report

.PHONY: kills
kills: ## kill logdoc tail fifty times while a log is written and rotated, and look for every line in the store
	LOGDOC_KILLS=50 $(GO) test -run '^TestTailKilled$$' -count=1 -v ./cmd/logdoc

.PHONY: logrotate
logrotate: ## follow logs that logrotate rotates, which is installed if need be
	.ci/install logrotate logrotate
	LOGDOC_LOGROTATE=must $(GO) test -run '^TestLogrotate$$' -count=1 ./source/follow

.PHONY: unit
unit: ## have systemd, which is installed if need be, look at the unit of logdoc tail
	.ci/install systemd systemd-analyze
	LOGDOC_UNIT=must $(GO) test -run '^TestUnit$$' -count=1 ./cmd/logdoc

.PHONY: stress
stress: ## rotate ten files in several ways for a minute each, and count their lines
	LOGDOC_STRESS=60s $(GO) test -run '^TestF27' -count=1 -timeout 10m -v ./source/follow

# go test fuzzes one target of one package at a time. FUZZTIME is a time (30s) or a number of inputs (5000x).
.PHONY: fuzz
fuzz: ## fuzz every target for FUZZTIME each
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$package; \
	  done; \
	done

# What broke something once is kept by go test itself. These are inputs that reach far: every test run tries them, and fuzzing starts from them.
.PHONY: corpus
corpus: ## keep up to 16 short inputs that fuzzing has found for each target, in testdata/fuzz
	@for package in $$($(GO) list ./...); do \
	  for found in $$($(GO) env GOCACHE)/fuzz/$$package/Fuzz*; do \
	    [ -d "$$found" ] || continue; \
	    kept=$$($(GO) list -f '{{.Dir}}' $$package)/testdata/fuzz/$$(basename $$found); \
	    mkdir -p $$kept; \
	    more=$$((16 - $$(ls $$kept | wc -l))); \
	    [ $$more -le 0 ] || find $$found -type f -size -4 | sort | head -$$more | xargs -r cp -n -t $$kept; \
	  done; \
	done

.PHONY: bench
bench: build $(BUILD)/ripgrep-$(RIPGREP) ## measure logdoc against grep, wc, ripgrep, zcat and tar on generated logs of SIZE, and run the benchmarks
	@if $(HAS_ISAL); then $(MAKE) build-isal; else rm -f $(ISALBIN); fi
	$(GO) run ./bench -logdoc $(BIN) -isal $(ISALBIN) -ripgrep $(BUILD)/ripgrep-$(RIPGREP) -dir $(BUILD)/bench -size $(SIZE)
	$(GO) test -run '^$$' -bench . -benchtime 300ms ./internal/template ./internal/literal ./grammar ./rules ./internal/diagnose ./internal/pager ./tui ./store ./source/follow

# What the reports are measured against. Without npm, or without a network, the rest is measured.
$(BUILD)/ripgrep-$(RIPGREP):
	@mkdir -p $(BUILD)
	@if ! command -v npm >/dev/null; then echo "npm is not installed: the row against ripgrep is left out"; \
	elif ! npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix $@.partial @vscode/ripgrep@$(RIPGREP); then echo "npm could not install ripgrep: the row against it is left out"; \
	else mv $@.partial $@; fi

.PHONY: golden
golden: ## rewrite the golden files and samples after a wanted change; look at the diff
	$(GO) test ./internal/lang ./report ./samples ./internal/diagnose ./cmd/logdoc ./tui ./store -update
	$(GO) run ./docs/picture docs/screens/*.ansi

# Cross-compilers and packaging tools are Debian's, and are installed if need be. VERSION=1.2.3 names a release.
.PHONY: dist
dist: ## build single-file binaries for Linux (amd64, arm64) and Windows in build/dist, with checksums
	packaging/dist

.PHONY: package
package: ## build Debian and RPM packages in build/dist, and look whether they are sound
	packaging/package

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(BUILD)

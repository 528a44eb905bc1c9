# Two commands do everything on a fresh machine with Go and a C compiler: `make run` and `make test`.

SHELL    := /bin/bash
GO       ?= go
BIN      := bin/logdoc
BUILD    := build
FUZZTIME ?= 100000x
SIZE     ?= 256MiB

.DEFAULT_GOAL := help

.PHONY: help
help: ## show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.PHONY: run
run: build ## build, and show a diagnosis of the samples
	$(BIN) report samples/avamar-case.tgz samples/luna-logs.tgz samples/mrs-flume-logs.zip

.PHONY: build
build: ## build bin/logdoc
	$(GO) build -o $(BIN) ./cmd/logdoc

.PHONY: test
test: ## run all the tests
	$(GO) test ./...

.PHONY: check
check: build ## formatting, vet, staticcheck with all its checks, module files, and the built-in packs
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff
	$(BIN) check --strict

.PHONY: race
race: ## run the tests under the race detector
	$(GO) test -race ./...

# go test fuzzes one target of one package at a time. FUZZTIME is a time (30s) or a number of inputs (5000x).
.PHONY: fuzz
fuzz: ## fuzz every target for FUZZTIME each
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$package; \
	  done; \
	done

.PHONY: bench
bench: build ## measure logdoc against grep on generated logs of SIZE, and run the benchmarks
	$(GO) run ./bench -logdoc $(BIN) -dir $(BUILD)/bench -size $(SIZE)
	$(GO) test -run '^$$' -bench . -benchtime 300ms ./internal/template ./internal/literal ./grammar ./rules ./internal/diagnose

.PHONY: golden
golden: ## rewrite the golden files and samples after a wanted change; look at the diff
	$(GO) test ./internal/lang ./report ./samples ./internal/diagnose ./cmd/logdoc -update

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(BUILD)

# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
ENGINES := $(VENV)/.ready-engines

.PHONY: demo test test-engines soak lint bench clean help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(READY): $(BIN)/python pyproject.toml hatch_build.py src/cleanup/lm/kernel.c
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(DEV): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(ENGINES): $(DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[ray,spark]'
	@touch $@

demo: $(READY) ## set up, learn and clean the samples, say where the report is
	$(BIN)/cleanup run samples/raw samples/farm.jsonl --out reports/demo

test: $(DEV) ## set up and pass the tests
	$(BIN)/python -m pytest

test-engines: $(ENGINES) ## set up and pass the tests on Ray and Spark, which needs Java 17
	$(BIN)/python -m pytest tests/engines

soak: $(DEV) ## kill a run fifty times at random, and compare what it writes in the end
	CLEANUP_KILLS=50 $(BIN)/python -m pytest tests/test_resume.py -k killed_at_random -s

lint: $(DEV) ## ruff, mypy
	$(BIN)/ruff check src tests benchmarks hatch_build.py
	$(BIN)/ruff format --check src tests benchmarks hatch_build.py
	$(BIN)/mypy

bench: $(READY) ## the figures: gold that ships, and ../shared/bench where it is there
	$(BIN)/cleanup evaluate samples/gold.jsonl
	$(BIN)/cleanup evaluate tests/data/fresh.jsonl
	@if [ -f ../shared/bench/garbled.jsonl ]; then \
	  $(BIN)/cleanup evaluate ../shared/bench/garbled.jsonl; \
	  $(BIN)/cleanup evaluate ../shared/bench/clean.jsonl; \
	else echo "../shared/bench is not here: skipped"; fi

clean: ## remove the environment and generated reports
	rm -rf $(VENV) reports/demo

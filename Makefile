# Ayni. `make` alone says what there is. Python 3.11 or newer, make and the internet are enough.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# A uv that is on the PATH is used; otherwise one is installed into .uv/, beside the project and nowhere else.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := .venv/bin
READY := .venv/.ready
# With the heavy packages too, which only tests, types and benchmarks need.
WHOLE := .venv/.whole
PYTEST_OPTIONS ?=
# As many test processes as the machine has cores, each with a PostgreSQL of its own.
SPREAD := -n auto --dist worksteal
define TELL
echo >&2; \
echo "The packages could not be installed. Without internet, nothing can be; with a lock that no" >&2; \
echo "longer fits pyproject.toml, run: $(UV) lock" >&2; exit 1
endef
export UV_PROJECT_ENVIRONMENT := .venv
# A city's network often shows certificates of its own, which the machine trusts: so does uv then.
export UV_SYSTEM_CERTS ?= true
ifeq ($(UV),.uv/bin/uv)
# The Python that could install uv is the one to run Ayni: no second one is downloaded.
export UV_PYTHON ?= $(CURDIR)/.uv/bin/python
endif

.PHONY: help
help: ## Say what there is
	@echo "Ayni: a city's social welfare system and e-wallet, on one ledger."
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) \
	    | while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done
	@echo
	@echo "Each works from a clean clone: what it needs is installed first, into .venv/."

# -- what people use ------------------------------------------------------------------------------

.PHONY: demo up
demo: $(READY) ## A living city in one run: people, a benefit, payments, the books closed
	$(RUN)/ayni demo

up: $(READY) ## Start Ayni here, with its own PostgreSQL
	$(RUN)/ayni up

# -- what developers use --------------------------------------------------------------------------

.PHONY: setup test soak bench format
setup: $(WHOLE) ## Install everything into .venv/, exactly as uv.lock says

test: $(WHOLE) ## The tests, on a real PostgreSQL, without a browser (PYTEST_OPTIONS="-k ledger -x")
	$(RUN)/python -m pytest $(SPREAD) $(PYTEST_OPTIONS)

soak: $(WHOLE) ## The long campaigns: properties, faults, duplicates, with AYNI_TEST_SOAK=1
	@folders=$$(ls -d tests/properties tests/faults tests/registry/linkage 2>/dev/null || true); \
	if [ -z "$$folders" ]; then \
	    echo "There are no campaigns yet: neither tests/properties nor tests/faults exists."; exit 2; fi; \
	echo "AYNI_TEST_SOAK=1 pytest $$folders"; \
	AYNI_TEST_SOAK=1 $(RUN)/python -m pytest $(SPREAD) $$folders $(PYTEST_OPTIONS)

bench: $(WHOLE) ## Measure, and write docs/benchmarks.md
	@if [ ! -f bench/__main__.py ]; then echo "There is no bench/ yet: nothing to measure."; exit 2; fi
	$(RUN)/python -m bench

format: $(WHOLE) ## Lay out the code, and mend what ruff can mend
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

# -- the gate: what CI runs, the cheap checks first -----------------------------------------------

.PHONY: check layout lint rules contracts types
check: layout lint rules contracts types test ## Everything that must hold before a change goes in

layout: $(WHOLE) ## Is the code laid out as ruff lays it out?
	$(RUN)/ruff format --check .

lint: $(WHOLE) ## ruff: mistakes and doubtful habits
	$(RUN)/ruff check .

rules: $(WHOLE) ## The house rules: sizes, floats, clocks, SQL walls, untested refusals (python -m dev)
	$(RUN)/python -m dev

contracts: $(WHOLE) ## import-linter: who may import whom
	$(RUN)/lint-imports --no-logo

types: $(WHOLE) ## mypy --strict on src
	$(RUN)/mypy

.PHONY: clean
clean: ## Remove what make made (.venv, .uv and caches); no database is touched
	rm -rf .venv .uv .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis dist
	find src tests dev -name __pycache__ -type d -prune -exec rm -rf {} +

# -- how it gets here -----------------------------------------------------------------------------

# UV comes first among the prerequisites: on a bare machine it is the file to be made. What is there already of
# the heavy packages may stay.
$(READY): $(UV) pyproject.toml uv.lock
	@$(UV) sync --locked --quiet --inexact || { $(TELL); }
	@touch $@

$(WHOLE): $(UV) pyproject.toml uv.lock
	@$(UV) sync --locked --quiet --group quality || { $(TELL); }
	@touch $(READY) $@

.uv/bin/uv:
	@sh dev/bootstrap.sh .uv

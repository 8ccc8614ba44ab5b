# `make report` builds the report, `make test` runs the tests; both set up what they need.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
CORES ?= $(shell nproc 2>/dev/null || echo 2)
# Tests run in as many processes as there are cores; what one of them makes, the others use.
# What a change breaks first, in seconds: the readers, the engine's default, plan and tables.
QUICK := $(addprefix tests/unit/,checking evidence/test_select.py evidence/test_faults.py test_plan.py \
  test_files.py test_counted.py test_counts.py stats/test_pool.py stats/test_tau2_roots.py \
  stats/test_distributions.py)
WORKERS := --numprocesses $(CORES) --dist loadgroup --no-loadscope-reorder --benchmark-disable
# uv installs in seconds; pip is the way round where uv cannot reach the package index.
define install
$(BIN)/uv pip install --quiet --python $(BIN)/python $(1) 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1)
endef
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_SYSTEM_CERTS := 1
# Where Python is told to keep no bytecode, every process of a build or a test would compile NumPy anew.
ifneq ($(PYTHONDONTWRITEBYTECODE),)
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode
endif

.DEFAULT_GOAL := help
PAGE_TOOLS := tests/browser/node_modules/.installed
.PHONY: help setup setup-dev page-tools report screenshots test test-quick test-fast test-shared check lint types \
  workflow-lint lock schema docs clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(VENV)/.runtime ## install what the workflow needs into .venv

setup-dev: $(VENV)/.dev ## install what tests and checks need as well

$(VENV)/.runtime: requirements/bootstrap.lock requirements/run.lock pyproject.toml
	@echo "Setting up $(VENV) (once; less than a minute on most machines) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/bootstrap.lock
	@$(call install,--require-hashes --requirement requirements/run.lock)
	@$(call install,--no-deps --no-build-isolation --editable .)
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	@echo "Installing development tools ..."
	@$(call install,--require-hashes --requirement requirements/dev.lock)
	@touch $@

page-tools: $(PAGE_TOOLS) ## install what checks the page's HTML and accessibility (needs npm)

$(PAGE_TOOLS): tests/browser/package-lock.json
	@npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

report: $(VENV)/.runtime ## build results/report.html
	@$(BIN)/python -m poolprop build --cores $(CORES)

screenshots: report $(VENV)/.dev ## take pictures of every section: three widths, light and dark
	@$(BIN)/python tests/browser/screenshots.py results/report.html build/screenshots

test: $(VENV)/.dev ## run every test this machine can run
	@$(BIN)/python -m pytest $(WORKERS)

test-quick: $(VENV)/.dev ## run the core's tests: seconds
	@$(BIN)/python -m pytest -q -m "not slow" --benchmark-disable $(QUICK)

test-fast: $(VENV)/.dev ## run the tests of functions and properties: a minute or two
	@$(BIN)/python -m pytest $(WORKERS) -q -m "unit or property"

test-shared: $(VENV)/.dev ## run the tests that compare more where ../shared lies beside the checkout
	@$(BIN)/python -m pytest $(WORKERS) -m shared

check: lint types workflow-lint ## lint, format and type-check; with -j at once

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

workflow-lint: $(VENV)/.dev
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/python -m snakemake --lint

COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-find-links

lock: $(VENV)/.runtime ## make the lock files anew from pyproject.toml
	printf 'setuptools>=77\nuv\n' | $(COMPILE) - -o requirements/bootstrap.lock
	$(COMPILE) pyproject.toml -o requirements/run.lock
	$(COMPILE) --extra dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock

schema: $(VENV)/.runtime ## make the JSON Schema of the plan anew from the code
	@$(BIN)/poolprop step schema --out workflow/schemas/config.schema.json

docs: $(VENV)/.dev ## build the documentation into site/, links checked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean: ## delete results, logs and the workflow's memory of them
	rm -rf results/analysis results/audit results/crate results/crate.zip results/crosscheck results/evidence results/comparisons results/figures results/safety results/survival results/certainty results/benchmarks results/tables
	rm -rf results/report.html results/report.stale.html logs .snakemake

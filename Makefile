# Every path is relative, so that a folder with spaces in its name works.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
SOURCES := profiles models matcher tests tools

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run setup test dev browser lint format types imports unit bench quality reading docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: setup ## serve on 127.0.0.1:8000; an empty home is filled with the demonstration directory first
	@test -e "$${MATCHER_HOME:-instance}/directory.db" || .venv/bin/matcher demo
	@.venv/bin/matcher index
	@exec .venv/bin/matcher serve --host 127.0.0.1 --port 8000

setup: .venv/installed ## .venv with everything that `make run` needs

test: dev browser lint types imports unit ## every check: lint, types, import contracts, and all tests

dev: setup .venv/dev ## .venv with everything that the checks need too

browser: ## Chromium and its driver for the browser tests, from Debian where that can be
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Debian's chromium for the browser tests"; \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium chromium-driver; } \
	  || echo "note: chromium could not be installed, so the browser tests cannot run"; \
	else \
	  echo "note: chromium and chromedriver are not both on PATH, so the browser tests cannot run"; \
	  echo "      (on Debian, as root: apt-get install chromium chromium-driver)"; \
	fi

lint: .venv/dev ## ruff: rules and layout
	$(PY) -m ruff check $(SOURCES)
	$(PY) -m ruff format --check $(SOURCES)

format: .venv/dev ## lay the code out as `make lint` wants it
	$(PY) -m ruff check --fix-only $(SOURCES)
	$(PY) -m ruff format $(SOURCES)

types: .venv/dev ## mypy, strict
	$(PY) -m mypy

imports: .venv/installed .venv/dev ## the contracts between the rooms
	.venv/bin/lint-imports

unit: .venv/installed .venv/dev ## all tests: unit, doctest, property, packaging, browser (ARGS="-k word" picks some)
	$(PY) -m pytest $(ARGS)

bench: .venv/installed .venv/dev ## times and memory beside the floor of the same run (ARGS="--million" for the largest)
	$(PY) tools/bench.py $(ARGS)
	$(PY) tools/bench_experiments.py

quality: .venv/installed .venv/dev ## how lists agree with our own reading of wishes; not fit (ARGS="--write docs/quality.md" notes it)
	$(PY) -m tools.quality report $(ARGS)

reading: .venv/installed .venv/dev ## learn anew how texts are read as concerns, after a change of models/phrasings.tsv
	$(PY) -m tools.reading

docs: .venv/installed .venv/dev ## write docs/cli.md anew from --help
	$(PY) tools/cli_docs.py

lock: .venv/made ## pin anew, in requirements/, what pyproject.toml asks for
	$(PY) tools/lock.py

clean: ## remove what make made; instance/ stays
	rm -rf .venv build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(SOURCES) templates -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written last, so that a set-up that was cut short is taken up again.
.venv/made:
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12 ...")'
	@echo "Making .venv"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/run: .venv/made requirements/run.lock
	@echo "Installing what the service needs, pinned by requirements/run.lock"
	@$(PIP) install --requirement requirements/run.lock
	@touch $@

.venv/installed: .venv/run pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run requirements/dev.lock
	@echo "Installing what the checks need, pinned by requirements/dev.lock"
	@$(PIP) install --requirement requirements/dev.lock
	@touch $@

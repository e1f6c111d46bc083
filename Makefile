# `make help` lists the targets. Running needs requirements.lock; linting and testing add requirements-dev.lock to the same .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Many tests wait for processes of their own: one worker more than there are processors keeps them busy.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
INSTALLED := .venv/installed
INSTALLED_DEV := .venv/installed-dev
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe

# The BigQuery emulator of the tests wants Python 3.13, and gets an environment of its own.
PYTHON_3_13 ?= $(shell for p in python3.13 $(HOME)/.pyenv/versions/3.13*/bin/python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo "$$p" && break; done)
EMULATOR := .venv-emulator

.DEFAULT_GOAL := help
.PHONY: help run ui test lint test-slow test-fuzz test-bigquery test-bigquery-slow bench finder truth lock lock-emulator clean

help:            ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20

$(INSTALLED): requirements.lock pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, {sys.executable} is {v[0]}.{v[1]}: call make PYTHON=python3.11")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	$(BIN)/python $(PIP_INSTALL) --no-build-isolation -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.lock
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

run: $(INSTALLED) ## build the whole platform: raw tables, cleaning, marts, analyses
	$(BIN)/ecom run

ui: $(INSTALLED) ## look at it in the Dagster UI
	$(BIN)/ecom ui

test: lint ## the linters and the default test suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: $(INSTALLED_DEV) ## ruff, mypy, import-linter, sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 0 sql

test-slow: $(INSTALLED_DEV) ## the statistical, scale and concurrency suites, too
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not bigquery"

test-fuzz: $(INSTALLED_DEV) ## 500 odd inputs to ecom query, the settings and the sources
	$(BIN)/python -m pytest ecom_platform_tests/test_fuzz.py -m "slow or not slow"

$(EMULATOR)/installed: requirements-emulator.lock
	$(PYTHON_3_13) -m venv --clear $(EMULATOR)
	$(EMULATOR)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-emulator.lock
	@touch $@

test-bigquery: $(INSTALLED_DEV) ## BigQuery, over the wire against an emulator (needs Python 3.13)
ifeq ($(PYTHON_3_13),)
	@echo "BigQuery's tests run against an emulator that needs Python 3.13, and there is none here."
	@echo "Install one, or name it: make test-bigquery PYTHON_3_13=/path/to/python3.13"
	@exit 1
else
	$(MAKE) $(EMULATOR)/installed
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "bigquery and $(or $(SIZE),not slow)"
endif

test-bigquery-slow: ## its kills, its crowd of writers, and every byte it downloads
	$(MAKE) test-bigquery SIZE=slow

truth: $(INSTALLED) ## score the methods in 1,200 worlds (hours; continues where it was stopped), and write docs/truth.md
	$(BIN)/python -m ecom_platform.truth

bench: $(INSTALLED_DEV) ## speed, as ratios measured in one run
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.world
	$(BIN)/python -m benchmarks.checks
	$(BIN)/python -m benchmarks.insights

finder: $(INSTALLED) ## does 1.1 find the activation that acts? 600 synthetic worlds, continued where it stopped, into docs/finder.md
	$(BIN)/python -m ecom_platform.truth.finder

lock:            ## pin what pyproject.toml asks for: to run, to deploy, to develop (needs uv)
	$(COMPILE) --python-version 3.11 -o requirements.lock pyproject.toml
	$(COMPILE) --python-version 3.11 --extra deploy -c requirements.lock -o requirements-deploy.lock pyproject.toml
	$(COMPILE) --python-version 3.11 --extra deploy --extra tableau --extra dev -c requirements-deploy.lock -o requirements-dev.lock pyproject.toml

lock-emulator:   ## pin the emulator (needs uv)
	$(COMPILE) --python-version 3.13 -o requirements-emulator.lock requirements-emulator.in

clean: ## remove what was built, but not your data
	rm -rf .venv $(EMULATOR) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# `make help` lists what there is. Everything happens in .venv; nothing is installed outside it.

VENV := .venv
BIN  := $(VENV)/bin
PY   := $(BIN)/python
# Arguments for pytest, for example: make test PYTEST_ARGS="-k journal -x"
PYTEST_ARGS ?=
# Processes that share the tests; 0 runs them in one, for a debugger.
WORKERS ?= auto
# The first interpreter on the PATH that Runlake supports; only looked for when .venv is made.
PYTHON ?= $(or $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& echo $$p && break; done),$(error Python 3.11, 3.12 or 3.13 is needed; name one with PYTHON=/path/to/python))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo setup check test test-e2e test-slow test-buckets lint types format bench sample docs screenshots lock clean

help:  ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  %-12s %s\n", $$1, $$2}'

demo: $(VENV)/package.stamp  ## Show the dashboard on the sample runs (PORT=8600, NO_BROWSER=1)
	@$(BIN)/runlake demo $(if $(PORT),--port $(PORT)) $(if $(NO_BROWSER),--no-browser)

setup: $(VENV)/dev.stamp  ## Make .venv with all that development needs

check: lint types test  ## Lint, types and tests: what has to pass before a change goes in

test: $(VENV)/dev.stamp  ## Run the tests (PYTEST_ARGS= for pytest)
	$(PY) -m pytest -m "not e2e and not slow and not buckets" -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-e2e: $(VENV)/dev.stamp  ## Drive the dashboard in Chromium
	$(PY) -m pytest -m "e2e" -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-buckets: $(VENV)/dev.stamp .venv-buckets/stamp  ## Run the tests of stores in buckets, against servers on this machine
	$(PY) -m pytest -m "buckets" $(PYTEST_ARGS)

test-slow: $(VENV)/dev.stamp  ## Run the tests that take minutes
	$(PY) -m pytest -m "slow and not e2e and not buckets" $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp  ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp  ## Check types
	$(BIN)/mypy

format: $(VENV)/dev.stamp  ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp  ## Measure what the documentation promises
	$(PY) -m benchmarks

sample: $(VENV)/dev.stamp  ## Train the sample models again and rebuild sample_data/store
	$(PY) sample_data/make.py

docs: $(VENV)/dev.stamp  ## Write the pages of docs/reference that follow from the code
	$(PY) docs/generate.py

screenshots: $(VENV)/dev.stamp  ## Take the pictures of the documentation again (needs Chromium)
	$(PY) docs/screenshots.py

lock: $(VENV)/dev.stamp  ## Resolve the dependencies again (UPGRADE=1 for the newest that fit)
	$(BIN)/python requirements/lock.py $(if $(UPGRADE),--upgrade)

# The server that stands in for S3 wants other versions of some packages than Runlake does.
.venv-buckets/stamp: requirements/buckets.txt | $(PY)
	$(PY) -m venv .venv-buckets
	.venv-buckets/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

clean:  ## Remove .venv and everything that can be made again
	rm -rf $(VENV) .venv-buckets build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was made from, so a second `make` has nothing to do.
$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements/runtime.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/package.stamp: pyproject.toml $(VENV)/runtime.stamp
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/package.stamp
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

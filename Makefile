# The commands of this house. `make help` lists them; README.md tells the story.
# Needs: Python >= 3.11 with venv, make. Nothing here names a package registry.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help up test test-full quick check format bench chaos soak docs sdk lock install clean
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PYTEST := $(BIN)/python -m pytest
# Byte code is kept although the shell may say otherwise: without it each process of the tests reads and rewrites all of them again, 10 s of it.
export PYTHONDONTWRITEBYTECODE :=
# Steps that are all done, whatever becomes of one, and then the verdict.
TRY := failed=""; try() { echo "── $$*"; "$$@" || failed="$$failed, $$(basename $$1) $$2"; }
VERDICT = if [ -n "$$failed" ]; then echo "$@: not good$$failed"; exit 1; else echo "$@: all good"; fi

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: install  ## install what is missing, then run everything on this machine (ARGS="--data DIR --port N --sandbox-port N --json --fresh")
	@exec $(BIN)/gerbang up $(ARGS)

test: install  ## every test that this machine can run; skips are said aloud (ARGS="tests/base -k word")
	@exec $(PYTEST) --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

test-full: install  ## those too that `test` leaves out because they take long and a shorter one shows their kind
	@exec $(PYTEST) --numprocesses auto --maxprocesses 4 --dist loadfile --full $(ARGS)

quick: install  ## a minute's worth while you work: format, types, import directions, what needs no database, one payment from end to end
	@$(TRY); \
	try $(BIN)/ruff format --check --output-format=concise .; \
	try $(BIN)/mypy; \
	try $(BIN)/lint-imports --no-logo; \
	try $(PYTEST) -q --pure tests/core tests/base -k "not takes_about_eight_times_as_long" \
	  --ignore tests/base/test_watchdog.py --ignore tests/base/test_postgres.py --ignore tests/base/test_card_rates.py; \
	try $(PYTEST) -q tests/journeys/test_payment_flow.py::test_a_virtual_account_is_ordered_paid_told_and_given_back; \
	$(VERDICT)

check: install  ## format, lint, types, import directions, tidiness: all of them, and then the verdict
	@$(TRY); \
	try $(BIN)/ruff format --check --output-format=concise .; \
	try $(BIN)/ruff check --output-format=concise .; \
	try $(BIN)/mypy; \
	try $(BIN)/lint-imports --no-logo; \
	try $(PYTEST) -q tests/tidy; \
	$(VERDICT)

format: install  ## write the format that `check` asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install  ## the yardsticks of bench/, compared with PostgreSQL's own limit and with peers
	@exec $(BIN)/python -m bench $(ARGS)

chaos: install  ## faults under load, judged from fsynced journals (ARGS="--kills 50 --seed N")
	@exec $(BIN)/python -m tests.chaos $(ARGS)

soak: install  ## a bad day in minutes, judged by progress: all that is due is done in its time (ARGS="--minutes 20 --seed N --workers N")
	@exec $(BIN)/python -m tests.chaos.soak $(ARGS)

docs: install  ## regenerate docs/reference from the code (ARGS="--check" only compares)
	@exec $(BIN)/gerbang docs $(ARGS)

sdk: install  ## make the SDKs of sdk/ again from the OpenAPI document, with generators in environments of their own (needs npm)
	@test -x sdk/.tools/bin/datamodel-codegen || python3 -m venv sdk/.tools
	@sdk/.tools/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r sdk/generator-requirements.txt
	@npm --prefix sdk/typescript ci --silent
	@$(BIN)/python -m sdk.generator

lock:  ## resolve requirements.lock again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-index-url --no-annotate -o requirements.lock

clean:  ## remove the virtual environment and the caches; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

install:
	@sh .ci/install $(VENV)

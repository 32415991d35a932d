# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
DIST ?= dist
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# One more than there are cores: a test waits now and then, for a process that starts or for a server.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 1) + 1)

# Tests start the program many times: it is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo run test test-quick check format bench pictures holidays lock bundle ocr clean

demo: $(VENV)/.run
	$(BIN)/python -m bot demo

run: $(VENV)/.run
	$(BIN)/python -m bot run

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not process and not browser"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 bot handlers schedules
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev $(VENV)/bench/.done
	$(BIN)/python -m benchmarks

holidays: $(VENV)/.dev
	$(BIN)/python -m tests.house.holiday_table

pictures: $(VENV)/.dev
	$(BIN)/python -m tests.house.pictures
	$(BIN)/python -m tests.house.app_icons

lock: $(VENV)/.dev
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --quiet pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --quiet --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --quiet --extra ocr -c requirements.txt pyproject.toml -o requirements-ocr.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --quiet --group bench -o requirements-bench.txt

bundle: $(VENV)/.dev
	$(BIN)/python bundle/build.py $(DIST)

# Reads photographed pages for stamps of secrecy: see docs/running.md.
ocr: $(VENV)/.run requirements-ocr.txt
	$(PIP) -r requirements-ocr.txt

clean:
	rm -rf $(VENV) $(DIST) data/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	$(PIP) -r requirements-dev.txt
	touch $@ $(VENV)/.run

# The yardsticks of other people, which want other versions than we do.
$(VENV)/bench/.done: requirements-bench.txt | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/bench
	$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	touch $@

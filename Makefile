# Needs python3 >= 3.11 with venv, git, ssh-keygen and make; everything else is set up in .venv.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo jet-bridge test test-all lint types contracts format clean

demo: .venv/ready
	$(BIN)/python examples/demo.py

test: .venv/ready jet-bridge lint types contracts
	$(BIN)/pytest -n auto --dist worksteal -q -m "not long"

test-all: .venv/ready jet-bridge lint types contracts
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -n auto --dist worksteal -q

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

contracts: .venv/ready
	$(BIN)/lint-imports

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "python3 >= 3.11 is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -c constraints.txt pip hatchling editables
	$(BIN)/python -m pip install -q -c constraints.txt --no-build-isolation -e '.[dev]'
	touch $@

# A real Jet Bridge for the tests that start one; they are skipped without it.
jet-bridge:
	@$(MAKE) -s .venv-jet-bridge/ready || echo "there is no Jet Bridge: tests that start one are skipped"

.venv-jet-bridge/ready: tests/data/jet-bridge.txt
	rm -rf .venv-jet-bridge
	$(PYTHON) -m venv .venv-jet-bridge
	.venv-jet-bridge/bin/python -m pip install -q --no-deps -r tests/data/jet-bridge.txt
	touch $@

clean:
	rm -rf .venv .venv-jet-bridge build dist

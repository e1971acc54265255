# Needs python3 >= 3.11 with venv, git, ssh-keygen and make; everything else is set up in .venv.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo jet-bridge stores test test-all lint types contracts format clean

demo: .venv/ready
	$(BIN)/python examples/demo.py

test: .venv/ready jet-bridge stores lint types contracts
	$(BIN)/pytest -n auto --dist worksteal -q -m "not long"

test-all: .venv/ready jet-bridge stores lint types contracts
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

# The clients of all stores of secrets, and what stands in for the stores; tests of a store are skipped without it. They
# stand beside the environment, so that jetenv is tested without them, too.
stores:
	@$(MAKE) -s .stores/ready || echo "there are no clients of stores: tests of them are skipped"

.stores/ready: .venv/ready tests/data/stores.txt
	rm -rf .stores
	$(BIN)/python -m pip install -q -c constraints.txt --target .stores -r tests/data/stores.txt
	touch $@

clean:
	rm -rf .venv .venv-jet-bridge .stores build dist

# What this project can be asked to do. It needs Python 3.11 to 3.14, make and the package index.
#
#   make demo    the whole story on generated customers: data to delivered messages to a verified log
#   make test    everything that must hold: style, types, and every test
#   make lint    the quick half of it: ruff and mypy
#   make oracle  thousands of random conditions against a plain reading of the language, on every store
#   make bench   what is measured, as tables
#   make lock    the two lock files anew, from pyproject.toml (needs uv)
#   make clean   away with what these targets made

VENV := .venv
export PYTHON
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq --no-input
# Two at a time is what the tests are sized for; PYTEST_ARGS="-k name" narrows them.
PYTEST_ARGS ?= -n 2
DEMO_ARGS ?=

.PHONY: demo test oracle lint bench lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.runtime
	$(BIN)/touchline demo $(DEMO_ARGS)

test: lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

oracle: $(VENV)/.dev
	$(BIN)/python -m pytest $(PYTEST_ARGS) tests/oracle --hypothesis-profile=thousands

bench: $(VENV)/.dev
	$(BIN)/python bench/run.py

# The files beside the environment are stamps: a second call installs nothing.
$(VENV)/.python:
	@sh .ci/make-venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml $(VENV)/.python
	@echo "Installing what Touchline needs into $(VENV) …"
	@$(PIP) install --require-hashes --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml $(VENV)/.runtime
	@echo "Installing what its tests need …"
	@$(PIP) install --require-hashes --no-deps --requirement requirements-dev.lock
	@touch $@

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate

lock:
	$(COMPILE) --extra build pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra build --extra dev --constraint requirements.lock pyproject.toml \
	  --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist touchline-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

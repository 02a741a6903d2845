# What this project can be asked to do. It needs Python 3.11 to 3.14, make and the package index.
#
#   make demo    the whole story on generated customers: data to delivered messages to a verified log
#   make test    everything that must hold: style, types, and every test
#   make test-spark  the sources' tests on a cluster of Spark: half a gigabyte to install, needs Java
#   make test-dialects  the SQL for warehouses that no test can run, against files that were reviewed
#   make golden  those files anew
#   make library the pages of the library's plays anew, and whom each finds in the demo's data
#   make pages   the pages and pictures of docs/ that are made, anew
#   make lint    the quick half of it: ruff and mypy
#   make quarter ninety simulated days of all plays at once, among the demo's customers
#   make oracle  thousands of random conditions against a plain reading of the language, on every store
#   make years   hundreds of simulated years on the real ledger and passes, and as many stories of crashes,
#                failing servers and people who change their minds; YEARS=1000 for more
#   make campaign  a thousand kills on each database, fifty restarts of Postgres, eight daemons on 200
#                slots; CAMPAIGN="100 5 20" for less
#   make bench   what is measured, as tables; BENCH=segments measures only that
#   make lock    the four lock files anew, from pyproject.toml (needs uv)
#   make clean   away with what these targets made

VENV := .venv
export PYTHON
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq --no-input
# Two at a time is what the tests are sized for; PYTEST_ARGS="-k name" narrows them. Each takes half of
# the tests as they stand, so that what a file or folder sets up once is set up once, and who has
# done its half takes of the other's.
PYTEST_ARGS ?= -n 2 --dist worksteal
DEMO_ARGS ?=
SPARK_ARGS ?=
BENCH ?=
YEARS ?= 300
CAMPAIGN ?= 1000 50 200
# A test that hangs is ended (pyproject.toml); what draws thousands takes as long as it takes.
SLOW := -o faulthandler_timeout=1800
ENDLESS := -o faulthandler_timeout=0

.PHONY: demo test test-spark test-dialects golden pages library quarter oracle years campaign lint bench lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.runtime
	$(BIN)/touchline demo $(DEMO_ARGS)

test: lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# One process: the cluster takes what cores there are.
test-spark: $(VENV)/.spark
	$(BIN)/python -m pytest -m spark $(SLOW) $(SPARK_ARGS)

test-dialects: $(VENV)/.dialects
	$(BIN)/python -m pytest -m dialects tests/dialects

golden: $(VENV)/.dialects
	$(BIN)/python -m tests.dialects.write_golden

library: $(VENV)/.dev
	$(BIN)/python -m tests.library.write

quarter: $(VENV)/.dev
	$(BIN)/python -m pytest -m quarter $(SLOW) tests/library

pages: $(VENV)/.dev
	$(BIN)/python -m tests.docs.reference
	$(BIN)/python -m tests.docs.windows

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

oracle: $(VENV)/.dev
	$(BIN)/python -m pytest $(PYTEST_ARGS) $(ENDLESS) tests/oracle --hypothesis-profile=thousands

years: $(VENV)/.dev
	TOUCHLINE_YEARS=$(YEARS) $(BIN)/python -m pytest $(ENDLESS) tests/year tests/stateful

campaign: $(VENV)/.dev
	$(BIN)/python -m tests.campaign $(CAMPAIGN)

bench: $(VENV)/.dev
	$(BIN)/python -m bench.run $(BENCH)

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

$(VENV)/.spark: requirements-spark.lock $(VENV)/.dev
	@command -v java >/dev/null || { echo "Spark needs Java 17 or 21, and there is no java on the" \
	  "path (on Debian: apt-get install openjdk-17-jre-headless)" >&2; exit 1; }
	@echo "Installing Spark, half a gigabyte …"
	@$(PIP) install --require-hashes --no-deps --no-build-isolation \
	  --requirement requirements-spark.lock
	@touch $@

$(VENV)/.dialects: requirements-dialects.lock $(VENV)/.dev
	@echo "Installing the dialects of SQL …"
	@$(PIP) install --require-hashes --no-deps --requirement requirements-dialects.lock
	@touch $@

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate

lock:
	$(COMPILE) --extra build pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra build --extra dev --constraint requirements.lock pyproject.toml \
	  --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock requirements-spark.in \
	  --output-file requirements-spark.lock
	$(COMPILE) --constraint requirements-dev.lock requirements-dialects.in \
	  --output-file requirements-dialects.lock

clean:
	rm -rf $(VENV) build dist touchline-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

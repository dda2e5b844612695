# `make demo` and `make test` are each enough on a fresh machine with Python 3.11 or newer; they
# prepare the environment themselves. `make help` lists the rest.

# VENV=path: an environment to make or, if it is there, to use; what it has is kept.
# PYTHON=path: an interpreter to use as it is; nothing is installed into it.
# BASE=path: the Python that a new environment is made from.
# ARGS="...": more arguments for pytest or the demo.
VENV ?= .venv
BASE ?= python3

ifneq ($(strip $(PYTHON)),)
HOST = $(PYTHON)
PY = $(PYTHON)
PREPARE = "$(HOST)" scripts/setup_env.py --as-is $(DEV)
else
HOST = $(BASE)
PY = "$(VENV)/bin/python"
PREPARE = "$(HOST)" scripts/setup_env.py --env "$(VENV)"
endif

.PHONY: help demo test dynamics bench mutants lint docs clean env
.DEFAULT_GOAL := help

help:
	@echo "make demo    prepare the environment, then see a network learn (quickstart)"
	@echo "make test    prepare the environment, then run all tests"
	@echo "make dynamics the dynamics scenarios in full, with all their seeds and controls"
	@echo "make mutants faults at every place of the plugins, and whether the conformance kit finds them"
	@echo "make lint    style, format, types, and the documentation's links"
	@echo "make bench   time neuroplast beside the published code; a table in build/bench"
	@echo "make docs    the documentation as a site, in build/site"
	@echo "make clean   remove builds and caches; the environment and runs/ stay"
	@echo
	@echo "VENV=path    use this environment, or make it there (default .venv)"
	@echo "PYTHON=path  use this interpreter as it is, installing nothing"
	@echo "ARGS=\"...\"   more arguments, as in: make test ARGS=\"-k oja\""

# The demo: learn, then draw what the first layer came to respond to.
DEMO ?= runs/demo-$(shell date +%Y%m%d-%H%M%S)
DEMO := $(DEMO)
demo: env
	$(PY) -m neuroplast run quickstart --out "$(DEMO)" $(ARGS)
	$(PY) scripts/draw_fields.py "$(DEMO)/learned-seed0" "$(DEMO)/receptive_fields.png"

test: DEV = --dev
test: env
	OMP_NUM_THREADS=1 $(PY) -m pytest --numprocesses=2 --dist=loadfile --durations=10 $(ARGS)

# The scenarios of tests/dynamics in full; `make test` runs a short form of each.
dynamics: DEV = --dev
dynamics: env
	$(PY) -m pytest tests/dynamics -m dynamics --durations=10 $(ARGS)

# A quarter of an hour, with nothing else running; the table is in build/bench/bench.md. ARGS="--only step head" runs some.
bench: env
	$(PY) benchmarks/suite.py $(ARGS)

# More than an hour. ARGS="--log FILE" can be stopped and continued; ARGS="rules/oja rates" takes some files only (docs/mutation.md).
mutants: DEV = --dev
mutants: env
	OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests $(PY) -m mutation $(ARGS)

# mypy finds the folders under the names they are installed as through these links (pyproject.toml).
lint: DEV = --dev
lint: env
	@mkdir -p build/mypy
	@for name in plugins scenarios data; do ln -sfn "../../$$name" "build/mypy/neuroplast_$$name"; done
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(BUILD_DOCS)

# From pages alone, without the network; a warning, such as of a link that leads nowhere, is an error.
BUILD_DOCS = $(PY) -m zensical build --strict --clean
docs: DEV = --dev
docs: env
	$(BUILD_DOCS)

env:
	@command -v "$(HOST)" >/dev/null || { echo "neuroplast needs Python 3.11 or newer, and '$(HOST)' is not a command here. Install Python, or name one: make BASE=/path/to/python3"; exit 1; }
	@$(PREPARE)

clean:
	rm -rf build dist *.egg-info .cache .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -name __pycache__ -not -path "./.venv/*" -prune -exec rm -rf {} +

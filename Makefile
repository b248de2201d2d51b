# Two commands do everything: `make lab` opens the notebooks, `make test` runs the whole suite.
# Both make .venv and install what they need there, once: again only when pyproject.toml or constraints.txt changes.
#
#   make lab LAB_ARGS="--no-browser --port=9999"     more arguments for JupyterLab
#   make test TEST_ARGS="-n0 -k loaders"             other arguments for pytest
#   make test PYTHON=python3.13                      another Python (make clean first, if there is a .venv)

PYTHON ?=
LAB_ARGS ?=
TEST_ARGS ?= -n auto
BENCH_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

# The targets share one .venv, and pip does not lock it.
.NOTPARALLEL:
.PHONY: help lab test lint types format bench clean
.DELETE_ON_ERROR:

help:
	@echo "make lab      open notebooks/01-quickstart.ipynb in JupyterLab"
	@echo "make test     run the whole suite, notebooks included"
	@echo "make lint     check formatting and style      make format   mend them where that can be done"
	@echo "make types    check types, strictly           make bench    compare speed with other engines"
	@echo "make clean    remove .venv and all caches"

lab: $(VENV)/.installed-lab
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/01-quickstart.ipynb $(LAB_ARGS)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(TEST_ARGS)
	$(BIN)/python -m pytest --nbval notebooks

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/compare.py $(BENCH_ARGS)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each extra of pyproject.toml. hatchling comes first, and is used without build isolation, so that
# the build is pinned by constraints.txt too.
$(VENV)/.installed-%: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt hatchling
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	  --no-build-isolation --editable ".[$*]"
	@touch $@

# A stamp and not bin/python: that exists before pip does, and would be taken for whole after an interruption.
$(VENV)/.made:
	@python=$$(tools/find-python $(PYTHON)) && \
	  echo "making $(VENV) with $$python" && "$$python" -m venv --clear $(VENV)
	@touch $@

# Two commands do everything: `make lab` opens the notebooks, `make test` runs the whole suite.
# Both make .venv and install what they need there, once: again only when pyproject.toml or constraints.txt changes.
# `make test-free-threaded` runs what has threads in it on a Python without the GIL, from an environment of its own.
#
#   make lab LAB_ARGS="--no-browser --port=9999"     more arguments for JupyterLab
#   make test TEST_ARGS="-n0 -k loaders"             other arguments for pytest
#   make test PYTHON=python3.13                      another Python (make clean first, if there is a .venv)
#   make test-free-threaded FREE_THREADED_PYTHON=/path/to/python3.14t STRESS_ARGS="--seeds 25"

PYTHON ?=
FREE_THREADED_PYTHON ?=
LAB_ARGS ?=
TEST_ARGS ?= -n auto
BENCH_ARGS ?=
STRESS_ARGS ?= --seeds 5
# the notebooks that show parallel renders
PARALLEL_NOTEBOOKS ?= $(wildcard notebooks/*-parallel*.ipynb notebooks/*-isolation*.ipynb)

VENV := .venv
BIN := $(VENV)/bin
FREE_VENV := .venv-free-threaded
FREE_PYTHON := PYTHON_GIL=0 $(FREE_VENV)/bin/python
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

# The targets share one .venv, and pip does not lock it.
.NOTPARALLEL:
.PHONY: help lab test test-browser test-free-threaded test-browser-free-threaded frontend test-frontend lint types format bench clean
.DELETE_ON_ERROR:

help:
	@echo "make lab      open notebooks/01-quickstart.ipynb in JupyterLab"
	@echo "make test     run the whole suite, notebooks included"
	@echo "make lint     check formatting and style      make format   mend them where that can be done"
	@echo "make types    check types, strictly           make bench    compare speed with other engines"
	@echo "make clean    remove the environments and all caches"
	@echo "make test-browser         try the notebook side in JupyterLab, with Chromium"
	@echo "make frontend             build the page side of the widgets, with Node.js"
	@echo "make test-frontend        check it, and that what it builds is what is there"
	@echo "make test-free-threaded   run what has threads in it on a Python without the GIL"
	@echo "make test-browser-free-threaded   try the widgets on a kernel without the GIL"

lab: $(VENV)/.installed-lab
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/01-quickstart.ipynb $(LAB_ARGS)

# The clusters' libraries change how Python pickles exceptions: their tests have a process of their own.
# So have those in a real JupyterLab, by a real Chromium. Where there is none they are skipped, and tell how to get it;
# what they need besides is installed where they run, or where KIDA_REQUIRE_BROWSER=1 says that they must.
CLUSTERS := tests/parallel/clusters
BROWSER := tests/browser
BROWSER_ARGS ?= -n2 --dist=loadfile -rs
CHROMIUM := $(shell command -v chromium || command -v chromium-browser)
COMMA := ,
test: $(VENV)/.installed-test,cluster$(if $(CHROMIUM)$(KIDA_REQUIRE_BROWSER),$(COMMA)lab$(COMMA)browser)
	$(BIN)/python -m pytest $(TEST_ARGS) --ignore=$(CLUSTERS) --ignore=$(BROWSER)
	$(BIN)/python -m pytest -n0 $(CLUSTERS)
	$(BIN)/python -m pytest --nbval notebooks
	$(BIN)/python -m pytest $(BROWSER_ARGS) $(BROWSER)

test-browser: $(VENV)/.installed-test,lab,browser
	$(BIN)/python -m pytest $(BROWSER_ARGS) $(BROWSER)

# Each test runs once: those of the language and the units in two threads at once, the rest as `make test` does.
# Python 3.13t never frees a function of a module once a thread has run, so what is left behind is looked for first, in
# a process without threads. Left out: clusters of processes, the notebook side, and huge inputs, which take minutes and have one thread.
LEFTOVERS := tests/unit/positions/test_leftovers.py
IN_THREADS := tests/unit tests/language
LEFT_OUT := $(CLUSTERS) $(BROWSER) tests/notebook tests/playground $(patsubst %,tests/bad_input/test_%.py,hostile_values large nesting)
test-free-threaded: $(FREE_VENV)/.installed
	$(FREE_VENV)/bin/python tools/check_free_threading.py
	$(FREE_PYTHON) -m pytest -n0 $(LEFTOVERS)
	$(FREE_PYTHON) -m pytest $(TEST_ARGS) --parallel-threads=2 $(IN_THREADS) --ignore=$(LEFTOVERS)
	$(FREE_PYTHON) -m pytest $(TEST_ARGS) tests $(patsubst %,--ignore=%,$(IN_THREADS) $(LEFT_OUT))
	$(FREE_PYTHON) -m tests.stress.run $(STRESS_ARGS)
ifeq ($(strip $(PARALLEL_NOTEBOOKS)),)
	@echo "no notebook shows parallel renders: none was run on a free-threaded kernel"
else
	$(FREE_PYTHON) -m pytest --nbval --nbval-current-env $(PARALLEL_NOTEBOOKS)
endif

# The widgets on a kernel of that environment, in the JupyterLab of the other.
test-browser-free-threaded: $(FREE_VENV)/.installed $(VENV)/.installed-test,lab,browser
	KIDA_FREE_THREADED_PYTHON=$(FREE_VENV)/bin/python $(BIN)/python -m pytest -n0 -rs $(BROWSER)/test_without_the_gil_in_the_browser.py

# The page side of the playground and of the parallel view: TypeScript, which is built into kida_jupyter/static. It needs
# Node.js, which nobody does who only uses them.
FRONTEND := kida_jupyter/frontend
BUILT := $(FRONTEND)/node_modules/.built
frontend: $(FRONTEND)/node_modules/.installed
	cd $(FRONTEND) && npm run --silent build

test-frontend: $(FRONTEND)/node_modules/.installed
	cd $(FRONTEND) && npm run --silent check && npm run --silent test
	rm -rf $(BUILT) && cd $(FRONTEND) && node build.mjs node_modules/.built
	diff --recursive --brief $(BUILT) kida_jupyter/static

$(FRONTEND)/node_modules/.installed: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json
	cd $(FRONTEND) && npm ci --silent
	@touch $@

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
	rm -rf $(VENV) $(FREE_VENV) $(FRONTEND)/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
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

# As above, from the constraints for free-threaded Pythons. The packages named have wheels there in these versions, and
# would need compilers without; tornado has none, and is built without its C part, which it can do without.
$(FREE_VENV)/.installed: $(FREE_VENV)/.made pyproject.toml constraints.txt constraints-free-threaded.txt tools/free-threaded-constraints
	tools/free-threaded-constraints > $(FREE_VENV)/constraints.txt
	$(FREE_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint $(FREE_VENV)/constraints.txt hatchling setuptools
	TORNADO_EXTENSION=0 $(FREE_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint $(FREE_VENV)/constraints.txt --only-binary hypothesis,markupsafe,pyzmq,rpds-py \
	  --no-build-isolation --editable ".[free-threaded]"
	@touch $@

$(FREE_VENV)/.made:
	@python=$$(tools/find-free-threaded-python $(FREE_THREADED_PYTHON)) && \
	  echo "making $(FREE_VENV) with $$python" && "$$python" -m venv --clear $(FREE_VENV)
	@touch $@

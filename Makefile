# Two commands are enough: `make figures` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m analysis
CHECKED := analysis tests benchmarks notebooks docs

# Commands that the tests start need a third less time with their bytecode kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help figures test test-slow fuzz lint check lab bench docs site-docs pictures lock clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*##/\t/' | expand -t 14

figures: .venv/installed  ## run every stale notebook and write figures/
	$(RUN) run

test: .venv/installed lint  ## everything that needs no browser and no office program
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist worksteal

test-slow: .venv-slow/installed  ## with a browser, an office program, a workflow engine, a scheduler
	bash .ci/slow-tools
	.venv-slow/bin/python -m pytest -m slow

fuzz: .venv/installed  ## many new examples of damaged and forged files
	$(BIN)/python -m pytest -q tests/faults/test_fuzz.py --hypothesis-profile=long

lint: .venv/installed  ## style, types, layers of imports, and the tables against their contract
	$(BIN)/python -m ruff check $(CHECKED)
	$(BIN)/python -m ruff format --check $(CHECKED)
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(RUN) check

check: .venv/installed  ## the tables against their contract and descriptor
	$(RUN) check

lab: .venv/installed  ## JupyterLab on the notebooks
	$(BIN)/python -m jupyterlab --notebook-dir=. --LabApp.default_url=/lab/tree/notebooks \
	  --LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

bench: .venv/installed  ## runs side by side with stock papermill; coverage of the intervals; redraws
	$(BIN)/python -m benchmarks.runs
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.redraw

docs: .venv/installed  ## the generated pages: dictionary, glossary, method, what is missing, architecture
	PYTHONPATH=docs $(BIN)/python docs/pages.py

site-docs: .venv-slow/installed  ## the docs and docstrings as pages, offline: site/index.html
	.venv-slow/bin/python docs/build_site.py

pictures: figures  ## update the pictures that README and docs show
	$(BIN)/python -m benchmarks.pictures

lock:  ## update both lock files (needs uv)
	$(LOCK) --group pyproject.toml:test --group pyproject.toml:build -o requirements.lock
	$(LOCK) --group pyproject.toml:test --group pyproject.toml:build \
	  --group pyproject.toml:docs --group pyproject.toml:slow -o requirements-slow.lock
LOCK = uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header --extra all pyproject.toml

clean:  ## remove figures and caches; the environments stay
	find figures -mindepth 1 ! -name README.md -delete
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build

%/installed: requirements.lock requirements-slow.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  -r $(if $(findstring slow,$*),requirements-slow.lock,requirements.lock)
	$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	touch $@

# make report: cross-check NumPy, torch and jax here.   make test: the whole test suite.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TYPED := $(VENV)/typed
# What else pytest is told, as in: make test PYTEST=--cov
PYTEST ?=

.PHONY: setup heavy report test docs lint format clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

# Libraries that are checked, too, where there is room for them: 1.5 GB.
heavy: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[tensorflow,keras,mlx]'

report: setup
	$(BIN)/backproof check --out agreement-report

test: setup
	$(BIN)/pytest --numprocesses auto --dist loadfile $(PYTEST)

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# mypy cannot follow the package mapping of an editable install: show it the packages as installed.
	mkdir -p $(TYPED)/backproof
	for package in manual reference agreement; do ln -sfn ../../../$$package $(TYPED)/backproof/$$package; done
	MYPYPATH=$(TYPED) $(BIN)/mypy --strict -p backproof.manual -p backproof.reference -p backproof.agreement

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) agreement-report .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info

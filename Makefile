# make report: cross-check NumPy, torch and jax here.   make test: the tests.   make test-all: what takes longer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TYPED := $(VENV)/typed
# What else pytest is told, as in: make test PYTEST=--cov
PYTEST ?=

# OpenBLAS has a kernel for each; Haswell's and Zen's use fused multiply-adds, and the last bits differ.
KERNELS := Haswell Zen Sandybridge Nehalem

# Hundreds of processes would compile the packages anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup heavy report test test-long test-deep test-libraries test-kernels test-all docs lint format clean

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

# Shapes are checked where they are the subject: elsewhere networks are run by the thousand, and it triples the time.
SHAPES := --jaxtyping-packages=backproof.manual,beartype.beartype

test: setup
	$(BIN)/pytest --numprocesses auto --dist loadfile $(PYTEST) $(SHAPES) tests/manual
	$(BIN)/pytest --numprocesses auto --dist loadfile $(PYTEST) --ignore tests/manual

# What takes seconds each: other dtypes, blocks, libraries and pages of what `make test` asks of one.
test-long: setup
	$(BIN)/pytest --numprocesses auto --dist worksteal $(PYTEST) -m long

# What takes minutes: all planted edits and right programs, every mutant, damaged files by the thousand.
test-deep: setup
	HYPOTHESIS_PROFILE=ci $(BIN)/pytest --numprocesses auto --dist worksteal -m deep

# `make test` runs these, too, where the libraries are there.
test-libraries: heavy
	$(BIN)/pytest --numprocesses auto --dist loadfile tests/reference/library_backends tests/reference/deviations

# Everything that `make test` leaves out.
test-all: test-long test-deep test-libraries test-kernels

# Where OPENBLAS_CORETYPE is set already that has a reason: it is left as it is.
test-kernels: setup
	@if [ -n "$$OPENBLAS_CORETYPE" ]; then echo "BLAS kernels: only $$OPENBLAS_CORETYPE, which is set already"; \
	else for kernel in $(KERNELS); do echo "BLAS kernel $$kernel"; OPENBLAS_CORETYPE=$$kernel \
	$(BIN)/pytest --numprocesses auto --dist loadfile -q tests/agreement/diagnosis tests/test_docs.py tests/test_oracle.py \
	|| exit 1; done; fi

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

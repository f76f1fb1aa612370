# Everything runs in a virtual environment of its own; only Python 3.11 or later and make have to be there.
#   make test PYTHON=python3.13 VENV=.venv-3.13 TESTS="tests/test_scope.py -k venv"
#   make bench ROWS="--quick --peers startup saves"
#   make proof PROOFS="tests/proof/proof_faults.py -k storm"

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
TESTS ?= -n $(WORKERS)
PROOFS ?= tests/proof

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INPUTS := pyproject.toml hmr_daemon.pth hmr_daemon.start

.PHONY: demo test proof bench check lint types layers clean

demo: $(VENV)/.installed
	$(BIN)/python examples/demo.py

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(TESTS)

proof: $(VENV)/.installed-proof
	$(BIN)/python -m pytest -o python_files="proof_*.py" $(PROOFS)

bench: export NO_HMR_DAEMON := 1
bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks $(ROWS)

check: lint types layers

lint: $(VENV)/.installed-check
	$(BIN)/python -m ruff check src tests benchmarks
	$(BIN)/python -m ruff format --check src tests benchmarks

types: $(VENV)/.installed-check
	$(BIN)/python -m mypy

layers: $(VENV)/.installed-check
	$(BIN)/python -m pytest -q tests/test_layers.py

clean:
	rm -rf $(VENV) .venv-bench build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.installed: EXTRAS :=
$(VENV)/.installed-test: EXTRAS := [test]
$(VENV)/.installed-proof: EXTRAS := [test,libraries,tools]
$(VENV)/.installed-check: EXTRAS := [test,lint]
$(VENV)/.installed-bench: EXTRAS := [bench]

$(VENV)/.installed $(VENV)/.installed-test $(VENV)/.installed-proof $(VENV)/.installed-check $(VENV)/.installed-bench: $(INPUTS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || $(PYTHON) -m virtualenv --clear $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e ".$(EXTRAS)"
	touch $@

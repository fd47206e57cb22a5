PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# Processes that share the tests; each file is one process's own.
PROCESSES ?= 2
PYTEST := $(BIN)/pytest -n $(PROCESSES) --dist loadfile
# Where the continual training sets are, as archives.
CKGE ?= ../shared/data/ckge
ROOMS := graph kgcl ingest queries embeddings kgdelta

.PHONY: demo test test-long lint grammar bench bench-ingest bench-store bench-embeddings clean

demo: $(READY)
	$(BIN)/kgdelta demo

test: $(READY)
	$(PYTEST) -m "not long"

test-long: $(READY)
	$(PYTEST) -m long

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

grammar: $(READY)
	$(BIN)/python -m kgcl.tables

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

bench-ingest: $(READY)
	$(BIN)/python -m tests.benchmarks.obo
	$(BIN)/python -m tests.benchmarks.rdf
	$(BIN)/python -m tests.benchmarks.owl
	$(BIN)/python -m tests.benchmarks.kgx
	$(BIN)/python -m tests.benchmarks.history

bench-store: $(READY)
	$(BIN)/python -m tests.benchmarks.store --main
	$(BIN)/python -m tests.benchmarks.store --growth
	$(BIN)/python -m tests.benchmarks.store --large
	$(BIN)/python -m tests.benchmarks.store_neo4j --plain --offline

# Hours: each training set, and the planted benchmarks of shift and noise.
bench-embeddings: $(READY)
	for set in $(CKGE)/*.tar.xz; do $(BIN)/python -m tests.benchmarks.ckge $$set --json || exit; done
	$(BIN)/python -m tests.benchmarks.ckge_static fb15k-237 --json
	$(BIN)/python -m tests.benchmarks.ckge_static wn18rr --json
	$(BIN)/python -m tests.benchmarks.training --json
	$(BIN)/python -m tests.benchmarks.shift
	$(BIN)/python -m tests.benchmarks.change_points
	$(BIN)/python -m tests.benchmarks.denoise
	$(BIN)/python -m tests.benchmarks.denoise_baselines
	$(BIN)/python -m tests.benchmarks.denoise_ontologies
	$(BIN)/python -m tests.benchmarks.denoise_history
	$(BIN)/python -m tests.benchmarks.denoise_history --real
	$(BIN)/python -m tests.benchmarks.denoise_training

clean:
	rm -rf $(VENV) build dist demo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find $(ROOMS) tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) with the versions of constraints.txt; torch makes this a few minutes once."
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("kgdelta needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[embeddings,neo4j,pandas,plots,tables,dev]"
	@touch $(READY)
	@echo "Ready: $(BIN)/kgdelta --help"

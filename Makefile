# Two commands on a fresh machine with Python ≥ 3.11 and make:
#   make report   installs what is needed and runs the main job on the embedded sample
#   make test     installs what is needed and runs all tests
PYTHON ?= python3
OUT ?= out
BIN := .venv/bin

.PHONY: report test soak addin lint bench template lock clean

report: .venv/installed
	mkdir -p $(OUT)
	$(BIN)/ips new $(OUT)/book.xlsx --overwrite
	$(BIN)/ips report $(OUT)/book.xlsx -o $(OUT)

test: .venv/installed lint
	$(BIN)/pytest -q -n auto -m "not soak"

# The add-in for Excel and the extension for LibreOffice, into build/.
addin: .venv/installed
	$(BIN)/ips addin build -o build
	$(BIN)/ips addin build -o build --libreoffice

soak: .venv/installed
	$(BIN)/pytest -q -n auto -m soak

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The benchmarks' peers are not needed by anything else.
bench: .venv/installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -U pip
	$(BIN)/python -m pip install -q --group bench
	for each in benchmarks/[a-z]*.py; do \
		OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.$$(basename $$each .py) || exit 1; done

template: .venv/installed
	$(BIN)/python -m workbook_templates.build

# Exact versions with hashes for every system, without download addresses.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --group dev pyproject.toml -o requirements.lock

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"need Python 3.11 or later, found {v.major}.{v.minor}")'
	$(PYTHON) -m venv .venv
	if command -v uv >/dev/null; \
	then VIRTUAL_ENV=.venv uv pip install -q --require-hashes -r requirements.lock; \
	else $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock; fi
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch .venv/installed

clean:
	rm -rf .venv $(OUT) build *.egg-info

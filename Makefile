# Each target works as the first command on a fresh clone: the virtual environment is made when it is missing.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
SCRIPTS := Scripts
else
SCRIPTS := bin
endif
BIN := $(VENV)/$(SCRIPTS)
OUT ?= demo-out

.PHONY: demo test lint bench docs dist dist-check sbom audit pages clean

demo: $(VENV)/.installed
	$(BIN)/callsignals demo --out $(OUT)

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -rs

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Branches that tests run, child processes included; twice the time of the tests alone.
coverage: $(VENV)/.installed-test
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2 --dist loadfile
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

# Whether a wrong measure is noticed: a sample of mutants of each room, against the room's own tests.
mutation: $(VENV)/.installed-test
	for room in measures questions figures terms records; do $(BIN)/python benchmarks/mutation/run.py $$room || exit 1; done

bench: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_all.py $(if $(DATA),--data $(DATA))

pages: $(VENV)/.installed
	for script in commands data columns pictures signals exports accuracy; do $(BIN)/python docs/generate_$$script.py || exit 1; done

docs: $(VENV)/.installed-test
	$(BIN)/python -m mkdocs build --strict
	@echo "Documentation: site/index.html"

dist: $(VENV)/.installed-dist
	rm -f dist/*.whl dist/*.tar.gz
	$(BIN)/python -m build --outdir dist
	$(BIN)/python -m twine check --strict dist/*.whl dist/*.tar.gz
	$(BIN)/python tests/dist_contents.py dist

# Wheel and sdist into empty environments of every Python there is, demo and extras too; then with the newest dependencies.
dist-check: dist
	$(BIN)/python tests/clean_install.py dist --uv --demo --extras
	$(BIN)/python tests/clean_install.py dist --uv --newest

# What a user's installation consists of (CycloneDX), in dist/: run-time dependencies alone, of the pinned versions.
SBOM := build/sbom
sbom: pyproject.toml constraints.txt
	rm -rf $(SBOM)
	$(PYTHON) -m venv $(SBOM)/runtime
	$(PYTHON) -m venv $(SBOM)/tool
	$(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > $(SBOM)/runtime.txt
	$(SBOM)/runtime/$(SCRIPTS)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --requirement $(SBOM)/runtime.txt
	$(SBOM)/tool/$(SCRIPTS)/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	$(PYTHON) -c "import pathlib; pathlib.Path('dist').mkdir(exist_ok=True)"
	$(SBOM)/tool/$(SCRIPTS)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.cdx.json $(SBOM)/runtime

# Known holes of the pinned versions, run-time dependencies and those of the tests; asks PyPI. Without --strict what could
# not be looked up counts as free of holes.
AUDIT := build/audit
audit: constraints.txt
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/$(SCRIPTS)/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	$(AUDIT)/$(SCRIPTS)/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict --progress-spinner off

clean:
	rm -rf $(VENV) $(OUT) site dist build .mypy_cache .ruff_cache .pytest_cache .coverage .coverage.*

$(VENV)/bin/python $(VENV)/Scripts/python:
	$(PYTHON) -c "import sys; sys.exit('callsignals needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Try: make PYTHON=python3.12' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing packages, about 500 MB at first; this takes minutes and says nothing meanwhile."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	touch $@ $(VENV)/.installed

$(VENV)/.installed-dist: Makefile | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt build twine
	touch $@

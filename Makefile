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

.PHONY: demo test lint bench docs dist sbom pages clean

demo: $(VENV)/.installed
	$(BIN)/callsignals demo --out $(OUT)

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run_all.py $(if $(DATA),--data $(DATA))

pages: $(VENV)/.installed
	for script in commands data pictures signals exports accuracy; do $(BIN)/python docs/generate_$$script.py || exit 1; done

docs: $(VENV)/.installed-test
	$(BIN)/python -m mkdocs build --strict
	@echo "Documentation: site/index.html"

dist: $(VENV)/.installed-dist
	$(BIN)/python -m build --outdir dist
	$(BIN)/python tests/clean_install.py dist

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

clean:
	rm -rf $(VENV) $(OUT) site dist build .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python $(VENV)/Scripts/python:
	$(PYTHON) -c "import sys; sys.exit('callsignals needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Try: make PYTHON=python3.12' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	touch $@ $(VENV)/.installed

$(VENV)/.installed-dist: | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt build
	touch $@

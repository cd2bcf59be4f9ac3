# The verbs that people and the gate use. Everything is installed into .venv/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Files opened without an encoding are errors in tests; pip is not ours to warn.
STRICT := PYTHONWARNDEFAULTENCODING=1
export PYTHONHASHSEED = 0
export MPLBACKEND = Agg

.PHONY: report test check bench lab clean

report: $(VENV)/.report-ready
	$(BIN)/detente report

test: $(VENV)/.test-ready
	$(STRICT) $(BIN)/python -m pytest -n auto

check: $(VENV)/.test-ready
	$(BIN)/ruff check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/detente check

bench: $(VENV)/.test-ready
	$(BIN)/python tests/bench/run.py

lab: $(VENV)/.report-ready
	$(BIN)/python notebooks/build.py
	$(BIN)/jupyter lab --ServerApp.root_dir=notebooks/_built --LabApp.default_url=/lab/tree/00_tour.ipynb

clean:
	rm -rf $(VENV) .detente notebooks/_built .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.report-ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[fast,zh,lab]"
	touch $@

$(VENV)/.test-ready: $(VENV)/.report-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[fast,zh,lab,test]"
	touch $@

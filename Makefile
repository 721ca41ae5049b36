# GNU make. Everything Python is installed into $(VENV).
PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin

.PHONY: help serve test lint check

help:
	@echo 'make serve   serve development.ini on http://localhost:6543'
	@echo 'make test    run the tests, with Redis, and print the coverage'
	@echo 'make lint    run ruff and mypy'
	@echo 'make check   run the tests, then lint'

serve: $(VENV)/.installed
	$(BIN)/pserve development.ini

test: $(VENV)/.installed-testing
	command -v redis-server || { apt-get update && apt-get install -y redis-server; }
	$(BIN)/pytest --cov

lint: $(VENV)/.installed-linting
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: test lint

$(VENV)/.installed: setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -e .
	touch $@

# One rule for each extra of setup.py.
$(VENV)/.installed-%: $(VENV)/.installed
	$(BIN)/pip install -q -e '.[$*]'
	touch $@

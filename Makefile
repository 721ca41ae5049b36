# GNU make. Everything Python is installed into $(VENV).
PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
DEBIAN = apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y
# What keeps every branch covered: security, conditions and paging.
COVERED = 'classroom/authentication.py,classroom/pagination.py,classroom/conditions.py,classroom/passwords.py,classroom/security.py,classroom/tokens.py,classroom/memory.py,classroom/tweens/*,classroom/views/derivers.py'

.PHONY: help serve test fuzz lint check

help:
	@echo 'make serve   serve development.ini on http://localhost:6543'
	@echo 'make test    run the tests, with Redis and PostgreSQL, and print the coverage'
	@echo 'make fuzz    look for answers that break the contract, for ten minutes'
	@echo 'make lint    run ruff and mypy'
	@echo 'make check   run the tests, then lint'

serve: $(VENV)/.installed
	$(BIN)/pserve development.ini

test: $(VENV)/.installed-testing
	command -v redis-server > /dev/null || { $(DEBIAN) redis-server; }
	ls /usr/lib/postgresql/*/bin/postgres > /dev/null || command -v postgres || { $(DEBIAN) postgresql; }
	$(BIN)/pytest -n 2 --cov
	$(BIN)/coverage report --fail-under=100 --include=$(COVERED)

fuzz: $(VENV)/.installed-testing
	CLASSROOM_FUZZ=600 $(BIN)/pytest tests/functional/test_schemathesis.py

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

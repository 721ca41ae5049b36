# GNU make. Python packages are installed into $(VENV): .venv for python3, .venv-3.13 for
# PYTHON=python3.13.
PYTHON = python3
VENV = .venv$(patsubst python%,-%,$(filter-out python3,$(notdir $(PYTHON))))
BIN = $(VENV)/bin
PEERS = .venv-peers
FASTIFY = benchmarks/peers/fastify
TOOLS = tests/npm
DEBIAN = apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y
INSTALL = $(BIN)/pip install -q -c constraints.txt
# make test fails if a branch in these files is not covered.
COVERED = 'classroom/security/*,classroom/http/pagination.py,classroom/http/page_parameters.py,classroom/http/preconditions.py,classroom/tweens/*,classroom/views/derivers.py'

# These tests cover what can differ between versions of Python: installation, commands, hashing, tokens,
# processes.
SMOKE = tests/unit tests/functional/test_authentication.py tests/functional/test_commands.py \
	tests/functional/test_environment.py tests/functional/test_pserve.py \
	tests/functional/test_warnings.py

# Otherwise each test process compiles the package again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test smoke fuzz lint check bench bench-quick constraints servers load

help:
	@echo 'make serve        serve development.ini on http://localhost:6543'
	@echo 'make test         run all tests, with Redis, PostgreSQL and nginx, and print the coverage'
	@echo 'make smoke        run a representative part of the tests in less than a minute'
	@echo 'make lint         run ruff and mypy'
	@echo 'make check        run all tests, then lint'
	@echo 'make fuzz         send random requests for ten minutes and check the responses'
	@echo 'make bench        compare the speed with other frameworks, in 20 minutes'
	@echo 'make bench-quick  compare the speed with Flask only, in three minutes'
	@echo 'make constraints  update constraints.txt to the newest versions of the dependencies'
	@echo 'make servers      install Redis, PostgreSQL and nginx if missing (Debian, as root)'
	@echo 'make load         install wrk and taskset if missing (Debian, as root)'
	@echo 'make help         print this list'
	@echo
	@echo 'Each target installs what it needs. PYTHON=python3.13 selects another version of Python.'

serve: $(VENV)/.installed
	$(BIN)/pserve development.ini

servers:
	command -v redis-server > /dev/null || { $(DEBIAN) redis-server; }
	ls /usr/lib/postgresql/*/bin/postgres > /dev/null || command -v postgres || { $(DEBIAN) postgresql; }
	ls /usr/sbin/nginx > /dev/null || command -v nginx || { $(DEBIAN) nginx; }

test: $(VENV)/.installed-testing $(TOOLS)/node_modules/.installed servers
	$(BIN)/pytest -n 3 --dist worksteal --cov
	$(BIN)/coverage report --fail-under=100 --include=$(COVERED)

smoke: $(VENV)/.installed-testing servers
	$(BIN)/pytest -n 2 --dist worksteal $(SMOKE)

fuzz: $(VENV)/.installed-testing servers
	FUZZ_SECONDS=600 $(BIN)/pytest tests/functional/test_schemathesis.py tests/functional/test_model.py

lint: $(VENV)/.installed-linting
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: test lint

bench: $(VENV)/.installed-testing $(PEERS)/.installed $(FASTIFY)/node_modules/.installed servers load
	$(BIN)/python -m benchmarks

bench-quick: $(VENV)/.installed-testing $(PEERS)/.installed servers load
	$(BIN)/python -m benchmarks --quick

constraints: $(VENV)/.installed
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --upgrade --all-extras --python-version 3.11 \
		--no-annotate --no-emit-package pip --custom-compile-command 'make constraints' \
		setup.py -o constraints.txt

load:
	command -v wrk > /dev/null || { $(DEBIAN) wrk; }
	command -v taskset > /dev/null || { $(DEBIAN) util-linux; }

$(PEERS)/.installed: benchmarks/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install -q -r $<
	touch $@

$(TOOLS)/node_modules/.installed: $(TOOLS)/package-lock.json
	command -v npm > /dev/null || { $(DEBIAN) nodejs npm; }
	npm ci --silent --prefix $(TOOLS)
	touch $@

# Without npm, this file is not created, and make bench leaves out Fastify.
$(FASTIFY)/node_modules/.installed: $(FASTIFY)/package-lock.json
	if command -v npm > /dev/null; then npm ci --silent --prefix $(FASTIFY) && touch $@; fi

$(VENV)/.installed: setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("classroom needs Python 3.11 or later")'
	@echo 'Installing classroom into $(VENV). The first time, this takes about half a minute.'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e .
	touch $@

# Installs an extra of setup.py: testing or linting.
$(VENV)/.installed-%: $(VENV)/.installed
	$(INSTALL) -e '.[$*]'
	touch $@

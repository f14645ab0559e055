# The habits of this repository. Every target does its own set-up: a fresh machine needs Python 3.11+, git and make.

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
STAMPS := .uv
UV := $(shell command -v uv 2>/dev/null || echo $(STAMPS)/tool/bin/uv)
CHECKERS := $(patsubst tests/conformance/checkers/%.lock,$(STAMPS)/checkers/%.made,$(wildcard tests/conformance/checkers/*.lock))
MEMBERS := contracts chassis services/identity services/enrollment services/attendance services/ledger services/notify clients deploy/local
RUN := env -u PYTHONDONTWRITEBYTECODE $(PYTHON)

.PHONY: help setup lock checkers demo up down test check e2e bench contracts matrix format

help: ## What can be done here
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMPS)/platform $(STAMPS)/assets ## Everything the other targets need (they do it by themselves)

$(STAMPS)/tool/bin/uv:
	@echo "Bringing uv into $(STAMPS)/tool"
	@python3 -m venv $(STAMPS)/tool
	@$(STAMPS)/tool/bin/pip install --quiet --disable-pip-version-check 'uv>=0.8'

$(STAMPS)/packages: requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS)) | $(filter $(STAMPS)/%,$(UV))
	@mkdir -p $(STAMPS)
	@test -x $(PYTHON) || $(UV) venv --quiet --python-preference only-system $(VENV)
	@echo "Installing packages by the lock"
	@$(UV) pip install --python $(PYTHON) --require-hashes --compile-bytecode -r requirements.lock
	@$(UV) pip install --python $(PYTHON) --no-deps --no-build-isolation $(foreach member,$(MEMBERS),--editable $(member))
	@touch $@

$(STAMPS)/platform: $(STAMPS)/packages deploy/local/jars.lock
	@$(RUN) -m refettorio_local prepare
	@touch $@

$(STAMPS)/assets: $(STAMPS)/packages clients/package-lock.json
	@$(RUN) -m clients.design.build
	@touch $@

checkers: $(CHECKERS) ## Programs of others that judge ours, each in an environment of its own (`make test` makes them)

$(STAMPS)/checkers/%.made: tests/conformance/checkers/%.lock | $(filter $(STAMPS)/%,$(UV))
	@echo "Installing $* by its own lock"
	@$(UV) venv --quiet --clear --python-preference only-system $(@D)/$*
	@$(UV) pip install --quiet --python $(@D)/$*/bin/python --require-hashes --compile-bytecode -r $<
	@touch $@

lock: | $(filter $(STAMPS)/%,$(UV)) ## Resolve again and write the locks (names, versions, hashes; no addresses)
	@$(UV) lock
	@$(UV) export --quiet --all-packages --no-emit-workspace --no-header --no-annotate --format requirements.txt > requirements.lock
	@for wanted in tests/conformance/checkers/*.in; do \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --output-file $${wanted%.in}.lock $$wanted; done

demo: setup ## Play the main job on real input through the gateway, on a fresh platform (KEEP=1 leaves it running)
	@$(RUN) -m refettorio_local.story $(if $(KEEP),--keep)

up: setup ## Start everything in the background and print the addresses
	@$(RUN) -m refettorio_local up

down: $(STAMPS)/packages ## Stop what `make up` started
	@$(RUN) -m refettorio_local down

check: $(STAMPS)/packages $(STAMPS)/assets ## Format, lint, types, imports, architecture and unit tests: under a minute or so
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(RUN) -m pytest -q tests/unit tests/architecture tests/contracts

test: setup checkers ## Every check and every test
	@$(MAKE) --no-print-directory check
	@$(RUN) -m pytest tests --ignore tests/unit --ignore tests/architecture --ignore tests/contracts --ignore tests/performance

e2e: setup ## Portal, office and tablet in a real browser
	@$(RUN) -m pytest tests/e2e

bench: setup ## Speed, printed side by side
	@$(RUN) -m pytest -s tests/performance

contracts: $(STAMPS)/packages ## Write again the schemas of new events and the AsyncAPI document
	@$(RUN) -m refettorio_contracts

matrix: $(STAMPS)/packages $(STAMPS)/assets ## Write again who may call what (docs/architecture/role-matrix.md)
	@$(RUN) -m tests.architecture.role_matrix

format: $(STAMPS)/packages ## Put the code in order
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

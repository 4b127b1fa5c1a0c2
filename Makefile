# `make help` lists what there is. Python 3.11 or newer, its venv module and make are all that must be here before.

PYTHON ?= python3
PORT ?= 8000
BIND ?= 127.0.0.1
VENV ?= .venv

RUN := $(VENV)/bin/python
INSTALL := chatons_portal/embedded/install.py

.PHONY: run demo install test lint bench shape lock messages help python development
.DEFAULT_GOAL := help

run: install ## the whole portal, on http://localhost:8000/ (PORT=8001, BIND=0.0.0.0)
	@exec $(RUN) -m chatons_portal.embedded.supervisor --port $(PORT) --bind $(BIND)

demo: export PROBE_INSIDE := *
demo: install ## the same, after filling it with a believable host
	@$(RUN) manage.py migrate --verbosity 0
	@$(RUN) manage.py demo
	@exec $(RUN) -m chatons_portal.embedded.supervisor --port $(PORT) --bind $(BIND)

test: python ## everything the tests need, then all of them (ARGS="-k gate", EMBEDDED_SERVERS=wheels)
	@$(PYTHON) tests/needs.py
	@$(MAKE) --no-print-directory development
	@exec $(RUN) -m pytest $(ARGS)

# The production settings, and addresses that nothing connects to.
lint: export SITE_URL := https://portal.example.org
lint: export SECRET_KEY := not-a-secret-only-long-enough-for-the-checks-0123456789-abcdefghij
lint: export DATABASE_URL := postgres://nobody@/portal?host=/nonexistent
lint: export REDIS_URL := unix:///nonexistent?db=0
lint: export HSTS_ALL_SUBDOMAINS := true
lint: export ENV_FILE := /dev/null
lint: development ## style, types, layers, templates, migrations, settings, messages
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m djlint --quiet --lint templates
	$(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(RUN) manage.py check --deploy --fail-level WARNING
	$(RUN) tests/messages.py

bench: development ## every benchmark of bench/, one after the other
	@for each in bench/bench_*.py; do echo "== $$each"; $(RUN) $$each || exit 1; done

shape: development ## sizes of files and functions, circles, tests to code
	@$(RUN) tests/shape.py

lock: development ## resolve requirements*.in into requirements*.txt
	$(RUN) -m pip install --quiet uv
	for each in requirements requirements-dev requirements-embedded; do \
	  $(RUN) -m uv pip compile --quiet --upgrade --python-version 3.11 --universal --generate-hashes $$each.in -o $$each.txt || exit 1; done

messages: install ## collect the strings to translate and compile the translations (needs gettext)
	$(RUN) manage.py makemessages --all --no-obsolete --no-wrap --ignore=.venv --ignore=var --ignore=tests
	$(RUN) manage.py compilemessages --ignore=.venv

install: python ## the virtual environment in .venv
	@$(PYTHON) $(INSTALL) $(VENV) requirements.txt

development: python
	@$(PYTHON) $(INSTALL) $(VENV) requirements.txt requirements-dev.txt

python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: apt-get install python3 python3-venv, or say which with make PYTHON=python3.12." >&2; exit 1; }

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

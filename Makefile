# The same few words everywhere: install, test, lint, types, bench. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install chat test lint types bench soak pictures clean

# A constraint file named in the environment would fight with ours.
unexport PIP_CONSTRAINT
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip install -qq -c constraints.txt
PACKAGES := embeddings qa eval ui
SAMPLE := .sample-store
SAMPLE_BUILT := $(SAMPLE)/.built
# The sample store is stale when what it is built from, or what builds it, has changed.
SAMPLE_FROM := $(shell find seeds embeddings qa -type f -not -name '*.pyc' 2>/dev/null)
# The first of these that is Python 3.11; `make PYTHON=/path/to/python3.11` overrides the search.
PYTHON ?= $(shell for name in python3.11 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	&& { echo "$$name"; break; }; done)
# PORT=8000 for the chat; ARGS="-k spans" for the tests. ARCHIVE="ARTICLES QUESTIONS" and
# SIZES="100 200" are what bench and soak measure; without them the sample archive, and all sizes.
PORT ?=
ARGS ?=
ARCHIVE ?=
SIZES ?=
# The load of `make soak`.
USERS ?= 25
SECONDS_OF_LOAD ?= 600

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED)  ## make .venv and install every pinned package, and this project

# torch goes first and by its pin, so that no other package draws in a different build of it.
$(INSTALLED): pyproject.toml constraints.txt
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 was not found. Install it (with venv), or run" \
		"'make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python3.11'." >&2; exit 2; }
	@[ -x $(BIN)/pip ] || { echo "Making $(VENV) with $(PYTHON) ..."; "$(PYTHON)" -m venv $(VENV); }
	@echo "Installing torch (the largest part) ..."
	@$(PIP) "$$(grep '^torch==' constraints.txt)"
	@echo "Installing everything else ..."
	@$(PIP) -e '.[dev]'
	@touch $@
	@echo "Installed in $(VENV)."

$(SAMPLE_BUILT): $(INSTALLED) $(SAMPLE_FROM)
	@echo "Building the sample store in $(SAMPLE) ..."
	@$(BIN)/pullquote index seeds/articles --rebuild --prune --store $(SAMPLE)
	@touch $@

chat: $(SAMPLE_BUILT)  ## install, then open the chat on the sample archive (PORT=8000)
	@$(BIN)/pullquote chat --store $(SAMPLE) $(if $(PORT),--port $(PORT))

test: $(INSTALLED)  ## install, then run the tests (ARGS="-k spans" for some of them)
	@$(BIN)/python -m pytest $(ARGS)

lint: $(INSTALLED)  ## check style, format and docstrings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pydoclint $(PACKAGES)

types: $(INSTALLED)  ## check the types of the four packages, strictly
	@$(BIN)/mypy

# A peer needs docstring_parser, whose files lie over those of the fork that lint needs; the fork does
# for both.
bench: $(INSTALLED)  ## time indexing and answering, beside peers, and how both grow (SIZES="100 200")
	@$(PIP) -e '.[bench]'
	@$(PIP) --force-reinstall --no-deps "$$(grep '^docstring_parser_fork==' constraints.txt)"
	@$(BIN)/python -m eval.benchmark $(ARCHIVE) $(ARGS)
	@$(BIN)/python -m eval.indexing_speed $(ARCHIVE)
	@$(BIN)/python -m eval.peers $(ARCHIVE)
	@$(BIN)/python -m eval.growth $(ARCHIVE) --sizes $(or $(SIZES),500 2000 5000)
	@$(BIN)/python -m eval.growth --plot

soak: $(SAMPLE_BUILT)  ## try store and chat at length: kills, damage, growth, load (ARGS="--scale 0.1")
	@$(BIN)/python -m eval.soak $(ARGS)
	@$(BIN)/python -m eval.growth $(ARCHIVE) --sizes $(or $(SIZES),25000)
	@$(BIN)/python -m ui.load --store $(SAMPLE) --users $(USERS) --seconds $(SECONDS_OF_LOAD) --paint

pictures: $(SAMPLE_BUILT)  ## take the pictures of the README with Chromium
	@$(BIN)/python tests/screenshots.py $(SAMPLE)

clean:  ## remove .venv, the sample store and caches; stores of your own stay
	rm -rf $(VENV) $(SAMPLE) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

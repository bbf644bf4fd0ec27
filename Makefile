# Frontdesk on a machine with Python >= 3.11 and make. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help run test scenarios check bench chaos eval clean install

BIN := .venv/bin
LOCK := requirements-dev.txt

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf 'make %-10s %s\n' "$$name" "$$text"; done

run: install ## start everything on embedded servers and print a curl line to try (Ctrl-C stops it)
	@exec $(BIN)/python manage.py up

test: install ## unit, database and queue tests
	@exec $(BIN)/python -m pytest tests --ignore=tests/scenarios -n 2 --dist loadfile --no-loadscope-reorder

scenarios: install ## whole stories on real processes
	@exec $(BIN)/python -m pytest tests/scenarios

check: install ## lint, format, types, import rules: what CI runs
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: install ## measure every part beside others of its kind, in one table
	@exec env $(if $(DATA),DATA=$(abspath $(DATA))) $(BIN)/python -m bench

chaos: install ## twenty seeds of kill -9 and worse; SEED=n repeats one, PLANT=name plants a fault
	@exec $(BIN)/python -m bench.chaos $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant $(PLANT))

eval: install ## measure answers, retrieval, intents, grounding; DATA=folder adds the sets in it
	@exec $(BIN)/python manage.py eval $(if $(DATA),--data $(DATA))

clean: ## remove the virtual environment and caches; .frontdesk (your data) stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installs only when the lock differs from what was installed last (.venv/installed), or the environment is broken.
install:
	@lock=$$(cksum < $(LOCK)) && \
	if [ "$$(cat .venv/installed 2>/dev/null)" = "$$lock" ] && $(BIN)/python -c '' 2>/dev/null; then exit 0; fi; \
	for python in python3 python3.14 python3.13 python3.12 python3.11 none; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	if [ $$python = none ]; then echo 'Frontdesk needs Python 3.11 or newer, and there is none on this machine.' >&2; exit 1; fi; \
	$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Making .venv with $$($$python --version) …"; rm -rf .venv; \
	  $$python -m venv .venv || { rm -rf .venv; echo "$$python cannot make a virtual environment: install its venv package (Debian: python3-venv)." >&2; exit 1; }; \
	}; \
	echo 'Installing from $(LOCK) …'; \
	sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > .venv/uv.txt; \
	[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt; \
	sync="$(BIN)/uv pip sync --python $(BIN)/python --compile-bytecode --require-hashes $(LOCK)"; \
	$$sync --system-certs || $$sync || { \
	  echo 'uv could not do it; trying pip, which takes longer …'; \
	  $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r $(LOCK) || exit 1; \
	}; \
	echo "$$lock" > .venv/installed

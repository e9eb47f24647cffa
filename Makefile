# Two commands matter: `make demo` shows flows, `make test` proves them. Both set up everything they need.
#
#   make demo    the local stage, the food order, the collector and the terminal UI
#   make test    every test
#   make check   lint, types, import contracts, lock, dependency audit
#   make audit   the locked packages against osv.dev's advisories
#   make layer   dist/layer.zip, the Lambda layer
#   make bench   the measurements, as ratios beside a peer or a baseline (minutes)
#   make tui     the terminal UI on the default store

PYTHON ?= python3
UV := .cache/uv/bin/uv
BIN := .venv/bin
SETUP := .venv/.set-up
BENCH_STORE := .cache/bench.db
BENCHES := layer.py layer_parts.py "ingest.py --store $(BENCH_STORE)" "query.py $(BENCH_STORE) --summarise 1000" \
  "tui_store.py --store $(BENCH_STORE)" accuracy.py stitch.py execution_tree.py tui.py tui_start.py stack_cost.py \
  killed.py listen.py
SECONDS_SINCE = $$(( $$(date +%s) - started ))

# Hundreds of Pythons start in the tests and the demo; each may use what another has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check audit layer bench tui clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(SETUP)

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "hopscope: $$($(PYTHON) --version 2>&1) is too old; expected Python 3.11 or newer; say which one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "hopscope: setting up, 1 of 2: uv into .cache/uv"
	@started=$$(date +%s); $(PYTHON) -m venv .cache/uv && .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.13,<0.14" \
	  && echo "hopscope:   done in $(SECONDS_SINCE) s"

$(SETUP): $(UV) uv.lock pyproject.toml $(wildcard */pyproject.toml)
	@echo "hopscope: setting up, 2 of 2: the locked packages into .venv"
	@started=$$(date +%s); $(UV) sync --frozen --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" \
	  && touch $@ && echo "hopscope:   done in $(SECONDS_SINCE) s"

demo: $(SETUP) dist/layer.zip
	@$(BIN)/hopscope demo $(ARGS)

.cache/pythons/.made: $(SETUP) tests/lambda_layer/pythons.sh
	@echo "hopscope: making an environment for each CPython that is installed, to test the layer on it"
	@started=$$(date +%s); sh tests/lambda_layer/pythons.sh && touch $@ && echo "hopscope:   done in $(SECONDS_SINCE) s"

test: $(SETUP) dist/layer.zip .cache/pythons/.made
	@echo "hopscope: running every test (pytest, three at a time: one may wait for a broker)"
	@started=$$(date +%s); $(BIN)/pytest -n 3 --dist loadgroup -q $(ARGS); status=$$?; echo "hopscope: tests took $(SECONDS_SINCE) s"; exit $$status

check: $(SETUP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(UV) lock --check
	@$(MAKE) --no-print-directory audit

audit: $(UV)
	@.ci/audit $(UV) $(ARGS)

layer: dist/layer.zip
	@echo "hopscope: dist/layer.zip is up to date, $$(wc -c < dist/layer.zip) bytes"

dist/layer.zip: $(SETUP) $(wildcard lambda_layer/hopscope_layer/*.py lambda_layer/hopscope_layer/*/*.py lambda_layer/packaging/*) wire/hopscope_wire/fields.py wire/hopscope_wire/context.py wire/hopscope_wire/encode.py
	@$(BIN)/python lambda_layer/packaging/build_zip.py $@

bench: $(SETUP) dist/layer.zip
	@rm -f $(BENCH_STORE)*
	@for each in $(BENCHES); do echo "== bench/$$each"; eval "set -- $$each"; script=$$1; shift; $(BIN)/python bench/$$script "$$@" || exit 1; done

tui: $(SETUP)
	@$(BIN)/hopscope tui $(ARGS)

clean:
	rm -rf .venv .cache dist

# `make build` and `make test` are all that a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Superset pins other versions than the warehouse, so it has an environment of its own
BI_VENV := .venv-bi
# dbt-spark and pyspark, which the warehouse does without
SPARK_VENV := .venv-spark
# the oldest DuckDB that the published file promises to open in
OLDEST_DUCKDB := $(VENV)/oldest-duckdb
PATHWAYS_SHARED ?= ../shared
# folders with the files of one DfE release each: the first one's landing is timed, all are built
BENCH_RELEASES ?= $(addprefix $(PATHWAYS_SHARED)/data/dfe/,cin_2024 cin_2023 cin_2025)
# folders of whole releases; the extract alone, where they are not
RELEASES ?= $(wildcard $(PATHWAYS_SHARED)/data/dfe)
# a folder of councils' answers; where it is not, made ones are read
ANSWERS ?= $(wildcard $(PATHWAYS_SHARED)/data/foi_specimens)

.PHONY: help build test lint bi docs build-spark parity faults bench lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(VENV)/run.stamp ## check what came in, build, check what goes out, publish warehouse/pathways.duckdb
	@$(BIN)/pathways build

test: $(VENV)/dev.stamp $(OLDEST_DUCKDB)/.stamp lint ## lint, then every test
	@$(MAKE) --no-print-directory $(BI_VENV)/.stamp || echo "Superset can't be set up here: its tests are skipped."
	@$(MAKE) --no-print-directory $(SPARK_VENV)/.stamp || echo "Spark can't be set up here: its tests are skipped."
	PATHWAYS_OLDEST_DUCKDB=$(CURDIR)/$(OLDEST_DUCKDB) $(BIN)/python -m pytest --numprocesses auto --dist loadscope -m "not bench" $(PYTEST_ARGS)
	$(BIN)/python -m pytest -m bench $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp ## ruff, mypy, sqlfluff and yamllint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar models tests/singular

bi: $(BI_VENV)/.stamp ## Apache Superset with the dashboards on the published file, on this machine alone
	@$(BI_VENV)/bin/python bi/superset/start.py

docs: $(VENV)/run.stamp ## dbt's documentation, the checks and the report under one page: exports/index.html
	@$(BIN)/pathways docs

build-spark: $(VENV)/run.stamp $(SPARK_VENV)/.stamp ## build and test the same models on local Apache Spark (needs Java 17)
	@$(BIN)/pathways build-spark

parity: $(VENV)/run.stamp $(SPARK_VENV)/.stamp ## build on DuckDB and on Spark, compare every cell of every mart (RELEASES=... of DfE)
	@$(BIN)/pathways parity $(RELEASES)

faults: $(VENV)/run.stamp ## kill 50 builds, fill their disk, hold their files: nothing published may be lost (needs root)
	@$(BIN)/pathways faults $(FAULTS_ARGS)

bench: $(VENV)/dev.stamp ## measure all on a quiet machine, an hour and a half (BENCH_ARGS="--only build"), write docs/benchmarks.md
	@$(BIN)/pathways bench $(BENCH_RELEASES) $(if $(ANSWERS),--answers $(ANSWERS)) --write docs/benchmarks.md $(BENCH_ARGS)

lock: $(VENV)/dev.stamp ## pin requirements.txt, requirements-dev.txt, requirements-bi.txt and requirements-spark.txt anew
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate --no-strip-extras \
	    --python-version 3.11 pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate --no-strip-extras \
	    --python-version 3.11 --extra dev --constraint requirements.txt pyproject.toml \
	    --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate --no-strip-extras \
	    --python-version 3.11 bi/superset/requirements.in --output-file requirements-bi.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate --no-strip-extras \
	    --python-version 3.11 --constraint requirements.txt spark/requirements.in \
	    --output-file requirements-spark.txt

clean: ## remove the environments, the warehouse and all that was generated
	rm -rf $(VENV) $(BI_VENV) $(SPARK_VENV) bi/superset/state target logs warehouse/*.duckdb* warehouse/spark .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/run.stamp: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python {v[0]}.{v[1]} found; 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11 ...")'
	@echo "Setting up $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(OLDEST_DUCKDB)/.stamp: requirements-oldest-duckdb.txt $(VENV)/run.stamp
	@rm -rf $(OLDEST_DUCKDB)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	    --target $(OLDEST_DUCKDB) -r requirements-oldest-duckdb.txt
	@touch $@

$(BI_VENV)/.stamp: requirements-bi.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v in ((3, 11), (3, 12)) else f"Python {v[0]}.{v[1]} found; Superset needs 3.11 or 3.12: make PYTHON=python3.11 ...")'
	@echo "Setting up $(BI_VENV) for Superset (two minutes, once)"
	@$(PYTHON) -m venv $(BI_VENV)
	@$(BI_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bi.txt
	@touch $@

$(SPARK_VENV)/.stamp: requirements-spark.txt
	@command -v java > /dev/null || { echo "No java was found; Spark needs Java 17: apt install openjdk-17-jre-headless" >&2; exit 1; }
	@echo "Setting up $(SPARK_VENV) for Spark (a minute, once)"
	@$(PYTHON) -m venv $(SPARK_VENV)
	@$(SPARK_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.txt
	@touch $@

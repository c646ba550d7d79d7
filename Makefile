# Everything a newcomer needs; 'make' alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup train evaluate gate experiments test testlong lint audit ui bench lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(READY) ## make .venv with the locked dependencies

$(READY): requirements.lock pyproject.toml
	@./setup.sh "$(PYTHON)" "$(VENV)"
	@touch $@

train: $(READY) ## train on data/, log the run to MLflow, predict the sample article
	$(BIN)/stance train
	$(BIN)/stance predict data/samples/hafen.txt

evaluate: $(READY) ## score the trained model on the test split, with baselines and slices
	$(BIN)/stance evaluate models/stance.joblib --fairness --faithfulness

gate: $(READY) ## fail where the trained model falls below the pinned floor
	$(BIN)/stance gate models/stance.joblib

experiments: $(READY) ## run what experiments/*.yaml ask and is not run yet
	$(BIN)/stance experiment experiments/*.yaml
	$(BIN)/stance runs -o experiments/README.md

test: $(READY) ## run the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

testlong: $(READY) ## the suite with all kills and all families of hostile texts
	STANCE_LONG=1 $(BIN)/python -m pytest

lint: $(READY) ## check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

audit: $(READY) ## look the locked dependencies up among known vulnerabilities
	$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict

ui: $(READY) ## open the MLflow UI on 127.0.0.1
	$(BIN)/stance ui

bench: $(READY) ## measure speed against references in the same run
	$(BIN)/python benchmarks/speed.py

lock: ## renew requirements.lock (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock

clean: ## remove what was built: .venv, models, runs, caches
	rm -rf $(VENV) models runs build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The two commands: `make up` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# The environment that `make env` prints, for a recipe's own shell.
WITH_ENGINE = eval "$$($(BIN)/python -m engine env)" &&

LOCAL_STACK = $(if $(EXAMPLE),--project examples/$(EXAMPLE)) $(if $(STACK),--stack $(STACK))

.DEFAULT_GOAL := help
.PHONY: help venv tools engine env up down test browser pictures bench crash docs linkcheck check package compat coming-from clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {gsub(/[$$][$$]/, "$$", $$2); printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv:
	@[ -x $(BIN)/python ] || command -v $(PYTHON) >/dev/null || { echo "error: there is no $(PYTHON): install Python 3.10 or newer, or name one with PYTHON=" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "error: $$($(PYTHON) --version) is too old: Python 3.10 or newer is needed; name one with PYTHON=" >&2; exit 1; }
	@if [ -x $(BIN)/python ]; then python=$(BIN)/python; else python=$(PYTHON); fi; exec $$python -m engine.virtual_environment $(VENV)

tools: venv
	@cmp -s requirements-tools.txt $(VENV)/.tools || { echo "tools: installing what documents, packages and draws" >&2; $(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-tools.txt && cp requirements-tools.txt $(VENV)/.tools; }

engine: venv ## Prepare the engine: find, install or build it
	@exec $(BIN)/python -m engine prepare

env: venv ## Print what puts pulumi and the package into a shell: eval "$$(make -s env)"
	@exec $(BIN)/python -m engine env

up: engine ## Run the program on localhost and show its outputs; EXAMPLE=quickstart for one of examples/, STACK=dev
	@$(WITH_ENGINE) exec python -m engine.local_stack up $(LOCAL_STACK)

down: $(if $(wildcard .local),engine) ## Destroy what `make up` made, and stop what plays the APIs
	@[ ! -d .local ] || { $(WITH_ENGINE) exec python -m engine.local_stack down $(LOCAL_STACK); }

test: engine ## Run every test; ARGS="-k drift" for some
	@$(WITH_ENGINE) exec python -m pytest --numprocesses auto --maxschedchunk 1 $(ARGS)

browser: engine tools ## Look at the report's page in Chromium
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { echo "error: there is no Chromium on PATH: install it, such as with \`apt-get install chromium\`" >&2; exit 1; }
	@$(WITH_ENGINE) exec python -m pytest $(or $(ARGS),tests/browser)

pictures: ## Take the pictures of the report in docs/pictures anew
	@PICTURES=write $(MAKE) --no-print-directory browser ARGS=tests/browser/test_pictures.py

crash: engine ## Kill and fail it many more times than `make test` does; ROUNDS=5 SEED=1 LIVES=3000
	@$(WITH_ENGINE) ROUNDS=$(or $(ROUNDS),5) SEED=$(or $(SEED),1) LIVES=$(or $(LIVES),3000) HYPOTHESIS_PROFILE=long \
		exec python -m pytest --numprocesses auto --maxschedchunk 1 tests/unit/test_stateful.py tests/unit/test_hostile.py tests/stack/test_kills.py $(ARGS)

bench: engine tools ## Measure beside its peers, and write docs/benchmarks.md; ten minutes; ARGS="--only calls"
	@$(WITH_ENGINE) exec python -m benchmarks $(ARGS)

docs: tools engine ## Build the documentation into docs/_build/html, check its links, and run every code block in it
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet docs docs/_build/html
	@$(WITH_ENGINE) exec python -m pytest --numprocesses auto --maxschedchunk 1 tests/docs $(ARGS)

linkcheck: tools ## Ask for every link to elsewhere; needs the internet
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --builder linkcheck docs docs/_build/linkcheck

check: tools ## Formatting, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@for program in examples/*/; do (cd $$program && MYPYPATH=. ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache --no-error-summary *.py) || exit 1; done
	@$(BIN)/lint-imports

package: tools engine ## Build the sdist and the wheel into dist/, check them, and run them in empty environments
	@rm -rf dist
	@$(WITH_ENGINE) export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) && \
		python -m build --installer uv && twine check --strict dist/* && check-wheel-contents dist/*.whl && \
		exec python -m pytest tests/package $(ARGS)

compat: tools engine ## The fast tests on each supported Python, with the oldest and the newest packages; CORNERS=yes for two
	@$(WITH_ENGINE) exec nox --session $(if $(CORNERS),corners,compat) $(if $(ARGS),-- $(ARGS))

coming-from: tools engine ## Run all that docs/coming-from shows: boto3, the AWS CLI, the CDK, pulumi-command
	@$(WITH_ENGINE) exec python -m pytest --numprocesses auto --dist loadfile tests/coming_from $(ARGS)

clean: ## Stop the emulator and remove all that was set up
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m engine.local_stack stop; fi
	@rm -rf $(VENV) .engine .local .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .nox build dist docs/_build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

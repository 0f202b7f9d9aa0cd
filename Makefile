# belljar: `make serve` runs it, `make test` proves it. Both make what they need and keep it for the next time.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# A Python of 3.11 or newer that can make environments. PYTHON=… chooses another one.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		&& echo $$python && break; done)

BIN := .venv/bin
REPORTS := build/reports
export PATH := $(CURDIR)/.venv/node/bin:$(PATH)

# Stamps: a step runs again when something it depends on is newer than its stamp.
ENVIRONMENT := .venv/installed
NODE_PACKAGES := node_modules/.package-lock.json
BROWSER_CODE := static/dist/manifest.json
BROWSER_SOURCES := package.json $(shell find static -path static/dist -prune -o -type f ! -name '*.pyc' -print 2>/dev/null)

# The bench is TypeScript, which Node runs after esbuild has joined it.
BENCH = npx --no-install esbuild tests/bench/main.ts --bundle --platform=node --format=esm --packages=external \
	--outfile=build/bench/main.mjs --log-level=warning && BELLJAR_CHROMIUM="$$(cat build/chromium)" node build/bench/main.mjs

.PHONY: help serve test contract corpus gallery engines engines-attacks engines-speed soak bench bench-quick bench-beside \
	bench-first bench-server evaluate trace build wheel assets node lint format lock clean \
	docs docs-api docs-engines docs-security docs-speed npm runtime-wheel

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(ENVIRONMENT) $(BROWSER_CODE) ## run belljar on http://127.0.0.1:8000 (PORT=8123 chooses another port)
	@exec $(BIN)/belljar serve $(if $(PORT),--port $(PORT))

test: ## run every test there is; a second run takes no network
	@rm -rf $(REPORTS) && mkdir -p $(REPORTS)
	@$(MAKE) --no-print-directory --jobs=3 services captured units lint contracts
	@export BELLJAR_FOUND="$$(mktemp -d)" && trap 'rm -r "$$BELLJAR_FOUND"' EXIT; \
	$(MAKE) --no-print-directory --jobs=3 programs pages others && \
	$(MAKE) --no-print-directory alone
	@$(BIN)/python .ci/passes.py $(REPORTS)/{vitest,contract,pytest,driving,lending,together,alone,engines}.xml

# The same journeys for every engine.
ENGINES = BELLJAR_CHROMIUM="$$(cat build/chromium)" npx --no-install playwright test --config tests/engines

# Two lanes of about the same length. Tests of programs mostly wait for the browsers that they drive and lend.
.PHONY: programs pages
programs:
	@$(MAKE) --no-print-directory driving
	@$(MAKE) --no-print-directory lending
pages:
	@$(MAKE) --no-print-directory together
	@$(MAKE) --no-print-directory plain

# The short journeys, and not through Chromium, which all else is tested in. Their server is not the one beside them.
.PHONY: others
others:
	BELLJAR_TEST_PORT="$$(( $${BELLJAR_TEST_PORT:-8765} + 1 ))" PLAYWRIGHT_JUNIT_OUTPUT_FILE="$(REPORTS)/engines.xml" \
		BELLJAR_ENGINES="short.json" $(ENGINES) --project=firefox --project=webkit --grep @short \
		--reporter=list,junit,./tests/browser/reporter.ts,./tests/engines/reporter.ts

PYTEST = BELLJAR_CHROMIUM="$$(cat build/chromium)" $(BIN)/pytest --junitxml=$(REPORTS)
# As in the browser tests, what fails twice in a row has failed, and what passes at the second try is named as such.
AGAIN = --reruns 1 -r R
# What they print comes when they are through; meanwhile the longer one beside them is seen to go on.
AFTERWARDS = > $(REPORTS)/$@.log 2>&1 || failed=$$?; cat $(REPORTS)/$@.log; exit $${failed:-0}
.PHONY: plain driving lending
plain:
	$(PYTEST)/pytest.xml -m "not browser and not services" $(AFTERWARDS)
driving:
	$(PYTEST)/driving.xml -m "browser and not services" $(AGAIN) $(AFTERWARDS)
lending:
	$(PYTEST)/lending.xml -m services $(AGAIN) $(AFTERWARDS)

.PHONY: together alone
together:
	$(PLAYWRIGHT) --project=together --workers=3
alone:
	$(PLAYWRIGHT) --project=alone --workers=1
# What `together` finds out about attacks is told by the last of `alone`, from the folder BELLJAR_FOUND.
PLAYWRIGHT = BELLJAR_CHROMIUM="$$(cat build/chromium)" PLAYWRIGHT_JUNIT_OUTPUT_FILE="$(REPORTS)/$@.xml" \
	npx --no-install playwright test --reporter=list,junit,./tests/browser/reporter.ts

.PHONY: unit units contracts
unit: lint units ## check types and style, run the unit tests: no assets and no browser needed
units: $(NODE_PACKAGES)
	@mkdir -p $(REPORTS)
	npx --no-install vitest run --reporter=default --reporter=junit --outputFile.junit=$(REPORTS)/vitest.xml

contracts: captured
	$(CONTRACT) --reporter=default --reporter=junit --outputFile.junit=$(REPORTS)/contract.xml

# What belljar knows of the inside of Pyodide and others; PYODIDE=folder looks at another version's npm package.
CONTRACT = npx --no-install vitest run --config tests/contract/vitest.config.ts
contract: $(NODE_PACKAGES) ## check what belljar knows of Pyodide's inside (PYODIDE=folder of another version)
	$(if $(PYODIDE),BELLJAR_PYODIDE=$(abspath $(PYODIDE))) $(CONTRACT)

engines: $(ENVIRONMENT) $(BROWSER_CODE) assets ## every journey through every engine that is here (Chromium, Firefox, WebKit), 10 minutes
	@mkdir -p build && .ci/chromium > build/chromium && .ci/firefox > build/firefox && .ci/webkit > build/webkit
	$(ENGINES) journeys/
	@$(BIN)/python docs/make_engines.py

# Chromium's own are in `make test` and `make bench`.
OTHERS = --project=firefox --project=webkit --reporter=list,./tests/browser/reporter.ts
engines-attacks: $(ENVIRONMENT) $(BROWSER_CODE) assets ## the probes and the layers of the seal in Firefox and WebKit, 30 minutes
	@mkdir -p build && .ci/chromium > build/chromium && .ci/firefox > build/firefox && .ci/webkit > build/webkit
	$(ENGINES) attacks/ $(OTHERS)
	@$(BIN)/python docs/make_security.py

engines-speed: $(ENVIRONMENT) $(BROWSER_CODE) assets ## the first figure in Firefox and WebKit beside a plain Pyodide page (BELLJAR_ROUNDS=3), 10 minutes
	@mkdir -p build && .ci/chromium > build/chromium && .ci/firefox > build/firefox && .ci/webkit > build/webkit
	$(ENGINES) speed/ $(OTHERS)
	@$(BIN)/python docs/make_engines.py

soak: $(ENVIRONMENT) $(BROWSER_CODE) assets ## 1,000 runs in one page, kills and crashes among them (BELLJAR_SOAK_SEED, BELLJAR_SOAK_RUNS)
	@mkdir -p build && .ci/chromium > build/chromium
	BELLJAR_SOAK_RUNS="$${BELLJAR_SOAK_RUNS:-1000}" BELLJAR_CHROMIUM="$$(cat build/chromium)" \
		npx --no-install playwright test tests/browser/soak --output build/soak

bench: $(ENVIRONMENT) $(BROWSER_CODE) assets ## measure the speed beside a plain Pyodide page (ROUNDS=5), 15 minutes
	@mkdir -p build/bench && .ci/chromium > build/chromium
	@$(BENCH) $(if $(ROUNDS),--rounds $(ROUNDS))

bench-quick: $(ENVIRONMENT) $(BROWSER_CODE) assets ## the same in under 3 minutes: one round, the rows that matter most
	@mkdir -p build/bench && .ci/chromium > build/chromium
	@$(BENCH) --quick

bench-beside: $(ENVIRONMENT) $(BROWSER_CODE) assets ## measure pages made with jupyterlite-sphinx, markdown-exec and belljar
	@mkdir -p build/bench && .ci/chromium > build/chromium
	@npx --no-install esbuild tests/bench/beside/main.ts --bundle --platform=node --format=esm --packages=external \
		--outfile=build/bench/beside.mjs --log-level=warning
	@BELLJAR_CHROMIUM="$$(cat build/chromium)" node build/bench/beside.mjs $(if $(ROUNDS),--rounds $(ROUNDS))

bench-first: wheel runtime-wheel ## from the command to a visitor's first cell, with belljar-runtime and (WAY=registry) without
	@mkdir -p build/bench && .ci/chromium > build/chromium
	@npx --no-install esbuild tests/bench/first.ts --bundle --platform=node --format=esm --packages=external \
		--outfile=build/bench/first.mjs --log-level=warning
	@BELLJAR_CHROMIUM="$$(cat build/chromium)" node build/bench/first.mjs $(or $(WAY),runtime)

trace: $(ENVIRONMENT) $(BROWSER_CODE) assets ## where each millisecond of a start goes
	@mkdir -p build/bench && .ci/chromium > build/chromium
	@$(BENCH) --trace

evaluate: $(ENVIRONMENT) $(BROWSER_CODE) assets ## ask 25 data questions (MODEL=name BASE=https://api.example/v1, KEY=… before it)
	@mkdir -p build/evaluate && .ci/chromium > build/chromium
	@npx --no-install esbuild tests/evaluate/main.ts --bundle --platform=node --format=esm --packages=external \
		--outfile=build/evaluate/main.mjs --log-level=warning
	@BELLJAR_CHROMIUM="$$(cat build/chromium)" MODEL="$(or $(MODEL),scripted)" BASE="$(BASE)" PRICES="$(PRICES)" \
		OUTFLOW="$(or $(OUTFLOW),everything)" ONLY="$(ONLY)" WHERE="$(or $(WHERE),sdk)" node build/evaluate/main.mjs

bench-server: $(ENVIRONMENT) $(BROWSER_CODE) assets ## measure the server beside nginx, and 200 visitors at once
	@$(BIN)/python tests/bench/server.py

docs: $(ENVIRONMENT) $(BROWSER_CODE) assets ## write the documents as a site with cells that run (build/docs)
	@$(BIN)/python -m sphinx -q -W -b html -d build/doctrees docs build/docs
	@echo "Try it: python -m http.server --directory build/docs"

corpus: $(ENVIRONMENT) $(BROWSER_CODE) assets ## run the cells of tests/corpus natively and here, and write docs/fidelity.md, 10 minutes
	@mkdir -p build && .ci/chromium > build/chromium
	@BELLJAR_CHROMIUM="$$(cat build/chromium)" $(BIN)/python -m tests.corpus $(ONLY)

gallery: $(ENVIRONMENT) $(BROWSER_CODE) assets ## run matplotlib's gallery here and in plain Pyodide (EVERY=4, FROM=0 COUNT=50: a part), an hour
	@mkdir -p build && .ci/chromium > build/chromium
	@$(BIN)/python -m tests.gallery
	@npx --no-install esbuild tests/gallery/main.ts --bundle --platform=node --format=esm --packages=external \
		--outfile=build/gallery/main.mjs --log-level=warning
	@BELLJAR_CHROMIUM="$$(cat build/chromium)" node build/gallery/main.mjs $(or $(FROM),0) $(or $(COUNT),9999) $(or $(EVERY),1)

docs-api: $(NODE_PACKAGES) ## write docs/api.md from the SDK's types
	@node docs/make_api.mjs

docs-engines: $(ENVIRONMENT) ## write the table of the last `make engines` into docs/engines.md
	@$(BIN)/python docs/make_engines.py

docs-speed: $(ENVIRONMENT) ## write the table of the last `make bench` into the README
	@$(BIN)/python docs/make_speed.py

docs-security: $(ENVIRONMENT) ## write the numbers of the last runs into SECURITY.md, docs/security.md and the README
	@$(BIN)/python docs/make_security.py

build: $(BROWSER_CODE) ## build the browser code (static/dist)

wheel: $(BROWSER_CODE) ## build the wheel and the source distribution (dist/)
	$(BIN)/python -m build --no-isolation

runtime-wheel: $(ENVIRONMENT) $(BROWSER_CODE) assets ## build the wheel that carries built assets and snapshots (dist/)
	@mkdir -p dist && $(BIN)/python server/runtime/pack.py dist

npm: $(BROWSER_CODE) ## make the SDK's package for npm (build/npm)
	@node static/npm.mjs
	@npm pack --silent --pack-destination build ./build/npm

assets: $(ENVIRONMENT) ## fetch, verify and byte-compile the runtime's files
	@$(BIN)/belljar assets fetch
	@$(BIN)/belljar assets build --profile data --profile core

lint: $(ENVIRONMENT) $(NODE_PACKAGES) ## check types and style of both languages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@echo "$(BIN)/mypy & npm run --silent check"; $(BIN)/mypy & mypy=$$!; npm run --silent check; wait $$mypy

format: $(ENVIRONMENT) $(NODE_PACKAGES) ## bring both languages into their style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	npx --no-install biome check --write

lock: $(ENVIRONMENT) ## pin the Python packages again (requirements/dev.lock), for every Python from 3.11 on
	$(BIN)/python -m venv build/lock && build/lock/bin/pip install --quiet uv
	build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --group dev --extra zstd pyproject.toml -o requirements/dev.lock

clean: ## remove everything made here but the fetched assets
	rm -rf .venv node_modules static/dist build dist .pytest_cache .mypy_cache .ruff_cache test-results \
		playwright-report

$(ENVIRONMENT): requirements/dev.lock pyproject.toml
	@if [[ -z "$(PYTHON)" ]]; then \
		echo "belljar needs Python 3.11 or newer with its venv module, and PATH has none" \
			"(found: $$(python3 --version 2>&1 || true)). Install one, or name it: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo "Installing the Python packages in .venv"
	@# Modules are compiled when they are imported: most never are.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What the tests want of the system. Chromium comes first: with it the assets get their snapshots, while the others, which
# are installed one after the other, come.
.PHONY: chromium captured services
chromium: $(ENVIRONMENT) $(NODE_PACKAGES)
	@mkdir -p build && .ci/chromium > build/chromium
captured: chromium $(BROWSER_CODE)
	@BELLJAR_CHROMIUM="$$(cat build/chromium)" $(MAKE) --no-print-directory assets
services: chromium
	@.ci/firefox > build/firefox && .ci/webkit > build/webkit && .ci/redis && .ci/grid

# Order-only below: looked at each time, but no reason to install or build anything again. A Node of the system's waits for no
# environment, so that with --jobs both languages' packages are installed beside each other.
node: $(if $(shell .ci/node own && echo yes),,$(ENVIRONMENT))
	@.ci/node

$(NODE_PACKAGES): package.json package-lock.json | node
	@echo "Installing the Node packages in node_modules"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BROWSER_CODE): $(BROWSER_SOURCES) $(NODE_PACKAGES) | node
	@node static/build.mjs
	@touch $@

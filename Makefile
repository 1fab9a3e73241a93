# Every target is one script of bin/ that can be read on its own.
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test test-quick test-long crash check bench messages

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: ## start the whole portal at http://localhost:8000 (another port: make run PORT=8001)
	@bin/run

test: ## install what the tests need and run them all, in the quick sizes
	@bin/test

test-quick: ## the tests that took little in the last whole run, without a browser, for the loop while writing
	@bin/test --quick

test-long: ## the same with every page, language, scheme and size, SQLite too, and the long fault tests
	@bin/test --long

crash: ## kill, freeze and restart everything a hundred times under load, and count what was lost
	@bin/test tests/faults/test_storm.py --long -s -k long_storm

check: ## format, lint, types, floors, templates, translations, migrations
	@bin/check

bench: ## measure, and show the goals beside the figures
	@bin/bench

messages: ## collect the texts to translate and compile the translations
	@bin/messages collect

# The environment lies in .venv, made from the hashed locks in requirements/ and made again only when they change.
PYTHON := .venv/bin/python

run: environment ## Sette on this machine, with the sample year replayed on the first start
	$(PYTHON) manage.py serve --then "$(SAMPLE)"

test: environment-test ## every check, then every test
	$(PYTHON) scripts/check.py --tests

check: environment-test ## the checks without the tests
	$(PYTHON) scripts/check.py

bench: environment-test ## the figures that the README quotes
	$(PYTHON) -m benchmarks

screenshots: environment-test ## the README's pictures
	$(PYTHON) scripts/screenshots.py

format: environment-test
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

clean: ## remove what was built and measured, and the data in var/; .venv stays
	rm -rf var staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

environment environment-test:
	@sh scripts/environment.sh $(if $(filter %-test,$@),test,run)

SAMPLE ?= replay --sample
.PHONY: run test check bench screenshots format clean environment environment-test

# The environment lies in .venv, made from the hashed locks in requirements/ and made again only when they change.
PYTHON := .venv/bin/python
# Sette is many processes: where bytecode may not be kept, each of them compiles all of its modules again.
unexport PYTHONDONTWRITEBYTECODE

run: environment ## Sette on this machine, with the sample year replayed on the first start
	$(PYTHON) scripts/build_docs.py
	$(PYTHON) manage.py serve --then "$(SAMPLE)"

test: environment-test ## every check, then every test
	$(PYTHON) scripts/check.py --tests

check: environment-test ## the checks without the tests
	$(PYTHON) scripts/check.py

bench: environment-test ## the figures that the README quotes
	$(PYTHON) -m benchmarks

bench-ui: environment-test ## how long each page takes at 100,000 and 1,000,000 customers, and the designer with 200 steps
	$(PYTHON) -m benchmarks.designer
	$(PYTHON) -m benchmarks.pages

faults: environment-test ## every fault of docs/reliability.md at its nightly size; SEED=3 repeats a run
	$(PYTHON) scripts/faults.py

twenty: environment-test ## twenty segments built by clicking in Chromium, compared with SQL by hand
	$(PYTHON) -m tests.trials.twenty

docs: environment ## the documentation, into static/docs
	$(PYTHON) scripts/build_docs.py

screenshots: environment-test ## pictures of every page and docs/tour.md, from a Sette that runs with the sample's year
	$(PYTHON) scripts/screenshots.py

format: environment-test
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

clean: ## remove what was built and measured, and the data in var/; .venv stays
	rm -rf var staticfiles static/docs .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

environment environment-test:
	@sh scripts/environment.sh $(if $(filter %-test,$@),test,run)

SAMPLE ?= replay --sample
.PHONY: run test check bench bench-ui faults twenty docs screenshots format clean environment environment-test

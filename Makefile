# `make` says what there is. Everything sets itself up on first use.
.DEFAULT_GOAL := help
.PHONY: help setup demo test cover simulate decisions points storm check gates bench fold poison slots ticks deliveries timers lock clean

BIN := .venv/bin
CODE := bot channels agents tests
CORE_COVERAGE := --cov=bot/core --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100
# Tests count as users. Unused locals and arguments are ruff's; fields of a model are used by whoever reads its JSON.
DEAD_CODE = found=$$($(BIN)/vulture) || [ $$? -eq 3 ] && ! printf '%s' "$$found" | grep -v -e '^tests/' -e 'unused variable'

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.run .venv/.dev  ## the virtual environment with the locked packages

# One rule after the other: two pips must not write at once.
.venv/.run: requirements/run.txt pyproject.toml .ci/setup
	@.ci/setup run

.venv/.dev: requirements/dev.txt | .venv/.run
	@.ci/setup dev

demo: .venv/.run  ## a real release on a sample repository; REPO=PATH takes yours
	@$(BIN)/bot demo $(if $(REPO),--repo '$(REPO)') $(ARGS)

test: .venv/.run .venv/.dev  ## the whole test suite; ARGS="-k claim"
	@$(BIN)/pytest -n $(or $(WORKERS),2) --inline-snapshot=disable $(ARGS)

cover: .venv/.run .venv/.dev  ## the core by its own tests, which must pass every branch of it
	@$(BIN)/pytest -n $(or $(WORKERS),2) --inline-snapshot=disable $(CORE_COVERAGE) tests/core

simulate: .venv/.run .venv/.dev  ## 10,000 seeded lives; SEEDS=, FIRST=, JOBS=; a failure is shrunk and told
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),10000) --first $(or $(FIRST),0) $(if $(JOBS),--jobs $(JOBS))

decisions: .venv/.run .venv/.dev  ## 86,697 histories of who may decide what, beside a slow oracle; LIVES=, SAMPLED=, SEED= for others
	@$(BIN)/python -m tests.decisions $(if $(LIVES),--lives $(LIVES)) $(if $(SAMPLED),--sampled $(SAMPLED)) $(if $(SEED),--seed $(SEED))

points: .venv/.run .venv/.dev  ## die at every await and again in every recovery, and list the awaits; JOBS=N processes
	@$(BIN)/python -m tests.crashpoints

check: gates cover test  ## format, lint, types, imports, dead code, then the tests

gates: .venv/.run .venv/.dev  ## check without the tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/pyright
	$(BIN)/lint-imports
	@$(DEAD_CODE)

bench: .venv/.run .venv/.dev  ## what the approval loop costs beside its floor; docs/benchmarks.md keeps the table
	@$(BIN)/python -m tests.bench $(ARGS)

fold: .venv/.run .venv/.dev  ## what replaying a log costs, and what parsing it costs
	@$(BIN)/python -m tests.bench.fold

poison: .venv/.run .venv/.dev  ## what events that fail every time cost their neighbours; EVENTS=
	@$(BIN)/python -m tests.bench.poison $(EVENTS)

slots: .venv/.run .venv/.dev  ## three years of slots in thirty zones, twice, beside a slow oracle
	@$(BIN)/python -m tests.kit.cron_oracle

ticks: .venv/.run .venv/.dev  ## 1,000 slots and ten clocks that are killed all the time; CLOCKS=, TICKS=, SEED=
	@$(BIN)/python -m tests.channels.cron.crew $(or $(CLOCKS),10) $(or $(TICKS),1000) $(or $(SEED),0)

deliveries: .venv/.run .venv/.dev  ## 10,000 mails while connections are cut, servers restart and listeners are killed; MAILS=, SEED=
	@$(BIN)/python -m tests.channels.email.crew $(or $(MAILS),10000) $(or $(SEED),0)

timers: .venv/.run .venv/.dev  ## how late timers fire while 100,000 are pending; PENDING=
	@$(BIN)/python -m tests.bench.timers $(PENDING)

storm: .venv/.run .venv/.dev  ## ten minutes of kills and power cuts, judged; THREADS= WORKERS= KILLS= STOPS= ROLLS= OUTAGES= AT_ONCE= SECONDS= SHARE_LOST= LEASE_SECONDS= FSYNC= SEED= NEWER=, KEEP=1 keeps the folder
	@$(BIN)/python -m tests.storm $(filter-out KEEP=%,$(MAKEOVERRIDES))

lock: .venv/.run  ## the locks anew from pyproject.toml; UPGRADE=1 takes newer versions
	@UPGRADE=$(UPGRADE) .ci/lock

clean:  ## away with the environment and caches; your threads in .bot stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage *.egg-info build dist
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

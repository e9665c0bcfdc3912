# Two commands: `make run` and `make test`. Each sets up what it needs and can be repeated.
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED = false
export TF_CPP_MIN_LOG_LEVEL = 3

.PHONY: run test quick faults benchmark check setup setup-test lock train clean

run: setup
	@$(PYTHON) -m bot serve

test: setup-test check
	@echo "Training the assistant (three minutes the first time, nothing when it is unchanged) …"
	@$(PYTHON) -m bot train > var/train.txt 2>&1 || (cat var/train.txt; exit 1)
	@$(PYTHON) -m pytest -n 2 --dist loadgroup

# The fast part: no process is started, no model trained.
quick: setup
	@$(PYTHON) -m pytest -m "not slow"

# A storm over a real installation: 300 hand-overs, 200 kills with -9, about twenty minutes (docs/handover.md).
faults: setup
	@$(PYTHON) -m bot train
	@$(PYTHON) -m tests.faults.run

# Ours beside stock Rasa, into benchmarks/latest.json; most of an hour (docs/performance.md). QUICK=1 only looks whether it runs.
benchmark: setup
	@$(PYTHON) benchmarks/run.py $(if $(QUICK),--quick)

# Style, types, catalogue and Rasa's own look at the data.
check: setup
	@$(PYTHON) -m ruff check bot actions tests
	@$(PYTHON) -m ruff format --check bot actions tests
	@$(PYTHON) -m mypy
	@$(PYTHON) -m bot check --mode demo > var/check.txt || (cat var/check.txt; exit 1)
	@$(PYTHON) -m rasa data validate --fail-on-warnings --domain domain.yml --data data --config config.yml \
		> var/validate.txt 2>&1 || (cat var/validate.txt; exit 1)

# LIGHT=1 leaves TensorFlow out: a third of the disk, enough to train and serve (docs/performance.md).
setup:
	@python3 deploy/setup.py $(if $(LIGHT),--light)

setup-test:
	@python3 deploy/setup.py --browser

train: setup
	@$(PYTHON) -m bot train

# After a change of pyproject.toml. The lock names no host, so that any mirror serves.
lock:
	@.tools/bin/uv pip compile --python-version 3.10 --generate-hashes --no-emit-index-url --extra test pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .tools models var .rasa

# What people type here. `make test` is the whole check but for `report/`, `make lint` the quick part of it.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help test test-report lint fmt bench fuzz demo

help:
	@echo "make demo    an example installation, ready to look at"
	@echo "make test    installs what the tests need, then runs everything"
	@echo "make test-report  the same for report/, the PDF of a release: minutes to build the first time"
	@echo "make lint    formatting and clippy"
	@echo "make fmt     formats the code"
	@echo "make bench   measures, in release"
	@echo "make fuzz    feeds every reader bad input, FUZZ_SECONDS=600 each; FUZZ=\"xform xlsx\" chooses"

test:
	@scripts/install_test_needs.sh
	@scripts/test.sh

test-report:
	@scripts/install_test_needs.sh
	@scripts/test_report.sh

lint:
	@scripts/test.sh lint

fmt:
	cargo fmt --all

bench:
	@scripts/bench.sh

fuzz:
	@scripts/fuzz.sh $(FUZZ)

demo:
	cargo run --release -- demo

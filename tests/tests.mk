# Tests: included by the Makefile.

UNIT := $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(wildcard tests/unit/test_*.c))
IO := $(patsubst tests/io/%.c,$(O)/tests/io/%,$(wildcard tests/io/test_*.c))
# The store's tests run on each store (tests/io/test_store_fixture.h), those of a
# driver on its own.
STORE := $(O)/tests/io/test_store_
STORE_PG := $(filter $(STORE)pg%,$(IO))
STORE_ANY := $(filter-out $(STORE)sqlite% $(STORE)pg%,$(filter $(STORE)%,$(IO)))
IO_RUNS := $(filter-out $(STORE_PG),$(IO)) $(foreach s,pg pgbouncer,$(STORE_PG:%=%@$s)) \
  $(foreach s,pg pg-plain pgbouncer,$(STORE_ANY:%=%@$s))
FUZZ_IO := $(patsubst tests/fuzz/%.c,$(O)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_io_*.c))
FUZZ_PURE := $(filter-out $(FUZZ_IO),$(patsubst tests/fuzz/%.c,$(O)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c)))

# Unit tests link the pure archives and nothing else.
$(O)/tests/unit/%: $(O)/tests/unit/%.o $(PURE)
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) -o $@ $^ -ljson-c -lpcre2-8 -lunistring -lm -lpthread
$(O)/tests/io/%: $(O)/tests/io/%.o $(STACK)
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) -o $@ $^ $(LIBS)
$(O)/tests/fuzz/%.o: ALL_CFLAGS += $(if $(filter fuzz,$(BUILD)),,-DFUZZ_REPLAY)
$(O)/tests/fuzz/%: $(O)/tests/fuzz/%.o $(PURE)
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) -o $@ $^ -ljson-c -lpcre2-8 -lunistring -lm -lpthread
$(O)/tests/fuzz/fuzz_io_%: $(O)/tests/fuzz/fuzz_io_%.o $(STACK)
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) -o $@ $^ $(LIBS)
$(O)/tests/%.o: ALL_CFLAGS += -Itests -Wno-missing-prototypes -Wno-unused-macros

# A tier counts its cases into $(COUNTS); `test` adds them up at its end.
# What talks to the transport runs in all topologies (tests/harness/stack.mjs).
TRANSPORT := $(wildcard tests/conformance/*.test.mjs tests/e2e/client_*.test.mjs tests/e2e/transport_*.test.mjs)
TOPOLOGIES := one two stacks
# What the application keeps, on PostgreSQL, too.
ON_POSTGRES := $(patsubst %,%@pg,$(wildcard tests/e2e/rest_*.test.mjs)) tests/e2e/rest_bad.test.mjs@pg-plain \
  tests/e2e/chat_flow.test.mjs@pg-plain tests/e2e/chat_flow.test.mjs@pgbouncer \
  tests/e2e/search.test.mjs@pg tests/e2e/search.test.mjs@pg-plain \
  tests/e2e/agents.test.mjs@pg-plain tests/e2e/engine_llm.test.mjs@pg tests/e2e/engine_reasoning.test.mjs@pg-plain \
  tests/e2e/upload_url.test.mjs@pg-plain tests/e2e/videodb.test.mjs@pg-plain tests/e2e/sweep.test.mjs@pg tests/e2e/jobs.test.mjs@pg
E2E := $(foreach t,$(TOPOLOGIES),$(TRANSPORT:%=%@$t)) \
  $(filter-out $(TRANSPORT),$(wildcard tests/e2e/*.test.sh tests/e2e/*.test.mjs)) \
  $(ON_POSTGRES)
COUNTS := $(abspath build)/counts
TIER = COUNTS=$(COUNTS) BUILD=$(abspath $(O)) tests/run

.SECONDARY:
.PHONY: check check-unit check-lint test test-io test-e2e
check-unit: $(UNIT) $(FUZZ_PURE)
	$(Q)$(TIER) unit $(UNIT) $(FUZZ_PURE)
check-lint:
	$(Q)$(TIER) lint $(wildcard tests/lint/*.sh)
check: ## unit tests, corpora, layers, format: under 30 seconds
	$(Q)$(MAKE) --no-print-directory check-unit check-lint
test-io: $(IO) $(FUZZ_IO)
	$(Q)$(TIER) io $(IO_RUNS) $(FUZZ_IO)
# They wait more than they compute: one more at once than there are cores.
test-e2e: all $(O)/echo.fcgi $(O)/evaluate
	$(Q)JOBS=$${JOBS:-$$(($$(nproc) + 1))} $(TIER) end-to-end $(E2E)
test: ## install what is missing and run every functional test
	$(Q)adm/install test && mkdir -p build && rm -f $(COUNTS)
	$(Q)rc=0; for tier in check-unit check-lint test-io test-e2e; do \
	  $(MAKE) --no-print-directory -j$$(nproc) $$tier || rc=1; done; \
	awk '{ p += $$1; f += $$2; s += $$3 } \
	  END { printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : "" }' \
	  $(COUNTS); exit $$rc

.PHONY: sweep
sweep: all ## every bad request there is against the REST API, on both stores: 10 minutes
	$(Q)LIMIT=3600 MOST=100000 V=1 JOBS=1 BUILD=$(abspath $(O)) tests/run sweep \
	  tests/e2e/sweep.test.mjs tests/e2e/sweep.test.mjs@pg

include tests/conformance/conformance.mk
include tests/fuzz/fuzz.mk
include tests/torture/torture.mk
-include adm/lint.mk

include tests/bench/bench.mk
include tests/evaluate/evaluate.mk

$(O)/tests/pii/evaluate: $(O)/tests/pii/evaluate.o $(PURE)
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) -o $@ $^ -ljson-c -lpcre2-8 -lunistring -lm -lpthread
.PHONY: evaluate-pii
evaluate-pii: $(O)/tests/pii/evaluate ## precision and recall of the removal of personal information
	$(Q)$< $(if $(V),-v)

# Static analysis and sanitized builds: included by the Makefile.
# Each checked file leaves a stamp that depends on its object, so a file is
# looked at again when it, or a header it includes, has changed. SAN_UNIT and
# SAN_IO may name fewer tests.

LINT := $(O)/lint
LINT_C := $(sort $(wildcard adm/*.c fcgi/*.c handlers/*.c lib/*/*.c \
  tests/unit/*.c tests/io/*.c tests/fuzz/*.c tests/bench/*.c tests/evaluate/*.c tests/torture/*.c))
LINT_ANALYZED := $(SRC_base) $(SRC_proto)
LINT_SH := $(sort .ci/run adm/install adm/pgvector adm/run tests/run tests/bench/run tests/fuzz/run \
  tests/harness/postgres \
  $(wildcard tests/lint/*.sh tests/e2e/*.sh tests/conformance/*.sh tests/harness/*.sh))
# What the code needs to be understood; gcc's warnings mean nothing to clang.
LINT_FLAGS := $(STD) -Ilib -I. -Itests -I$(O)/gen -DFUZZ_REPLAY \
  $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)

# cppcheck's varFuncNullUB is off: NULL is a pointer in the C libraries we use.
# In tests a CHECK counts as three branches, threads are the test's own and
# the sanitizers watch them (clang-analyzer takes half a minute for a file).
$(LINT)/tests/%.tidy: TIDY := --checks=-clang-analyzer-*,-readability-function-cognitive-complexity,-concurrency-mt-unsafe
# A finding is printed and leaves no stamp. clang-tidy's own count is noise.
$(LINT)/%.tidy: %.c $(O)/%.o .clang-tidy
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy --quiet $(TIDY) $< -- $(LINT_FLAGS) >$@.log 2>&1 && touch $@ || \
	  { grep -vE '^[0-9]+ warnings?|^Suppressed|^Use -header' $@.log; false; }
$(LINT)/%.cppcheck: %.c $(O)/%.o
	$(Q)mkdir -p $(@D)
	$(Q)cppcheck --quiet --enable=warning,performance,portability \
	  --inline-suppr --error-exitcode=2 --std=c11 --template=gcc \
	  --suppress=varFuncNullUB --suppress=missingInclude --suppress=missingIncludeSystem \
	  -Ilib -I. -Itests -I$(O)/gen $< && touch $@
$(LINT)/%.analyzed: %.c $(O)/%.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -O2 -fanalyzer -Werror -c $< -o /dev/null && touch $@
$(LINT)/%.shell: %
	$(Q)mkdir -p $(@D)
	$(Q)shellcheck -x -S warning $< && touch $@

LINT_STAMPS := $(LINT_C:%.c=$(LINT)/%.tidy) $(LINT_C:%.c=$(LINT)/%.cppcheck) \
  $(LINT_ANALYZED:%.c=$(LINT)/%.analyzed) $(LINT_SH:%=$(LINT)/%.shell)

.PHONY: lint lint-files asan tsan
lint-files: $(LINT_STAMPS)
lint: ## clang-tidy, cppcheck, -fanalyzer, shellcheck
	$(Q)adm/install lint
	$(Q)$(MAKE) --no-print-directory -k -j$$(nproc) lint-files || \
	  { echo 'lint: the findings stand above'; exit 1; }
	@echo 'lint: clang-tidy and cppcheck $(words $(LINT_C)) files,' \
	  '-fanalyzer $(words $(LINT_ANALYZED)), shellcheck $(words $(LINT_SH)): 0 findings'

# --- sanitizers ---------------------------------------------------------------
SUPP := $(abspath tests/harness)
SAN_UNIT ?= $(UNIT) $(FUZZ_PURE)
SAN_IO ?= $(filter-out %@pg-plain %@pgbouncer,$(IO_RUNS)) $(FUZZ_IO)
SAN_BUILT = $(sort $(foreach t,$(SAN_IO),$(firstword $(subst @, ,$t))))
# Of the stacks' tests those that are not about speed; slower here, so one by one.
SAN_E2E ?= $(foreach f,$(wildcard tests/conformance/*.test.mjs),$f@one $f@two) \
  tests/e2e/topology.test.mjs tests/e2e/torture_short.test.mjs \
  tests/e2e/rest_shared.test.mjs@pg
SAN_STACK := all $(O)/echo.fcgi $(LEDGER)
# The model test's histories: fewer, each is some ten times slower here.
asan: ## unit, io and transport tests under address and undefined behaviour sanitizers
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) BUILD=asan sanitized-asan
tsan: ## io and transport tests under the thread sanitizer
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) BUILD=tsan sanitized-tsan
.PHONY: sanitized-asan sanitized-tsan
sanitized-asan: export ASAN_OPTIONS = detect_leaks=1:halt_on_error=1:strict_string_checks=1
sanitized-asan: export LSAN_OPTIONS = suppressions=$(SUPP)/lsan.supp:print_suppressions=0
sanitized-asan: export UBSAN_OPTIONS = print_stacktrace=1:halt_on_error=1
sanitized-asan: export HISTORIES ?= 500
sanitized-asan: $(SAN_UNIT) $(SAN_BUILT) $(SAN_STACK)
	$(Q)$(TIER) asan $(SAN_UNIT) $(SAN_IO)
	$(Q)JOBS=1 $(TIER) asan-stacks $(SAN_E2E)
sanitized-tsan: export TSAN_OPTIONS = halt_on_error=1:second_deadlock_stack=1:suppressions=$(SUPP)/tsan.supp
sanitized-tsan: export HISTORIES ?= 200
sanitized-tsan: $(SAN_BUILT) $(SAN_STACK)
	$(Q)$(TIER) tsan $(SAN_IO)
	$(Q)JOBS=1 $(TIER) tsan-stacks $(SAN_E2E)

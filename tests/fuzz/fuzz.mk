# Looking for new inputs with libFuzzer: included by the Makefile. The drivers
# are those whose corpora `make check` replays, built by clang in build/fuzz.

SECONDS ?= 60
FUZZ ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

# No driver: without the sanitizers of build/fuzz.
$(O)/tests/fuzz/seeds: tests/fuzz/seeds.c $(wildcard tests/vectors/*.h)
	$(Q)mkdir -p $(@D) && $(CC) $(STD) -Wall -Wextra -Ilib -Itests -o $@ $<

.PHONY: fuzz fuzz-drivers
fuzz-drivers: $(FUZZ:%=$(O)/tests/fuzz/fuzz_%) $(O)/tests/fuzz/seeds
fuzz: ## look for inputs that break a decoder (SECONDS=60 each, FUZZ=name)
	$(Q)adm/install fuzz
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) BUILD=fuzz CC=clang fuzz-drivers
	$(Q)tests/fuzz/run $(SECONDS) build/fuzz $(FUZZ)

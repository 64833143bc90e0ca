# kill -9 under load: included by tests.mk.

LEDGER := $(O)/ledger.fcgi $(O)/tests/torture/publish

$(O)/ledger.fcgi: $(call obj,tests/torture/ledger.c $(SRC_server)) $(STACK)
	$(LINK)
$(O)/tests/torture/publish: $(O)/tests/torture/publish.o $(O)/libio.a $(PURE)
	$(LINK)

JOBS_TORTURED := $(O)/tests/torture/jobs $(O)/tests/torture/clock_shift.so
$(O)/tests/torture/jobs: $(call obj,tests/torture/jobs.c $(SRC_worker)) $(STACK)
	$(LINK)
$(O)/tests/torture/clock_shift.so: tests/torture/clock_shift.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARN) -O2 -fPIC -shared -o $@ $<

test-e2e: $(LEDGER) $(JOBS_TORTURED)
E2E += tests/torture/check.test.mjs

.PHONY: torture torture-kill torture-outage torture-store torture-jobs
torture: torture-kill torture-outage torture-store torture-jobs ## the long tests: kill -9, Redis and PostgreSQL away (two hours)
torture-kill: all $(LEDGER) # EVENTS=100000 KILLS=100 CLIENTS=8 SEED=
	@BUILD=$(abspath $(O)) EVENTS=$(EVENTS) KILLS=$(KILLS) CLIENTS=$(CLIENTS) \
	  SEED=$(SEED) node tests/torture/torture.mjs
# Redis stopped 20 times for 5 s and frozen 5 times; each topology by itself is
# load enough.
OUTAGES := $(foreach t,$(TOPOLOGIES),tests/e2e/transport_outage.test.mjs@$t)
torture-outage: all $(O)/echo.fcgi
	$(Q)TORTURE=1 LIMIT=3600 JOBS=1 $(TIER) torture $(OUTAGES)
# PostgreSQL restarted 50 times, and 50 times behind pgbouncer.
torture-store: all
	$(Q)TORTURE=1 LIMIT=3600 V=1 $(TIER) torture tests/e2e/store_restart.test.mjs
# Jobs while workers, Redis and PostgreSQL are killed: WORK=10000 KILLS=200 SERVER_KILLS=20 STORE=pg,sqlite SEED=
torture-jobs: all $(JOBS_TORTURED)
	@BUILD=$(abspath $(O)) WORK=$(WORK) KILLS=$(KILLS) SERVER_KILLS=$(SERVER_KILLS) STORE=$(STORE) \
	  SEED=$(SEED) node tests/torture/jobs_long.mjs

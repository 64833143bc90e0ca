# Measuring: included by tests/tests.mk. doc/bench.md says what the figures mean.

BENCH ?= events,one,memory,held,sessions,idle,churn,search,rest,pages,queue
BENCH_NEEDS := $(O)/director-run $(O)/director.fcgi $(O)/echo.fcgi $(O)/ceiling.fcgi $(O)/load $(O)/search $(O)/queue $(O)/director-worker

$(O)/load: $(patsubst %.c,$(O)/%.o,$(wildcard tests/bench/load*.c)) $(O)/libbase.a
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) $(LDFLAGS) -o $@ $^
$(O)/search: $(O)/tests/bench/search.o $(STACK)
	$(LINK)
$(O)/queue: $(call obj,tests/bench/queue.c $(SRC_worker)) $(STACK)
	$(LINK)
$(O)/ceiling.fcgi: $(O)/tests/bench/ceiling.o $(O)/libbase.a
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) $(LDFLAGS) -o $@ $^ -lfcgi -lpthread

.PHONY: bench bench-build
bench-build: $(BENCH_NEEDS)
bench: ## measure against the peers (BENCH=events,one,memory,held,sessions,idle,churn,search,rest,pages,queue)
	$(Q)adm/install bench
	$(Q)adm/install flask || echo 'bench: without Flask-SocketIO'
	$(Q)$(MAKE) --no-print-directory -s bench-build
	$(Q)BUILD=$(abspath $(O)) tests/bench/run $(BENCH)

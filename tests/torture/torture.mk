# kill -9 under load: included by tests.mk.

TORTURE := $(O)/ledger.fcgi $(O)/tests/torture/publish

$(O)/ledger.fcgi: $(call obj,tests/torture/ledger.c $(SRC_server)) $(STACK)
	$(LINK)
$(O)/tests/torture/publish: $(O)/tests/torture/publish.o $(O)/libio.a $(PURE)
	$(LINK)

test-e2e: $(TORTURE)
E2E += tests/torture/check.test.mjs

.PHONY: torture
torture: all $(TORTURE) ## kill -9 under load (EVENTS=100000 KILLS=100 CLIENTS=8 SEED=)
	@BUILD=$(abspath $(O)) EVENTS=$(EVENTS) KILLS=$(KILLS) CLIENTS=$(CLIENTS) \
	  SEED=$(SEED) node tests/torture/torture.mjs

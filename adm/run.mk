# Starting an installation: included by the Makefile, which gives O, Q, obj,
# ALL_CFLAGS and the LINK_* variables.

$(O)/director-run: $(call obj,$(wildcard adm/*.c)) $(O)/libbase.a
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) $(LDFLAGS) -o $@ $^

.PHONY: run
run: export PORT := $(PORT)
run: export VAR := $(VAR)
run: export BUILD := $(BUILD)
run: ## start everything on 127.0.0.1:PORT, data in VAR (PORT=8080 VAR=var)
	@exec adm/run --with-make

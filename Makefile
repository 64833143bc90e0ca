# director-fcgi. `make help` lists the targets.
# One non-recursive Makefile; every mode builds into its own build/<mode>/.

PORT ?= 8080
VAR ?= var
BUILD ?= release
PREFIX ?= /usr/local
DESTDIR ?=
PACKAGES := json-c hiredis sqlite3 libpq libsodium libpcre2-8 libcurl libxxhash
O := build/$(BUILD)

CC ?= gcc
STD := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -D_GNU_SOURCE
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wformat=2 \
  -Wwrite-strings -Wcast-qual -Wpointer-arith -Wcast-align=strict -Wundef \
  -Wvla -Walloca -Wswitch-enum -Wimplicit-fallthrough=5 -Wnull-dereference \
  -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wredundant-decls \
  -Wunused-macros -Wdate-time -Wframe-larger-than=16384 -Wno-overlength-strings
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection \
  -fPIE -fno-common
MODE_release := -O2 -g -D_FORTIFY_SOURCE=3 $(HARDEN)
MODE_debug := -O1 -g $(HARDEN)
MODE_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
  -fno-omit-frame-pointer -fPIE
MODE_tsan := -O1 -g -fsanitize=thread -fPIE
MODE_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
  -fno-sanitize-recover=all -fno-omit-frame-pointer -fPIE -Wno-unknown-warning-option -Wno-format-nonliteral
LINK_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed
LINK_debug := $(LINK_release)
LINK_asan := -pie -fsanitize=address,undefined
LINK_tsan := -pie -fsanitize=thread
LINK_fuzz := -pie -fsanitize=fuzzer,address,undefined
ifdef WERROR
WARN += -Werror
endif
ALL_CFLAGS := $(STD) $(WARN) $(MODE_$(BUILD)) -Ilib -I. -I$(O)/gen \
  $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null) $(CFLAGS)
LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lfcgi -lev -lunistring -lpthread -lm
Q := $(if $(V),,@)

SRC_base := $(wildcard lib/base/*.c)
SRC_proto := $(wildcard lib/proto/*.c)
SRC_text := $(wildcard lib/text/*.c)
SRC_io := $(wildcard lib/io/*.c)
SRC_handlers := $(wildcard handlers/*.c)
obj = $(patsubst %.c,$(O)/%.o,$(1))
LAYERS := base proto text io handlers
ARCHIVES := $(LAYERS:%=$(O)/lib%.a)
PURE := $(O)/libtext.a $(O)/libproto.a $(O)/libbase.a
# Outermost first: the linker resolves from left to right.
STACK := $(O)/libhandlers.a $(O)/libio.a $(PURE)

.PHONY: all
all: $(O)/director.fcgi $(O)/director-worker $(O)/director-run ## build the programs

# --- generated code: SQL statements, migrations, Redis scripts, OpenAPI -------
DIALECTS := sqlite pg
GEN := $(addprefix $(O)/gen/,openapi.inc strategy_model.inc rds_library.inc rds_scripts.inc \
  $(foreach what,queries parts schema lists columns,$(DIALECTS:%=store_$(what)_%.inc)))
LUA := lib/io/lua/prelude.lua \
  $(filter-out lib/io/lua/prelude.lua,$(sort $(wildcard lib/io/lua/*.lua)))

AWK_SQL = awk -v dialect=$(1) -f sql/text.awk
define generated_sql
$(O)/gen/store_queries_$(1).inc: $(wildcard sql/*.awk sql/query/*.sql sql/query/$(1)/*.sql)
	$$(Q)mkdir -p $$(@D) && $(AWK_SQL) -v mode=query -f sql/gen.awk $$(filter %.sql,$$^) > $$@.new && mv $$@.new $$@
$(O)/gen/store_parts_$(1).inc: $(wildcard sql/*.awk sql/part/$(1)/*.sql)
	$$(Q)mkdir -p $$(@D) && $(AWK_SQL) -v mode=query -v prefix=STORE_PART_ -f sql/gen.awk $$(filter %.sql,$$^) > $$@.new && mv $$@.new $$@
$(O)/gen/store_schema_$(1).inc: $(wildcard sql/*.awk) $(sort $(wildcard sql/schema/$(1)/*.sql))
	$$(Q)mkdir -p $$(@D) && $(AWK_SQL) -v mode=schema -f sql/gen.awk $$(filter %.sql,$$^) > $$@.new && mv $$@.new $$@
$(O)/gen/store_lists_$(1).inc $(O)/gen/store_columns_$(1).inc: $(O)/gen/store_%s_$(1).inc: $(wildcard sql/*.awk) sql/query/$(1)/dialect.sql $(wildcard sql/list/*.sql)
	$$(Q)mkdir -p $$(@D) && $(AWK_SQL) -v mode=$$* -f sql/list.awk $$(filter %.sql,$$^) > $$@.new && mv $$@.new $$@
endef
$(foreach dialect,$(DIALECTS),$(eval $(call generated_sql,$(dialect))))
# Named by its content: processes of two versions share a Redis.
LIBRARY = director_$$(cat $^ | sha1sum | cut -c1-12)
$(O)/gen/rds_library.inc: lib/io/lua/gen.awk $(LUA)
	$(Q)mkdir -p $(@D) && awk -v mode=library -v name=$(LIBRARY) -f $^ > $@.new && mv $@.new $@
$(O)/gen/rds_scripts.inc: lib/io/lua/gen.awk $(LUA)
	$(Q)mkdir -p $(@D) && awk -v mode=names -v name=$(LIBRARY) -f $^ > $@.new && mv $@.new $@

$(O)/gen/openapi.inc: doc/embed.awk doc/openapi.json
	$(Q)mkdir -p $(@D) && awk -f $^ > $@.new && mv $@.new $@

$(O)/gen/strategy_model.inc: lib/text/strategy_model.awk lib/text/strategy_model.txt
	$(Q)mkdir -p $(@D) && awk -f $^ > $@.new && mv $@.new $@

# --- compiling ----------------------------------------------------------------
$(O)/%.o: %.c | $(GEN)
	$(Q)mkdir -p $(@D)
	$(if $(V),,@echo "  CC $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

define archive
$(O)/lib$(1).a: $(call obj,$(SRC_$(1)))
	$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach layer,$(LAYERS),$(eval $(call archive,$(layer))))

LINK = $(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)
SRC_server := fcgi/server.c fcgi/request.c fcgi/park.c fcgi/park_answer.c fcgi/park_entry.c fcgi/park_pair.c fcgi/pair.c fcgi/keeper.c \
  fcgi/spare.c fcgi/lead.c fcgi/identity.c
SRC_worker := fcgi/worker.c fcgi/worker_run.c fcgi/worker_quick.c fcgi/worker_keep.c

$(O)/director.fcgi: $(call obj,fcgi/director.c $(SRC_server)) $(STACK)
	$(LINK)
$(O)/director-worker: $(call obj,fcgi/director_worker.c $(SRC_worker)) $(STACK)
	$(LINK)
$(O)/echo.fcgi: $(call obj,tests/conformance/echo.c $(SRC_server)) $(STACK)
	$(LINK)

include adm/run.mk
include tests/tests.mk

.PHONY: format clean help install
format: ## format the C files in place
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')
www/dist/index.html:
	$(Q)cd www && npm ci --silent && npm run --silent build
install: all www/dist/index.html ## install below DESTDIR and PREFIX
	$(Q)install -d "$(DESTDIR)$(PREFIX)/lib/director" "$(DESTDIR)$(PREFIX)/share/director/www"
	$(Q)install -m 755 $(O)/director.fcgi $(O)/director-worker $(O)/director-run "$(DESTDIR)$(PREFIX)/lib/director"
	$(Q)cp -R www/dist/. "$(DESTDIR)$(PREFIX)/share/director/www"
clean: ## remove what was built
	$(Q)rm -rf build www/dist
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# How good the offline analyst is, and training it: included by tests/tests.mk.
# doc/analyst.md says what the figures mean.

LABELS ?= ../shared/data/pitches/labels.jsonl
MODEL := lib/text/strategy_model.txt

$(O)/tests/evaluate/train.o: ALL_CFLAGS += -O3 -fno-math-errno
$(O)/evaluate: $(patsubst %.c,$(O)/%.o,$(wildcard tests/evaluate/*.c)) $(PURE)
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_$(BUILD)) $(LDFLAGS) -o $@ $^ -ljson-c -lpcre2-8 -lunistring -lm -lpthread

.PHONY: evaluate train
evaluate: $(O)/evaluate ## score the offline analyst on labelled dialogues (LABELS=FILE)
	$(Q)$(O)/evaluate "$(LABELS)"
train: $(O)/evaluate ## train its model anew on LABELS
	$(Q)$(O)/evaluate --train "$(LABELS)" $(MODEL).new && mv $(MODEL).new $(MODEL)

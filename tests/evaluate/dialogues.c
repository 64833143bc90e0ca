#include "evaluate/dialogues.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/jval.h"

/* The data has 200; a file with more is read up to here. */
#define DIALOGUES_MAX 4096u

static NORETURN void
bad_line(const char *path, size_t line, const char *why)
{
	(void)fprintf(stderr, "%s:%zu: %s\n", path, line, why);
	exit(1);
}

/** Class and objection are by name: a label that is not known is none. */
static void
read_unit(struct json_object *o, struct dialogue *d, size_t i, struct arena *a)
{
	struct json_object *names = json_object_object_get(o, "labels");
	struct slice name = SLICE_EMPTY;
	enum strategy_speaker who =
	    slice_eqs(jval_str(o, "speaker"), "persuader") ? STRATEGY_SELLER
							   : STRATEGY_BUYER;
	struct strategy_labels labels = strategy_labels(who);

	if (json_object_is_type(names, json_type_array) &&
	    json_object_array_length(names) != 0)
		name = jval_slice(json_object_array_get_idx(names, 0));
	d->units[i] =
	    (struct strategy_unit){ who, arena_dup(a, jval_str(o, "text")) };
	d->label[i] = strategy_label_find(who, name);
	d->class[i] = labels.items[d->label[i]].class;
	d->objection[i] = labels.items[d->label[i]].objection;
}

static struct dialogue
read_dialogue(struct json_object *o, struct arena *a)
{
	struct json_object *units = json_object_object_get(o, "units");
	struct dialogue d = { .n = json_object_is_type(units, json_type_array)
		    ? json_object_array_length(units)
		    : 0 };

	d.units = arena_alloc(a, (d.n + 1) * sizeof(*d.units));
	d.label = arena_alloc(a, (d.n + 1) * sizeof(*d.label));
	d.class = arena_alloc(a, (d.n + 1) * sizeof(*d.class));
	d.objection = arena_alloc(a, (d.n + 1) * sizeof(*d.objection));
	for (size_t i = 0; i < d.n; i++)
		read_unit(json_object_array_get_idx(units, i), &d, i, a);
	d.digest = strategy_digest(d.units, d.n);
	return d;
}

struct dialogues
dialogues_read(const char *path, struct arena *a)
{
	struct dialogues all = {
		arena_alloc(a, DIALOGUES_MAX * sizeof(*all.items)), 0
	};
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		bad_line(path, 0, "cannot be opened");
	for (size_t no = 1;
	     all.n < DIALOGUES_MAX && (n = getline(&line, &size, f)) > 0;
	     no++) {
		struct slice text =
		    slice_trim((struct slice){ line, (size_t)n });
		struct json_object *o;
		enum jval_status status;

		if (text.n == 0)
			continue;
		status = jval_parse(text, &o);
		if (status != JVAL_OK)
			bad_line(path, no, jval_strerror(status));
		all.items[all.n] = read_dialogue(o, a);
		json_object_put(o);
		if (all.items[all.n].n == 0)
			bad_line(path, no, "a dialogue without units");
		all.n++;
	}
	free(line);
	(void)fclose(f);
	return all;
}

#include "evaluate/dialogues.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/jval.h"

/* The data has 200; there is room for that many at first. */
#define DIALOGUES_FIRST 256u

static NORETURN void
bad_file(const char *path, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", path, why);
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

/** Room for one more. */
static void
grow(struct dialogues *all, size_t *room, struct arena *a)
{
	struct dialogue *items;

	if (all->n < *room)
		return;
	*room = *room == 0 ? DIALOGUES_FIRST : *room * 2;
	items = arena_alloc(a, *room * sizeof(*items));
	if (all->n != 0)
		memcpy(items, all->items, all->n * sizeof(*items));
	all->items = items;
}

/** Why the line is no dialogue; NULL: it is one. */
static const char *
read_line(struct slice text, struct dialogue *out, struct arena *a)
{
	struct json_object *o;
	enum jval_status status = jval_parse(text, &o);

	if (status != JVAL_OK)
		return jval_strerror(status);
	*out = read_dialogue(o, a);
	json_object_put(o);
	return out->n == 0 ? "a dialogue without units" : NULL;
}

struct dialogues
dialogues_read(const char *path, struct arena *a)
{
	struct dialogues all = { NULL, 0 };
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0, room = 0;
	ssize_t n;

	if (f == NULL)
		bad_file(path, strerror(errno));
	for (size_t no = 1; (n = getline(&line, &size, f)) > 0; no++) {
		struct slice text = { line, (size_t)n };
		const char *why;

		if (no == 1 && slice_starts(text, SLICE("\xef\xbb\xbf")))
			text = slice_from_at(text, 3);
		text = slice_trim(text);
		if (text.n == 0)
			continue;
		grow(&all, &room, a);
		why = read_line(text, &all.items[all.n], a);
		if (why == NULL)
			all.n++;
		else
			(void)fprintf(
			    stderr, "%s:%zu: %s: left out\n", path, no, why);
	}
	if (ferror(f) != 0)
		bad_file(path, strerror(errno));
	if (all.n == 0)
		bad_file(path, "no dialogue in it");
	free(line);
	(void)fclose(f);
	return all;
}

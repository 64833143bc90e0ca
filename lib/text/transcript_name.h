/**
 * Speakers in running text: `Name:` at the start of a line.
 * Internal to transcript*.c.
 *
 * Every word of a name in capitals ("Ann Lee:", "Speaker 1:"), or a role
 * everyone knows ("buyer:"), is believed at once; anything else only when it
 * starts at least two lines of the file, so that "one thing:" stays speech.
 *
 * Ownership: the table is in the arena, names point into the text.
 * Layer:  text (pure)
 */
#ifndef TEXT_TRANSCRIPT_NAME_H
#define TEXT_TRANSCRIPT_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

struct transcript_names;

/** Count the names at the starts of the lines of `text`. */
struct transcript_names *
transcript_name_count(struct slice text, struct arena *a) NONNULL(2);

/** What stood at the start of a line. */
struct transcript_name {
	struct slice name;
	struct slice rest; /* the speech after it */
	int64_t ms;        /* "[00:12] Ann:" or "Ann (00:12):"; -1: none */
	bool changed;      /* ">>" or "- ": someone else, perhaps not named */
};

/** Look at the start of a line; true when there is a name. */
bool transcript_name_at(const struct transcript_names *names, struct slice line,
    struct transcript_name *out) NONNULL(1, 3);

#endif

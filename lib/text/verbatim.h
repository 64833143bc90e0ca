/**
 * Does a transcript have these words? An engine's quotes are looked up: what is
 * found is given back as it was said, to the byte; what is not was made up.
 *
 * The look-up forgives case of ASCII letters, white space, the forms of quotation
 * marks, apostrophes, dashes and dots; a quote may go over cues of one speaker.
 *
 * Ownership: everything is in the arena; `exact` lives as long as that.
 * Failure: none.
 * Layer:  text (pure)
 */
#ifndef TEXT_VERBATIM_H
#define TEXT_VERBATIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "text/transcript.h"

struct verbatim {
	struct slice joined; /* the cues, a line each */
	char *folded;        /* the same, folded; n bytes */
	uint32_t *at;        /* where in `joined` each of them is */
	size_t n;
};

void verbatim_init(struct verbatim *v, const struct transcript *t,
    struct arena *a) NONNULL(1, 2, 3);
/** False: nobody said so, or there is no word in it. */
bool verbatim_find(const struct verbatim *v, struct slice quote,
    struct slice *exact) MUST_CHECK NONNULL(1, 3);
/**
 * A text with its quotes looked up, in Markdown. Quotes are what stands between
 * typographic quotation marks (“ ”, „ “, « », ‘ ’), also over lines of one
 * paragraph, and in block quotes; what stands between plain marks is one in a
 * block quote, elsewhere if it was said. They become “exact”; a line that quotes
 * what nobody said is left out if it is a block quote, else the words are. So is
 * it in code fences, where only plain marks are syntax. How many were left out.
 */
size_t verbatim_markdown(
    const struct verbatim *v, struct slice text, struct buf *out) NONNULL(1, 3);

#endif

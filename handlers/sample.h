/**
 * The first video of an empty store: a sample to try everything with.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_SAMPLE_H
#define HANDLERS_SAMPLE_H

#include "base/err.h"
#include "io/store.h"

/** Load the transcript in `path`, unless the store has a video already. */
int sample_load(struct store *s, const char *path, struct err *e) MUST_CHECK;

#endif

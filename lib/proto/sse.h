/**
 * Server-sent events, read as they arrive: what a language model streams its
 * answer in.
 *
 *      : a comment LF
 *      data: {"a":1} LF
 *      LF                      (here the event ends)
 *
 * Only the data of events is given; names, ids and times to wait are not used
 * by anybody here. Lines end with LF, CR LF or CR. Lines of one event's data are
 * joined with LF. An event that the stream ends in is none.
 *
 *      sse_init(&s);
 *      while (there is more: in)
 *              while ((event = sse_next(&s, &in, &data)) == SSE_EVENT)
 *                      …
 *
 * Ownership: owns its memory, sse_fini(). Data is borrowed until the next call.
 * Failure: SSE_TOO_LARGE; it stays.
 * Layer:  proto (pure)
 * Spec:   HTML, 9.2.6, "Interpreting an event stream"
 */
#ifndef PROTO_SSE_H
#define PROTO_SSE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** Of one event: a model sends a few hundred bytes, some servers all at once. */
#define SSE_EVENT_MAX 4000000

enum sse_event {
	SSE_MORE,  /* all of the input was read */
	SSE_EVENT, /* the data of one */
	SSE_TOO_LARGE,
};

struct sse {
	struct buf line, data;
	bool has_data;  /* some line of it, perhaps an empty one */
	bool after_cr;  /* an LF that follows belongs to it */
	bool given;     /* the data was given: it begins anew */
	bool first;     /* a byte order mark may come */
	bool too_large; /* what failed stays so */
};

void sse_init(struct sse *s) NONNULL(1);
void sse_fini(struct sse *s) NONNULL(1);
/** What comes next; what was read is taken off `*input`. */
enum sse_event sse_next(struct sse *s, struct slice *input,
    struct slice *data) MUST_CHECK NONNULL(1, 2, 3);

#endif

/**
 * What VideoDB has: all of its lists, read one answer after the other. Of each only
 * what becomes a row is kept, within limits; what is over them is left out, and
 * said to be (`partial`): who compares must not take it for gone.
 *
 * Ownership: a struct videodb_lists owns all of it (videodb_lists_fini(), also after
 * a failure).
 * Failure: as videodb.h; of a list that failed nothing is known of the others.
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_VIDEODB_LISTS_H
#define HANDLERS_VIDEODB_LISTS_H

#include "handlers/videodb.h"

/** More than any account has. */
#define VIDEODB_LISTS_COLLECTIONS 1000
#define VIDEODB_LISTS_MEDIA       50000
/** Memory of them: 600 bytes each, and for some long descriptions. */
#define VIDEODB_LISTS_BYTES 40000000

/** What the store has of it. */
enum videodb_row_is {
	VIDEODB_ROW_NONE,
	VIDEODB_ROW_OLDER, /* VideoDB says something else by now */
	VIDEODB_ROW_SAME,  /* or it was deleted here */
};

struct videodb_listed {
	enum store_videodb_kind kind;
	enum videodb_row_is row;    /* of the caller */
	struct slice collection_id; /* ours; of a collection: its own */
	struct videodb_medium is;   /* of a collection: id, name, description */
};

struct videodb_lists {
	struct arena arena;
	struct videodb_listed *item; /* once read by kind and id, each once */
	size_t n, room;
	size_t bytes;
	bool partial; /* there is more */
};

int videodb_lists_read(
    struct videodb_lists *l, struct videodb_work *w, struct err *e) MUST_CHECK;
void videodb_lists_fini(struct videodb_lists *l);
/** NULL: it is not there. */
struct videodb_listed *videodb_lists_find(const struct videodb_lists *l,
    enum store_videodb_kind kind, struct slice id) MUST_CHECK;

#endif

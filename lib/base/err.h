/**
 * What went wrong, as a value: the error shape of everything with effects.
 *
 * A function returns 0 or a pointer when all is well, -1 or NULL when not, and
 * then fills the caller's struct err. The code decides what the outside sees
 * (one table, err.c); the message is a sentence for people, free of secrets and
 * of user content; the field names the part of the input at fault.
 *
 * Layer:  base (pure)
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

enum err_code {
	ERR_NONE,
	ERR_BAD_REQUEST, /* malformed or invalid input */
	ERR_FORBIDDEN,   /* foreign Host or Origin, not loopback */
	ERR_NOT_FOUND,
	ERR_METHOD,    /* not allowed on this route */
	ERR_CONFLICT,  /* a unique thing is there already */
	ERR_TOO_LARGE, /* body over the route's limit */
	ERR_MEDIA_TYPE,
	ERR_UNAVAILABLE, /* Redis or the store: try again later */
	ERR_STALE,       /* a lease or revision was overtaken; never sent out */
	ERR_INTERNAL,
	ERR__MAX
};

struct err {
	enum err_code code;
	char field[64]; /* JSON path or parameter; "" when not about one */
	char msg[256];
};

#define ERR_INIT ((struct err){ ERR_NONE, "", "" })

/** Fill `*e` and return -1, so that `return err_set(…)` reads well. */
int err_set(struct err *e, enum err_code code, const char *format, ...)
    PRINTF(3, 4) NONNULL(1) COLD;
/** The same with the field at fault. */
int err_field(struct err *e, enum err_code code, const char *field,
    const char *format, ...) PRINTF(4, 5) NONNULL(1, 3) COLD;

/** HTTP status, e.g. 404. */
int err_status(enum err_code code);
/** Stable name, e.g. "not-found": last part of a problem's type, a log word. */
const char *err_name(enum err_code code);
/** Title of a problem document, e.g. "Not found". */
const char *err_title(enum err_code code);

#endif

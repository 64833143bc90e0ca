/**
 * What went wrong, as a value: the error shape of everything with effects.
 *
 * A function returns 0 or a pointer when all is well, -1 or NULL when not, and
 * then fills the caller's struct err. The code decides what the outside sees
 * (one table, err.c); the message is a sentence for people, free of secrets and
 * of user content; the field names the part of the input at fault. What a
 * program or a person can do about it is the same for every case of a failure,
 * so word, details and hint are literals, or live longer than the error: it is
 * copied freely and owns nothing.
 *
 * Layer:  base (pure)
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

enum err_code {
	ERR_NONE,
	ERR_BAD_REQUEST,  /* malformed or invalid input */
	ERR_UNAUTHORIZED, /* no key, or a wrong one */
	ERR_FORBIDDEN,    /* foreign Host or Origin, not loopback */
	ERR_NOT_FOUND,
	ERR_METHOD,         /* not allowed on this route */
	ERR_NOT_ACCEPTABLE, /* nothing that Accept takes */
	ERR_CONFLICT,       /* a unique thing is there already */
	ERR_PRECONDITION,   /* If-Match: it was changed meanwhile */
	ERR_TOO_LARGE,      /* body over the route's limit */
	ERR_MEDIA_TYPE,
	ERR_RANGE,         /* behind the end */
	ERR_UNPROCESSABLE, /* well-formed, but cannot be done */
	ERR_UNAVAILABLE,   /* Redis or the store: try again later */
	ERR_TIMEOUT,       /* the work goes on, the request does not */
	ERR_STALE, /* a lease or revision was overtaken; never sent out */
	ERR_INTERNAL,
	ERR__MAX
};

struct err {
	enum err_code code;
	const char *word; /* finer than err_name(), literal; NULL: that one */
	/* Literals, or NULL; details may be of the request's arena. */
	const char *details, *hint;
	char field[64]; /* JSON path or parameter; "" when not about one */
	char msg[256];
};

#define ERR_INIT ((struct err){ .code = ERR_NONE })

/** Fill `*e` and return -1, so that `return err_set(…)` reads well. */
int err_set(struct err *e, enum err_code code, const char *format, ...)
    PRINTF(3, 4) NONNULL(1) COLD;
/** The same with the field at fault. */
int err_field(struct err *e, enum err_code code, const char *field,
    const char *format, ...) PRINTF(4, 5) NONNULL(1, 3) COLD;

/**
 * Of a failure just set: a machine's word that is finer than err_name()
 * ("unknown-column"), what is behind it, what to do; literals, or NULL.
 */
int err_more(struct err *e, const char *word, const char *details,
    const char *hint) NONNULL(1) COLD;

/** What programs tell this failure by: its word, else err_name(). */
const char *err_word(const struct err *e) NONNULL(1);
/** HTTP status, e.g. 404. */
int err_status(enum err_code code);
/** Stable name, e.g. "not-found": last part of a problem's type, a log word. */
const char *err_name(enum err_code code);
/** Title of a problem document, e.g. "Not found". */
const char *err_title(enum err_code code);

#endif

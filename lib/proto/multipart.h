/**
 * multipart/form-data, read as it arrives: what a form sends that has files.
 *
 *      --BOUNDARY CRLF
 *      Content-Disposition: form-data; name="file"; filename="a.mp4" CRLF
 *      Content-Type: video/mp4 CRLF
 *      CRLF
 *      bytes ... CRLF
 *      --BOUNDARY-- [CRLF]
 *
 * The body comes in pieces of any size, and is given back in pieces of any
 * size: nothing but the head of one part is kept. What browsers and the common
 * libraries send is taken, strictly: no preamble, no epilogue, no folded
 * lines, no transfer encoding.
 *
 *      multipart_init(&m, boundary);
 *      while (there is more of the body: in)
 *              while ((event = multipart_next(&m, &in, &data)) !=
 *                  MULTIPART_MORE)
 *                      switch (event) …
 *      event = multipart_end(&m);
 *
 * Ownership: no allocation. Data is borrowed from the input or the decoder until
 * the next call, the part until its end. A struct multipart is not copied.
 * Failure: an event from MULTIPART_MALFORMED on; it stays.
 * Layer:  proto (pure)
 * Spec:   RFC 7578; RFC 2046, 5.1; RFC 5987 for filename*
 */
#ifndef PROTO_MULTIPART_H
#define PROTO_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/slice.h"

/** RFC 2046, 5.1.1. */
#define MULTIPART_BOUNDARY_MAX 70
/** Of one part: a file's name has at most 255 bytes, and each three times as
 *  many where it is encoded, twice. */
#define MULTIPART_HEAD_MAX 4096
/** A form here has one file and hardly a field beside it. */
#define MULTIPART_PARTS_MAX 16

struct multipart_part {
	struct slice name;
	struct slice filename; /* the client's; p == NULL: no file */
	struct slice type;     /* Content-Type, whole; "" when there is none */
};

enum multipart_event {
	MULTIPART_MORE,      /* all of the input was read */
	MULTIPART_PART,      /* a part begins: m->part */
	MULTIPART_DATA,      /* bytes of it */
	MULTIPART_PART_END,  /* they were all */
	MULTIPART_MALFORMED, /* not multipart/form-data */
	MULTIPART_INCOMPLETE,
	MULTIPART_TOO_MANY, /* over MULTIPART_PARTS_MAX */
	MULTIPART_LONG_HEAD /* over MULTIPART_HEAD_MAX */
};

struct multipart {
	struct multipart_part part;
	/* The rest is the decoder's. */
	enum multipart_state {
		MULTIPART_START, /* before the first boundary */
		MULTIPART_AFTER, /* a boundary: CRLF or "--" follows */
		MULTIPART_AFTER_CR,
		MULTIPART_AFTER_DASH,
		MULTIPART_HEAD,
		MULTIPART_BODY,
		MULTIPART_CLOSED, /* behind the last boundary */
		MULTIPART_CLOSED_CR,
		MULTIPART_OVER,
		MULTIPART_FAILED
	} state;
	enum multipart_event failure;
	size_t matched; /* bytes of the delimiter, kept back */
	size_t delimiter_n, head_n;
	unsigned parts;
	char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CRLF, "--", boundary */
	char head[MULTIPART_HEAD_MAX];
};

/** The boundary that a Content-Type names, borrowed; false when it is not
 *  multipart/form-data with a good one. */
bool multipart_boundary(
    struct slice content_type, struct slice *boundary) MUST_CHECK NONNULL(2);
/** `boundary` is of multipart_boundary(). */
void multipart_init(struct multipart *m, struct slice boundary) NONNULL(1);
/** What comes next; what was read is taken off `*input`. */
enum multipart_event multipart_next(struct multipart *m, struct slice *input,
    struct slice *data) MUST_CHECK NONNULL(1, 2, 3);
/** There is no more input: MULTIPART_MORE when all was there, or what failed. */
enum multipart_event
multipart_end(const struct multipart *m) MUST_CHECK NONNULL(1);
/** A sentence for people, of what failed. */
const char *multipart_strerror(enum multipart_event failure);

#endif

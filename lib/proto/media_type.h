/**
 * Types of the media that are kept: the ending of their files, and which of the
 * Director page's three kinds they are. lighttpd.conf has the same endings.
 *
 * Layer:  proto (pure)
 * Spec:   IANA media types; director contract, part B
 */
#ifndef PROTO_MEDIA_TYPE_H
#define PROTO_MEDIA_TYPE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

enum media_kind {
	MEDIA_VIDEO,
	MEDIA_AUDIO,
	MEDIA_IMAGE,
	MEDIA_KIND__MAX
};

struct media_type {
	enum media_kind kind;
	const char *ending; /* without its dot */
};

/**
 * Of a Content-Type; false for what is none of the three. A subtype that is not
 * in the table has the ending "bin": it is kept, and served as bytes. Where the
 * type says nothing (none, application/octet-stream) the ending of the client's
 * file name decides.
 */
bool media_type_find(struct slice content_type, struct slice filename,
    struct media_type *out) MUST_CHECK NONNULL(3);
/** The most that media_type_sniff() looks at. */
#define MEDIA_TYPE_SNIFF 64
/**
 * Of what somebody's server has: its first bytes (all of them, where it is
 * shorter than MEDIA_TYPE_SNIFF) and what it says of them. Bytes that are known
 * count, and the type where they leave it open: a container of sound alone, or
 * one that is not known. False for what is none of the three.
 */
bool media_type_sniff(struct slice bytes, struct slice content_type,
    struct media_type *out) MUST_CHECK NONNULL(3);
/** Each ending that there is, `i` from 0 on, some more than once; NULL behind the
 *  last one. */
const char *media_type_ending(size_t i);
/** "video", "audio", "image". */
const char *media_kind_name(enum media_kind kind);
/** The first of an id: "m-", "a-" or "i-" and a UUID. */
char media_kind_letter(enum media_kind kind);

#endif

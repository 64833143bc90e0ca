#include "proto/etag.h"

#include <stdbool.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"

struct tag {
	bool weak;
	struct slice opaque; /* with its quotes */
};

void
etag_print(const uint8_t hash[static ETAG_HASH], char out[static ETAG_SIZE])
{
	struct slice bytes = { (const char *)hash, ETAG_HASH };
	struct buf text = BUF_INIT;

	buf_addc(&text, '"');
	base64_encode_url(&text, bytes);
	buf_addc(&text, '"');
	memcpy(out, buf_cstr(&text), ETAG_SIZE);
	buf_fini(&text);
}

/* RFC 9110, 8.8.3: no space, no '"', no control; bytes over 127 are. */
static bool
is_etagc(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte > ' ' && byte != '"' && byte != 0x7f;
}

/* One entity-tag off `*rest`. */
static bool
take_tag(struct slice *rest, struct tag *tag)
{
	size_t n = 1;

	tag->weak = slice_starts(*rest, SLICE("W/"));
	if (tag->weak)
		*rest = slice_from_at(*rest, 2);
	if (rest->n == 0 || rest->p[0] != '"')
		return false;
	while (n < rest->n && is_etagc(rest->p[n]))
		n++;
	if (n == rest->n || rest->p[n] != '"')
		return false;
	tag->opaque = slice_sub(*rest, 0, n + 1);
	*rest = slice_from_at(*rest, n + 1);
	return true;
}

/* OWS. */
static void
skip_space(struct slice *rest)
{
	while (rest->n != 0 && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = slice_from_at(*rest, 1);
}

/* The next of the list; false at its end, or where it is malformed. */
static bool
next_tag(struct slice *rest, bool *malformed, struct tag *tag)
{
	skip_space(rest);
	/* Empty elements count for nothing (5.6.1.2). */
	while (rest->n != 0 && rest->p[0] == ',') {
		*rest = slice_from_at(*rest, 1);
		skip_space(rest);
	}
	if (rest->n == 0)
		return false;
	if (take_tag(rest, tag)) {
		skip_space(rest);
		if (rest->n == 0 || rest->p[0] == ',')
			return true;
	}
	*malformed = true;
	return false;
}

static enum etag_answer
find(struct slice header, struct slice text, bool weakly)
{
	struct slice rest = header;
	struct tag wanted = { false, SLICE_EMPTY }, tag;
	bool malformed = false, found = false;

	if (slice_eqs(slice_trim(header), "*"))
		return text.n != 0 ? ETAG_MATCH : ETAG_NONE;
	/* Without one, `opaque` stays empty and equals no tag. */
	(void)take_tag(&text, &wanted);
	while (next_tag(&rest, &malformed, &tag)) {
		bool strong = !tag.weak && !wanted.weak;

		found = found ||
		    ((weakly || strong) && slice_eq(tag.opaque, wanted.opaque));
	}
	if (malformed)
		return ETAG_MALFORMED;
	return found ? ETAG_MATCH : ETAG_NONE;
}

enum etag_answer
etag_if_match(struct slice header, struct slice tag)
{
	return find(header, tag, false);
}

enum etag_answer
etag_if_none_match(struct slice header, struct slice tag)
{
	return find(header, tag, true);
}

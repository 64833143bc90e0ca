/* Preconditions. The input is lines: the header, a tag. */
#include "proto/etag.h"

#include "base/buf.h"
#include "harness/fuzz.h"

/* A list that is good is found to hold what is added to it. */
static void
try_added(struct slice header)
{
	uint8_t hash[ETAG_HASH] = { 0 };
	char tag[ETAG_SIZE];
	struct buf list = BUF_INIT;

	memcpy(hash, header.p, header.n < ETAG_HASH ? header.n : ETAG_HASH);
	etag_print(hash, tag);
	buf_add_slice(&list, header);
	buf_addf(&list, ",%s", tag);
	fuzz_require(
	    etag_if_match(buf_slice(&list), slice_from(tag)) == ETAG_MATCH);
	buf_fini(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 2);
	struct slice header = in.field[0], tag = in.field[1];
	enum etag_answer strong = etag_if_match(header, tag);
	enum etag_answer weak = etag_if_none_match(header, tag);

	fuzz_require((strong == ETAG_MALFORMED) == (weak == ETAG_MALFORMED));
	fuzz_require(strong != ETAG_MATCH || weak == ETAG_MATCH);
	fuzz_require(tag.n != 0 || weak != ETAG_MATCH);
	fuzz_require(slice_eqs(slice_trim(header), "*") || weak != ETAG_MATCH ||
	    slice_find(header, SLICE("\"")) >= 0);
	if (strong != ETAG_MALFORMED && !slice_eqs(slice_trim(header), "*"))
		try_added(header);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"

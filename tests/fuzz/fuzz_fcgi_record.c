/*
 * Records that are read are, written again, read the same; and the input sent
 * as the body of a reply comes back from its records.
 */
#include <stdint.h>
#include <stdlib.h>

#include "proto/fcgi_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
check_record(struct slice in, const struct fcgi_record *r)
{
	struct fcgi_record again;
	struct buf b = BUF_INIT;

	if (r->size > in.n || r->content.n + FCGI_RECORD_HEADER > r->size)
		abort();
	fcgi_record_add(
	    &b, (enum fcgi_record_type)r->type, r->request_id, r->content);
	if (fcgi_record_read(buf_slice(&b), &again) != FCGI_RECORD_OK ||
	    again.type != r->type || again.request_id != r->request_id ||
	    !slice_eq(again.content, r->content) || again.size != b.n)
		abort();
	buf_fini(&b);
}

static void
check_reply(struct slice body)
{
	struct slice head = slice_sub(body, 0, 3);
	struct buf b = BUF_INIT;
	struct buf got = BUF_INIT;
	struct slice rest;
	struct fcgi_record r = { 0, 0, SLICE_EMPTY, 0 };

	body = slice_from_at(body, 3);
	fcgi_record_reply(&b, 7, head, body);
	for (rest = buf_slice(&b); rest.n > 0;
	     rest = slice_from_at(rest, r.size)) {
		if (fcgi_record_read(rest, &r) != FCGI_RECORD_OK)
			abort();
		if (r.type == FCGI_RECORD_STDOUT)
			buf_add_slice(&got, r.content);
	}
	if (r.type != FCGI_RECORD_END || got.n != head.n + body.n ||
	    !slice_ends(buf_slice(&got), body))
		abort();
	buf_fini(&b);
	buf_fini(&got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice in = { (const char *)bytes, n };
	struct fcgi_record r;

	check_reply(in);
	while (fcgi_record_read(in, &r) == FCGI_RECORD_OK) {
		check_record(in, &r);
		in = slice_from_at(in, r.size);
	}
	return 0;
}

#include "harness/fuzz_main.h"

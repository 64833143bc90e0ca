/**
 * FastCGI records as bytes: the replies, which the FastCGI library has no part
 * in, and a reader for tests and benchmarks.
 *
 *      version type id(2) length(2) padding reserved   content   padding
 *
 * Ownership: a record that was read is borrowed from the input.
 * Layer:  proto (pure)
 * Spec:   FastCGI 1.0, sections 3.3, 5.3 and 5.5
 */
#ifndef PROTO_FCGI_RECORD_H
#define PROTO_FCGI_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** Content bytes of one record: its length has two bytes. */
#define FCGI_RECORD_MAX    65535
#define FCGI_RECORD_HEADER 8

/** The value is the type on the wire. */
enum fcgi_record_type {
	FCGI_RECORD_BEGIN = 1,
	FCGI_RECORD_ABORT = 2,
	FCGI_RECORD_END = 3,
	FCGI_RECORD_PARAMS = 4,
	FCGI_RECORD_STDIN = 5,
	FCGI_RECORD_STDOUT = 6,
	FCGI_RECORD_STDERR = 7
};

struct fcgi_record {
	uint8_t type; /* enum fcgi_record_type, or what else was sent */
	uint16_t request_id;
	struct slice content;
	size_t size; /* all of it in the input, header and padding too */
};

enum fcgi_record_status {
	FCGI_RECORD_OK = 0,
	FCGI_RECORD_MORE, /* incomplete: read more, try again */
	FCGI_RECORD_BAD   /* not version 1: not FastCGI */
};

/**
 * Append a whole answer: STDOUT with the CGI head (http_head()) and the body,
 * the empty STDOUT, END_REQUEST with status 0 and REQUEST_COMPLETE.
 */
void fcgi_record_reply(struct buf *out, uint16_t request_id, struct slice head,
    struct slice body) NONNULL(1);
/** The same piece by piece: STDOUT of any size, and once what ends an answer. */
void fcgi_record_stdout(
    struct buf *out, uint16_t request_id, struct slice bytes) NONNULL(1);
void fcgi_record_end(struct buf *out, uint16_t request_id) NONNULL(1);
/** Append one record of at most FCGI_RECORD_MAX bytes; the empty one ends. */
void fcgi_record_add(struct buf *out, enum fcgi_record_type type,
    uint16_t request_id, struct slice content) NONNULL(1);
/** The record at the start of `in`. */
enum fcgi_record_status fcgi_record_read(
    struct slice in, struct fcgi_record *out) MUST_CHECK NONNULL(2);

#endif

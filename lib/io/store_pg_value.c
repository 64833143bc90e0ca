#include "io/store_pg_value.h"

#include <endian.h>
#include <string.h>

#include "base/num.h"
#include "proto/jval.h"
#include "proto/timefmt.h"

/* Types by their numbers, which never change. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_NAME = 19,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_JSON = 114,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701,
	OID_FLOAT4_ARRAY = 1021,
	OID_BPCHAR = 1042,
	OID_VARCHAR = 1043,
	OID_TIMESTAMP = 1114,
	OID_TIMESTAMPTZ = 1184,
	OID_UUID = 2950,
	OID_JSONB = 3802,
};

/* The binary format counts from 2000-01-01. */
#define EPOCH_US INT64_C(946684800000000)
/* An array of one dimension: dimensions, flags, type, length, lower bound. */
#define ARRAY_WORDS 5

/* Parameters */

static void
put_word(struct buf *b, uint32_t word)
{
	word = htobe32(word);
	buf_add(b, &word, sizeof(word));
}

static void
put_floats(struct buf *b, struct slice floats)
{
	size_t n = floats.n / sizeof(float);
	uint32_t word;

	put_word(b, 1);
	put_word(b, 0);
	put_word(b, OID_FLOAT4);
	put_word(b, (uint32_t)n);
	put_word(b, 1);
	for (size_t i = 0; i < n; i++) {
		memcpy(&word, floats.p + i * sizeof(word), sizeof(word));
		put_word(b, sizeof(word));
		put_word(b, word);
	}
}

/* What is to be made goes to the buffer, at an offset until all is there. */
static void
put_made(struct pg_params *p, int at, const struct store_value *v)
{
	char text[NUM_TEXT_SIZE];

	if (v->type == STORE_INT)
		buf_add(&p->bytes, text, num_text(v->number, text));
	else if (v->type == STORE_FLOATS)
		put_floats(&p->bytes, v->bytes);
	else
		buf_add_slice(&p->bytes, v->bytes);
	p->format[at] = v->type == STORE_FLOATS || v->type == STORE_BLOB;
	buf_addc(&p->bytes, '\0');
}

int
pg_params_set(
    struct pg_params *p, const struct store_value *values, int n, struct err *e)
{
	size_t offset[PG_PARAMS_MAX];

	p->n = n;
	p->bytes = BUF_INIT;
	if (n > PG_PARAMS_MAX)
		return err_set(
		    e, ERR_INTERNAL, "A statement has too many parameters.");
	for (int i = 0; i < n; i++) {
		offset[i] = p->bytes.n;
		p->format[i] = 0;
		if (values[i].type != STORE_NULL)
			put_made(p, i, &values[i]);
		p->length[i] = (int)(p->bytes.n - offset[i]) - 1;
	}
	for (int i = 0; i < n; i++)
		p->value[i] = values[i].type == STORE_NULL
		    ? NULL
		    : p->bytes.p + offset[i];
	return 0;
}

void
pg_params_fini(struct pg_params *p)
{
	buf_fini(&p->bytes);
}

/* Rows */

static uint64_t
take_be(struct slice bytes)
{
	uint64_t number = 0;

	for (size_t i = 0; i < bytes.n && i < sizeof(number); i++)
		number = number << 8 | (unsigned char)bytes.p[i];
	return number;
}

/* Sign and width of an integer as sent. */
static int64_t
take_int(struct slice bytes)
{
	uint64_t number = take_be(bytes);

	if (bytes.n == 2)
		return (int16_t)number;
	if (bytes.n == 4)
		return (int32_t)number;
	return (int64_t)number;
}

static struct store_value
real_value(struct slice bytes)
{
	struct store_value v = { STORE_REAL, { 0 }, SLICE_EMPTY };
	uint64_t wide = take_be(bytes);
	uint32_t narrow = (uint32_t)wide;
	float single;

	if (bytes.n == sizeof(single)) {
		memcpy(&single, &narrow, sizeof(single));
		v.real = (double)single;
	} else {
		memcpy(&v.real, &wide, sizeof(wide));
	}
	return v;
}

/* The bytes added to `scratch` from `from` on: see pg_row(). */
static struct store_value
made(const struct buf *scratch, size_t from, enum store_type type)
{
	return (struct store_value){ type, { 0 },
		slice_from_at(buf_slice(scratch), from) };
}

static struct store_value
uuid_value(struct slice bytes, struct buf *scratch)
{
	static const char HEX[] = "0123456789abcdef";
	size_t from = scratch->n;
	char *at = buf_room(scratch, 3 * bytes.n + 1);

	for (size_t i = 0; i < bytes.n; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = HEX[(unsigned char)bytes.p[i] >> 4];
		*at++ = HEX[(unsigned char)bytes.p[i] & 15];
	}
	scratch->n = (size_t)(at - scratch->p);
	return made(scratch, from, STORE_TEXT);
}

/* "2026-01-02T03:04:05.678901Z"; years of five digits become the last of four. */
static struct store_value
time_value(struct slice bytes, struct buf *scratch)
{
	size_t from = scratch->n;
	int64_t us = take_int(bytes);
	char text[TIMEFMT_US_SIZE];

	if (us == INT64_MAX || us == INT64_MIN)
		return store_text(
		    us > 0 ? SLICE("infinity") : SLICE("-infinity"));
	if (us > INT64_MAX - EPOCH_US)
		us = INT64_MAX - EPOCH_US;
	timefmt_iso_us(us + EPOCH_US, text);
	buf_add(scratch, text, sizeof(text) - 1);
	return made(scratch, from, STORE_TEXT);
}

static struct store_value
floats_value(struct slice bytes, struct buf *scratch)
{
	size_t from = scratch->n;
	uint32_t word;

	for (size_t at = (ARRAY_WORDS + 1) * sizeof(word);
	     at + sizeof(word) <= bytes.n; at += 2 * sizeof(word)) {
		word = (uint32_t)take_be(slice_sub(bytes, at, sizeof(word)));
		buf_add(scratch, &word, sizeof(word));
	}
	return made(scratch, from, STORE_FLOATS);
}

/*
 * A version byte, then text. Where a column of text is jsonb (content, in some
 * projects) a string in it is that text.
 */
static struct store_value
jsonb_value(struct slice bytes, const char *column, struct buf *scratch)
{
	struct slice json = slice_from_at(bytes, 1);
	struct json_object *string = NULL;
	size_t from = scratch->n;

	if (slice_ends(slice_from(column), SLICE(":json")) || json.n == 0 ||
	    json.p[0] != '"' || jval_parse(json, &string) != JVAL_OK)
		return store_text(json);
	buf_add_slice(scratch, jval_slice(string));
	(void)json_object_put(string);
	return made(scratch, from, STORE_TEXT);
}

static bool
field(const PGresult *result, int row, int column, struct buf *scratch,
    struct store_value *out)
{
	struct slice bytes = { PQgetvalue(result, row, column),
		(size_t)PQgetlength(result, row, column) };

	*out = STORE_NULL_VALUE;
	if (PQgetisnull(result, row, column))
		return true;
	switch (PQftype(result, column)) {
	case OID_BOOL:
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
		*out = store_int(take_int(bytes));
		return true;
	case OID_FLOAT4:
	case OID_FLOAT8:
		*out = real_value(bytes);
		return true;
	case OID_TEXT:
	case OID_VARCHAR:
	case OID_BPCHAR:
	case OID_NAME:
	case OID_JSON:
		*out = store_text(bytes);
		return true;
	case OID_JSONB:
		*out = jsonb_value(bytes, PQfname(result, column), scratch);
		return true;
	case OID_BYTEA:
		*out = store_blob(bytes.p, bytes.n);
		return true;
	case OID_UUID:
		*out = uuid_value(bytes, scratch);
		return true;
	case OID_TIMESTAMP:
	case OID_TIMESTAMPTZ:
		*out = time_value(bytes, scratch);
		return true;
	case OID_FLOAT4_ARRAY:
		*out = floats_value(bytes, scratch);
		return true;
	default:
		return false;
	}
}

/* Room for all that may have to be made, so that none of it moves: the longest
 * growth is that of a time, from 8 bytes to 27. */
bool
pg_row(const PGresult *result, int row, struct buf *scratch,
    struct store_value out[static PG_COLUMNS_MAX])
{
	int n = PQnfields(result);
	size_t room = 0;

	if (n > PG_COLUMNS_MAX)
		return false;
	for (int i = 0; i < n; i++)
		room += 4 * ((size_t)PQgetlength(result, row, i) + 8);
	buf_clear(scratch);
	(void)buf_room(scratch, room);
	for (int i = 0; i < n; i++)
		if (!field(result, row, i, scratch, &out[i]))
			return false;
	return true;
}

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

/* The bytes added to `scratch` from `from` on: see pg_row(). */
static struct store_value
made(const struct buf *scratch, size_t from, enum store_type type)
{
	return (struct store_value){ type, { 0 },
		slice_from_at(buf_slice(scratch), from) };
}

static struct store_value
read_int(struct slice bytes, const char *column, struct buf *scratch)
{
	(void)column;
	(void)scratch;
	return store_int(take_int(bytes));
}

static struct store_value
read_real(struct slice bytes, const char *column, struct buf *scratch)
{
	struct store_value v = { STORE_REAL, { 0 }, SLICE_EMPTY };
	uint64_t wide = take_be(bytes);
	uint32_t narrow = (uint32_t)wide;
	float single;

	(void)column;
	(void)scratch;
	if (bytes.n == sizeof(single)) {
		memcpy(&single, &narrow, sizeof(single));
		v.real = (double)single;
	} else {
		memcpy(&v.real, &wide, sizeof(wide));
	}
	return v;
}

static struct store_value
read_text(struct slice bytes, const char *column, struct buf *scratch)
{
	(void)column;
	(void)scratch;
	return store_text(bytes);
}

static struct store_value
read_blob(struct slice bytes, const char *column, struct buf *scratch)
{
	(void)column;
	(void)scratch;
	return store_blob(bytes.p, bytes.n);
}

static struct store_value
read_uuid(struct slice bytes, const char *column, struct buf *scratch)
{
	static const char HEX[] = "0123456789abcdef";
	size_t from = scratch->n;
	char *at = buf_room(scratch, 3 * bytes.n + 1);

	(void)column;
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
read_time(struct slice bytes, const char *column, struct buf *scratch)
{
	size_t from = scratch->n;
	int64_t us = take_int(bytes);

	(void)column;
	if (us == INT64_MAX || us == INT64_MIN)
		return store_text(
		    us > 0 ? SLICE("infinity") : SLICE("-infinity"));
	if (us > INT64_MAX - EPOCH_US)
		us = INT64_MAX - EPOCH_US;
	timefmt_iso_us(us + EPOCH_US, buf_room(scratch, TIMEFMT_US_SIZE));
	scratch->n += TIMEFMT_US_SIZE - 1;
	return made(scratch, from, STORE_TEXT);
}

static struct store_value
read_floats(struct slice bytes, const char *column, struct buf *scratch)
{
	size_t from = scratch->n;
	uint32_t word;

	(void)column;
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
read_jsonb(struct slice bytes, const char *column, struct buf *scratch)
{
	struct slice json = slice_from_at(bytes, 1);
	struct json_object *string = NULL;
	size_t from = scratch->n;

	if (json.n == 0 || json.p[0] != '"' ||
	    slice_ends(slice_from(column), SLICE(":json")) ||
	    jval_parse(json, &string) != JVAL_OK)
		return store_text(json);
	buf_add_slice(scratch, jval_slice(string));
	(void)json_object_put(string);
	return made(scratch, from, STORE_TEXT);
}

static const struct {
	Oid type;
	pg_read *read;
} READERS[] = {
	{ OID_TEXT, read_text },
	{ OID_UUID, read_uuid },
	{ OID_TIMESTAMPTZ, read_time },
	{ OID_INT8, read_int },
	{ OID_INT4, read_int },
	{ OID_JSONB, read_jsonb },
	{ OID_JSON, read_text },
	{ OID_BOOL, read_int },
	{ OID_INT2, read_int },
	{ OID_FLOAT4, read_real },
	{ OID_FLOAT8, read_real },
	{ OID_VARCHAR, read_text },
	{ OID_BPCHAR, read_text },
	{ OID_NAME, read_text },
	{ OID_BYTEA, read_blob },
	{ OID_TIMESTAMP, read_time },
	{ OID_FLOAT4_ARRAY, read_floats },
};

static pg_read *
reader_of(Oid type)
{
	for (size_t i = 0; i < COUNT(READERS); i++)
		if (READERS[i].type == type)
			return READERS[i].read;
	return NULL;
}

bool
pg_columns_of(const PGresult *result, struct pg_columns *columns)
{
	columns->n = PQnfields(result);
	if (columns->n > PG_COLUMNS_MAX)
		return false;
	for (int i = 0; i < columns->n; i++) {
		columns->name[i] = PQfname(result, i);
		columns->read[i] = reader_of(PQftype(result, i));
	}
	return true;
}

/* Room for all that may have to be made, so that none of it moves: the longest
 * growth is that of a time, from 8 bytes to 27. */
bool
pg_row(const PGresult *result, int row, const struct pg_columns *columns,
    struct buf *scratch, struct store_value out[static PG_COLUMNS_MAX])
{
	size_t length[PG_COLUMNS_MAX], room = 0;

	for (int i = 0; i < columns->n; i++) {
		length[i] = (size_t)PQgetlength(result, row, i);
		room += 4 * (length[i] + 8);
	}
	buf_clear(scratch);
	(void)buf_room(scratch, room);
	for (int i = 0; i < columns->n; i++) {
		if (length[i] == 0 && PQgetisnull(result, row, i)) {
			out[i] = STORE_NULL_VALUE;
			continue;
		}
		if (columns->read[i] == NULL)
			return false;
		out[i] = columns->read[i](
		    (struct slice){ PQgetvalue(result, row, i), length[i] },
		    columns->name[i], scratch);
	}
	return true;
}

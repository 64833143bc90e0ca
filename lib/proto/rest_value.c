#include "proto/rest_value.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "proto/jval.h"
#include "proto/timefmt.h"

#define US_PER_MS 1000

#define A_TIME "a time such as 2026-01-02T03:04:05.678Z, or a date"
/* 0001-01-01T00:00:00Z */
#define YEAR_ONE_US INT64_C(-62135596800000000)
#define TIME_HINT   "In a query, '+' is a space: write it as %2B."

static const struct {
	const char *what, *hint;
} WANTED[REST_TYPE__MAX] = {
	[REST_TEXT] = { "UTF-8 text", NULL },
	[REST_UUID] = { "a UUID such as 019512ab-0000-4000-8000-00000000cafe",
	    NULL },
	[REST_INT] = { "an integer of 64 bits", NULL },
	[REST_TIME] = { A_TIME, TIME_HINT },
	[REST_MSEC] = { A_TIME, TIME_HINT },
	[REST_JSON] = { "JSON",
	    "A string has quotes there; text is compared with '->>'." },
};

static bool
read_uuid(struct slice text, struct arena *a, struct slice *out)
{
	char uuid[UUID_SIZE];

	if (!uuid_parse(text, uuid))
		return false;
	*out = arena_dup(a, slice_from(uuid));
	return true;
}

/* As PostgreSQL writes them. */
static bool
is_infinity(struct slice text, int64_t *us)
{
	bool minus = slice_eqs(text, "-infinity");

	if (!minus && !slice_eqs(text, "infinity"))
		return false;
	*us = minus ? -REST_TIME_INFINITY : REST_TIME_INFINITY;
	return true;
}

/* The year before 1 is no year 0 to PostgreSQL: neither store is asked for it. */
static bool
read_time(struct slice text, int64_t *us, bool *between)
{
	return !slice_starts(text, SLICE("0000")) &&
	    timefmt_parse_us(text, us, between) && *us >= YEAR_ONE_US;
}

static bool
read_msec(struct slice text, int64_t *us, bool *between)
{
	int64_t below;

	if (is_infinity(text, us))
		return true;
	if (!timefmt_parse_us(text, us, between))
		return false;
	below = *us % US_PER_MS;
	if (below < 0)
		below += US_PER_MS;
	*between = *between || below != 0;
	*us -= below;
	return true;
}

/* A day begins at midnight in UTC. */
static struct slice
whole_time(struct arena *a, struct slice text)
{
	if (text.n != sizeof("2026-01-02") - 1)
		return text;
	return slice_from(arena_printf(a, "%.*sT00:00:00Z", SLICE_ARG(text)));
}

static bool
is_json(struct slice text)
{
	struct json_object *value;
	bool valid = jval_parse_sent(text, &value, NULL) == JVAL_OK;

	json_object_put(value);
	return valid;
}

static bool
read_value(struct arena *a, enum rest_type type, struct rest_value *value,
    bool *between)
{
	struct slice text = value->text;

	*between = false;
	switch (type) {
	case REST_TEXT:
		return utf8_text(text);
	case REST_UUID:
		return read_uuid(text, a, &value->text);
	case REST_INT:
		return num_parse(text, INT64_MIN, INT64_MAX, &value->number);
	case REST_TIME:
		return is_infinity(text, &value->number) ||
		    read_time(whole_time(a, text), &value->number, between);
	case REST_MSEC:
		return read_msec(whole_time(a, text), &value->number, between);
	case REST_JSON:
		return is_json(text);
	case REST_TYPE__MAX:
		break;
	}
	abort();
}

int
rest_value_parse(const struct rest_reader *r, enum rest_type type,
    struct slice text, struct rest_value *out, bool *between)
{
	*out = (struct rest_value){ .text = text };
	if (read_value(r->arena, type, out, between))
		return 0;
	(void)err_field(r->e, ERR_BAD_REQUEST, r->field,
	    "The value must be %s.", WANTED[type].what);
	return err_more(r->e, NULL, NULL, WANTED[type].hint);
}

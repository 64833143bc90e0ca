#include "io/store_list_row.h"

#include "proto/jscan.h"
#include "proto/jval.h"
#include "proto/timefmt.h"

static void
put_msec(struct buf *out, int64_t ms)
{
	char text[TIMEFMT_SIZE];

	timefmt_iso(ms, text);
	buf_addc(out, '"');
	buf_adds(out, text);
	buf_addc(out, '"');
}

/* What is no time becomes the last one, or the first. */
static void
put_time(struct buf *out, struct slice text)
{
	char shown[TIMEFMT_US_SIZE];

	if (text.n > 0 && text.p[0] >= '0' && text.p[0] <= '9') {
		jval_quote(out, text);
		return;
	}
	timefmt_iso_us(
	    slice_eqs(text, "infinity") ? TIMEFMT_MAX_US : TIMEFMT_MIN_US,
	    shown);
	jval_quote(out, slice_from(shown));
}

void
store_list_value_print(
    struct buf *out, enum rest_type type, const struct store_value *v)
{
	switch (v->type) {
	case STORE_INT:
		if (type == REST_MSEC)
			put_msec(out, v->number);
		else
			buf_add_int(out, v->number);
		return;
	case STORE_REAL:
		buf_addf(out, "%.17g", v->real);
		return;
	case STORE_TEXT:
		if (type == REST_JSON)
			buf_add_slice(out, v->bytes);
		else if (type == REST_TIME)
			put_time(out, v->bytes);
		else
			jval_quote(out, v->bytes);
		return;
	case STORE_NULL:
	case STORE_BLOB:
	case STORE_FLOATS:
		break;
	}
	buf_adds(out, "null");
}

static bool
is_no_json(enum rest_type type, const struct store_value *v)
{
	return type == REST_JSON && v->type == STORE_TEXT &&
	    !jscan_valid(v->bytes);
}

void
store_list_members_print(struct buf *out,
    const struct store_list_member *members, unsigned n, bool doubts,
    const struct store_row *row)
{
	for (unsigned i = 0; i < n; i++) {
		const struct store_value *v = &row->values[i];

		buf_add_slice(out, members[i].name);
		if (doubts && is_no_json(members[i].type, v))
			buf_adds(out, "null");
		else
			store_list_value_print(out, members[i].type, v);
	}
	buf_addc(out, '}');
}

void
store_list_row_print(
    struct buf *out, enum store_list_id list, const struct store_row *row)
{
	const struct rest_table *table = store_list_table(list);

	buf_addc(out, '{');
	for (unsigned i = 0; i < table->n_columns; i++) {
		if (i > 0)
			buf_addc(out, ',');
		jval_quote(out, slice_from(table->columns[i].name));
		buf_addc(out, ':');
		store_list_value_print(
		    out, table->columns[i].type, &row->values[i]);
	}
	buf_addc(out, '}');
}

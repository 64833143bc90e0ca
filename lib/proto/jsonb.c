/*
 * The text becomes a tree (jval), the tree is printed anew. A number is taken
 * apart into its digits and the place of its point, so that printing it is
 * copying and padding: nothing is calculated with, nothing rounded.
 */
#include "proto/jsonb.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"
#include "proto/jval.h"

/* Of numeric: digits before the point and behind it, and of an exponent. */
#define WHOLE_MAX    131072
#define SCALE_MAX    16383
#define EXPONENT_MAX (INT_MAX / 2 - 1)
/* Added to the place of the point, a number of six digits. */
#define ORDER_MIDDLE 500000

struct printer {
	struct buf *out;
	size_t limit; /* of out->n */
	bool canon;
};

/* digits * 10^(point - digits.n): `point` digits stand before the point. */
struct number {
	struct slice digits; /* without zeros in front */
	int64_t point;       /* may be negative, or beyond the digits */
	int64_t scale;       /* digits to be printed behind the point */
	bool negative;
};

struct member {
	struct slice name;
	struct json_object *value;
};

/* From the 'e' on; `*text` keeps what stands before it. */
static struct slice
cut_exponent(struct slice *text)
{
	size_t small = slice_chr(*text, 'e'), large = slice_chr(*text, 'E');
	size_t at = small < large ? small : large;
	struct slice exponent = slice_from_at(*text, at + 1);

	text->n = at;
	if (slice_starts(exponent, SLICE("+")))
		exponent = slice_from_at(exponent, 1);
	return exponent;
}

/* `text` is a JSON number; its digits go into `digits`. */
static bool
take_apart(struct slice text, struct buf *digits, struct number *out)
{
	struct slice exponent = cut_exponent(&text), fraction, whole;
	int64_t shift = 0;
	size_t zeros = 0;

	if (exponent.n > 0 &&
	    !num_parse(exponent, -EXPONENT_MAX, EXPONENT_MAX, &shift))
		return false;
	out->negative = slice_starts(text, SLICE("-"));
	fraction = slice_from_at(text, out->negative ? 1 : 0);
	(void)slice_cut(&fraction, '.', &whole);
	buf_add_slice(digits, whole);
	buf_add(digits, fraction.p, fraction.n);
	while (zeros < digits->n && digits->p[zeros] == '0')
		zeros++;
	out->digits = slice_from_at(buf_slice(digits), zeros);
	out->point = (int64_t)whole.n - (int64_t)zeros + shift;
	out->scale = (int64_t)fraction.n - shift;
	if (out->scale < 0)
		out->scale = 0;
	return out->scale <= SCALE_MAX &&
	    (out->digits.n == 0 || out->point <= WHOLE_MAX);
}

/* As short as can be. */
static void
drop_idle_zeros(struct number *n)
{
	while (n->digits.n > 0 && n->digits.p[n->digits.n - 1] == '0')
		n->digits.n--;
	n->scale = (int64_t)n->digits.n - n->point;
	if (n->digits.n == 0 || n->scale < 0)
		n->scale = 0;
}

/* The digits at the places [from, to), zeros where there are none. */
static void
put_places(struct buf *out, const struct number *n, int64_t from, int64_t to)
{
	for (int64_t place = from; place < to; place++)
		if (place >= 0 && place < (int64_t)n->digits.n)
			buf_addc(out, n->digits.p[place]);
		else
			buf_addc(out, '0');
}

static bool
print_number(struct printer *pr, struct slice text)
{
	struct buf digits = BUF_INIT;
	struct number n;
	bool good = take_apart(text, &digits, &n);

	if (good) {
		int64_t point = n.digits.n > 0 ? n.point : 0;

		if (pr->canon)
			drop_idle_zeros(&n);
		if (n.negative && n.digits.n > 0)
			buf_addc(pr->out, '-');
		if (point <= 0)
			buf_addc(pr->out, '0');
		put_places(pr->out, &n, 0, point);
		if (n.scale > 0)
			buf_addc(pr->out, '.');
		put_places(pr->out, &n, point, point + n.scale);
	}
	buf_fini(&digits);
	return good;
}

/* What was read from text kept it. */
static bool
print_double(struct printer *pr, struct json_object *value)
{
	struct buf text = BUF_INIT;
	bool good;

	jval_print(&text, value);
	good = print_number(pr, buf_slice(&text));
	buf_fini(&text);
	return good;
}

/*
 * As 0.DIGITS * 10^EXPONENT: the sign ('-' < '0' < '1'), the exponent as six
 * digits, the digits. Of two negative numbers the one of greater digits is less:
 * there all are nines' complements, with a mark above them at the end.
 */
static bool
print_order(struct buf *out, struct slice text)
{
	static const char NINES[] = "9876543210";
	struct buf digits = BUF_INIT;
	struct number n;
	bool good = take_apart(text, &digits, &n);

	if (good)
		drop_idle_zeros(&n);
	if (good && n.digits.n == 0)
		buf_addc(out, '0');
	else if (good && !n.negative) {
		buf_addf(out, "1%06d", (int)n.point + ORDER_MIDDLE);
		buf_add_slice(out, n.digits);
	} else if (good) {
		buf_addf(out, "-%06d", ORDER_MIDDLE - (int)n.point);
		for (size_t i = 0; i < n.digits.n; i++)
			buf_addc(out, NINES[n.digits.p[i] - '0']);
		buf_addc(out, '~');
	}
	buf_fini(&digits);
	return good;
}

static bool
print_number_order(struct buf *out, struct json_object *value)
{
	struct buf text = BUF_INIT;
	bool good = json_object_is_type(value, json_type_int) ||
	    json_object_is_type(value, json_type_double);

	if (good) {
		jval_print(&text, value);
		good = print_order(out, buf_slice(&text));
	}
	buf_fini(&text);
	return good;
}

/* NOLINTBEGIN(misc-no-recursion): JVAL_DEPTH_MAX bounds it. */
static bool print_value(struct printer *pr, struct json_object *value);

static int
compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->name.n != b->name.n)
		return a->name.n < b->name.n ? -1 : 1;
	return a->name.n == 0 ? 0 : memcmp(a->name.p, b->name.p, a->name.n);
}

static size_t
list_members(struct json_object *object, struct member *out)
{
	struct json_object_iterator it = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	size_t n = 0;

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		out[n].name = slice_from(json_object_iter_peek_name(&it));
		out[n++].value = json_object_iter_peek_value(&it);
	}
	qsort(out, n, sizeof(*out), compare_members);
	return n;
}

static bool
print_object(struct printer *pr, struct json_object *object)
{
	size_t n = (size_t)json_object_object_length(object);
	struct member *members = ck_calloc(n + 1, sizeof(*members));
	bool good = true;

	n = list_members(object, members);
	buf_addc(pr->out, '{');
	for (size_t i = 0; i < n && good; i++) {
		if (i > 0)
			buf_adds(pr->out, ", ");
		jval_quote(pr->out, members[i].name);
		buf_adds(pr->out, ": ");
		good = print_value(pr, members[i].value);
	}
	buf_addc(pr->out, '}');
	free(members);
	return good;
}

static bool
print_array(struct printer *pr, struct json_object *array)
{
	size_t n = json_object_array_length(array);
	bool good = true;

	buf_addc(pr->out, '[');
	for (size_t i = 0; i < n && good; i++) {
		if (i > 0)
			buf_adds(pr->out, ", ");
		good = print_value(pr, json_object_array_get_idx(array, i));
	}
	buf_addc(pr->out, ']');
	return good;
}

static bool
print_value(struct printer *pr, struct json_object *value)
{
	bool good = true;

	switch (json_object_get_type(value)) {
	case json_type_object:
		good = print_object(pr, value);
		break;
	case json_type_array:
		good = print_array(pr, value);
		break;
	case json_type_double:
		good = print_double(pr, value);
		break;
	case json_type_null:
	case json_type_boolean:
	case json_type_int:
	case json_type_string:
		jval_print(pr->out, value);
		break;
	}
	return good && pr->out->n <= pr->limit;
}

/* NOLINTEND(misc-no-recursion) */

static bool
print(struct json_object *value, enum jsonb_form form, struct buf *out)
{
	struct printer pr = { out, out->n + JSONB_TEXT_MAX,
		form == JSONB_CANON };
	size_t before = out->n;

	if (form == JSONB_ORDER)
		return print_number_order(out, value);
	if (form == JSONB_TEXT && value == NULL)
		return false;
	if (form == JSONB_TEXT && json_object_is_type(value, json_type_string))
		buf_add_slice(out, jval_slice(value));
	else if (!print_value(&pr, value)) {
		out->n = before;
		return false;
	}
	return true;
}

/* What strtol() takes, as that is what PostgreSQL asks. */
static bool
parse_index(struct slice step, int64_t *out)
{
	size_t space = 0;

	while (space < step.n && strchr(" \t\n\v\f\r", step.p[space]) != NULL)
		space++;
	step = slice_from_at(step, space);
	if (slice_starts(step, SLICE("+")) && !slice_starts(step, SLICE("+-")))
		step = slice_from_at(step, 1);
	return num_parse(step, INT_MIN, INT_MAX, out);
}

static bool
enter_array(struct json_object **value, struct slice step)
{
	int64_t n = (int64_t)json_object_array_length(*value);
	int64_t index;

	if (!parse_index(step, &index))
		return false;
	if (index < 0)
		index += n;
	if (index < 0 || index >= n)
		return false;
	*value = json_object_array_get_idx(*value, (size_t)index);
	return true;
}

static bool
enter(struct json_object **value, struct json_object *step)
{
	if (!json_object_is_type(step, json_type_string))
		return false;
	if (json_object_is_type(*value, json_type_array))
		return enter_array(value, jval_slice(step));
	return json_object_is_type(*value, json_type_object) &&
	    json_object_object_get_ex(
		*value, json_object_get_string(step), value);
}

static bool
walk(struct json_object **value, struct json_object *path)
{
	size_t n;

	if (!json_object_is_type(path, json_type_array))
		return false;
	n = json_object_array_length(path);
	for (size_t i = 0; i < n; i++)
		if (!enter(value, json_object_array_get_idx(path, i)))
			return false;
	return true;
}

bool
jsonb_path(
    struct slice json, struct slice path, enum jsonb_form form, struct buf *out)
{
	struct json_object *root = NULL, *steps = NULL, *value;
	bool found = false;

	if (jval_parse(json, &root) == JVAL_OK &&
	    jval_parse(path, &steps) == JVAL_OK) {
		value = root;
		found = walk(&value, steps) && print(value, form, out);
	}
	json_object_put(root);
	json_object_put(steps);
	return found;
}

bool
jsonb_print(struct slice json, enum jsonb_form form, struct buf *out)
{
	return jsonb_path(json, SLICE("[]"), form, out);
}

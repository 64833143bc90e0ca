#include "proto/jschema.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "proto/jval.h"

/* Of a place: what struct err has room for. */
#define PLACE_MAX 60

struct check {
	struct err *e;
	struct buf place; /* of the value that is looked at */
	unsigned depth;
};

/* ---- failures ------------------------------------------------------------- */

static int fails(const struct check *c, const char *format, ...) PRINTF(2, 3);

static int
fails(const struct check *c, const char *format, ...)
{
	struct buf why = BUF_INIT;
	struct slice place = utf8_prefix(buf_slice(&c->place), PLACE_MAX);
	char field[PLACE_MAX + 1];
	va_list ap;

	va_start(ap, format);
	buf_addv(&why, format, ap);
	va_end(ap);
	(void)snprintf(field, sizeof(field), "%.*s", SLICE_ARG(place));
	(void)err_field(c->e, ERR_UNPROCESSABLE, field, "%s%s%s",
	    *field != '\0' ? field : "The value", " ", buf_cstr(&why));
	buf_fini(&why);
	return -1;
}

static int
bad_schema(const struct check *c)
{
	return fails(c, "has a schema that cannot be read.");
}

/* ---- types ---------------------------------------------------------------- */

static const struct {
	const char *name;
	enum json_type is;
} TYPES[] = {
	{ "null", json_type_null },
	{ "boolean", json_type_boolean },
	{ "integer", json_type_int },
	{ "number", json_type_double },
	{ "string", json_type_string },
	{ "array", json_type_array },
	{ "object", json_type_object },
};

static const char *
name_of(struct json_object *value)
{
	enum json_type type = json_object_get_type(value);

	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (TYPES[i].is == type)
			return type == json_type_int ? "number" : TYPES[i].name;
	return "value";
}

static bool
is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	    json_object_is_type(value, json_type_double);
}

/* 1.0 is an integer, too: so says JSON Schema, and models write it. */
static bool
is_whole(struct json_object *value)
{
	double number;

	if (json_object_is_type(value, json_type_int))
		return true;
	if (!json_object_is_type(value, json_type_double))
		return false;
	number = json_object_get_double(value);
	return isfinite(number) && number == trunc(number);
}

/* -1: there is no such type. */
static int
is_type(struct slice name, struct json_object *value)
{
	if (slice_eqs(name, "integer"))
		return is_whole(value);
	if (slice_eqs(name, "number"))
		return is_number(value);
	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (slice_eqs(name, TYPES[i].name))
			return json_object_is_type(value, TYPES[i].is);
	return -1;
}

static int
check_type(
    const struct check *c, struct json_object *types, struct json_object *value)
{
	struct buf names = BUF_INIT;
	bool many = json_object_is_type(types, json_type_array);
	size_t n = many ? json_object_array_length(types) : 1;
	int found = 0;

	for (size_t i = 0; i < n && found == 0; i++) {
		struct slice name = jval_slice(
		    many ? json_object_array_get_idx(types, i) : types);

		found = is_type(name, value);
		buf_addf(
		    &names, "%s%.*s", i > 0 ? " or " : "", SLICE_ARG(name));
	}
	if (found < 0 || n == 0)
		(void)bad_schema(c);
	else if (found == 0)
		(void)fails(c, "must be of type %s, not %s.", buf_cstr(&names),
		    name_of(value));
	buf_fini(&names);
	return found > 0 ? 0 : -1;
}

/* ---- single values -------------------------------------------------------- */

static bool
same(struct json_object *a, struct json_object *b)
{
	if (is_number(a) && is_number(b))
		return json_object_get_double(a) == json_object_get_double(b);
	if (json_object_get_type(a) != json_object_get_type(b))
		return false;
	if (json_object_is_type(a, json_type_string))
		return slice_eq(jval_slice(a), jval_slice(b));
	if (json_object_is_type(a, json_type_boolean))
		return json_object_get_boolean(a) == json_object_get_boolean(b);
	return json_object_is_type(a, json_type_null);
}

static int
check_enum(const struct check *c, struct json_object *values,
    struct json_object *value)
{
	struct buf names = BUF_INIT;
	size_t n;

	if (!json_object_is_type(values, json_type_array))
		return bad_schema(c);
	n = json_object_array_length(values);
	for (size_t i = 0; i < n; i++)
		if (same(json_object_array_get_idx(values, i), value))
			return 0;
	for (size_t i = 0; i < n; i++) {
		buf_adds(&names, i > 0 ? ", " : "");
		jval_print(&names, json_object_array_get_idx(values, i));
	}
	(void)fails(c, "must be one of %s.", buf_cstr(&names));
	buf_fini(&names);
	return -1;
}

/* What has a size, or is one: at least and at most so much. */
struct bounds {
	const char *least, *most; /* keywords */
	const char *verb, *unit;
};

static int
check_bounds(const struct check *c, struct json_object *schema,
    const struct bounds *b, double size)
{
	struct json_object *bound;

	if (json_object_object_get_ex(schema, b->least, &bound) &&
	    size < json_object_get_double(bound))
		return fails(c, "%s at least %.17g%s, not %.17g.", b->verb,
		    json_object_get_double(bound), b->unit, size);
	if (json_object_object_get_ex(schema, b->most, &bound) &&
	    size > json_object_get_double(bound))
		return fails(c, "%s at most %.17g%s, not %.17g.", b->verb,
		    json_object_get_double(bound), b->unit, size);
	return 0;
}

static size_t
count_characters(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

static int
check_size(const struct check *c, struct json_object *schema,
    struct json_object *value)
{
	static const struct bounds LENGTH = { "minLength", "maxLength",
		"must have", " characters" };
	static const struct bounds ITEMS = { "minItems", "maxItems",
		"must have", " items" };
	static const struct bounds NUMBER = { "minimum", "maximum", "must be",
		"" };

	if (json_object_is_type(value, json_type_string))
		return check_bounds(c, schema, &LENGTH,
		    (double)count_characters(jval_slice(value)));
	if (json_object_is_type(value, json_type_array))
		return check_bounds(
		    c, schema, &ITEMS, (double)json_object_array_length(value));
	if (is_number(value))
		return check_bounds(
		    c, schema, &NUMBER, json_object_get_double(value));
	return 0;
}

/* ---- arrays and objects --------------------------------------------------- */

/* Schemas have their depth limit, and so the recursion. */
/* NOLINTBEGIN(misc-no-recursion) */
static int check_value(
    struct check *c, struct json_object *schema, struct json_object *value);

static int
check_items(
    struct check *c, struct json_object *items, struct json_object *value)
{
	size_t length = c->place.n, n = json_object_array_length(value);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		buf_addf(&c->place, "[%zu]", i);
		rc = check_value(c, items, json_object_array_get_idx(value, i));
		c->place.n = length;
	}
	return rc;
}

static int
check_required(
    const struct check *c, struct json_object *names, struct json_object *value)
{
	size_t n;

	if (!json_object_is_type(names, json_type_array))
		return bad_schema(c);
	n = json_object_array_length(names);
	for (size_t i = 0; i < n; i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(names, i));

		if (name == NULL ||
		    !json_object_object_get_ex(value, name, NULL))
			return fails(c, "must have the member \"%s\".",
			    name != NULL ? name : "");
	}
	return 0;
}

/* The name is the value's: as far as names of ours could look. */
static void
add_name(struct check *c, const char *name)
{
	buf_adds(&c->place, c->place.n > 0 ? "." : "");
	for (size_t i = 0; i < PLACE_MAX && name[i] != '\0'; i++)
		buf_addc(&c->place,
		    (char)(isalnum((unsigned char)name[i]) ||
				strchr("_-$", name[i]) != NULL
			    ? name[i]
			    : '?'));
}

/* A member's own schema, or that for all others. */
static int
check_member(struct check *c, struct json_object *schema, const char *name,
    struct json_object *member)
{
	struct json_object *known, *own = NULL, *others = NULL;
	size_t length = c->place.n;
	int rc = 0;

	if (json_object_object_get_ex(schema, "properties", &known))
		(void)json_object_object_get_ex(known, name, &own);
	if (own == NULL)
		(void)json_object_object_get_ex(
		    schema, "additionalProperties", &others);
	if (own == NULL && others == NULL)
		return 0;
	add_name(c, name);
	if (own == NULL && json_object_is_type(others, json_type_boolean))
		rc = json_object_get_boolean(others)
		    ? 0
		    : fails(c, "is not a member that is known here.");
	else
		rc = check_value(c, own != NULL ? own : others, member);
	c->place.n = length;
	return rc;
}

static int
check_members(
    struct check *c, struct json_object *schema, struct json_object *value)
{
	struct json_object_iterator it = json_object_iter_begin(value);
	struct json_object_iterator end = json_object_iter_end(value);
	struct json_object *names;
	int rc = 0;

	if (json_object_object_get_ex(schema, "required", &names))
		rc = check_required(c, names, value);
	for (; rc == 0 && !json_object_iter_equal(&it, &end);
	     json_object_iter_next(&it))
		rc = check_member(c, schema, json_object_iter_peek_name(&it),
		    json_object_iter_peek_value(&it));
	return rc;
}

static int
check_inside(
    struct check *c, struct json_object *schema, struct json_object *value)
{
	struct json_object *items;

	if (json_object_is_type(value, json_type_object))
		return check_members(c, schema, value);
	if (json_object_is_type(value, json_type_array) &&
	    json_object_object_get_ex(schema, "items", &items))
		return check_items(c, items, value);
	return 0;
}

static int
check_value(
    struct check *c, struct json_object *schema, struct json_object *value)
{
	struct json_object *rule;
	int rc = 0;

	if (!json_object_is_type(schema, json_type_object) ||
	    c->depth == JSCHEMA_DEPTH_MAX)
		return bad_schema(c);
	c->depth++;
	if (json_object_object_get_ex(schema, "type", &rule))
		rc = check_type(c, rule, value);
	if (rc == 0 && json_object_object_get_ex(schema, "enum", &rule))
		rc = check_enum(c, rule, value);
	if (rc == 0)
		rc = check_size(c, schema, value);
	if (rc == 0)
		rc = check_inside(c, schema, value);
	c->depth--;
	return rc;
}

int
jschema_check(
    struct json_object *schema, struct json_object *value, struct err *e)
{
	struct check c = { .e = e, .place = BUF_INIT };
	int rc = check_value(&c, schema, value);

	buf_fini(&c.place);
	return rc;
}

/* ---- strict mode ---------------------------------------------------------- */

static bool
names(struct json_object *list, const char *name)
{
	size_t n = json_object_is_type(list, json_type_array)
	    ? json_object_array_length(list)
	    : 0;

	for (size_t i = 0; i < n; i++)
		if (slice_eqs(
			jval_slice(json_object_array_get_idx(list, i)), name))
			return true;
	return false;
}

static bool is_strict(struct json_object *schema, unsigned depth);

static bool
strict_members(struct json_object *schema, unsigned depth)
{
	struct json_object *known, *required = NULL, *others = NULL;
	struct json_object_iterator it, end;

	(void)json_object_object_get_ex(
	    schema, "additionalProperties", &others);
	(void)json_object_object_get_ex(schema, "required", &required);
	if (!json_object_object_get_ex(schema, "properties", &known) ||
	    !json_object_is_type(known, json_type_object) ||
	    !json_object_is_type(others, json_type_boolean) ||
	    json_object_get_boolean(others))
		return false;
	it = json_object_iter_begin(known);
	end = json_object_iter_end(known);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		if (!names(required, json_object_iter_peek_name(&it)) ||
		    !is_strict(json_object_iter_peek_value(&it), depth))
			return false;
	return true;
}

static bool
is_strict(struct json_object *schema, unsigned depth)
{
	struct json_object *type, *items;

	if (depth == JSCHEMA_DEPTH_MAX ||
	    !json_object_object_get_ex(schema, "type", &type) ||
	    json_object_object_get_ex(schema, "minLength", NULL) ||
	    json_object_object_get_ex(schema, "maxLength", NULL))
		return false;
	if (json_object_object_get_ex(schema, "items", &items) &&
	    !is_strict(items, depth + 1))
		return false;
	if (slice_eqs(jval_slice(type), "object") || names(type, "object"))
		return strict_members(schema, depth + 1);
	return true;
}
/* NOLINTEND(misc-no-recursion) */

bool
jschema_strict(struct json_object *schema)
{
	struct json_object *type;

	return json_object_object_get_ex(schema, "type", &type) &&
	    slice_eqs(jval_slice(type), "object") && is_strict(schema, 0);
}

#include "proto/rest_filter.h"

#include "proto/rest_value.h"

static const struct {
	const char *name;
	enum rest_op op;
} OPERATORS[] = {
	{ "eq", REST_EQ }, { "neq", REST_NEQ }, { "gt", REST_GT },
	{ "gte", REST_GTE }, { "lt", REST_LT }, { "lte", REST_LTE },
	{ "like", REST_LIKE }, { "ilike", REST_ILIKE }, { "in", REST_IN },
	{ "is", REST_IS_NULL }, /* or what its word says */
};

static const struct {
	const char *word;
	enum rest_op op;
	bool negated;
} WORDS[] = {
	{ "null", REST_IS_NULL, false },
	{ "not_null", REST_IS_NULL, true },
	{ "true", REST_IS_TRUE, false },
	{ "false", REST_IS_FALSE, false },
};

#define BIT(op) (1U << (op))
#define EQUAL   (BIT(REST_EQ) | BIT(REST_NEQ) | BIT(REST_IN) | BIT(REST_IS_NULL))
#define BOUNDS  (BIT(REST_GT) | BIT(REST_GTE) | BIT(REST_LT) | BIT(REST_LTE))
#define MATCHES (BIT(REST_LIKE) | BIT(REST_ILIKE))
#define TRUTH   (BIT(REST_IS_TRUE) | BIT(REST_IS_FALSE))

static const unsigned OF_TYPE[REST_TYPE__MAX] = {
	[REST_TEXT] = EQUAL | BOUNDS | MATCHES,
	[REST_UUID] = EQUAL | BOUNDS,
	[REST_INT] = EQUAL | BOUNDS,
	[REST_TIME] = EQUAL | BOUNDS,
	[REST_MSEC] = EQUAL | BOUNDS,
	[REST_JSON] = EQUAL, /* and more with a path */
};

static int
refuse(const struct rest_reader *r, const char *why)
{
	return err_field(r->e, ERR_BAD_REQUEST, r->field, "%s", why);
}

static bool
is_bound(enum rest_op op)
{
	return (BIT(op) & BOUNDS) != 0;
}

static int
check_operator(const struct rest_reader *r, const struct rest_filter *f)
{
	enum rest_type type = rest_term_type(r->table, &f->term);
	unsigned allowed = OF_TYPE[type];

	if (type == REST_JSON && f->term.n_path != 0)
		allowed |= BOUNDS | TRUTH;
	if ((allowed & BIT(f->op)) != 0)
		return 0;
	if ((BIT(f->op) & TRUTH) != 0)
		return refuse(
		    r, "is.true and is.false are for a JSON path with '->'.");
	return refuse(r,
	    "This operator is not for values of this type; text of JSON is "
	    "found with '->>'.");
}

/* "not.", and the operator with its dot, off `*text`. */
static int
take_operator(
    const struct rest_reader *r, struct slice *text, struct rest_filter *f)
{
	struct slice name;

	f->negated = slice_starts(*text, SLICE("not."));
	if (f->negated)
		*text = slice_from_at(*text, 4);
	name = slice_sub(*text, 0, slice_chr(*text, '.'));
	for (size_t i = 0; i < COUNT(OPERATORS); i++) {
		if (name.n < text->n && slice_eqs(name, OPERATORS[i].name)) {
			f->op = OPERATORS[i].op;
			*text = slice_from_at(*text, name.n + 1);
			return 0;
		}
	}
	(void)refuse(
	    r, "A filter is written operator.value, as in eq.1 or not.eq.1.");
	return err_more(r->e, "unknown-operator", NULL,
	    "Operators are eq, neq, gt, gte, lt, lte, like, ilike, in, is.");
}

static int
read_word(const struct rest_reader *r, struct slice word, struct rest_filter *f)
{
	for (size_t i = 0; i < COUNT(WORDS); i++) {
		if (!slice_eq_nocase(word, slice_from(WORDS[i].word)))
			continue;
		f->op = WORDS[i].op;
		f->negated ^= WORDS[i].negated;
		return check_operator(r, f);
	}
	return refuse(r, "What is: null, not_null, true or false.");
}

/* '*' is LIKE's '%', but not behind an escape. */
static int
read_pattern(
    const struct rest_reader *r, struct slice text, struct rest_filter *f)
{
	char *p = arena_strdup(r->arena, text);
	bool between, escaped = false;

	if (rest_value_parse(r, REST_TEXT, text, &f->value, &between) != 0)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		if (p[i] == '*' && !escaped)
			p[i] = '%';
		escaped = p[i] == '\\' && !escaped;
	}
	f->value.text.p = p;
	return escaped ? refuse(r, "A pattern cannot end with its escape.") : 0;
}

/* Up to the quote that ends it, or all of it when none does. */
static size_t
quoted_length(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '"')
		n += s.p[n] == '\\' ? 2 : 1;
	return n < s.n ? n : s.n;
}

/* A quoted item without its escapes; `*rest` is behind its first quote. */
static bool
take_quoted(struct slice *rest, struct arena *a, struct slice *item)
{
	size_t end = quoted_length(*rest), n = 0;
	char *p;

	if (end == rest->n)
		return false;
	p = arena_alloc(a, end + 1);
	for (size_t at = 0; at < end; at++) {
		if (rest->p[at] == '\\')
			at++;
		p[n++] = rest->p[at];
	}
	*item = (struct slice){ p, n };
	*rest = slice_from_at(*rest, end + 1);
	return true;
}

static bool
take_item(struct slice *rest, struct arena *a, struct slice *item)
{
	size_t n = 0;

	if (rest->n != 0 && rest->p[0] == '"') {
		*rest = slice_from_at(*rest, 1);
		return take_quoted(rest, a, item);
	}
	while (n < rest->n && rest->p[n] != ',' && rest->p[n] != ')')
		n++;
	*item = slice_sub(*rest, 0, n);
	*rest = slice_from_at(*rest, n);
	return true;
}

/* One item and the ',' or ')' behind it, which goes into `*end`. */
static int
read_item(const struct rest_reader *r, struct slice *rest,
    struct rest_filter *f, char *end)
{
	enum rest_type type = rest_term_type(r->table, &f->term);
	struct slice item;
	bool between;

	if (f->n_values == REST_LIST_MAX)
		return err_field(r->e, ERR_BAD_REQUEST, r->field,
		    "A list has at most %d values.", REST_LIST_MAX);
	if (!take_item(rest, r->arena, &item) || rest->n == 0 ||
	    (rest->p[0] != ',' && rest->p[0] != ')'))
		return refuse(r,
		    "A list is written in.(a,\"b,c\"), with \\\" and \\\\ in "
		    "quotes.");
	*end = rest->p[0];
	*rest = slice_from_at(*rest, 1);
	if (rest_value_parse(
		r, type, item, &f->values[f->n_values], &between) != 0)
		return -1;
	/* It equals nothing, so the list is the same without it. */
	f->n_values += !between;
	return 0;
}

static int
read_list(const struct rest_reader *r, struct slice text, struct rest_filter *f)
{
	struct slice rest = slice_from_at(text, 1);
	char end = ',';

	if (text.n == 0 || text.p[0] != '(')
		return refuse(r, "A list is written in.(a,b).");
	/* PostgREST's empty list: nothing is in it. */
	if (slice_eqs(rest, ")"))
		return 0;
	f->values = arena_alloc(r->arena, REST_LIST_MAX * sizeof(*f->values));
	while (end == ',') {
		if (read_item(r, &rest, f, &end) != 0)
			return -1;
	}
	return rest.n == 0 ? 0 : refuse(r, "A list ends with its ')'.");
}

/* The value lies between f->value and the next that can be stored. */
static void
settle_between(struct rest_filter *f)
{
	if (f->op == REST_GTE) {
		f->op = REST_GT;
	} else if (f->op == REST_LT) {
		f->op = REST_LTE;
	} else if (!is_bound(f->op)) {
		f->negated ^= f->op == REST_NEQ;
		f->op = REST_IN;
	}
}

static bool
is_number(struct slice json)
{
	json = slice_trim(json);
	return json.n != 0 &&
	    (json.p[0] == '-' || (json.p[0] >= '0' && json.p[0] <= '9'));
}

static int
read_value(
    const struct rest_reader *r, struct slice text, struct rest_filter *f)
{
	enum rest_type type = rest_term_type(r->table, &f->term);
	bool between;

	if (rest_value_parse(r, type, text, &f->value, &between) != 0)
		return -1;
	if (type == REST_JSON && is_bound(f->op) && !is_number(text))
		return refuse(r,
		    "Greater and less are for numbers of JSON; text is "
		    "compared with '->>'.");
	if (between)
		settle_between(f);
	return 0;
}

int
rest_filter_parse(const struct rest_reader *r, struct slice name,
    struct slice text, struct rest_filter *out)
{
	*out = (struct rest_filter){ 0 };
	if (rest_term_parse(r, name, &out->term) != 0)
		return -1;
	if (!rest_term_has(r->table, &out->term, REST_FILTER))
		return refuse(r, "There is no filter on this column.");
	if (take_operator(r, &text, out) != 0)
		return -1;
	if (out->op == REST_IS_NULL)
		return read_word(r, text, out);
	if (check_operator(r, out) != 0)
		return -1;
	if (out->op == REST_IN)
		return read_list(r, text, out);
	if (out->op == REST_LIKE || out->op == REST_ILIKE)
		return read_pattern(r, text, out);
	return read_value(r, text, out);
}

#include "proto/rest_term.h"

#include "base/utf8.h"

/* An array of a row has fewer items; more digits would not fit an int. */
#define INDEX_DIGITS 9

static const struct slice ARROW = SLICE_INIT("->");

bool
rest_term_cut(struct slice *rest, char sep, struct slice *piece)
{
	bool quoted = false;
	size_t n = 0;

	if (rest->p == NULL)
		return false;
	for (; n < rest->n && (quoted || rest->p[n] != sep); n++)
		quoted ^= rest->p[n] == '"';
	*piece = slice_trim(slice_sub(*rest, 0, n));
	if (n < rest->n)
		*rest = slice_from_at(*rest, n + 1);
	else
		*rest = (struct slice){ NULL, 0 };
	return true;
}

/* The names for a message, as many as fit. */
static void
put_names(struct buf *b, const struct rest_table *table)
{
	for (unsigned i = 0; i < table->n_columns; i++) {
		buf_adds(b, i == 0 ? "" : ", ");
		buf_adds(b, table->columns[i].name);
	}
}

static int
find_column(const struct rest_reader *r, struct slice name, unsigned *column)
{
	struct buf names = BUF_INIT;

	for (unsigned i = 0; i < r->table->n_columns; i++) {
		if (slice_eqs(name, r->table->columns[i].name)) {
			*column = i;
			return 0;
		}
	}
	put_names(&names, r->table);
	(void)err_field(r->e, ERR_BAD_REQUEST, r->field,
	    "This names no column of %s; there are: %s.", r->table->name,
	    buf_cstr(&names));
	buf_fini(&names);
	return err_more(r->e, "unknown-column", NULL, NULL);
}

static size_t
count_digits(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

bool
rest_term_is_key(struct slice key)
{
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			return false;
	}
	return key.n != 0 && utf8_valid(key) &&
	    (key.n <= INDEX_DIGITS || count_digits(key) != key.n);
}

/* Where the next arrow is, or the end. */
static size_t
arrow_at(struct slice s)
{
	long at = slice_find(s, ARROW);

	return at < 0 ? s.n : (size_t)at;
}

/* "->key" or "->>key" off `*rest`, which is not empty. */
static bool
take_step(struct slice *rest, struct rest_term *out)
{
	struct slice key;
	size_t n;

	if (!slice_starts(*rest, ARROW) || out->n_path == REST_PATH_MAX ||
	    out->text)
		return false;
	*rest = slice_from_at(*rest, ARROW.n);
	if (rest->n != 0 && rest->p[0] == '>') {
		out->text = true;
		*rest = slice_from_at(*rest, 1);
	}
	if (rest->n != 0 && rest->p[0] == '"') {
		key = slice_from_at(*rest, 1);
		n = slice_chr(key, '"');
		if (n == key.n)
			return false;
		*rest = slice_from_at(key, n + 1);
	} else {
		key = *rest;
		n = arrow_at(key);
		*rest = slice_from_at(key, n);
	}
	key.n = n;
	out->path[out->n_path++] = key;
	return rest_term_is_key(key);
}

int
rest_term_parse(
    const struct rest_reader *r, struct slice text, struct rest_term *out)
{
	size_t n = arrow_at(text);
	struct slice rest = slice_from_at(text, n);

	*out = (struct rest_term){ 0 };
	if (find_column(r, slice_sub(text, 0, n), &out->column) != 0)
		return -1;
	if (rest.n != 0 && r->table->columns[out->column].type != REST_JSON)
		return err_field(r->e, ERR_BAD_REQUEST, r->field,
		    "The column %s is no JSON, so it has no path.",
		    r->table->columns[out->column].name);
	while (rest.n != 0) {
		if (!take_step(&rest, out))
			return err_field(r->e, ERR_BAD_REQUEST, r->field,
			    "A JSON path is written metadata->a->0->>b, with "
			    "at most %d steps.",
			    REST_PATH_MAX);
	}
	return 0;
}

static bool
is_plain(struct slice key)
{
	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i];

		if (c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') &&
		    (c < 'a' || c > 'z'))
			return false;
	}
	return true;
}

void
rest_term_print(
    struct buf *b, const struct rest_table *table, const struct rest_term *term)
{
	buf_adds(b, table->columns[term->column].name);
	for (unsigned i = 0; i < term->n_path; i++) {
		bool last = i + 1 == term->n_path;
		const char *quote = is_plain(term->path[i]) ? "" : "\"";

		buf_adds(b, last && term->text ? "->>" : "->");
		buf_adds(b, quote);
		buf_add_slice(b, term->path[i]);
		buf_adds(b, quote);
	}
}

bool
rest_term_equal(const struct rest_term *a, const struct rest_term *b)
{
	if (a->column != b->column || a->n_path != b->n_path ||
	    a->text != b->text)
		return false;
	for (unsigned i = 0; i < a->n_path; i++) {
		if (!slice_eq(a->path[i], b->path[i]))
			return false;
	}
	return true;
}

enum rest_type
rest_term_type(const struct rest_table *table, const struct rest_term *term)
{
	if (term->text)
		return REST_TEXT;
	return table->columns[term->column].type;
}

bool
rest_term_has(
    const struct rest_table *table, const struct rest_term *term, unsigned flag)
{
	return (table->columns[term->column].flags & flag) != 0;
}

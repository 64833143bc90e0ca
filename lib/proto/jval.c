#include "proto/jval.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

/* Most arrays of messages are short; json-c would start with 32 places. */
#define ARRAY_FIRST 4

struct parser {
	struct slice rest;
	struct buf text; /* the string or number read last */
	unsigned depth;
	size_t containers;
	bool sent;     /* numbers are bounded */
	size_t digits; /* that exponents ask for */
};

static const char *const MESSAGES[JVAL_STATUS__MAX] = {
	[JVAL_OK] = "Good.",
	[JVAL_SYNTAX] = "This is not valid JSON.",
	[JVAL_UTF8] = "The text is not valid UTF-8.",
	[JVAL_NUL] = "The character U+0000 is not allowed.",
	[JVAL_SURROGATE] = "A \\u escape is half of a surrogate pair.",
	[JVAL_DEEP] = "Arrays and objects are nested too deeply.",
	[JVAL_LARGE] = "There are too many arrays and objects.",
	[JVAL_NUMBER] = "A number has too many digits, written out.",
};

const char *
jval_strerror(enum jval_status status)
{
	return MESSAGES[status];
}

/* json-c reports memory only, and that ends the process (ck.h). */
static struct json_object *
made(struct json_object *value)
{
	if (value == NULL)
		abort();
	return value;
}

static void
put(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value) != 0)
		abort();
}

static void
skip(struct parser *ps, size_t n)
{
	ps->rest = slice_from_at(ps->rest, n);
}

static void
skip_space(struct parser *ps)
{
	size_t n = 0;

	while (n < ps->rest.n &&
	    (ps->rest.p[n] == ' ' || ps->rest.p[n] == '\n' ||
		ps->rest.p[n] == '\t' || ps->rest.p[n] == '\r'))
		n++;
	skip(ps, n);
}

/* The next byte that is no white space, NUL (never a token) at the end. */
static char
peek(struct parser *ps)
{
	skip_space(ps);
	if (ps->rest.n == 0)
		return '\0';
	return ps->rest.p[0];
}

static bool
take_char(struct parser *ps, char c)
{
	if (peek(ps) != c)
		return false;
	skip(ps, 1);
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of \uXXXX, with `rest` at the backslash. */
static bool
take_unit(struct parser *ps, uint32_t *unit)
{
	if (ps->rest.n < 6 || ps->rest.p[0] != '\\' || ps->rest.p[1] != 'u')
		return false;
	*unit = 0;
	for (size_t i = 2; i < 6; i++) {
		int digit = hex_digit(ps->rest.p[i]);

		if (digit < 0)
			return false;
		*unit = *unit << 4 | (uint32_t)digit;
	}
	skip(ps, 6);
	return true;
}

static enum jval_status
read_code(struct parser *ps, uint32_t *code)
{
	uint32_t low;

	if (!take_unit(ps, code))
		return JVAL_SYNTAX;
	if (*code == 0)
		return JVAL_NUL;
	if (*code < 0xD800 || *code > 0xDFFF)
		return JVAL_OK;
	if (*code > 0xDBFF || !take_unit(ps, &low) || low < 0xDC00 ||
	    low > 0xDFFF)
		return JVAL_SURROGATE;
	*code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
	return JVAL_OK;
}

/* What is none is at its backslash. */
static enum jval_status
take_code(struct parser *ps)
{
	const struct slice start = ps->rest;
	uint32_t code;
	enum jval_status status = read_code(ps, &code);
	char bytes[4];

	if (status != JVAL_OK) {
		ps->rest = start;
		return status;
	}
	buf_add(&ps->text, bytes, utf8_put(code, bytes));
	return JVAL_OK;
}

static enum jval_status
take_escape(struct parser *ps)
{
	static const char FROM[] = "\"\\/bfnrt";
	static const char TO[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (ps->rest.n < 2)
		return JVAL_SYNTAX;
	if (ps->rest.p[1] == 'u')
		return take_code(ps);
	at = memchr(FROM, ps->rest.p[1], sizeof(FROM) - 1);
	if (at == NULL)
		return JVAL_SYNTAX;
	buf_addc(&ps->text, TO[at - FROM]);
	skip(ps, 2);
	return JVAL_OK;
}

static bool
is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* Into ps->text, with `rest` at the opening quote. */
static enum jval_status
take_string(struct parser *ps)
{
	enum jval_status status = JVAL_OK;

	buf_clear(&ps->text);
	skip(ps, 1);
	while (status == JVAL_OK) {
		size_t n = 0;

		while (n < ps->rest.n && is_plain(ps->rest.p[n]))
			n++;
		buf_add(&ps->text, ps->rest.p, n);
		skip(ps, n);
		if (ps->rest.n == 0)
			return JVAL_SYNTAX;
		if (ps->rest.p[0] == '"') {
			skip(ps, 1);
			return JVAL_OK;
		}
		if (ps->rest.p[0] != '\\')
			return ps->rest.p[0] ? JVAL_SYNTAX : JVAL_NUL;
		status = take_escape(ps);
	}
	return status;
}

static size_t
count_digits(struct slice s, size_t from)
{
	size_t at = from;

	while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
		at++;
	return at - from;
}

/* Length of the number at the start of `s`, 0 when it is none. */
static size_t
number_length(struct slice s, bool *whole)
{
	size_t at = s.n > 0 && s.p[0] == '-' ? 1 : 0;
	size_t digits = count_digits(s, at);

	if (digits == 0 || (digits > 1 && s.p[at] == '0'))
		return 0;
	at += digits;
	*whole = true;
	if (at < s.n && s.p[at] == '.') {
		*whole = false;
		digits = count_digits(s, at + 1);
		if (digits == 0)
			return 0;
		at += 1 + digits;
	}
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		*whole = false;
		at++;
		if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
			at++;
		digits = count_digits(s, at);
		if (digits == 0)
			return 0;
		at += digits;
	}
	return at;
}

/* Behind the letter; its size is bounded. */
static bool
read_exponent(struct slice text, int64_t *exponent)
{
	bool minus = text.p[0] == '-';

	if (minus || text.p[0] == '+')
		text = slice_from_at(text, 1);
	while (text.n > 1 && text.p[0] == '0')
		text = slice_from_at(text, 1);
	if (!num_parse(text, 0, JVAL_EXPONENT_MAX, exponent))
		return false;
	*exponent = minus ? -*exponent : *exponent;
	return true;
}

/* Are its digits, written out, not too many? */
static bool
is_short(struct parser *ps, struct slice number)
{
	size_t e = slice_chr(number, 'e');
	struct slice digits;
	int64_t exponent = 0, whole, fraction;

	if (!ps->sent)
		return true;
	if (e == number.n)
		e = slice_chr(number, 'E');
	if (e < number.n &&
	    !read_exponent(slice_from_at(number, e + 1), &exponent))
		return false;
	digits = slice_sub(number, 0, e);
	if (digits.p[0] == '-')
		digits = slice_from_at(digits, 1);
	whole = (int64_t)slice_chr(digits, '.');
	fraction = (int64_t)digits.n - whole - (whole < (int64_t)digits.n);
	ps->digits += (size_t)(exponent < 0 ? -exponent : exponent);
	return whole + exponent <= JVAL_WHOLE_MAX &&
	    fraction - exponent <= JVAL_FRACTION_MAX &&
	    ps->digits <= JVAL_DIGITS_MAX;
}

static enum jval_status
take_number(struct parser *ps, struct json_object **out)
{
	bool whole = false;
	size_t n = number_length(ps->rest, &whole);
	int64_t integer;
	double value;

	if (n == 0)
		return JVAL_SYNTAX;
	if (!is_short(ps, slice_sub(ps->rest, 0, n)))
		return JVAL_NUMBER;
	buf_clear(&ps->text);
	buf_add(&ps->text, ps->rest.p, n);
	skip(ps, n);
	/* No integer is "-0". */
	if (whole && !slice_eqs(buf_slice(&ps->text), "-0") &&
	    num_parse(buf_slice(&ps->text), INT64_MIN, INT64_MAX, &integer)) {
		*out = made(json_object_new_int64(integer));
		return JVAL_OK;
	}
	value = strtod(buf_cstr(&ps->text), NULL);
	/* Nobody is to calculate with infinity; the text stays as it was. */
	if (isinf(value))
		value = copysign(DBL_MAX, value);
	*out = made(json_object_new_double_s(value, buf_cstr(&ps->text)));
	return JVAL_OK;
}

/* NOLINTBEGIN(misc-no-recursion): JVAL_DEPTH_MAX bounds it. */
static enum jval_status take_value(struct parser *ps, struct json_object **out);

static enum jval_status
take_items(struct parser *ps, struct json_object *array)
{
	if (take_char(ps, ']'))
		return JVAL_OK;
	do {
		struct json_object *item;
		enum jval_status status = take_value(ps, &item);

		if (status != JVAL_OK)
			return status;
		if (json_object_array_add(array, item) != 0)
			abort();
	} while (take_char(ps, ','));
	return take_char(ps, ']') ? JVAL_OK : JVAL_SYNTAX;
}

static enum jval_status
take_member(struct parser *ps, struct json_object *object)
{
	struct json_object *value;
	enum jval_status status;
	char *key;

	if (peek(ps) != '"')
		return JVAL_SYNTAX;
	status = take_string(ps);
	if (status != JVAL_OK)
		return status;
	if (!take_char(ps, ':'))
		return JVAL_SYNTAX;
	/* Reading the value uses ps->text again. */
	key = buf_take(&ps->text);
	status = take_value(ps, &value);
	if (status == JVAL_OK)
		put(object, key, value);
	free(key);
	return status;
}

static enum jval_status
take_members(struct parser *ps, struct json_object *object)
{
	if (take_char(ps, '}'))
		return JVAL_OK;
	do {
		enum jval_status status = take_member(ps, object);

		if (status != JVAL_OK)
			return status;
	} while (take_char(ps, ','));
	return take_char(ps, '}') ? JVAL_OK : JVAL_SYNTAX;
}

static enum jval_status
take_container(struct parser *ps, bool array, struct json_object **out)
{
	struct json_object *value;
	enum jval_status status;

	if (ps->depth == JVAL_DEPTH_MAX)
		return JVAL_DEEP;
	if (ps->containers == JVAL_CONTAINERS_MAX)
		return JVAL_LARGE;
	ps->depth++;
	ps->containers++;
	skip(ps, 1);
	value = made(array ? json_object_new_array_ext(ARRAY_FIRST)
			   : json_object_new_object());
	status = array ? take_items(ps, value) : take_members(ps, value);
	ps->depth--;
	if (status == JVAL_OK)
		*out = value;
	else
		json_object_put(value);
	return status;
}

static enum jval_status
take_word(struct parser *ps, struct slice word, struct json_object *value,
    struct json_object **out)
{
	if (!slice_starts(ps->rest, word)) {
		json_object_put(value);
		return JVAL_SYNTAX;
	}
	skip(ps, word.n);
	*out = value;
	return JVAL_OK;
}

static enum jval_status
take_value(struct parser *ps, struct json_object **out)
{
	enum jval_status status;

	switch (peek(ps)) {
	case '{':
		return take_container(ps, false, out);
	case '[':
		return take_container(ps, true, out);
	case '"':
		status = take_string(ps);
		if (status == JVAL_OK)
			*out = jval_new_str(buf_slice(&ps->text));
		return status;
	case 't':
		return take_word(
		    ps, SLICE("true"), made(json_object_new_boolean(1)), out);
	case 'f':
		return take_word(
		    ps, SLICE("false"), made(json_object_new_boolean(0)), out);
	case 'n':
		return take_word(ps, SLICE("null"), NULL, out);
	default:
		return take_number(ps, out);
	}
}

/* NOLINTEND(misc-no-recursion) */

static size_t
utf8_length(struct slice text)
{
	struct slice rest = text;
	uint32_t code;
	size_t n;

	while (rest.n > 0 && (n = utf8_next(rest, &code)) > 0)
		rest = slice_from_at(rest, n);
	return text.n - rest.n;
}

static enum jval_status
parse(struct slice text, bool sent, struct json_object **out, size_t *at)
{
	struct parser ps = { .rest = text, .text = BUF_INIT, .sent = sent };
	struct json_object *value = NULL;
	enum jval_status status;

	*out = NULL;
	if (!utf8_valid(text)) {
		*at = utf8_length(text);
		return JVAL_UTF8;
	}
	status = take_value(&ps, &value);
	buf_fini(&ps.text);
	if (status == JVAL_OK) {
		skip_space(&ps);
		if (ps.rest.n == 0) {
			*out = value;
			return JVAL_OK;
		}
		json_object_put(value);
		status = JVAL_SYNTAX;
	}
	*at = text.n - ps.rest.n;
	return status;
}

enum jval_status
jval_parse(struct slice text, struct json_object **out)
{
	size_t ignored;

	return parse(text, false, out, &ignored);
}

enum jval_status
jval_parse_sent(struct slice text, struct json_object **out, size_t *at)
{
	size_t ignored;

	return parse(text, true, out, at != NULL ? at : &ignored);
}

void
jval_place(struct buf *b, struct slice text, size_t at)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < at; i++) {
		/* Bytes behind the first of a character. */
		if (((unsigned char)text.p[i] & 0xC0) == 0x80)
			continue;
		column++;
		if (text.p[i] == '\n') {
			line++;
			column = 1;
		}
	}
	buf_addf(b, "Line %zu, column %zu (", line, column);
	if (at == text.n)
		buf_adds(b, "the end).");
	else
		buf_addf(b, "byte %zu of %zu).", at + 1, text.n);
}

static void
quote_special(struct buf *b, char c)
{
	static const char FROM[] = "\"\\\b\f\n\r\t";
	static const char TO[] = "\"\\bfnrt";
	const char *at = memchr(FROM, c, sizeof(FROM) - 1);

	if (at == NULL) {
		buf_addf(b, "\\u%04x", (unsigned)(unsigned char)c);
		return;
	}
	buf_addc(b, '\\');
	buf_addc(b, TO[at - FROM]);
}

/* Bytes of a word that are zero, marked by their upper bits. A mark above the
 * first one may be wrong. */
#define ONES          UINT64_C(0x0101010101010101)
#define UPPER         (ONES << 7)
#define ZERO_BYTES(w) (((w)-ONES) & ~(w)&UPPER)

/* Are all eight? */
static bool
is_plain_word(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return (ZERO_BYTES(w ^ ONES * '"') | ZERO_BYTES(w ^ ONES * '\\') |
		   ((w - ONES * 0x20) & ~w & UPPER)) == 0;
}

/* How many bytes stand as they are. */
static size_t
count_plain(struct slice s)
{
	size_t n = 0;

	while (n + sizeof(uint64_t) <= s.n && is_plain_word(s.p + n))
		n += sizeof(uint64_t);
	while (n < s.n && is_plain(s.p[n]))
		n++;
	return n;
}

static void
quote_rest(struct buf *b, struct slice s)
{
	while (s.n > 0) {
		size_t n = count_plain(s);

		buf_add(b, s.p, n);
		if (n < s.n)
			quote_special(b, s.p[n]);
		s = slice_from_at(s, n + 1);
	}
	buf_addc(b, '"');
}

/* Most text has nothing special: one look, one copy. */
void
jval_quote(struct buf *b, struct slice s)
{
	size_t n = count_plain(s);
	char *to = buf_room(b, n + 2);

	*to++ = '"';
	if (n > 0)
		memcpy(to, s.p, n);
	b->n += n + 1;
	if (n < s.n) {
		quote_rest(b, slice_from_at(s, n));
		return;
	}
	to[n] = '"';
	to[n + 1] = '\0';
	b->n++;
}

static void
print_double(struct buf *b, struct json_object *value)
{
	double number = json_object_get_double(value);
	const char *text = json_object_get_userdata(value);
	char digits[32];

	/* What was parsed kept its text there (json_object_new_double_s). */
	if (text != NULL) {
		buf_adds(b, text);
		return;
	}
	if (!isfinite(number)) {
		buf_adds(b, "null");
		return;
	}
	/* As few digits as give the same number again; 17 always do. */
	for (int n = 15; n <= 17; n++) {
		(void)snprintf(digits, sizeof(digits), "%.*g", n, number);
		if (!islessgreater(strtod(digits, NULL), number))
			break;
	}
	buf_adds(b, digits);
}

/* NOLINTBEGIN(misc-no-recursion): as deep as what was parsed or built. */
static void
print_object(struct buf *b, struct json_object *object)
{
	struct json_object_iterator it = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	char before = '{';

	while (!json_object_iter_equal(&it, &end)) {
		buf_addc(b, before);
		jval_quote(b, slice_from(json_object_iter_peek_name(&it)));
		buf_addc(b, ':');
		jval_print(b, json_object_iter_peek_value(&it));
		json_object_iter_next(&it);
		before = ',';
	}
	buf_adds(b, before == '{' ? "{}" : "}");
}

static void
print_array(struct buf *b, struct json_object *array)
{
	size_t n = json_object_array_length(array);

	buf_addc(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		jval_print(b, json_object_array_get_idx(array, i));
	}
	buf_addc(b, ']');
}

void
jval_print(struct buf *b, struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		buf_adds(b, "null");
		break;
	case json_type_boolean:
		buf_adds(b, json_object_get_boolean(value) ? "true" : "false");
		break;
	case json_type_double:
		print_double(b, value);
		break;
	case json_type_int:
		buf_addf(b, "%lld", (long long)json_object_get_int64(value));
		break;
	case json_type_object:
		print_object(b, value);
		break;
	case json_type_array:
		print_array(b, value);
		break;
	case json_type_string:
		jval_quote(b, jval_slice(value));
		break;
	}
}

/* NOLINTEND(misc-no-recursion) */

struct slice
jval_str(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return (struct slice){ NULL, 0 };
	return jval_slice(value);
}

struct slice
jval_slice(struct json_object *string)
{
	if (!json_object_is_type(string, json_type_string))
		return SLICE_EMPTY;
	return (struct slice){ json_object_get_string(string),
		(size_t)json_object_get_string_len(string) };
}

struct json_object *
jval_new_str(struct slice s)
{
	if (s.n > INT_MAX)
		abort();
	return made(json_object_new_string_len(s.n ? s.p : "", (int)s.n));
}

void
jval_put_str(struct json_object *object, const char *key, struct slice s)
{
	put(object, key, jval_new_str(s));
}

void
jval_put_int(struct json_object *object, const char *key, int64_t value)
{
	put(object, key, made(json_object_new_int64(value)));
}

static bool
is_known(const char *key, const char *const *known)
{
	for (; *known != NULL; known++)
		if (strcmp(key, *known) == 0)
			return true;
	return false;
}

static int
refuse_key(const char *key, const char *const *known, struct err *e)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; known[i] != NULL; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", known[i]);
	(void)err_field(e, ERR_BAD_REQUEST, key,
	    "This field is not known here; leave it out. Known are: %s.",
	    buf_cstr(&names));
	buf_fini(&names);
	return -1;
}

int
jval_only(struct json_object *object, const char *const *known, struct err *e)
{
	struct json_object_iterator it, end;

	if (!json_object_is_type(object, json_type_object))
		return err_set(
		    e, ERR_BAD_REQUEST, "The body must be a JSON object.");
	it = json_object_iter_begin(object);
	end = json_object_iter_end(object);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *key = json_object_iter_peek_name(&it);

		if (!is_known(key, known))
			return refuse_key(key, known, e);
	}
	return 0;
}

/*
 * A boundary has no CR in it, so a delimiter (CRLF, "--", boundary) begins
 * nowhere inside of itself: where a match breaks off, all that was matched is
 * data, and is found again in the delimiter's own text.
 */
#include "proto/multipart.h"

#include <string.h>

#include "base/utf8.h"
#include "proto/http.h"
#include "proto/http_param.h"

/* ---- the boundary --------------------------------------------------------- */

static bool
is_boundary(struct slice s)
{
	static const char MARKS[] = "'()+_,-./:=? ";

	if (s.n == 0 || s.n > MULTIPART_BOUNDARY_MAX || s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') ||
			(c != '\0' && strchr(MARKS, c) != NULL)))
			return false;
	}
	return true;
}

bool
multipart_boundary(struct slice content_type, struct slice *boundary)
{
	struct slice rest =
	    slice_from_at(content_type, slice_chr(content_type, ';'));
	struct slice name, value;
	enum http_param_found found;
	bool seen = false;

	if (!slice_eq_nocase(
		http_media_type(content_type), SLICE("multipart/form-data")))
		return false;
	while (
	    (found = http_param_next(&rest, &name, &value)) == HTTP_PARAM_ONE) {
		if (!slice_eq_nocase(name, SLICE("boundary")))
			continue;
		if (seen)
			return false;
		seen = true;
		*boundary = value;
	}
	return found == HTTP_PARAM_NONE && seen && is_boundary(*boundary);
}

void
multipart_init(struct multipart *m, struct slice boundary)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary.p, boundary.n);
	m->delimiter_n = 4 + boundary.n;
	/* The first one has no line before it. */
	m->matched = 2;
}

static enum multipart_event
fail(struct multipart *m, enum multipart_event failure)
{
	m->state = MULTIPART_FAILED;
	m->failure = failure;
	return failure;
}

/* ---- the head of a part --------------------------------------------------- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* UTF-8'language'percent-encoded, decoded where it is. */
static bool
extended_value(struct slice value, char *to, struct slice *out)
{
	struct slice rest = value, charset, language;
	size_t n = 0;

	if (!slice_cut(&rest, '\'', &charset) ||
	    !slice_cut(&rest, '\'', &language) || rest.p == NULL ||
	    !slice_eq_nocase(charset, SLICE("UTF-8")))
		return false;
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] != '%') {
			to[n++] = rest.p[i];
			continue;
		}
		if (rest.n - i < 3 || hex_digit(rest.p[i + 1]) < 0 ||
		    hex_digit(rest.p[i + 2]) < 0)
			return false;
		to[n++] = (char)(hex_digit(rest.p[i + 1]) << 4 |
		    hex_digit(rest.p[i + 2]));
		i += 2;
	}
	*out = (struct slice){ to, n };
	return true;
}

/* Once, and as text. */
static bool
set_text(struct slice *to, struct slice value)
{
	if (to->p != NULL || !utf8_text(value))
		return false;
	*to = value;
	return true;
}

/* One parameter of Content-Disposition; false when it is malformed. `at` is
 * where its value stands, and may be written over. */
static bool
disposition_param(struct multipart_part *part, struct slice *extended,
    struct slice name, struct slice value, char *at)
{
	struct slice decoded;

	if (slice_eq_nocase(name, SLICE("name")))
		return set_text(&part->name, http_param_unquote(value, at));
	if (slice_eq_nocase(name, SLICE("filename")))
		return set_text(&part->filename, http_param_unquote(value, at));
	if (slice_eq_nocase(name, SLICE("filename*")))
		return extended_value(value, at, &decoded) &&
		    set_text(extended, decoded);
	return true;
}

static bool
disposition(struct multipart *m, struct slice value)
{
	struct slice rest = slice_from_at(value, slice_chr(value, ';'));
	struct slice extended = { NULL, 0 }, name, text;
	enum http_param_found found;

	if (m->part.name.p != NULL ||
	    !slice_eq_nocase(http_media_type(value), SLICE("form-data")))
		return false;
	while ((found = http_param_next(&rest, &name, &text)) == HTTP_PARAM_ONE)
		if (!disposition_param(&m->part, &extended, name, text,
			m->head + (text.p - m->head)))
			return false;
	if (extended.p != NULL)
		m->part.filename = extended;
	return found == HTTP_PARAM_NONE && m->part.name.p != NULL;
}

static bool
head_line(struct multipart *m, struct slice line)
{
	struct slice value = line, name;

	if (!slice_cut(&value, ':', &name) || value.p == NULL ||
	    !http_param_token(name) || slice_chr(line, '\0') != line.n ||
	    slice_chr(line, '\r') != line.n)
		return false;
	value = slice_trim(value);
	if (slice_eq_nocase(name, SLICE("Content-Disposition")))
		return disposition(m, value);
	if (slice_eq_nocase(name, SLICE("Content-Type")))
		return set_text(&m->part.type, value);
	if (slice_eq_nocase(name, SLICE("Content-Transfer-Encoding")))
		return slice_eq_nocase(value, SLICE("7bit")) ||
		    slice_eq_nocase(value, SLICE("8bit")) ||
		    slice_eq_nocase(value, SLICE("binary"));
	return true;
}

static bool
read_head(struct multipart *m)
{
	/* Without the empty line at its end. */
	struct slice rest = { m->head, m->head_n - 4 }, line;

	m->part = (struct multipart_part){ .name = { NULL, 0 } };
	while (slice_cut(&rest, '\n', &line)) {
		/* The last one's CRLF was taken off. */
		if (rest.p != NULL) {
			if (line.n == 0 || line.p[line.n - 1] != '\r')
				return false;
			line.n--;
		}
		if (!head_line(m, line))
			return false;
	}
	if (m->part.type.p == NULL)
		m->part.type = SLICE_EMPTY;
	return m->part.name.p != NULL;
}

static enum multipart_event
step_head(struct multipart *m, struct slice *in)
{
	static const struct slice END = SLICE_INIT("\r\n\r\n");
	struct slice head = { m->head, 0 };

	while (in->n != 0) {
		if (m->head_n == sizeof(m->head))
			return fail(m, MULTIPART_LONG_HEAD);
		m->head[m->head_n++] = *in->p;
		*in = slice_from_at(*in, 1);
		head.n = m->head_n;
		if (!slice_ends(head, END) && !slice_eqs(head, "\r\n"))
			continue;
		if (head.n < END.n || !read_head(m))
			return fail(m, MULTIPART_MALFORMED);
		m->state = MULTIPART_BODY;
		m->matched = 0;
		return MULTIPART_PART;
	}
	return MULTIPART_MORE;
}

/* ---- the bytes of a part -------------------------------------------------- */

/* How many bytes stand before the first place where the delimiter is, or may be
 * once there is more. */
static size_t
before_delimiter(const struct multipart *m, struct slice in)
{
	size_t at = slice_chr(in, '\r');

	while (at < in.n) {
		struct slice there = slice_sub(in, at, m->delimiter_n);

		if (memcmp(there.p, m->delimiter, there.n) == 0)
			break;
		at++;
		at += slice_chr(slice_from_at(in, at), '\r');
	}
	return at;
}

/* Is all of the delimiter there? What was read of it is kept back. */
static bool
match(struct multipart *m, struct slice *in)
{
	size_t n = 0;

	while (n < in->n && m->matched < m->delimiter_n &&
	    in->p[n] == m->delimiter[m->matched]) {
		n++;
		m->matched++;
	}
	*in = slice_from_at(*in, n);
	return m->matched == m->delimiter_n;
}

static enum multipart_event
step_body(struct multipart *m, struct slice *in, struct slice *data)
{
	size_t n = m->matched == 0 ? before_delimiter(m, *in) : 0;

	if (n != 0) {
		*data = slice_sub(*in, 0, n);
		*in = slice_from_at(*in, n);
		return MULTIPART_DATA;
	}
	if (match(m, in)) {
		m->state = MULTIPART_AFTER;
		return MULTIPART_PART_END;
	}
	if (in->n == 0)
		return MULTIPART_MORE;
	*data = (struct slice){ m->delimiter, m->matched };
	m->matched = 0;
	return MULTIPART_DATA;
}

static enum multipart_event
step_start(struct multipart *m, struct slice *in)
{
	if (match(m, in))
		m->state = MULTIPART_AFTER;
	else if (in->n != 0)
		return fail(m, MULTIPART_MALFORMED);
	return MULTIPART_MORE;
}

/* ---- what stands around them ---------------------------------------------- */

static const struct {
	enum multipart_state from;
	char byte;
	enum multipart_state to;
} MARKS[] = {
	{ MULTIPART_AFTER, '\r', MULTIPART_AFTER_CR },
	{ MULTIPART_AFTER_CR, '\n', MULTIPART_HEAD },
	{ MULTIPART_AFTER, '-', MULTIPART_AFTER_DASH },
	{ MULTIPART_AFTER_DASH, '-', MULTIPART_CLOSED },
	{ MULTIPART_CLOSED, '\r', MULTIPART_CLOSED_CR },
	{ MULTIPART_CLOSED_CR, '\n', MULTIPART_OVER },
};

static enum multipart_event
step_mark(struct multipart *m, struct slice *in)
{
	char byte = *in->p;

	for (size_t i = 0; i < COUNT(MARKS); i++) {
		if (MARKS[i].from != m->state || MARKS[i].byte != byte)
			continue;
		*in = slice_from_at(*in, 1);
		m->state = MARKS[i].to;
		m->head_n = 0;
		if (m->state == MULTIPART_HEAD &&
		    ++m->parts > MULTIPART_PARTS_MAX)
			return fail(m, MULTIPART_TOO_MANY);
		return MULTIPART_MORE;
	}
	return fail(m, MULTIPART_MALFORMED);
}

static enum multipart_event
step(struct multipart *m, struct slice *in, struct slice *data)
{
	switch (m->state) {
	case MULTIPART_START:
		return step_start(m, in);
	case MULTIPART_HEAD:
		return step_head(m, in);
	case MULTIPART_BODY:
		return step_body(m, in, data);
	case MULTIPART_FAILED:
		return m->failure;
	case MULTIPART_AFTER:
	case MULTIPART_AFTER_CR:
	case MULTIPART_AFTER_DASH:
	case MULTIPART_CLOSED:
	case MULTIPART_CLOSED_CR:
	case MULTIPART_OVER:
		break;
	}
	return step_mark(m, in);
}

enum multipart_event
multipart_next(struct multipart *m, struct slice *input, struct slice *data)
{
	enum multipart_event event = MULTIPART_MORE;

	*data = SLICE_EMPTY;
	if (m->state == MULTIPART_FAILED)
		return m->failure;
	while (event == MULTIPART_MORE && input->n != 0)
		event = step(m, input, data);
	return event;
}

enum multipart_event
multipart_end(const struct multipart *m)
{
	if (m->state == MULTIPART_FAILED)
		return m->failure;
	return m->state == MULTIPART_CLOSED || m->state == MULTIPART_OVER
	    ? MULTIPART_MORE
	    : MULTIPART_INCOMPLETE;
}

const char *
multipart_strerror(enum multipart_event failure)
{
	switch (failure) {
	case MULTIPART_INCOMPLETE:
		return "it ends before its last boundary";
	case MULTIPART_TOO_MANY:
		return "it has too many parts";
	case MULTIPART_LONG_HEAD:
		return "the head of a part is too long";
	case MULTIPART_MALFORMED:
	case MULTIPART_MORE:
	case MULTIPART_PART:
	case MULTIPART_DATA:
	case MULTIPART_PART_END:
		break;
	}
	return "it is not multipart/form-data";
}

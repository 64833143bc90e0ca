#include "proto/sse.h"

void
sse_init(struct sse *s)
{
	*s = (struct sse){ .line = BUF_INIT, .data = BUF_INIT, .first = true };
}

void
sse_fini(struct sse *s)
{
	buf_fini(&s->line);
	buf_fini(&s->data);
}

/* The value of a field: one space behind the colon is none of it. */
static struct slice
value_of(struct slice line, size_t colon)
{
	struct slice value = slice_from_at(line, colon + 1);

	return slice_starts(value, SLICE(" ")) ? slice_from_at(value, 1)
					       : value;
}

/* A whole line. True: an event ended with it. */
static bool
take_line(struct sse *s)
{
	struct slice line = buf_slice(&s->line);
	size_t colon;

	if (s->first && slice_starts(line, SLICE("\xef\xbb\xbf")))
		line = slice_from_at(line, 3);
	s->first = false;
	if (line.n == 0)
		return s->has_data;
	colon = slice_chr(line, ':');
	if (!slice_eqs(slice_sub(line, 0, colon), "data"))
		return false;
	if (s->has_data)
		buf_addc(&s->data, '\n');
	buf_add_slice(&s->data, value_of(line, colon));
	s->has_data = true;
	return false;
}

/* Up to the end of a line, or of the input; false: there is no end. */
static bool
read_line(struct sse *s, struct slice *input)
{
	size_t n = 0;

	if (input->n > 0) {
		if (s->after_cr && input->p[0] == '\n')
			*input = slice_from_at(*input, 1);
		s->after_cr = false;
	}
	while (n < input->n && input->p[n] != '\n' && input->p[n] != '\r')
		n++;
	s->too_large =
	    s->line.n + s->data.n + n > SSE_EVENT_MAX || s->too_large;
	if (s->too_large)
		return false;
	buf_add(&s->line, input->p, n);
	if (n == input->n) {
		*input = SLICE_EMPTY;
		return false;
	}
	s->after_cr = input->p[n] == '\r';
	*input = slice_from_at(*input, n + 1);
	return true;
}

enum sse_event
sse_next(struct sse *s, struct slice *input, struct slice *data)
{
	*data = SLICE_EMPTY;
	if (s->given) {
		buf_clear(&s->data);
		s->given = s->has_data = false;
	}
	while (read_line(s, input)) {
		s->given = take_line(s);
		buf_clear(&s->line);
		if (s->given) {
			*data = buf_slice(&s->data);
			return SSE_EVENT;
		}
	}
	return s->too_large ? SSE_TOO_LARGE : SSE_MORE;
}

/*
 * Only the last `%` is ever tried again: what an earlier one could give, it can
 * give too. So a match costs no more than pattern times text.
 */
#include "base/like.h"

#include <stdint.h>

#include <unicase.h>

#include "base/utf8.h"

/* No character has a code from here on: bytes that are not UTF-8. */
#define NOT_UTF8 0x110000

static uint32_t
take_char(struct slice *s, bool fold)
{
	uint32_t code = (unsigned char)s->p[0];
	size_t n;

	/* Most text is ASCII; tables are slow. */
	if (code < 0x80) {
		if (fold && code >= 'A' && code <= 'Z')
			code += 'a' - 'A';
		*s = (struct slice){ s->p + 1, s->n - 1 };
		return code;
	}
	n = utf8_next(*s, &code);
	if (n == 0) {
		code = NOT_UTF8 + (unsigned char)s->p[0];
		n = 1;
	} else if (fold)
		code = uc_tolower(code);
	*s = slice_from_at(*s, n);
	return code;
}

/* Both start with a character; does the pattern's match the text's? */
static bool
take_pair(struct slice *pattern, struct slice *text, bool fold)
{
	if (pattern->n == 0)
		return false;
	if (pattern->p[0] == '_') {
		*pattern = slice_from_at(*pattern, 1);
		(void)take_char(text, false);
		return true;
	}
	if (pattern->p[0] == '\\')
		*pattern = slice_from_at(*pattern, 1);
	return pattern->n > 0 &&
	    take_char(pattern, fold) == take_char(text, fold);
}

void
like_init(struct like *m, struct slice pattern, struct slice text, bool fold)
{
	*m = (struct like){ pattern, text, { NULL, 0 }, text, fold };
}

/* One character, or what the pattern says of the rest. */
static enum like_result
step(struct like *m)
{
	if (m->pattern.n > 0 && m->pattern.p[0] == '%') {
		m->behind = m->pattern = slice_from_at(m->pattern, 1);
		m->start = m->text;
		return m->pattern.n == 0 ? LIKE_YES : LIKE_MORE;
	}
	if (m->text.n == 0)
		return m->pattern.n == 0 ? LIKE_YES : LIKE_NO;
	if (take_pair(&m->pattern, &m->text, m->fold))
		return LIKE_MORE;
	if (m->behind.p == NULL)
		return LIKE_NO;
	(void)take_char(&m->start, false);
	m->pattern = m->behind;
	m->text = m->start;
	return LIKE_MORE;
}

enum like_result
like_run(struct like *m, size_t steps)
{
	enum like_result result = LIKE_MORE;

	while (result == LIKE_MORE && steps-- > 0)
		result = step(m);
	return result;
}

static bool
match(struct slice pattern, struct slice text, bool fold)
{
	struct like m;

	like_init(&m, pattern, text, fold);
	return like_run(&m, SIZE_MAX) == LIKE_YES;
}

bool
like_match(struct slice pattern, struct slice text)
{
	return match(pattern, text, false);
}

bool
like_match_nocase(struct slice pattern, struct slice text)
{
	return match(pattern, text, true);
}

/*
 * Only the last `%` is ever tried again: what an earlier one could give, it can
 * give too. So a match costs no more than pattern times text.
 */
#include "base/like.h"

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

static bool
match(struct slice pattern, struct slice text, bool fold)
{
	struct slice behind = { NULL, 0 }; /* the last %, none while NULL */
	struct slice start = text;         /* where `behind` was tried last */

	for (;;) {
		if (pattern.n > 0 && pattern.p[0] == '%') {
			behind = pattern = slice_from_at(pattern, 1);
			start = text;
			if (pattern.n == 0)
				return true;
		} else if (text.n == 0) {
			return pattern.n == 0;
		} else if (!take_pair(&pattern, &text, fold)) {
			if (behind.p == NULL)
				return false;
			(void)take_char(&start, false);
			pattern = behind;
			text = start;
		}
	}
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

#include "proto/jscan.h"

#include <stdint.h>
#include <string.h>

struct scan {
	const char *at, *end;
	unsigned depth;
	/* Which of the open ones are objects, the outermost first. */
	uint64_t objects[JSCAN_DEPTH_MAX / 64];
};

/* A byte that stands for nothing where there is none. */
static char
peek(const struct scan *s)
{
	if (s->at == s->end)
		return '\0';
	return *s->at;
}

static void
skip_space(struct scan *s)
{
	while (s->at < s->end &&
	    (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' ||
		*s->at == '\r'))
		s->at++;
}

static bool
take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static bool
take_word(struct scan *s, struct slice word)
{
	if ((size_t)(s->end - s->at) < word.n ||
	    memcmp(s->at, word.p, word.n) != 0)
		return false;
	s->at += word.n;
	return true;
}

static bool
take_digits(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

static bool
take_number(struct scan *s)
{
	(void)take(s, '-');
	if (!take(s, '0') && !take_digits(s))
		return false;
	if (take(s, '.') && !take_digits(s))
		return false;
	if (!take(s, 'e') && !take(s, 'E'))
		return true;
	if (!take(s, '+'))
		(void)take(s, '-');
	return take_digits(s);
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F');
}

/* Behind the backslash. */
static bool
take_escape(struct scan *s)
{
	static const char SHORT[] = "\"\\/bfnrt";
	char c = peek(s);

	if (c == '\0')
		return false;
	s->at++;
	if (c != 'u')
		return memchr(SHORT, c, sizeof(SHORT) - 1) != NULL;
	for (int i = 0; i < 4; i++, s->at++)
		if (!is_hex(peek(s)))
			return false;
	return true;
}

static bool
take_string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (s->at < s->end) {
		unsigned char c = (unsigned char)*s->at++;

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !take_escape(s)))
			return false;
	}
	return false;
}

static bool
in_object(const struct scan *s)
{
	unsigned at = s->depth - 1;

	return (s->objects[at / 64] >> at % 64 & 1) != 0;
}

static bool
enter(struct scan *s, bool object)
{
	uint64_t bit = UINT64_C(1) << s->depth % 64;

	if (s->depth == JSCAN_DEPTH_MAX)
		return false;
	if (object)
		s->objects[s->depth / 64] |= bit;
	else
		s->objects[s->depth / 64] &= ~bit;
	s->depth++;
	return true;
}

/* Up to the value of a member. */
static bool
take_name(struct scan *s)
{
	skip_space(s);
	if (!take_string(s))
		return false;
	skip_space(s);
	return take(s, ':');
}

static bool
take_plain(struct scan *s)
{
	switch (peek(s)) {
	case '"':
		return take_string(s);
	case 't':
		return take_word(s, SLICE("true"));
	case 'f':
		return take_word(s, SLICE("false"));
	case 'n':
		return take_word(s, SLICE("null"));
	default:
		return take_number(s);
	}
}

/* A value, or the beginning of an array or object that has something in it;
 * `*more` when it is the latter: a value follows. */
static bool
take_value(struct scan *s, bool *more)
{
	bool object = peek(s) == '{';

	*more = false;
	if (!object && peek(s) != '[')
		return take_plain(s);
	s->at++;
	if (!enter(s, object))
		return false;
	skip_space(s);
	if (take(s, object ? '}' : ']')) {
		s->depth--;
		return true;
	}
	*more = true;
	return !object || take_name(s);
}

/* What may stand behind a value; `*more`: another one. */
static bool
take_end(struct scan *s, bool *more)
{
	*more = false;
	for (skip_space(s); s->depth > 0; skip_space(s)) {
		bool object = in_object(s);

		if (take(s, ',')) {
			*more = true;
			return !object || take_name(s);
		}
		if (!take(s, object ? '}' : ']'))
			return false;
		s->depth--;
	}
	return s->at == s->end;
}

bool
jscan_valid(struct slice text)
{
	struct scan s = { .at = text.p, .end = text.p + text.n };
	bool more;

	do {
		skip_space(&s);
		if (!take_value(&s, &more))
			return false;
		if (!more && !take_end(&s, &more))
			return false;
	} while (more);
	return true;
}

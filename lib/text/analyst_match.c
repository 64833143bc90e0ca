#include "text/analyst_match.h"

#include <string.h>

struct plain {
	char *p;
	size_t n;
	bool number; /* the running word has a digit */
};

static void
end_word(struct plain *out)
{
	if (out->p[out->n - 1] == ' ')
		return;
	out->p[out->n++] = ' ';
	if (out->number) {
		out->p[out->n++] = '#';
		out->p[out->n++] = ' ';
	}
	out->number = false;
}

/** Bytes of an apostrophe at the start of `s`, also a typographic one. */
static size_t
apostrophe(struct slice s)
{
	if (s.p[0] == '\'')
		return 1;
	return slice_starts(s, SLICE("\xe2\x80\x99")) ? 3 : 0;
}

static void
add_char(struct plain *out, char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (unsigned char)c >= 0x80) {
		out->number |= c >= '0' && c <= '9';
		out->p[out->n++] = c;
		return;
	}
	end_word(out);
	if (strchr("$%?", c)) {
		out->p[out->n++] = c;
		end_word(out);
	}
}

struct slice
analyst_match_plain(struct slice sentence, struct arena *a)
{
	/* "$1$" is the worst: each byte may get a space and " #" behind it. */
	struct plain out = { arena_alloc(a, sentence.n * 4 + 4), 0, false };

	out.p[out.n++] = ' ';
	while (sentence.n != 0) {
		size_t skip = apostrophe(sentence);

		if (skip == 0) {
			add_char(&out, sentence.p[0]);
			skip = 1;
		}
		sentence = slice_from_at(sentence, skip);
	}
	end_word(&out);
	return (struct slice){ out.p, out.n };
}

/** Is the phrase (without marks) at a word's start in `plain`? */
static bool
has_phrase(struct slice plain, struct slice phrase, bool open_end)
{
	size_t at = 1; /* behind the space at the start */

	while (at + phrase.n < plain.n) {
		long found = slice_find(slice_from_at(plain, at), phrase);
		size_t end;

		if (found < 0)
			return false;
		at += (size_t)found;
		end = at + phrase.n;
		if (plain.p[at - 1] == ' ' && (open_end || plain.p[end] == ' '))
			return true;
		at++;
	}
	return false;
}

static bool
has_part(struct slice plain, struct slice part)
{
	bool start = part.p[0] == '^';
	bool open_end;
	struct slice phrase = slice_from_at(part, start);

	open_end = slice_ends(phrase, SLICE("*"));
	phrase.n -= open_end;
	if (start)
		plain = slice_sub(plain, 0, phrase.n + 2);
	return has_phrase(plain, phrase, open_end);
}

bool
analyst_match_has(struct slice plain, const char *pattern)
{
	struct slice rest = slice_from(pattern);
	struct slice part;

	while (slice_cut(&rest, '&', &part)) {
		bool not = part.p[0] == '!';

		if (has_part(plain, slice_from_at(part, not )) == not )
			return false;
	}
	return true;
}

void
analyst_match_score(struct slice plain, const struct analyst_match_rule *rules,
    size_t n, int *score)
{
	for (size_t i = 0; i < n; i++)
		if (analyst_match_has(plain, rules[i].pattern))
			score[rules[i].kind] += rules[i].weight;
}

int
analyst_match_best(const int *score, size_t n, int least)
{
	int best = -1;

	for (size_t i = 0; i < n; i++)
		if (score[i] >= least && (best < 0 || score[i] > score[best]))
			best = (int)i;
	return best;
}

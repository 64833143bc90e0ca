#include "text/embed.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Characters of a word that count; the rest of a longer one is noise. */
#define MAX_WORD 64u

/* Words say most, pairs what they are about, trigrams forgive endings. */
#define WEIGHT_WORD    1.0f
#define WEIGHT_PAIR    0.7f
#define WEIGHT_TRIGRAM 0.25f
/* For words that are in every sentence: they say little. */
#define WEIGHT_STOP 0.2f

/* What kind a feature is goes into its hash, so "a b" is not the word "ab". */
enum feature {
	FEATURE_WORD = 'w',
	FEATURE_PAIR = 'p',
	FEATURE_TRIGRAM = 't'
};

struct word {
	char p[MAX_WORD + 2]; /* " word ": trigrams see its edges */
	size_t n;
};

static const char *const stop_words[] = { "the", "a", "an", "and", "or", "of",
	"to", "in", "is", "it", "i", "you", "we", "that", "this", "for", "on",
	"with", "are", "be", "so", "do", "have", "as", "at", "but", "not",
	"what", "if", "my", "your", "our", "they", "was", "can", "will", "just",
	"would", "there", "it's", "i'm", "that's" };

/** FNV-1a with a final mix, so that low bits depend on all of it. */
static uint64_t
hash(enum feature kind, const char *p, size_t n, uint64_t seed)
{
	uint64_t h = (14695981039346656037u ^ seed) * 1099511628211u;

	h = (h ^ (uint64_t)kind) * 1099511628211u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 1099511628211u;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdu;
	return h ^ h >> 33;
}

static void
add(float *out, uint64_t h, float weight)
{
	/* The sign is taken from a bit that does not choose the place. */
	out[h % EMBED_DIMS] += (h >> 63) != 0 ? -weight : weight;
}

static bool
is_word_char(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') ||
	    (u >= 'A' && u <= 'Z') || u == '\'';
}

/** The next word of `*rest`, in lower case; false at the end. */
static bool
next_word(struct slice *rest, struct word *out)
{
	size_t at = 0;

	while (at < rest->n && !is_word_char(rest->p[at]))
		at++;
	out->n = 0;
	out->p[out->n++] = ' ';
	for (; at < rest->n && is_word_char(rest->p[at]); at++) {
		char c = rest->p[at];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (out->n <= MAX_WORD)
			out->p[out->n++] = c;
	}
	*rest = slice_from_at(*rest, at);
	if (out->n == 1)
		return false;
	out->p[out->n++] = ' ';
	return true;
}

static bool
is_stop_word(const struct word *w)
{
	struct slice s = { w->p + 1, w->n - 2 };

	for (size_t i = 0; i < COUNT(stop_words); i++)
		if (slice_eqs(s, stop_words[i]))
			return true;
	return false;
}

static void
add_word(float *out, const struct word *w)
{
	bool stop = is_stop_word(w);

	add(out, hash(FEATURE_WORD, w->p, w->n, 0),
	    stop ? WEIGHT_STOP : WEIGHT_WORD);
	for (size_t i = 0; !stop && i + 3 <= w->n; i++)
		add(out, hash(FEATURE_TRIGRAM, w->p + i, 3, 0), WEIGHT_TRIGRAM);
}

static void
normalise(float *out)
{
	double sum = 0;

	for (size_t i = 0; i < EMBED_DIMS; i++)
		sum += (double)out[i] * (double)out[i];
	if (sum <= 0)
		return;
	for (size_t i = 0; i < EMBED_DIMS; i++)
		out[i] = (float)((double)out[i] / sqrt(sum));
}

void
embed_text(struct slice text, float out[static EMBED_DIMS])
{
	struct word word;
	uint64_t last = 0; /* hash of the word before; 0 at the start */

	memset(out, 0, EMBED_DIMS * sizeof(*out));
	text = slice_sub(text, 0, EMBED_MAX_BYTES);
	while (next_word(&text, &word)) {
		uint64_t h = hash(FEATURE_WORD, word.p, word.n, 0);

		add_word(out, &word);
		if (last != 0)
			add(out, hash(FEATURE_PAIR, word.p, word.n, last),
			    is_stop_word(&word) ? WEIGHT_STOP : WEIGHT_PAIR);
		last = h;
	}
	normalise(out);
}

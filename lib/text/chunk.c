#include "text/chunk.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

/* A cue, or a piece of one that is too long for a chunk. */
struct part {
	size_t cue;
	size_t words;
	struct slice text;
	bool whole;
};

struct parts {
	struct part *items;
	size_t n;
	size_t cap;
	struct arena *a;
};

static void
parts_add(struct parts *parts, struct part part)
{
	if (parts->n == parts->cap) {
		struct part *old = parts->items;

		parts->cap = parts->cap == 0 ? 256 : parts->cap * 2;
		parts->items = arena_alloc(parts->a, parts->cap * sizeof(*old));
		if (parts->n != 0)
			memcpy(parts->items, old, parts->n * sizeof(*old));
	}
	parts->items[parts->n++] = part;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/** As much of `s` as fits a chunk, up to white space if there is some. */
static size_t
fitting(struct slice s)
{
	struct slice most = utf8_prefix(s, CHUNK_BYTES);
	size_t words = 0;
	size_t last = 0; /* behind the last whole word */

	for (size_t i = 0; i < most.n; i++) {
		bool ends = i + 1 == s.n || is_space(s.p[i + 1]);

		if (is_space(s.p[i]) || !ends)
			continue;
		last = i + 1;
		if (++words == CHUNK_WORDS)
			break;
	}
	return last != 0 ? last : most.n;
}

static void
add_cue(struct parts *parts, const struct transcript_cue *cue)
{
	struct slice rest = cue->text;

	while (rest.n != 0) {
		size_t n = fitting(rest);
		struct slice piece = slice_sub(rest, 0, n);

		rest = slice_trim(slice_from_at(rest, n));
		parts_add(parts,
		    (struct part){
			.cue = cue->index,
			.words = transcript_words(piece),
			.text = piece,
			.whole = piece.n == cue->text.n,
		    });
	}
}

/** One past the last part of the chunk that starts at `first`. */
static size_t
chunk_end(const struct parts *parts, size_t first)
{
	size_t words = 0;
	size_t bytes = 0;
	size_t at = first;

	while (at < parts->n) {
		words += parts->items[at].words;
		bytes += parts->items[at].text.n + 1;
		if (at != first && (words > CHUNK_WORDS || bytes > CHUNK_BYTES))
			break;
		at++;
	}
	return at;
}

/** Where the next chunk starts: whole cues at the end of this one again. */
static size_t
next_first(const struct parts *parts, size_t first, size_t end)
{
	size_t at = end;
	size_t words = 0;

	if (end == parts->n)
		return end;
	while (at > first + 1 && parts->items[at - 1].whole) {
		words += parts->items[at - 1].words;
		if (words > CHUNK_OVERLAP_WORDS)
			break;
		at--;
	}
	/* The part that did not fit must fit now, or nothing is gained. */
	return chunk_end(parts, at) > end ? at : end;
}

/** Is `name` one of the names in "Ann, Bo"? */
static bool
has_name(struct slice names, struct slice name)
{
	struct slice one;

	while (slice_cut(&names, ',', &one))
		if (slice_eq(slice_trim(one), name))
			return true;
	return false;
}

static void
write_part(struct buf *text, struct buf *names, struct slice speaker,
    struct slice last, struct slice words)
{
	if (text->n != 0)
		buf_addc(text, '\n');
	if (speaker.n != 0 && (text->n == 0 || !slice_eq(speaker, last))) {
		buf_add_slice(text, speaker);
		buf_adds(text, ": ");
	}
	buf_add_slice(text, words);
	if (speaker.n != 0 && !has_name(buf_slice(names), speaker)) {
		if (names->n != 0)
			buf_adds(names, ", ");
		buf_add_slice(names, speaker);
	}
}

static struct chunk
make(const struct transcript *t, const struct parts *parts, size_t first,
    size_t end)
{
	struct chunk c = { .start_ms = -1, .end_ms = -1 };
	struct buf text = BUF_INIT;
	struct buf names = BUF_INIT;
	struct slice last = SLICE_EMPTY;

	c.first_cue = parts->items[first].cue;
	c.last_cue = parts->items[end - 1].cue;
	for (size_t i = first; i < end; i++) {
		const struct transcript_cue *cue =
		    &t->cues[parts->items[i].cue];

		write_part(
		    &text, &names, cue->speaker, last, parts->items[i].text);
		last = cue->speaker;
		if (c.start_ms < 0)
			c.start_ms = cue->start_ms;
		if (cue->end_ms > c.end_ms)
			c.end_ms = cue->end_ms;
	}
	c.text = arena_dup(parts->a, buf_slice(&text));
	c.speakers = arena_dup(parts->a, buf_slice(&names));
	buf_fini(&names);
	buf_fini(&text);
	return c;
}

void
chunk_split(const struct transcript *t, struct arena *a, struct chunk_list *out)
{
	struct parts parts = { .a = a };
	size_t first = 0;

	*out = (struct chunk_list){ NULL, 0 };
	for (size_t i = 0; i < t->n; i++)
		add_cue(&parts, &t->cues[i]);
	if (parts.n == 0)
		return;
	/* Every chunk but the last brings at least one part of its own. */
	out->items = arena_alloc(a, parts.n * sizeof(*out->items));
	while (first < parts.n) {
		size_t end = chunk_end(&parts, first);
		struct chunk c = make(t, &parts, first, end);

		c.index = out->n;
		out->items[out->n++] = c;
		first = next_first(&parts, first, end);
	}
}

/*
 * Chunks by the thousand, and how quickly they are found.
 *
 *      search URL fill CHUNKS      migrate what is new, and write videos of 100
 *                                  chunks each
 *      search URL near QUERIES     as the product asks, and exact: recall, times
 *      search URL words QUERIES    by words
 *
 * Each prints a line of NAME=VALUE; times are microseconds, medians. A chunk has
 * 180 words: of 20,000 made-up ones, three in five from the 300 of its video's
 * topic, of which there are 50, the frequent ones first (Zipf's law). Two numbers
 * in it make it like no other. A query is 20 words in a row of a chunk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io/store_search.h"
#include "proto/jval.h"
#include "text/embed.h"

enum {
	CHUNKS_EACH = 100,
	WORDS = 20000,
	TOPICS = 50,
	TOPIC_WORDS = 300,
	CHUNK_WORDS = 180,
	QUERY_WORDS = 20,
	NEIGHBOURS = 10,
	QUERIES_MAX = 10000
};

static const struct principal NOBODY = { { "", 0 } };

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
give_up(const struct err *e)
{
	(void)fprintf(stderr, "search: %s\n", e->msg);
	exit(1);
}

/* Made-up text */

struct dice {
	uint64_t state;
};

/* splitmix64 */
static uint64_t
roll(struct dice *d)
{
	uint64_t x = d->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Of [0, n): the n-th half as often as the first, roughly. */
static unsigned
zipf(struct dice *d, unsigned n)
{
	double u = (double)(roll(d) >> 11) / 9007199254740992.0;
	double w = 1;

	for (unsigned i = 1; i < n; i *= 2)
		w *= 2;
	while (w > 1 && u < 0.5) {
		w /= 2;
		u *= 2;
	}
	return (unsigned)(roll(d) % (uint64_t)(w < n ? w : n));
}

static void
put_word(struct buf *b, unsigned n)
{
	static const char C[] = "bdfghklmnprstvz", V[] = "aeiou";

	do {
		buf_addc(b, C[n % 15]);
		buf_addc(b, V[n / 15 % 5]);
		n /= 75;
	} while (n > 0);
}

static void
put_words(struct buf *b, struct dice *d, unsigned topic, int n)
{
	for (int i = 0; i < n; i++) {
		unsigned word = roll(d) % 5 < 3
		    ? topic * TOPIC_WORDS + zipf(d, TOPIC_WORDS)
		    : zipf(d, WORDS);

		put_word(b, word * 7919 % WORDS);
		buf_addc(b, ' ');
	}
}

static void
put_chunk(struct buf *b, unsigned video, unsigned chunk)
{
	struct dice d = { (uint64_t)video << 32 | chunk };

	buf_clear(b);
	put_words(b, &d, video % TOPICS, CHUNK_WORDS);
	buf_addf(b, "video %u part %u", video, chunk);
}

/* Words that somebody may have heard in one of the chunks. */
static void
put_query(struct buf *b, unsigned query)
{
	struct buf chunk = BUF_INIT;
	struct dice d = { ~(uint64_t)query };
	struct slice rest, word;
	unsigned from;

	put_chunk(&chunk, (unsigned)(roll(&d) % 100),
	    (unsigned)(roll(&d) % CHUNKS_EACH));
	rest = buf_slice(&chunk);
	from = (unsigned)(roll(&d) % (CHUNK_WORDS - QUERY_WORDS));
	buf_clear(b);
	for (unsigned i = 0;
	     i < from + QUERY_WORDS && slice_cut(&rest, ' ', &word); i++)
		if (i >= from) {
			buf_add_slice(b, word);
			buf_addc(b, ' ');
		}
	buf_fini(&chunk);
}

/* Filling */

static void
add_video(struct store *s, unsigned video)
{
	static float vectors[CHUNKS_EACH][EMBED_DIMS];
	struct store_chunk chunks[CHUNKS_EACH];
	struct json_object *row = NULL, *transcript = NULL;
	struct buf texts[CHUNKS_EACH] = { BUF_INIT };
	struct store_video_new new = { .video_id = SLICE_EMPTY };
	struct err e = ERR_INIT;
	char collection[16];

	(void)snprintf(collection, sizeof(collection), "c-%u", video % 5);
	new.collection_id = slice_from(collection);
	if (store_video_add(s, &NOBODY, &new, &row, &e) != 0 ||
	    store_transcript_put(s, &NOBODY, jval_str(row, "id"), SLICE("x"),
		NULL, &transcript, &e) != 0)
		give_up(&e);
	for (unsigned i = 0; i < CHUNKS_EACH; i++) {
		put_chunk(&texts[i], video, i);
		embed_text(buf_slice(&texts[i]), vectors[i]);
		chunks[i] = (struct store_chunk){ buf_slice(&texts[i]), NULL,
			vectors[i] };
	}
	if (store_chunk_replace(
		s, jval_str(transcript, "id"), chunks, CHUNKS_EACH, &e) != 0)
		give_up(&e);
	for (unsigned i = 0; i < CHUNKS_EACH; i++)
		buf_fini(&texts[i]);
	(void)json_object_put(row);
	(void)json_object_put(transcript);
}

static void
fill(struct store *s, unsigned chunks)
{
	struct err e = ERR_INIT;

	/* Migrating makes indexes anew that somebody dropped. */
	if (store_ready(s, &e) != 0 && store_migrate(s, &e) != 0)
		give_up(&e);
	for (unsigned video = 0; video < chunks / CHUNKS_EACH; video++)
		add_video(s, video);
}

/* Finding */

static int64_t
find(struct store *s, unsigned query, const struct store_search *search,
    struct json_object **rows)
{
	struct buf text = BUF_INIT;
	float vector[EMBED_DIMS];
	struct err e = ERR_INIT;
	int64_t from;

	put_query(&text, query);
	embed_text(buf_slice(&text), vector);
	from = now_us();
	if (store_search_near(s, &NOBODY, search, vector, rows, &e) != 0)
		give_up(&e);
	buf_fini(&text);
	return now_us() - from;
}

static int64_t
find_words(struct store *s, unsigned query, const struct store_search *search)
{
	struct json_object *rows = NULL;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	int64_t from;

	put_query(&text, query);
	from = now_us();
	if (store_search_words(
		s, &NOBODY, search, buf_slice(&text), &rows, &e) != 0)
		give_up(&e);
	buf_fini(&text);
	(void)json_object_put(rows);
	return now_us() - from;
}

/* How many of the rows are among the others. */
static unsigned
common(struct json_object *rows, struct json_object *others)
{
	unsigned n = 0;

	for (size_t i = 0; i < json_object_array_length(rows); i++)
		for (size_t k = 0; k < json_object_array_length(others); k++)
			n += slice_eq(
			    jval_str(json_object_array_get_idx(rows, i), "id"),
			    jval_str(
				json_object_array_get_idx(others, k), "id"));
	return n;
}

static int
by_time(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static long long
median(int64_t *times, unsigned n)
{
	qsort(times, n, sizeof(*times), by_time);
	return (long long)times[n / 2];
}

static void
measure(struct store *s, unsigned n, struct slice collection, const char *what)
{
	struct store_search near = { .limit = NEIGHBOURS,
		.collection_id = collection };
	struct store_search exact = near;
	static int64_t times[2][QUERIES_MAX];
	unsigned same = 0, all = 0;

	exact.exact_max = INT32_MAX;
	for (unsigned q = 0; q < n; q++) {
		struct json_object *rows, *others;

		times[0][q] = find(s, q, &near, &rows);
		times[1][q] = find(s, q, &exact, &others);
		same += common(rows, others);
		all += (unsigned)json_object_array_length(others);
		(void)json_object_put(rows);
		(void)json_object_put(others);
	}
	(void)printf("what=%s near_us=%lld exact_us=%lld recall=%.4f\n", what,
	    median(times[0], n), median(times[1], n),
	    (double)same / (all > 0 ? all : 1));
}

static void
measure_words(struct store *s, unsigned n)
{
	const struct store_search search = { .limit = NEIGHBOURS };
	static int64_t times[QUERIES_MAX];

	for (unsigned q = 0; q < n; q++)
		times[q] = find_words(s, q, &search);
	(void)printf("what=words words_us=%lld\n", median(times, n));
}

int
main(int argc, char **argv)
{
	unsigned n = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	struct err e = ERR_INIT;
	struct store *s;
	int64_t from = now_us();

	if (n == 0 || n > 10000000) {
		(void)fprintf(
		    stderr, "usage: search URL fill|near|words COUNT\n");
		return 2;
	}
	s = store_open(argv[1], &e);
	if (s == NULL)
		give_up(&e);
	if (strcmp(argv[2], "fill") == 0) {
		fill(s, n);
		(void)printf("what=fill seconds=%.1f\n",
		    (double)(now_us() - from) / 1e6);
	} else if (strcmp(argv[2], "near") == 0 && n <= QUERIES_MAX) {
		measure(s, n, SLICE_EMPTY, "all");
		measure(s, n, SLICE("c-3"), "collection");
	} else if (n <= QUERIES_MAX) {
		measure_words(s, n);
	}
	store_close(s);
	return 0;
}

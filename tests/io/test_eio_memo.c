/* What a process remembers of sessions: a hint that may be lost, never mixed. */
#include "io/eio_memo.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/check.h"

#define THREADS 4
#ifdef __SANITIZE_THREAD__
#	define ROUNDS 20000
#else
#	define ROUNDS 100000
#endif

enum memory {
	NOTHING,
	THAT,
	OTHER
};

/* Is it that which is remembered? */
static enum memory
memory(struct eio_memo *m, const char *esid, const char *text)
{
	struct arena a = ARENA_INIT;
	struct slice got;
	enum memory is = NOTHING;

	if (eio_memo_get(m, slice_from(esid), &a, &got))
		is = slice_eqs(got, text) ? THAT : OTHER;
	arena_fini(&a);
	return is;
}

/* "-" for nothing. */
static bool
remembers(struct eio_memo *m, const char *esid, const char *text)
{
	enum memory want = strcmp(text, "-") == 0 ? NOTHING : THAT;

	return memory(m, esid, text) == want;
}

static void
put(struct eio_memo *m, const char *esid, const char *text)
{
	eio_memo_put(m, slice_from(esid), slice_from(text));
}

static void
test_put(void)
{
	struct eio_memo *m = eio_memo_new();

	CHECK(remembers(m, "one", "-"));
	put(m, "one", "");
	CHECK(remembers(m, "one", "-"));
	put(m, "one", "4 who\n");
	put(m, "two", "4 \n/ s\n");
	CHECK(remembers(m, "one", "4 who\n"));
	CHECK(remembers(m, "two", "4 \n/ s\n"));
	CHECK(remembers(m, "on", "-") && remembers(m, "one4", "-"));
	put(m, "one", "3 who\n/chat s\n");
	CHECK(remembers(m, "one", "3 who\n/chat s\n"));
	put(m, "one", "");
	CHECK(remembers(m, "one", "-") && remembers(m, "two", "4 \n/ s\n"));
	eio_memo_free(m);
	eio_memo_free(NULL);
}

/* A text that is too long is not kept, and what it was before is forgotten. */
static void
test_long(void)
{
	struct eio_memo *m = eio_memo_new();
	char text[1026];

	memset(text, 'x', sizeof(text));
	text[1024] = '\0';
	put(m, "one", text);
	CHECK(remembers(m, "one", text));
	text[1024] = 'x';
	text[1025] = '\0';
	put(m, "one", text);
	CHECK(remembers(m, "one", "-"));
	eio_memo_free(m);
}

static void
name(uint32_t i, char esid[static 24], char text[static 48])
{
	(void)snprintf(esid, 24, "session-%u", i);
	(void)snprintf(text, 48, "4 %u\n/ socket-of-%u\n", i, i);
}

/* More sessions than places: each is remembered as it is or not at all. */
static void
test_crowded(void)
{
	struct eio_memo *m = eio_memo_new();
	char esid[24], text[48];
	int kept = 0;

	for (uint32_t i = 0; i < 4 * EIO_MEMO_PLACES; i++) {
		name(i, esid, text);
		put(m, esid, text);
		CHECK(remembers(m, esid, text));
	}
	for (uint32_t i = 0; i < 4 * EIO_MEMO_PLACES; i++) {
		name(i, esid, text);
		CHECK(memory(m, esid, text) != OTHER);
		kept += memory(m, esid, text) == THAT;
	}
	/* Random places: 1 - e^-4 of them are taken. */
	CHECK(kept <= EIO_MEMO_PLACES && kept > EIO_MEMO_PLACES * 9 / 10);
	eio_memo_free(m);
}

struct worker {
	struct eio_memo *memo;
	unsigned seed;
	int mixed;
};

static void *
work(void *cookie)
{
	struct worker *w = cookie;
	char esid[24], text[48];

	for (int i = 0; i < ROUNDS; i++) {
		/* Few sessions: all threads meet at them. */
		name((uint32_t)rand_r(&w->seed) % 100, esid, text);
		if (rand_r(&w->seed) % 2)
			put(w->memo, esid, rand_r(&w->seed) % 4 ? text : "");
		else
			w->mixed += memory(w->memo, esid, text) == OTHER;
	}
	return NULL;
}

static void
test_threads(void)
{
	struct eio_memo *m = eio_memo_new();
	struct worker w[THREADS];
	pthread_t thread[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ m, i + 1, 0 };
		if (pthread_create(&thread[i], NULL, work, &w[i]) != 0)
			abort();
	}
	for (int i = 0; i < THREADS; i++) {
		(void)pthread_join(thread[i], NULL);
		CHECK(w[i].mixed == 0);
	}
	eio_memo_free(m);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_put),
	    CHECK_CASE(test_long), CHECK_CASE(test_crowded),
	    CHECK_CASE(test_threads), { NULL, NULL } });
}

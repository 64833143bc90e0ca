#include "io/eio_memo.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"

/* Threads seldom meet at one lock. */
#define LOCKS 64
/* A few namespaces; a session with more pays its round trip. */
#define TEXT_MAX 1024

struct place {
	char *esid; /* and behind it the text, in one allocation */
	size_t esid_n, text_n;
};

struct eio_memo {
	pthread_mutex_t lock[LOCKS];
	struct place place[EIO_MEMO_PLACES];
};

struct eio_memo *
eio_memo_new(void)
{
	struct eio_memo *m = ck_calloc(1, sizeof(*m));

	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_init(&m->lock[i], NULL);
	return m;
}

void
eio_memo_free(struct eio_memo *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < EIO_MEMO_PLACES; i++)
		free(m->place[i].esid);
	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_destroy(&m->lock[i]);
	free(m);
}

static bool
holds(const struct place *p, struct slice esid)
{
	return p->esid != NULL &&
	    slice_eq((struct slice){ p->esid, p->esid_n }, esid);
}

static void
fill(struct place *p, struct slice esid, struct slice text)
{
	char *room = ck_malloc(esid.n + text.n);

	memcpy(room, esid.p, esid.n);
	memcpy(room + esid.n, text.p, text.n);
	free(p->esid);
	*p = (struct place){ room, esid.n, text.n };
}

void
eio_memo_put(struct eio_memo *m, struct slice esid, struct slice text)
{
	size_t at = slice_hash(esid) % EIO_MEMO_PLACES;
	struct place *p = &m->place[at];

	(void)pthread_mutex_lock(&m->lock[at % LOCKS]);
	if (text.n != 0 && text.n <= TEXT_MAX) {
		fill(p, esid, text);
	} else if (holds(p, esid)) {
		free(p->esid);
		*p = (struct place){ NULL, 0, 0 };
	}
	(void)pthread_mutex_unlock(&m->lock[at % LOCKS]);
}

bool
eio_memo_get(
    struct eio_memo *m, struct slice esid, struct arena *a, struct slice *text)
{
	size_t at = slice_hash(esid) % EIO_MEMO_PLACES;
	const struct place *p = &m->place[at];
	bool found;

	(void)pthread_mutex_lock(&m->lock[at % LOCKS]);
	found = holds(p, esid);
	if (found)
		*text = arena_dup(
		    a, (struct slice){ p->esid + p->esid_n, p->text_n });
	(void)pthread_mutex_unlock(&m->lock[at % LOCKS]);
	return found;
}

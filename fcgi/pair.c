#include "fcgi/pair.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"

/* A session that was heard of so lately keeps its place. */
#define KEEP_US 1000000

struct place {
	struct place *earlier, *later; /* of those that wait */
	uint64_t token;                /* who waits; 0: nobody */
	int64_t at_us;                 /* when the last one came */
	char esid[24];
	enum pair_side side; /* of the last one */
	bool worthwhile;     /* the two came together */
};

struct pair {
	pthread_mutex_t lock;
	struct place *first, *last; /* who waits, the longest first */
	struct place place[PAIR_PLACES];
};

struct pair *
pair_new(void)
{
	struct pair *p = ck_calloc(1, sizeof(*p));

	(void)pthread_mutex_init(&p->lock, NULL);
	return p;
}

void
pair_free(struct pair *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

static void
wait_in(struct pair *p, struct place *at, uint64_t token)
{
	at->token = token;
	at->earlier = p->last;
	at->later = NULL;
	*(p->last != NULL ? &p->last->later : &p->first) = at;
	p->last = at;
}

static uint64_t
unlink_place(struct pair *p, struct place *at)
{
	uint64_t token = at->token;

	*(at->earlier != NULL ? &at->earlier->later : &p->first) = at->later;
	*(at->later != NULL ? &at->later->earlier : &p->last) = at->earlier;
	at->token = 0;
	return token;
}

/* The place of a session; NULL: it is another's. */
static struct place *
place_of(struct pair *p, struct slice esid, int64_t now_us)
{
	struct place *at = &p->place[slice_hash(esid) % PAIR_PLACES];

	if (esid.n >= sizeof(at->esid))
		return NULL;
	if (slice_eqs(esid, at->esid))
		return at;
	if (at->token != 0 ||
	    (at->esid[0] != '\0' && now_us - at->at_us < KEEP_US))
		return NULL;
	*at = (struct place){ .token = 0 };
	memcpy(at->esid, esid.p, esid.n);
	return at;
}

static enum pair_what
arrive(struct pair *p, struct place *at, enum pair_side side, uint64_t token,
    int64_t now_us, uint64_t *other)
{
	bool waited = at->token != 0;
	bool together =
	    at->side != side && (waited || now_us - at->at_us < PAIR_WAIT_US);

	at->at_us = now_us;
	at->side = side;
	if (waited || together) {
		at->worthwhile = together;
		/* Whoever comes now begins anew. */
		at->at_us -= PAIR_WAIT_US;
	}
	if (waited) {
		*other = unlink_place(p, at);
		return together ? PAIR_MET : PAIR_TWICE;
	}
	if (together || !at->worthwhile)
		return PAIR_ALONE;
	wait_in(p, at, token);
	return PAIR_WAITS;
}

enum pair_what
pair_arrive(struct pair *p, struct slice esid, enum pair_side side,
    uint64_t token, int64_t now_us, uint64_t *other)
{
	enum pair_what what = PAIR_ALONE;
	struct place *at;

	(void)pthread_mutex_lock(&p->lock);
	at = place_of(p, esid, now_us);
	if (at != NULL)
		what = arrive(p, at, side, token, now_us, other);
	(void)pthread_mutex_unlock(&p->lock);
	return what;
}

bool
pair_release(struct pair *p, struct slice esid, uint64_t *token)
{
	struct place *at = &p->place[slice_hash(esid) % PAIR_PLACES];
	bool waits;

	(void)pthread_mutex_lock(&p->lock);
	waits = at->token != 0 && slice_eqs(esid, at->esid);
	if (waits) {
		*token = unlink_place(p, at);
		at->worthwhile = false;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return waits;
}

bool
pair_late(struct pair *p, int64_t now_us, uint64_t *token)
{
	struct place *at;
	bool late;

	(void)pthread_mutex_lock(&p->lock);
	at = p->first;
	late = at != NULL && now_us - at->at_us >= PAIR_WAIT_US;
	if (late) {
		*token = unlink_place(p, at);
		at->worthwhile = false;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return late;
}

int64_t
pair_wait_us(struct pair *p, int64_t now_us)
{
	int64_t left = 0;

	(void)pthread_mutex_lock(&p->lock);
	if (p->first != NULL)
		left = p->first->at_us + PAIR_WAIT_US - now_us;
	if (p->first != NULL && left < 1)
		left = 1;
	(void)pthread_mutex_unlock(&p->lock);
	return left;
}

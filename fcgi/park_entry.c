#include "fcgi/park_entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/ck.h"

/* A token is generation << PLACE_BITS | place; PARK_MAX fits the place. */
#define PLACE_BITS 20

struct slice
park_entry_body(const struct park_entry *en)
{
	const char *id = en->text + en->headers_n;

	if (en->kind == LATER_POLL)
		return SLICE_EMPTY;
	return (struct slice){ id + en->id_n + en->command_n, en->body_n };
}

struct slice
park_entry_command(const struct park_entry *en)
{
	return (
	    struct slice){ en->text + en->headers_n + en->id_n, en->command_n };
}

struct slice
park_entry_joined(const struct park_entry *en)
{
	struct slice body = park_entry_body(en);

	return (struct slice){ body.p + body.n, en->joined_n };
}

void
park_table_init(struct park_table *t)
{
	memset(t, 0, sizeof(*t));
	(void)pthread_mutex_init(&t->lock, NULL);
}

void
park_table_fini(struct park_table *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		free(t->entry[i]->text);
		buf_fini(&t->entry[i]->payload.body);
		buf_fini(&t->entry[i]->answer);
		free(t->entry[i]);
	}
	free(t->entry);
	buf_fini(&t->handed);
	buf_fini(&t->ready);
	(void)pthread_mutex_destroy(&t->lock);
}

/* Which state may follow which: rows from, columns to. */
static const bool LEGAL[PARK_ABORTED + 1][PARK_ABORTED + 1] = {
	[PARK_FREE] = { [PARK_MAKING] = true },
	[PARK_MAKING] = { [PARK_HANDED] = true, [PARK_FREE] = true },
	[PARK_HANDED] = { [PARK_ASKING] = true, [PARK_ALONG] = true },
	[PARK_ALONG] = { [PARK_ASKING] = true, [PARK_WRITING] = true },
	[PARK_ASKING] = { [PARK_HANDED] = true,
	    [PARK_PARKED] = true,
	    [PARK_WRITING] = true,
	    [PARK_FREE] = true },
	[PARK_PARKED] = { [PARK_WRITING] = true,
	    [PARK_FREE] = true,
	    [PARK_ABORTED] = true },
	[PARK_WRITING] = { [PARK_FREE] = true },
	[PARK_ABORTED] = { [PARK_FREE] = true },
};

void
park_table_set(struct park_entry *en, enum park_state to)
{
	if (!LEGAL[en->state][to])
		abort();
	en->state = to;
}

static struct park_entry *
new_entry(struct park_table *t)
{
	struct park_entry *en;

	if (t->n == PARK_MAX)
		return NULL;
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		/* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
		t->entry = ck_realloc(t->entry, t->cap * sizeof(*t->entry));
	}
	en = ck_calloc(1, sizeof(*en));
	en->token = t->n;
	t->entry[t->n++] = en;
	return en;
}

struct park_entry *
park_table_new(struct park_table *t, struct slice esid)
{
	struct park_entry *en;

	if (esid.n >= sizeof(en->esid))
		return NULL;
	(void)pthread_mutex_lock(&t->lock);
	en = t->free;
	if (en != NULL)
		t->free = en->next;
	else
		en = new_entry(t);
	if (en != NULL) {
		uint64_t place = en->token & ((1U << PLACE_BITS) - 1);

		if (++t->generation == 0)
			t->generation = 1;
		en->token = (uint64_t)t->generation << PLACE_BITS | place;
		en->next = NULL;
		en->woken = en->taking = en->stale = en->ending = en->again =
		    false;
		en->pairs = false;
		en->along = 0;
		en->joined_n = 0;
		en->sent = 0;
		t->used++;
		memcpy(en->esid, esid.p, esid.n);
		en->esid[esid.n] = '\0';
		park_table_set(en, PARK_MAKING);
	}
	(void)pthread_mutex_unlock(&t->lock);
	return en;
}

struct park_entry *
park_table_find_locked(struct park_table *t, uint64_t token)
{
	uint64_t place = token & ((1U << PLACE_BITS) - 1);
	struct park_entry *en;

	if (place >= t->n)
		return NULL;
	en = t->entry[place];
	return en->token == token && en->state != PARK_FREE ? en : NULL;
}

struct park_entry *
park_table_find(struct park_table *t, uint64_t token)
{
	struct park_entry *en;

	(void)pthread_mutex_lock(&t->lock);
	en = park_table_find_locked(t, token);
	(void)pthread_mutex_unlock(&t->lock);
	return en;
}

uint32_t
park_table_parked(
    struct park_table *t, uint32_t from, uint32_t to, struct buf *tokens)
{
	uint32_t n;

	(void)pthread_mutex_lock(&t->lock);
	n = t->n;
	for (uint32_t i = from; i < to && i < n; i++)
		if (t->entry[i]->state == PARK_PARKED)
			buf_add(tokens, &t->entry[i]->token,
			    sizeof(t->entry[i]->token));
	(void)pthread_mutex_unlock(&t->lock);
	return n;
}

struct wake_payload
park_table_enter(struct park_table *t, struct park_entry *en,
    enum park_state to, bool *woken)
{
	struct wake_payload payload;

	(void)pthread_mutex_lock(&t->lock);
	if (en->state != to)
		park_table_set(en, to);
	payload = en->payload;
	en->payload = (struct wake_payload){ BUF_INIT, false };
	*woken = en->woken;
	en->woken = false;
	(void)pthread_mutex_unlock(&t->lock);
	return payload;
}

void
park_table_release(struct park_table *t, struct park_entry *en)
{
	(void)pthread_mutex_lock(&t->lock);
	park_table_set(en, PARK_FREE);
	free(en->text);
	en->text = NULL;
	buf_fini(&en->payload.body);
	buf_fini(&en->answer);
	t->used--;
	en->next = t->free;
	t->free = en;
	(void)pthread_mutex_unlock(&t->lock);
}

#include "io/store_pg_batch.h"

#include <stdio.h>

/* Of all results that wait to be taken; a page has some kilobytes. The rest is
 * asked for again. */
#define BYTES_MAX ((size_t)16 * 1000 * 1000)

bool
pg_batch_add(
    struct pg_batch *b, const struct store_made *made, const char *name)
{
	struct pg_asked *asked;

	if (b->sent)
		pg_batch_clear(b);
	if (b->n == PG_BATCH_MAX)
		return false;
	asked = &b->asked[b->n++];
	asked->made = made;
	(void)snprintf(asked->name, sizeof(asked->name), "%s", name);
	return true;
}

void
pg_batch_clear(struct pg_batch *b)
{
	for (int i = 0; i < b->n; i++)
		PQclear(b->asked[i].result);
	*b = (struct pg_batch){ .n = 0 };
}

PGresult *
pg_batch_take(struct pg_batch *b, const struct store_made *made)
{
	PGresult *result = NULL;
	bool all = true;

	for (int i = 0; i < b->n; i++) {
		struct pg_asked *asked = &b->asked[i];

		if (asked->made == made) {
			result = asked->result;
			*asked = (struct pg_asked){ .made = NULL };
		}
		all = all && asked->made == NULL;
	}
	if (all)
		pg_batch_clear(b);
	return result;
}

static bool
send_one(PGconn *pg, const struct pg_asked *asked, struct pg_params *p)
{
	struct err ignored = ERR_INIT;
	int rc = pg_params_set(
	    p, asked->made->params, asked->made->n_params, &ignored);
	bool sent = rc == 0 &&
	    PQsendQueryPrepared(
		pg, asked->name, p->n, p->value, p->length, p->format, 1);

	pg_params_fini(p);
	return sent;
}

static bool
send_all(const struct pg_batch *b, PGconn *pg, struct pg_params *p)
{
	for (int i = 0; i < b->n; i++)
		if (!send_one(pg, &b->asked[i], p))
			return false;
	return PQpipelineSync(pg) == 1;
}

/* A cancel that is under way may hit what is asked next. */
static bool
is_in_time(const struct pg_wait *w)
{
	return !w->late && !w->cancelled;
}

/* One result, and nothing behind it. */
static bool
read_one(struct pg_asked *asked, struct pg_wait *w, size_t *bytes)
{
	PGresult *result = pg_wait_result(w);
	PGresult *end = result ? pg_wait_result(w) : NULL;
	bool one = result != NULL && end == NULL && is_in_time(w);

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		*bytes += PQresultMemorySize(result);
	if (PQresultStatus(result) == PGRES_TUPLES_OK && *bytes <= BYTES_MAX)
		asked->result = result;
	else
		PQclear(result);
	PQclear(end);
	return one;
}

static bool
read_all(struct pg_batch *b, struct pg_wait *w)
{
	size_t bytes = 0;
	PGresult *end;
	bool ended;

	for (int i = 0; i < b->n; i++)
		if (!read_one(&b->asked[i], w, &bytes))
			return false;
	end = pg_wait_result(w);
	ended = PQresultStatus(end) == PGRES_PIPELINE_SYNC && is_in_time(w);
	PQclear(end);
	return ended;
}

bool
pg_batch_run(struct pg_batch *b, struct pg_wait *w, struct pg_params *params)
{
	b->sent = true;
	if (b->n < 2)
		return true;
	return PQenterPipelineMode(w->pg) == 1 && send_all(b, w->pg, params) &&
	    read_all(b, w) && PQexitPipelineMode(w->pg) == 1;
}

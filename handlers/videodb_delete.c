/*
 * What was deleted here is deleted there. A row of the table videodb says so
 * from the deletion's own transaction on, and goes some time after VideoDB has
 * done it. What VideoDB refuses is forgotten: the next mirroring brings it back,
 * as it is.
 */
#include <stdio.h>

#include "base/buf.h"
#include "handlers/videodb.h"

static const char *const PATHS[STORE_VIDEODB__MAX] = {
	[STORE_VIDEODB_AUDIO] = "audio",
	[STORE_VIDEODB_COLLECTION] = "collection",
	[STORE_VIDEODB_IMAGE] = "image",
	[STORE_VIDEODB_VIDEO] = "video",
};

/* Will it not go better? Then the others are tried all the same. */
static bool
is_refusal(const struct err *e)
{
	return e->code != ERR_STALE && e->code != ERR_UNAVAILABLE &&
	    e->code != ERR_INTERNAL;
}

static int
delete_one(struct videodb_work *w, const struct store_videodb_row *row,
    struct err *refusal, struct err *e)
{
	struct buf path = BUF_INIT;
	int rc;

	buf_addf(&path, "%s/%.*s", PATHS[row->kind], SLICE_ARG(row->id));
	rc = videodb_delete(&w->v, buf_cstr(&path), e);
	buf_fini(&path);
	if (rc != 0 && !is_refusal(e))
		return -1;
	if (rc == 0)
		return store_videodb_gone(w->j->store, row, e);
	*refusal = *e;
	*e = ERR_INIT;
	return store_videodb_drop(w->j->store, row, e);
}

int
videodb_delete_all(struct videodb_work *w, struct err *e)
{
	struct store_videodb_rows rows;
	struct err refusal = ERR_INIT;

	if (store_videodb_deleted(w->j->store, &w->j->arena, &rows, e) != 0)
		return -1;
	for (size_t i = 0; i < rows.n; i++)
		if (delete_one(w, &rows.row[i], &refusal, e) != 0)
			return -1;
	if (refusal.code == ERR_NONE)
		return 0;
	*e = refusal;
	return -1;
}

enum job_end
videodb_delete_run(struct job_ctx *j, struct err *e)
{
	struct videodb_work w;
	enum job_end end = JOB_DONE;

	videodb_work_init(&w, j);
	if (videodb_delete_all(&w, e) != 0 ||
	    store_job_finish(j->store, j->job, "success", "", e) != 0)
		end = videodb_failed(&w, e);
	else
		metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	videodb_work_fini(&w);
	return end;
}

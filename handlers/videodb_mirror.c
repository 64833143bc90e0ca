/*
 * The job "videodb_mirror": all that VideoDB has becomes rows of the store.
 *
 *   what was deleted here, there -> all lists, read (videodb_lists.h) -> compared
 *   with the rows that stand for them, some at a time -> what is gone, new or
 *   changed, some rows a transaction
 *
 * Nothing is written before everything was read, and nothing goes unless all
 * was: a list that failed, or was too long, loses nobody's rows. What the store
 * got while the lists were being read is left alone.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "handlers/changes.h"
#include "handlers/videodb_lists.h"
#include "io/hash.h"
#include "io/log.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* Rows of one transaction: other writers wait so long. */
#define BATCH 100
/* Rows that are compared at once. */
#define ROWS 1000
/* What VideoDB has deleted and still names after this is there again. */
#define GONE_MS ((int64_t)3600 * 1000)
/* Calls of jobs that ended long ago. */
#define FORGET_MS ((int64_t)2 * 86400 * 1000)

struct mirror {
	struct videodb_work w;
	int64_t started_ms;
	struct videodb_lists lists;
	struct changes changes;
	int64_t kept, lost;
	size_t writes; /* of the transaction */
};

/* ---- writing ------------------------------------------------------------------------ */

/* Some changes are a transaction. */
static int
turn(struct mirror *m, struct err *e)
{
	if (m->writes++ < BATCH)
		return 0;
	m->writes = 1;
	if (store_commit(m->w.j->store, e) != 0)
		return -1;
	if (m->w.v.cancelled(m->w.v.cookie))
		return err_set(e, ERR_STALE, "Interrupted.");
	return store_begin(m->w.j->store, e);
}

static void
note(struct mirror *m, enum store_videodb_kind kind, struct slice collection)
{
	if (kind == STORE_VIDEODB_COLLECTION)
		m->changes.collections = true;
	else if (kind == STORE_VIDEODB_VIDEO)
		changes_videos(&m->changes, collection);
}

/* A video that goes: which list was it on? */
static void
note_lost(struct mirror *m, const struct store_videodb_row *row)
{
	struct json_object *video = NULL;
	struct err ignored = ERR_INIT;

	if (row->kind != STORE_VIDEODB_VIDEO) {
		note(m, row->kind, SLICE_EMPTY);
		return;
	}
	if (store_video_get(m->w.j->store, &PRINCIPAL_ANONYMOUS, row->local_id,
		&video, &ignored) == 0)
		note(m, row->kind, jval_str(video, "collection_id"));
	(void)json_object_put(video);
}

/* What the store got while the lists were read may or may not be on one. */
static bool
stays(const struct mirror *m, const struct store_videodb_row *row, bool listed)
{
	if (row->since_ms >= m->started_ms)
		return true;
	if (row->gone && row->since_ms < m->started_ms - GONE_MS)
		return false;
	return listed || (row->deleted && !row->gone);
}

static int
lose(struct mirror *m, const struct store_videodb_row *row, struct err *e)
{
	if (!row->deleted) {
		note_lost(m, row);
		m->lost++;
	}
	if (turn(m, e) != 0)
		return -1;
	return store_videodb_lose(m->w.j->store, row, e);
}

static void
item_of(const struct videodb_listed *from, char hash[static 33],
    struct store_videodb_item *item)
{
	if (from->kind != STORE_VIDEODB_COLLECTION) {
		videodb_item(&from->is, from->collection_id, hash, item);
		return;
	}
	*item = (struct store_videodb_item){ .kind = from->kind,
		.id = from->is.id,
		.local_id = from->collection_id,
		.name = from->is.name,
		.description = from->is.description };
	hash_hex(from->is.name, from->is.description, hash);
	item->hash = slice_from(hash);
}

static enum videodb_row_is
compare(const struct videodb_listed *from, const struct store_videodb_row *row)
{
	struct store_videodb_item item;
	char hash[33];

	if (row->deleted)
		return VIDEODB_ROW_SAME;
	item_of(from, hash, &item);
	videodb_item_fini(&item);
	return slice_eqs(row->hash, hash) ? VIDEODB_ROW_SAME
					  : VIDEODB_ROW_OLDER;
}

typedef int
row_fn(struct mirror *m, const struct store_videodb_row *row, struct err *e);

/* One that is not a collection goes. Before the collections that came are kept: a
 * default one of another account makes place. */
static int
look_at(struct mirror *m, const struct store_videodb_row *row, struct err *e)
{
	struct videodb_listed *item =
	    videodb_lists_find(&m->lists, row->kind, row->id);
	bool is_collection = row->kind == STORE_VIDEODB_COLLECTION &&
	    !slice_eqs(row->local_id, STORE_DEFAULT_COLLECTION);

	if (item != NULL)
		item->row = compare(item, row);
	if (m->lists.partial || is_collection || stays(m, row, item != NULL))
		return 0;
	return lose(m, row, e);
}

/* Once nothing of theirs is in it. */
static int
look_at_collection(
    struct mirror *m, const struct store_videodb_row *row, struct err *e)
{
	const struct videodb_listed *item =
	    videodb_lists_find(&m->lists, row->kind, row->id);

	if (m->lists.partial || row->kind != STORE_VIDEODB_COLLECTION ||
	    slice_eqs(row->local_id, STORE_DEFAULT_COLLECTION) ||
	    stays(m, row, item != NULL))
		return 0;
	return lose(m, row, e);
}

static int
look_at_some(struct mirror *m, const struct store_videodb_rows *rows,
    row_fn *look, struct err *e)
{
	for (size_t i = 0; i < rows->n; i++)
		if (look(m, &rows->row[i], e) != 0)
			return -1;
	return 0;
}

/* However many there are: of an account that is larger than its mirror all that was
 * ever in it. */
static int
look_at_all(struct mirror *m, row_fn *look, struct err *e)
{
	struct arena now = ARENA_INIT, next;
	struct store_videodb_rows rows = { NULL, 0 };
	int rc = 0;

	do {
		const struct store_videodb_row *last =
		    rows.n > 0 ? &rows.row[rows.n - 1] : NULL;

		next = ARENA_INIT;
		rc = store_videodb_page(
		    m->w.j->store, last, ROWS, &next, &rows, e);
		arena_fini(&now);
		now = next;
		if (rc == 0)
			rc = look_at_some(m, &rows, look, e);
	} while (rc == 0 && rows.n == ROWS);
	arena_fini(&now);
	return rc;
}

static int
keep_one(struct mirror *m, const struct videodb_listed *from, struct err *e)
{
	struct store_videodb_item item;
	char hash[33];
	bool kept = false;
	int rc;

	if (from->row == VIDEODB_ROW_SAME)
		return 0;
	item_of(from, hash, &item);
	rc = turn(m, e);
	if (rc == 0)
		rc = store_videodb_keep(m->w.j->store, &item, &kept, e);
	videodb_item_fini(&item);
	/* A name of ours: it is not taken, the others are. */
	if (rc != 0 && e->code == ERR_CONFLICT) {
		*e = ERR_INIT;
		return 0;
	}
	if (kept) {
		m->kept++;
		note(m, from->kind, from->collection_id);
	}
	return rc;
}

/* Collections first: media are in one. */
static int
keep(struct mirror *m, struct err *e)
{
	const struct videodb_lists *l = &m->lists;

	for (int media = 0; media < 2; media++)
		for (size_t i = 0; i < l->n; i++)
			if ((l->item[i].kind != STORE_VIDEODB_COLLECTION) ==
				(media != 0) &&
			    keep_one(m, &l->item[i], e) != 0)
				return -1;
	return 0;
}

static struct json_object *
result_of(const struct mirror *m)
{
	struct json_object *o = json_object_new_object();

	jval_put_int(o, "seen", (int64_t)m->lists.n);
	jval_put_int(o, "kept", m->kept);
	jval_put_int(o, "lost", m->lost);
	if (m->lists.partial)
		(void)json_object_object_add(
		    o, "partial", json_object_new_boolean(1));
	return o;
}

static int
write_end(struct mirror *m, struct err *e)
{
	struct store *s = m->w.j->store;
	struct json_object *result = result_of(m);
	int rc = store_videodb_mirrored(s, e);

	if (rc == 0)
		rc = store_videodb_call_forget(s, FORGET_MS, e);
	if (rc == 0)
		rc = store_job_succeed(s, m->w.j->job, result, e);
	(void)json_object_put(result);
	return rc == 0 ? store_commit(s, e) : rc;
}

static int
write_all(struct mirror *m, struct err *e)
{
	struct store *s = m->w.j->store;

	if (store_begin(s, e) != 0)
		return -1;
	if (look_at_all(m, look_at, e) == 0 && keep(m, e) == 0 &&
	    look_at_all(m, look_at_collection, e) == 0 && write_end(m, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

/* ---- the job -------------------------------------------------------------------------- */

static int
mirror(struct mirror *m, struct err *e)
{
	struct store *s = m->w.j->store;
	struct err refusal = ERR_INIT;

	/* What VideoDB refuses to delete comes back; the lists tell. */
	if (videodb_delete_all(&m->w, &refusal) != 0 &&
	    (refusal.code == ERR_STALE || refusal.code == ERR_UNAVAILABLE ||
		refusal.code == ERR_INTERNAL)) {
		*e = refusal;
		return -1;
	}
	if (store_videodb_now(s, &m->started_ms, e) != 0 ||
	    videodb_lists_read(&m->lists, &m->w, e) != 0)
		return -1;
	return write_all(m, e);
}

/* Once, until it is otherwise. */
static void
tell_partial(bool partial)
{
	static _Atomic bool told;

	if (atomic_exchange(&told, partial) || !partial)
		return;
	log_warnx(
	    "VideoDB has more than is mirrored: %d collections, %d media, "
	    "%d MB of what it says of them at most. What is over that is "
	    "not listed, and nothing is removed.",
	    VIDEODB_LISTS_COLLECTIONS, VIDEODB_LISTS_MEDIA,
	    VIDEODB_LISTS_BYTES / 1000000);
}

enum job_end
videodb_mirror_run(struct job_ctx *j, struct err *e)
{
	struct mirror m = { .kept = 0 };
	enum job_end end = JOB_DONE;

	videodb_work_init(&m.w, j);
	if (mirror(&m, e) != 0)
		end = videodb_failed(&m.w, e);
	else
		metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	if (end == JOB_DONE)
		tell_partial(m.lists.partial);
	/* Also what an attempt that failed has changed. */
	changes_announce(&j->room, &m.changes);
	videodb_lists_fini(&m.lists);
	videodb_work_fini(&m.w);
	return end;
}

/*
 * The job "videodb_mirror": all that VideoDB has becomes rows of the store.
 *
 *   what was deleted here, there -> all lists, read -> compared with the rows
 *   that stand for them -> what is gone, new or changed, some rows a transaction
 *
 * Nothing is written before everything was read, and nothing goes unless all
 * was: a list that failed, or was too long, loses nobody's rows. What the store
 * got while the lists were being read is left alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "handlers/changes.h"
#include "handlers/videodb.h"
#include "io/hash.h"
#include "io/log.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* More than any account has; some 40 MB. */
#define COLLECTIONS_MAX 1000
#define ITEMS_MAX       50000
/* Videos of one answer, of which there may be more. */
#define PAGE      1000
#define PAGES_MAX 50
/* Rows of one transaction: other writers wait so long. */
#define BATCH 100
/* What VideoDB has deleted and still names after this is there again. */
#define GONE_MS ((int64_t)3600 * 1000)
/* Calls of jobs that ended long ago. */
#define FORGET_MS ((int64_t)2 * 86400 * 1000)

struct item {
	enum store_videodb_kind kind;
	struct slice id;
	struct slice collection_id; /* ours; of a collection: its own */
	struct videodb_medium medium;
	struct videodb_collection collection;
};

struct mirror {
	struct videodb_work w;
	int64_t started_ms;
	struct videodb_reply *reply; /* what the items point into */
	size_t n_replies, replies_room;
	struct item *item;
	size_t n, room;
	bool partial; /* there is more than was read */
	struct store_videodb_rows rows;
	struct changes changes;
	int64_t kept, lost;
	size_t writes; /* of the transaction */
};

/* ---- reading the lists ------------------------------------------------------- */

static struct item *
add_item(struct mirror *m)
{
	if (m->n == m->room) {
		m->room = m->room == 0 ? 64 : m->room * 2;
		m->item = ck_realloc(m->item, m->room * sizeof(*m->item));
	}
	return &m->item[m->n++];
}

/* One more answer that stays until the end. */
static struct videodb_reply *
add_reply(struct mirror *m)
{
	if (m->n_replies == m->replies_room) {
		m->replies_room =
		    m->replies_room == 0 ? 16 : m->replies_room * 2;
		m->reply =
		    ck_realloc(m->reply, m->replies_room * sizeof(*m->reply));
	}
	return &m->reply[m->n_replies++];
}

/* A list, which may have been deleted a moment ago: then `*list` is NULL. */
static int
read_list(struct mirror *m, const char *path, const char *key,
    struct json_object **list, struct err *e)
{
	struct videodb_reply *r = add_reply(m);

	*list = NULL;
	if (videodb_get(&m->w.v, path, r, e) != 0) {
		if (e->code != ERR_NOT_FOUND)
			return -1;
		*e = ERR_INIT;
		return 0;
	}
	*list = videodb_reply_list(r, key);
	if (*list != NULL)
		return 0;
	return err_set(e, ERR_UNAVAILABLE,
	    "What VideoDB answered has no list of %s in it.", key);
}

static void
add_media(struct mirror *m, struct json_object *list, enum media_kind kind,
    struct slice collection_id)
{
	size_t n = json_object_array_length(list);

	for (size_t i = 0; i < n; i++) {
		struct videodb_medium medium;
		struct item *item;

		if (!videodb_medium_read(
			json_object_array_get_idx(list, i), kind, &medium))
			continue;
		if (m->n == ITEMS_MAX) {
			m->partial = true;
			return;
		}
		item = add_item(m);
		*item = (struct item){ .kind = videodb_kind_of(kind),
			.id = medium.id,
			.collection_id = collection_id,
			.medium = medium };
	}
}

static const struct {
	enum media_kind kind;
	const char *path, *key;
	bool pages;
} LISTS[] = {
	{ MEDIA_VIDEO, "video", "videos", true },
	{ MEDIA_AUDIO, "audio", "audios", false },
	{ MEDIA_IMAGE, "image", "images", false },
};

/* A server that knows nothing of pages says the same again: that ends it. */
static bool
is_last_page(const struct mirror *m, size_t before, struct json_object *list)
{
	size_t n = json_object_array_length(list);
	struct slice first = jval_str(json_object_array_get_idx(list, 0), "id");

	if (n != PAGE)
		return true;
	for (size_t i = 0; i < before; i++)
		if (slice_eq(m->item[i].id, first))
			return true;
	return false;
}

static int
read_media(struct mirror *m, size_t which, struct slice id,
    struct slice local_id, struct err *e)
{
	struct buf path = BUF_INIT;
	bool more = true;
	int rc = 0;

	for (int page = 0; rc == 0 && more; page++) {
		struct json_object *list = NULL;
		size_t before = m->n;

		buf_clear(&path);
		buf_addf(&path, "%s?collection_id=%.*s", LISTS[which].path,
		    SLICE_ARG(id));
		if (LISTS[which].pages)
			buf_addf(&path, "&page_index=%d&count=%d", page, PAGE);
		rc = read_list(m, buf_cstr(&path), LISTS[which].key, &list, e);
		if (rc != 0 || list == NULL)
			break;
		more = LISTS[which].pages && !is_last_page(m, before, list);
		add_media(m, list, LISTS[which].kind, local_id);
		if (page + 1 == PAGES_MAX && more) {
			m->partial = true;
			more = false;
		}
	}
	buf_fini(&path);
	return rc;
}

/* ---- collections ---------------------------------------------------------------- */

/* What their collection is here: the default one is our first. */
static int
local_of(struct mirror *m, struct slice id, struct slice default_id,
    struct slice *local_id, struct err *e)
{
	struct store_videodb_key key = { STORE_VIDEODB_COLLECTION, id, false };
	struct store_videodb_rows rows;

	*local_id = SLICE(STORE_DEFAULT_COLLECTION);
	if (slice_eq(id, default_id))
		return 0;
	if (store_videodb_get(m->w.j->store, &key, &m->w.j->arena, &rows, e) !=
	    0)
		return -1;
	*local_id = rows.n > 0 ? rows.row[0].local_id : id;
	/* Of an account before this one. */
	if (slice_eqs(*local_id, STORE_DEFAULT_COLLECTION))
		*local_id = id;
	return 0;
}

static int
read_collection(struct mirror *m, struct json_object *json,
    struct slice default_id, struct err *e)
{
	struct videodb_collection c;
	struct slice local_id;
	struct item *item;

	/* These two words are names of our first one. */
	if (!videodb_collection_read(json, &c) ||
	    (!slice_eq(c.id, default_id) &&
		(slice_eqs(c.id, STORE_DEFAULT_COLLECTION) ||
		    slice_eqs(c.id, "default"))))
		return 0;
	if (local_of(m, c.id, default_id, &local_id, e) != 0)
		return -1;
	item = add_item(m);
	*item = (struct item){ .kind = STORE_VIDEODB_COLLECTION,
		.id = c.id,
		.collection_id = local_id,
		.collection = c };
	for (size_t i = 0; i < COUNT(LISTS); i++)
		if (read_media(m, i, c.id, local_id, e) != 0)
			return -1;
	return 0;
}

static struct slice
first_id(struct json_object *list)
{
	struct videodb_collection c;

	return videodb_collection_read(json_object_array_get_idx(list, 0), &c)
	    ? c.id
	    : SLICE_EMPTY;
}

/* Its id, which some lists say and others do not. */
static int
find_default(struct mirror *m, const struct videodb_reply *r,
    struct json_object *list, struct slice *id, struct err *e)
{
	struct videodb_reply *one;

	*id = videodb_reply_id(r, "default_collection");
	if (id->n > 0)
		return 0;
	one = add_reply(m);
	if (videodb_get(&m->w.v, "collection/default", one, e) != 0 &&
	    e->code != ERR_NOT_FOUND)
		return -1;
	*e = ERR_INIT;
	*id = videodb_reply_id(one, "id");
	if (id->n == 0)
		*id = first_id(list);
	return 0;
}

static int
read_all(struct mirror *m, struct err *e)
{
	struct json_object *list = NULL;
	struct slice default_id;
	size_t n;
	int rc;

	rc = read_list(m, "collection", "collections", &list, e);
	if (rc == 0 && (list == NULL || json_object_array_length(list) == 0))
		rc = err_set(e, ERR_UNAVAILABLE,
		    "VideoDB says that it has no collection at all.");
	if (rc == 0)
		rc = find_default(
		    m, &m->reply[m->n_replies - 1], list, &default_id, e);
	if (rc != 0)
		return -1;
	n = json_object_array_length(list);
	if (n > COLLECTIONS_MAX) {
		n = COLLECTIONS_MAX;
		m->partial = true;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = read_collection(
		    m, json_object_array_get_idx(list, i), default_id, e);
	return rc;
}

/* ---- comparing -------------------------------------------------------------------- */

static int
compare(enum store_videodb_kind kind, struct slice id, const struct item *item)
{
	size_t n = id.n < item->id.n ? id.n : item->id.n;
	int order;

	if (kind != item->kind)
		return kind < item->kind ? -1 : 1;
	order = memcmp(id.p, item->id.p, n);
	if (order != 0)
		return order;
	return id.n < item->id.n ? -1 : id.n > item->id.n;
}

static int
by_key(const void *a, const void *b)
{
	const struct item *one = a;

	return compare(one->kind, one->id, b);
}

/* As the rows come: by kind and id. What is there twice is there once. */
static void
sort(struct mirror *m)
{
	size_t n = 0;

	if (m->n == 0)
		return;
	qsort(m->item, m->n, sizeof(*m->item), by_key);
	for (size_t i = 1; i < m->n; i++)
		if (by_key(&m->item[n], &m->item[i]) != 0)
			m->item[++n] = m->item[i];
	m->n = n + 1;
}

static bool
has_item(const struct mirror *m, const struct store_videodb_row *row)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		int order = compare(row->kind, row->id, &m->item[at]);

		if (order == 0)
			return true;
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return false;
}

static const struct store_videodb_row *
find_row(const struct mirror *m, const struct item *item)
{
	size_t low = 0, high = m->rows.n;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		const struct store_videodb_row *row = &m->rows.row[at];
		int order = compare(row->kind, row->id, item);

		if (order == 0)
			return row;
		if (order > 0)
			high = at;
		else
			low = at + 1;
	}
	return NULL;
}

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
stays(const struct mirror *m, const struct store_videodb_row *row)
{
	if (row->since_ms >= m->started_ms)
		return true;
	if (row->gone && row->since_ms < m->started_ms - GONE_MS)
		return false;
	return has_item(m, row) || (row->deleted && !row->gone);
}

/* The rows of collections, or of what was in one. Before the collections that
 * came are kept: a default one of another account makes place. */
static int
lose(struct mirror *m, bool collections, struct err *e)
{
	for (size_t i = 0; !m->partial && i < m->rows.n; i++) {
		const struct store_videodb_row *row = &m->rows.row[i];
		bool is_collection = row->kind == STORE_VIDEODB_COLLECTION &&
		    !slice_eqs(row->local_id, STORE_DEFAULT_COLLECTION);

		if (is_collection != collections || stays(m, row))
			continue;
		if (!row->deleted) {
			note_lost(m, row);
			m->lost++;
		}
		if (turn(m, e) != 0 ||
		    store_videodb_lose(m->w.j->store, row, e) != 0)
			return -1;
	}
	return 0;
}

static void
item_of(const struct item *from, char hash[static 33],
    struct store_videodb_item *item)
{
	const struct videodb_collection *c = &from->collection;

	if (from->kind != STORE_VIDEODB_COLLECTION) {
		videodb_item(&from->medium, from->collection_id, hash, item);
		return;
	}
	*item = (struct store_videodb_item){ .kind = from->kind,
		.id = from->id,
		.local_id = from->collection_id,
		.name = c->name,
		.description = c->description };
	hash_hex(c->name, c->description, hash);
	item->hash = slice_from(hash);
}

static int
keep_one(struct mirror *m, const struct item *from, struct err *e)
{
	const struct store_videodb_row *row = find_row(m, from);
	struct store_videodb_item item;
	char hash[33];
	bool kept = false;
	int rc = 0;

	item_of(from, hash, &item);
	if (row == NULL || (!row->deleted && !slice_eq(row->hash, item.hash))) {
		rc = turn(m, e);
		if (rc == 0)
			rc = store_videodb_keep(m->w.j->store, &item, &kept, e);
	}
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
	for (int media = 0; media < 2; media++)
		for (size_t i = 0; i < m->n; i++)
			if ((m->item[i].kind != STORE_VIDEODB_COLLECTION) ==
				(media != 0) &&
			    keep_one(m, &m->item[i], e) != 0)
				return -1;
	return 0;
}

static struct json_object *
result_of(const struct mirror *m)
{
	struct json_object *o = json_object_new_object();

	jval_put_int(o, "seen", (int64_t)m->n);
	jval_put_int(o, "kept", m->kept);
	jval_put_int(o, "lost", m->lost);
	if (m->partial)
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
	if (lose(m, false, e) == 0 && keep(m, e) == 0 &&
	    lose(m, true, e) == 0 && write_end(m, e) == 0)
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
	if (store_videodb_now(s, &m->started_ms, e) != 0 || read_all(m, e) != 0)
		return -1;
	sort(m);
	if (store_videodb_list(s, &m->w.j->arena, &m->rows, e) != 0)
		return -1;
	return write_all(m, e);
}

enum job_end
videodb_mirror_run(struct job_ctx *j, struct err *e)
{
	struct mirror m = { .n = 0 };
	enum job_end end = JOB_DONE;

	videodb_work_init(&m.w, j);
	if (mirror(&m, e) != 0)
		end = videodb_failed(&m.w, e);
	else
		metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	if (m.partial)
		log_warnx("VideoDB has more than is mirrored");
	/* Also what an attempt that failed has changed. */
	changes_announce(&j->room, &m.changes);
	for (size_t i = 0; i < m.n_replies; i++)
		videodb_reply_fini(&m.reply[i]);
	free(m.reply);
	free(m.item);
	videodb_work_fini(&m.w);
	return end;
}

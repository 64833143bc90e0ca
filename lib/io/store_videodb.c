/*
 * What VideoDB has, as rows of ours. A row is found by VideoDB's id in the
 * table videodb; a row of our own that happens to have that id is taken over
 * only where it can have come from there: never a file that was uploaded here.
 */
#include "io/store_videodb.h"

#include "io/store_driver.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "proto/jmerge.h"
#include "proto/jval.h"

static const struct {
	const char *name;
	enum media_kind media;
} KINDS[STORE_VIDEODB__MAX] = {
	[STORE_VIDEODB_AUDIO] = { "audio", MEDIA_AUDIO },
	[STORE_VIDEODB_COLLECTION] = { "collection", MEDIA_KIND__MAX },
	[STORE_VIDEODB_IMAGE] = { "image", MEDIA_IMAGE },
	[STORE_VIDEODB_VIDEO] = { "video", MEDIA_VIDEO },
};

static struct store_value
kind_value(enum store_videodb_kind kind)
{
	return store_text(slice_from(KINDS[kind].name));
}

/* ---- reading -------------------------------------------------------------- */

struct reading {
	struct arena *a;
	struct store_videodb_rows *rows;
	size_t room;
};

static enum store_videodb_kind
kind_of(struct slice name)
{
	for (int i = 0; i < STORE_VIDEODB__MAX; i++)
		if (slice_eqs(name, KINDS[i].name))
			return (enum store_videodb_kind)i;
	return STORE_VIDEODB__MAX;
}

/* The arena keeps the smaller arrays, which are as much again. */
static void
grow(struct reading *r)
{
	size_t room = r->room == 0 ? 16 : r->room * 2;
	struct store_videodb_row *row = arena_alloc(r->a, room * sizeof(*row));

	for (size_t i = 0; i < r->rows->n; i++)
		row[i] = r->rows->row[i];
	r->rows->row = row;
	r->room = room;
}

static int
row_read(const struct store_row *row, void *cookie)
{
	struct reading *r = cookie;
	const struct store_value *v = row->values;

	if (r->rows->n == r->room)
		grow(r);
	r->rows->row[r->rows->n++] = (struct store_videodb_row){
		.kind = kind_of(v[0].bytes),
		.id = arena_dup(r->a, v[1].bytes),
		.local_id = arena_dup(r->a, v[2].bytes),
		.hash = arena_dup(r->a, v[3].bytes),
		.made = v[4].number != 0,
		.since_ms = v[5].number,
		.deleted = v[6].number != 0,
		.gone = v[6].number < 0,
	};
	return 0;
}

/* One parameter more than usual: a query and where its rows go. */
static int
read_rows( // NOLINT(readability-function-size)
    struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct arena *a, struct store_videodb_rows *rows,
    struct err *e)
{
	struct reading r = { a, rows, 0 };
	struct store_sink sink = { row_read, &r, 0 };

	*rows = (struct store_videodb_rows){ NULL, 0 };
	return store_run(s, q, params, n_params, &sink, e);
}

int
store_videodb_page(struct store *s, const struct store_videodb_row *last,
    size_t limit, struct arena *a, struct store_videodb_rows *rows,
    struct err *e)
{
	const struct store_value params[] = {
		last != NULL ? kind_value(last->kind) : store_text(SLICE("")),
		store_text(last != NULL ? last->id : SLICE("")),
		store_int((int64_t)limit),
	};

	return read_rows(
	    s, STORE_VIDEODB_PAGE, params, COUNT(params), a, rows, e);
}

int
store_videodb_deleted(struct store *s, struct arena *a,
    struct store_videodb_rows *rows, struct err *e)
{
	return read_rows(s, STORE_VIDEODB_DELETED, NULL, 0, a, rows, e);
}

int
store_videodb_get(struct store *s, const struct store_videodb_key *key,
    struct arena *a, struct store_videodb_rows *rows, struct err *e)
{
	const struct store_value params[] = { kind_value(key->kind),
		store_text(key->id) };

	return read_rows(s,
	    key->local ? STORE_VIDEODB_OF_LOCAL : STORE_VIDEODB_GET, params,
	    COUNT(params), a, rows, e);
}

/* ---- writing -------------------------------------------------------------- */

static int
put(struct store *s, const struct store_videodb_item *item, bool made,
    struct err *e)
{
	const struct store_value params[] = {
		kind_value(item->kind),
		store_text(item->id),
		store_text(item->local_id.n > 0 ? item->local_id : item->id),
		store_text(item->hash),
		store_int(made),
	};

	return store_write(
	    s, STORE_VIDEODB_PUT, params, COUNT(params), NULL, e);
}

/* What `old` (may be NULL) has and this says. */
static struct json_object *
merged(struct json_object *old, struct json_object *now)
{
	struct json_object *out = NULL;

	if (!jmerge_apply(old, now, &out))
		out = json_object_get(old);
	return out;
}

struct keeping {
	struct store *s;
	const struct store_videodb_item *item;
	const struct store_videodb_row *known; /* NULL: it is new */
	bool kept;
	bool made; /* a row, just now */
};

static int
keep_collection(struct keeping *k, struct err *e)
{
	const struct store_videodb_item *item = k->item;
	const struct store_value params[] = {
		store_text(k->known            ? k->known->local_id
			: item->local_id.n > 0 ? item->local_id
					       : item->id),
		store_text(item->name.n > 0 ? item->name : item->id),
		store_text(item->description),
	};
	struct json_object *row = NULL;

	if (store_one(k->s, STORE_COLLECTION_INSERT, params, COUNT(params),
		&row, e) != 0)
		return -1;
	k->kept = true;
	k->made = row != NULL;
	(void)json_object_put(row);
	row = NULL;
	if (k->made || slice_eqs(params[0].bytes, STORE_DEFAULT_COLLECTION))
		return 0;
	if (store_one(k->s, STORE_COLLECTION_UPDATE, params, COUNT(params),
		&row, e) != 0)
		return -1;
	(void)json_object_put(row);
	return 0;
}

static int
add_video(struct keeping *k, struct err *e)
{
	const struct store_videodb_item *item = k->item;
	struct json_object *row = NULL,
			   *metadata = merged(NULL, item->metadata);
	const struct store_video_new new = { .video_id = item->id,
		.collection_id = item->collection_id,
		.metadata = metadata,
		.id = item->uuid };
	int rc = store_video_add(k->s, &PRINCIPAL_ANONYMOUS, &new, &row, e);

	(void)json_object_put(row);
	(void)json_object_put(metadata);
	k->kept = k->made = rc == 0;
	return rc;
}

/* Of something else, or a file that was uploaded here. */
static bool
is_foreign(const struct keeping *k, struct json_object *row)
{
	struct json_object *metadata = json_object_object_get(row, "metadata");

	return !slice_eq(jval_str(row, "video_id"), k->item->id) ||
	    (k->known == NULL && jval_str(metadata, "file").n > 0);
}

static int
change_video(struct keeping *k, struct json_object *row, struct err *e)
{
	const struct store_videodb_item *item = k->item;
	struct json_object *metadata =
	    merged(json_object_object_get(row, "metadata"), item->metadata);
	struct json_object *changed = NULL;
	struct buf json = BUF_INIT;
	const struct store_value params[] = {
		store_text(jval_str(row, "id")),
		store_text(item->id),
		store_text(item->collection_id),
		store_json(&json, metadata, "{}"),
	};
	int rc = store_one(
	    k->s, STORE_VIDEO_UPDATE, params, COUNT(params), &changed, e);

	(void)json_object_put(changed);
	(void)json_object_put(metadata);
	buf_fini(&json);
	k->kept = rc == 0;
	return rc;
}

static int
keep_video(struct keeping *k, struct err *e)
{
	struct store_value param = store_text(k->item->id);
	struct json_object *row = NULL;
	int rc;

	if (store_one(k->s, STORE_VIDEO_GET, &param, 1, &row, e) != 0)
		return -1;
	if (row == NULL)
		return add_video(k, e);
	rc = is_foreign(k, row) ? 0 : change_video(k, row, e);
	(void)json_object_put(row);
	return rc;
}

static int
add_medium(struct keeping *k, struct err *e)
{
	const struct store_videodb_item *item = k->item;
	struct json_object *row = NULL,
			   *metadata = merged(NULL, item->metadata);
	const struct store_media_new new = { item->id, item->collection_id,
		KINDS[item->kind].media, item->name, SLICE_EMPTY, metadata };
	int rc = store_media_add(k->s, &PRINCIPAL_ANONYMOUS, &new, &row, e);

	(void)json_object_put(row);
	(void)json_object_put(metadata);
	k->kept = k->made = rc == 0;
	return rc;
}

static int
change_medium(struct keeping *k, struct json_object *row, struct err *e)
{
	const struct store_videodb_item *item = k->item;
	struct json_object *metadata =
	    merged(json_object_object_get(row, "metadata"), item->metadata);
	struct buf json = BUF_INIT;
	const struct store_value params[] = {
		store_text(item->id),
		kind_value(item->kind),
		store_text(item->collection_id),
		store_text(item->name),
		store_json(&json, metadata, "{}"),
	};
	int rc = store_write(
	    k->s, STORE_VIDEODB_MEDIA_CHANGE, params, COUNT(params), NULL, e);

	(void)json_object_put(metadata);
	buf_fini(&json);
	k->kept = rc == 0;
	return rc;
}

static int
keep_medium(struct keeping *k, struct err *e)
{
	const struct store_value params[] = { store_text(k->item->id),
		kind_value(k->item->kind) };
	struct json_object *row = NULL;
	int rc = 0;

	if (store_one(k->s, STORE_VIDEODB_MEDIA_GET, params, COUNT(params),
		&row, e) != 0)
		return -1;
	if (row == NULL)
		return add_medium(k, e);
	/* Without a row of VideoDB's it was uploaded here. */
	if (k->known != NULL)
		rc = change_medium(k, row, e);
	(void)json_object_put(row);
	return rc;
}

static int
keep(struct keeping *k, struct arena *a, struct err *e)
{
	const struct store_videodb_item *item = k->item;
	struct store_videodb_key key = { item->kind, item->id, false };
	struct store_videodb_rows rows = { NULL, 0 };
	int rc;

	if (store_videodb_get(k->s, &key, a, &rows, e) != 0)
		return -1;
	k->known = rows.n > 0 ? rows.row : NULL;
	if (k->known != NULL && k->known->deleted)
		return 0;
	if (item->kind == STORE_VIDEODB_COLLECTION)
		rc = keep_collection(k, e);
	else if (item->kind == STORE_VIDEODB_VIDEO)
		rc = keep_video(k, e);
	else
		rc = keep_medium(k, e);
	return rc == 0 && k->kept ? put(k->s, item, k->made, e) : rc;
}

int
store_videodb_keep(struct store *s, const struct store_videodb_item *item,
    bool *kept, struct err *e)
{
	struct keeping k = { .s = s, .item = item };
	struct arena a = ARENA_INIT;
	struct store_scope scope;
	int rc;

	*kept = false;
	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = store_leave(s, &scope, keep(&k, &a, e), e);
	*kept = rc == 0 && k.kept;
	arena_fini(&a);
	return rc;
}

int
store_videodb_map(
    struct store *s, struct slice id, struct slice local_id, struct err *e)
{
	const struct store_videodb_item item = {
		.kind = STORE_VIDEODB_COLLECTION,
		.id = id,
		.local_id = local_id,
		.hash = SLICE_EMPTY,
	};

	return put(s, &item, false, e);
}

int
store_videodb_drop(
    struct store *s, const struct store_videodb_row *row, struct err *e)
{
	const struct store_value params[] = { kind_value(row->kind),
		store_text(row->id) };

	return store_write(
	    s, STORE_VIDEODB_DROP, params, COUNT(params), NULL, e);
}

int
store_videodb_gone(
    struct store *s, const struct store_videodb_row *row, struct err *e)
{
	const struct store_value params[] = { kind_value(row->kind),
		store_text(row->id) };

	return store_write(
	    s, STORE_VIDEODB_GONE, params, COUNT(params), NULL, e);
}

/* A collection that something of our own is in stays, and is ours. */
static int
lose_local(struct store *s, const struct store_videodb_row *row, struct err *e)
{
	const struct store_value params[] = { store_text(row->local_id),
		kind_value(row->kind) };
	struct json_object *found = NULL;
	struct store_value uuid;
	int rc = 0;

	if (row->kind == STORE_VIDEODB_COLLECTION)
		return store_write(
		    s, STORE_COLLECTION_REMOVE, params, 1, NULL, e);
	if (row->kind != STORE_VIDEODB_VIDEO)
		return store_write(
		    s, STORE_VIDEODB_MEDIA_REMOVE, params, 2, NULL, e);
	if (store_one(s, STORE_VIDEO_GET, params, 1, &found, e) != 0)
		return -1;
	if (slice_eq(jval_str(found, "video_id"), row->local_id)) {
		uuid = store_text(jval_str(found, "id"));
		rc = store_write(s, STORE_VIDEO_REMOVE, &uuid, 1, NULL, e);
	}
	(void)json_object_put(found);
	return rc;
}

int
store_videodb_lose(
    struct store *s, const struct store_videodb_row *row, struct err *e)
{
	struct store_scope scope;
	int rc = 0;

	if (store_enter(s, &scope, e) == -1)
		return -1;
	if (row->made && !row->deleted)
		rc = lose_local(s, row, e);
	if (rc == 0)
		rc = store_videodb_drop(s, row, e);
	return store_leave(s, &scope, rc, e);
}

static int
note(const struct keeping *k, struct err *e)
{
	const struct store_value params[] = { store_text(k->item->id),
		kind_value(k->item->kind) };
	struct json_object *row = NULL;
	struct store_videodb_item item = *k->item;
	struct keeping change = { .s = k->s, .item = &item };
	int rc = 0;

	if (store_one(k->s, STORE_VIDEODB_MEDIA_GET, params, COUNT(params),
		&row, e) != 0)
		return -1;
	item.collection_id = jval_str(row, "collection_id");
	item.name = jval_str(row, "name");
	if (row != NULL)
		rc = change_medium(&change, row, e);
	(void)json_object_put(row);
	return rc;
}

int
store_videodb_note(struct store *s, enum store_videodb_kind kind,
    struct slice id, struct json_object *metadata, struct err *e)
{
	const struct store_videodb_item item = {
		.kind = kind, .id = id, .metadata = metadata
	};
	struct keeping k = { .s = s, .item = &item };
	struct store_scope scope;

	if (store_enter(s, &scope, e) == -1)
		return -1;
	return store_leave(s, &scope, note(&k, e), e);
}

int
store_videodb_bury(struct store *s, enum store_videodb_kind kind,
    struct slice local_id, bool *theirs, struct err *e)
{
	const struct store_value params[] = { kind_value(kind),
		store_text(local_id) };
	int64_t changed = 0;
	int rc = store_write(
	    s, STORE_VIDEODB_BURY, params, COUNT(params), &changed, e);

	*theirs = changed != 0;
	return rc;
}

/* ---- when ----------------------------------------------------------------- */

int
store_videodb_ask(struct store *s, int64_t every_ms, bool *due, struct err *e)
{
	struct store_value param = store_int(every_ms);
	struct store_sink any = { NULL, NULL, 0 };
	int64_t changed = 0;

	*due = false;
	if (store_run(s, STORE_VIDEODB_ASK_DUE, &param, 1, &any, e) == -1)
		return -1;
	if (any.count == 0)
		return 0;
	if (store_write(s, STORE_VIDEODB_ASK, &param, 1, &changed, e) == -1)
		return -1;
	any.count = 0;
	if (store_run(s, STORE_VIDEODB_MIRROR_LIVE, NULL, 0, &any, e) == -1)
		return -1;
	*due = changed != 0 && any.count == 0;
	return 0;
}

int
store_videodb_mirrored(struct store *s, struct err *e)
{
	return store_write(s, STORE_VIDEODB_MIRRORED, NULL, 0, NULL, e);
}

static int
row_number(const struct store_row *row, void *cookie)
{
	*(int64_t *)cookie = row->values[0].number;
	return 1;
}

int
store_videodb_now(struct store *s, int64_t *now_ms, struct err *e)
{
	struct store_sink sink = { row_number, now_ms, 0 };

	*now_ms = 0;
	return store_run(s, STORE_VIDEODB_NOW, NULL, 0, &sink, e);
}

/* ---- what they work at ---------------------------------------------------- */

struct found {
	struct arena *a;
	struct store_videodb_call *call;
};

static int
row_call(const struct store_row *row, void *cookie)
{
	struct found *found = cookie;

	*found->call = (struct store_videodb_call){
		arena_dup(found->a, row->values[0].bytes),
		row->values[1].number,
		row->values[2].number,
	};
	return 1;
}

int
store_videodb_call_get(struct store *s, struct slice job, const char *step,
    struct arena *a, struct store_videodb_call *call, struct err *e)
{
	const struct store_value params[] = { store_text(job),
		store_text(slice_from(step)) };
	struct found found = { a, call };
	struct store_sink sink = { row_call, &found, 0 };

	*call = (struct store_videodb_call){ SLICE_EMPTY, 0, 0 };
	return store_run(
	    s, STORE_VIDEODB_CALL_GET, params, COUNT(params), &sink, e);
}

int
store_videodb_call_put(struct store *s, struct slice job, const char *step,
    struct slice output_url, struct err *e)
{
	const struct store_value params[] = { store_text(job),
		store_text(slice_from(step)), store_text(output_url) };

	return store_write(
	    s, STORE_VIDEODB_CALL_PUT, params, COUNT(params), NULL, e);
}

int
store_videodb_call_failed(
    struct store *s, struct slice job, int64_t failures, struct err *e)
{
	const struct store_value params[] = { store_text(job),
		store_int(failures) };

	return store_write(
	    s, STORE_VIDEODB_CALL_FAILED, params, COUNT(params), NULL, e);
}

int
store_videodb_call_drop(struct store *s, struct slice job, struct err *e)
{
	struct store_value param = store_text(job);

	return store_write(s, STORE_VIDEODB_CALL_DROP, &param, 1, NULL, e);
}

int
store_videodb_call_forget(struct store *s, int64_t age_ms, struct err *e)
{
	struct store_value param = store_int(age_ms);

	return store_write(s, STORE_VIDEODB_CALL_FORGET, &param, 1, NULL, e);
}

#include "io/store_media.h"

#include <stdio.h>

#include "io/rnd.h"
#include "io/store_driver.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* A letter, a hyphen, a uuid. */
#define ID_SIZE 40

static struct slice
make_id(char out[static ID_SIZE], char letter)
{
	char uuid[37];
	int n;

	rnd_uuid(uuid);
	n = snprintf(out, ID_SIZE, "%c-%s", letter, uuid);
	return (struct slice){ out, (size_t)n };
}

/* ---- collections and videos ----------------------------------------------- */

int
store_collection_add(struct store *s, const struct principal *who,
    struct slice name, struct slice description, struct json_object **row,
    struct err *e)
{
	char id[ID_SIZE];
	const struct store_value params[] = { store_text(make_id(id, 'c')),
		store_text(name), store_text(description) };

	(void)who;
	return store_one(
	    s, STORE_COLLECTION_ADD, params, COUNT(params), row, e);
}

/* The sentence is what the Director page looks for (contract B). */
static int
refuse_holds(struct json_object *holds, struct err *e)
{
	static const char *const KINDS[] = { "videos", "audios", "images" };
	struct buf what = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < COUNT(KINDS); i++)
		if (json_object_get_int(
			json_object_object_get(holds, KINDS[i])) != 0)
			buf_addf(&what, "%s non-zero %s",
			    what.n == 0 ? "" : ",", KINDS[i]);
	if (what.n != 0) {
		(void)err_set(e, ERR_CONFLICT,
		    "Invalid request: Your collection has%s.", buf_cstr(&what));
		rc = err_more(e, "collection-not-empty", NULL,
		    "Delete what is in the collection first.");
	}
	buf_fini(&what);
	return rc;
}

static int
collection_remove(struct store *s, struct slice id, struct err *e)
{
	struct store_value param = store_text(id);
	struct json_object *holds = NULL;
	int64_t changed = 0;
	int rc = store_run(s, STORE_COLLECTION_LOCK, &param, 1, NULL, e);

	if (rc == 0)
		rc = store_one(s, STORE_COLLECTION_HOLDS, &param, 1, &holds, e);
	if (rc == 0)
		rc = refuse_holds(holds, e);
	(void)json_object_put(holds);
	if (rc == 0)
		rc = store_write(
		    s, STORE_COLLECTION_REMOVE, &param, 1, &changed, e);
	if (rc == 0 && changed == 0)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no collection with this id.");
	return rc;
}

int
store_collection_remove(struct store *s, const struct principal *who,
    struct slice id, struct err *e)
{
	struct store_scope scope;

	(void)who;
	if (slice_eq(id, SLICE(STORE_DEFAULT_COLLECTION)))
		return err_set(
		    e, ERR_CONFLICT, "The first collection cannot be deleted.");
	if (store_enter(s, &scope, e) == -1)
		return -1;
	return store_leave(s, &scope, collection_remove(s, id, e), e);
}

int
store_video_remove(struct store *s, const struct principal *who,
    struct slice uuid, struct err *e)
{
	struct store_value param = store_text(uuid);
	struct store_sink removed = { NULL, NULL, 0 };

	(void)who;
	if (store_run(s, STORE_VIDEO_REMOVE, &param, 1, &removed, e) == -1)
		return -1;
	if (removed.count == 0)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no video with this id.");
	return 0;
}

/* ---- media ---------------------------------------------------------------- */

static struct store_value
kind_value(enum media_kind kind)
{
	return store_text(slice_from(media_kind_name(kind)));
}

int
store_media_add(struct store *s, const struct principal *who,
    const struct store_media_new *new, struct json_object **row, struct err *e)
{
	struct buf metadata = BUF_INIT;
	char id[ID_SIZE];
	const struct store_value params[] = {
		store_text(new->id.n != 0
			? new->id
			: make_id(id, media_kind_letter(new->kind))),
		store_text(new->collection_id),
		kind_value(new->kind),
		store_text(new->name),
		store_text(new->file),
		store_json(&metadata, new->metadata, "{}"),
	};
	int rc;

	(void)who;
	rc = store_one(s, STORE_MEDIA_ADD, params, COUNT(params), row, e);
	buf_fini(&metadata);
	/* Its id is new: it is the collection that is not there. */
	if (rc == -1 && e->code == ERR_CONFLICT)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no collection with this id.");
	return rc;
}

int
store_media_list(struct store *s, const struct principal *who,
    const struct store_media_key *of, int limit, struct json_object **rows,
    struct err *e)
{
	const struct store_value params[] = { store_text(of->collection_id),
		kind_value(of->kind), store_int(limit) };

	(void)who;
	return store_all(s, STORE_MEDIA_LIST, params, COUNT(params), rows, e);
}

static int
one(struct store *s, enum store_query q, const struct store_media_key *key,
    struct json_object **row, struct err *e)
{
	const struct store_value params[] = { store_text(key->collection_id),
		kind_value(key->kind), store_text(key->id) };

	if (store_one(s, q, params, COUNT(params), row, e) == -1)
		return -1;
	if (*row == NULL)
		return err_set(e, ERR_NOT_FOUND,
		    "This collection has no such %s.",
		    media_kind_name(key->kind));
	return 0;
}

int
store_media_get(struct store *s, const struct principal *who,
    const struct store_media_key *key, struct json_object **row, struct err *e)
{
	(void)who;
	return one(s, STORE_MEDIA_GET, key, row, e);
}

int
store_media_remove(struct store *s, const struct principal *who,
    const struct store_media_key *key, struct json_object **row, struct err *e)
{
	(void)who;
	return one(s, STORE_MEDIA_REMOVE, key, row, e);
}

/*
 * Collections first, so that each is known whatever else is too much; then what is
 * in them. An answer is let go before the next one is asked for.
 */
#include "handlers/videodb_lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* Videos of one answer, of which there may be more. */
#define PAGE      1000
#define PAGES_MAX 50

struct reading {
	struct videodb_lists *l;
	struct videodb_work *w;
	struct slice default_id; /* of their default collection */
};

/* ---- what is kept ------------------------------------------------------------- */

/* Moves it into the arena. */
static void
keep_text(struct videodb_lists *l, struct slice *text)
{
	l->bytes += text->n;
	*text = text->n > 0 ? arena_dup(&l->arena, *text) : SLICE_EMPTY;
}

static bool
is_full(const struct videodb_lists *l)
{
	return l->n >= VIDEODB_LISTS_MEDIA + VIDEODB_LISTS_COLLECTIONS ||
	    l->bytes >= VIDEODB_LISTS_BYTES;
}

/* False: there is no room. */
static bool
add(struct videodb_lists *l, enum store_videodb_kind kind,
    const struct videodb_medium *m, struct slice collection_id)
{
	struct videodb_listed *item;

	if (is_full(l)) {
		l->partial = true;
		return false;
	}
	if (l->n == l->room) {
		l->room = l->room == 0 ? 64 : l->room * 2;
		l->item = ck_realloc(l->item, l->room * sizeof(*l->item));
	}
	item = &l->item[l->n++];
	*item = (struct videodb_listed){
		.kind = kind, .collection_id = collection_id, .is = *m
	};
	l->bytes += sizeof(*item);
	keep_text(l, &item->is.id);
	keep_text(l, &item->is.name);
	keep_text(l, &item->is.description);
	keep_text(l, &item->is.stream_url);
	keep_text(l, &item->is.player_url);
	keep_text(l, &item->is.thumbnail_url);
	keep_text(l, &item->is.url);
	item->is.collection_id = SLICE_EMPTY;
	return true;
}

void
videodb_lists_fini(struct videodb_lists *l)
{
	free(l->item);
	arena_fini(&l->arena);
	*l = (struct videodb_lists){ .arena = ARENA_INIT };
}

/* ---- one list ------------------------------------------------------------------ */

/* A list, which may have been deleted a moment ago: then `*list` is NULL. The reply
 * is the caller's in any case. */
static int
read_list(struct reading *r, const char *path, const char *key,
    struct videodb_reply *reply, struct json_object **list, struct err *e)
{
	*list = NULL;
	if (videodb_get(&r->w->v, path, reply, e) != 0) {
		if (e->code != ERR_NOT_FOUND)
			return -1;
		*e = ERR_INIT;
		return 0;
	}
	*list = videodb_reply_list(reply, key);
	if (*list != NULL)
		return 0;
	return err_set(e, ERR_UNAVAILABLE,
	    "What VideoDB answered has no list of %s in it.", key);
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

static void
add_media(struct videodb_lists *l, struct json_object *list,
    enum media_kind kind, struct slice collection_id)
{
	size_t n = json_object_array_length(list);
	struct videodb_medium medium;

	for (size_t i = 0; i < n; i++)
		if (videodb_medium_read(
			json_object_array_get_idx(list, i), kind, &medium) &&
		    !add(l, videodb_kind_of(kind), &medium, collection_id))
			return;
}

/* A server that knows nothing of pages says the same again: that ends it. */
static bool
is_last_page(const struct videodb_lists *l, size_t from, size_t before,
    struct json_object *list)
{
	struct slice first = jval_str(json_object_array_get_idx(list, 0), "id");

	if (json_object_array_length(list) != PAGE)
		return true;
	for (size_t i = from; i < before; i++)
		if (slice_eq(l->item[i].is.id, first))
			return true;
	return false;
}

struct where {
	size_t list; /* of LISTS */
	struct slice id, local_id;
	size_t from; /* items before it are of other lists */
};

/* `*more`: there is another page. */
static int
read_page(struct reading *r, const struct where *w, int page, bool *more,
    struct err *e)
{
	struct videodb_reply reply = { .root = NULL };
	struct json_object *list = NULL;
	struct buf path = BUF_INIT;
	size_t before = r->l->n;
	int rc;

	buf_addf(&path, "%s?collection_id=%.*s", LISTS[w->list].path,
	    SLICE_ARG(w->id));
	if (LISTS[w->list].pages)
		buf_addf(&path, "&page_index=%d&count=%d", page, PAGE);
	rc =
	    read_list(r, buf_cstr(&path), LISTS[w->list].key, &reply, &list, e);
	*more = false;
	if (rc == 0 && list != NULL) {
		*more = LISTS[w->list].pages &&
		    !is_last_page(r->l, w->from, before, list);
		add_media(r->l, list, LISTS[w->list].kind, w->local_id);
	}
	videodb_reply_fini(&reply);
	buf_fini(&path);
	return rc;
}

static int
read_media(struct reading *r, struct where *w, struct err *e)
{
	bool more = true;

	w->from = r->l->n;
	for (int page = 0; more && !r->l->partial; page++) {
		if (page == PAGES_MAX) {
			r->l->partial = true;
			return 0;
		}
		if (read_page(r, w, page, &more, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- collections ---------------------------------------------------------------- */

/* What their collection is here: the default one is our first. */
static int
local_of(
    struct reading *r, struct slice id, struct slice *local_id, struct err *e)
{
	struct store_videodb_key key = { STORE_VIDEODB_COLLECTION, id, false };
	struct store_videodb_rows rows;

	*local_id = SLICE(STORE_DEFAULT_COLLECTION);
	if (slice_eq(id, r->default_id))
		return 0;
	if (store_videodb_get(r->w->j->store, &key, &r->l->arena, &rows, e) !=
	    0)
		return -1;
	*local_id =
	    rows.n > 0 ? rows.row[0].local_id : arena_dup(&r->l->arena, id);
	/* Of an account before this one. */
	if (slice_eqs(*local_id, STORE_DEFAULT_COLLECTION))
		*local_id = arena_dup(&r->l->arena, id);
	return 0;
}

static int
add_collection(struct reading *r, struct json_object *json, struct err *e)
{
	struct videodb_collection c;
	struct videodb_medium m;
	struct slice local_id;

	/* These two words are names of our first one. */
	if (!videodb_collection_read(json, &c) ||
	    (!slice_eq(c.id, r->default_id) &&
		(slice_eqs(c.id, STORE_DEFAULT_COLLECTION) ||
		    slice_eqs(c.id, "default"))))
		return 0;
	if (local_of(r, c.id, &local_id, e) != 0)
		return -1;
	m = (struct videodb_medium){ .kind = MEDIA_KIND__MAX,
		.id = c.id,
		.name = c.name,
		.description = c.description };
	(void)add(r->l, STORE_VIDEODB_COLLECTION, &m, local_id);
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
find_default(struct reading *r, const struct videodb_reply *reply,
    struct json_object *list, struct err *e)
{
	struct slice id = videodb_reply_id(reply, "default_collection");
	struct videodb_reply one = { .root = NULL };
	int rc = 0;

	if (id.n == 0) {
		rc = videodb_get(&r->w->v, "collection/default", &one, e);
		if (rc != 0 && e->code == ERR_NOT_FOUND) {
			*e = ERR_INIT;
			rc = 0;
		}
		id = videodb_reply_id(&one, "id");
	}
	if (id.n == 0)
		id = first_id(list);
	r->default_id = arena_dup(&r->l->arena, id);
	videodb_reply_fini(&one);
	return rc;
}

static int
add_collections(struct reading *r, const struct videodb_reply *reply,
    struct json_object *list, struct err *e)
{
	size_t n;

	if (list == NULL || json_object_array_length(list) == 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "VideoDB says that it has no collection at all.");
	if (find_default(r, reply, list, e) != 0)
		return -1;
	n = json_object_array_length(list);
	if (n > VIDEODB_LISTS_COLLECTIONS) {
		n = VIDEODB_LISTS_COLLECTIONS;
		r->l->partial = true;
	}
	for (size_t i = 0; i < n; i++)
		if (add_collection(r, json_object_array_get_idx(list, i), e) !=
		    0)
			return -1;
	return 0;
}

static int
read_collections(struct reading *r, struct err *e)
{
	struct videodb_reply reply = { .root = NULL };
	struct json_object *list = NULL;
	int rc = read_list(r, "collection", "collections", &reply, &list, e);

	if (rc == 0)
		rc = add_collections(r, &reply, list, e);
	videodb_reply_fini(&reply);
	return rc;
}

/* ---- all ------------------------------------------------------------------------- */

static int
compare(enum store_videodb_kind kind, struct slice id,
    const struct videodb_listed *item)
{
	size_t n = id.n < item->is.id.n ? id.n : item->is.id.n;
	int order;

	if (kind != item->kind)
		return kind < item->kind ? -1 : 1;
	order = memcmp(id.p, item->is.id.p, n);
	if (order != 0)
		return order;
	return id.n < item->is.id.n ? -1 : id.n > item->is.id.n;
}

static int
by_key(const void *a, const void *b)
{
	const struct videodb_listed *one = a;

	return compare(one->kind, one->is.id, b);
}

/* As the rows come: by kind and id. What is there twice is there once. */
static void
sort(struct videodb_lists *l)
{
	size_t n = 0;

	if (l->n == 0)
		return;
	qsort(l->item, l->n, sizeof(*l->item), by_key);
	for (size_t i = 1; i < l->n; i++)
		if (by_key(&l->item[n], &l->item[i]) != 0)
			l->item[++n] = l->item[i];
	l->n = n + 1;
}

struct videodb_listed *
videodb_lists_find(const struct videodb_lists *l, enum store_videodb_kind kind,
    struct slice id)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		int order = compare(kind, id, &l->item[at]);

		if (order == 0)
			return &l->item[at];
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return NULL;
}

int
videodb_lists_read(
    struct videodb_lists *l, struct videodb_work *w, struct err *e)
{
	struct reading r = { .l = l, .w = w };
	bool collections_missing;
	size_t collections;

	*l = (struct videodb_lists){ .arena = ARENA_INIT };
	if (read_collections(&r, e) != 0)
		return -1;
	/* What is in those that are known is read all the same. */
	collections_missing = l->partial;
	l->partial = false;
	collections = l->n;
	for (size_t i = 0; i < collections; i++)
		for (size_t list = 0; list < COUNT(LISTS) && !l->partial;
		     list++) {
			struct where where = { list, l->item[i].is.id,
				l->item[i].collection_id, 0 };

			if (read_media(&r, &where, e) != 0)
				return -1;
		}
	l->partial |= collections_missing;
	sort(l);
	return 0;
}

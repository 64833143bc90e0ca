#include "io/store_rest.h"

#include "io/store_driver.h"
#include "io/store_list_row.h"
#include "proto/jval.h"

/* The statements of each list that can be written to; all return rows as the
 * list has them. */
static const struct {
	enum store_query insert, update, remove;
	bool writable;
	const char *holds; /* why none is removed that is there */
} STATEMENTS[STORE_LIST__MAX] = {
	[STORE_LIST_COLLECTIONS] = { STORE_COLLECTION_INSERT,
	    STORE_COLLECTION_UPDATE, STORE_COLLECTION_REMOVE, true,
	    "The first collection stays, and so does one with videos, audio or "
	    "images in it: remove those first." },
	[STORE_LIST_VIDEOS] = { STORE_VIDEO_INSERT, STORE_VIDEO_UPDATE,
	    STORE_VIDEO_REMOVE, true, NULL },
	[STORE_LIST_TRANSCRIPTS] = { .remove = STORE_TRANSCRIPT_REMOVE,
	    .writable = true },
	[STORE_LIST_OUTPUTS] = { STORE_OUTPUT_INSERT, STORE_OUTPUT_UPDATE,
	    STORE_OUTPUT_REMOVE, true, NULL },
};

/* How long the answer to an Idempotency-Key is kept, in the store's clock. */
#define ONCE_KEEP_MS ((int64_t)24 * 3600 * 1000)

struct returned {
	enum store_list_id list;
	struct buf *json;
};

static int
print_returned(const struct store_row *row, void *cookie)
{
	const struct returned *r = cookie;

	store_list_row_print(r->json, r->list, row);
	return 1;
}

/* A statement and its parameters. */
struct statement {
	enum store_query q;
	enum store_list_id list; /* whose rows it returns */
	const struct store_fields *fields;
};

static int
run_returning(struct store *s, const struct statement *st, struct buf *json,
    int64_t *n, struct err *e)
{
	struct returned r = { st->list, json };
	struct store_sink sink = { print_returned, &r, 0 };
	int rc =
	    store_run(s, st->q, st->fields->value, st->fields->n, &sink, e);

	*n = sink.count;
	return rc;
}

int
store_rest_insert(struct store *s, enum store_list_id list,
    const struct store_fields *fields, bool *inserted, struct buf *json,
    struct err *e)
{
	const struct statement st = { STATEMENTS[list].insert, list, fields };
	int64_t n = 0;
	int rc = run_returning(s, &st, json, &n, e);

	*inserted = rc == 0 && n > 0;
	return rc;
}

/* The row, locked, as text and as a value. */
static int
read_locked(struct store *s, const struct store_address *at, struct buf *json,
    struct json_object **row, struct err *e)
{
	if (store_list_get_locked(s, at->view, at->list, at->key, json, e) != 0)
		return -1;
	if (jval_parse(buf_slice(json), row) != JVAL_OK)
		return err_set(e, ERR_INTERNAL, "a row is no JSON");
	return 0;
}

static int
write_fields(struct store *s, const struct statement *st, struct buf *json,
    struct err *e)
{
	int64_t n = 0;

	if (run_returning(s, st, json, &n, e) == -1)
		return -1;
	if (n > 0)
		return 0;
	if (STATEMENTS[st->list].holds != NULL)
		return err_set(
		    e, ERR_CONFLICT, "%s", STATEMENTS[st->list].holds);
	return err_set(
	    e, ERR_CONFLICT, "The row cannot be changed: others depend on it.");
}

static int
change(struct store *s, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e)
{
	struct store_fields fields = { .n = 0 };
	const struct statement update = { STATEMENTS[at->list].update, at->list,
		&fields };
	struct json_object *row = NULL;
	struct buf old = BUF_INIT;
	int rc;

	rc = read_locked(s, at, &old, &row, e);
	if (rc == 0)
		rc = edit->edit(edit->cookie, buf_slice(&old), row, &fields, e);
	if (rc == 0)
		rc = write_fields(s, &update, json, e);
	(void)json_object_put(row);
	buf_fini(&old);
	return rc;
}

static int
take_away(struct store *s, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e)
{
	struct store_fields fields = { .n = 1 };
	const struct statement remove = { STATEMENTS[at->list].remove, at->list,
		&fields };
	struct json_object *row = NULL;
	struct buf ignored = BUF_INIT;
	int rc;

	rc = read_locked(s, at, json, &row, e);
	if (rc == 0)
		rc = edit->edit(edit->cookie, buf_slice(json), row, NULL, e);
	if (rc == 0) {
		fields.value[0] = store_text(jval_str(row, "id"));
		rc = write_fields(s, &remove, &ignored, e);
	}
	(void)json_object_put(row);
	buf_fini(&ignored);
	return rc;
}

static int
begin(struct store *s, const struct store_address *at,
    struct store_scope *scope, struct err *e)
{
	if (!STATEMENTS[at->list].writable)
		return err_set(e, ERR_INTERNAL, "The list is read-only.");
	return store_enter(s, scope, e);
}

typedef int (*action)(struct store *s, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e);

/* Within its caller's transaction it is that one's to run again. */
static int
run_action(struct store *s, action act, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e)
{
	size_t before = json->n;
	struct store_scope scope;
	int rc = -1, try = 0;

	do {
		json->n = before;
		if (try > 0)
			*e = ERR_INIT;
		if (begin(s, at, &scope, e) == 0)
			rc = store_leave(
			    s, &scope, act(s, at, edit, json, e), e);
	} while (rc == -1 && store_again(s, ++try));
	return rc;
}

int
store_rest_change(struct store *s, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e)
{
	return run_action(s, change, at, edit, json, e);
}

int
store_rest_remove(struct store *s, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e)
{
	return run_action(s, take_away, at, edit, json, e);
}

/* Requests that take effect once */

struct kept {
	struct slice fingerprint;
	bool same;
	struct buf *answer;
};

static int
row_kept(const struct store_row *row, void *cookie)
{
	struct kept *kept = cookie;

	kept->same = slice_eq(row->values[0].bytes, kept->fingerprint);
	if (kept->same)
		buf_add_slice(kept->answer, row->values[1].bytes);
	return 1;
}

int
store_once(struct store *s, const struct principal *who, struct slice key,
    struct slice fingerprint, struct buf *answer, struct err *e)
{
	struct store_value params[4] = { store_text(who->id), store_text(key),
		store_text(fingerprint), store_int(ONCE_KEEP_MS) };
	struct kept kept = { fingerprint, false, answer };
	struct store_sink sink = { row_kept, &kept, 0 };
	int64_t added = 0;

	if (store_write(s, STORE_ONCE_FORGET, &params[3], 1, NULL, e) == -1 ||
	    store_write(s, STORE_ONCE_ADD, params, 3, &added, e) == -1)
		return -1;
	if (added != 0)
		return 0;
	if (store_run(s, STORE_ONCE_GET, params, 2, &sink, e) == -1)
		return -1;
	if (kept.same)
		return 0;
	return err_field(e, ERR_UNPROCESSABLE, "Idempotency-Key",
	    "This key was used for another request. Choose a new one.");
}

int
store_once_keep(struct store *s, const struct principal *who, struct slice key,
    struct slice answer, struct err *e)
{
	struct store_value params[3] = { store_text(who->id), store_text(key),
		store_text(answer) };

	return store_write(s, STORE_ONCE_KEEP, params, 3, NULL, e);
}

#include "handlers/rest_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "handlers/changes.h"
#include "handlers/media_view.h"
#include "handlers/once.h"
#include "handlers/resource.h"
#include "handlers/rest.h"
#include "handlers/rest_shape.h"
#include "handlers/videodb.h"
#include "io/hash.h"
#include "io/store_rest.h"
#include "io/store_video.h"
#include "proto/etag.h"
#include "proto/jval.h"

/* Rows of one POST: each is a statement, and all hold the writer's lock. */
#define BULK_MAX 1000

/* An upsert that lost a race finds the winner's row the next time. */
#define UPSERT_TRIES 3

/* A request that writes. */
struct job {
	struct ctx *c;
	const struct resource *r;
	struct store *s;
	struct store_view view;
	struct rest_prefer prefer;
	const struct rest_query *shape; /* of the answer */
	struct json_object *body;       /* owned */
	struct changes changes;
	struct slice owner; /* of a video that is removed */
	struct videodb_drop theirs;
	/* Of a POST. */
	struct buf rows; /* the answer */
	int64_t n_rows, n_new;
	struct slice id; /* of the last one */
};

static int
job_init(struct job *j, struct ctx *c, struct err *e)
{
	*j = (struct job){
		.c = c, .r = resource_of(c->route->what), .view = rest_view(c)
	};
	rest_prefer_parse(c->req->prefer, &j->prefer);
	j->prefer.count = false;
	j->s = ctx_store(c, e);
	return j->s == NULL ? -1 : rest_shape_parse(c, &j->shape, e);
}

/* The others are told without a place in the store. */
static int
job_end(struct job *j, int rc)
{
	ctx_store_leave(j->c);
	if (rc == 0)
		changes_tell(j->c, &j->changes);
	(void)json_object_put(j->body);
	buf_fini(&j->rows);
	return rc;
}

/* What other pages must learn of: lists of collections and of videos. */
static void
note(struct job *j, struct slice row)
{
	struct json_object *value = NULL;

	if (j->r == NULL)
		return;
	if (j->r->list == STORE_LIST_COLLECTIONS)
		j->changes.collections = true;
	if (j->r->list != STORE_LIST_VIDEOS ||
	    jval_parse(row, &value) != JVAL_OK)
		return;
	changes_videos(&j->changes, jval_str(value, "collection_id"));
	(void)json_object_put(value);
}

/* The same of a row that is new: what it was made of tells, unparsed. */
static void
note_new(struct job *j, const struct store_fields *fields)
{
	if (j->r->list == STORE_LIST_COLLECTIONS)
		j->changes.collections = true;
	if (j->r->list == STORE_LIST_VIDEOS)
		changes_videos(
		    &j->changes, fields->value[RESOURCE_COLLECTION].bytes);
}

/* A video makes the collection it names: asked before it does. */
static void
note_made(struct job *j, const struct store_fields *fields)
{
	struct slice id = fields->value[RESOURCE_COLLECTION].bytes;
	struct buf ignored = BUF_INIT;
	struct err none = ERR_INIT;

	if (j->r->list != STORE_LIST_VIDEOS || j->changes.collections ||
	    fields->value[RESOURCE_COLLECTION].type == STORE_NULL ||
	    slice_eqs(id, STORE_DEFAULT_COLLECTION) ||
	    changes_has_videos(&j->changes, id))
		return;
	j->changes.collections =
	    store_list_get(j->s, &j->view, STORE_LIST_COLLECTIONS, id, &ignored,
		&none) != 0;
	buf_fini(&ignored);
}

/* What is VideoDB's goes there, too. */
static int
bury(struct job *j, struct json_object *row, struct err *e)
{
	if (j->r == NULL)
		return 0;
	if (j->r->list == STORE_LIST_VIDEOS)
		return videodb_bury(j->c, STORE_VIDEODB_VIDEO,
		    jval_str(row, "video_id"), &j->theirs, e);
	if (j->r->list == STORE_LIST_COLLECTIONS)
		return videodb_bury(j->c, STORE_VIDEODB_COLLECTION,
		    jval_str(row, "id"), &j->theirs, e);
	return 0;
}

/* Of the row as it was: to be told about, too. */
static int
edit_row(void *cookie, struct slice json, struct json_object *row,
    struct store_fields *fields, struct err *e)
{
	struct job *j = cookie;

	if (rest_match(j->c, json, e) != 0)
		return -1;
	note(j, json);
	if (fields == NULL) {
		j->owner = media_view_owner(j->c, row);
		return bury(j, row, e);
	}
	if (resource_patch(j->r, row, j->body, &j->c->arena, fields, e) != 0)
		return -1;
	note_made(j, fields);
	return 0;
}

/* POST */

static struct slice
item_id(struct json_object *item)
{
	return jval_str(item, "id");
}

/* What is there is not to be named differently: without what cannot be changed,
 * and without the id where the row was found otherwise. A copy, since the whole
 * request may be run again. */
static struct json_object *
as_patch(const struct resource *r, struct json_object *item, bool by_id)
{
	struct json_object *copy = json_object_new_object();

	if (copy == NULL)
		abort();
	json_object_object_foreach(item, key, value)
		(void)json_object_object_add(copy, key, json_object_get(value));
	for (size_t i = 0; r->fields[i].name != NULL; i++)
		if (r->fields[i].fixed)
			json_object_object_del(copy, r->fields[i].name);
	if (!by_id)
		json_object_object_del(copy, "id");
	return copy;
}

/* A row of the same name is in the way. */
static int
conflict(const struct job *j, const char *field, struct err *e)
{
	return err_field(e, ERR_CONFLICT, field,
	    "There is a %s with this %s already. Choose another, or leave it "
	    "out to get one%s.",
	    j->r->list == STORE_LIST_VIDEOS ? "video" : "row", field,
	    j->prefer.resolution != REST_RESOLVE_NONE
		? ""
		: "; with Prefer: resolution=merge-duplicates the one that is "
		  "there is changed");
}

/* Patch the row that is there. */
static int
merge_row(struct job *j, struct json_object *item, struct slice key, bool by_id,
    struct buf *row, struct err *e)
{
	struct store_edit edit = { edit_row, j };
	struct json_object *body = j->body;
	const struct store_address at = { &j->view, j->r->list, key };
	int rc;

	j->body = as_patch(j->r, item, by_id);
	rc = store_rest_change(j->s, &at, &edit, row, e);
	(void)json_object_put(j->body);
	j->body = body;
	if (rc != 0 && e->code == ERR_CONFLICT && e->field[0] == '\0')
		return conflict(j, j->r->unique, e);
	return rc;
}

/* The id is a row's first name. */
static int
merge(struct job *j, struct json_object *item,
    const struct store_fields *fields, struct buf *row, struct err *e)
{
	bool only = strcmp(j->r->unique, "id") == 0;
	int rc;

	if (only || item_id(item).n > 0) {
		rc = merge_row(j, item, fields->value[0].bytes, true, row, e);
		if (rc == 0 || only || e->code != ERR_NOT_FOUND)
			return rc;
		*e = ERR_INIT;
	}
	return merge_row(j, item, fields->value[1].bytes, false, row, e);
}

/* For an upsert, too: what there is to merge with was not found. */
static int
check_parent(struct job *j, const struct store_fields *fields, struct err *e)
{
	struct buf there = BUF_INIT;
	struct err ignored = ERR_INIT;
	int rc;

	if (j->r->list != STORE_LIST_OUTPUTS)
		return 0;
	rc = store_list_get(j->s, &j->view, j->r->list, fields->value[0].bytes,
	    &there, &ignored);
	buf_fini(&there);
	if (rc == 0)
		return 0;
	return err_field(e, ERR_UNPROCESSABLE, "video_id",
	    "There is no video with this id.");
}

/* Which of its names is taken? */
static const char *
taken(struct job *j, struct json_object *item)
{
	struct slice id = item_id(item);
	struct buf there = BUF_INIT;
	struct err ignored = ERR_INIT;
	bool by_id = id.n > 0 &&
	    store_list_get(j->s, &j->view, j->r->list, id, &there, &ignored) ==
		0;

	buf_fini(&there);
	return by_id ? "id" : j->r->unique;
}

static void
add_row(struct job *j, const struct buf *row)
{
	if (j->n_rows++ > 0)
		buf_addc(&j->rows, ',');
	buf_add_slice(&j->rows, buf_slice(row));
}

static int
add_known(struct job *j, struct json_object *item,
    const struct store_fields *fields, struct buf *row, struct err *e)
{
	if (check_parent(j, fields, e) != 0)
		return -1;
	if (j->prefer.resolution == REST_RESOLVE_MERGE)
		return merge(j, item, fields, row, e);
	if (j->prefer.resolution == REST_RESOLVE_IGNORE)
		return 0;
	return conflict(j, taken(j, item), e);
}

/* A row that was read comes back; but only one that is still there has a time. */
static int
check_time(struct json_object *item, bool inserted, struct err *e)
{
	if (!inserted || !json_object_object_get_ex(item, RESOURCE_TIME, NULL))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, RESOURCE_TIME,
	    "There is no such row yet; leave out when it was made.");
}

/* `row` gets what is to be shown of it. */
static int
add_item(
    struct job *j, struct json_object *item, struct buf *row, struct err *e)
{
	bool upsert = j->prefer.resolution != REST_RESOLVE_NONE;
	struct store_fields fields = { .n = 0 };
	bool inserted = false;
	int rc;

	rc = resource_new(j->r, item, upsert, &j->c->arena, &fields, e);
	if (rc == 0) {
		note_made(j, &fields);
		rc = store_rest_insert(
		    j->s, j->r->list, &fields, &inserted, row, e);
	}
	/* A race may be lost to a unique index. */
	if (rc != 0 && e->code == ERR_CONFLICT)
		rc = conflict(j, j->r->unique, e);
	if (rc == 0)
		rc = check_time(item, inserted, e);
	if (rc == 0 && !inserted)
		rc = add_known(j, item, &fields, row, e);
	if (rc == 0 && row->n > 0) {
		if (inserted)
			note_new(j, &fields);
		else
			note(j, buf_slice(row));
		j->n_new += inserted;
		j->id = inserted ? fields.value[0].bytes : j->id;
	}
	return rc;
}

/* An item of an array, by the name of its row. */
struct place {
	struct slice name;
	size_t at;
};

static int
place_cmp(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	int order = n == 0 ? 0 : memcmp(a->name.p, b->name.p, n);

	if (order == 0 && a->name.n != b->name.n)
		order = a->name.n < b->name.n ? -1 : 1;
	if (order == 0)
		order = a->at < b->at ? -1 : 1;
	return order;
}

/* In an order of all requests, so that two with the same rows wait for each
 * other, and not both. */
static struct place *
places_of(const struct job *j, size_t n)
{
	struct place *places = ck_calloc(n, sizeof(*places));

	for (size_t i = 0; i < n; i++) {
		struct json_object *item =
		    json_object_array_get_idx(j->body, i);
		struct slice name = jval_str(item, j->r->unique);

		places[i] =
		    (struct place){ name.n > 0 ? name : item_id(item), i };
	}
	qsort(places, n, sizeof(*places), place_cmp);
	return places;
}

/* An error of one among several says of which. */
static int
of_item(size_t at, struct err *e)
{
	char field[sizeof(e->field)];

	(void)snprintf(field, sizeof(field), "%zu.%.50s", at, e->field);
	memcpy(e->field, field, sizeof(field));
	return -1;
}

static int
add_items(struct job *j, struct err *e)
{
	size_t n = json_object_array_length(j->body);
	struct place *places;
	struct buf *rows;
	int rc = 0;

	if (n > BULK_MAX)
		return err_field(e, ERR_BAD_REQUEST, "body",
		    "At most %d rows at once.", BULK_MAX);
	places = places_of(j, n);
	rows = ck_calloc(n, sizeof(*rows));
	for (size_t i = 0; rc == 0 && i < n; i++) {
		size_t at = places[i].at;

		if (add_item(j, json_object_array_get_idx(j->body, at),
			&rows[at], e) != 0)
			rc = of_item(at, e);
	}
	for (size_t i = 0; i < n; i++) {
		if (rc == 0 && rows[i].n > 0)
			add_row(j, &rows[i]);
		buf_fini(&rows[i]);
	}
	free(rows);
	free(places);
	return rc;
}

static int
add_alone(struct job *j, struct err *e)
{
	struct buf row = BUF_INIT;
	int rc = add_item(j, j->body, &row, e);

	if (rc == 0 && row.n > 0)
		add_row(j, &row);
	buf_fini(&row);
	return rc;
}

static bool
is_bulk(const struct job *j)
{
	return json_object_is_type(j->body, json_type_array);
}

static int
add_all(struct job *j, struct err *e)
{
	return is_bulk(j) ? add_items(j, e) : add_alone(j, e);
}

/* Nothing new is 200 to who allows for that. */
static int
status_of(const struct job *j)
{
	bool nothing = j->n_new == 0 &&
	    (j->n_rows > 0 || j->prefer.resolution != REST_RESOLVE_NONE);

	return nothing ? 200 : 201;
}

/* The answer as it is kept: "201 UUID\nBODY", the id where there is one row.
 * Whoever repeats the request may want to see the row. */
static void
print_answer(const struct job *j, struct buf *out)
{
	buf_addf(out, "%d ", status_of(j));
	if (!is_bulk(j) && j->n_rows == 1)
		buf_add_slice(out, j->id);
	buf_addc(out, '\n');
	if (is_bulk(j) || j->n_rows == 0)
		buf_addc(out, '[');
	buf_add_slice(out, buf_slice(&j->rows));
	if (is_bulk(j) || j->n_rows == 0)
		buf_addc(out, ']');
}

static void
put_location(struct ctx *c, struct slice id)
{
	struct buf b = BUF_INIT;

	http_encode(&b, id);
	http_header(
	    c->res, "Location", "%s/%s", c->route->pattern, buf_cstr(&b));
	buf_fini(&b);
}

static int
send_answer(struct job *j, struct slice answer)
{
	struct ctx *c = j->c;
	struct slice head;

	(void)slice_cut(&answer, '\n', &head);
	c->res->status = head.n > 2 && head.p[2] == '1' ? 201 : 200;
	head = slice_from_at(head, 4);
	if (head.n > 0)
		put_location(c, head);
	rest_applied(c, &j->prefer);
	http_header(c->res, "Cache-Control", "no-store");
	if (answer.n == 0 || j->prefer.returns == REST_RETURN_MINIMAL)
		return 0;
	if (answer.p[0] == '{') {
		char tag[32];

		rest_etag(c, answer, tag);
	}
	http_header(c->res, "Content-Type", "application/json");
	rest_shape_print(&c->res->body, j->shape, answer);
	return 0;
}

/* Once for each key; `answer` gets what is to be sent. */
static int
post_once(struct job *j, struct slice key, struct buf *answer, struct err *e)
{
	const struct ctx *c = j->c;
	char fingerprint[HASH_SIZE];

	hash_hex(c->req->path, c->req->body, fingerprint);
	if (store_once(
		j->s, &c->who, key, slice_from(fingerprint), answer, e) != 0)
		return -1;
	if (answer->n > 0)
		return 0;
	if (add_all(j, e) != 0)
		return -1;
	print_answer(j, answer);
	return store_once_keep(j->s, &c->who, key, buf_slice(answer), e);
}

static int
try_post(struct job *j, struct buf *answer, struct err *e)
{
	struct slice key;
	/* One row without more is a transaction by itself. */
	bool alone = !is_bulk(j) && j->c->req->idempotency_key.n == 0 &&
	    j->prefer.resolution == REST_RESOLVE_NONE;
	int rc;

	if (once_key(j->c, &key, e) != 0)
		return -1;
	if (!alone && store_begin(j->s, e) != 0)
		return -1;
	rc = key.n > 0 ? post_once(j, key, answer, e) : add_all(j, e);
	if (!alone && rc == 0)
		rc = store_commit(j->s, e);
	store_rollback(j->s);
	if (rc == 0 && key.n == 0)
		print_answer(j, answer);
	return rc;
}

/* What others stood in the way of is run again as a whole. */
static bool
again(const struct job *j, int try, const struct err *e)
{
	if (e->code == ERR_CONFLICT)
		return j->prefer.resolution != REST_RESOLVE_NONE &&
		    try < UPSERT_TRIES;
	return store_again(j->s, try);
}

static int
post(struct job *j, struct buf *answer, struct err *e)
{
	int rc = try_post(j, answer, e);

	for (int try = 1; rc != 0 && again(j, try, e); try++) {
		buf_clear(&j->rows);
		buf_clear(answer);
		j->n_rows = j->n_new = 0;
		j->changes = (struct changes){ .n_videos = 0 };
		*e = ERR_INIT;
		rc = try_post(j, answer, e);
	}
	return rc;
}

static int
read_body(struct job *j, bool array, struct err *e)
{
	enum jval_status status = jval_parse_sent(j->c->req->body, &j->body);

	if (status != JVAL_OK)
		return err_field(e, ERR_BAD_REQUEST, "body",
		    "The body is not acceptable JSON: %s",
		    jval_strerror(status));
	if (json_object_is_type(j->body, json_type_object) ||
	    (array && is_bulk(j)))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "body",
	    array ? "The body must be a JSON object, or an array of them."
		  : "The body must be a JSON object.");
}

int
rest_post(struct ctx *c, struct err *e)
{
	struct buf answer = BUF_INIT;
	struct job j;
	int rc;

	if (job_init(&j, c, e) != 0)
		return -1;
	rc = read_body(&j, true, e);
	if (rc == 0)
		rc = post(&j, &answer, e);
	if (rc == 0)
		rc = send_answer(&j, buf_slice(&answer));
	buf_fini(&answer);
	return job_end(&j, rc);
}

/* PATCH and DELETE */

static void
send_row(struct job *j, const struct buf *row, bool wanted)
{
	struct ctx *c = j->c;
	char tag[32];

	c->res->status = wanted ? 200 : 204;
	http_header(c->res, "Cache-Control", "no-store");
	rest_applied(c, &j->prefer);
	if (c->req->method == HTTP_PATCH)
		rest_etag(c, buf_slice(row), tag);
	if (!wanted)
		return;
	http_header(c->res, "Content-Type", "application/json");
	rest_shape_print(&c->res->body, j->shape, buf_slice(row));
}

/* Only the name of a row can be in the way of a change. */
static int
renamed(const struct job *j, struct err *e)
{
	return err_field(e, ERR_CONFLICT, j->r->unique,
	    "There is a row with this %s already. Choose another.",
	    j->r->unique);
}

int
rest_patch(struct ctx *c, struct err *e)
{
	struct job j;
	const struct store_edit edit = { edit_row, &j };
	const struct store_address at = { &j.view, c->route->what,
		c->params.value[0] };
	struct buf row = BUF_INIT;
	int rc;

	if (job_init(&j, c, e) != 0)
		return -1;
	j.prefer.resolution = REST_RESOLVE_NONE;
	rc = read_body(&j, false, e);
	if (rc == 0)
		rc = store_rest_change(j.s, &at, &edit, &row, e);
	if (rc != 0 && e->code == ERR_CONFLICT && e->field[0] == '\0')
		rc = renamed(&j, e);
	if (rc == 0) {
		note(&j, buf_slice(&row));
		send_row(&j, &row, j.prefer.returns != REST_RETURN_MINIMAL);
	}
	buf_fini(&row);
	return job_end(&j, rc);
}

int
rest_delete(struct ctx *c, struct err *e)
{
	struct job j;
	const struct store_edit edit = { edit_row, &j };
	const struct store_address at = { &j.view, c->route->what,
		c->params.value[0] };
	struct buf row = BUF_INIT;
	int rc;

	if (job_init(&j, c, e) != 0)
		return -1;
	j.prefer.resolution = REST_RESOLVE_NONE;
	rc = store_rest_remove(j.s, &at, &edit, &row, e);
	if (rc == 0 && c->route->what == STORE_LIST_VIDEOS)
		media_view_drop_file(c, j.owner);
	if (rc == 0)
		videodb_buried(c, &j.theirs);
	if (rc == 0)
		send_row(
		    &j, &row, j.prefer.returns == REST_RETURN_REPRESENTATION);
	buf_fini(&row);
	return job_end(&j, rc);
}

#include "handlers/rest_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "io/store_rest.h"
#include "proto/jval.h"

/* Rows of one POST: each is a statement, and all hold the writer's lock. */
#define BULK_MAX 1000

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
conflict(const struct rest_job *j, const char *field, struct err *e)
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
merge_row(struct rest_job *j, struct json_object *item, struct slice key,
    bool by_id, struct buf *row, struct err *e)
{
	struct store_edit edit = { rest_job_edit, j };
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
merge(struct rest_job *j, struct json_object *item,
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
check_parent(
    struct rest_job *j, const struct store_fields *fields, struct err *e)
{
	struct buf there = BUF_INIT;
	struct err why = ERR_INIT;
	int rc;

	if (j->r->list != STORE_LIST_OUTPUTS)
		return 0;
	rc = store_list_get(
	    j->s, &j->view, j->r->list, fields->value[0].bytes, &there, &why);
	buf_fini(&there);
	if (rc == 0)
		return 0;
	if (why.code != ERR_NOT_FOUND) {
		*e = why;
		return -1;
	}
	return err_field(e, ERR_UNPROCESSABLE, "video_id",
	    "There is no video with this id.");
}

/* Which of its names is taken? */
static const char *
taken(struct rest_job *j, struct json_object *item)
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
add_row(struct rest_job *j, const struct buf *row)
{
	if (j->n_rows++ > 0)
		buf_addc(&j->rows, ',');
	buf_add_slice(&j->rows, buf_slice(row));
}

static int
add_known(struct rest_job *j, struct json_object *item,
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
add_item(struct rest_job *j, struct json_object *item, struct buf *row,
    struct err *e)
{
	bool upsert = j->prefer.resolution != REST_RESOLVE_NONE;
	struct store_fields fields = { .n = 0 };
	bool inserted = false;
	int rc;

	rc = resource_new(j->r, item, upsert, &j->c->arena, &fields, e);
	if (rc == 0) {
		rest_job_note_made(j, &fields);
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
			rest_job_note_new(j, &fields);
		else
			rest_job_note(j, buf_slice(row));
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
places_of(const struct rest_job *j, size_t n)
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
add_items(struct rest_job *j, struct err *e)
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
add_alone(struct rest_job *j, struct err *e)
{
	struct buf row = BUF_INIT;
	int rc = add_item(j, j->body, &row, e);

	if (rc == 0 && row.n > 0)
		add_row(j, &row);
	buf_fini(&row);
	return rc;
}

int
rest_rows_add(struct rest_job *j, struct err *e)
{
	return rest_job_is_bulk(j) ? add_items(j, e) : add_alone(j, e);
}

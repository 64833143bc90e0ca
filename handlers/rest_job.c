#include "handlers/rest_job.h"

#include "handlers/media_view.h"
#include "handlers/rest.h"
#include "handlers/rest_shape.h"
#include "io/store_rest.h"
#include "io/store_video.h"
#include "proto/jval.h"

int
rest_job_init(struct rest_job *j, struct ctx *c, struct err *e)
{
	*j = (struct rest_job){
		.c = c, .r = resource_of(c->route->what), .view = rest_view(c)
	};
	rest_prefer_parse(c->req->prefer, &j->prefer);
	j->prefer.count = false;
	j->s = ctx_store(c, e);
	return j->s == NULL ? -1 : rest_shape_parse(c, &j->shape, e);
}

/* The others are told without a place in the store. */
int
rest_job_end(struct rest_job *j, int rc)
{
	ctx_store_leave(j->c);
	if (rc == 0)
		changes_tell(j->c, &j->changes);
	(void)json_object_put(j->body);
	buf_fini(&j->rows);
	return rc;
}

/* What other pages must learn of: lists of collections and of videos. */
void
rest_job_note(struct rest_job *j, struct slice row)
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

void
rest_job_note_new(struct rest_job *j, const struct store_fields *fields)
{
	if (j->r->list == STORE_LIST_COLLECTIONS)
		j->changes.collections = true;
	if (j->r->list == STORE_LIST_VIDEOS)
		changes_videos(
		    &j->changes, fields->value[RESOURCE_COLLECTION].bytes);
}

/* A video makes the collection it names: asked before it does. */
void
rest_job_note_made(struct rest_job *j, const struct store_fields *fields)
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
bury(struct rest_job *j, struct json_object *row, struct err *e)
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
int
rest_job_edit(void *cookie, struct slice json, struct json_object *row,
    struct store_fields *fields, struct err *e)
{
	struct rest_job *j = cookie;

	if (rest_match(j->c, json, e) != 0)
		return -1;
	rest_job_note(j, json);
	if (fields == NULL) {
		j->owner = media_view_owner(j->c, row);
		return bury(j, row, e);
	}
	if (resource_patch(j->r, row, j->body, &j->c->arena, fields, e) != 0)
		return -1;
	rest_job_note_made(j, fields);
	return 0;
}

bool
rest_job_is_bulk(const struct rest_job *j)
{
	return json_object_is_type(j->body, json_type_array);
}

int
rest_job_body(struct rest_job *j, bool array, struct err *e)
{
	if (ctx_json_value(j->c, j->c->req->body, &j->body, e) != 0)
		return -1;
	if (json_object_is_type(j->body, json_type_object) ||
	    (array && rest_job_is_bulk(j)))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "body",
	    array ? "The body must be a JSON object, or an array of them."
		  : "The body must be a JSON object.");
}

/**
 * A request that writes rows by REST: what it has, which rows it changes, and
 * whom it tells of that once it went well.
 *
 *      if (rest_job_init(&j, c, e) != 0)
 *              return -1;
 *      rc = rest_job_body(&j, …, e) and the writing;
 *      return rest_job_end(&j, rc);
 *
 * Ownership: rest_job_end() drops all.
 * Failure: as rest.h.
 * Layer:  handlers
 */
#ifndef HANDLERS_REST_JOB_H
#define HANDLERS_REST_JOB_H

#include "handlers/changes.h"
#include "handlers/handlers.h"
#include "handlers/resource.h"
#include "handlers/videodb.h"
#include "io/store_list.h"
#include "proto/rest_prefer.h"

struct rest_job {
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

int rest_job_init(struct rest_job *j, struct ctx *c, struct err *e) MUST_CHECK;
/** Tells of the changes when `rc` is 0; returns it. */
int rest_job_end(struct rest_job *j, int rc);
/** The body: an object, or, with `array`, an array of them. */
int rest_job_body(struct rest_job *j, bool array, struct err *e) MUST_CHECK;
bool rest_job_is_bulk(const struct rest_job *j);
/** What other pages must learn of this row: lists of collections and of videos. */
void rest_job_note(struct rest_job *j, struct slice row);
/** The same of a row that is new: what it was made of tells, unparsed. */
void rest_job_note_new(struct rest_job *j, const struct store_fields *fields);
/** A video makes the collection it names: asked before it does. */
void rest_job_note_made(struct rest_job *j, const struct store_fields *fields);
/** An edit of struct store_edit: If-Match, and the body as a merge patch; of a
 *  row that goes, what is lost with it. `cookie` is the job. */
int rest_job_edit(void *cookie, struct slice json, struct json_object *row,
    struct store_fields *fields, struct err *e) MUST_CHECK;

#endif

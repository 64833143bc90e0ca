/**
 * What may be written to a row: fields with their checks, one table for each
 * resource. From a JSON body to the parameters of the resource's statements
 * (io/store_rest.h) and back from a row to what a merge patch is applied to.
 *
 *      {"video_id": "v-1", "metadata": {"name": "Pitch"}}
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_RESOURCE_H
#define HANDLERS_RESOURCE_H

#include <json-c/json.h>

#include "base/arena.h"
#include "io/store_rest.h"

struct resource_field {
	const char *name;
	/** NULL stands for JSON null. */
	int (*check)(
	    const char *name, struct json_object *value, struct err *e);
	/** Where none is given: JSON text, with a NULL the field is required,
	 *  with "" it is made of the new row's id. */
	const char *fallback;
	bool fixed; /* not changed by a PATCH */
};

struct resource {
	enum store_list_id list;
	bool named;         /* its id is text that the client may choose */
	const char *prefix; /* of ids that are made */
	/** Of the row that is in the way of a new one: a field, or "id". */
	const char *unique;
	struct resource_field fields[STORE_FIELDS_MAX]; /* ends with no name */
	/** Of all fields together; or NULL. Those that stay as `row` has them
	 *  are NULL; `row` is where all is new. */
	int (*check)(const struct store_fields *fields, struct json_object *row,
	    struct err *e);
};

/** When a row was made; rows that were read have it. */
#define RESOURCE_TIME "created_at"

/** Where a video's parameters have its collection. */
#define RESOURCE_COLLECTION 2

/** NULL when the list cannot be written to. */
const struct resource *resource_of(unsigned list);

/** A new row's parameters from a body, which may be `dated` (RESOURCE_TIME);
 *  `a` holds what they point to. */
int resource_new(const struct resource *r, struct json_object *body, bool dated,
    struct arena *a, struct store_fields *out, struct err *e) MUST_CHECK;
/** What of a row becomes another by `patch` (RFC 7396); the rest is NULL. */
int resource_patch(const struct resource *r, struct json_object *row,
    struct json_object *patch, struct arena *a, struct store_fields *out,
    struct err *e) MUST_CHECK; // NOLINT

#endif

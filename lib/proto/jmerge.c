#include "proto/jmerge.h"

#include <stdlib.h>

#include "proto/jval.h"

/* Takes the reference. json-c reports memory only (ck.h). */
static void
put(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value) != 0)
		abort();
}

/* The members of `target`, none when it is no object. */
static struct json_object *
copy_members(struct json_object *target)
{
	struct json_object *copy = json_object_new_object();
	struct json_object_iterator it, end;

	if (copy == NULL)
		abort();
	if (!json_object_is_type(target, json_type_object))
		return copy;
	it = json_object_iter_begin(target);
	end = json_object_iter_end(target);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		put(copy, json_object_iter_peek_name(&it),
		    json_object_get(json_object_iter_peek_value(&it)));
	return copy;
}

/* NOLINTBEGIN(misc-no-recursion): JVAL_DEPTH_MAX bounds it. */
static bool merge(struct json_object *target, struct json_object *patch,
    unsigned depth, struct json_object **out);

/* One member of a patch into `object`. */
static bool
merge_member(struct json_object *object, const char *key,
    struct json_object *patch, unsigned depth)
{
	struct json_object *value;

	if (patch == NULL) {
		json_object_object_del(object, key);
		return true;
	}
	if (!merge(json_object_object_get(object, key), patch, depth, &value))
		return false;
	put(object, key, value);
	return true;
}

/* `depth`: how many objects `patch` is in. */
static bool
merge(struct json_object *target, struct json_object *patch, unsigned depth,
    struct json_object **out)
{
	struct json_object_iterator it, end;
	bool good = depth < JVAL_DEPTH_MAX;

	if (!json_object_is_type(patch, json_type_object)) {
		*out = json_object_get(patch);
		return true;
	}
	*out = copy_members(target);
	it = json_object_iter_begin(patch);
	end = json_object_iter_end(patch);
	for (; good && !json_object_iter_equal(&it, &end);
	     json_object_iter_next(&it))
		good = merge_member(*out, json_object_iter_peek_name(&it),
		    json_object_iter_peek_value(&it), depth + 1);
	if (!good) {
		json_object_put(*out);
		*out = NULL;
	}
	return good;
}

/* NOLINTEND(misc-no-recursion) */

bool
jmerge_apply(struct json_object *target, struct json_object *patch,
    struct json_object **out)
{
	return merge(target, patch, 0, out);
}

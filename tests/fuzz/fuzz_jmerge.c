/* A merge patch. The input is lines: the target's JSON, the patch's. */
#include "proto/jmerge.h"

#include "harness/fuzz.h"
#include "proto/jval.h"

static struct json_object *
merged(struct json_object *target, struct json_object *patch)
{
	struct json_object *out = NULL;

	fuzz_require(jmerge_apply(target, patch, &out));
	return out;
}

static void
require_same(struct json_object *a, struct json_object *b)
{
	struct buf text_a = BUF_INIT, text_b = BUF_INIT;

	jval_print(&text_a, a);
	jval_print(&text_b, b);
	fuzz_require(slice_eq(buf_slice(&text_a), buf_slice(&text_b)));
	buf_fini(&text_a);
	buf_fini(&text_b);
}

/* What the patch says of a member is so; of others, the target. */
static void
require_members(struct json_object *target, struct json_object *patch,
    struct json_object *out)
{
	json_object_object_foreach(patch, key, value) {
		struct json_object *got;
		bool there = json_object_object_get_ex(out, key, &got);

		fuzz_require(there == (value != NULL));
		if (!json_object_is_type(value, json_type_object))
			require_same(there ? got : NULL, value);
	}
	if (!json_object_is_type(target, json_type_object))
		return;
	json_object_object_foreach(target, name, old) {
		if (!json_object_object_get_ex(patch, name, NULL))
			require_same(json_object_object_get(out, name), old);
	}
}

static void
try_merge(struct json_object *target, struct json_object *patch)
{
	struct json_object *once = merged(target, patch);
	struct json_object *twice = merged(once, patch);

	require_same(once, twice);
	if (json_object_is_type(patch, json_type_object))
		require_members(target, patch, once);
	else
		require_same(once, patch);
	json_object_put(once);
	json_object_put(twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 2);
	struct json_object *target = NULL, *patch = NULL;

	if (jval_parse(in.field[0], &target) == JVAL_OK &&
	    jval_parse(in.field[1], &patch) == JVAL_OK)
		try_merge(target, patch);
	json_object_put(target);
	json_object_put(patch);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"

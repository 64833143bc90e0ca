#include "io/store_context.h"

#include "io/store_driver.h"

int
store_context_get(struct store *s, struct slice session_id,
    struct json_object **context, struct err *e)
{
	struct store_value param = store_text(session_id);
	struct json_object *row, *data = NULL;

	*context = NULL;
	if (store_one(s, STORE_CONTEXT_GET, &param, 1, &row, e) == -1)
		return -1;
	if (row != NULL)
		data = json_object_object_get(row, "context_data");
	if (json_object_is_type(data, json_type_object))
		*context = json_object_get(data);
	(void)json_object_put(row);
	return 0;
}

int
store_context_put(struct store *s, struct slice session_id,
    struct json_object *context, struct err *e)
{
	struct buf json = BUF_INIT;
	struct store_value params[2] = { store_text(session_id) };
	int rc;

	params[1] = store_json(&json, context, "{}");
	rc = store_write(s, STORE_CONTEXT_PUT, params, 2, NULL, e);
	buf_fini(&json);
	return rc;
}

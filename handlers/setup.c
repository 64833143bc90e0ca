#include "handlers/setup.h"

#include "handlers/agents.h"
#include "proto/jval.h"

/* The offline engine and the local store serve where nothing is configured. */
int
setup_check(struct ctx *c, struct err *e)
{
	static const char *const KEYS[] = { "videodb_configured",
		"llm_configured", "db_configured" };
	struct json_object *o = json_object_new_object();

	(void)e;
	for (size_t i = 0; i < COUNT(KEYS); i++)
		(void)json_object_object_add(
		    o, KEYS[i], json_object_new_boolean(1));
	return ctx_json(c, 200, o);
}

int
setup_agents(struct ctx *c, struct err *e)
{
	struct json_object *list = json_object_new_array();

	(void)e;
	for (size_t i = 0; i < agents_count; i++) {
		struct json_object *o = json_object_new_object(), *parameters;

		jval_put_str(o, "name", slice_from(agents_table[i].name));
		jval_put_str(
		    o, "description", slice_from(agents_table[i].description));
		if (jval_parse(slice_from(agents_table[i].parameters),
			&parameters) == JVAL_OK)
			(void)json_object_object_add(
			    o, "parameters", parameters);
		(void)json_object_array_add(list, o);
	}
	return ctx_json(c, 200, list);
}

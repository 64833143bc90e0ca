/** Cleaning of JSON values, and what a row says about its cleaning. */
#include <limits.h>

#include "text/pii.h"

static struct json_object *
clean_string(struct pii *pii, struct json_object *value)
{
	struct slice text = { json_object_get_string(value),
		(size_t)json_object_get_string_len(value) };
	struct buf b = BUF_INIT;
	struct json_object *clean;

	pii_clean(pii, text, &b);
	clean = json_object_new_string_len(
	    buf_cstr(&b), b.n < INT_MAX ? (int)b.n : INT_MAX);
	buf_fini(&b);
	return clean;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the parser let it be. */
static struct json_object *
clean_array(struct pii *pii, struct json_object *value)
{
	struct json_object *clean = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(value); i++)
		(void)json_object_array_add(clean,
		    pii_clean_json(pii, json_object_array_get_idx(value, i)));
	return clean;
}

struct json_object *
pii_clean_json(struct pii *pii, struct json_object *value)
{
	struct json_object *clean;

	if (json_object_is_type(value, json_type_string))
		return clean_string(pii, value);
	if (json_object_is_type(value, json_type_array))
		return clean_array(pii, value);
	if (!json_object_is_type(value, json_type_object))
		return json_object_get(value);
	clean = json_object_new_object();
	json_object_object_foreach(value, key, member) {
		(void)json_object_object_add(
		    clean, key, pii_clean_json(pii, member));
	}
	return clean;
}
/* NOLINTEND(misc-no-recursion) */

struct json_object *
pii_metadata(struct slice cleaned)
{
	struct pii_counts counts = pii_count_text(cleaned);
	struct json_object *m = json_object_new_object();
	struct json_object *kinds = json_object_new_object();

	(void)json_object_object_add(
	    m, "cleaner", json_object_new_string(PII_VERSION));
	(void)json_object_object_add(
	    m, "method", json_object_new_string("rules"));
	for (size_t i = 0; i < PII_KIND__MAX; i++)
		if (counts.n[i] != 0)
			(void)json_object_object_add(kinds,
			    pii_kind_name((enum pii_kind)i),
			    json_object_new_int64((int64_t)counts.n[i]));
	(void)json_object_object_add(m, "placeholders", kinds);
	return m;
}

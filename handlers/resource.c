#include "handlers/resource.h"

#include <stdio.h>
#include <string.h>

#include "base/uuid.h"
#include "io/rnd.h"
#include "io/store_video.h"
#include "proto/jmerge.h"
#include "proto/jval.h"
#include "proto/message.h"

/* A name or description is a line on a page. */
#define LINE_MAX_BYTES 4000
/* As large as the body of a request. */
#define JSON_BYTES_MAX 1000000
/* Words such as structured_data. */
#define TYPE_MAX 63

static int
check_string(const char *name, struct json_object *value, struct err *e)
{
	if (json_object_is_type(value, json_type_string))
		return 0;
	return err_field(
	    e, ERR_BAD_REQUEST, name, "%s must be a string.", name);
}

/* Ids are put into addresses and shown: visible ASCII, nothing that cuts. */
static int
check_id(const char *name, struct json_object *value, struct err *e)
{
	struct slice id;

	if (check_string(name, value, e) != 0)
		return -1;
	id = jval_slice(value);
	if (id.n == 0 || id.n > MESSAGE_MEDIA_ID_MAX)
		return err_field(e, ERR_BAD_REQUEST, name,
		    "%s must be a string of 1 to %d characters.", name,
		    MESSAGE_MEDIA_ID_MAX);
	/* Clients and proxies take these segments out of an address. */
	if (slice_eqs(id, ".") || slice_eqs(id, ".."))
		return err_field(e, ERR_BAD_REQUEST, name,
		    "%s cannot be \".\" or \"..\".", name);
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~' || id.p[i] == '/')
			return err_field(e, ERR_BAD_REQUEST, name,
			    "%s may hold visible ASCII characters except '/' "
			    "only.",
			    name);
	return 0;
}

/* The page's alias must never become an id (contract 0, 4). */
static int
check_own_id(const char *name, struct json_object *value, struct err *e)
{
	if (check_id(name, value, e) != 0)
		return -1;
	if (slice_eqs(jval_slice(value), "default"))
		return err_field(e, ERR_BAD_REQUEST, name,
		    "The id \"default\" means the first collection; choose "
		    "another one.");
	return 0;
}

static int
check_object(const char *name, struct json_object *value, struct err *e)
{
	if (json_object_is_type(value, json_type_object))
		return 0;
	return err_field(
	    e, ERR_BAD_REQUEST, name, "%s must be a JSON object.", name);
}

static int
check_line(const char *name, struct json_object *value, struct err *e)
{
	if (check_string(name, value, e) != 0)
		return -1;
	if (slice_trim(jval_slice(value)).n == 0 ||
	    jval_slice(value).n > LINE_MAX_BYTES)
		return err_field(e, ERR_BAD_REQUEST, name,
		    "%s must have 1 to %d bytes.", name, LINE_MAX_BYTES);
	return 0;
}

static int
check_text(const char *name, struct json_object *value, struct err *e)
{
	if (check_string(name, value, e) != 0)
		return -1;
	if (jval_slice(value).n > LINE_MAX_BYTES)
		return err_field(e, ERR_BAD_REQUEST, name,
		    "%s must have at most %d bytes.", name, LINE_MAX_BYTES);
	return 0;
}

static int
check_type(const char *name, struct json_object *value, struct err *e)
{
	struct slice word;

	if (check_string(name, value, e) != 0)
		return -1;
	word = jval_slice(value);
	if (word.n > 0 && word.n <= TYPE_MAX &&
	    strspn(json_object_get_string(value),
		"abcdefghijklmnopqrstuvwxyz0123456789_") == word.n)
		return 0;
	return err_field(e, ERR_BAD_REQUEST, name,
	    "%s must be a word such as analysis: small letters, digits and "
	    "'_', %d at most.",
	    name, TYPE_MAX);
}

/* Of a field: as it is to be, else as it is. */
static struct slice
text_of(
    const struct store_value *value, struct json_object *row, const char *key)
{
	return value->type == STORE_NULL ? jval_str(row, key) : value->bytes;
}

/* Programs read it as JSON, and so does an index of PostgreSQL. What is there
 * already may be anything. */
static int
check_output(
    const struct store_fields *fields, struct json_object *row, struct err *e)
{
	const struct store_value *type = &fields->value[2];
	const struct store_value *content = &fields->value[3];
	struct json_object *value = NULL;
	enum jval_status status;

	if ((type->type == STORE_NULL && content->type == STORE_NULL) ||
	    !slice_eqs(text_of(type, row, "output_type"), "training_data"))
		return 0;
	status =
	    jval_parse_sent(text_of(content, row, "content"), &value, NULL);
	(void)json_object_put(value);
	if (status == JVAL_OK)
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "content",
	    "The content of training_data must be JSON: %s",
	    jval_strerror(status));
}

#define OBJECT  "{}"
#define MADE    ""
#define DEFAULT "\"" STORE_DEFAULT_COLLECTION "\""

/* clang-format off */
static const struct resource TABLE[] = {
	{ STORE_LIST_COLLECTIONS, true, "c-", "id", {
		{ "name", check_line, NULL, false },
		{ "description", check_text, "\"\"", false } }, NULL },
	{ STORE_LIST_VIDEOS, false, "m-", "video_id", {
		{ "video_id", check_id, MADE, false },
		{ "collection_id", check_id, DEFAULT, false },
		{ "metadata", check_object, OBJECT, false } }, NULL },
	{ STORE_LIST_OUTPUTS, false, "", "id", {
		{ "video_id", check_id, NULL, true },
		{ "output_type", check_type, NULL, false },
		{ "content", check_string, NULL, false },
		{ "metadata", check_object, OBJECT, false } }, check_output },
};
/* clang-format on */

const struct resource *
resource_of(unsigned list)
{
	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (TABLE[i].list == list)
			return &TABLE[i];
	return NULL;
}

/* The members that a body may have. Rows that were read have a time, which may
 * come back with them. */
static int
check_known(const struct resource *r, struct json_object *body, bool dated,
    struct err *e)
{
	const char *known[STORE_FIELDS_MAX + 3] = { "id" };
	size_t n = 1;

	for (size_t i = 0; r->fields[i].name != NULL; i++)
		known[n++] = r->fields[i].name;
	if (dated)
		known[n++] = RESOURCE_TIME;
	return jval_only(body, known, e);
}

/* A string as it is, anything else as JSON. */
static struct store_value
as_value(struct json_object *value, struct arena *a)
{
	struct buf b = BUF_INIT;
	struct slice text;

	if (json_object_is_type(value, json_type_string)) {
		text = jval_slice(value);
		/* The page's name for the first collection. */
		return store_text(arena_dup(a, text));
	}
	jval_print(&b, value);
	text = arena_dup(a, buf_slice(&b));
	buf_fini(&b);
	return store_text(text);
}

static bool
is_alias(const struct resource_field *f, struct json_object *value)
{
	return strcmp(f->name, "collection_id") == 0 &&
	    slice_eqs(jval_slice(value), "default");
}

/* A merge can make more than a parser takes: it could never be read again. */
static int
check_readable(const char *name, struct slice json, struct err *e)
{
	struct json_object *value = NULL;
	enum jval_status status = jval_parse(json, &value);

	(void)json_object_put(value);
	if (status == JVAL_OK && json.n <= JSON_BYTES_MAX)
		return 0;
	return err_field(
	    e, ERR_TOO_LARGE, name, "%s would be too large.", name);
}

/* A row that is made, or made anew. */
struct making {
	const struct resource *r;
	const char *uuid; /* what ids and names are made of */
	struct arena *a;
	struct err *e;
};

static struct store_value
fallback_of(const struct making *m, const struct resource_field *f)
{
	struct slice text = slice_from(f->fallback);

	if (text.n == 0)
		return store_text(slice_from(
		    arena_printf(m->a, "%s%s", m->r->prefix, m->uuid)));
	if (text.p[0] == '"')
		text = slice_sub(text, 1, text.n - 2);
	return store_text(text);
}

static int
take_field(const struct making *m, const struct resource_field *f,
    struct json_object *body, struct store_value *out)
{
	struct json_object *value;

	if (!json_object_object_get_ex(body, f->name, &value) ||
	    value == NULL) {
		if (f->fallback == NULL)
			return err_field(m->e, ERR_BAD_REQUEST, f->name,
			    "%s is missing.", f->name);
		*out = fallback_of(m, f);
		return 0;
	}
	if (f->check(f->name, value, m->e) != 0)
		return -1;
	*out = is_alias(f, value) ? store_text(SLICE(STORE_DEFAULT_COLLECTION))
				  : as_value(value, m->a);
	return f->check == check_object
	    ? check_readable(f->name, out->bytes, m->e)
	    : 0;
}

/* The client's id, or one of ours. */
static int
take_id(
    const struct making *m, struct json_object *body, struct store_value *out)
{
	struct json_object *value;
	char given[UUID_SIZE];

	if (!json_object_object_get_ex(body, "id", &value) || value == NULL) {
		*out = store_text(slice_from(arena_printf(
		    m->a, "%s%s", m->r->named ? m->r->prefix : "", m->uuid)));
		return 0;
	}
	if (m->r->named && check_own_id("id", value, m->e) != 0)
		return -1;
	if (!m->r->named && !uuid_parse(jval_slice(value), given))
		return err_field(
		    m->e, ERR_BAD_REQUEST, "id", "id must be a UUID.");
	*out = store_text(arena_dup(
	    m->a, m->r->named ? jval_slice(value) : slice_from(given)));
	return 0;
}

static int
take_fields(
    const struct making *m, struct json_object *body, struct store_fields *out)
{
	out->n = 1;
	for (const struct resource_field *f = m->r->fields; f->name; f++)
		if (take_field(m, f, body, &out->value[out->n++]) != 0)
			return -1;
	return m->r->check != NULL ? m->r->check(out, NULL, m->e) : 0;
}

int
resource_new(const struct resource *r, struct json_object *body, bool dated,
    struct arena *a, struct store_fields *out, struct err *e)
{
	char uuid[37];
	const struct making m = { r, uuid, a, e };

	if (!json_object_is_type(body, json_type_object))
		return err_field(e, ERR_BAD_REQUEST, "body",
		    "The body must be a JSON object, or an array of them.");
	rnd_uuid_timed(uuid);
	if (check_known(r, body, dated, e) != 0 ||
	    take_id(&m, body, &out->value[0]) != 0)
		return -1;
	return take_fields(&m, body, out);
}

static int
check_same(const char *name, struct json_object *row, struct json_object *patch,
    struct err *e)
{
	struct json_object *value;

	if (!json_object_object_get_ex(patch, name, &value) ||
	    json_object_equal(value, json_object_object_get(row, name)))
		return 0;
	return err_field(
	    e, ERR_BAD_REQUEST, name, "%s cannot be changed.", name);
}

/* What cannot be changed may be said again. */
static int
check_fixed(const struct resource *r, struct json_object *row,
    struct json_object *patch, struct err *e)
{
	if (check_same("id", row, patch, e) != 0 ||
	    check_same(RESOURCE_TIME, row, patch, e) != 0)
		return -1;
	for (size_t i = 0; r->fields[i].name != NULL; i++)
		if (r->fields[i].fixed &&
		    check_same(r->fields[i].name, row, patch, e) != 0)
			return -1;
	return 0;
}

/* Is it to become something else? What somebody else stored need not be what we
 * would take, as long as it stays. An object is merged, be it the same. */
static bool
is_changed(const struct resource_field *f, struct json_object *row,
    struct json_object *patch)
{
	struct json_object *value;

	return !f->fixed && json_object_object_get_ex(patch, f->name, &value) &&
	    (json_object_is_type(value, json_type_object) ||
		!json_object_equal(
		    value, json_object_object_get(row, f->name)));
}

static int
patch_fields(const struct making *m, struct json_object *row,
    struct json_object *patch, struct store_fields *out)
{
	struct json_object *merged = NULL;
	int rc = 0;

	if (!jmerge_apply(row, patch, &merged))
		return err_field(m->e, ERR_BAD_REQUEST, "body",
		    "The patch is nested too deep.");
	out->n = 1;
	for (const struct resource_field *f = m->r->fields; f->name; f++) {
		struct store_value *value = &out->value[out->n++];

		*value = STORE_NULL_VALUE;
		if (rc == 0 && is_changed(f, row, patch))
			rc = take_field(m, f, merged, value);
	}
	(void)json_object_put(merged);
	if (rc == 0 && m->r->check != NULL)
		rc = m->r->check(out, row, m->e);
	return rc;
}

int
resource_patch(const struct resource *r, struct json_object *row,
    struct json_object *patch, struct arena *a, struct store_fields *out,
    struct err *e) // NOLINT(readability-function-size)
{
	const struct making m = { r,
		arena_printf(a, "%.*s", SLICE_ARG(jval_str(row, "id"))), a, e };

	if (check_known(r, patch, true, e) != 0 ||
	    check_fixed(r, row, patch, e) != 0)
		return -1;
	out->value[0] = store_text(slice_from(m.uuid));
	return patch_fields(&m, row, patch, out);
}

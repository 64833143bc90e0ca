/*
 * Page by page: each is a list's page (io/store_list.h) of a few outputs, and is
 * gone before the next is read. Between pages there is but the cursor.
 */
#include "handlers/training.h"

#include <stdio.h>
#include <string.h>

#include "handlers/rest.h"
#include "proto/jval.h"

/* An output may be a megabyte: as many are held at once. */
#define PAGE_ROWS 10
/* A time and a uuid, in base64 (rest_cursor.h). */
#define CURSOR_SIZE 256

#define JSON  "application/json"
#define LINES "application/jsonl"

#define SELECT "select=id,video_id,external_id,collection_id,created_at,content"
#define ORDER  "&order=created_at.asc"

struct training {
	struct ctx *c;
	struct store *s;
	bool lines; /* JSONL */
	bool last;  /* the page read was the last one */
	int64_t n;  /* examples so far */
	char cursor[CURSOR_SIZE];
};

/* Examples */

static void
put_member(struct buf *out, const char *name, struct slice value)
{
	buf_addc(out, ',');
	jval_quote(out, slice_from(name));
	buf_addc(out, ':');
	jval_quote(out, value);
}

static void
put_line(struct buf *out, struct slice input, struct slice output)
{
	buf_adds(out, "{\"messages\":[{\"role\":\"user\",\"content\":");
	jval_quote(out, input);
	buf_adds(out, "},{\"role\":\"assistant\",\"content\":");
	jval_quote(out, output);
	buf_adds(out, "}]}\n");
}

static void
put_object(struct buf *out, struct slice input, struct slice output,
    struct json_object *row)
{
	static const char *const KEYS[] = { "video_id", "external_id",
		"collection_id", "created_at" };

	buf_adds(out, "{\"input\":");
	jval_quote(out, input);
	put_member(out, "output", output);
	put_member(out, "output_id", jval_str(row, "id"));
	for (size_t i = 0; i < COUNT(KEYS); i++)
		put_member(out, KEYS[i], jval_str(row, KEYS[i]));
	buf_addc(out, '}');
}

static void
put_example(struct training *t, struct buf *out, struct json_object *example,
    struct json_object *row)
{
	struct slice input = jval_str(example, "input");
	struct slice output = jval_str(example, "output");

	if (input.p == NULL || output.p == NULL)
		return;
	if (!t->lines && t->n > 0)
		buf_adds(out, ",\n");
	t->n++;
	if (t->lines)
		put_line(out, input, output);
	else
		put_object(out, input, output, row);
}

/* Older ones are called pairs. */
static struct json_object *
examples_of(struct json_object *content)
{
	static const char *const KEYS[] = { "examples", "training_pairs" };
	struct json_object *list;

	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (json_object_object_get_ex(content, KEYS[i], &list) &&
		    json_object_is_type(list, json_type_array))
			return list;
	return NULL;
}

static void
put_row(struct training *t, struct buf *out, struct json_object *row)
{
	struct json_object *content = NULL, *list;

	if (jval_parse(jval_str(row, "content"), &content) != JVAL_OK)
		return;
	list = examples_of(content);
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		put_example(t, out, json_object_array_get_idx(list, i), row);
	(void)json_object_put(content);
}

/* Pages */

static int
put_page(struct training *t, struct buf *out, const struct store_page *page,
    struct err *e)
{
	struct json_object *rows = NULL;

	if (page->cursor.n >= CURSOR_SIZE ||
	    jval_parse(buf_slice(&page->json), &rows) != JVAL_OK)
		return err_set(e, ERR_INTERNAL, "A page cannot be read.");
	for (size_t i = 0; i < json_object_array_length(rows); i++)
		put_row(t, out, json_object_array_get_idx(rows, i));
	(void)json_object_put(rows);
	(void)snprintf(t->cursor, sizeof(t->cursor), "%.*s",
	    SLICE_ARG(buf_slice(&page->cursor)));
	t->last = page->cursor.n == 0;
	return 0;
}

/* What the client asked for, and where the last page ended. */
static int
parse(const struct training *t, struct arena *a, struct rest_query *q,
    struct err *e)
{
	static const char *const KNOWN[] = { "format", NULL };
	struct slice asked = t->c->req->query;
	struct rest_asked all = { .known = KNOWN };

	all.query = slice_from(arena_printf(a, "%.*s%s" SELECT ORDER "%s%s",
	    SLICE_ARG(asked), asked.n > 0 ? "&" : "",
	    t->cursor[0] != '\0' ? "&cursor=" : "", t->cursor));
	if (rest_query_parse(
		store_list_table(STORE_LIST_TRAINING), &all, a, q, e) != 0)
		return -1;
	q->limit = PAGE_ROWS;
	return 0;
}

static int
read_page(struct training *t, struct buf *out, struct err *e)
{
	struct store_view view = rest_view(t->c);
	struct arena a = ARENA_INIT;
	struct rest_query *q = arena_alloc(&a, sizeof(*q));
	struct store_page page;
	int rc = parse(t, &a, q, e);

	if (rc == 0)
		rc = store_list(
		    t->s, &view, STORE_LIST_TRAINING, q, false, &page, e);
	if (rc == 0) {
		rc = put_page(t, out, &page, e);
		store_page_fini(&page);
	}
	arena_fini(&a);
	return rc;
}

/* A struct http_source. */
static int
next(void *cookie, struct buf *out)
{
	struct training *t = cookie;

	if (!t->last && read_page(t, out, &t->c->error) != 0)
		return -1;
	if (!t->last)
		return 1;
	if (!t->lines)
		buf_adds(out, "]\n");
	return 0;
}

/* The request */

/* All of it is one answer: there are no pages to ask for. */
static int
check_query(struct ctx *c, struct err *e)
{
	static const char *const OURS[] = { "select", "order", "limit",
		"offset", "cursor" };
	struct slice rest = c->req->query, name, value;

	while (http_query_next(&rest, &c->arena, &name, &value))
		for (size_t i = 0; i < COUNT(OURS); i++)
			if (slice_eqs(name, OURS[i]))
				return err_field(e, ERR_BAD_REQUEST, OURS[i],
				    "Training data comes as a whole; filter "
				    "it by video_id, external_id, "
				    "collection_id or created_at.");
	return 0;
}

static bool
accepts_lines(struct slice accept)
{
	static const char *const TYPES[] = { LINES, "application/x-ndjson",
		"application/x-jsonlines" };
	struct slice one;

	while (slice_cut(&accept, ',', &one))
		for (size_t i = 0; i < COUNT(TYPES); i++)
			if (slice_eq_nocase(http_media_type(slice_trim(one)),
				slice_from(TYPES[i])))
				return true;
	return false;
}

/* What the address says counts before what the browser says. */
static int
read_format(struct ctx *c, bool *lines, struct err *e)
{
	bool present;
	struct slice format =
	    http_query(c->req->query, "format", &c->arena, &present);

	*lines = present ? slice_eqs(format, "jsonl")
			 : accepts_lines(c->req->accept);
	if (!present || *lines || slice_eqs(format, "json"))
		return 0;
	return err_field(
	    e, ERR_BAD_REQUEST, "format", "format must be json or jsonl.");
}

/* The first page before the head: what fails there is a problem document. */
int
training_list(struct ctx *c, struct err *e)
{
	struct training *t = arena_alloc(&c->arena, sizeof(*t));

	t->c = c;
	if (check_query(c, e) != 0 || read_format(c, &t->lines, e) != 0)
		return -1;
	t->s = ctx_store(c, e);
	if (!t->lines)
		buf_addc(&c->res->body, '[');
	if (t->s == NULL || read_page(t, &c->res->body, e) != 0)
		return -1;
	http_header(c->res, "Content-Type", "%s", t->lines ? LINES : JSON);
	http_header(c->res, "Cache-Control", "no-store");
	http_header(c->res, "Vary", "Accept");
	c->res->more = (struct http_source){ next, t };
	return 0;
}

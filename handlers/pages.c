#include "handlers/pages.h"

#include <stdio.h>

#include "handlers/rest.h"
#include "proto/jval.h"

/* Rows and bytes that are read at once. */
#define PAGE_ROWS  100
#define PAGE_BYTES 500000
/* A time and an id of 255 bytes, in base64 (rest_cursor.h). */
#define CURSOR_SIZE 1024

struct reader {
	struct ctx *c;
	struct pages of;
	struct buf *out; /* of the page being read */
	int64_t n;       /* rows so far */
	char cursor[CURSOR_SIZE];
	bool last; /* the page read was the last one */
};

/* The value is dropped. */
static void
put(struct reader *r, struct json_object *shown)
{
	buf_addc(r->out, r->n++ > 0 ? ',' : '[');
	jval_print(r->out, shown);
	(void)json_object_put(shown);
}

static void
put_row(void *cookie, struct slice json)
{
	struct reader *r = cookie;
	struct json_object *row = NULL;

	/* What somebody else stored and nobody can read is left out. */
	if (jval_parse(json, &row) != JVAL_OK)
		return;
	put(r, r->of.show(r->c, row));
	(void)json_object_put(row);
}

static int
parse(const struct reader *r, struct arena *a, struct rest_query *q,
    struct err *e)
{
	struct rest_asked asked = { .known = NULL };
	int64_t left = r->of.max - r->n;

	asked.query =
	    slice_from(arena_printf(a, "%.*s%s%s", SLICE_ARG(r->of.query),
		r->cursor[0] != '\0' ? "&cursor=" : "", r->cursor));
	if (rest_query_parse(store_list_table(r->of.list), &asked, a, q, e) !=
	    0)
		return -1;
	q->limit = left < PAGE_ROWS ? left : PAGE_ROWS;
	q->bytes = PAGE_BYTES;
	return 0;
}

static int
read_page(struct reader *r, struct buf *out, struct err *e)
{
	const struct store_each each = { put_row, r };
	struct store_view view = rest_view(r->c);
	struct arena a = ARENA_INIT;
	struct rest_query *q = arena_alloc(&a, sizeof(*q));
	struct store_page page;
	int rc = parse(r, &a, q, e);

	r->out = out;
	if (rc == 0)
		rc = store_list_each(
		    r->c->store, &view, r->of.list, q, &each, &page, e);
	if (rc == 0) {
		r->last = page.cursor.n == 0 || page.cursor.n >= CURSOR_SIZE ||
		    r->n >= r->of.max;
		(void)snprintf(r->cursor, sizeof(r->cursor), "%.*s",
		    SLICE_ARG(buf_slice(&page.cursor)));
		store_page_fini(&page);
	}
	arena_fini(&a);
	if (rc == 0 && r->last)
		buf_adds(out, r->n > 0 ? "]" : "[]");
	return rc;
}

/* A struct http_source. */
static int
next(void *cookie, struct buf *out)
{
	struct reader *r = cookie;

	if (read_page(r, out, &r->c->error) != 0)
		return -1;
	return r->last ? 0 : 1;
}

/* The first page before the head: what fails there is a problem document. */
int
pages_answer(struct ctx *c, const struct pages *of, struct err *e)
{
	struct reader *r = arena_alloc(&c->arena, sizeof(*r));

	*r = (struct reader){ .c = c, .of = *of, .out = &c->res->body };
	if (of->first != NULL)
		put(r, of->first);
	if (ctx_store(c, e) == NULL || read_page(r, &c->res->body, e) != 0)
		return -1;
	http_header(c->res, "Content-Type", "application/json");
	http_header(c->res, "Cache-Control", "no-store");
	if (!r->last)
		c->res->more = (struct http_source){ next, r };
	return 0;
}

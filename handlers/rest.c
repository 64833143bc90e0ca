#include "handlers/rest.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ck.h"
#include "handlers/rest_shape.h"
#include "io/hash.h"
#include "proto/etag.h"

struct store_view
rest_view(const struct ctx *c)
{
	return (struct store_view){ &c->who, conf_loopback(c->conf) };
}

static void
put_etag(
    struct ctx *c, const uint8_t hash[static HASH_BYTES], char out[static 32])
{
	etag_print(hash, out);
	http_header(c->res, "ETag", "%s", out);
}

void
rest_etag(struct ctx *c, struct slice json, char out[static 32])
{
	uint8_t hash[HASH_BYTES];

	hash_bytes(json, hash);
	put_etag(c, hash, out);
}

void
rest_applied(struct ctx *c, const struct rest_prefer *prefer)
{
	struct buf b = BUF_INIT;

	rest_prefer_print(&b, prefer);
	if (b.n > 0)
		http_header(c->res, "Preference-Applied", "%s", buf_cstr(&b));
	buf_fini(&b);
}

/* Does the client have it already? */
static int
is_known(const struct ctx *c, const char *tag, bool *known, struct err *e)
{
	*known = false;
	if (c->req->if_none_match.n == 0)
		return 0;
	switch (etag_if_none_match(c->req->if_none_match, slice_from(tag))) {
	case ETAG_MATCH:
		*known = true;
		return 0;
	case ETAG_MALFORMED:
		return err_field(e, ERR_BAD_REQUEST, "If-None-Match",
		    "If-None-Match must be \"*\" or a list of entity tags.");
	case ETAG_NONE:
		break;
	}
	return 0;
}

int
rest_match(struct ctx *c, struct slice json, struct err *e)
{
	uint8_t hash[HASH_BYTES];
	char tag[ETAG_SIZE] = "";

	if (c->req->if_match.n == 0)
		return 0;
	if (json.n > 0) {
		hash_bytes(json, hash);
		etag_print(hash, tag);
	}
	switch (etag_if_match(c->req->if_match, slice_from(tag))) {
	case ETAG_MATCH:
		return 0;
	case ETAG_MALFORMED:
		return err_field(e, ERR_BAD_REQUEST, "If-Match",
		    "If-Match must be \"*\" or a list of entity tags.");
	case ETAG_NONE:
		break;
	}
	return err_field(e, ERR_PRECONDITION, "If-Match",
	    "The row was changed meanwhile. Read it again and repeat the "
	    "change.");
}

/* All but the body, where one is `wanted`. */
static int
put_head(
    struct ctx *c, int status, const char *tag, bool *wanted, struct err *e)
{
	bool known;

	if (is_known(c, tag, &known, e) != 0)
		return -1;
	http_header(c->res, "Cache-Control", "no-cache, private");
	c->res->status = known ? 304 : status;
	*wanted = !known;
	if (*wanted)
		http_header(c->res, "Content-Type", "application/json");
	return 0;
}

int
rest_answer(struct ctx *c, int status, struct slice json, struct err *e)
{
	char tag[32];
	bool wanted;

	rest_etag(c, json, tag);
	if (put_head(c, status, tag, &wanted, e) != 0)
		return -1;
	if (wanted)
		buf_add_slice(&c->res->body, json);
	return 0;
}

/* No write is guarded by the tag of a page, which is long. Takes `json` along. */
static int
answer_page(struct ctx *c, int status, struct buf *json, struct err *e)
{
	uint8_t hash[HASH_BYTES];
	char tag[32];
	bool wanted;

	hash_quick(buf_slice(json), hash);
	put_etag(c, hash, tag);
	if (put_head(c, status, tag, &wanted, e) != 0)
		return -1;
	if (!wanted)
		return 0;
	buf_fini(&c->res->body);
	c->res->body = *json;
	*json = BUF_INIT;
	return 0;
}

/* "0-49/120"; "*" where there is none, or where a cursor led to. */
static void
put_range(
    struct ctx *c, const struct rest_query *q, const struct store_page *page)
{
	struct buf b = BUF_INIT;

	if (page->n == 0 || q->resumes)
		buf_addc(&b, '*');
	else
		buf_addf(&b, "%lld-%lld", (long long)q->offset,
		    (long long)(q->offset + page->n - 1));
	if (page->total < 0)
		buf_adds(&b, "/*");
	else
		buf_addf(&b, "/%lld", (long long)page->total);
	http_header(c->res, "Content-Range", "%s", buf_cstr(&b));
	http_header(c->res, "Range-Unit", "items");
	buf_fini(&b);
}

/* A cursor holds the row's own values: where those are too long for an address,
 * rows are counted. */
static void
put_link(
    struct ctx *c, const struct rest_query *q, const struct store_page *page)
{
	struct rest_next to = { buf_slice(&page->cursor), q->offset + page->n,
		q->ranged ? q->limit : 0 };
	struct buf next = BUF_INIT;

	if (page->cursor.n == 0)
		return;
	if (page->cursor.n > REST_CURSOR_MAX)
		to.cursor = SLICE_EMPTY;
	rest_query_next(&next, c->req->query, &to, &c->arena);
	http_header(c->res, "Link", "<%.*s?%s>; rel=\"next\"",
	    SLICE_ARG(c->req->path), buf_cstr(&next));
	buf_fini(&next);
}

/* Partial when the client asked for a range, or can tell by the count. */
static int
status_of(const struct rest_query *q, const struct store_page *page)
{
	bool part = page->cursor.n > 0 || q->offset > 0 || q->resumes;

	return part && page->n > 0 && (q->ranged || page->total >= 0) ? 206
								      : 200;
}

static int
behind_end(struct ctx *c, const struct rest_query *q,
    const struct store_page *page, struct err *e)
{
	if (page->n > 0 || q->offset == 0 || page->total < 0 || q->resumes ||
	    q->offset < page->total)
		return 0;
	put_range(c, q, page);
	return err_set(
	    e, ERR_RANGE, "There are only %lld rows.", (long long)page->total);
}

struct asked_page {
	const struct rest_query *q;
	struct rest_prefer prefer;
	struct store_page_question *question;
};

static int
answer_list(struct ctx *c, struct err *e)
{
	const struct asked_page *asked = c->asked;
	const struct rest_query *q = asked->q;
	struct store_page page;
	int rc;

	if (store_list_answer(asked->question, &page, e) != 0)
		return -1;
	rc = behind_end(c, q, &page, e);
	if (rc == 0) {
		put_range(c, q, &page);
		put_link(c, q, &page);
		rest_applied(c, &asked->prefer);
		rc = answer_page(c, status_of(q, &page), &page.json, e);
	}
	store_page_fini(&page);
	return rc;
}

static int
list(struct ctx *c, struct rest_query *q, struct err *e)
{
	struct asked_page *asked = arena_alloc(&c->arena, sizeof(*asked));
	struct store_view view = rest_view(c);
	struct store *s = ctx_store(c, e);

	asked->q = q;
	rest_prefer_parse(c->req->prefer, &asked->prefer);
	asked->prefer.returns = REST_RETURN_DEFAULT;
	asked->prefer.resolution = REST_RESOLVE_NONE;
	if (s == NULL)
		return -1;
	asked->question = store_list_ask(
	    s, &view, c->route->what, q, asked->prefer.count, ctx_shares(c), e);
	if (asked->question == NULL)
		return -1;
	return ctx_share(
	    c, store_list_waits(asked->question), answer_list, asked, e);
}

static int
parse(struct ctx *c, struct rest_query *q, struct err *e)
{
	const struct rest_asked asked = { .query = c->req->query,
		.range = c->req->range,
		.range_unit = c->req->range_unit };

	return rest_query_parse(
	    store_list_table(c->route->what), &asked, &c->arena, q, e);
}

int
rest_list(struct ctx *c, struct err *e)
{
	struct rest_query *q = arena_alloc(&c->arena, sizeof(*q));

	if (parse(c, q, e) != 0)
		return -1;
	return list(c, q, e);
}

/* A filter beyond what a client may ask for. */
static void
add_filter(struct rest_query *q, const char *column, struct slice value)
{
	struct rest_filter *f = &q->filters[q->n_filters++];

	*f = (struct rest_filter){ .op = REST_EQ, .value.text = value };
	while (!slice_eqs(
	    slice_from(q->table->columns[f->term.column].name), column))
		f->term.column++;
}

int
rest_list_of(
    struct ctx *c, const char *column, struct slice value, struct err *e)
{
	struct rest_query *q = arena_alloc(&c->arena, sizeof(*q));

	if (parse(c, q, e) != 0)
		return -1;
	if (q->n_filters == REST_FILTERS_MAX)
		return err_set(e, ERR_BAD_REQUEST, "One filter less, please.");
	add_filter(q, column, value);
	return list(c, q, e);
}

struct asked_row {
	const struct rest_query *shape; /* NULL: the whole row */
	struct store_row_question *question;
};

static int
answer_row(struct ctx *c, struct err *e)
{
	const struct asked_row *asked = c->asked;
	struct buf json = BUF_INIT;
	int rc = store_list_answer_one(asked->question, &json, e);

	if (rc == 0)
		rc = rest_answer(c, 200, buf_slice(&json), e);
	/* Its tag is that of the whole row, for If-Match. */
	if (rc == 0 && asked->shape != NULL && c->res->body.n > 0) {
		buf_clear(&c->res->body);
		rest_shape_print(&c->res->body, asked->shape, buf_slice(&json));
	}
	buf_fini(&json);
	return rc;
}

int
rest_get(struct ctx *c, struct err *e)
{
	struct asked_row *asked = arena_alloc(&c->arena, sizeof(*asked));
	struct store_view view = rest_view(c);
	struct store *s = ctx_store(c, e);

	asked->shape = NULL;
	if (s == NULL || rest_shape_parse(c, &asked->shape, e) != 0)
		return -1;
	asked->question = store_list_ask_one(
	    s, &view, c->route->what, c->params.value[0], ctx_shares(c));
	return ctx_share(
	    c, store_list_one_waits(asked->question), answer_row, asked, e);
}

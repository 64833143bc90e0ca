#include "handlers/rest_post.h"

#include "handlers/once.h"
#include "handlers/rest.h"
#include "handlers/rest_rows.h"
#include "handlers/rest_shape.h"

/* An upsert that lost a race finds the winner's row the next time. */
#define UPSERT_TRIES 3

/* Nothing new is 200 to who allows for that. */
static int
status_of(const struct rest_job *j)
{
	bool nothing = j->n_new == 0 &&
	    (j->n_rows > 0 || j->prefer.resolution != REST_RESOLVE_NONE);

	return nothing ? 200 : 201;
}

/* The answer as it is kept: "201 UUID\nBODY", the id where there is one row.
 * Whoever repeats the request may want to see the row. */
static void
print_answer(const struct rest_job *j, struct buf *out)
{
	buf_addf(out, "%d ", status_of(j));
	if (!rest_job_is_bulk(j) && j->n_rows == 1)
		buf_add_slice(out, j->id);
	buf_addc(out, '\n');
	if (rest_job_is_bulk(j) || j->n_rows == 0)
		buf_addc(out, '[');
	buf_add_slice(out, buf_slice(&j->rows));
	if (rest_job_is_bulk(j) || j->n_rows == 0)
		buf_addc(out, ']');
}

static void
put_location(struct ctx *c, struct slice id)
{
	struct buf b = BUF_INIT;

	http_encode(&b, id);
	http_header(
	    c->res, "Location", "%s/%s", c->route->pattern, buf_cstr(&b));
	buf_fini(&b);
}

static int
send_answer(struct rest_job *j, struct slice answer)
{
	struct ctx *c = j->c;
	struct slice head;

	(void)slice_cut(&answer, '\n', &head);
	c->res->status = head.n > 2 && head.p[2] == '1' ? 201 : 200;
	head = slice_from_at(head, 4);
	if (head.n > 0)
		put_location(c, head);
	rest_applied(c, &j->prefer);
	http_header(c->res, "Cache-Control", "no-store");
	if (answer.n == 0 || j->prefer.returns == REST_RETURN_MINIMAL)
		return 0;
	if (answer.p[0] == '{') {
		char tag[32];

		rest_etag(c, answer, tag);
	}
	http_header(c->res, "Content-Type", "application/json");
	rest_shape_print(&c->res->body, j->shape, answer);
	return 0;
}

/* Once for each key; `answer` gets what is to be sent. */
static int
post_once(
    struct rest_job *j, struct slice key, struct buf *answer, struct err *e)
{
	int rc = once_begin(j->c, key, j->c->req->body, answer, e);

	if (rc != 0)
		return -1;
	if (answer->n == 0) {
		rc = rest_rows_add(j, e);
		if (rc == 0)
			print_answer(j, answer);
	}
	return once_end(j->c, key, answer, rc, e);
}

static int
post_plain(struct rest_job *j, struct buf *answer, struct err *e)
{
	/* One row without more is a transaction by itself. */
	bool alone =
	    !rest_job_is_bulk(j) && j->prefer.resolution == REST_RESOLVE_NONE;
	int rc;

	if (!alone && store_begin(j->s, e) != 0)
		return -1;
	rc = rest_rows_add(j, e);
	if (!alone && rc == 0)
		rc = store_commit(j->s, e);
	store_rollback(j->s);
	if (rc == 0)
		print_answer(j, answer);
	return rc;
}

static int
try_post(struct rest_job *j, struct buf *answer, struct err *e)
{
	struct slice key;

	if (once_key(j->c, &key, e) != 0)
		return -1;
	return key.n > 0 ? post_once(j, key, answer, e)
			 : post_plain(j, answer, e);
}

/* What others stood in the way of is run again as a whole. */
static bool
again(const struct rest_job *j, int try, const struct err *e)
{
	if (e->code == ERR_CONFLICT)
		return j->prefer.resolution != REST_RESOLVE_NONE &&
		    try < UPSERT_TRIES;
	return store_again(j->s, try);
}

static int
post(struct rest_job *j, struct buf *answer, struct err *e)
{
	int rc = try_post(j, answer, e);

	for (int try = 1; rc != 0 && again(j, try, e); try++) {
		buf_clear(&j->rows);
		buf_clear(answer);
		j->n_rows = j->n_new = 0;
		j->id = SLICE_EMPTY;
		j->changes = (struct changes){ .n_videos = 0 };
		*e = ERR_INIT;
		rc = try_post(j, answer, e);
	}
	return rc;
}

int
rest_post(struct ctx *c, struct err *e)
{
	struct buf answer = BUF_INIT;
	struct rest_job j;
	int rc;

	if (rest_job_init(&j, c, e) != 0)
		return -1;
	rc = rest_job_body(&j, true, e);
	if (rc == 0)
		rc = post(&j, &answer, e);
	if (rc == 0)
		rc = send_answer(&j, buf_slice(&answer));
	buf_fini(&answer);
	return rest_job_end(&j, rc);
}

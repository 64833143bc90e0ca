#include "handlers/rest_write.h"

#include "handlers/media_view.h"
#include "handlers/rest.h"
#include "handlers/rest_job.h"
#include "handlers/rest_shape.h"
#include "io/store_rest.h"

static void
send_row(struct rest_job *j, const struct buf *row, bool wanted)
{
	struct ctx *c = j->c;
	char tag[32];

	c->res->status = wanted ? 200 : 204;
	http_header(c->res, "Cache-Control", "no-store");
	rest_applied(c, &j->prefer);
	if (c->req->method == HTTP_PATCH)
		rest_etag(c, buf_slice(row), tag);
	if (!wanted)
		return;
	http_header(c->res, "Content-Type", "application/json");
	rest_shape_print(&c->res->body, j->shape, buf_slice(row));
}

/* Only the name of a row can be in the way of a change. */
static int
renamed(const struct rest_job *j, struct err *e)
{
	return err_field(e, ERR_CONFLICT, j->r->unique,
	    "There is a row with this %s already. Choose another.",
	    j->r->unique);
}

int
rest_patch(struct ctx *c, struct err *e)
{
	struct rest_job j;
	const struct store_edit edit = { rest_job_edit, &j };
	const struct store_address at = { &j.view, c->route->what,
		c->params.value[0] };
	struct buf row = BUF_INIT;
	int rc;

	if (rest_job_init(&j, c, e) != 0)
		return -1;
	j.prefer.resolution = REST_RESOLVE_NONE;
	rc = rest_job_body(&j, false, e);
	if (rc == 0)
		rc = store_rest_change(j.s, &at, &edit, &row, e);
	if (rc != 0 && e->code == ERR_CONFLICT && e->field[0] == '\0')
		rc = renamed(&j, e);
	if (rc == 0) {
		rest_job_note(&j, buf_slice(&row));
		send_row(&j, &row, j.prefer.returns != REST_RETURN_MINIMAL);
	}
	buf_fini(&row);
	return rest_job_end(&j, rc);
}

int
rest_delete(struct ctx *c, struct err *e)
{
	struct rest_job j;
	const struct store_edit edit = { rest_job_edit, &j };
	const struct store_address at = { &j.view, c->route->what,
		c->params.value[0] };
	struct buf row = BUF_INIT;
	int rc;

	if (rest_job_init(&j, c, e) != 0)
		return -1;
	j.prefer.resolution = REST_RESOLVE_NONE;
	rc = store_rest_remove(j.s, &at, &edit, &row, e);
	if (rc == 0 && c->route->what == STORE_LIST_VIDEOS)
		media_view_drop_file(c, j.owner);
	if (rc == 0)
		videodb_buried(c, &j.theirs);
	if (rc == 0)
		send_row(
		    &j, &row, j.prefer.returns == REST_RETURN_REPRESENTATION);
	buf_fini(&row);
	return rest_job_end(&j, rc);
}

#include "handlers/upload.h"

#include "handlers/changes.h"
#include "handlers/media_add.h"
#include "handlers/media_view.h"
#include "handlers/upload_url.h"
#include "io/store_video.h"
#include "proto/multipart.h"

#define FIELD "file"

/* What is read of the form. */
struct form {
	struct ctx *c;
	struct media_file *file; /* NULL: no part had it yet */
	struct media_type type;
	struct slice name;     /* of the client's file, without its ending */
	struct media_file *to; /* of the part being read: NULL, nowhere */
};

/* ---- the form ------------------------------------------------------------- */

static int
begin_part(struct form *f, const struct multipart_part *part, struct err *e)
{
	const struct conf *conf = f->c->conf;

	f->to = NULL;
	if (!slice_eqs(part->name, FIELD))
		return 0;
	if (f->file != NULL)
		return err_field(
		    e, ERR_BAD_REQUEST, FIELD, "Send one file at a time.");
	f->name = arena_dup(&f->c->arena, media_add_name(part->filename));
	if (f->name.n == 0)
		return err_field(e, ERR_BAD_REQUEST, FIELD, "Invalid filename");
	if (!media_type_find(part->type, part->filename, &f->type))
		return err_field(e, ERR_MEDIA_TYPE, FIELD,
		    "Send a video, audio or an image.");
	f->file = f->to =
	    media_file_new(conf->media, NULL, conf->upload_max, e);
	return f->file == NULL ? -1 : 0;
}

static int
malformed(enum multipart_event failure, struct err *e)
{
	return err_field(e, ERR_BAD_REQUEST, "body",
	    "The form cannot be read: %s.", multipart_strerror(failure));
}

static int
read_piece(
    struct form *f, struct multipart *m, struct slice piece, struct err *e)
{
	enum multipart_event event;
	struct slice data;
	int rc = 0;

	while (rc == 0 &&
	    (event = multipart_next(m, &piece, &data)) != MULTIPART_MORE) {
		if (event >= MULTIPART_MALFORMED)
			rc = malformed(event, e);
		else if (event == MULTIPART_PART)
			rc = begin_part(f, &m->part, e);
		else if (event == MULTIPART_DATA && f->to != NULL)
			rc = media_file_write(f->to, data, e);
	}
	return rc;
}

static int
read_form(struct form *f, struct slice boundary, struct err *e)
{
	struct ctx *c = f->c;
	struct multipart *m = arena_alloc(&c->arena, sizeof(*m));
	enum multipart_event end;
	struct slice piece;

	multipart_init(m, boundary);
	do {
		if (c->body.next(c->body.cookie, ctx_body_max(c), &piece, e) !=
			0 ||
		    read_piece(f, m, piece, e) != 0)
			return -1;
	} while (piece.n != 0);
	end = multipart_end(m);
	return end == MULTIPART_MORE ? 0 : malformed(end, e);
}

/* ---- the row -------------------------------------------------------------- */

/* The file first, then the row that names it: a row without a file is worse. */
static int
keep(struct form *f, struct json_object **media, struct err *e)
{
	struct ctx *c = f->c;
	struct media_add new = { .collection_id = media_view_collection(c),
		.type = f->type,
		.name = f->name };
	char file[MEDIA_FILE_NAME];
	struct json_object *row = NULL;
	int rc = -1;

	media_add_init(&new, NULL);
	if (media_file_keep(f->file, new.owner, f->type.ending, file, e) != 0)
		return -1;
	if (ctx_store(c, e) != NULL)
		rc = media_add_row(c->store, &c->who, &new, &row, e);
	ctx_store_leave(c);
	if (rc != 0)
		media_view_drop_file(c, slice_from(new.owner));
	else
		*media = media_view_new(c, row, f->type.kind);
	(void)json_object_put(row);
	return rc;
}

/* Before a large body is read. */
static int
check_collection(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *row = NULL;
	int rc = -1;

	if (s != NULL)
		rc = store_collection_get(
		    s, &c->who, media_view_collection(c), &row, e);
	(void)json_object_put(row);
	ctx_store_leave(c);
	return rc;
}

int
upload_run(struct ctx *c, struct err *e)
{
	struct form f = { .c = c };
	struct json_object *media = NULL;
	struct slice boundary;

	if (c->waiting.n > 0)
		return upload_url_again(c, e);
	if (slice_eq_nocase(http_media_type(c->req->content_type),
		SLICE("application/json")))
		return upload_url_run(c, e);
	if (!multipart_boundary(c->req->content_type, &boundary))
		return err_field(e, ERR_BAD_REQUEST, "Content-Type",
		    "No valid source provided");
	if (check_collection(c, e) != 0)
		return -1;
	if (read_form(&f, boundary, e) != 0) {
		media_file_drop(f.file);
		return -1;
	}
	if (f.file == NULL)
		return err_field(
		    e, ERR_BAD_REQUEST, FIELD, "No valid source provided");
	if (keep(&f, &media, e) != 0)
		return -1;
	if (f.type.kind == MEDIA_VIDEO)
		changes_tell_videos(c, media_view_collection(c));
	return ctx_json(c, 200, media);
}

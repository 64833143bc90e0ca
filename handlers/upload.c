#include "handlers/upload.h"

#include "handlers/changes.h"
#include "handlers/media_add.h"
#include "handlers/media_view.h"
#include "handlers/once.h"
#include "handlers/upload_url.h"
#include "io/hash.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "proto/jval.h"
#include "proto/multipart.h"

#define FIELD "file"

/* What is read of the form. */
struct form {
	struct hash_stream hash; /* of the file */
	struct ctx *c;
	struct slice key;        /* of the request */
	struct media_file *file; /* NULL: no part had it yet; or it is kept */
	struct media_file *to;   /* of the part being read: NULL, nowhere */
	struct media_add new;    /* what becomes of it */
	bool kept;               /* the file has its name */
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
	f->new.name = arena_dup(&f->c->arena, media_add_name(part->filename));
	if (f->new.name.n == 0)
		return err_field(e, ERR_BAD_REQUEST, FIELD, "Invalid filename");
	if (!media_type_find(part->type, part->filename, &f->new.type))
		return err_field(e, ERR_MEDIA_TYPE, FIELD,
		    "Send a video, audio or an image.");
	f->file = f->to =
	    media_file_new(conf->media, NULL, conf->upload_max, e);
	hash_begin(&f->hash);
	return f->file == NULL ? -1 : 0;
}

/* The same file is known by its digest, which only a key asks for. */
static int
write_data(struct form *f, struct slice data, struct err *e)
{
	if (f->to == NULL)
		return 0;
	if (f->key.n > 0)
		hash_add(&f->hash, data);
	return media_file_write(f->to, data, e);
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
		else if (event == MULTIPART_DATA)
			rc = write_data(f, data, e);
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

/* What the same request says again; the form around it may be another. */
static struct slice
fingerprint(struct form *f)
{
	char digest[HASH_SIZE];

	hash_end(&f->hash, digest);
	return slice_from(arena_printf(&f->c->arena, "%s %s %.*s", digest,
	    f->new.type.ending, SLICE_ARG(f->new.name)));
}

/* The file first, then the row that names it: a row without a file is worse. */
static int
add(struct form *f, struct buf *answer, struct err *e)
{
	struct ctx *c = f->c;
	struct media_file *file = f->file;
	struct json_object *row = NULL;
	char name[MEDIA_FILE_NAME];
	int rc;

	f->file = NULL;
	if (media_file_keep(file, f->new.owner, f->new.type.ending, name, e) !=
	    0)
		return -1;
	f->kept = true;
	rc = media_add_row(c->store, &c->who, &f->new, &row, e);
	if (rc == 0)
		jval_print(answer, row);
	(void)json_object_put(row);
	return rc;
}

/* Whether a row was written is not known when the store was lost in the middle:
 * its file goes only when there is none. */
static void
drop_kept(struct form *f)
{
	struct ctx *c = f->c;
	struct store_media_key key = { f->new.collection_id, f->new.type.kind,
		slice_from(f->new.owner) };
	struct json_object *row = NULL;
	struct err e = ERR_INIT;
	int rc = key.kind == MEDIA_VIDEO
	    ? store_video_get(c->store, &c->who, key.id, &row, &e)
	    : store_media_get(c->store, &c->who, &key, &row, &e);

	(void)json_object_put(row);
	if (rc != 0 && e.code == ERR_NOT_FOUND)
		media_view_drop_file(c, key.id);
}

/* `answer` gets the row: this one's, or that of the same request before. */
static int
keep(struct form *f, struct buf *answer, struct err *e)
{
	struct ctx *c = f->c;
	int rc;

	f->new.collection_id = media_view_collection(c);
	media_add_init(&f->new, NULL);
	/* What takes long, without the store. */
	if (media_file_sync(f->file, e) != 0 ||
	    once_begin(c, f->key, fingerprint(f), answer, e) != 0)
		return -1;
	rc = answer->n > 0 ? 0 : add(f, answer, e);
	rc = once_end(c, f->key, answer, rc, e);
	if (rc != 0 && f->kept)
		drop_kept(f);
	ctx_store_leave(c);
	return rc;
}

static int
send_answer(struct form *f, struct slice answer, struct err *e)
{
	struct json_object *row = NULL, *media;

	if (jval_parse(answer, &row) != JVAL_OK)
		return err_set(e, ERR_INTERNAL, "an answer kept is no JSON");
	media = media_view_new(f->c, row, f->new.type.kind);
	(void)json_object_put(row);
	if (f->kept && f->new.type.kind == MEDIA_VIDEO)
		changes_tell_videos(f->c, f->new.collection_id);
	return ctx_json(f->c, 200, media);
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

static int
run_form(struct form *f, struct slice boundary, struct err *e)
{
	struct buf answer = BUF_INIT;
	int rc;

	if (check_collection(f->c, e) != 0)
		return -1;
	rc = read_form(f, boundary, e);
	if (rc == 0 && f->file == NULL)
		rc = err_field(
		    e, ERR_BAD_REQUEST, FIELD, "No valid source provided");
	if (rc == 0)
		rc = keep(f, &answer, e);
	media_file_drop(f->file);
	if (rc == 0)
		rc = send_answer(f, buf_slice(&answer), e);
	buf_fini(&answer);
	return rc;
}

int
upload_run(struct ctx *c, struct err *e)
{
	struct form f = { .c = c };
	struct slice boundary;

	if (c->waiting.n > 0)
		return upload_url_again(c, e);
	if (once_key(c, &f.key, e) != 0)
		return -1;
	if (slice_eq_nocase(http_media_type(c->req->content_type),
		SLICE("application/json")))
		return upload_url_run(c, f.key, e);
	if (!multipart_boundary(c->req->content_type, &boundary))
		return err_field(e, ERR_BAD_REQUEST, "Content-Type",
		    "No valid source provided");
	return run_form(&f, boundary, e);
}

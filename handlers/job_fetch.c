/*
 * The worker's side of an upload by address.
 *
 *   payload -> http_client -> file under a name of the job -> its type, by its
 *   bytes -> one transaction {row, end of the job, the file's own name} -> told
 *
 * The file gets its name last: a worker that lost its lease fails before, at the
 * job's end, and never touches what its successor has.
 */
#include "handlers/job_fetch.h"

#include <string.h>

#include "handlers/changes.h"
#include "handlers/media_add.h"
#include "handlers/videodb.h"
#include "io/http_client.h"
#include "io/store_video.h"
#include "proto/jval.h"

#define CONNECT_MS 10000
#define SILENCE_S  30

struct fetch {
	struct job_ctx *j;
	struct media_file *file;
	char head[MEDIA_TYPE_SNIFF]; /* the first bytes */
	size_t head_n;
	struct media_add new; /* its type: once the head is full */
};

static struct slice
payload(const struct job_ctx *j, const char *key)
{
	return jval_str(j->job->payload, key);
}

/* ---- the download --------------------------------------------------------- */

static bool
is_cancelled(void *cookie)
{
	const struct fetch *f = cookie;

	return jobs_interrupted(f->j);
}

/* Others would answer the same the next time. */
static bool
may_pass(int status)
{
	return status == 408 || status == 429 || status >= 500;
}

static int
check_status(
    struct fetch *f, const struct http_client_reply *reply, struct err *e)
{
	if (reply->status == 200)
		return 0;
	f->j->retry_after_ms = reply->retry_after_s * 1000;
	return err_set(e,
	    may_pass(reply->status) ? ERR_UNAVAILABLE : ERR_UNPROCESSABLE,
	    "The server of this address answered with the status %d.",
	    reply->status);
}

static int
find_type(struct fetch *f, const struct http_client_reply *reply, struct err *e)
{
	if (media_type_sniff((struct slice){ f->head, f->head_n },
		slice_from(reply->content_type), &f->new.type))
		return 0;
	return err_set(e, ERR_MEDIA_TYPE,
	    "What this address has is no video, audio or image.");
}

static int
read_head(struct fetch *f, const struct http_client_reply *reply,
    struct slice piece, struct err *e)
{
	size_t n = sizeof(f->head) - f->head_n;

	if (n == 0)
		return 0;
	n = piece.n < n ? piece.n : n;
	memcpy(f->head + f->head_n, piece.p, n);
	f->head_n += n;
	return f->head_n < sizeof(f->head) ? 0 : find_type(f, reply, e);
}

static int
on_piece(void *cookie, const struct http_client_reply *reply,
    struct slice piece, struct err *e)
{
	struct fetch *f = cookie;

	if (check_status(f, reply, e) != 0 ||
	    read_head(f, reply, piece, e) != 0)
		return -1;
	jobs_progress(f->j, reply->size, 0);
	return media_file_write(f->file, piece, e);
}

static int
download(struct fetch *f, struct err *e)
{
	const struct conf *conf = f->j->conf;
	const struct http_client_request request = {
		.url = arena_strdup(&f->j->arena, payload(f->j, "source")),
		.max = conf->upload_max,
		.connect_ms = CONNECT_MS,
		.silence_s = SILENCE_S,
		.deadline_ms = conf->fetch_timeout_ms,
		.private = conf->fetch_private != 0,
		.piece = on_piece,
		.cancelled = is_cancelled,
		.cookie = f,
	};
	struct http_client_reply reply;
	struct http_client *client;
	int rc;

	f->file =
	    media_file_new(conf->media, f->j->job->id, conf->upload_max, e);
	if (f->file == NULL)
		return -1;
	/* Not the worker's: what an operator lets engines reach is not for
	 * addresses that users give. */
	client = http_client_new(conf->proxy, "");
	rc = http_client_run(client, &request, &reply, e);
	http_client_free(client);
	if (rc != 0 || check_status(f, &reply, e) != 0)
		return -1;
	if (f->head_n < sizeof(f->head) && find_type(f, &reply, e) != 0)
		return -1;
	return media_file_sync(f->file, e);
}

/* ---- the row -------------------------------------------------------------- */

static struct json_object *
result_of(const struct fetch *f)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "type", slice_from(media_kind_name(f->new.type.kind)));
	jval_put_str(o, "id", slice_from(f->new.owner));
	jval_put_str(o, "collection_id", f->new.collection_id);
	return o;
}

static int
write_rows(struct fetch *f, struct err *e)
{
	struct store *s = f->j->store;
	struct json_object *collection = NULL, *row = NULL, *result = NULL;
	int rc = store_collection_get(
	    s, &PRINCIPAL_ANONYMOUS, f->new.collection_id, &collection, e);

	if (rc == 0)
		rc = media_add_row(s, &PRINCIPAL_ANONYMOUS, &f->new, &row, e);
	if (rc == 0) {
		result = result_of(f);
		rc = store_job_succeed(s, f->j->job, result, e);
	}
	(void)json_object_put(collection);
	(void)json_object_put(row);
	(void)json_object_put(result);
	return rc;
}

/* Should the end of the transaction fail, the file stays for the next try. */
static int
keep(struct fetch *f, struct err *e)
{
	struct media_file *file = f->file;
	char name[MEDIA_FILE_NAME];

	f->new.collection_id = payload(f->j, "collection_id");
	f->new.name = payload(f->j, "name");
	media_add_init(&f->new, f->j->job->id);
	if (store_begin(f->j->store, e) != 0)
		return -1;
	if (write_rows(f, e) != 0) {
		store_rollback(f->j->store);
		return -1;
	}
	f->file = NULL;
	if (media_file_keep(file, f->new.owner, f->new.type.ending, name, e) !=
	    0) {
		store_rollback(f->j->store);
		return -1;
	}
	return store_commit(f->j->store, e);
}

/* ---- the end -------------------------------------------------------------- */

static void
announce(struct job_ctx *j)
{
	struct changes ch = { .n_videos = 0 };

	changes_videos(&ch, payload(j, "collection_id"));
	changes_announce(&j->room, &ch);
}

static int
end_error(struct job_ctx *j, const struct err *why, struct err *e)
{
	if (!j->ended &&
	    store_job_finish(
		j->store, j->job, jobs_failure(j), jobs_sentence(why), e) != 0)
		return -1;
	metrics_add(j->metrics, METRIC_JOBS_ERROR, 1);
	jobs_tell(j);
	return 0;
}

/* With a key it is VideoDB that fetches. */
static enum job_end
give_to_videodb(struct job_ctx *j, struct err *e)
{
	struct videodb_upload up = { .source = payload(j, "source"),
		.name = payload(j, "name"),
		.collection_id = payload(j, "collection_id") };
	struct videodb_work w;
	enum videodb_step_end end;

	videodb_work_init(&w, j);
	end = videodb_upload_run(&w, &up, e);
	videodb_work_fini(&w);
	if (end == VIDEODB_STEP_LATER)
		return JOB_LATER;
	if (end == VIDEODB_STEP_FAILED) {
		j->retry_after_ms = w.v.retry_after_ms;
		return w.v.waits ? JOB_LATER : jobs_failed(j, end_error, e);
	}
	metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	jobs_tell(j);
	if (up.kind == MEDIA_VIDEO)
		announce(j);
	return JOB_DONE;
}

enum job_end
job_fetch_run(struct job_ctx *j, struct err *e)
{
	struct fetch f = { .j = j };
	int rc;

	if (videodb_configured(j->conf))
		return give_to_videodb(j, e);
	if (j->job->token > 1)
		media_file_abandon(j->conf->media, j->job->id);
	rc = download(&f, e);
	if (rc == 0)
		rc = keep(&f, e);
	media_file_drop(f.file);
	if (rc != 0)
		return jobs_failed(j, end_error, e);
	metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	jobs_tell(j);
	if (f.new.type.kind == MEDIA_VIDEO)
		announce(j);
	return JOB_DONE;
}

int
job_fetch_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	if (end_error(j, why, e) != 0)
		return -1;
	/* Only now it is known that no other worker has the job. */
	media_file_abandon(j->conf->media, j->job->id);
	return 0;
}

int
job_fetch_repeat(struct job_ctx *j, struct err *e)
{
	(void)e;
	jobs_tell(j);
	announce(j);
	return 0;
}

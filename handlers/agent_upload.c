/*
 * upload: by address. It is a job of its own (job_fetch.h), which goes on by
 * itself; it is waited for a while, as long as there are threads to run it.
 */
#include "handlers/agents.h"

#include <stdio.h>

#include "base/utf8.h"
#include "handlers/job_fetch.h"
#include "handlers/media_add.h"
#include "io/clock.h"
#include "io/hash.h"
#include "io/store_media.h"
#include "io/store_videodb.h"
#include "proto/http.h"
#include "proto/http_url.h"
#include "proto/jval.h"
#include "text/harmless.h"
#include "text/plan.h"

#define NAME_BYTES 255
#define LOOK_MS    250

/* The life of the message's job that began it. */
#define LIFE "life"

/* The same for each try of this message: nothing is fetched twice. */
static void
job_id(const struct agent_run *run, struct slice source, char out[static 37])
{
	char h[HASH_SIZE];

	hash_hex(slice_from(run->j->job->id), source, h);
	(void)snprintf(out, 37, "%.8s-%.4s-4%.3s-a%.3s-%.12s", h, h + 8, h + 12,
	    h + 15, h + 18);
}

static struct slice
name_of(
    struct agent_run *run, struct json_object *args, const struct http_url *url)
{
	struct slice path = SLICE_EMPTY,
		     name = utf8_trim(jval_str(args, "name"));

	if (name.n > 0)
		return utf8_prefix(name, NAME_BYTES);
	if (!http_path_decode(url->path, &run->j->arena, &path) ||
	    !utf8_valid(path))
		path = url->path;
	name = media_add_name(path);
	return name.n > 0 ? name : url->host;
}

static struct slice
collection_of(const struct agent_run *run, struct json_object *args)
{
	struct slice id = jval_str(args, "collection_id");

	if (id.n == 0)
		id = run->collection_id;
	return id.n == 0 || slice_eqs(id, "default")
	    ? SLICE(STORE_DEFAULT_COLLECTION)
	    : id;
}

static bool
is_open(struct slice state)
{
	return slice_eqs(state, "queued") || slice_eqs(state, "running");
}

/* With what VideoDB has answered; but not where it only was cancelled: then that
 * goes on, as the file would be there twice. */
static int
drop_failed(
    struct agent_run *run, struct slice id, struct slice state, struct err *e)
{
	if (slice_eqs(state, "error") &&
	    store_videodb_call_drop(run->j->store, id, e) != 0)
		return -1;
	return store_job_drop(run->j->store, id, e);
}

/* It failed, and then the user had the message run again: it is forgotten. */
static int
forget_failed(struct agent_run *run, struct slice id, struct err *e)
{
	struct json_object *job = NULL, *life;
	struct slice state;
	int rc = store_job_outcome(run->j->store, id, &job, e);

	if (rc != 0 && e->code != ERR_NOT_FOUND)
		return -1;
	*e = ERR_INIT;
	state = jval_str(job, "state");
	life = json_object_object_get(
	    json_object_object_get(job, "payload"), LIFE);
	rc = 0;
	if (job != NULL && !slice_eqs(state, "success") && !is_open(state) &&
	    json_object_get_int64(life) < run->j->job->life)
		rc = drop_failed(run, id, state, e);
	(void)json_object_put(job);
	/* It lives again: somebody was faster. */
	if (rc == 0 || e->code != ERR_CONFLICT)
		return rc;
	*e = ERR_INIT;
	return 0;
}

static int
add_job(struct agent_run *run, const char *id, struct json_object *payload,
    struct err *e)
{
	struct err later = ERR_INIT;

	if (forget_failed(run, slice_from(id), e) != 0)
		return -1;
	if (store_job_add(
		run->j->store, slice_from(id), JOB_FETCH, payload, 0, e) != 0 &&
	    e->code != ERR_CONFLICT)
		return -1;
	/* Without its ticket the store's sweep finds it. */
	if (queue_add(&run->j->queue, slice_from(id), 0, &later) != 0)
		metrics_error(run->j->metrics, later.code);
	return 0;
}

static int
begin(struct agent_run *run, struct json_object *args, const char *id,
    struct err *e)
{
	struct slice source = jval_str(args, "source");
	struct json_object *payload, *collection = NULL;
	struct http_url url;
	int rc;

	if (!http_url_parse(source, &url))
		return err_set(e, ERR_BAD_REQUEST,
		    "That is no address that can be fetched. Write `@upload` "
		    "and an http or https address of a file.");
	if (store_collection_get(run->j->store, &run->who,
		collection_of(run, args), &collection, e) != 0)
		return e->code != ERR_NOT_FOUND
		    ? -1
		    : err_set(e, ERR_NOT_FOUND,
			  "The collection does not exist any more. Open "
			  "another one and ask again.");
	(void)json_object_put(collection);
	payload = json_object_new_object();
	jval_put_str(payload, "source", source);
	jval_put_str(payload, "name", name_of(run, args, &url));
	jval_put_str(payload, "collection_id", collection_of(run, args));
	jval_put_str(payload, "process", SLICE_EMPTY);
	jval_put_int(payload, LIFE, run->j->job->life);
	rc = add_job(run, id, payload, e);
	(void)json_object_put(payload);
	return rc;
}

/* Until its end, or as long as a request would wait. `*job` may be open. */
static int
wait_for(struct agent_run *run, const char *id, struct json_object **job,
    struct err *e)
{
	int64_t until = clock_mono_ms() + run->j->conf->upload_wait_ms;
	/* Alone, this thread would wait for itself. */
	bool alone = run->j->conf->worker_threads < 2;

	for (;;) {
		(void)json_object_put(*job);
		*job = NULL;
		if (agents_go_on(run, e) != 0 ||
		    store_job_outcome(run->j->store, slice_from(id), job, e) !=
			0)
			return -1;
		if (alone || clock_mono_ms() > until ||
		    !is_open(jval_str(*job, "state")))
			return 0;
		clock_sleep_ms(LOOK_MS);
	}
}

static struct json_object *
video_item(struct agent_run *run, struct slice id, struct slice name)
{
	struct message_video video = { .length_s = -1, .id = id };
	struct json_object *row = NULL, *item = NULL;
	struct err e = ERR_INIT;
	struct buf shown = BUF_INIT;

	if (store_video_get(run->j->store, &run->who, id, &row, &e) != 0)
		return NULL;
	harmless_name(name, &shown);
	video.name = buf_slice(&shown);
	video.collection_id = jval_str(row, "collection_id");
	video.stream_url = agents_url_of(row, "stream_url");
	video.external_url = agents_url_of(row, "external_url");
	video.thumbnail_url = agents_url_of(row, "thumbnail_url");
	if (video.stream_url.n != 0)
		item = message_video_item(
		    run->name, MESSAGE_SUCCESS, "Uploaded", &video);
	buf_fini(&shown);
	(void)json_object_put(row);
	return item;
}

static void
show_done(
    struct agent_run *run, struct json_object *args, struct json_object *result)
{
	struct slice type = jval_str(result, "type"),
		     id = jval_str(result, "id");
	struct buf text = BUF_INIT;
	struct http_url url;
	struct json_object *video = NULL;
	struct slice name = SLICE_EMPTY;

	if (http_url_parse(jval_str(args, "source"), &url))
		name = name_of(run, args, &url);
	buf_adds(&text, "**");
	agents_add_name(&text, name);
	buf_addf(&text, "** is uploaded as %s `%.*s`.",
	    slice_eqs(type, "video")       ? "the video"
		: slice_eqs(type, "audio") ? "the audio"
					   : "the image",
	    SLICE_ARG(id));
	agents_content(run,
	    agents_text(run, MESSAGE_SUCCESS, "Uploaded", buf_slice(&text)));
	buf_fini(&text);
	if (slice_eqs(type, "video")) {
		video = video_item(run, id, name);
		/* What follows in this message is about it. */
		run->video_id = arena_dup(&run->j->arena, id);
	}
	if (video != NULL)
		agents_add(run, video);
	agents_data(run, json_object_get(result));
}

static void
show_open(struct agent_run *run, const char *id)
{
	struct json_object *data = json_object_new_object();
	struct buf text = BUF_INIT;

	buf_addf(&text,
	    "The file is being fetched; it appears in the list when it is "
	    "there. Its job is at `/api/v1/jobs/%s`.",
	    id);
	agents_content(run,
	    agents_text(
		run, MESSAGE_SUCCESS, "The upload goes on", buf_slice(&text)));
	buf_fini(&text);
	jval_put_str(data, "job", slice_from(id));
	jval_put_str(data, "state", SLICE("running"));
	agents_data(run, data);
}

static int
show(struct agent_run *run, struct json_object *args, const char *id,
    struct err *e)
{
	struct json_object *job = NULL;
	struct slice state, why;
	int rc = wait_for(run, id, &job, e);

	state = jval_str(job, "state");
	why = jval_str(job, "error");
	if (rc == 0 && slice_eqs(state, "success"))
		show_done(run, args, json_object_object_get(job, "result"));
	else if (rc == 0 && is_open(state))
		show_open(run, id);
	else if (rc == 0)
		rc = err_set(e, ERR_UNPROCESSABLE, "%.*s",
		    SLICE_ARG(
			why.n ? why : SLICE("The upload was cancelled.")));
	(void)json_object_put(job);
	return rc;
}

int
agent_upload_run(struct agent_run *run, struct json_object *args, struct err *e)
{
	struct slice source = plan_url(jval_str(args, "source"));
	char id[37];

	if (source.n == 0)
		return err_set(e, ERR_BAD_REQUEST,
		    "There is no address in it. Write `@upload` and an http or "
		    "https address of a file.");
	/* "https://… as NAME", as people type it. */
	if (source.n != jval_str(args, "source").n) {
		struct plan plan;

		plan_read(jval_str(args, "source"), &plan);
		for (size_t i = 0; i < plan.n; i++)
			if (plan.step[i].intent == PLAN_UPLOAD &&
			    plan.step[i].other.n != 0)
				jval_put_str(args, "name", plan.step[i].other);
		jval_put_str(args, "source", arena_dup(&run->j->arena, source));
		source = jval_str(args, "source");
	}
	job_id(run, source, id);
	if (agents_action(run, "Fetching the file", e) != 0 ||
	    begin(run, args, id, e) != 0)
		return -1;
	return show(run, args, id, e);
}

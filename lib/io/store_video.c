/*
 * The four tables of the Supabase schema keep exactly its columns, so nothing
 * in them says whose a row is: `who` is taken and not yet asked.
 */
#include "io/store_video.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "io/rnd.h"
#include "io/store_driver.h"
#include "proto/jval.h"

/* Collections and videos */

int
store_collection_get(struct store *s, const struct principal *who,
    struct slice id, struct json_object **row, struct err *e)
{
	struct store_value param = store_text(id);

	(void)who;
	if (store_one(s, STORE_COLLECTION_GET, &param, 1, row, e) == -1)
		return -1;
	if (*row == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no collection with this id.");
	return 0;
}

int
store_video_add(struct store *s, const struct principal *who,
    const struct store_video_new *new, struct json_object **row, struct err *e)
{
	struct buf metadata = BUF_INIT;
	struct store_value params[4];
	char uuid[37], made[40];
	int rc;

	(void)who;
	rnd_uuid_timed(uuid);
	if (new->id.n != 0)
		(void)snprintf(uuid, sizeof(uuid), "%.*s", SLICE_ARG(new->id));
	(void)snprintf(made, sizeof(made), "m-%s", uuid);
	params[0] = store_text(slice_from(uuid));
	params[1] =
	    store_text(new->video_id.n ? new->video_id : slice_from(made));
	params[2] =
	    store_text(new->collection_id.n ? new->collection_id
					    : SLICE(STORE_DEFAULT_COLLECTION));
	params[3] = store_json(&metadata, new->metadata, "{}");
	rc = store_one(s, STORE_VIDEO_INSERT, params, 4, row, e);
	buf_fini(&metadata);
	if (rc == 0 && *row == NULL)
		return err_field(e, ERR_CONFLICT, "video_id",
		    "There is a video with this video_id already. Choose "
		    "another, or leave it out to get one.");
	return rc;
}

int
store_video_list(struct store *s, const struct principal *who,
    struct slice collection_id, int limit, struct json_object **rows,
    struct err *e)
{
	struct store_value params[2];

	(void)who;
	if (collection_id.n == 0) {
		params[0] = store_int(limit);
		return store_all(s, STORE_VIDEO_LIST, params, 1, rows, e);
	}
	params[0] = store_text(collection_id);
	params[1] = store_int(limit);
	return store_all(s, STORE_VIDEO_LIST_COLLECTION, params, 2, rows, e);
}

int
store_video_get(struct store *s, const struct principal *who,
    struct slice video, struct json_object **row, struct err *e)
{
	struct store_value param = store_text(video);

	(void)who;
	if (store_one(s, STORE_VIDEO_GET, &param, 1, row, e) == -1)
		return -1;
	if (*row == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no video with this id.");
	return 0;
}

static int
row_number(const struct store_row *row, void *cookie)
{
	int64_t *out = cookie;

	*out = row->values[0].number;
	return 1;
}

int
store_video_count(struct store *s, int64_t *count, struct err *e)
{
	struct store_sink sink = { row_number, count, 0 };

	*count = 0;
	return store_run(s, STORE_VIDEO_COUNT, NULL, 0, &sink, e);
}

/* The uuid of a video named either way. */
static int
video_uuid(
    struct store *s, struct slice video, char out[static 37], struct err *e)
{
	out[0] = '\0';
	if (store_word(s, STORE_VIDEO_GET, video, out, 37, e) == -1)
		return -1;
	if (out[0] == '\0')
		return err_set(
		    e, ERR_NOT_FOUND, "There is no video with this id.");
	return 0;
}

/* Transcripts and chunks */

static int
transcript_insert(struct store *s, struct slice video, struct slice full_text,
    struct json_object *metadata, struct json_object **row, struct err *e)
{
	struct buf json = BUF_INIT;
	struct store_value params[4];
	char video_id[37], uuid[37];
	int rc;

	if (video_uuid(s, video, video_id, e) == -1)
		return -1;
	rnd_uuid_timed(uuid);
	params[0] = store_text(slice_from(video_id));
	/* Who replaces it, too, does so behind us, and finds our row. */
	if (store_write(s, STORE_VIDEO_LOCK, params, 1, NULL, e) == -1)
		return -1;
	rc = store_write(s, STORE_TRANSCRIPT_DROP, params, 1, NULL, e);
	if (rc == -1)
		return -1;
	params[0] = store_text(slice_from(uuid));
	params[1] = store_text(slice_from(video_id));
	params[2] = store_text(full_text);
	params[3] = store_json(&json, metadata, "{}");
	rc = store_one(s, STORE_TRANSCRIPT_ADD, params, 4, row, e);
	buf_fini(&json);
	return rc;
}

/* One parameter more than usual: all are plain and differ in kind. */
int
store_transcript_put( // NOLINT(readability-function-size)
    struct store *s, const struct principal *who, struct slice video,
    struct slice full_text, struct json_object *metadata,
    struct json_object **row, struct err *e)
{
	struct store_scope scope;
	int rc;

	(void)who;
	*row = NULL;
	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = transcript_insert(s, video, full_text, metadata, row, e);
	if (store_leave(s, &scope, rc, e) == 0)
		return 0;
	(void)json_object_put(*row);
	*row = NULL;
	return -1;
}

int
store_transcript_get(struct store *s, const struct principal *who,
    struct slice video, struct json_object **row, struct err *e)
{
	struct store_value param;
	char uuid[37];

	(void)who;
	*row = NULL;
	if (video_uuid(s, video, uuid, e) == -1)
		return -1;
	param = store_text(slice_from(uuid));
	if (store_one(s, STORE_TRANSCRIPT_GET, &param, 1, row, e) == -1)
		return -1;
	if (*row == NULL)
		return err_set(e, ERR_NOT_FOUND,
		    "This video has no transcript yet. Upload one first.");
	return 0;
}

static int
chunk_insert(struct store *s, struct slice transcript_id, size_t index,
    const struct store_chunk *chunk, struct err *e)
{
	struct buf metadata = BUF_INIT;
	struct store_value params[6];
	char uuid[37];
	int rc;

	rnd_uuid_timed(uuid);
	params[0] = store_text(slice_from(uuid));
	params[1] = store_text(transcript_id);
	params[2] = store_text(chunk->text);
	params[3] = store_int((int64_t)index);
	params[4] = store_floats(chunk->embedding, STORE_DIMENSIONS);
	params[5] = store_json(&metadata, chunk->metadata, "{}");
	rc = store_write(s, STORE_CHUNK_ADD, params, 6, NULL, e);
	buf_fini(&metadata);
	return rc;
}

static int
chunks_write(struct store *s, struct slice transcript_id,
    const struct store_chunk *chunks, size_t n, struct err *e)
{
	struct store_value param = store_text(transcript_id);
	struct store_sink found = { NULL, NULL, 0 };

	if (store_run(s, STORE_TRANSCRIPT_LOCK, &param, 1, &found, e) == -1)
		return -1;
	if (found.count == 0)
		return err_set(
		    e, ERR_STALE, "The transcript was replaced meanwhile.");
	if (store_write(s, STORE_CHUNK_DROP, &param, 1, NULL, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (chunk_insert(s, transcript_id, i, &chunks[i], e) == -1)
			return -1;
	return 0;
}

int
store_chunk_replace(struct store *s, struct slice transcript_id,
    const struct store_chunk *chunks, size_t n, struct err *e)
{
	struct store_scope scope;
	int rc;

	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = chunks_write(s, transcript_id, chunks, n, e);
	return store_leave(s, &scope, rc, e);
}

/* Outputs and stages */

static int
output_insert(struct store *s, struct slice video_uuid,
    const struct store_output *output, struct err *e)
{
	struct buf metadata = BUF_INIT;
	struct store_value params[5];
	char uuid[37];
	int rc;

	rnd_uuid_timed(uuid);
	params[0] = store_text(slice_from(uuid));
	params[1] = store_text(video_uuid);
	params[2] = store_text(slice_from(output->output_type));
	params[3] = store_text(output->content);
	params[4] = store_json(&metadata, output->metadata, "{}");
	rc = store_write(s, STORE_OUTPUT_ADD, params, 5, NULL, e);
	buf_fini(&metadata);
	return rc;
}

/* All old ones first: two of one type may come in one call. */
static int
outputs_write(struct store *s, struct slice video_uuid,
    const struct store_output *outputs, size_t n, struct err *e)
{
	struct store_value params[2] = { store_text(video_uuid) };

	if (store_write(s, STORE_VIDEO_LOCK, params, 1, NULL, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		params[1] = store_text(slice_from(outputs[i].output_type));
		if (store_write(s, STORE_OUTPUT_DROP, params, 2, NULL, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (output_insert(s, video_uuid, &outputs[i], e) == -1)
			return -1;
	return 0;
}

int
store_output_replace(struct store *s, struct slice video_uuid,
    const struct store_output *outputs, size_t n, struct err *e)
{
	struct store_scope scope;
	int rc;

	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = outputs_write(s, video_uuid, outputs, n, e);
	return store_leave(s, &scope, rc, e);
}

int
store_output_list(struct store *s, const struct principal *who,
    struct slice video, struct json_object **rows, struct err *e)
{
	struct store_value param;
	char uuid[37];

	(void)who;
	*rows = NULL;
	if (video_uuid(s, video, uuid, e) == -1)
		return -1;
	param = store_text(slice_from(uuid));
	return store_all(s, STORE_OUTPUT_LIST, &param, 1, rows, e);
}

int
store_stage_get(struct store *s, struct slice video_uuid, const char *stage,
    struct slice input_hash, struct json_object **output, struct err *e)
{
	struct store_value params[3] = { store_text(video_uuid),
		store_text(slice_from(stage)), store_text(input_hash) };
	struct json_object *row;

	*output = NULL;
	if (store_one(s, STORE_STAGE_GET, params, 3, &row, e) == -1)
		return -1;
	if (row != NULL)
		*output =
		    json_object_get(json_object_object_get(row, "output"));
	(void)json_object_put(row);
	return 0;
}

static int
stage_write(struct store *s, enum store_query q, struct store_value params[4],
    struct json_object *output, struct err *e)
{
	struct buf json = BUF_INIT;
	int rc;

	params[3] = store_json(&json, output, "null");
	rc = store_write(s, q, params, 4, NULL, e);
	buf_fini(&json);
	return rc;
}

int
store_stage_put(struct store *s, struct slice video_uuid, const char *stage,
    struct slice input_hash, struct json_object *output, struct err *e)
{
	struct store_value params[4] = { store_text(video_uuid),
		store_text(slice_from(stage)), store_text(input_hash) };

	return stage_write(s, STORE_STAGE_PUT, params, output, e);
}

int
store_stage_replace(struct store *s, struct slice video_uuid, const char *stage,
    struct slice input_hash, struct json_object *output, struct err *e)
{
	struct store_value params[4] = { store_text(video_uuid),
		store_text(slice_from(stage)), store_text(input_hash) };

	return stage_write(s, STORE_STAGE_REPLACE, params, output, e);
}

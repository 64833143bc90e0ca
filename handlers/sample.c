#include "handlers/sample.h"

#include <stdio.h>

#include "io/store_video.h"
#include "proto/jval.h"

/* Far above the sample's size; a transcript may have ten times as much. */
#define SAMPLE_MAX ((size_t)1000 * 1000)
#define SAMPLE_ID  "m-sample-pitch"

static int
read_file(const char *path, struct buf *out, struct err *e)
{
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return err_set(e, ERR_NOT_FOUND,
		    "The sample transcript %s cannot be read.", path);
	out->n = fread(buf_room(out, SAMPLE_MAX), 1, SAMPLE_MAX, f);
	(void)fclose(f);
	return 0;
}

static int
add(struct store *s, struct slice text, struct err *e)
{
	const struct principal nobody = PRINCIPAL_ANONYMOUS;
	struct json_object *metadata = json_object_new_object();
	struct json_object *video = NULL, *transcript = NULL;
	struct store_video_new new = { .video_id = SLICE(SAMPLE_ID),
		.metadata = metadata };
	int rc;

	jval_put_str(metadata, "name", SLICE("Sample pitch"));
	rc = store_video_add(s, &nobody, &new, &video, e);
	(void)json_object_put(metadata);
	if (rc != 0)
		/* Another process was faster: as good. */
		return e->code == ERR_CONFLICT ? 0 : -1;
	metadata = json_object_new_object();
	jval_put_str(metadata, "format", SLICE("vtt"));
	rc = store_transcript_put(
	    s, &nobody, SLICE(SAMPLE_ID), text, metadata, &transcript, e);
	(void)json_object_put(metadata);
	(void)json_object_put(video);
	(void)json_object_put(transcript);
	return rc;
}

int
sample_load(struct store *s, const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	int64_t videos = 0;
	int rc;

	if (store_video_count(s, &videos, e) != 0)
		return -1;
	if (videos != 0)
		return 0;
	rc = read_file(path, &text, e);
	if (rc == 0)
		rc = add(s, buf_slice(&text), e);
	buf_fini(&text);
	return rc;
}

/*
 * stream_video: shows a video. The page asks for it with every click on one, by
 * name: "@stream_video NAME".
 */
#include "handlers/agents.h"
#include "proto/jval.h"
#include "text/harmless.h"

/* Videos looked through for a name. */
#define LOOK_MAX 1000

static struct slice
name_of(struct json_object *row)
{
	struct json_object *metadata = json_object_object_get(row, "metadata");
	struct slice name = jval_str(metadata, "name");

	return name.n != 0 ? name : jval_str(row, "video_id");
}

/* The video of that name; a new reference, NULL when there is none. */
static int
by_name(struct agent_run *run, struct json_object **row, struct err *e)
{
	struct json_object *rows = NULL;
	size_t n;

	*row = NULL;
	if (store_video_list(run->j->store, &run->who, run->collection_id,
		LOOK_MAX, &rows, e) != 0)
		return -1;
	n = json_object_array_length(rows);
	for (size_t i = 0; *row == NULL && i < n; i++) {
		struct json_object *one = json_object_array_get_idx(rows, i);

		if (slice_eq(name_of(one), run->text))
			*row = json_object_get(one);
	}
	(void)json_object_put(rows);
	return 0;
}

static int
find(struct agent_run *run, struct json_object **row, struct err *e)
{
	if (run->text.n != 0) {
		if (by_name(run, row, e) != 0)
			return -1;
		if (*row != NULL)
			return 0;
	}
	return agents_video(run, row, e);
}

int
agent_stream_run(struct agent_run *run, struct err *e)
{
	struct json_object *row = NULL, *metadata;
	struct buf text = BUF_INIT;
	struct message_video video = { .length_s = -1 };

	if (find(run, &row, e) != 0)
		return -1;
	metadata = json_object_object_get(row, "metadata");
	video.id = jval_str(row, "video_id");
	video.collection_id = jval_str(row, "collection_id");
	video.name = name_of(row);
	video.stream_url = jval_str(metadata, "stream_url");
	video.external_url = jval_str(metadata, "external_url");
	video.thumbnail_url = jval_str(metadata, "thumbnail_url");
	if (video.stream_url.n != 0) {
		agents_content(run,
		    message_video_item(run->name, MESSAGE_SUCCESS,
			"Here is your stream", &video));
	} else {
		buf_adds(&text, "**");
		harmless_line(video.name, &text);
		buf_adds(&text,
		    "** is chosen. It has no stream to play; ask "
		    "@sales_prompt_extractor to analyse it.");
		agents_content(run,
		    message_text_item(run->name, MESSAGE_SUCCESS,
			"Here is your video", buf_slice(&text)));
	}
	buf_fini(&text);
	(void)json_object_put(row);
	return 0;
}

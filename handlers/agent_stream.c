/*
 * stream_video: shows a video. The page asks for it with every click on one, by
 * name: "@stream_video NAME".
 */
#include "handlers/agents.h"

#include <string.h>

#include "base/utf8.h"
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

/* Is that what the page calls it? It shows names made harmless. */
static bool
is_named(struct json_object *row, struct slice text)
{
	struct buf shown = BUF_INIT;
	bool same;

	harmless_name(name_of(row), &shown);
	same = slice_eq(slice_trim(buf_slice(&shown)), text) ||
	    slice_eq(slice_trim(name_of(row)), text);
	buf_fini(&shown);
	return same;
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

		if (is_named(one, run->text))
			*row = json_object_get(one);
	}
	(void)json_object_put(rows);
	return 0;
}

/* The chosen one if the name is its own or none was said, else by name. */
static int
find(struct agent_run *run, struct json_object **row, struct err *e)
{
	struct json_object *chosen = NULL;

	if (run->text.n == 0)
		return agents_video(run, row, e);
	if (run->video_id.n != 0 &&
	    store_video_get(
		run->j->store, &run->who, run->video_id, &chosen, e) != 0 &&
	    e->code != ERR_NOT_FOUND)
		return -1;
	if (chosen != NULL && is_named(chosen, run->text)) {
		*row = chosen;
		return 0;
	}
	(void)json_object_put(chosen);
	if (by_name(run, row, e) != 0)
		return -1;
	if (*row != NULL)
		return 0;
	return err_set(e, ERR_NOT_FOUND,
	    "There is no video named \"%.*s\". Choose one from the list.",
	    SLICE_ARG(utf8_prefix(run->text, 100)));
}

static struct slice
url_of(struct json_object *metadata, const char *key)
{
	struct slice url = jval_str(metadata, key);

	return url.n != 0 && message_url_safe(url) ? url : SLICE_EMPTY;
}

/* A name inside Markdown: its punctuation means nothing. */
static void
add_name(struct buf *out, struct slice name)
{
	struct buf shown = BUF_INIT;

	harmless_name(name, &shown);
	for (size_t i = 0; i < shown.n; i++) {
		if (strchr("\\`*_[]#~|!", shown.p[i]) != NULL)
			buf_addc(out, '\\');
		buf_addc(out, shown.p[i]);
	}
	buf_fini(&shown);
}

static struct json_object *
no_stream(struct agent_run *run, struct slice name)
{
	struct buf text = BUF_INIT, safe = BUF_INIT;
	struct json_object *item;

	buf_adds(&text, "**");
	add_name(&text, name);
	buf_adds(&text,
	    "** is chosen. It has no stream to play; ask "
	    "`@sales_prompt_extractor` to analyse it.");
	harmless_markdown(buf_slice(&text), &safe);
	item = message_text_item(
	    run->name, MESSAGE_SUCCESS, "Here is your video", buf_slice(&safe));
	buf_fini(&text);
	buf_fini(&safe);
	return item;
}

int
agent_stream_run(struct agent_run *run, struct err *e)
{
	struct json_object *row = NULL, *metadata;
	struct buf name = BUF_INIT;
	struct message_video video = { .length_s = -1 };

	if (find(run, &row, e) != 0)
		return -1;
	metadata = json_object_object_get(row, "metadata");
	harmless_name(name_of(row), &name);
	video.id = jval_str(row, "video_id");
	video.collection_id = jval_str(row, "collection_id");
	video.name = buf_slice(&name);
	video.stream_url = url_of(metadata, "stream_url");
	video.external_url = url_of(metadata, "external_url");
	video.thumbnail_url = url_of(metadata, "thumbnail_url");
	agents_content(run,
	    video.stream_url.n == 0
		? no_stream(run, name_of(row))
		: message_video_item(run->name, MESSAGE_SUCCESS,
		      "Here is your stream", &video));
	buf_fini(&name);
	(void)json_object_put(row);
	return 0;
}

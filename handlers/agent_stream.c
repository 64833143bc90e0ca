/*
 * stream_video: shows a video. The page asks for it with every click on one, by
 * name: "@stream_video NAME".
 */
#include "base/utf8.h"
#include "handlers/agents.h"
#include "io/media_file.h"
#include "proto/jval.h"
#include "text/harmless.h"

/* The chosen one if the name is its own or none was said, else by name. */
static int
find(struct agent_run *run, struct json_object *args, struct json_object **row,
    struct err *e)
{
	struct slice name = utf8_trim(jval_str(args, "name"));
	struct json_object *chosen = NULL;
	struct err none = ERR_INIT;

	if (name.n == 0)
		return agents_video(run, args, row, e);
	if (agents_named(run, name, row, e) != 0)
		return -1;
	if (run->video_id.n != 0 && *row != NULL &&
	    store_video_get(
		run->j->store, &run->who, run->video_id, &chosen, &none) == 0 &&
	    slice_eq(agents_name_of(chosen), agents_name_of(*row))) {
		(void)json_object_put(*row);
		*row = chosen;
		return 0;
	}
	(void)json_object_put(chosen);
	if (*row != NULL)
		return 0;
	return err_set(e, ERR_NOT_FOUND,
	    "There is no video named \"%.*s\". Choose one from the list.",
	    SLICE_ARG(utf8_prefix(name, 100)));
}

static struct json_object *
no_stream(struct agent_run *run, struct slice name)
{
	struct buf text = BUF_INIT;
	struct json_object *item;

	buf_adds(&text, "**");
	agents_add_name(&text, name);
	buf_adds(&text,
	    "** is chosen. It has no stream to play; ask "
	    "`@sales_prompt_extractor` to analyse it.");
	item = agents_text(
	    run, MESSAGE_SUCCESS, "Here is your video", buf_slice(&text));
	buf_fini(&text);
	return item;
}

static struct json_object *
stream(struct agent_run *run, struct json_object *row, struct slice url)
{
	struct buf name = BUF_INIT;
	struct message_video video = { .length_s = -1, .stream_url = url };
	struct json_object *item;

	harmless_name(agents_name_of(row), &name);
	video.id = jval_str(row, "video_id");
	video.collection_id = jval_str(row, "collection_id");
	video.name = buf_slice(&name);
	video.external_url = agents_url_of(row, "external_url");
	video.thumbnail_url = agents_url_of(row, "thumbnail_url");
	item = message_video_item(
	    run->name, MESSAGE_SUCCESS, "Here is your stream", &video);
	buf_fini(&name);
	return item;
}

/* A stream of its own, else the file that was uploaded. */
static struct slice
url_of(struct agent_run *run, struct json_object *row)
{
	struct slice url = agents_url_of(row, "stream_url");
	struct slice file =
	    jval_str(json_object_object_get(row, "metadata"), "file");

	if (url.n != 0 || !media_file_name(file))
		return url;
	return slice_from(arena_printf(&run->j->arena, "%.*s/media/%.*s",
	    SLICE_ARG(jval_str(run->j->job->payload, "base")),
	    SLICE_ARG(file)));
}

int
agent_stream_run(struct agent_run *run, struct json_object *args, struct err *e)
{
	struct json_object *row = NULL, *data;
	struct slice url;

	if (find(run, args, &row, e) != 0)
		return -1;
	url = url_of(run, row);
	agents_content(run,
	    url.n == 0 ? no_stream(run, agents_name_of(row))
		       : stream(run, row, url));
	data = json_object_new_object();
	jval_put_str(data, "video_id", jval_str(row, "video_id"));
	jval_put_str(data, "name", agents_name_of(row));
	jval_put_str(data, "stream_url", url);
	agents_data(run, data);
	(void)json_object_put(row);
	return 0;
}

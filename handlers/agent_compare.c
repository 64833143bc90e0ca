/*
 * compare_pitches: the structured data of two videos, whoever made it, side by
 * side.
 */
#include "base/utf8.h"
#include "handlers/stage.h"
#include "proto/jval.h"
#include "text/plan.h"
#include "text/report.h"

#define TWO "Name the two pitches to compare: `@compare_pitches A and B`."

/* A video by its name or id; "this" and "it" are the chosen one. */
static int
one(struct agent_run *run, struct slice name, struct slice *id, struct err *e)
{
	struct json_object *row = NULL;

	*id = run->video_id;
	if (name.n == 0 || slice_eq_nocase(name, SLICE("this")) ||
	    slice_eq_nocase(name, SLICE("it")) ||
	    slice_eq_nocase(name, SLICE("this video")) ||
	    slice_eq_nocase(name, SLICE("this pitch")))
		return run->video_id.n != 0 ? 0
					    : err_set(e, ERR_BAD_REQUEST, TWO);
	if (agents_named(run, name, &row, e) != 0)
		return -1;
	if (row == NULL &&
	    store_video_get(run->j->store, &run->who, name, &row, e) != 0) {
		if (e->code != ERR_NOT_FOUND)
			return -1;
		return err_set(e, ERR_NOT_FOUND,
		    "There is no video named \"%.*s\". " TWO,
		    SLICE_ARG(utf8_prefix(name, 80)));
	}
	*id = arena_dup(&run->j->arena, jval_str(row, "video_id"));
	(void)json_object_put(row);
	return 0;
}

static int
both(struct agent_run *run, struct json_object *args, struct slice id[2],
    struct err *e)
{
	struct slice a = jval_str(args, "video_id"),
		     b = jval_str(args, "other_video_id"),
		     names = utf8_trim(jval_str(args, "pitches"));

	if (b.n == 0 && names.n != 0 && !plan_pair(names, &a, &b)) {
		a = SLICE_EMPTY;
		b = names;
	}
	if (b.n == 0)
		return err_set(e, ERR_BAD_REQUEST, TWO);
	if (one(run, a, &id[0], e) != 0 || one(run, b, &id[1], e) != 0)
		return -1;
	if (slice_eq(id[0], id[1]))
		return err_set(
		    e, ERR_BAD_REQUEST, "Both are the same video. " TWO);
	return 0;
}

static int
read_side(struct agent_run *run, struct slice id, struct report_side *side,
    struct err *e)
{
	struct json_object *args = json_object_new_object();
	struct stage_run s;
	int rc;

	jval_put_str(args, "video_id", id);
	rc = stage_open(&s, run, args, e);
	if (rc == 0)
		rc = stage_make(&s, STAGE_STRUCTURED, e);
	if (rc == 0) {
		side->name = arena_dup(s.arena, agents_name_of(s.video));
		if (jval_parse(s.content[STAGE_STRUCTURED], &side->data) !=
		    JVAL_OK)
			side->data = NULL;
	}
	stage_close(&s);
	(void)json_object_put(args);
	return rc;
}

static void
show(struct agent_run *run, const struct report_side side[2])
{
	struct json_object *data = json_object_new_object();
	struct buf text = BUF_INIT;

	report_compare(&side[0], &side[1], &text);
	agents_content(run,
	    agents_text(run, MESSAGE_SUCCESS, "Here is the comparison",
		buf_slice(&text)));
	jval_put_str(data, "comparison", buf_slice(&text));
	agents_data(run, data);
	buf_fini(&text);
}

int
agent_compare_run(
    struct agent_run *run, struct json_object *args, struct err *e)
{
	struct report_side side[2] = { { SLICE_EMPTY, NULL },
		{ SLICE_EMPTY, NULL } };
	struct slice id[2] = { SLICE_EMPTY, SLICE_EMPTY };
	int rc = both(run, args, id, e);

	for (size_t i = 0; rc == 0 && i < 2; i++)
		rc = read_side(run, id[i], &side[i], e);
	if (rc == 0)
		show(run, side);
	(void)json_object_put(side[0].data);
	(void)json_object_put(side[1].data);
	return rc;
}

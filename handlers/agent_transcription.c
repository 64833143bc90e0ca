/* transcription: what is said in a video, word for word. */
#include "base/utf8.h"
#include "handlers/stage.h"
#include "proto/jval.h"

/* Bytes shown in a chat: an hour of talk is some 60 KB. All of it is at the
 * transcript's own address. */
#define SHOWN_MAX ((size_t)100 * 1024)
/* What the reasoning is given at most. */
#define TOLD_MAX  ((size_t)24 * 1024)
#define GROUP_MIN 2
#define MINUTE_MS INT64_C(60000)

static void
add_time(struct buf *out, int64_t ms)
{
	int64_t s = ms / 1000;

	if (s >= 3600)
		buf_addf(out, "%lld:%02d:%02d", (long long)(s / 3600),
		    (int)(s / 60 % 60), (int)(s % 60));
	else
		buf_addf(out, "%02d:%02d", (int)(s / 60), (int)(s % 60));
}

/* How words are written: for a program, or for a page. */
typedef void add_fn(struct buf *out, struct slice text);

static void
add_plain(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\n')
			buf_addc(out, ' ');
		else
			buf_addc(out, text.p[i]);
}

/* "Name: words", a paragraph for each turn. */
static void
by_turns(const struct transcript *t, add_fn *add, struct buf *out)
{
	struct slice speaker = SLICE_EMPTY;

	for (size_t i = 0; i < t->n && out->n < SHOWN_MAX; i++) {
		const struct transcript_cue *cue = &t->cues[i];

		if (i == 0 || !slice_eq(cue->speaker, speaker)) {
			buf_adds(out, i == 0 ? "" : "\n\n");
			if (cue->speaker.n != 0) {
				add(out, cue->speaker);
				buf_adds(out, ": ");
			}
		} else {
			buf_adds(out, cue->speaker.n != 0 ? " " : "\n");
		}
		speaker = cue->speaker;
		add(out, cue->text);
	}
}

/* "[MM:SS MM:SS] words", a line for each `range_ms`. */
static void
by_time(
    const struct transcript *t, int64_t range_ms, add_fn *add, struct buf *out)
{
	int64_t group = -1;

	for (size_t i = 0; i < t->n && out->n < SHOWN_MAX; i++) {
		const struct transcript_cue *cue = &t->cues[i];
		int64_t of = cue->start_ms / range_ms;

		if (of != group) {
			buf_adds(out, group < 0 ? "[" : "\n\n[");
			add_time(out, of * range_ms);
			buf_addc(out, ' ');
			add_time(out, (of + 1) * range_ms);
			buf_addc(out, ']');
			group = of;
		}
		buf_addc(out, ' ');
		add(out, cue->text);
	}
}

static bool
has_times(const struct transcript *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->cues[i].start_ms < 0)
			return false;
	return true;
}

static void
write_words(
    struct stage_run *s, struct json_object *args, add_fn *add, struct buf *out)
{
	struct json_object *range = json_object_object_get(args, "time_range");
	bool timed = json_object_get_boolean(
	    json_object_object_get(args, "timestamp_mode"));
	int64_t minutes = range ? json_object_get_int64(range) : GROUP_MIN;

	if (timed && has_times(&s->transcript))
		by_time(&s->transcript,
		    (minutes < 1 ? GROUP_MIN : minutes) * MINUTE_MS, add, out);
	else
		by_turns(&s->transcript, add, out);
}

static void
show(struct stage_run *s, struct json_object *args)
{
	struct json_object *data = json_object_new_object();
	struct buf text = BUF_INIT;

	write_words(s, args, add_plain, &text);
	jval_put_str(data, "video_id", jval_str(s->video, "video_id"));
	jval_put_str(
	    data, "transcript", utf8_prefix(buf_slice(&text), TOLD_MAX));
	agents_data(s->run, data);
	buf_clear(&text);
	write_words(s, args, agents_add_words, &text);
	if (text.n >= SHOWN_MAX)
		buf_addf(&text,
		    "\n\n(Only the beginning is shown; all of it is at "
		    "/api/v1/videos/%.*s/transcript.)",
		    SLICE_ARG(jval_str(s->video, "id")));
	agents_content(s->run,
	    agents_text(s->run, MESSAGE_SUCCESS, "Here is the transcript",
		buf_slice(&text)));
	buf_fini(&text);
}

int
agent_transcription_run(
    struct agent_run *run, struct json_object *args, struct err *e)
{
	struct stage_run s;
	int rc = stage_open(&s, run, args, e);

	if (rc == 0)
		show(&s, args);
	stage_close(&s);
	return rc;
}

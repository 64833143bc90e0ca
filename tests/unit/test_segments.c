/** What a speech recogniser says, read back as a transcript. */
#include "text/segments.h"

#include "harness/check.h"
#include "text/transcript.h"

static const struct {
	int line;
	const char *segments;
	const char *want; /* "start-end speaker: text; …"; NULL: none */
} ROWS[] = {
	{ __LINE__, "null", NULL },
	{ __LINE__, "[]", NULL },
	{ __LINE__, "[5,null,{}]", NULL },
	{ __LINE__, "[{\"start\":0,\"end\":1,\"text\":\"  \"}]", NULL },
	{ __LINE__, "[{\"start\":2,\"end\":1,\"text\":\"x\"}]", NULL },
	{ __LINE__, "[{\"start\":-1,\"end\":1,\"text\":\"x\"}]", NULL },
	{ __LINE__, "[{\"start\":0,\"end\":1e300,\"text\":\"x\"}]", NULL },
	{ __LINE__, "[{\"start\":\"0\",\"end\":1,\"text\":\"x\"}]", NULL },
	{ __LINE__, "[{\"start\":0,\"end\":1.5,\"text\":\" Hi there \"}]",
	    "0-1500 : Hi there; " },
	{ __LINE__,
	    "[{\"start\":3700.25,\"end\":3701,\"text\":\"b\"},"
	    "{\"start\":1,\"end\":2,\"text\":\"a\",\"speaker\":\"Ann\"}]",
	    "1000-2000 Ann: a; 3700250-3701000 : b; " },
	/* Words are words, whatever they look like. */
	{ __LINE__,
	    "[{\"start\":0,\"end\":1,\"text\":\"<b>x</b> --> &amp;\\n\\nNOTE "
	    "y\",\"speaker\":\"<v>\"}]",
	    "0-1000 <v>: <b>x</b> --> &amp;  NOTE y; " },
};

static void
print(const struct transcript *t, struct buf *out)
{
	for (size_t i = 0; i < t->n; i++)
		buf_addf(out, "%lld-%lld %.*s: %.*s; ",
		    (long long)t->cues[i].start_ms,
		    (long long)t->cues[i].end_ms, SLICE_ARG(t->cues[i].speaker),
		    SLICE_ARG(t->cues[i].text));
}

static void
test_vtt(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *list = json_tokener_parse(ROWS[i].segments);
		struct buf vtt = BUF_INIT, got = BUF_INIT;
		struct arena a = ARENA_INIT;
		struct transcript t;
		bool some = segments_vtt(list, &vtt);

		CHECK_ROW(ROWS[i].line, some == (ROWS[i].want != NULL));
		if (some &&
		    transcript_parse(buf_slice(&vtt), TRANSCRIPT_AUTO, &a,
			&t) == TRANSCRIPT_OK)
			print(&t, &got);
		if (ROWS[i].want != NULL) {
			CHECK_ROW(ROWS[i].line,
			    slice_eqs(buf_slice(&got), ROWS[i].want));
			if (!slice_eqs(buf_slice(&got), ROWS[i].want))
				(void)printf("# %s\n", buf_cstr(&got));
		}
		buf_fini(&vtt);
		buf_fini(&got);
		arena_fini(&a);
		(void)json_object_put(list);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_vtt), { NULL, NULL } });
}

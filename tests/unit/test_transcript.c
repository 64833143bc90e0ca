/** Reading WebVTT, SRT and plain text. */
#include "base/buf.h"
#include "harness/check.h"
#include "harness/guard.h"
#include "text/transcript.h"

#define V "WEBVTT\n\n"
#define T "00:01.000 --> 00:02.500\n"

/* `want` is "start|end|speaker|text;" for each cue. */
static const struct {
	int line;
	enum transcript_format hint;
	enum transcript_format format;
	const char *input;
	const char *want;
} cases[] = {
#define VTT(input, want)                                               \
	{                                                              \
		__LINE__, TRANSCRIPT_AUTO, TRANSCRIPT_VTT, input, want \
	}
#define SRT(input, want)                                               \
	{                                                              \
		__LINE__, TRANSCRIPT_AUTO, TRANSCRIPT_SRT, input, want \
	}
#define TEXT(input, want)                                               \
	{                                                               \
		__LINE__, TRANSCRIPT_AUTO, TRANSCRIPT_TEXT, input, want \
	}
	VTT(V T "<v Ann>Hello", "1000|2500|Ann|Hello;"),
	VTT("\xef\xbb\xbfWEBVTT - title\nKind: captions\n\n" T "Hi\n",
	    "1000|2500||Hi;"),
	VTT("WEBVTT\r\n\r\n00:01.000 --> 00:02.500\r\n<v Ann>a\r\nb\r\n",
	    "1000|2500|Ann|a\nb;"),
	VTT("WEBVTT\r\r00:01.000 --> 00:02.500\rx\r", "1000|2500||x;"),
	VTT(V "NOTE a\nb\n\nSTYLE\n::cue {}\n\n" T "x", "1000|2500||x;"),
	VTT(V "id-1\n" T "x\n\n2\n" T "y", "1000|2500||x;1000|2500||y;"),
	VTT(V "00:01.000 --> 00:02.500 align:start line:0%\nx",
	    "1000|2500||x;"),
	VTT(V "01:02:03.004 --> 01:02:04.005\nx", "3723004|3724005||x;"),
	VTT(V "nonsense --> 00:02.500\nx", "-1|2500||x;"),
	VTT(V "00:05.000 --> 00:02.000\nx", "5000|5000||x;"),
	VTT(V T "<v.loud.big Ann Lee>Hi</v> there",
	    "1000|2500|Ann Lee|Hi;"
	    "1000|2500||there;"),
	VTT(V T "<v Ann>one <v Bo>two", "1000|2500|Ann|one;1000|2500|Bo|two;"),
	VTT(V T "<i>so</i> <b.x>much</b> <00:00:01.500>fun <c>x</c>",
	    "1000|2500||so much fun x;"),
	VTT(V T "a < b and <3 and <", "1000|2500||a < b and <3 and <;"),
	VTT(V T "a &lt;b&gt; &amp;amp; &#39;q&#x27; &nope; &",
	    "1000|2500||a <b> &amp; 'q' &nope; &;"),
	VTT(V T "<v A&amp;B>x", "1000|2500|A&B|x;"),
	VTT(V T "&nbsp;\n\n" T "x", "1000|2500||x;"),
	VTT(V T "Ann: Hi\nBo Lee: Ho", "1000|2500|Ann|Hi;1000|2500|Bo Lee|Ho;"),
	VTT(V T "Ann: Hi\n\n" T "there",
	    "1000|2500|Ann|Hi;1000|2500|Ann|there;"),
	VTT(V T ">> Ann: Hi\n\n" T ">> who",
	    "1000|2500|Ann|Hi;1000|2500||who;"),
	VTT(V T "<v Ann>Note: this", "1000|2500|Ann|Note: this;"),
	VTT(V T "x\n" T "y", "1000|2500||x;1000|2500||y;"),
	VTT(V T "  \n\n" T "\txy \n", "1000|2500||xy;"),
	SRT("1\n00:00:01,000 --> 00:00:02,500\nHi\n\n2\n"
	    "00:00:03,000 --> 00:00:04,000\n{\\an8}<font color=\"#fff\">Ho"
	    "</font>\n",
	    "1000|2500||Hi;3000|4000||Ho;"),
	SRT("1\n00:00:01,000 --> 00:00:02,500\nAnn: Hi\n- No\n",
	    "1000|2500|Ann|Hi;1000|2500||No;"),
	TEXT("Ann: Hi\nBo: Ho\n", "-1|-1|Ann|Hi;-1|-1|Bo|Ho;"),
	TEXT("seller: hi\nbuyer: ho", "-1|-1|seller|hi;-1|-1|buyer|ho;"),
	TEXT("john: hi\njohn: ho", "-1|-1|john|hi;-1|-1|john|ho;"),
	TEXT("one thing: hi", "-1|-1||one thing: hi;"),
	TEXT("Just talk.\nNothing else.",
	    "-1|-1||Just talk.;-1|-1||Nothing else.;"),
	TEXT("[00:12] Ann: Hi\n(1:00:05) Bo: Ho\n00:20 Ann: x",
	    "12000|-1|Ann|Hi;3605000|-1|Bo|Ho;20000|-1|Ann|x;"),
	TEXT("Ann (00:12): Hi", "12000|-1|Ann|Hi;"),
	TEXT("We met (10:30) there", "-1|-1||We met (10:30) there;"),
	TEXT("see http://x.y/ and 12:30", "-1|-1||see http://x.y/ and 12:30;"),
	TEXT("Ann: a line that is long enough to have been wrapped by hand\n"
	     "and goes on.\nBo: yes",
	    "-1|-1|Ann|a line that is long enough to have been wrapped by "
	    "hand\nand goes on.;-1|-1|Bo|yes;"),
	{ __LINE__, TRANSCRIPT_TEXT, TRANSCRIPT_VTT, V T "x", "1000|2500||x;" },
	{ __LINE__, TRANSCRIPT_SRT, TRANSCRIPT_SRT, T "x", "1000|2500||x;" },
	{ __LINE__, TRANSCRIPT_TEXT, TRANSCRIPT_TEXT, T "x",
	    "1000|-1||--> 00:02.500;-1|-1||x;" },
};

static void
write_cues(const struct transcript *t, struct buf *out)
{
	for (size_t i = 0; i < t->n; i++)
		buf_addf(out, "%lld|%lld|%.*s|%.*s;",
		    (long long)t->cues[i].start_ms,
		    (long long)t->cues[i].end_ms, SLICE_ARG(t->cues[i].speaker),
		    SLICE_ARG(t->cues[i].text));
}

static void
test_formats(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct guard g =
		    guard_copy(cases[i].input, strlen(cases[i].input));
		struct arena a = ARENA_INIT;
		struct transcript t;
		struct buf got = BUF_INIT;

		CHECK_ROW(cases[i].line,
		    transcript_parse(g.s, cases[i].hint, &a, &t) ==
			TRANSCRIPT_OK);
		CHECK_ROW(cases[i].line, t.format == cases[i].format);
		guard_free(&g);
		write_cues(&t, &got);
		CHECK_SLICE_ROW(cases[i].line, buf_slice(&got), cases[i].want);
		buf_fini(&got);
		arena_fini(&a);
	}
}

static void
test_refused(void)
{
	static const struct {
		int line;
		struct slice input;
		enum transcript_status want;
	} rows[] = {
		{ __LINE__, { "", 0 }, TRANSCRIPT_EMPTY },
		{ __LINE__, { " \r\n\t", 4 }, TRANSCRIPT_EMPTY },
		{ __LINE__, { "\xef\xbb\xbf", 3 }, TRANSCRIPT_EMPTY },
		{ __LINE__, { "WEBVTT", 6 }, TRANSCRIPT_NO_SPEECH },
		{ __LINE__, { V T, sizeof(V T) - 1 }, TRANSCRIPT_NO_SPEECH },
		{ __LINE__, { "WEBVTT\n\nNOTE x", 14 }, TRANSCRIPT_NO_SPEECH },
		{ __LINE__, { "a\0b", 3 }, TRANSCRIPT_HAS_NUL },
		{ __LINE__, { "a\xff", 2 }, TRANSCRIPT_NOT_UTF8 },
		{ __LINE__, { "\xc3", 1 }, TRANSCRIPT_NOT_UTF8 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct guard g = guard_copy(rows[i].input.p, rows[i].input.n);
		struct arena a = ARENA_INIT;
		struct transcript t;

		CHECK_ROW(rows[i].line,
		    transcript_parse(g.s, TRANSCRIPT_AUTO, &a, &t) ==
			rows[i].want);
		CHECK_ROW(rows[i].line, t.n == 0);
		CHECK_ROW(
		    rows[i].line, transcript_strerror(rows[i].want)[0] != '\0');
		guard_free(&g);
		arena_fini(&a);
	}
}

static void
test_limits(void)
{
	struct buf b = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct transcript t;

	for (unsigned i = 0; i <= TRANSCRIPT_MAX_CUES; i++)
		buf_adds(&b, "A: b\n");
	CHECK(transcript_parse(buf_slice(&b), TRANSCRIPT_AUTO, &a, &t) ==
	    TRANSCRIPT_TOO_MANY_CUES);
	b.n -= 5;
	CHECK(transcript_parse(buf_slice(&b), TRANSCRIPT_AUTO, &a, &t) ==
	    TRANSCRIPT_OK);
	buf_clear(&b);
	(void)memset(buf_room(&b, TRANSCRIPT_MAX_BYTES + 1), 'x',
	    TRANSCRIPT_MAX_BYTES + 1);
	b.n = TRANSCRIPT_MAX_BYTES + 1;
	CHECK(transcript_parse(buf_slice(&b), TRANSCRIPT_AUTO, &a, &t) ==
	    TRANSCRIPT_TOO_LARGE);
	b.n--;
	CHECK(transcript_parse(buf_slice(&b), TRANSCRIPT_AUTO, &a, &t) ==
	    TRANSCRIPT_OK);
	buf_fini(&b);
	arena_fini(&a);
}

/* Enough to notice, and quick under the sanitizers. */
#define BLOW_UP_BYTES ((size_t)1024 * 1024)

/* A megabyte of what makes careless parsers quadratic. */
static void
test_no_blow_up(void)
{
	static const char *const units[] = { "<", "<v ", "&", "{\\", ".", "\n<",
		"A:\n", "-->\n", "[", "\xc2\xa0" };

	for (size_t i = 0; i < COUNT(units); i++) {
		struct buf b = BUF_INIT;
		struct arena a = ARENA_INIT;
		struct transcript t;
		enum transcript_status status;

		buf_adds(&b, V T);
		while (b.n < BLOW_UP_BYTES)
			buf_adds(&b, units[i]);
		status =
		    transcript_parse(buf_slice(&b), TRANSCRIPT_AUTO, &a, &t);
		if (status == TRANSCRIPT_OK) {
			struct transcript_sentences s;

			transcript_sentences(&t, &a, &s);
			CHECK_ROW((int)i, s.n > 0);
		}
		arena_fini(&a);
		buf_fini(&b);
	}
}

static void
test_sentences(void)
{
	static const struct {
		int line;
		const char *input;
		const char *want;
	} rows[] = {
		{ __LINE__, "One. Two? Three!", "One.|Two?|Three!|" },
		{ __LINE__, "Mr. Lee pays $2.50 vs. $3.",
		    "Mr. Lee pays $2.50 "
		    "vs. $3.|" },
		{ __LINE__, "Wait... what?! (Yes.) Ok",
		    "Wait...|what?!|(Yes.)|"
		    "Ok|" },
		{ __LINE__, "He said \"no.\" Then left",
		    "He said \"no.\"|Then left|" },
		{ __LINE__, "\xe3\x81\x84\xe3\x80\x82\xe3\x81\x84",
		    "\xe3\x81\x84\xe3\x80\x82|\xe3\x81\x84|" },
		{ __LINE__, "www.x.com is it", "www.x.com is it|" },
		{ __LINE__, "no end", "no end|" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct guard g =
		    guard_copy(rows[i].input, strlen(rows[i].input));
		struct arena a = ARENA_INIT;
		struct transcript_cue cue = { -1, -1, SLICE_EMPTY, g.s, 0 };
		struct transcript t = { TRANSCRIPT_TEXT, &cue, 1 };
		struct transcript_sentences s;
		struct buf got = BUF_INIT;

		transcript_sentences(&t, &a, &s);
		for (size_t k = 0; k < s.n; k++)
			buf_addf(&got, "%.*s|", SLICE_ARG(s.items[k].text));
		CHECK_SLICE_ROW(rows[i].line, buf_slice(&got), rows[i].want);
		buf_fini(&got);
		arena_fini(&a);
		guard_free(&g);
	}
}

static void
test_names_and_words(void)
{
	struct arena a = ARENA_INIT;
	struct transcript t;

	CHECK(transcript_parse(SLICE("Ann: Hi\nBo: Ho you"), TRANSCRIPT_AUTO,
		  &a, &t) == TRANSCRIPT_OK);
	CHECK_SLICE(transcript_full_text(&t, &a), "Ann: Hi\nBo: Ho you\n");
	CHECK(transcript_words(SLICE("  a b\n\tc ")) == 3);
	CHECK(transcript_words(SLICE("")) == 0);
	CHECK(transcript_format_from(SLICE("webvtt")) == TRANSCRIPT_VTT);
	CHECK(transcript_format_from(SLICE("doc")) == TRANSCRIPT_AUTO);
	CHECK(strcmp(transcript_format_name(TRANSCRIPT_SRT), "srt") == 0);
	arena_fini(&a);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_formats),
	    CHECK_CASE(test_refused), CHECK_CASE(test_limits),
	    CHECK_CASE(test_no_blow_up), CHECK_CASE(test_sentences),
	    CHECK_CASE(test_names_and_words), { NULL, NULL } });
}

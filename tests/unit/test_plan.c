/** Requests in plain words and the steps they become. */
#include "text/plan.h"

#include "base/buf.h"
#include "harness/check.h"

/* A plan as text: "intent subject|other; …". */
static void
print(const struct plan *p, struct buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_step *s = &p->step[i];

		buf_addf(
		    out, "%s%s", i ? "; " : "", plan_intent_name(s->intent));
		if (s->subject.n != 0)
			buf_addf(out, " %.*s", SLICE_ARG(s->subject));
		if (s->other.n != 0)
			buf_addf(out, "|%.*s", SLICE_ARG(s->other));
	}
}

static const struct {
	int line;
	const char *text, *want;
} ROWS[] = {
	{ __LINE__, "", "" },
	{ __LINE__, "Hello", "" },
	{ __LINE__, "me@sales_prompt_extractor.example", "" },
	{ __LINE__, "what is the weather in Paris?", "" },
	{ __LINE__, "summarize", "summarize" },
	{ __LINE__, "Please summarise this video.", "summarize" },
	{ __LINE__, "Can you give me a short summary?", "summarize" },
	{ __LINE__, "What is this video about?", "summarize" },
	{ __LINE__, "show me a summary", "summarize" },
	{ __LINE__, "transcribe", "transcribe" },
	{ __LINE__, "Show me the transcript", "transcribe" },
	{ __LINE__, "analyse the sales techniques", "analyse" },
	{ __LINE__, "Analyze the pitch", "analyse" },
	{ __LINE__, "Which objections does the buyer raise?", "analyse" },
	{ __LINE__, "make training data of it", "analyse" },
	{ __LINE__, "Give me the sales techniques used in the transcript",
	    "analyse" },
	{ __LINE__, "generate a voice prompt from the transcript", "analyse" },
	{ __LINE__, "write training data from the transcript", "analyse" },
	{ __LINE__, "find the moment where she says no", "find she says no" },
	{ __LINE__, "Find the moments when the price is mentioned.",
	    "find price is mentioned" },
	{ __LINE__, "search for \"too expensive\"", "find too expensive" },
	{ __LINE__, "Where does he talk about the price?", "find the price" },
	{ __LINE__, "find where they mention", "find they mention" },
	{ __LINE__, "show me where the guarantee is explained",
	    "find guarantee is explained" },
	{ __LINE__, "I'd like to see the part where they laugh",
	    "find they laugh" },
	/* The first verb decides, whatever is looked for. */
	{ __LINE__, "find the moment where he analyses the transcript",
	    "find he analyses the transcript" },
	{ __LINE__, "find", "find" },
	{ __LINE__, "compare A and B", "compare A|B" },
	{ __LINE__, "compare the pitches \"Monday call\" and \"Friday call\"",
	    "compare Monday call|Friday call" },
	{ __LINE__, "Compare this with Pitch 2.", "compare this|Pitch 2" },
	{ __LINE__, "compare A vs B", "compare A|B" },
	{ __LINE__, "What are the differences between A and B?",
	    "compare A|B" },
	{ __LINE__, "compare \"Call with Bob\" and \"Call with Ann\"",
	    "compare Call with Bob|Call with Ann" },
	{ __LINE__, "compare \"Monday, early\", \"Friday\"",
	    "compare Monday, early|Friday" },
	{ __LINE__, "compare the 3\" clip and \"B\"", "compare 3\" clip|B" },
	{ __LINE__, "compare \"A and B\"", "compare" },
	{ __LINE__, "compare them", "compare" },
	{ __LINE__, "show the video Demo", "show Demo" },
	{ __LINE__, "play \"Größe A\"", "show Größe A" },
	{ __LINE__, "play", "show" },
	/* The one that is open. */
	{ __LINE__, "show it", "show" },
	{ __LINE__, "stream it", "show" },
	{ __LINE__, "watch it now", "show" },
	{ __LINE__, "play this here", "show" },
	{ __LINE__, "play \"It follows\"", "show It follows" },
	{ __LINE__, "upload https://h.example/a.mp4",
	    "upload https://h.example/a.mp4" },
	{ __LINE__, "Please add https://h.example/a.mp4 as \"The call\".",
	    "upload https://h.example/a.mp4|The call" },
	{ __LINE__, "https://h.example/a.mp4",
	    "upload https://h.example/a.mp4" },
	/* Nothing to fetch: no upload. */
	{ __LINE__, "add numbers", "" },
	{ __LINE__, "index the video", "index" },
	{ __LINE__, "make the video searchable", "index" },
	{ __LINE__, "what can you do?", "help" },
	{ __LINE__, "transcribe and summarize the video",
	    "transcribe; summarize" },
	{ __LINE__, "Transcribe it, then find where the price comes up.",
	    "transcribe; find price comes up" },
	{ __LINE__, "Index it. Summarize it; analyse it!",
	    "index; summarize; analyse" },
	/* "and" between things is no joint. */
	{ __LINE__, "find bread and butter", "find bread and butter" },
	{ __LINE__, "find \"stop and find\"", "find stop and find" },
	{ __LINE__, "index. index. index. index. index. index. index. index",
	    "index; index; index; index; index" },
};

static void
test_requests(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct buf got = BUF_INIT;
		struct plan p;

		plan_read(slice_from(ROWS[i].text), &p);
		print(&p, &got);
		CHECK_ROW(
		    ROWS[i].line, strcmp(buf_cstr(&got), ROWS[i].want) == 0);
		if (strcmp(buf_cstr(&got), ROWS[i].want) != 0)
			(void)printf("# \"%s\" gives \"%s\"\n", ROWS[i].text,
			    buf_cstr(&got));
		buf_fini(&got);
	}
}

static void
test_url(void)
{
	CHECK(slice_eqs(
	    plan_url(slice_from("see (https://a/b).")), "https://a/b"));
	CHECK(slice_eqs(
	    plan_url(slice_from("HTTP://A/b?c=d&e")), "HTTP://A/b?c=d&e"));
	CHECK(plan_url(slice_from("ftp://a/b httpx://c")).n == 0);
	CHECK(plan_url(slice_from("https:/")).n == 0);
}

/* A long request is read in a moment, and only its start. */
static void
test_long(void)
{
	struct buf b = BUF_INIT;
	struct plan p;

	for (size_t i = 0; i < 20000; i++)
		buf_adds(&b, "and ");
	buf_adds(&b, "summarize");
	plan_read(buf_slice(&b), &p);
	CHECK(p.n == 0);
	buf_fini(&b);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_requests),
	    CHECK_CASE(test_url), CHECK_CASE(test_long), { NULL, NULL } });
}

/** Quotes looked up in a transcript. */
#include "text/verbatim.h"

#include "harness/check.h"

#define TALK                                                                  \
	"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>It’s a great deal — "  \
	"trust me.\n\n00:02.000 --> 00:03.000\n<v Ann>You save\n  money.\n\n" \
	"00:03.000 --> 00:04.000\n<v Bob>Not now… I said “no”!\n"

static struct arena arena;
static struct verbatim v;

static void
begin(void)
{
	struct transcript t;

	arena = ARENA_INIT;
	CHECK(transcript_parse(SLICE(TALK), TRANSCRIPT_AUTO, &arena, &t) ==
	    TRANSCRIPT_OK);
	verbatim_init(&v, &t, &arena);
}

static const struct {
	int line;
	const char *quote, *exact; /* NULL: nobody said so */
} ROWS[] = {
	{ __LINE__, "a great deal", "a great deal" },
	{ __LINE__, "IT'S A GREAT DEAL - trust me.",
	    "It’s a great deal — trust me." },
	{ __LINE__, "\"it's a great deal...\"", "It’s a great deal" },
	{ __LINE__, "You  save money", "You save\n  money" },
	/* Over two cues of one speaker, not of two. */
	{ __LINE__, "trust me. You save", "trust me.\nYou save" },
	{ __LINE__, "money. Not now", NULL },
	{ __LINE__, "Not now... I said \"no\"!", "Not now… I said “no”!" },
	/* Whole words only. */
	{ __LINE__, "reat deal", NULL },
	{ __LINE__, "a great dea", NULL },
	{ __LINE__, "a bad deal", NULL },
	{ __LINE__, "", NULL },
	{ __LINE__, "—", NULL },
	{ __LINE__, "...", NULL },
	{ __LINE__, "\xff\xfe", NULL },
};

static void
test_find(void)
{
	begin();
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct slice exact;
		bool found =
		    verbatim_find(&v, slice_from(ROWS[i].quote), &exact);

		CHECK_ROW(ROWS[i].line, found == (ROWS[i].exact != NULL));
		if (found && ROWS[i].exact != NULL)
			CHECK_ROW(
			    ROWS[i].line, slice_eqs(exact, ROWS[i].exact));
		if (found &&
		    (ROWS[i].exact == NULL || !slice_eqs(exact, ROWS[i].exact)))
			(void)printf("# %.*s\n", SLICE_ARG(exact));
	}
	arena_fini(&arena);
}

static const struct {
	int line;
	const char *text, *want;
	size_t left_out;
} TEXTS[] = {
	{ __LINE__, "No quote.", "No quote.\n", 0 },
	{ __LINE__, "She says “a GREAT deal”.", "She says “a great deal”.\n",
	    0 },
	{ __LINE__, "She says \"a great deal\".", "She says “a great deal”.\n",
	    0 },
	/* A term between plain marks is no quote. */
	{ __LINE__, "The \"foot in the door\" way.",
	    "The \"foot in the door\" way.\n", 0 },
	{ __LINE__, "She says “a lie”.", "She says (quote left out).\n", 1 },
	{ __LINE__, "> [00:01] Ann: “a great deal”",
	    "> [00:01] Ann: “a great deal”\n", 0 },
	{ __LINE__, "a\n> Ann: “a lie”\nb", "a\nb\n", 1 },
	{ __LINE__, "> trust me\n> a lie", "> trust me\n", 1 },
	{ __LINE__, "open “ only", "open “ only\n", 0 },
	/* In a block quote, plain marks are quotation marks. */
	{ __LINE__, "a\n> Ann: \"we give it away for free\"\nb", "a\nb\n", 1 },
	{ __LINE__, "> Ann: \"a great deal\"", "> Ann: “a great deal”\n", 0 },
	{ __LINE__, "> Ann: \"we give\n> it away\"", "", 2 },
	/* A fence is no place to hide. */
	{ __LINE__, "```\n“a lie”\n```", "```\n(quote left out)\n```\n", 1 },
	{ __LINE__, "```markdown\n> Ann: “a lie”\n> trust me\n```",
	    "```markdown\n> trust me\n```\n", 1 },
	{ __LINE__, "```\n> a lie", "```\n", 1 },
	{ __LINE__, "    ```\n\"trust me\"", "    ```\n“trust me”\n", 0 },
	{ __LINE__, "```\n{\"trust me\": 1}\n```",
	    "```\n{\"trust me\": 1}\n```\n", 0 },
	/* Over the end of a line, but not of a paragraph. */
	{ __LINE__, "She says “a\nlie”.", "She says (quote left out).\n", 1 },
	{ __LINE__, "She says “a\ngreat deal”.", "She says “a great deal”.\n",
	    0 },
	{ __LINE__, "> Ann: “a\n> lie”\nb", "b\n", 1 },
	{ __LINE__, "> Ann: “a\n> great deal”", "> Ann: “a great deal”\n", 0 },
	{ __LINE__, "open “ only\n\na” b", "open “ only\n\na” b\n", 0 },
	{ __LINE__, "open “ only\nand “a lie”",
	    "open “ only\nand (quote left out)\n", 1 },
	{ __LINE__, "open “\n> trust me”", "open “\n> trust me”\n", 0 },
	/* Marks in marks. */
	{ __LINE__, "The \"very “a lie” thing\" and \"trust me\"",
	    "The \"very (quote left out) thing\" and “trust me”\n", 1 },
	{ __LINE__, "“one “two” lie”", "(quote left out)\n", 1 },
	{ __LINE__, "“Not now… I said “no”!”", "“Not now… I said “no”!”\n", 0 },
	/* Other marks. */
	{ __LINE__, "„a lie“ „a lie” «a lie» ‘a lie’",
	    "(quote left out) (quote left out) (quote left out) "
	    "(quote left out)\n",
	    4 },
	{ __LINE__, "„trust me“ « trust me » ‘It’s a great deal’",
	    "“trust me” “trust me” “It’s a great deal”\n", 0 },
	{ __LINE__, "Ann’s and Bob’s", "Ann’s and Bob’s\n", 0 },
};

static void
test_markdown(void)
{
	begin();
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct buf out = BUF_INIT;
		size_t n =
		    verbatim_markdown(&v, slice_from(TEXTS[i].text), &out);

		CHECK_ROW(TEXTS[i].line, n == TEXTS[i].left_out);
		CHECK_ROW(
		    TEXTS[i].line, slice_eqs(buf_slice(&out), TEXTS[i].want));
		if (!slice_eqs(buf_slice(&out), TEXTS[i].want))
			(void)printf("# %s", buf_cstr(&out));
		buf_fini(&out);
	}
	arena_fini(&arena);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_find), CHECK_CASE(test_markdown), { NULL, NULL } });
}

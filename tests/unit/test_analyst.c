/** What the offline analyst finds in small talks. */
#include "harness/check.h"
#include "text/analyst.h"
#include "text/analyst_match.h"
#include "text/analyst_rules.h"

static void
run(const char *text, struct arena *a, struct transcript *t, struct analyst *an)
{
	CHECK(transcript_parse(slice_from(text), TRANSCRIPT_AUTO, a, t) ==
	    TRANSCRIPT_OK);
	analyst_run(t, a, an);
}

static void
test_match(void)
{
	static const struct {
		int line;
		const char *sentence;
		const char *pattern;
		bool want;
	} rows[] = {
		{ __LINE__, "Would you donate?", "would you&donat*", true },
		{ __LINE__, "Would you?", "would you&donat*", false },
		{ __LINE__, "I can\xe2\x80\x99t, sorry", "cant", true },
		{ __LINE__, "It can't be", "cant", true },
		{ __LINE__, "scant", "cant", false },
		{ __LINE__, "Yes, sure", "^yes", true },
		{ __LINE__, "Oh yes", "^yes", false },
		{ __LINE__, "It costs $5.", "$ 5 #", true },
		{ __LINE__, "Really?", "?", true },
		{ __LINE__, "how much", "how much&!help", true },
		{ __LINE__, "how much help", "how much&!help", false },
		{ __LINE__, "", "x", false },
		{ __LINE__, "x", "x", true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct slice plain =
		    analyst_match_plain(slice_from(rows[i].sentence), &a);

		CHECK_ROW(rows[i].line,
		    analyst_match_has(plain, rows[i].pattern) == rows[i].want);
		arena_fini(&a);
	}
}

/* Each said by the seller; the buyer keeps silent. */
static void
test_techniques(void)
{
	static const struct {
		int line;
		const char *sentence;
		enum analyst_technique want;
	} rows[] = {
		{ __LINE__, "We are certified and audited every year.",
		    ANALYST_CREDIBILITY },
		{ __LINE__,
		    "That means fewer errors, because nothing is typed "
		    "twice.",
		    ANALYST_LOGICAL },
		{ __LINE__, "Imagine the children who suffer from hunger.",
		    ANALYST_EMOTIONAL },
		{ __LINE__, "When I was a child my family had nothing.",
		    ANALYST_STORY },
		{ __LINE__, "I will match your donation myself.",
		    ANALYST_SELF_MODEL },
		{ __LINE__, "Start small: a trial with one team.",
		    ANALYST_SMALL_STEP },
		{ __LINE__,
		    "The plan includes onboarding and integrates with "
		    "your mail.",
		    ANALYST_INFORMATION },
		{ __LINE__, "How many tickets do you get a day?",
		    ANALYST_DISCOVERY },
		{ __LINE__, "Good to see you, how was your weekend?",
		    ANALYST_RAPPORT },
		{ __LINE__, "It costs you less than a cup of coffee a day.",
		    ANALYST_PRICE },
		{ __LINE__, "One of our customers switched from that tool.",
		    ANALYST_SOCIAL },
		{ __LINE__, "The offer expires at the end of the month.",
		    ANALYST_URGENCY },
		{ __LINE__, "Shall we move forward and schedule a kick-off?",
		    ANALYST_CLOSING },
		{ __LINE__, "It saves you ten hours a week.", ANALYST_VALUE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct transcript t;
		struct analyst an;

		run(rows[i].sentence, &a, &t, &an);
		CHECK_ROW(rows[i].line, an.n_techniques == 1);
		if (an.n_techniques == 1) {
			CHECK_ROW(rows[i].line,
			    an.techniques[0].kind == rows[i].want);
			CHECK_SLICE_ROW(rows[i].line,
			    an.techniques[0].quotes.items[0].text,
			    rows[i].sentence);
		}
		arena_fini(&a);
	}
}

static void
test_objections(void)
{
	static const struct {
		int line;
		const char *sentence;
		enum analyst_objection_kind want;
	} rows[] = {
		{ __LINE__, "That is too expensive for us.",
		    ANALYST_OBJ_PRICE },
		{ __LINE__, "How do I know it is not a scam?",
		    ANALYST_OBJ_TRUST },
		{ __LINE__, "It's a bad time, maybe next quarter.",
		    ANALYST_OBJ_TIMING },
		{ __LINE__, "We don't need that.", ANALYST_OBJ_NEED },
		{ __LINE__, "I need to talk to my boss.",
		    ANALYST_OBJ_AUTHORITY },
		{ __LINE__, "We already use something else.",
		    ANALYST_OBJ_INCUMBENT },
		{ __LINE__, "It sounds too complicated.", ANALYST_OBJ_EFFORT },
		{ __LINE__, "I will not donate.", ANALYST_OBJ_REFUSAL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct transcript t;
		struct analyst an;
		char *text = arena_printf(&a,
		    "Seller: Would you like to sign up?\nBuyer: %s\n"
		    "Seller: I understand. You can cancel any time, and the "
		    "trial is free.\nBuyer: Okay, that sounds good.\n",
		    rows[i].sentence);

		run(text, &a, &t, &an);
		CHECK_ROW(rows[i].line, an.objections.n == 1);
		if (an.objections.n == 1) {
			const struct analyst_objection *o =
			    &an.objections.items[0];

			CHECK_ROW(rows[i].line, o->kind == rows[i].want);
			CHECK_SLICE_ROW(
			    rows[i].line, o->objection.text, rows[i].sentence);
			CHECK_SLICE_ROW(rows[i].line, o->answer.text,
			    "You can cancel any time, and the trial is free.");
			CHECK_ROW(rows[i].line, o->answered && o->resolved);
		}
		arena_fini(&a);
	}
}

static void
test_roles(void)
{
	static const struct {
		int line;
		const char *text;
		const char *seller;
		const char *buyer;
	} rows[] = {
		/* By what they say, whoever starts. */
		{ __LINE__,
		    "Ann: What does it cost?\n"
		    "Bo: Our platform is $5 per user a month.\n"
		    "Ann: That's too expensive.\n"
		    "Bo: Would you like to start with a trial?\n",
		    "Bo", "Ann" },
		{ __LINE__, "Buyer: Our product is our platform.\nKim: Hm.\n",
		    "Kim", "Buyer" },
		{ __LINE__, "Sales Rep: Hm.\nKim: Would you like to buy?\n",
		    "Sales Rep", "Kim" },
		{ __LINE__,
		    "Host: Would you like to begin?\n"
		    "Ann: Our customers love our platform.\n"
		    "Bo: How do I get it?\n",
		    "Ann", "Bo" },
		{ __LINE__, "Ann: Hello.\nAnn: Would you like to buy?\n", "Ann",
		    "" },
		{ __LINE__, "Hello there. Would you like to buy?", "", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct transcript t;
		struct analyst an;

		run(rows[i].text, &a, &t, &an);
		CHECK_SLICE_ROW(rows[i].line, an.seller, rows[i].seller);
		CHECK_SLICE_ROW(rows[i].line, an.buyer, rows[i].buyer);
		CHECK_ROW(
		    rows[i].line, an.has_buyer == (rows[i].buyer[0] != '\0'));
		arena_fini(&a);
	}
}

static void
test_outcome(void)
{
	static const struct {
		int line;
		const char *end;
		enum analyst_outcome want;
	} rows[] = {
		{ __LINE__, "Buyer: I will donate $5.", ANALYST_AGREED },
		{ __LINE__, "Buyer: Yes, please.", ANALYST_AGREED },
		{ __LINE__, "Buyer: I will not donate.", ANALYST_REFUSED },
		{ __LINE__, "Buyer: Maybe.", ANALYST_OPEN },
		{ __LINE__,
		    "Buyer: I will donate $5.\nBuyer: No, I changed "
		    "my mind, I will not donate.",
		    ANALYST_REFUSED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct transcript t;
		struct analyst an;

		run(arena_printf(&a, "Seller: Would you like to donate?\n%s\n",
			rows[i].end),
		    &a, &t, &an);
		CHECK_ROW(rows[i].line, an.outcome == rows[i].want);
		arena_fini(&a);
	}
}

static void
test_lists(void)
{
	struct arena a = ARENA_INIT;
	struct transcript t;
	struct analyst an;

	run("Seller: How many tickets do you get?\nBuyer: About forty.\n"
	    "Seller: I'll send you the order form today, it has all the "
	    "prices.\nBuyer: How long does the setup take?\n"
	    "Seller: The setup takes one day.\nBuyer: Let's do it.\n",
	    &a, &t, &an);
	CHECK(an.seller_questions.n == 1 && an.buyer_questions.n == 1);
	CHECK(an.commitments.n == 2);
	CHECK(an.exchanges.n == 2);
	CHECK_SLICE(an.exchanges.items[0].prompt,
	    "Seller: How many tickets do you get?\nBuyer: About forty.");
	CHECK_SLICE(
	    an.exchanges.items[1].prompt, "How long does the setup take?");
	CHECK_SLICE(an.exchanges.items[1].reply, "The setup takes one day.");
	CHECK_SLICE(an.exchanges.items[1].before,
	    "I'll send you the order form today, it has all the prices.");
	arena_fini(&a);
}

/** What has no cue, the model names; the quote is as it was said. */
static void
test_model(void)
{
	static const char said[] =
	    "They get relief and schooling to kids after earthquakes and "
	    "floods.";
	struct arena a = ARENA_INIT;
	struct transcript t;
	struct analyst an;
	struct analyst_rules_table table = analyst_rules_techniques();
	int score[ANALYST_TECHNIQUE__MAX] = { 0 };

	analyst_match_score(analyst_match_plain(slice_from(said), &a),
	    table.rules, table.n, score);
	CHECK(analyst_match_best(
		  score, ANALYST_TECHNIQUE__MAX, ANALYST_RULES_LEAST) < 0);
	run(arena_printf(&a,
		"Seller: Have you ever heard of Save the Children?\n"
		"Buyer: No, what is it?\nSeller: %s\n",
		said),
	    &a, &t, &an);
	CHECK(an.n_techniques == 2);
	for (size_t i = 0; i < an.n_techniques; i++)
		if (an.techniques[i].kind == ANALYST_CREDIBILITY)
			CHECK_SLICE(
			    an.techniques[i].quotes.items[0].text, said);
	CHECK(an.techniques[0].kind == ANALYST_CREDIBILITY ||
	    an.techniques[1].kind == ANALYST_CREDIBILITY);
	arena_fini(&a);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_match),
	    CHECK_CASE(test_techniques), CHECK_CASE(test_objections),
	    CHECK_CASE(test_roles), CHECK_CASE(test_outcome),
	    CHECK_CASE(test_lists), CHECK_CASE(test_model), { NULL, NULL } });
}

/** Personal information: by form, by checksum, by what a transcript says. */
#include <string.h>

#include "base/utf8.h"
#include "harness/check.h"
#include "harness/guard.h"
#include "pii/score.h"
#include "text/pii.h"

static const struct {
	int line;
	const char *input;
	const char *want; /* NULL: unchanged */
} cases[] = {
#define GONE(input, want)             \
	{                             \
		__LINE__, input, want \
	}
#define STAYS(input)                  \
	{                             \
		__LINE__, input, NULL \
	}
	GONE("mail jane.doe@acme-corp.co.uk, ok?", "mail [EMAIL_1], ok?"),
	GONE("x+y_z@a.io.", "[EMAIL_1]."),
	GONE("<a@b.de>(c@d.com)", "<[EMAIL_1]>([EMAIL_2])"),
	GONE("mailto:a@b.de", "mailto:[EMAIL_1]"),
	GONE("a@b.de A@B.DE a at b dot de", "[EMAIL_1] [EMAIL_1] [EMAIL_1]"),
	GONE("(415) 555-0132 or 415.555.0132", "[PHONE_1] or [PHONE_1]"),
	GONE("1-800-555-0199 4155550132", "[PHONE_1] [PHONE_2]"),
	GONE("+49 30 1234567, +1 (415) 555-0132.", "[PHONE_1], [PHONE_2]."),
	GONE("(415) 555-0132x12, 415-555-0132X7", "[PHONE_1], [PHONE_1]"),
	GONE("415-555-0132ext123456.", "[PHONE_1]."),
	STAYS("415-555-0132x1234567 415-555-0132x 415-555-0132x4y"),
	GONE("020 7946 0958 and 06 12 34 56 78", "[PHONE_1] and [PHONE_2]"),
	GONE("call me at 555-0132", "call me at [PHONE_1]"),
	GONE("my number is four one five, five five five, oh one three two",
	    "my number is [PHONE_1]"),
	GONE("card 4111 1111 1111 1111.", "card [CARD_1]."),
	GONE("4111-1111-1111-1111 378282246310005", "[CARD_1] [CARD_2]"),
	GONE("3782 822463 10005", "[CARD_1]"),
	GONE("55 4111 1111 1111 1111 12 27 123", "55 [CARD_1] 12 27 123"),
	GONE("at 10.0.0.12, 192.168.1.1:80", "at [IP_1], [IP_2]:80"),
	GONE("fe80::1 ::1 2001:db8:85a3:0:0:8a2e:370:7334",
	    "[IP_1] [IP_2] [IP_3]"),
	GONE("::ffff:10.1.1.1", "[IP_1]"),
	GONE("see https://u:p@h.com:5432/x?y=1.", "see [URL_1]."),
	GONE("ftp://u:p@10.0.0.1/ x", "[URL_1] x"),
	GONE("DE89 3704 0044 0532 0130 00, de89370400440532013000",
	    "[IBAN_1], [IBAN_1]"),
	GONE("pwd=abc and password: abc",
	    "pwd=[SECRET_1] and password: "
	    "[SECRET_1]"),
	STAYS("DE88 3704 0044 0532 0130 00"),
	STAYS("not a card 4111 1111 1111 1112"),
	STAYS("$1,200,000 or 1200000 or $4155550132"),
	STAYS("2,500,000,000 or 2000000000 or 20 000 000"),
	STAYS("10 000 000 000 people"),
	STAYS("in 2018 alone, 1,000 children; 2019-2024"),
	STAYS("2024-01-15 10:30; 01/15/2024; 12:30:45"),
	STAYS("between 100-2000 users, 24/7, 365, 9-5"),
	STAYS("v1.2.3.4 version 1.2.3.4 10.15.7 1.22.1"),
	STAYS("std::string add::bad a::b ::"),
	STAYS("https://example.com/a@b http://x.y:80/"),
	STAYS("a@b @b.c a@b.c1 @ "),
	STAYS("$25, $0.50, 99.99%, 5 - 100"),
	STAYS("order 123456789012345 invoice 12345678"),
	STAYS("[EMAIL_1] [PHONE_2] [CARD_3] [IP_4] [URL_5] [NAME_6]"),
	STAYS(""),
};

static void
test_cases(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct guard g =
		    guard_copy(cases[i].input, strlen(cases[i].input));
		struct buf out = BUF_INIT;
		struct pii *pii = pii_learn(NULL);

		pii_clean(pii, g.s, &out);
		CHECK_SLICE_ROW(cases[i].line, buf_slice(&out),
		    cases[i].want ? cases[i].want : cases[i].input);
		CHECK_ROW(cases[i].line,
		    (pii_total(pii_counts(pii)) != 0) ==
			(cases[i].want != NULL));
		buf_fini(&out);
		pii_free(pii);
		guard_free(&g);
	}
}

/** A transcript, learned; the arena is the caller's. */
static struct pii *
learn(const char *text, struct arena *a)
{
	struct transcript t;

	CHECK(transcript_parse(slice_from(text), TRANSCRIPT_AUTO, a, &t) ==
	    TRANSCRIPT_OK);
	return pii_learn(&t);
}

static void
check_clean(int line, struct pii *pii, const char *input, const char *want)
{
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;

	pii_clean(pii, slice_from(input), &once);
	CHECK_SLICE_ROW(line, buf_slice(&once), want);
	pii_clean(pii, buf_slice(&once), &twice);
	CHECK_SLICE_ROW(line, buf_slice(&twice), want);
	buf_fini(&once);
	buf_fini(&twice);
}

static const char dialogue[] =
    "WEBVTT\n\n"
    "00:01.000 --> 00:02.000\n<v Anna Keller>Hi Mark, my name is\n\n"
    "00:02.000 --> 00:03.000\n<v Anna Keller>Anna from Acme.\n\n"
    "00:03.000 --> 00:04.000\n<v Mark>Hello. Is Ms Keller your boss? "
    "Write to mark@example.com or call 415-555-0132.\n\n"
    "00:05.000 --> 00:06.000\n<v Anna Keller>Zolt\xc3\xa1n here is, "
    "Mr Zolt\xc3\xa1n B\xc3\xa1lint. Will that do?\n";

/* One person, one number: by label, by both names, by each, in any case. */
static void
test_names(void)
{
	static const struct {
		int line;
		const char *input;
		const char *want;
	} rows[] = {
		{ __LINE__, "Anna Keller, Anna, Ms Keller, ANNA",
		    "[NAME_1], [NAME_1], Ms [NAME_1], [NAME_1]" },
		{ __LINE__,
		    "thanks mark, mark it: anna's and Keller\xe2\x80\x99s",
		    "thanks [NAME_2], mark it: [NAME_1]'s and "
		    "[NAME_1]\xe2\x80\x99s" },
		{ __LINE__, "Mark: go. Mark my words, said Mark.",
		    "[NAME_2]: go. Mark my words, said [NAME_2]." },
		{ __LINE__, "Zoltan B\xc3\xa1lint and BALINT",
		    "[NAME_3] and [NAME_3]" },
		{ __LINE__, "MARK at example dot com, (415) 555 0132",
		    "[EMAIL_1], [PHONE_1]" },
		{ __LINE__, "Annabel will keller", "Annabel will [NAME_1]" },
	};
	struct arena a = ARENA_INIT;
	struct pii *pii = learn(dialogue, &a);

	for (size_t i = 0; i < COUNT(rows); i++)
		check_clean(rows[i].line, pii, rows[i].input, rows[i].want);
	pii_free(pii);
	arena_fini(&a);
}

/* Who speaks once is somebody too; a heading of notes is not. */
static void
test_labels(void)
{
	static const struct {
		int line;
		const char *text;
		const char *input;
		const char *want;
	} rows[] = {
		{ __LINE__,
		    "Seller: Hello.\nBrzezinski: Go on.\nSeller: It is new.",
		    "Ms Brzezinski, Brzezinski", "Ms [NAME_1], [NAME_1]" },
		{ __LINE__, "Good morning.\nWolfram Okonkwo: Go on.\nYes.",
		    "Mr Okonkwo, Wolfram Okonkwo", "Mr [NAME_1], [NAME_1]" },
		{ __LINE__, "Agenda: Sales.\nWarranty: Two years.",
		    "The Agenda, a Warranty", "The Agenda, a Warranty" },
		{ __LINE__, "We begin.\nSeller: Hi.\nWarranty: No.\nSeller: A.",
		    "The Warranty", "The Warranty" },
		{ __LINE__, "Hi.\nContoso Support: Hi.\nNext Question: Why?",
		    "Contoso Support, Next Question",
		    "Contoso Support, Next Question" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct pii *pii = learn(rows[i].text, &a);

		check_clean(rows[i].line, pii, rows[i].input, rows[i].want);
		pii_free(pii);
		arena_fini(&a);
	}
}

/* Two who learn the same transcript number alike, whatever they clean. */
static void
test_consistent(void)
{
	struct arena a = ARENA_INIT;
	struct pii *one = learn(dialogue, &a);
	struct pii *other = learn(dialogue, &a);

	check_clean(__LINE__, one, "new@example.com, mark@example.com, Mark.",
	    "[EMAIL_2], [EMAIL_1], [NAME_2].");
	check_clean(__LINE__, other, "Ask Mark: mark@example.com",
	    "Ask [NAME_2]: [EMAIL_1]");
	pii_free(one);
	pii_free(other);
	arena_fini(&a);
}

/* A placeholder that a transcript has already is nobody else's. */
static void
test_reserved(void)
{
	struct arena a = ARENA_INIT;
	struct pii *pii =
	    learn("Hello [NAME_7], I am Sophie. [EMAIL_99999999999]", &a);

	check_clean(__LINE__, pii, "Sophie and [NAME_7], a@b.de",
	    "[NAME_8] and [NAME_7], [EMAIL_1]");
	pii_free(pii);
	arena_fini(&a);
}

static void
test_counts(void)
{
	struct buf out = BUF_INIT;
	struct pii *pii = pii_learn(NULL);
	const size_t *n = pii_counts(pii)->n;
	struct pii_counts again;

	buf_adds(&out, "before ");
	pii_clean(pii,
	    SLICE("a@b.de c@d.de 10.0.0.1 4111 1111 1111 1111 "
		  "+4930123456 http://u:p@h/"),
	    &out);
	CHECK(n[PII_EMAIL] == 2 && n[PII_IP] == 1 && n[PII_CARD] == 1 &&
	    n[PII_PHONE] == 1 && n[PII_URL] == 1);
	CHECK(pii_total(pii_counts(pii)) == 6);
	CHECK_SLICE(buf_slice(&out),
	    "before [EMAIL_1] [EMAIL_2] [IP_1] [CARD_1] [PHONE_1] [URL_1]");
	again = pii_count_text(buf_slice(&out));
	CHECK(memcmp(&again, pii_counts(pii), sizeof(again)) == 0);
	buf_fini(&out);
	pii_free(pii);
}

static void
test_json(void)
{
	struct pii *pii = pii_learn(NULL);
	struct json_object *value = json_tokener_parse(
	    "{\"examples\":[{\"input\":\"a@b.de\\n\",\"n\":1}],\"x\":null}");
	struct json_object *clean = pii_clean_json(pii, value);
	struct json_object *about;

	CHECK_SLICE(slice_from(json_object_to_json_string_ext(
			clean, JSON_C_TO_STRING_PLAIN)),
	    "{\"examples\":[{\"input\":\"[EMAIL_1]\\n\",\"n\":1}],"
	    "\"x\":null}");
	about = pii_metadata(SLICE("[NAME_1] and [NAME_1], [IP_3]"));
	CHECK_SLICE(slice_from(json_object_to_json_string_ext(
			about, JSON_C_TO_STRING_PLAIN)),
	    "{\"cleaner\":\"" PII_VERSION "\",\"method\":\"rules\","
	    "\"placeholders\":{\"name\":2,\"ip\":1}}");
	(void)json_object_put(about);
	(void)json_object_put(clean);
	(void)json_object_put(value);
	pii_free(pii);
}

/* Linear also on what looks like the start of something. */
static void
test_no_blow_up(void)
{
	static const char *const units[] = { "a", "1", "1 ", "a@", "a.",
		"1:", "::", "http://", "(", "+", "call ", "five ",
		"Anna Smith, ", "12 Elm ", "-----BEGIN PRIVATE KEY-----",
		"078-05-1120-", "a at b dot ", "'", "a'", "Via A ", "[NAME_1]",
		"Zed: Hi\n" };

	for (size_t i = 0; i < COUNT(units); i++) {
		struct buf in = BUF_INIT;
		struct buf out = BUF_INIT;
		struct arena a = ARENA_INIT;
		struct pii *pii;

		while (in.n < (size_t)10 * 1000)
			buf_adds(&in, units[i]);
		pii = learn(buf_cstr(&in), &a);
		pii_clean(pii, buf_slice(&in), &out);
		CHECK_ROW((int)i, out.n > 0 && utf8_valid(buf_slice(&out)));
		pii_free(pii);
		buf_fini(&out);
		buf_fini(&in);
		arena_fini(&a);
	}
}

/** In thousandths, so that a floor is a whole number. */
static size_t
thousandths(size_t a, size_t b)
{
	return b == 0 ? 1000 : a * 1000 / b;
}

/* What doc/pii.md publishes, less a sentence or two. */
static void
check_floor(
    const char *const *marked, size_t n, size_t precision, size_t recall)
{
	struct score s = { .cases = 0 };

	for (size_t i = 0; i < n; i++)
		(void)score_add(marked[i], &s);
	score_sum(&s);
	CHECK(s.all.labelled > 150);
	CHECK(thousandths(s.all.exact, s.all.found) >= precision);
	CHECK(thousandths(s.all.exact, s.all.labelled) >= recall);
	for (size_t k = PII_EMAIL; k < PII_KIND__MAX; k++)
		CHECK_ROW((int)k,
		    s.kind[k].labelled != 0 &&
			thousandths(s.kind[k].covered, s.kind[k].labelled) >=
			    850);
}

static void
test_floor(void)
{
	check_floor(score_dev, COUNT(score_dev), 990, 990);
	check_floor(score_held_out, COUNT(score_held_out), 950, 950);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_cases),
	    CHECK_CASE(test_names), CHECK_CASE(test_labels),
	    CHECK_CASE(test_consistent), CHECK_CASE(test_reserved),
	    CHECK_CASE(test_counts), CHECK_CASE(test_json),
	    CHECK_CASE(test_no_blow_up), CHECK_CASE(test_floor),
	    { NULL, NULL } });
}

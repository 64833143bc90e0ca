/** Personal information by its form. */
#include "harness/check.h"
#include "harness/guard.h"
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
	GONE("mail jane.doe@acme-corp.co.uk, ok?", "mail [email], ok?"),
	GONE("x+y_z@a.io.", "[email]."),
	GONE("<a@b.de>(c@d.com)", "<[email]>([email])"),
	GONE("mailto:a@b.de", "mailto:[email]"),
	GONE("(415) 555-0132 or 415.555.0132", "[phone] or [phone]"),
	GONE("1-800-555-0199 4155550132", "[phone] [phone]"),
	GONE("+49 30 1234567, +1 (415) 555-0132.", "[phone], [phone]."),
	GONE("020 7946 0958 and 06 12 34 56 78", "[phone] and [phone]"),
	GONE("call me at 555-0132", "call me at [phone]"),
	GONE("card 4111 1111 1111 1111.", "card [card]."),
	GONE("4111-1111-1111-1111 378282246310005", "[card] [card]"),
	GONE("3782 822463 10005", "[card]"),
	GONE("55 4111 1111 1111 1111 12 27 123", "55 [card] 12 27 123"),
	GONE("at 10.0.0.12, 192.168.1.1:80", "at [ip], [ip]:80"),
	GONE("fe80::1 ::1 2001:db8:85a3:0:0:8a2e:370:7334", "[ip] [ip] [ip]"),
	GONE("::ffff:10.1.1.1", "[ip]"),
	GONE("::1::2::3::4::5::6::7::8::9::1::2::3::4::5::6::7::8::9",
	    "[ip][ip][ip][ip][ip][ip][ip][ip][ip]"
	    "[ip][ip][ip][ip][ip][ip][ip][ip][ip]"),
	GONE("see https://u:p@h.com:5432/x?y=1.", "see [url]."),
	GONE("ftp://u:p@10.0.0.1/ x", "[url] x"),
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
	STAYS("[email] [phone] [card] [ip] [url]"),
	STAYS(""),
};

static void
test_cases(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct guard g =
		    guard_copy(cases[i].input, strlen(cases[i].input));
		struct buf out = BUF_INIT;
		struct pii_counts counts = { 0, 0, 0, 0, 0 };

		pii_clean(g.s, &out, &counts);
		CHECK_SLICE_ROW(cases[i].line, buf_slice(&out),
		    cases[i].want ? cases[i].want : cases[i].input);
		CHECK_ROW(cases[i].line,
		    (pii_total(&counts) != 0) == (cases[i].want != NULL));
		buf_fini(&out);
		guard_free(&g);
	}
}

static void
test_counts(void)
{
	struct buf out = BUF_INIT;
	struct pii_counts c = { 0, 0, 0, 0, 0 };

	buf_adds(&out, "before ");
	pii_clean(SLICE("a@b.de c@d.de 10.0.0.1 4111 1111 1111 1111 "
			"+4930123456 http://u:p@h/"),
	    &out, &c);
	CHECK(c.email == 2 && c.ip == 1 && c.card == 1 && c.phone == 1 &&
	    c.url == 1);
	CHECK(pii_total(&c) == 6);
	CHECK_SLICE(buf_slice(&out),
	    "before [email] [email] [ip] [card] [phone] [url]");
	buf_fini(&out);
}

/* Linear also on what looks like the start of something. */
static void
test_no_blow_up(void)
{
	static const char *const units[] = { "a", "1", "1 ", "a@", "a.",
		"1:", "::", "http://", "(", "+", "call " };

	for (size_t i = 0; i < COUNT(units); i++) {
		struct buf in = BUF_INIT;
		struct buf out = BUF_INIT;

		while (in.n < (size_t)100 * 1000)
			buf_adds(&in, units[i]);
		pii_clean(buf_slice(&in), &out, NULL);
		CHECK_ROW((int)i, out.n > 0);
		buf_fini(&out);
		buf_fini(&in);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_cases),
	    CHECK_CASE(test_counts), CHECK_CASE(test_no_blow_up),
	    { NULL, NULL } });
}

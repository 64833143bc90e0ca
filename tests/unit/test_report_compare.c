/** Two pitches side by side, whatever an engine wrote. */
#include "harness/check.h"
#include "text/report.h"

#define ONE                                                                 \
	"{\"analysis_data\":{\"sales_techniques\":[{\"name\":\"Urgency\","  \
	"\"examples\":[\"Only today | now\",\"b\"]},{\"name\":\"Story\"}]," \
	"\"objection_handling\":[{\"objection\":\"Too *dear*\","            \
	"\"response\":\"It pays\\nback\"}]}}"
#define TWO                                                                      \
	"{\"sales_techniques\":[{\"name\":\"URGENCY\",\"examples\":[\"x\"]"      \
	"},{\"name\":\"Price\",\"examples\":[]}],\"communication_strategies\":[" \
	"{\"type\":\"Questions\",\"examples\":[\"Why?\"]}]}"

static void
compare(const char *a, const char *b, struct buf *out)
{
	struct report_side one = { slice_from("A|1"), json_tokener_parse(a) };
	struct report_side two = { slice_from("B"), json_tokener_parse(b) };

	report_compare(&one, &two, out);
	(void)json_object_put(one.data);
	(void)json_object_put(two.data);
}

static bool
has(struct buf *b, const char *text)
{
	return strstr(buf_cstr(b), text) != NULL;
}

static void
test_sides(void)
{
	struct buf b = BUF_INIT;

	compare(ONE, TWO, &b);
	CHECK(has(&b, "| Technique | A\\|1 | B |"));
	CHECK(has(
	    &b, "| Urgency | 2 examples: Only today \\| now | 1 example: x |"));
	CHECK(has(&b, "| Story | used | not used |"));
	CHECK(has(&b, "| Price | not used | used |"));
	CHECK(has(&b, "| Questions | not used | 1 example: Why? |"));
	CHECK(has(&b, "| 1 | “Too \\*dear\\*” — answer: “It pays back” |  |"));
	buf_fini(&b);
}

/* An engine may have written anything. */
static void
test_shapes(void)
{
	static const char *const OTHER[] = { "null", "[]", "5", "{}",
		"{\"analysis_data\":5}",
		"{\"sales_techniques\":{\"name\":\"x\"}}",
		"{\"sales_techniques\":[1,null,[],{\"name\":5}]}",
		"{\"sales_techniques\":[{\"name\":\"\"}]}",
		"{\"objection_handling\":[null,5,{\"objection\":[]}]}",
		"{\"sales_techniques\":[{\"name\":\"x\",\"examples\":5}]}",
		"{\"sales_techniques\":[{\"name\":\"x\",\"examples\":[5]}]}" };

	for (size_t i = 0; i < COUNT(OTHER); i++) {
		struct buf b = BUF_INIT;

		compare(OTHER[i], ONE, &b);
		CHECK(has(&b, "| Urgency | not used | 2 examples: "));
		buf_fini(&b);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_sides), CHECK_CASE(test_shapes), { NULL, NULL } });
}

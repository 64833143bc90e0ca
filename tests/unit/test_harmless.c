/** Markdown that cannot become HTML. */
#include "harness/check.h"
#include "harness/guard.h"
#include "text/harmless.h"

static const struct {
	int line;
	const char *input;
	const char *want;
} cases[] = {
#define ROW(input, want)              \
	{                             \
		__LINE__, input, want \
	}
	ROW("# Hi **there**", "# Hi **there**"),
	ROW("<script>a && b</script>",
	    "&lt;script&gt;a &amp;&amp; b&lt;/script&gt;"),
	ROW("> quote > x\n  > > y", "> quote &gt; x\n  > > y"),
	ROW("costs $5 or $$x$$", "costs &#36;5 or &#36;&#36;x&#36;&#36;"),
	ROW("[a](https://x?a=1&b=2)", "[a](https://x?a=1&amp;b=2)"),
	ROW("[a](/x) [b](#y) [c](mailto:a@b.c) [d]( HTTP://x)",
	    "[a](/x) [b](#y) [c](mailto:a@b.c) [d]( HTTP://x)"),
	ROW("[a](javascript:x)", "[a]&#40;javascript:x)"),
	ROW("[a](\njavascript:x)", "[a]&#40;\njavascript:x)"),
	ROW("![a](data:x)", "&#33;[a]&#40;data:x)"),
	ROW("![a](https://x/p.png)", "&#33;[a](https://x/p.png)"),
	ROW("![a](//x/p.png) ![b](/p)", "&#33;[a](//x/p.png) &#33;[b](/p)"),
	ROW("[![a](https://x)](/y)", "[&#33;[a](https://x)](/y)"),
	ROW("!\x01[a](https://x)", "&#33;[a](https://x)"),
	ROW("a! [b](/x)!", "a! [b](/x)!"),
	ROW("```\n![a](/x)\n```", "```\n![a](/x)\n```"),
	ROW("[a](java\\script:x)", "[a]&#40;java\\script:x)"),
	ROW("[a](&#106;avascript:x)", "[a]&#40;&amp;#106;avascript:x)"),
	ROW("[a](vbscript:x) [a]()", "[a]&#40;vbscript:x) [a]&#40;)"),
	ROW("]\x01(javascript:x)", "]&#40;javascript:x)"),
	ROW("[a]: javascript:x", "[a]&#58; javascript:x"),
	ROW("<javascript:x>", "&lt;javascript:x&gt;"),
	ROW("```json\n<b>&\n```\n<i>", "```json\n<b>&\n```\n&lt;i&gt;"),
	ROW("a\n```\nx\n```\n", "a\n\n```\nx\n```\n"),
	ROW("   ~~~~ js\n<b>\n~~~\n~~~~~\n", "~~~~js\n<b>\n~~~\n~~~~\n"),
	ROW("```a\" onload=\n<b>\n```", "```\n<b>\n```"),
	ROW("```\n<b>", "```\n<b>\n```\n"),
	ROW("```", "&#96;&#96;&#96;"),
	ROW("``` a ` b\n<b>", "&#96;&#96;&#96; a ` b\n&lt;b&gt;"),
	ROW("    ```\n<b>", "    &#96;&#96;&#96;\n&lt;b&gt;"),
	ROW("- ```\n<b>", "- &#96;&#96;&#96;\n&lt;b&gt;"),
	ROW("> ```\n<b>", "> &#96;&#96;&#96;\n&lt;b&gt;"),
	ROW("```\n```~~\n<b>\n```\n", "```\n    ```~~\n<b>\n```\n"),
	ROW("```\n``` x\n<b>\n```\n", "```\n    ``` x\n<b>\n```\n"),
	ROW("~~~\n```\n~~~\n", "~~~\n```\n~~~\n"),
	ROW("a\r\nb\rc\xe2\x80\xa8"
	    "d",
	    "a\nb\nc\nd"),
	ROW("a\x1b[0m\x7f", "a[0m"),
	ROW("", ""),
};

static void
test_markdown(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct guard g =
		    guard_copy(cases[i].input, strlen(cases[i].input));
		struct buf out = BUF_INIT;

		harmless_markdown(g.s, &out);
		CHECK_SLICE_ROW(cases[i].line, buf_slice(&out), cases[i].want);
		buf_fini(&out);
		guard_free(&g);
	}
}

static void
test_line(void)
{
	static const struct {
		int line;
		const char *input;
		const char *want;
	} rows[] = {
		{ __LINE__, " a\n\tb  c ", "a b c" },
		{ __LINE__, "<b a=\"x\" c='y'>&",
		    "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;" },
		{ __LINE__, "$5 [a](x) ```", "$5 [a](x) ```" },
		{ __LINE__, "", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct guard g =
		    guard_copy(rows[i].input, strlen(rows[i].input));
		struct buf out = BUF_INIT;

		harmless_line(g.s, &out);
		CHECK_SLICE_ROW(rows[i].line, buf_slice(&out), rows[i].want);
		buf_fini(&out);
		guard_free(&g);
	}
}

/* A fence is on a line of its own, whatever the buffer holds already. */
static void
test_name(void)
{
	static const struct {
		int line;
		const char *input;
		const char *want;
	} rows[] = {
		{ __LINE__, "Pitch 1", "Pitch 1" },
		{ __LINE__, "<img src=x>&lt;",
		    "\u2039img src=x\u203a\uff06lt;" },
		{ __LINE__, "[a](b)", "[a] (b)" },
		{ __LINE__, "[a]: b", "[a] : b" },
		{ __LINE__, "[a][b]", "[a] [b]" },
		{ __LINE__, "a]", "a]" },
		{ __LINE__, "a\n\tb", "a  b" },
		{ __LINE__, "", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct guard g =
		    guard_copy(rows[i].input, strlen(rows[i].input));
		struct buf out = BUF_INIT;

		harmless_name(g.s, &out);
		CHECK_SLICE_ROW(rows[i].line, buf_slice(&out), rows[i].want);
		buf_fini(&out);
		guard_free(&g);
	}
}

static void
test_appends(void)
{
	struct buf out = BUF_INIT;

	buf_adds(&out, "x");
	harmless_markdown(SLICE("```\n<\n```"), &out);
	CHECK_SLICE(buf_slice(&out), "x\n\n```\n<\n```");
	buf_fini(&out);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_markdown),
	    CHECK_CASE(test_line), CHECK_CASE(test_name),
	    CHECK_CASE(test_appends), { NULL, NULL } });
}

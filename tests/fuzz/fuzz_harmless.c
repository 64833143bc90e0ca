/** No `<` outside a fence, and no fence but at column 0 after a blank line. */
#include "harness/fuzz.h"

#include "text/harmless.h"

/** The fence characters `line` starts with; the way marked reads them. */
static size_t
fence_run(struct slice line, char c)
{
	size_t at = 0;
	size_t n = 0;

	while (at < 3 && at < line.n && line.p[at] == ' ')
		at++;
	while (at + n < line.n && line.p[at + n] == c)
		n++;
	return n < 3 ? 0 : n;
}

static void
check_text(struct slice line)
{
	fuzz_require(slice_chr(line, '<') == line.n);
	fuzz_require(slice_chr(line, '$') == line.n);
	fuzz_require(slice_find(line, SLICE("```")) < 0);
	fuzz_require(slice_find(line, SLICE("~~~")) < 0);
	fuzz_require(slice_find(line, SLICE("]:")) < 0);
	fuzz_require(slice_find(line, SLICE("![")) < 0);
	fuzz_require(slice_find(line, SLICE("](javascript")) < 0);
}

static void
check_markdown(struct slice out)
{
	char open = '\0';
	size_t run = 0;
	bool blank = true;
	struct slice line;

	while (out.n != 0 && slice_cut(&out, '\n', &line)) {
		char c = fence_run(line, '`') ? '`' : '~';
		size_t n = fence_run(line, c);

		if (open == '\0' && n != 0) {
			fuzz_require(blank && line.p[0] == c);
			open = c;
			run = n;
		} else if (open == '\0') {
			check_text(line);
		} else if (c == open && n >= run) {
			fuzz_require(line.n == run);
			open = '\0';
		}
		blank = line.n == 0;
	}
	fuzz_require(open == '\0');
}

/* Neither a tag nor a link, and not another name the second time. */
static void
check_name(struct slice name)
{
	struct buf again = BUF_INIT;

	fuzz_require(slice_chr(name, '<') == name.n);
	fuzz_require(slice_chr(name, '>') == name.n);
	fuzz_require(slice_chr(name, '&') == name.n);
	fuzz_require(slice_find(name, SLICE("](")) < 0);
	fuzz_require(slice_find(name, SLICE("][")) < 0);
	fuzz_require(slice_find(name, SLICE("]:")) < 0);
	harmless_name(name, &again);
	fuzz_require(slice_eq(buf_slice(&again), name));
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = { (const char *)data, size };
	struct buf out = BUF_INIT;

	harmless_markdown(raw, &out);
	check_markdown(buf_slice(&out));
	buf_clear(&out);
	harmless_line(raw, &out);
	for (size_t i = 0; i < out.n; i++)
		fuzz_require(out.p[i] != '<' && out.p[i] != '>' &&
		    out.p[i] != '"' && out.p[i] != '\'' &&
		    (unsigned char)out.p[i] >= 0x20);
	buf_clear(&out);
	harmless_name(raw, &out);
	check_name(buf_slice(&out));
	buf_fini(&out);
	return 0;
}

#include "harness/fuzz_main.h"

/* An answer is read the same in whatever pieces it comes, and within its limits. */
#include "base/utf8.h"
#include "harness/fuzz.h"
#include "proto/llm_stream.h"

static enum llm_stream_status
read_in(struct llm_stream *s, struct slice all, size_t size)
{
	llm_stream_init(s);
	for (size_t at = 0; at < all.n; at += size)
		if (llm_stream_feed(s, slice_sub(all, at, size)) !=
		    LLM_STREAM_OK)
			break;
	return llm_stream_end(s);
}

static void
require_same(const struct buf *a, const struct buf *b)
{
	fuzz_require(slice_eq(buf_slice(a), buf_slice(b)));
	fuzz_require(utf8_text(buf_slice(a)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice all = { (const char *)bytes, n };
	struct llm_stream one, other;
	enum llm_stream_status status = read_in(&one, all, n + 1);

	fuzz_require(read_in(&other, all, 3) == status);
	require_same(&one.text, &other.text);
	require_same(&one.refusal, &other.refusal);
	fuzz_require(one.n_calls == other.n_calls);
	fuzz_require(one.n_calls <= LLM_STREAM_CALLS_MAX);
	for (size_t i = 0; i < one.n_calls; i++) {
		require_same(&one.calls[i].id, &other.calls[i].id);
		require_same(&one.calls[i].name, &other.calls[i].name);
		require_same(
		    &one.calls[i].arguments, &other.calls[i].arguments);
	}
	fuzz_require(strcmp(one.finish, other.finish) == 0);
	fuzz_require(utf8_text(slice_from(one.finish)));
	fuzz_require(one.prompt_tokens >= -1 && one.completion_tokens >= -1);
	fuzz_require((status == LLM_STREAM_ERROR) == (one.error.n > 0));
	llm_stream_fini(&one);
	llm_stream_fini(&other);
	return 0;
}

#include "harness/fuzz_main.h"

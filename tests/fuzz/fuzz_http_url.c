/* An address that somebody gives us to fetch from. */
#include "proto/http_url.h"

#include "harness/fuzz.h"

static bool
has(struct slice s, char c)
{
	return slice_chr(s, c) < s.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 1);
	struct slice text = in.field[0];
	struct http_url u;

	if (http_url_parse(text, &u)) {
		fuzz_require(slice_eq_nocase(u.scheme, SLICE("http")) ||
		    slice_eq_nocase(u.scheme, SLICE("https")));
		fuzz_require(u.host.n > 0 && !has(u.host, '/') &&
		    !has(u.host, '@') && !has(u.host, '?') &&
		    !has(u.host, '#'));
		fuzz_require(u.path.n == 0 || u.path.p[0] == '/');
		fuzz_require(!has(u.path, '?') && !has(u.path, '#'));
		/* In one piece, one after the other. */
		fuzz_require(u.scheme.p == text.p &&
		    u.host.p >= u.scheme.p + u.scheme.n + 3 &&
		    u.path.p + u.path.n <= text.p + text.n);
		for (size_t i = 0; i < text.n; i++)
			fuzz_require(text.p[i] > ' ' && text.p[i] <= '~');
	}
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"

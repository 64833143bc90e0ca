/* A path against the kinds of patterns there are. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "proto/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const PATTERNS[] = {
	"/",
	"/session/?",
	"/session/{id}",
	"/session/{id}/?",
	"/videodb/collection/{id}/video/{vid}",
	"/{a}/{b}/{c}/{d}",
	"/{a}/{b}/{c}/{d}/{e}",
	"",
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice path = { (const char *)bytes, n };
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT(PATTERNS); i++) {
		struct route_params params;

		if (!route_match(PATTERNS[i], path, &a, &params))
			continue;
		if (params.n > ROUTE_PARAMS_MAX)
			abort();
		for (size_t k = 0; k < params.n; k++) {
			struct slice v = params.value[k];

			if (v.n == 0 || !utf8_text(v) ||
			    slice_chr(v, '/') != v.n)
				abort();
		}
	}
	arena_fini(&a);
	return 0;
}

#include "harness/fuzz_main.h"

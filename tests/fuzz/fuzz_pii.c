/**
 * What was cleaned is clean, UTF-8 stays UTF-8, and what a text learns from
 * itself changes nothing else about it.
 */
#include <stdint.h>

#include "base/utf8.h"
#include "harness/fuzz.h"
#include "text/pii.h"

static void
check(struct pii *pii, struct slice raw)
{
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;
	size_t first;

	pii_clean(pii, raw, &once);
	first = pii_total(pii_counts(pii));
	pii_clean(pii, buf_slice(&once), &twice);
	fuzz_require(pii_total(pii_counts(pii)) == first);
	fuzz_require(slice_eq(buf_slice(&once), buf_slice(&twice)));
	fuzz_require(first != 0 || slice_eq(raw, buf_slice(&once)));
	fuzz_require(!utf8_valid(raw) || utf8_valid(buf_slice(&once)));
	buf_fini(&twice);
	buf_fini(&once);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice raw = { (const char *)bytes, n };
	struct arena a = ARENA_INIT;
	struct transcript t;
	struct pii *pii = pii_learn(NULL);

	check(pii, raw);
	pii_free(pii);
	if (transcript_parse(raw, TRANSCRIPT_AUTO, &a, &t) == TRANSCRIPT_OK) {
		pii = pii_learn(&t);
		check(pii, raw);
		pii_free(pii);
	}
	arena_fini(&a);
	return 0;
}

#include "harness/fuzz_main.h"

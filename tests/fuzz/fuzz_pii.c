/** What was cleaned is clean. */
#include <stdint.h>
#include <stdlib.h>

#include "text/pii.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = { (const char *)data, size };
	struct pii_counts first = { 0, 0, 0, 0, 0 };
	struct pii_counts again = { 0, 0, 0, 0, 0 };
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;

	pii_clean(raw, &once, &first);
	pii_clean(buf_slice(&once), &twice, &again);
	if (pii_total(&again) != 0 ||
	    !slice_eq(buf_slice(&once), buf_slice(&twice)))
		abort();
	if (pii_total(&first) == 0 && !slice_eq(raw, buf_slice(&once)))
		abort();
	buf_fini(&twice);
	buf_fini(&once);
	return 0;
}

#include "harness/fuzz_main.h"

/*
 * The input is a JSON text, a newline, a path. What is printed prints as itself,
 * and is equal to what it was printed from.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "proto/jsonb.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
print_again(struct slice printed, enum jsonb_form form, struct slice want)
{
	struct buf b = BUF_INIT;

	if (!jsonb_print(printed, form, &b) || !slice_eq(buf_slice(&b), want))
		abort();
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice path = { (const char *)bytes, n };
	struct buf text = BUF_INIT, print = BUF_INIT, canon = BUF_INIT;
	struct buf order = BUF_INIT;
	struct slice json;

	if (!slice_cut(&path, '\n', &json))
		return 0;
	if (jsonb_path(json, path, JSONB_PRINT, &print)) {
		if (!utf8_text(buf_slice(&print)) ||
		    !jsonb_path(json, path, JSONB_CANON, &canon))
			abort();
		print_again(buf_slice(&print), JSONB_PRINT, buf_slice(&print));
		print_again(buf_slice(&print), JSONB_CANON, buf_slice(&canon));
		print_again(buf_slice(&canon), JSONB_PRINT, buf_slice(&canon));
		if (jsonb_path(json, path, JSONB_ORDER, &order))
			print_again(
			    buf_slice(&canon), JSONB_ORDER, buf_slice(&order));
	}
	if (jsonb_path(json, path, JSONB_TEXT, &text) &&
	    (print.n == 0 || !utf8_text(buf_slice(&text))))
		abort();
	buf_fini(&text);
	buf_fini(&print);
	buf_fini(&canon);
	buf_fini(&order);
	return 0;
}

#include "harness/fuzz_main.h"

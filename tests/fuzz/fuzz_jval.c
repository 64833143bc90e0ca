/* What is accepted prints to a text that is accepted and prints the same; what is
 * not, says where. What only looks whether it is JSON says so, too. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "proto/jscan.h"
#include "proto/jval.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct slice text = { (const char *)bytes, n };
	enum jval_status status;
	struct json_object *value, *again;
	struct buf first = BUF_INIT;
	struct buf second = BUF_INIT;
	size_t at = SIZE_MAX;

	if (jval_parse_sent(text, &value, &at) != JVAL_OK) {
		if (at > n)
			abort();
		jval_place(&first, text, at);
	}
	json_object_put(value);
	buf_clear(&first);
	status = jval_parse(text, &value);
	if (jscan_valid(text) ? status == JVAL_SYNTAX : status == JVAL_OK)
		abort();
	if (status != JVAL_OK) {
		buf_fini(&first);
		return 0;
	}
	jval_print(&first, value);
	if (!utf8_text(buf_slice(&first)) ||
	    jval_parse(buf_slice(&first), &again) != JVAL_OK)
		abort();
	jval_print(&second, again);
	if (!slice_eq(buf_slice(&first), buf_slice(&second)))
		abort();
	json_object_put(value);
	json_object_put(again);
	buf_fini(&first);
	buf_fini(&second);
	return 0;
}

#include "harness/fuzz_main.h"

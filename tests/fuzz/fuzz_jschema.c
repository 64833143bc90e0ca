/*
 * A schema in the first line, a value behind it: whatever both are, the answer is
 * yes, or a place and a sentence that are text; a schema without rules holds all.
 */
#include "base/utf8.h"
#include "harness/fuzz.h"
#include "proto/jschema.h"
#include "proto/jval.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields f = fuzz_fields_read(bytes, n, 2);
	struct json_object *schema = NULL, *value = NULL, *any;
	struct err e = ERR_INIT;

	if (jval_parse(f.field[0], &schema) == JVAL_OK &&
	    jval_parse(f.field[1], &value) == JVAL_OK) {
		any = json_object_new_object();
		fuzz_require(jschema_check(any, value, &e) == 0);
		json_object_put(any);
		if (jschema_check(schema, value, &e) != 0) {
			fuzz_require(e.code == ERR_UNPROCESSABLE);
			fuzz_require(utf8_text(slice_from(e.field)));
			fuzz_require(strlen(e.msg) > 10);
		}
		(void)jschema_strict(schema);
	}
	json_object_put(schema);
	json_object_put(value);
	fuzz_fields_fini(&f);
	return 0;
}

#include "harness/fuzz_main.h"

#include "text/report_parts.h"

void
report_json_text(struct json_object *value, struct buf *out)
{
	buf_adds(out,
	    json_object_to_json_string_ext(value,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
		    JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(out, '\n');
}

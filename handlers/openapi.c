#include "handlers/openapi.h"

#include "handlers/rest.h"

static const char DOCUMENT[] =
#include "openapi.inc"
    ;

int
openapi_get(struct ctx *c, struct err *e)
{
	const struct slice json = { DOCUMENT, sizeof(DOCUMENT) - 1 };

	return rest_answer(c, 200, json, e);
}

/* What a file is. The input is lines: a Content-Type, the file's bytes. */
#include "proto/media_type.h"

#include "harness/fuzz.h"

/* A part of a file's name: letters and digits, few. */
static void
check(const struct media_type *t)
{
	size_t n = strlen(t->ending);

	fuzz_require(t->kind < MEDIA_KIND__MAX);
	fuzz_require(n >= 2 && n <= 4 &&
	    strspn(t->ending, "abcdefghijklmnopqrstuvwxyz0123456789") == n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 2);
	struct slice type = in.field[0], file = in.field[1];
	struct slice head = slice_sub(file, 0, MEDIA_TYPE_SNIFF);
	struct media_type found, again;

	if (media_type_find(type, file, &found))
		check(&found);
	if (media_type_sniff(head, type, &found)) {
		check(&found);
		fuzz_require(head.n != 0);
		/* What was found is what it says of itself, as well. */
		fuzz_require(media_type_sniff(head, type, &again) &&
		    again.kind == found.kind &&
		    strcmp(again.ending, found.ending) == 0);
	}
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"

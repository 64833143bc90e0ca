#include "io/rnd.h"

#include <stdlib.h>

#include "base/uuid.h"
#include "harness/check.h"
#include "io/clock.h"

/* 8-4-4-4-12 digits, of that version and of the variant of RFC 9562. */
static void
check_uuid(const char *uuid, char version)
{
	char same[UUID_SIZE];

	CHECK(uuid_parse(slice_from(uuid), same));
	CHECK_SLICE(slice_from(same), uuid);
	CHECK(uuid[14] == version);
	CHECK(strchr("89ab", uuid[19]) != NULL);
}

static void
test_uuid(void)
{
	char a[37], b[37];

	rnd_uuid(a);
	rnd_uuid(b);
	check_uuid(a, '4');
	check_uuid(b, '4');
	CHECK(strcmp(a, b) != 0);
}

/* Its first twelve digits are the time: later ones are greater. */
static void
test_uuid_timed(void)
{
	int64_t before = clock_wall_ms(), after;
	char a[37], b[37], ms[13];
	long long at;

	rnd_uuid_timed(a);
	rnd_uuid_timed(b);
	after = clock_wall_ms();
	check_uuid(a, '7');
	check_uuid(b, '7');
	CHECK(strcmp(a, b) != 0);
	CHECK(strncmp(a, b, 13) <= 0);
	(void)snprintf(ms, sizeof(ms), "%.8s%.4s", a, a + 9);
	at = strtoll(ms, NULL, 16);
	CHECK(at >= before && at <= after);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_uuid),
	    CHECK_CASE(test_uuid_timed),
	    { NULL, NULL },
	});
}

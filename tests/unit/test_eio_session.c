#include "proto/eio_session.h"

#include "harness/check.h"

static const struct {
	int line;
	const char *name;
	int version;
	struct eio_packet packet;
	enum eio_action action;
} ROWS[] = {
	{ __LINE__, "E2: 1 from a client", 4,
	    { EIO_CLOSE, false, false, { "", 0 } }, EIO_DO_CLOSE },
	{ __LINE__, "E2: 2 from a client", 4,
	    { EIO_PING, false, false, { "", 0 } }, EIO_DO_REJECT },
	{ __LINE__, "E2: 2probe from a client", 4,
	    { EIO_PING, false, false, { "probe", 5 } }, EIO_DO_REJECT },
	{ __LINE__, "E2: 3 from a client", 4,
	    { EIO_PONG, false, false, { "", 0 } }, EIO_DO_PONG },
	{ __LINE__, "E2: 4 from a client", 4,
	    { EIO_MESSAGE, false, false, { "", 0 } }, EIO_DO_MESSAGE },
	{ __LINE__, "E2: b from a client", 4,
	    { EIO_MESSAGE, true, false, { "", 0 } }, EIO_DO_MESSAGE },
	{ __LINE__, "E2: 0 is ignored", 4,
	    { EIO_OPEN, false, false, { "", 0 } }, EIO_DO_NOTHING },
	{ __LINE__, "E2, I4: 5 is ignored", 4,
	    { EIO_UPGRADE, false, false, { "", 0 } }, EIO_DO_NOTHING },
	{ __LINE__, "E2: 6 is ignored", 4,
	    { EIO_NOOP, false, false, { "", 0 } }, EIO_DO_NOTHING },
	{ __LINE__, "E2: version 3 pings", 3,
	    { EIO_PING, false, false, { "", 0 } }, EIO_DO_ANSWER_PING },
	{ __LINE__, "E2: version 3, 2probe", 3,
	    { EIO_PING, false, false, { "probe", 5 } }, EIO_DO_ANSWER_PING },
	{ __LINE__, "E2: version 3 sends no pong", 3,
	    { EIO_PONG, false, false, { "", 0 } }, EIO_DO_REJECT },
	{ __LINE__, "E2: version 3, close", 3,
	    { EIO_CLOSE, false, false, { "", 0 } }, EIO_DO_CLOSE },
	{ __LINE__, "E2: version 3, message", 3,
	    { EIO_MESSAGE, false, false, { "", 0 } }, EIO_DO_MESSAGE },
	{ __LINE__, "E2: version 3, noop", 3,
	    { EIO_NOOP, false, false, { "", 0 } }, EIO_DO_NOTHING },
	{ __LINE__, "a type out of range", 4,
	    { (enum eio_type)9, false, false, { "", 0 } }, EIO_DO_REJECT },
};

static void
test_receive(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++)
		CHECK_ROW(ROWS[i].line,
		    eio_session_receive(ROWS[i].version, &ROWS[i].packet) ==
			ROWS[i].action);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_receive),
	    { NULL, NULL },
	});
}

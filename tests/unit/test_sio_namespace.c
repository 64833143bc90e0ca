#include "proto/sio_namespace.h"

#include "harness/check.h"

static const struct {
	int line;
	const char *name;
	enum sio_type type;
	int id;
	bool known, joined, left;
	enum sio_action action;
} ROWS[] = {
	{ __LINE__, "K1: CONNECT joins", SIO_CONNECT, -1, true, false, false,
	    SIO_DO_CONNECT },
	{ __LINE__, "K4: unknown namespace", SIO_CONNECT, -1, false, false,
	    false, SIO_DO_REFUSE },
	{ __LINE__, "K5: CONNECT when joined", SIO_CONNECT, -1, true, true,
	    false, SIO_DO_CLOSE },
	{ __LINE__, "K7: CONNECT again after leaving", SIO_CONNECT, -1, true,
	    false, true, SIO_DO_CONNECT },
	{ __LINE__, "K5: EVENT when joined", SIO_EVENT, -1, true, true, false,
	    SIO_DO_EVENT },
	{ __LINE__, "K9: EVENT with id", SIO_EVENT, 7, true, true, false,
	    SIO_DO_EVENT },
	{ __LINE__, "J7: BINARY_EVENT when joined", SIO_BINARY_EVENT, -1, true,
	    true, false, SIO_DO_EVENT },
	{ __LINE__, "K10: ACK when joined", SIO_ACK, 0, true, true, false,
	    SIO_DO_ACK },
	{ __LINE__, "J7: BINARY_ACK when joined", SIO_BINARY_ACK, 3, true, true,
	    false, SIO_DO_ACK },
	{ __LINE__, "K10: ACK without id", SIO_ACK, -1, true, true, false,
	    SIO_DO_IGNORE },
	{ __LINE__, "K7: DISCONNECT leaves", SIO_DISCONNECT, -1, true, true,
	    false, SIO_DO_LEAVE },
	{ __LINE__, "K5: CONNECT_ERROR when joined", SIO_CONNECT_ERROR, -1,
	    true, true, false, SIO_DO_CLOSE },
	{ __LINE__, "K5: EVENT when not joined", SIO_EVENT, -1, true, false,
	    false, SIO_DO_CLOSE },
	{ __LINE__, "K5: EVENT to an unknown namespace", SIO_EVENT, -1, false,
	    false, false, SIO_DO_CLOSE },
	{ __LINE__, "K5: BINARY_EVENT when not joined", SIO_BINARY_EVENT, -1,
	    true, false, false, SIO_DO_CLOSE },
	{ __LINE__, "K5: ACK when not joined", SIO_ACK, 1, true, false, false,
	    SIO_DO_CLOSE },
	{ __LINE__, "K5: ACK without id when not joined", SIO_ACK, -1, true,
	    false, false, SIO_DO_CLOSE },
	{ __LINE__, "K5: DISCONNECT when not joined", SIO_DISCONNECT, -1, true,
	    false, false, SIO_DO_CLOSE },
	{ __LINE__, "K5: CONNECT_ERROR when not joined", SIO_CONNECT_ERROR, -1,
	    true, false, false, SIO_DO_CLOSE },
	{ __LINE__, "K7: EVENT behind DISCONNECT in a batch", SIO_EVENT, -1,
	    true, false, true, SIO_DO_IGNORE },
	{ __LINE__, "K7: ACK behind DISCONNECT in a batch", SIO_ACK, 1, true,
	    false, true, SIO_DO_IGNORE },
	{ __LINE__, "K7: DISCONNECT twice in a batch", SIO_DISCONNECT, -1, true,
	    false, true, SIO_DO_IGNORE },
	{ __LINE__, "K5: CONNECT_ERROR behind DISCONNECT", SIO_CONNECT_ERROR,
	    -1, true, false, true, SIO_DO_CLOSE },
	{ __LINE__, "K7: left and joined again, EVENT", SIO_EVENT, -1, true,
	    true, true, SIO_DO_EVENT },
};

static void
test_receive(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct sio_packet p = { ROWS[i].type, 0, SLICE("/chat"),
			ROWS[i].id, SLICE_EMPTY };

		CHECK_ROW(ROWS[i].line,
		    sio_namespace_receive(&p, ROWS[i].known, ROWS[i].joined,
			ROWS[i].left) == ROWS[i].action);
	}
}

static void
test_refused_answer(void)
{
	struct buf b = BUF_INIT;

	/* K4: byte for byte. */
	sio_packet_encode(&b, SIO_CONNECT_ERROR, SLICE("/random"), -1,
	    SLICE(SIO_REFUSED_JSON));
	CHECK_SLICE(
	    buf_slice(&b), "4/random,{\"message\":\"Invalid namespace\"}");
	buf_fini(&b);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_receive),
	    CHECK_CASE(test_refused_answer),
	    { NULL, NULL },
	});
}

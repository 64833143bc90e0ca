#include "proto/sio_packet.h"

#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

#define ROW(name, raw, status, payload, type, attachments, nsp, id, json) \
	{ name, S(raw), status, payload, type, attachments, nsp, id, json },
static const struct row {
	const char *name;
	struct slice raw;
	enum sio_status status, payload;
	enum sio_type type;
	unsigned attachments;
	const char *nsp;
	int64_t id;
	const char *json;
} ROWS[] = {
#include "vectors/sio_packet.h"
};
#undef ROW

/* The rows come from another file: their name is the better address. */
static void
check_row(const struct row *row, bool good, const char *what)
{
	if (!good) {
		(void)printf("# row \"%s\"\n", row->name);
		check_fail(__FILE__, __LINE__, what);
	}
}

static void
check_parts(const struct row *row, const struct sio_packet *p)
{
	check_row(row, p->type == row->type, "type");
	check_row(row, p->attachments == row->attachments, "attachments");
	check_row(row, slice_eqs(p->nsp, row->nsp), "nsp");
	check_row(row, p->id == row->id, "id");
	check_row(row, slice_eqs(p->json, row->json), "json");
}

static void
test_decode(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].raw.p, ROWS[i].raw.n);
		struct sio_packet p;
		enum sio_status status = sio_packet_decode(g.s, &p);

		check_row(&ROWS[i], status == ROWS[i].status, "status");
		if (status == SIO_OK)
			check_parts(&ROWS[i], &p);
		guard_free(&g);
	}
}

static void
test_payload(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].raw.p, ROWS[i].raw.n);
		struct json_object *value = NULL;
		struct sio_packet p;
		enum sio_status status;

		if (sio_packet_decode(g.s, &p) == SIO_OK) {
			status = sio_packet_payload(&p, &value);
			check_row(
			    &ROWS[i], status == ROWS[i].payload, "payload");
			check_row(&ROWS[i],
			    (value != NULL) == (status == SIO_OK && p.json.n),
			    "value");
			json_object_put(value);
		}
		guard_free(&g);
	}
}

static void
test_round_trip(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct sio_packet p, again;
		struct buf b = BUF_INIT;

		if (ROWS[i].status != SIO_OK || ROWS[i].payload != SIO_OK)
			continue;
		CHECK(sio_packet_decode(ROWS[i].raw, &p) == SIO_OK);
		sio_packet_write(&b, &p);
		check_row(&ROWS[i],
		    sio_packet_decode(buf_slice(&b), &again) == SIO_OK,
		    "decoded again");
		check_parts(&ROWS[i], &again);
		buf_fini(&b);
	}
}

static const struct {
	int line;
	enum sio_type type;
	const char *nsp;
	int64_t id;
	const char *json;
	const char *want;
} ENCODE[] = {
	/* K2, K8, K9, J1 */
	{ __LINE__, SIO_CONNECT, "/", -1, "{\"sid\":\"x\"}",
	    "0{\"sid\":\"x\"}" },
	{ __LINE__, SIO_CONNECT, "/chat", -1, "{\"sid\":\"x\"}",
	    "0/chat,{\"sid\":\"x\"}" },
	{ __LINE__, SIO_DISCONNECT, "/", -1, "", "1" },
	{ __LINE__, SIO_DISCONNECT, "/chat", -1, "", "1/chat," },
	{ __LINE__, SIO_EVENT, "/", -1, "[\"a\"]", "2[\"a\"]" },
	{ __LINE__, SIO_EVENT, "/chat", 0, "[\"a\"]", "2/chat,0[\"a\"]" },
	{ __LINE__, SIO_ACK, "/", 9007199254740991, "[]",
	    "39007199254740991[]" },
	{ __LINE__, SIO_ACK, "/chat", 7, "[1]", "3/chat,7[1]" },
};

static void
test_encode(void)
{
	for (size_t i = 0; i < COUNT(ENCODE); i++) {
		struct buf b = BUF_INIT;

		buf_addc(&b, '4');
		sio_packet_encode(&b, ENCODE[i].type, slice_from(ENCODE[i].nsp),
		    ENCODE[i].id, slice_from(ENCODE[i].json));
		CHECK_SLICE_ROW(ENCODE[i].line, slice_from_at(buf_slice(&b), 1),
		    ENCODE[i].want);
		buf_fini(&b);
	}
}

static void
test_depth(void)
{
	struct json_object *value;
	struct sio_packet p;
	struct buf b = BUF_INIT;

	/* J12: 100,000 levels end here, quietly. */
	buf_adds(&b, "2[\"a\",");
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, '[');
	CHECK(sio_packet_decode(buf_slice(&b), &p) == SIO_OK);
	CHECK(sio_packet_payload(&p, &value) == SIO_JSON);
	CHECK(value == NULL);
	buf_fini(&b);
}

static void
test_echo_is_identical(void)
{
	static const char JSON[] = "[\"message-back\",1,\"2\",{\"3\":[true]}]";
	struct json_object *value;
	struct sio_packet p;
	struct buf b = BUF_INIT;

	/* J11 */
	p = (struct sio_packet){ SIO_EVENT, 0, SLICE("/"), -1,
		slice_from(JSON) };
	CHECK(sio_packet_payload(&p, &value) == SIO_OK);
	jval_print(&b, value);
	CHECK_SLICE(buf_slice(&b), JSON);
	json_object_put(value);
	buf_fini(&b);
}

static void
test_nsp(void)
{
	char name[SIO_NSP_MAX + 1];

	memset(name, 'n', sizeof(name));
	name[0] = '/';
	CHECK(sio_nsp_valid(SLICE("/")));
	CHECK(sio_nsp_valid(SLICE("/chat")));
	CHECK(sio_nsp_valid((struct slice){ name, SIO_NSP_MAX }));
	CHECK(!sio_nsp_valid((struct slice){ name, SIO_NSP_MAX + 1 }));
	CHECK(!sio_nsp_valid(SLICE_EMPTY));
	CHECK(!sio_nsp_valid((struct slice){ NULL, 0 }));
	CHECK(!sio_nsp_valid(SLICE("chat")));
	CHECK(!sio_nsp_valid(SLICE("/a,b")));
	CHECK(!sio_nsp_valid(SLICE("/a\x1f")));
	CHECK(!sio_nsp_valid(SLICE("/a\0")));
	CHECK(!sio_nsp_valid(SLICE("/\xed\xa0\x80")));
}

static void
test_reserved(void)
{
	CHECK(sio_event_reserved(SLICE("disconnecting")));
	CHECK(!sio_event_reserved(SLICE("connec")));
	CHECK(!sio_event_reserved(SLICE("connect\0")));
	CHECK(!sio_event_reserved(SLICE_EMPTY));
	CHECK(!sio_event_reserved(SLICE("chat")));
}

static void
test_strerror(void)
{
	for (int i = 0; i < SIO_STATUS__MAX; i++)
		CHECK(sio_packet_strerror((enum sio_status)i) != NULL);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_decode),
	    CHECK_CASE(test_payload),
	    CHECK_CASE(test_round_trip),
	    CHECK_CASE(test_encode),
	    CHECK_CASE(test_depth),
	    CHECK_CASE(test_echo_is_identical),
	    CHECK_CASE(test_nsp),
	    CHECK_CASE(test_reserved),
	    CHECK_CASE(test_strerror),
	    { NULL, NULL },
	});
}

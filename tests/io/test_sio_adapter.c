/* Rooms and emitting to them: who gets a packet, and how often. */
#include "io/sio_adapter.h"

#include "base/buf.h"
#include "eio_fixture.h"

#define SOCKETS 40

static struct eio_fixture f;
static struct sio_adapter ad;

/* Sessions e0.. with a socket each in the namespace N. */
struct socket {
	char esid[24], ssid[24], ns[64];
	struct sio_socket so;
};

static struct socket socket_of[SOCKETS];

static enum eio_verdict
run(const struct eio_command *c)
{
	struct err e = ERR_INIT;
	struct eio_answer a = { .verdict = VERDICT_GONE };
	enum eio_verdict v;

	CHECK(eio_store_run(f.rds, &f.store[PROC_W], c, &a, &e) == 0);
	v = a.verdict;
	eio_answer_fini(&a);
	return v;
}

static void
connect_socket(int i)
{
	struct socket *s = &socket_of[i];
	struct eio_command c;

	(void)snprintf(s->esid, sizeof(s->esid), "%c-esid-%d", 'a' + i % 26, i);
	(void)snprintf(s->ssid, sizeof(s->ssid), "ssid-%d", i);
	(void)snprintf(s->ns, sizeof(s->ns), "/n ssid-%d\n", i);
	s->so = (struct sio_socket){ SLICE("/n"), slice_from(s->ssid),
		slice_from(s->esid), SLICE_EMPTY };
	eio_store_open(&c, &f.store[PROC_W], s->so.esid, 4, SLICE_EMPTY);
	CHECK(run(&c) == VERDICT_OK);
	eio_store_push(&c, &f.store[PROC_W], s->so.esid,
	    &(struct eio_push){ .ns_changed = true, .ns = slice_from(s->ns) });
	CHECK(run(&c) == VERDICT_OK);
}

static void
fresh(int sockets)
{
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	ad = (struct sio_adapter){ f.rds, &f.store[PROC_W] };
	for (int i = 0; i < sockets; i++)
		connect_socket(i);
}

static int
join(int i, const char *room)
{
	struct err e = ERR_INIT;

	return sio_adapter_join(&ad, &socket_of[i].so, slice_from(room), &e);
}

static int
leave(int i, const char *room)
{
	struct err e = ERR_INIT;

	return sio_adapter_leave(&ad, &socket_of[i].so, slice_from(room), &e);
}

/* Emit to one or two rooms; how many were reached, -1 for a failure. */
static int
emit(const char *one, const char *two, const char *except)
{
	struct sio_emit emission = {
		.nsp = SLICE("/n"),
		.room = { slice_from(one), slice_from(two) },
		.n_rooms = two == NULL ? 1 : 2,
		.except = slice_from(except),
		.packet = SLICE("42[\"x\"]"),
	};
	struct err e = ERR_INIT;
	int reached = 0;

	if (sio_adapter_emit(&ad, &emission, &reached, &e) != 0)
		return -1;
	return reached;
}

static int64_t
queued(int i)
{
	char words[100];
	const char *esid = socket_of[i].esid;

	(void)snprintf(
	    words, sizeof(words), "LLEN {t:%02d}:o:%s", esid[0] % 16, esid);
	return eio_fixture_int(&f, words);
}

static int64_t
members(const char *room)
{
	char words[100];

	(void)snprintf(words, sizeof(words), "HLEN {t:room:/n:%s}", room);
	return eio_fixture_int(&f, words);
}

static void
end_session(int i, enum eio_end end)
{
	struct eio_command c;

	eio_store_push(&c, &f.store[PROC_W], socket_of[i].so.esid,
	    &(struct eio_push){ .end = end });
	CHECK(run(&c) == VERDICT_CLOSED);
}

static void
test_rooms(void)
{
	fresh(3);
	CHECK(emit("r", NULL, NULL) == 0);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0);
	CHECK(join(1, "r") == 0);
	CHECK(emit("r", NULL, NULL) == 2);
	CHECK(queued(0) == 1 && queued(1) == 1 && queued(2) == 0);
	CHECK(leave(1, "r") == 0);
	CHECK(leave(2, "r") == 0);
	CHECK(emit("r", NULL, NULL) == 1);
	CHECK(queued(0) == 2 && queued(1) == 1);
}

/* In two rooms, or in one twice: each socket once. */
static void
test_once(void)
{
	fresh(3);
	CHECK(join(0, "a") == 0 && join(0, "b") == 0);
	CHECK(join(1, "a") == 0 && join(2, "b") == 0);
	CHECK(emit("a", "b", NULL) == 3);
	CHECK(emit("a", "a", NULL) == 2);
	CHECK(queued(0) == 2 && queued(1) == 2 && queued(2) == 1);
	CHECK(emit("a", "b", "ssid-0") == 2);
	CHECK(queued(0) == 2);
}

/* More than fit one round trip. */
static void
test_many(void)
{
	fresh(SOCKETS);
	for (int i = 0; i < SOCKETS; i++)
		CHECK(join(i, "all") == 0);
	CHECK(emit("all", NULL, "ssid-7") == SOCKETS - 1);
	for (int i = 0; i < SOCKETS; i++)
		CHECK(queued(i) == (i == 7 ? 0 : 1));
}

/* A session that is gone is taken out of the room by whoever emits. */
static void
test_prune(void)
{
	fresh(2);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0);
	end_session(1, EIO_END_NOOP);
	CHECK(members("r") == 2);
	CHECK(emit("r", NULL, NULL) == 1);
	CHECK(members("r") == 1);
	/* A room holds nobody that is gone: no join of a dead session. */
	CHECK(join(1, "r") == -1 && leave(1, "r") == -1);
	CHECK(members("r") == 1);
}

/* Redis refuses: nobody is taken out of a room, and the caller hears of it. */
static void
test_refused(void)
{
	fresh(2);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0);
	rds_reply_free(eio_fixture_redis(&f, "CONFIG SET maxmemory 1"));
	CHECK(emit("r", NULL, NULL) == -1);
	CHECK(join(0, "s") == -1);
	rds_reply_free(eio_fixture_redis(&f, "CONFIG SET maxmemory 0"));
	CHECK(members("r") == 2);
	CHECK(emit("r", NULL, NULL) == 2);
	rds_reply_free(eio_fixture_redis(&f, "SET {t:room:/n:odd} text"));
	CHECK(emit("odd", NULL, NULL) == -1);
	CHECK(emit("r", "odd", NULL) == -1);
}

/* The session ended: what it left behind names the rooms to clean. */
static void
test_clean(void)
{
	struct eio_command c;
	struct eio_answer a;
	struct err e = ERR_INIT;

	fresh(2);
	CHECK(join(0, "a") == 0 && join(0, "b c") == 0 && join(1, "a") == 0);
	eio_store_push(&c, &f.store[PROC_W], socket_of[0].so.esid,
	    &(struct eio_push){ .end = EIO_END_CLOSE });
	CHECK(eio_store_run(f.rds, &f.store[PROC_W], &c, &a, &e) == 0);
	sio_adapter_clean(&ad, a.text);
	eio_answer_fini(&a);
	CHECK(members("a") == 1);
	CHECK(eio_fixture_int(&f, "DBSIZE") > 0);
	CHECK(emit("b c", NULL, NULL) == 0);
}

static void
test_clean_odd(void)
{
	static const char *const TEXTS[] = { "", "\n", "\n\n", "x", "x\n",
		"/n s\n\n/n", "/n s\n\n/n ", "/n\n\n/n r\n", "\n\n\n\n",
		" \n\n \n", "/n ssid-0\n\nother a\n" };

	fresh(1);
	CHECK(join(0, "a") == 0);
	for (size_t i = 0; i < COUNT(TEXTS); i++)
		sio_adapter_clean(&ad, slice_from(TEXTS[i]));
	CHECK(members("a") == 1);
	sio_adapter_clean(&ad, SLICE("/n ssid-0\n\n/n a\n"));
	CHECK(members("a") == 0);
}

/* The namespace is left, the session goes on. */
static void
test_quit(void)
{
	struct err e = ERR_INIT;

	fresh(2);
	CHECK(join(0, "a") == 0 && join(0, "b") == 0 && join(1, "a") == 0);
	CHECK(
	    sio_adapter_quit(&ad, socket_of[0].so.esid, SLICE("/n"), &e) == 0);
	CHECK(members("a") == 1 && members("b") == 0);
	CHECK(sio_adapter_quit(&ad, SLICE("unknown"), SLICE("/n"), &e) == 0);
	CHECK(join(0, "a") == 0 && members("a") == 2);
}

/* An outbox that is full closes the session, and its rooms lose it. */
static void
test_overflow(void)
{
	fresh(2);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0 && join(1, "s") == 0);
	for (int i = 0; i < 999; i++) {
		struct eio_command c;

		eio_store_push(&c, &f.store[PROC_W], socket_of[1].so.esid,
		    &(struct eio_push){ .packet = &SLICE("4"), .n = 1 });
		CHECK(run(&c) == VERDICT_OK);
	}
	CHECK(emit("r", NULL, NULL) == 2);
	CHECK(emit("r", NULL, NULL) == 1);
	CHECK(members("r") == 1 && members("s") == 0);
}

/* An older revision of a message is refused, and that is no failure. */
static void
test_revisions(void)
{
	static const struct {
		int line;
		int64_t rev;
		bool again;
		int reached;
	} CASES[] = {
		{ __LINE__, 3, false, 1 },
		{ __LINE__, 2, false, 0 },
		{ __LINE__, 3, false, 0 },
		{ __LINE__, 3, true, 1 },
		{ __LINE__, 4, false, 1 },
	};
	struct err e = ERR_INIT;

	fresh(1);
	CHECK(join(0, "r") == 0);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		const struct sio_emit emission = {
			.nsp = SLICE("/n"),
			.room = { SLICE("r") },
			.n_rooms = 1,
			.packet = SLICE("42[]"),
			.message = SLICE("m"),
			.rev = CASES[i].rev,
			.again = CASES[i].again,
		};
		int reached = -1;

		CHECK_ROW(CASES[i].line,
		    sio_adapter_emit(&ad, &emission, &reached, &e) == 0);
		CHECK_ROW(CASES[i].line, reached == CASES[i].reached);
		CHECK_ROW(CASES[i].line, members("r") == 1);
	}
}

/* Names that would make two rooms one, or break the session's notes. */
static void
test_names(void)
{
	char long1[400], long2[400];
	struct err e = ERR_INIT;
	const struct slice bad[] = { SLICE_EMPTY, SLICE("a\nb"), SLICE("a\0b"),
		{ long1, 399 } };

	memset(long1, 'x', sizeof(long1));
	memset(long2, 'x', sizeof(long2));
	long1[399] = long2[399] = '\0';
	long2[398] = 'y';
	fresh(2);
	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK(
		    sio_adapter_join(&ad, &socket_of[0].so, bad[i], &e) == -1);
		CHECK(e.code == ERR_BAD_REQUEST);
	}
	long1[120] = '\0';
	CHECK(join(0, long1) == 0);
	CHECK(emit(long1, NULL, NULL) == 1);
	/* Emitting to a name that no room can have reaches nobody. */
	CHECK(emit(long2, NULL, NULL) == 0);
	CHECK(join(1, "with space") == 0 && join(1, "42/x,%s") == 0);
	CHECK(emit("with space", "42/x,%s", NULL) == 1);
}

static void
test_ssid(void)
{
	static const struct {
		int line;
		const char *list, *nsp, *ssid;
	} CASES[] = {
		{ __LINE__, "/ a\n/chat b\n", "/", "a" },
		{ __LINE__, "/ a\n/chat b\n", "/chat", "b" },
		{ __LINE__, "/chat b\n", "/", NULL },
		{ __LINE__, "/chat b\n", "/cha", NULL },
		{ __LINE__, "", "/", NULL },
		{ __LINE__, "\n\n", "", NULL },
		{ __LINE__, "/", "/", NULL },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct slice got = sio_adapter_ssid(
		    slice_from(CASES[i].list), slice_from(CASES[i].nsp));

		CHECK_ROW(
		    CASES[i].line, (got.p == NULL) == (CASES[i].ssid == NULL));
		CHECK_ROW(CASES[i].line,
		    got.p == NULL || slice_eqs(got, CASES[i].ssid));
	}
}

static void
test_event(void)
{
	struct buf out = BUF_INIT;
	struct json_object *args = NULL;

	CHECK(jval_parse(SLICE("[\"e\",1]"), &args) == JVAL_OK);
	sio_adapter_event(&out, SLICE("/n"), -1, args);
	CHECK_SLICE(buf_slice(&out), "42/n,[\"e\",1]");
	buf_clear(&out);
	sio_adapter_event(&out, SLICE("/"), 7, args);
	CHECK_SLICE(buf_slice(&out), "427[\"e\",1]");
	(void)json_object_put(args);
	buf_fini(&out);
}

int
main(void)
{
	int rc;

	eio_fixture_init(&f);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_rooms),
	    CHECK_CASE(test_once), CHECK_CASE(test_many),
	    CHECK_CASE(test_prune), CHECK_CASE(test_refused),
	    CHECK_CASE(test_clean), CHECK_CASE(test_clean_odd),
	    CHECK_CASE(test_quit), CHECK_CASE(test_overflow),
	    CHECK_CASE(test_revisions), CHECK_CASE(test_names),
	    CHECK_CASE(test_ssid), CHECK_CASE(test_event), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}

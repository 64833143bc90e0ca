/* Rooms and emitting to them: who gets a packet, and how often. */
#include "io/sio_adapter.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "eio_fixture.h"

#define SOCKETS 40

static struct eio_fixture f;
static struct sio_adapter ad;

/* Sessions with a socket each in the namespace /n. */
struct socket {
	char esid[24], ssid[24], pid[24];
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
open_session(const char *esid)
{
	struct eio_command c;

	eio_store_open(
	    &c, &f.store[PROC_W], slice_from(esid), EIO_V4, true, SLICE_EMPTY);
	CHECK(run(&c) == VERDICT_OK);
}

static enum eio_verdict
push(int i, const struct eio_push *push)
{
	struct eio_push p = *push;
	struct eio_command c;

	p.parts_ms = EIO_PARTS_AS_THEY_ARE;
	eio_store_push(&c, &f.store[PROC_W], socket_of[i].so.esid, &p);
	return run(&c);
}

static void
connect_socket(int i, bool recoverable)
{
	struct socket *s = &socket_of[i];
	char ns[64];

	(void)snprintf(s->esid, sizeof(s->esid), "%c-esid-%d", 'a' + i % 26, i);
	(void)snprintf(s->ssid, sizeof(s->ssid), "ssid-%d", i);
	(void)snprintf(
	    s->pid, sizeof(s->pid), recoverable ? "%d-secret" : "", 100000 + i);
	(void)snprintf(ns, sizeof(ns), "+/n %s%s%s\n", s->ssid,
	    recoverable ? " " : "", s->pid);
	s->so = (struct sio_socket){ .nsp = SLICE("/n"),
		.ssid = slice_from(s->ssid),
		.pid = slice_from(s->pid),
		.esid = slice_from(s->esid) };
	open_session(s->esid);
	CHECK(
	    push(i, &(struct eio_push){ .ns = slice_from(ns) }) == VERDICT_OK);
}

static void
fresh(int sockets)
{
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	ad = (struct sio_adapter){ f.rds, &f.store[PROC_W] };
	for (int i = 0; i < sockets; i++)
		connect_socket(i, false);
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

/* Emit; how many were reached, -1 for a failure. */
static int
emit_what(const struct sio_emit *emission)
{
	struct err e = ERR_INIT;
	int reached = 0;

	if (sio_adapter_emit(&ad, emission, &reached, &e) != 0)
		return -1;
	return reached;
}

/* To one or two rooms, or, without a name, to everybody. */
static int
emit(const char *one, const char *two, const char *except)
{
	return emit_what(&(struct sio_emit){
	    .nsp = SLICE("/n"),
	    .room = { slice_from(one), slice_from(two) },
	    .n_rooms = one == NULL ? 0
		: two == NULL      ? 1
				   : 2,
	    .except = slice_from(except),
	    .packet = SLICE("42/n,[\"x\"]"),
	});
}

static int64_t
count(const char *command, const char *kind, const char *name)
{
	char words[200];

	(void)snprintf(
	    words, sizeof(words), "%s {t}:%s%.24s", command, kind, name);
	return eio_fixture_int(&f, words);
}

static int64_t
queued(int i)
{
	return count("LLEN", "o:", socket_of[i].esid);
}

static int64_t
members(const char *room)
{
	return count("HLEN", "room:/n,", room);
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

/* A room that names a session which is gone: whoever emits prunes it. */
static void
test_prune(void)
{
	fresh(2);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0);
	CHECK(count("DEL", "e:", socket_of[1].esid) == 1);
	CHECK(members("r") == 2);
	CHECK(emit("r", NULL, NULL) == 1);
	CHECK(members("r") == 1);
	CHECK(emit(NULL, NULL, NULL) == 1);
	CHECK(members("") == 1);
	/* A room holds nobody that is gone: no join of a dead session. */
	CHECK(join(1, "r") == -1 && leave(1, "r") == -1);
	CHECK(members("r") == 1);
	/* The session lives, but the socket has left it. */
	CHECK(
	    push(0, &(struct eio_push){ .ns = SLICE("-/n\n") }) == VERDICT_OK);
	CHECK(members("r") == 0);
	rds_reply_free(
	    eio_fixture_redis(&f, "HSET {t}:room:/n,r ssid-0 a-esid-0"));
	CHECK(emit("r", NULL, NULL) == 0);
	CHECK(members("r") == 0 && queued(0) == 2);
}

/* The name of a socket is a room of its own, unless a real one has it too. */
static void
test_own_room(void)
{
	fresh(3);
	CHECK(emit("ssid-1", NULL, NULL) == 1);
	CHECK(queued(0) == 0 && queued(1) == 1 && queued(2) == 0);
	CHECK(emit("ssid-9", NULL, NULL) == 0);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0);
	CHECK(emit("r", "ssid-1", NULL) == 2);
	CHECK(emit("ssid-1", "r", NULL) == 2);
	CHECK(emit("ssid-1", "ssid-2", "ssid-1") == 1);
	CHECK(queued(0) == 2 && queued(1) == 3 && queued(2) == 1);
	/* A socket that joins the room of another hears what is said there. */
	CHECK(join(2, "ssid-0") == 0);
	CHECK(emit("ssid-0", NULL, NULL) == 2);
	CHECK(queued(0) == 3 && queued(2) == 2);
	/* Not in this namespace. */
	CHECK(emit_what(&(struct sio_emit){ .nsp = SLICE("/other"),
		  .room = { SLICE("ssid-1") },
		  .n_rooms = 1,
		  .packet = SLICE("42/other,[]") }) == 0);
}

static void
test_broadcast(void)
{
	fresh(3);
	CHECK(emit(NULL, NULL, NULL) == 3);
	CHECK(emit(NULL, NULL, "ssid-1") == 2);
	CHECK(queued(0) == 2 && queued(1) == 1 && queued(2) == 2);
	CHECK(push(2, &(struct eio_push){ .end = EIO_END_NOOP }) ==
	    VERDICT_CLOSED);
	CHECK(emit(NULL, NULL, "ssid-1") == 1);
	CHECK(members("") == 2);
}

/* Only to those whose GET is held. */
static void
test_volatile(void)
{
	const struct sio_emit emission = { .nsp = SLICE("/n"),
		.packet = SLICE("42/n,[\"v\"]"),
		.is_volatile = true };
	struct eio_command c;

	fresh(1);
	connect_socket(1, true);
	eio_store_poll(&c, &f.store[PROC_A], socket_of[1].so.esid, 7);
	CHECK(run(&c) == VERDICT_PARK);
	CHECK(emit_what(&emission) == 2);
	CHECK(queued(0) == 0 && queued(1) == 1);
	/* Not numbered: it is not said again. */
	CHECK(count("HLEN", "p:", "100001-secret") == 8);
}

/* A socket that can be recovered hears numbers, and what it missed later. */
static void
test_dormant(void)
{
	struct redisReply *packet;

	fresh(1);
	connect_socket(1, true);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0);
	CHECK(emit("r", NULL, NULL) == 2);
	packet = eio_fixture_redis(&f, "LINDEX {t}:o:b-esid-1 0");
	CHECK_SLICE(rds_text(packet), "42/n,[\"x\",\"100001.1\"]");
	rds_reply_free(packet);
	packet = eio_fixture_redis(&f, "LINDEX {t}:o:a-esid-0 0");
	CHECK_SLICE(rds_text(packet), "42/n,[\"x\"]");
	rds_reply_free(packet);
	CHECK(push(1, &(struct eio_push){ .end = EIO_END_LOST }) ==
	    VERDICT_CLOSED);
	CHECK(emit("r", NULL, NULL) == 2);
	CHECK(members("r") == 2);
	packet = eio_fixture_redis(&f, "HGET {t}:p:100001-secret 2");
	CHECK_SLICE(rds_text(packet), "42/n,[\"x\",\"100001.2\"]");
	rds_reply_free(packet);
}

/*
 * A socket that is recovered into one session after the other, while another
 * thread emits to it: each event reaches it once, in order.
 */
#define MOVES 40

static void *
emit_on(void *cookie)
{
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *r = rds_new(f.redis.url, 5000, breaker);
	const struct sio_adapter mine = { r, &f.store[PROC_W] };
	const struct sio_emit emission = { .nsp = SLICE("/n"),
		.room = { SLICE("r"), SLICE("ssid-0") },
		.n_rooms = 2,
		.packet = SLICE("42/n,[\"x\"]") };
	const atomic_bool *stop = cookie;
	intptr_t said = 0, reached_all = 0;

	while (!atomic_load(stop) && said < 900) {
		struct err e = ERR_INIT;
		int reached = 0;

		said += sio_adapter_emit(&mine, &emission, &reached, &e) == 0;
		reached_all += reached;
	}
	rds_free(r);
	rds_breaker_free(breaker);
	return (void *)(said == reached_all ? said : -1);
}

static void
move_socket(int to)
{
	struct eio_command c;
	char esid[24];

	(void)snprintf(esid, sizeof(esid), "z-esid-%d", to);
	open_session(esid);
	eio_store_recover(&c, &f.store[PROC_W], slice_from(esid),
	    socket_of[0].so.pid, SLICE("/n"), 0);
	CHECK(run(&c) == VERDICT_OK);
}

static void
test_follow(void)
{
	struct redisReply *all;
	atomic_bool stop = false;
	pthread_t emitter;
	void *said = NULL;
	size_t events;

	fresh(0);
	connect_socket(0, true);
	CHECK(join(0, "r") == 0);
	if (pthread_create(&emitter, NULL, emit_on, &stop) != 0)
		abort();
	for (int i = 0; i < MOVES; i++) {
		clock_sleep_ms(1);
		move_socket(i);
	}
	atomic_store(&stop, true);
	(void)pthread_join(emitter, &said);
	CHECK((intptr_t)said > 0);
	move_socket(MOVES);
	all = eio_fixture_redis(&f, "LRANGE {t}:o:z-esid-40 0 -1");
	events = (size_t)(intptr_t)said;
	CHECK(rds_count(all) == events + 1);
	for (size_t i = 0; i < events; i++) {
		char want[64];

		(void)snprintf(
		    want, sizeof(want), "42/n,[\"x\",\"100000.%zu\"]", i + 1);
		CHECK_SLICE(rds_text(rds_at(all, i)), want);
	}
	/* No poll can take what it missed without this. */
	CHECK_SLICE(rds_text(rds_at(all, events)),
	    "40/n,{\"sid\":\"ssid-0\",\"pid\":\"100000-secret\"}");
	rds_reply_free(all);
	CHECK(members("r") == 1 && members("") == 1);
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
	rds_reply_free(eio_fixture_redis(&f, "SET {t}:room:/n,odd text"));
	CHECK(emit("odd", NULL, NULL) == -1);
	CHECK(emit("r", "odd", NULL) == -1);
}

/* An outbox that is full closes the session, and its rooms lose it. */
static void
test_overflow(void)
{
	fresh(2);
	CHECK(join(0, "r") == 0 && join(1, "r") == 0 && join(1, "s") == 0);
	for (int i = 0; i < 999; i++)
		CHECK(push(1,
			  &(struct eio_push){
			      .packet = &SLICE("4"), .n = 1 }) == VERDICT_OK);
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
			.packet = SLICE("42/n,[]"),
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
test_socket(void)
{
	static const struct {
		int line;
		const char *list, *nsp, *ssid, *pid;
	} CASES[] = {
		{ __LINE__, "/ a\n/chat b\n", "/", "a", "" },
		{ __LINE__, "/ a\n/chat b secret\n", "/chat", "b", "secret" },
		{ __LINE__, "/ a secret\n/chat b\n", "/chat", "b", "" },
		{ __LINE__, "/chat b\n", "/", NULL, NULL },
		{ __LINE__, "/chat b\n", "/cha", NULL, NULL },
		{ __LINE__, "", "/", NULL, NULL },
		{ __LINE__, "\n\n", "", NULL, NULL },
		{ __LINE__, "/", "/", NULL, NULL },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct sio_socket got = { .nsp = SLICE_EMPTY };
		bool found = sio_adapter_socket(
		    slice_from(CASES[i].list), slice_from(CASES[i].nsp), &got);

		CHECK_ROW(CASES[i].line, found == (CASES[i].ssid != NULL));
		if (!found)
			continue;
		CHECK_SLICE_ROW(CASES[i].line, got.nsp, CASES[i].nsp);
		CHECK_SLICE_ROW(CASES[i].line, got.ssid, CASES[i].ssid);
		CHECK_SLICE_ROW(CASES[i].line, got.pid, CASES[i].pid);
	}
}

static void
test_event(void)
{
	struct buf out = BUF_INIT;
	struct json_object *args = NULL;

	CHECK(jval_parse(SLICE("[\"e\",1]"), &args) == JVAL_OK);
	sio_adapter_event(&out, SLICE("/n"), args);
	CHECK_SLICE(buf_slice(&out), "42/n,[\"e\",1]");
	buf_clear(&out);
	sio_adapter_event(&out, SLICE("/"), args);
	CHECK_SLICE(buf_slice(&out), "42[\"e\",1]");
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
	    CHECK_CASE(test_prune), CHECK_CASE(test_own_room),
	    CHECK_CASE(test_broadcast), CHECK_CASE(test_volatile),
	    CHECK_CASE(test_dormant), CHECK_CASE(test_follow),
	    CHECK_CASE(test_refused), CHECK_CASE(test_overflow),
	    CHECK_CASE(test_revisions), CHECK_CASE(test_names),
	    CHECK_CASE(test_socket), CHECK_CASE(test_event), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}

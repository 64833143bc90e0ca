/* Chat sessions and messages. */
#include "io/store_chat.h"

#include <signal.h>

#include "io/store_context.h"
#include "io/store_job.h"
#include "test_store_fixture.h"

static const struct principal NOBODY = { { "", 0 } };
static const struct principal ALICE = { { "alice", 5 } };
static const struct principal BOB = { { "bob", 3 } };

struct reply {
	bool duplicate;
	char output[80];
};

/* Accept message `msg` of `session`; its output is `out`, its job `job`. */
static int
say(struct fixture *f, const struct principal *who, const char *session,
    const char *msg, const char *out, struct reply *r)
{
	struct json_object *agents = fixture_json("[\"search\"]");
	struct json_object *content =
	    fixture_json("[{\"type\":\"text\",\"text\":\"hi\"}]");
	struct json_object *actions = fixture_json("[\"Reasoning\"]");
	struct json_object *payload = fixture_json("{\"k\":1}");
	struct store_chat_new new = {
		.session_id = slice_from(session),
		.conv_id = SLICE("conv"),
		.msg_id = slice_from(msg),
		.output_id = slice_from(out),
		.collection_id = SLICE("c-main"),
		.name = slice_from(msg),
		.agents = agents,
		.content = content,
		.output_actions = actions,
		.job_type = "chat",
		.job_payload = payload,
	};
	char job[37];
	int rc;

	rnd_uuid(job);
	new.job_id = slice_from(job);
	rc =
	    store_chat_accept(f->s, who, &new, &r->duplicate, r->output, &f->e);
	(void)json_object_put(agents);
	(void)json_object_put(content);
	(void)json_object_put(actions);
	(void)json_object_put(payload);
	return rc;
}

static void
said(struct fixture *f, const struct principal *who, const char *session,
    const char *msg, const char *out)
{
	struct reply r = { true, "" };

	CHECK(say(f, who, session, msg, out, &r) == 0);
	CHECK(!r.duplicate);
	CHECK(strcmp(r.output, out) == 0);
}

static int64_t
queued(struct fixture *f)
{
	struct json_object *counts = NULL;
	int64_t n;

	CHECK(store_job_counts(f->s, &counts, &f->e) == 0);
	n = fixture_int(counts, "queued");
	(void)json_object_put(counts);
	return n;
}

static struct json_object *
history(struct fixture *f, const char *session)
{
	struct json_object *row = NULL;

	CHECK(store_session_get(
		  f->s, &NOBODY, slice_from(session), &row, &f->e) == 0);
	return row;
}

static struct json_object *
message(struct json_object *session, size_t at)
{
	return json_object_array_get_idx(
	    json_object_object_get(session, "conversation"), at);
}

static void
check_input(struct json_object *m)
{
	struct buf b = BUF_INIT;

	CHECK(json_object_object_length(m) == 12);
	CHECK(slice_eqs(jval_str(m, "msg_id"), "m1"));
	CHECK(slice_eqs(jval_str(m, "session_id"), "s1"));
	CHECK(slice_eqs(jval_str(m, "conv_id"), "conv"));
	CHECK(slice_eqs(jval_str(m, "msg_type"), "input"));
	CHECK(slice_eqs(jval_str(m, "status"), "success"));
	CHECK(slice_eqs(fixture_print(&b, m, "agents"), "[\"search\"]"));
	CHECK(slice_eqs(fixture_print(&b, m, "actions"), "[]"));
	CHECK(slice_eqs(fixture_print(&b, m, "content"),
	    "[{\"type\":\"text\",\"text\":\"hi\"}]"));
	CHECK(slice_eqs(fixture_print(&b, m, "metadata"), "{}"));
	CHECK(fixture_int(m, "created_at") > 1600000000 &&
	    fixture_int(m, "created_at") < 100000000000);
	CHECK(fixture_int(m, "updated_at") >= fixture_int(m, "created_at"));
	buf_fini(&b);
}

static void
test_accept(void)
{
	struct json_object *row, *m;
	struct buf b = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	said(&f, &NOBODY, "s1", "m1", "o1");
	CHECK(queued(&f) == 1);
	row = history(&f, "s1");
	CHECK(json_object_object_length(row) == 8);
	CHECK(slice_eqs(jval_str(row, "name"), "m1"));
	CHECK(slice_eqs(jval_str(row, "collection_id"), "c-main"));
	CHECK(json_object_object_get(row, "video_id") == NULL);
	check_input(message(row, 0));
	m = message(row, 1);
	CHECK(slice_eqs(jval_str(m, "msg_id"), "o1"));
	CHECK(slice_eqs(jval_str(m, "conv_id"), "conv"));
	CHECK(slice_eqs(jval_str(m, "msg_type"), "output"));
	CHECK(slice_eqs(jval_str(m, "status"), "progress"));
	CHECK(slice_eqs(fixture_print(&b, m, "agents"), "[\"search\"]"));
	CHECK(slice_eqs(fixture_print(&b, m, "actions"), "[\"Reasoning\"]"));
	CHECK(slice_eqs(fixture_print(&b, m, "content"), "[]"));
	CHECK(message(row, 2) == NULL);
	(void)json_object_put(row);
	buf_fini(&b);
	fixture_close(&f);
}

static void
test_accept_duplicate(void)
{
	struct json_object *before, *after;
	struct fixture f;
	struct reply r = { false, "" };

	fixture_open(&f);
	said(&f, &ALICE, "s1", "m1", "o1");
	before = history(&f, "s1");
	fixture_sleep(1100);
	CHECK(say(&f, &BOB, "s1", "m1", "o2", &r) == 0);
	CHECK(r.duplicate && strcmp(r.output, "o1") == 0);
	CHECK(queued(&f) == 1);
	after = history(&f, "s1");
	CHECK(json_object_equal(before, after));
	/* The same within somebody's transaction. */
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(say(&f, &BOB, "s1", "m1", "o2", &r) == 0);
	CHECK(r.duplicate && strcmp(r.output, "o1") == 0);
	CHECK(store_commit(f.s, &f.e) == 0);
	/* The same msg_id in another session is another message. */
	said(&f, &ALICE, "s2", "m1", "o3");
	/* The id of an output comes back as an input: not ours to answer. */
	CHECK(say(&f, &BOB, "s1", "o1", "o9", &r) == 0);
	CHECK(r.duplicate && strcmp(r.output, "o1") == 0);
	(void)json_object_put(before);
	(void)json_object_put(after);
	fixture_close(&f);
}

static void
test_accept_conflict_writes_nothing(void)
{
	struct json_object *row;
	struct fixture f;
	struct reply r = { true, "" };

	fixture_open(&f);
	said(&f, &NOBODY, "s1", "m1", "o1");
	CHECK(say(&f, &NOBODY, "s1", "m2", "o1", &r) == -1);
	CHECK(f.e.code == ERR_CONFLICT && !r.duplicate);
	row = history(&f, "s1");
	CHECK(message(row, 1) != NULL && message(row, 2) == NULL);
	(void)json_object_put(row);
	CHECK(queued(&f) == 1);
	fixture_close(&f);
}

static void
test_session_touch(void)
{
	struct store_chat_new new = {
		.session_id = SLICE("s1"),
		.conv_id = SLICE("c"),
		.msg_id = SLICE("m2"),
		.output_id = SLICE("o2"),
		.video_id = SLICE("v-9"),
		.name = SLICE("second"),
		.job_id = SLICE("job-2"),
		.job_type = "chat",
	};
	struct json_object *first, *row;
	struct fixture f;
	struct reply r;
	char who[64];

	fixture_open(&f);
	said(&f, &ALICE, "s1", "m1", "o1");
	first = history(&f, "s1");
	fixture_sleep(1100);
	CHECK(store_chat_accept(
		  f.s, &BOB, &new, &r.duplicate, r.output, &f.e) == 0);
	row = history(&f, "s1");
	CHECK(slice_eqs(jval_str(row, "name"), "m1"));
	CHECK(slice_eqs(jval_str(row, "video_id"), "v-9"));
	CHECK(slice_eqs(jval_str(row, "collection_id"), "c-main"));
	CHECK(
	    fixture_int(row, "created_at") == fixture_int(first, "created_at"));
	CHECK(
	    fixture_int(row, "updated_at") > fixture_int(first, "updated_at"));
	CHECK(store_session_principal(f.s, SLICE("s1"), who, &f.e) == 0);
	CHECK(strcmp(who, "alice") == 0);
	CHECK(store_session_principal(f.s, SLICE("none"), who, &f.e) == 0);
	CHECK(who[0] == '\0');
	/* In order, and each input before its output. */
	CHECK(slice_eqs(jval_str(message(row, 2), "msg_id"), "m2"));
	CHECK(slice_eqs(jval_str(message(row, 3), "msg_id"), "o2"));
	(void)json_object_put(first);
	(void)json_object_put(row);
	fixture_close(&f);
}

static int
snap(struct fixture *f, const char *status, int64_t rev)
{
	struct json_object *content = fixture_json("[{\"type\":\"text\"}]");
	struct json_object *actions = fixture_json("[\"a\",\"b\"]");
	struct json_object *agents = fixture_json("[\"x\"]");
	struct store_snapshot s = { SLICE("s1"), SLICE("o1"),
		slice_from(status), actions, agents, content, rev };
	int rc = store_chat_snapshot(f->s, &s, &f->e);

	(void)json_object_put(content);
	(void)json_object_put(actions);
	(void)json_object_put(agents);
	return rc;
}

static void
test_snapshots(void)
{
	struct json_object *row = NULL;
	struct buf b = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	said(&f, &NOBODY, "s1", "m1", "o1");
	CHECK(snap(&f, "progress", 1) == 0);
	CHECK(snap(&f, "progress", 5) == 0);
	CHECK(snap(&f, "success", 5) == -1 && f.e.code == ERR_STALE);
	CHECK(snap(&f, "success", 4) == -1 && f.e.code == ERR_STALE);
	CHECK(
	    store_chat_output(f.s, SLICE("s1"), SLICE("o1"), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "status"), "progress"));
	CHECK(fixture_int(row, "rev") == 5);
	(void)json_object_put(row);
	CHECK(snap(&f, "success", 6) == 0);
	CHECK(snap(&f, "progress", 7) == -1 && f.e.code == ERR_STALE);
	CHECK(snap(&f, "error", 8) == -1 && f.e.code == ERR_STALE);
	CHECK(
	    store_chat_output(f.s, SLICE("s1"), SLICE("o1"), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "status"), "success"));
	CHECK(fixture_int(row, "rev") == 6);
	CHECK(slice_eqs(fixture_print(&b, row, "actions"), "[\"a\",\"b\"]"));
	CHECK(slice_eqs(fixture_print(&b, row, "agents"), "[\"x\"]"));
	CHECK(slice_eqs(
	    fixture_print(&b, row, "content"), "[{\"type\":\"text\"}]"));
	(void)json_object_put(row);
	buf_fini(&b);
	fixture_close(&f);
}

static void
test_snapshot_of_nothing(void)
{
	struct store_snapshot input = { SLICE("s1"), SLICE("m1"),
		SLICE("error"), NULL, NULL, NULL, 9 };
	struct json_object *row = NULL;
	struct fixture f;
	bool watched = true;

	fixture_open(&f);
	CHECK(snap(&f, "success", 1) == -1 && f.e.code == ERR_STALE);
	said(&f, &NOBODY, "s1", "m1", "o1");
	CHECK(store_chat_snapshot(f.s, &input, &f.e) == -1);
	CHECK(f.e.code == ERR_STALE);
	input.msg_id = SLICE("o1");
	input.status = SLICE("finished");
	CHECK(store_chat_snapshot(f.s, &input, &f.e) == -1);
	CHECK(f.e.code == ERR_INTERNAL);
	/* Arrays that are not given stay. */
	input.status = SLICE("error");
	CHECK(store_chat_snapshot(f.s, &input, &f.e) == 0);
	CHECK(
	    store_chat_output(f.s, SLICE("s1"), SLICE("o1"), &row, &f.e) == 0);
	CHECK(json_object_array_length(
		  json_object_object_get(row, "actions")) == 1);
	(void)json_object_put(row);
	CHECK(
	    store_chat_output(f.s, SLICE("s1"), SLICE("m1"), &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && row == NULL);
	CHECK(store_chat_watched(
		  f.s, SLICE("s1"), SLICE("no"), &watched, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && !watched);
	fixture_close(&f);
}

static bool
watched(struct fixture *f, const char *session, const char *msg)
{
	bool yes = false;

	CHECK(store_chat_watched(f->s, slice_from(session), slice_from(msg),
		  &yes, &f->e) == 0);
	return yes;
}

static void
test_watched(void)
{
	struct fixture f;

	fixture_open(&f);
	said(&f, &NOBODY, "s1", "m1", "o1");
	CHECK(!watched(&f, "s1", "o1"));
	(void)json_object_put(history(&f, "s1"));
	CHECK(watched(&f, "s1", "o1") && !watched(&f, "s1", "m1"));
	CHECK(snap(&f, "success", 1) == 0);
	CHECK(watched(&f, "s1", "o1"));
	said(&f, &NOBODY, "s1", "m2", "o2");
	CHECK(!watched(&f, "s1", "o2"));
	/* Read within a transaction that is undone: not seen. */
	CHECK(store_begin(f.s, &f.e) == 0);
	(void)json_object_put(history(&f, "s1"));
	store_rollback(f.s);
	CHECK(!watched(&f, "s1", "o2"));
	fixture_close(&f);
}

/* Reading a finished session needs no writer's lock. */
static void
test_get_does_not_write(void)
{
	struct fixture f, other;
	int64_t before;

	fixture_open(&f);
	said(&f, &NOBODY, "s1", "m1", "o1");
	CHECK(snap(&f, "success", 1) == 0);
	other = f;
	other.s = store_open(f.url, &f.e);
	CHECK(store_begin(f.s, &f.e) == 0);
	before = fixture_now_ms();
	(void)json_object_put(history(&other, "s1"));
	CHECK(fixture_now_ms() - before < 1000);
	store_rollback(f.s);
	store_close(other.s);
	fixture_close(&f);
}

static void
test_session_unknown(void)
{
	struct json_object *row = NULL;
	struct fixture f;

	fixture_open(&f);
	CHECK(store_session_get(f.s, &NOBODY, SLICE("none"), &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && row == NULL);
	CHECK(store_session_delete(f.s, &NOBODY, SLICE("none"), &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	fixture_close(&f);
}

static void
check_list(struct fixture *f, int line, const struct principal *who, int limit,
    const char *want)
{
	struct json_object *rows = NULL;
	struct buf b = BUF_INIT;

	CHECK_ROW(line,
	    store_session_list(f->s, who, true, limit, &rows, &f->e) == 0);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		CHECK_ROW(line, json_object_object_length(row) == 7);
		buf_add_slice(&b, jval_str(row, "session_id"));
		buf_addc(&b, ' ');
	}
	CHECK_ROW(line, strcmp(buf_cstr(&b), want) == 0);
	buf_fini(&b);
	(void)json_object_put(rows);
}

static void
test_session_list(void)
{
	struct fixture f;

	fixture_open(&f);
	check_list(&f, __LINE__, &NOBODY, 10, "");
	said(&f, &NOBODY, "n1", "m", "o");
	fixture_sleep(3);
	said(&f, &ALICE, "a1", "m", "o");
	fixture_sleep(3);
	said(&f, &BOB, "b1", "m", "o");
	fixture_sleep(3);
	said(&f, &NOBODY, "n2", "m", "o");
	fixture_sleep(3);
	said(&f, &NOBODY, "n1", "m2", "o2");
	check_list(&f, __LINE__, &NOBODY, 10, "n1 n2 ");
	check_list(&f, __LINE__, &ALICE, 10, "n1 n2 a1 ");
	check_list(&f, __LINE__, &BOB, 10, "n1 n2 b1 ");
	check_list(&f, __LINE__, &BOB, 2, "n1 n2 ");
	fixture_close(&f);
}

static void
test_session_delete(void)
{
	struct json_object *row = NULL, *counts = NULL;
	struct fixture f;
	bool seen = true;

	fixture_open(&f);
	said(&f, &NOBODY, "s1", "m1", "o1");
	said(&f, &NOBODY, "s2", "m1", "o1");
	CHECK(store_session_delete(f.s, &NOBODY, SLICE("s1"), &f.e) == 0);
	CHECK(store_session_get(f.s, &NOBODY, SLICE("s1"), &row, &f.e) == -1);
	CHECK(store_chat_watched(f.s, SLICE("s1"), SLICE("o1"), &seen, &f.e) ==
	    -1);
	CHECK(store_job_counts(f.s, &counts, &f.e) == 0);
	CHECK(fixture_int(counts, "cancelled") == 1);
	CHECK(fixture_int(counts, "queued") == 1);
	(void)json_object_put(counts);
	(void)json_object_put(history(&f, "s2"));
	fixture_close(&f);
}

/* Die in the middle of a transaction that has written a message already. */
static int
die_inside(void *cookie)
{
	struct fixture f = *(struct fixture *)cookie;
	struct reply r = { false, "" };

	f.s = store_open(f.url, &f.e);
	if (f.s == NULL || store_begin(f.s, &f.e) == -1 ||
	    say(&f, &NOBODY, "dead", "m1", "o1", &r) == -1)
		return 1;
	(void)raise(SIGKILL);
	return 2;
}

static void
test_kill_inside_a_transaction(void)
{
	struct json_object *row = NULL;
	struct fixture f;

	fixture_open(&f);
	CHECK(fixture_wait(fixture_fork(die_inside, &f)) == 128 + SIGKILL);
	CHECK(store_session_get(f.s, &NOBODY, SLICE("dead"), &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	CHECK(queued(&f) == 0);
	said(&f, &NOBODY, "dead", "m1", "o1");
	fixture_close(&f);
}

static int
chatter(void *cookie)
{
	struct fixture f = *(struct fixture *)cookie;
	struct reply r;
	char msg[40], out[40];

	f.s = store_open(f.url, &f.e);
	if (f.s == NULL)
		return 1;
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(msg, sizeof(msg), "m-%d-%d", (int)getpid(), i);
		(void)snprintf(out, sizeof(out), "o-%d-%d", (int)getpid(), i);
		if (say(&f, &NOBODY, "busy", msg, out, &r) == -1)
			return 1;
	}
	return 0;
}

/* Killed at any moment: messages come in pairs, each with its job. */
static void
test_kill_at_random(void)
{
	enum {
		ROUNDS = 15
	};
	struct json_object *row, *all;
	struct fixture f;
	size_t n;

	fixture_open(&f);
	said(&f, &NOBODY, "busy", "m0", "o0");
	for (int i = 0; i < ROUNDS; i++) {
		pid_t a = fixture_fork(chatter, &f);
		pid_t b = fixture_fork(chatter, &f);

		fixture_sleep(20 + 7 * i);
		(void)kill(a, SIGKILL);
		(void)kill(b, SIGKILL);
		CHECK(fixture_wait(a) == 128 + SIGKILL);
		CHECK(fixture_wait(b) == 128 + SIGKILL);
	}
	row = history(&f, "busy");
	all = json_object_object_get(row, "conversation");
	n = json_object_array_length(all);
	CHECK(n > ROUNDS && n % 2 == 0);
	CHECK(queued(&f) == (int64_t)(n / 2));
	for (size_t i = 0; i + 1 < n; i += 2) {
		struct slice in = jval_str(message(row, i), "msg_id");
		struct slice out = jval_str(message(row, i + 1), "msg_id");

		CHECK(slice_starts(in, SLICE("m")));
		CHECK(slice_eq(slice_from_at(in, 1), slice_from_at(out, 1)));
	}
	(void)json_object_put(row);
	fixture_close(&f);
}

/* What a session remembers goes with it. */
static void
test_context(void)
{
	struct json_object *one = fixture_json("{\"reasoning\":[1]}");
	struct json_object *two = fixture_json("{\"a\":\"\\u00e4\"}"), *got;
	struct fixture f;
	struct slice s1 = SLICE("session-1");

	fixture_open(&f);
	CHECK(store_context_put(f.s, s1, one, &f.e) == 0);
	CHECK(store_context_get(f.s, s1, &got, &f.e) == 0);
	CHECK(got == NULL);
	said(&f, &NOBODY, "session-1", "m1", "o1");
	CHECK(store_context_put(f.s, s1, one, &f.e) == 0);
	CHECK(store_context_put(f.s, s1, two, &f.e) == 0);
	CHECK(store_context_get(f.s, s1, &got, &f.e) == 0);
	CHECK(json_object_equal(got, two));
	(void)json_object_put(got);
	CHECK(store_context_get(f.s, SLICE("session-2"), &got, &f.e) == 0);
	CHECK(got == NULL);
	CHECK(store_session_delete(f.s, &NOBODY, s1, &f.e) == 0);
	CHECK(store_context_get(f.s, s1, &got, &f.e) == 0);
	CHECK(got == NULL);
	(void)json_object_put(one);
	(void)json_object_put(two);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_accept),
	    CHECK_CASE(test_accept_duplicate),
	    CHECK_CASE(test_accept_conflict_writes_nothing),
	    CHECK_CASE(test_session_touch),
	    CHECK_CASE(test_snapshots),
	    CHECK_CASE(test_snapshot_of_nothing),
	    CHECK_CASE(test_watched),
	    CHECK_CASE(test_get_does_not_write),
	    CHECK_CASE(test_session_unknown),
	    CHECK_CASE(test_session_list),
	    CHECK_CASE(test_session_delete),
	    CHECK_CASE(test_context),
	    CHECK_CASE(test_kill_inside_a_transaction),
	    CHECK_CASE(test_kill_at_random),
	    { NULL, NULL },
	});
}

/* Questions that share a round trip: each gets its own answer, whatever becomes of
 * the others and of the server. */
#include "io/store_pg_batch.h"

#include "list_fixture.h"

/* A statement's 10 seconds, and what it takes to take it back. */
#define LATE_MS 14000

/* A statement with one number, and what came of it. */
struct asked {
	struct store_value param;
	struct store_made made;
	int64_t answer;
};

#define DIVIDE "SELECT 840 / $1::bigint AS n"
#define REPEAT "SELECT length(t) AS n, t FROM repeat('x', $1::int) AS t"

static void
asked_init(struct asked *a, const char *sql, int64_t number)
{
	*a = (struct asked){ .param = store_int(number) };
	a->made = (struct store_made){ sql, &a->param, 1, false };
}

static int
read_number(const struct store_row *row, void *cookie)
{
	int64_t *out = cookie;

	*out = row->values[0].number;
	return 1;
}

static bool
ask(struct fixture *f, struct asked *a, const char *sql, int64_t number)
{
	asked_init(a, sql, number);
	return store_ask_made(f->s, &a->made);
}

static int
run(struct fixture *f, const char *sql, int64_t number)
{
	struct asked a;
	struct store_sink sink = { read_number, &a.answer, 0 };

	asked_init(&a, sql, number);
	return store_run_made(f->s, &a.made, &sink, &f->e);
}

static int
take(struct fixture *f, struct asked *a)
{
	struct store_sink sink = { read_number, &a->answer, 0 };

	f->e = ERR_INIT;
	return store_take_made(f->s, &a->made, &sink, &f->e);
}

/* Where nothing is kept on the connection nothing is shared. */
static bool
opened(struct fixture *f)
{
	struct asked a;

	fixture_open(f);
	CHECK(run(f, DIVIDE, 1) == 0);
	if (!fixture_is_pooled())
		return true;
	CHECK(!ask(f, &a, DIVIDE, 1));
	fixture_close(f);
	return false;
}

/* In whatever order they are taken. */
static void
test_each_gets_its_own(void)
{
	struct asked asked[PG_BATCH_MAX], more;
	struct fixture f;

	if (!opened(&f))
		return;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < PG_BATCH_MAX; i++)
			CHECK(ask(&f, &asked[i], DIVIDE, i + 1));
		CHECK(!ask(&f, &more, DIVIDE, 9));
		for (int i = PG_BATCH_MAX - 1; i >= 0; i--) {
			CHECK(take(&f, &asked[i]) == 0);
			CHECK(asked[i].answer == 840 / (i + 1));
		}
	}
	fixture_close(&f);
}

static void
test_alone(void)
{
	struct fixture f;
	struct asked a;

	if (!opened(&f))
		return;
	CHECK(ask(&f, &a, DIVIDE, 7));
	CHECK(take(&f, &a) == 0);
	CHECK(a.answer == 120);
	fixture_close(&f);
}

static void
test_not_now(void)
{
	struct fixture f;
	struct asked a;

	if (!opened(&f))
		return;
	/* It has to be prepared first, which is a round trip. */
	CHECK(!ask(&f, &a, REPEAT, 1));
	CHECK(run(&f, REPEAT, 1) == 0);
	CHECK(ask(&f, &a, REPEAT, 1) && take(&f, &a) == 0);
	asked_init(&a, REPEAT, 1);
	a.made.stream = true;
	CHECK(!store_ask_made(f.s, &a.made));
	asked_init(&a, REPEAT, 1);
	a.param = store_text(SLICE("1\0"));
	CHECK(!store_ask_made(f.s, &a.made));
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(!ask(&f, &a, DIVIDE, 1));
	store_rollback(f.s);
	CHECK(ask(&f, &a, DIVIDE, 1) && take(&f, &a) == 0);
	fixture_close(&f);
}

/* Its error is its own, and what the server gave up behind it is asked again. */
static void
test_one_fails(void)
{
	static const int64_t NUMBERS[] = { 4, 0, 5, 0, 6 };
	struct asked asked[COUNT(NUMBERS)];
	struct fixture f;

	if (!opened(&f))
		return;
	for (size_t i = 0; i < COUNT(NUMBERS); i++)
		CHECK(ask(&f, &asked[i], DIVIDE, NUMBERS[i]));
	for (size_t i = 0; i < COUNT(NUMBERS); i++) {
		bool good = NUMBERS[i] != 0;

		CHECK((take(&f, &asked[i]) == 0) == good);
		CHECK(good || f.e.code != ERR_NONE);
		CHECK(!good || asked[i].answer == 840 / NUMBERS[i]);
	}
	CHECK(ask(&f, &asked[0], DIVIDE, 2) && take(&f, &asked[0]) == 0);
	fixture_close(&f);
}

/* Between asking and taking, and while nothing is asked. */
static void
test_server_restarts(void)
{
	static const char *const HOWS[] = { "fast", "immediate", "kill9" };
	struct asked asked[3];
	struct fixture f;

	if (!opened(&f))
		return;
	for (size_t how = 0; how < COUNT(HOWS); how++) {
		for (int i = 0; i < 3; i++)
			CHECK(ask(&f, &asked[i], DIVIDE, i + 1));
		pg_restart(&fixture_pg, HOWS[how]);
		for (int i = 0; i < 3; i++) {
			CHECK(take(&f, &asked[i]) == 0);
			CHECK(asked[i].answer == 840 / (i + 1));
		}
	}
	fixture_close(&f);
}

/* Another session has the table of videos, for so many seconds. */
static PGconn *
hold_videos(const struct fixture *f, const char *seconds)
{
	char url[PG_URL_MAX], sql[64];
	PGconn *other;

	pg_url(&fixture_pg, f->database, url);
	other = PQconnectdb(url);
	PQclear(PQexec(other, "BEGIN"));
	PQclear(PQexec(other, "LOCK TABLE videos"));
	(void)snprintf(
	    sql, sizeof(sql), "SELECT pg_sleep(%s); COMMIT", seconds);
	CHECK(PQsendQuery(other, sql));
	return other;
}

#define COUNT_VIDEOS "SELECT count(*) + $1::bigint FROM videos"

/* One holds the others up, for a while. */
static void
test_slow(void)
{
	struct asked asked[2];
	struct fixture f;
	PGconn *other;

	if (!opened(&f))
		return;
	CHECK(run(&f, COUNT_VIDEOS, 0) == 0);
	other = hold_videos(&f, "2");
	CHECK(ask(&f, &asked[0], COUNT_VIDEOS, 1));
	CHECK(ask(&f, &asked[1], DIVIDE, 5));
	CHECK(take(&f, &asked[1]) == 0 && asked[1].answer == 168);
	CHECK(take(&f, &asked[0]) == 0 && asked[0].answer == 1);
	PQfinish(other);
	fixture_close(&f);
}

/* However many there are, all of them have one question's time. */
static void
test_late(void)
{
	struct asked asked[PG_BATCH_MAX];
	struct fixture f;
	PGconn *other;
	int64_t before;

	if (!opened(&f))
		return;
	CHECK(run(&f, COUNT_VIDEOS, 0) == 0);
	CHECK(ask(&f, &asked[0], DIVIDE, 4));
	for (int i = 1; i < PG_BATCH_MAX; i++)
		CHECK(ask(&f, &asked[i], COUNT_VIDEOS, i));
	other = hold_videos(&f, "60");
	before = fixture_now_ms();
	CHECK(take(&f, &asked[0]) == 0 && asked[0].answer == 210);
	for (int i = 1; i < PG_BATCH_MAX; i++) {
		CHECK(take(&f, &asked[i]) == -1);
		CHECK(f.e.code == ERR_UNAVAILABLE);
	}
	CHECK(fixture_now_ms() - before < LATE_MS);
	PQfinish(other);
	CHECK(run(&f, DIVIDE, 1) == 0);
	fixture_close(&f);
}

/* More than is kept in memory for those who wait. */
static void
test_large(void)
{
	const int64_t size = (int64_t)7 * 1000 * 1000;
	struct asked asked[4];
	struct fixture f;

	if (!opened(&f))
		return;
	CHECK(run(&f, REPEAT, 1) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(ask(&f, &asked[i], REPEAT, size + i));
	for (int i = 0; i < 4; i++) {
		CHECK(take(&f, &asked[i]) == 0);
		CHECK(asked[i].answer == size + i);
	}
	fixture_close(&f);
}

/* Whoever gave up is in nobody's way, and other statements are not either. */
static void
test_left(void)
{
	struct asked asked[3];
	struct fixture f;

	if (!opened(&f))
		return;
	for (int i = 0; i < 3; i++)
		CHECK(ask(&f, &asked[i], DIVIDE, i + 1));
	CHECK(run(&f, DIVIDE, 3) == 0);
	CHECK(take(&f, &asked[2]) == 0);
	CHECK(run(&f, DIVIDE, 3) == 0);
	CHECK(asked[2].answer == 280);
	CHECK(ask(&f, &asked[0], DIVIDE, 8));
	CHECK(ask(&f, &asked[2], DIVIDE, 4));
	CHECK(take(&f, &asked[0]) == 0 && take(&f, &asked[2]) == 0);
	CHECK(asked[0].answer == 105 && asked[2].answer == 210);
	CHECK(ask(&f, &asked[1], DIVIDE, 1));
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_each_gets_its_own),
	    CHECK_CASE(test_alone),
	    CHECK_CASE(test_not_now),
	    CHECK_CASE(test_one_fails),
	    CHECK_CASE(test_server_restarts),
	    CHECK_CASE(test_slow),
	    CHECK_CASE(test_late),
	    CHECK_CASE(test_large),
	    CHECK_CASE(test_left),
	    { NULL, NULL },
	});
}

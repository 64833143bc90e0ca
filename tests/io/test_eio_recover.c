/*
 * Sockets that come back: histories of the session scripts as text
 * (eio_steps.h), the bounds of what is kept for them, and for how long.
 */
#include "eio_steps.h"

/* A session with one socket that can be recovered: S, by the pid P1. */
#define P1    "tag001-secret"
#define P2    "tag002-secret"
#define START "open who = ok; push ns=+/n$S$" P1 "| = ok;"
/* An event, as it is pushed, and as it goes out. */
#define EV(x)     "+42/n,[\"" x "\"]"
#define OUT(x, n) "42/n,[\"" x "\",\"tag001." n "\"]"
#define BACK      "40/n,{\"sid\":\"S\",\"pid\":\"" P1 "\"}"
#define LOST      "push end=lost = closed (ended);"

/* clang-format off */
static const struct row NUMBERS[] = {
	/* Events have a last argument more, one sequence for the socket. */
	ROW(START "push " EV("a") " " EV("b") " = ok; W:push " EV("c") " = ok;"
	    "poll 1 = packets " OUT("a", "1") " " OUT("b", "2") " "
	    OUT("c", "3")),
	/* Also where they go straight to a held GET. */
	ROW(START "poll 1 = park; push " EV("a") " = deliver #4 (1) "
	    OUT("a", "1") "; redis HGET p:" P1 " seq = 1"),
	/* What is not marked, or not of a socket that can come back, has none. */
	ROW(START "push 42/n,[\"a\"] 43/n,1[] = ok;"
	    "poll 1 = packets 42/n,[\"a\"] 43/n,1[];"
	    "redis HGET p:" P1 " n = 0"),
	ROW("open = ok; push ns=+/n$S|+/$T$" P1 "| = ok;"
	    "push " EV("a") " +42[\"b\"] +42/m,[\"c\"] = ok;"
	    "poll 1 = packets 42/n,[\"a\"] 42[\"b\",\"tag001.1\"]"
	    " 42/m,[\"c\"]"),
	/* An event that only looks like one of a namespace. */
	ROW("open = ok; push ns=+/n$S$" P1 "|+/$T$" P2 "| = ok;"
	    "push +42[\"/n,\"] = ok; poll 1 = packets"
	    " 42[\"/n,\",\"tag002.1\"]"),
	/* No argument but the name; attachments behind the packet. */
	ROW(START "push +451-/n,[\"f\",{\"_placeholder\":true,\"num\":0}]^bAQI="
	    " = ok; poll 1 = packets"
	    " 451-/n,[\"f\",{\"_placeholder\":true,\"num\":0},\"tag001.1\"]"
	    "^bAQI="),
	ROW("open = ok; push ns=+/$S$" P1 "| = ok;"
	    "push +452-[\"f\",1]^bAQI=^bAw== = ok; poll 1 = packets"
	    " 452-[\"f\",1,\"tag001.1\"]^bAQI=^bAw=="),
	/* A volatile event is not kept. */
	ROW(START "poll 1 = park; push volatile 42/n,[\"v\"] = deliver (1)"
	    " 42/n,[\"v\"]; redis HGET p:" P1 " seq = 0"),
};

static const struct row RECOVER[] = {
	/* What it missed, in order, then CONNECT; the old session is gone. */
	ROW(START "push " EV("a") " " EV("b") " " EV("c") " = ok;"
	    "poll 1 = packets " OUT("a", "1") " " OUT("b", "2") " "
	    OUT("c", "3") "; " LOST
	    "2:open who = ok; 2:recover " P1 " /n 1 = ok #2 (S);"
	    "2:begin 1 = ok (4$who|/n$S$" P1 "|);"
	    "2:poll 1 = packets " OUT("b", "2") " " OUT("c", "3") " " BACK ";"
	    "redis EXISTS e:s1 = 0; 2:push post=1 end=close = closed; keys 0"),
	/* From the first, where it saw nothing; nothing, where it saw all. */
	ROW(START "push " EV("a") " = ok; " LOST
	    "2:open = ok; 2:recover " P1 " /n 0 = ok #1 (S);"
	    "2:poll 1 = packets " OUT("a", "1") " " BACK),
	ROW(START "push " EV("a") " = ok; " LOST
	    "2:open = ok; 2:recover " P1 " /n 1 = ok #0 (S);"
	    "2:poll 1 = packets " BACK),
	/* Also before anything was said to it. */
	ROW(START LOST "2:open = ok; 2:recover " P1 " /n 0 = ok #0 (S);"
	    "2:poll 1 = packets " BACK "; 2:redis HGET e:s2 cto = 0"),
	ROW("open = ok; push ns=+/$S$" P1 "| = ok; " LOST
	    "2:open = ok; 2:recover " P1 " / 0 = ok (S);"
	    "2:poll 1 = packets 40{\"sid\":\"S\",\"pid\":\"" P1 "\"}"),
	/* Attachments come again with their packet. */
	ROW(START "push +451-/n,[\"f\"]^bAQI= " EV("a") " = ok; " LOST
	    "2:open = ok; 2:recover " P1 " /n 0 = ok #2;"
	    "2:poll 1 = packets 451-/n,[\"f\",\"tag001.1\"]^bAQI= "
	    OUT("a", "2") " " BACK),
	/* Numbers of two digits are numbers. */
	ROW(START "x 12 push " EV("a") " = ok; " LOST
	    "2:open = ok; 2:recover " P1 " /n 8 = ok #4;"
	    "2:poll 1 = packets " OUT("a", "9") " " OUT("a", "10") " "
	    OUT("a", "11") " " OUT("a", "12") " " BACK),
	/* Behind what the new session was told already. */
	ROW(START "push " EV("a") " = ok; " LOST "2:open = ok; 2:push 4x = ok;"
	    "2:recover " P1 " /n 0 = ok #1;"
	    "2:poll 1 = packets 4x " OUT("a", "1") " " BACK),
	/* It goes on where it was. */
	ROW(START "push " EV("a") " = ok; " LOST "2:open = ok;"
	    "2:recover " P1 " /n 1 = ok; 2:push " EV("b") " = ok;"
	    "2:poll 1 = packets " BACK " " OUT("b", "2")),
	/* Each end after which it may come back. */
	ROW(START "push end=noop = closed; keys 4;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok (S)"),
	ROW(START "poll 1 = park; abort 1 = closed;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok (S)"),
	ROW(START "begin 1 = ok; begin 2 = overlap;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok (S)"),
	ROW(START "poll 1 = park; poll 2 = overlap;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok (S);"
	    "look 1 = packets 1; redis EXISTS e:s1 = 0"),
	ROW(START "due -20001; tick = closed;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok (S)"),
	ROW(START "due -5; poll 1 = packets 2; due -5; poll 2 = gone (ended);"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok (S)"),
	ROW(START "x 1000 push 4x = ok; push " EV("a") " = overflow (ended);"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok #1 (S);"
	    "2:poll 1 = packets " OUT("a", "1") " " BACK),
	/* And those after which it may not. */
	ROW(START "push end=close = closed; keys 0;"
	    "2:open = ok; 2:recover " P1 " /n 0 = gone ()"),
	ROW(START "push end=soft = closed; 2:open = ok;"
	    "2:recover " P1 " /n 0 = gone (); poll 1 = packets 1;"
	    "2:push end=noop = closed; keys 0"),
	ROW(START "push ns=-/n| = ok; redis EXISTS p:" P1 " = 0;"
	    "2:open = ok; 2:recover " P1 " /n 0 = gone ()"),
};

static const struct row REFUSED[] = {
	/* Not a pid, not its namespace, not an open session: nothing happens. */
	ROW(START LOST "2:open = ok; 2:recover unknown /n 0 = gone ();"
	    "2:recover " P1 " /m 0 = gone (); 2:recover " P1 " / 0 = gone ();"
	    "3:recover " P1 " /n 0 = gone ();"
	    "2:recover " P1 " /n 0 = ok (S)"),
	ROW(START "recover " P1 " /n 0 = gone (); begin 1 = ok (4$who|/n$S$"
	    P1 "|)"),
	/* Once: of two claims one wins. */
	ROW(START LOST "2:open = ok; 3:open = ok; 2:recover " P1 " /n 0 = ok;"
	    "2:push " EV("a") " = ok; 3:recover " P1 " /n 0 = ok #1 (S$ended);"
	    "2:poll 1 = gone; redis EXISTS e:s2 = 0"),
	/* Seen more than was ever said: Redis was set back. */
	ROW(START "push " EV("a") " = ok; " LOST "2:open = ok;"
	    "2:recover " P1 " /n 2 = gone (); 2:recover " P1 " /n 0 = gone ();"
	    "2:push end=noop = closed; keys 0"),
	ROW(START "push " EV("a") " = ok; 2:open = ok;"
	    "2:recover " P1 " /n 2 = gone (ended); poll 1 = gone;"
	    "2:push end=noop = closed; keys 0"),
	/* The window has passed, though nobody has cleaned up yet. */
	ROW(START "join /n S r = ok; " LOST "keep -5; 2:open = ok;"
	    "2:recover " P1 " /n 0 = gone (); redis EXISTS room:/n,r = 0;"
	    "2:push end=noop = closed; keys 0"),
	ROW(START LOST "keep 5000; 2:open = ok; 2:recover " P1 " /n 0 = ok"),
	/* The record of a pid whose session is not there any more. */
	ROW(START "redis DEL e:s1 = 1; 2:open = ok;"
	    "2:recover " P1 " /n 0 = gone (); redis EXISTS p:" P1 " = 0"),
};

static const struct row TAKEOVER[] = {
	/* The old session is open still: it is closed, its held GET told. */
	ROW(START "push " EV("a") " = ok; poll 1 = packets " OUT("a", "1") ";"
	    "B:poll 7 = park; wake 0; 2:open = ok;"
	    "2:recover " P1 " /n 0 = ok #1 (S$ended); wake 7;"
	    "B:poll 8 = gone; begin 1 = gone; push 4x = gone;"
	    "B:look 7 = packets () 1; redis EXISTS e:s1 = 0;"
	    "2:poll 1 = packets " OUT("a", "1") " " BACK ";"
	    "2:push end=close = closed; keys 0"),
	/* What was queued there for others is dropped, events come again. */
	ROW(START "push 4x " EV("a") " 43/n,1[] = ok; 2:open = ok;"
	    "2:recover " P1 " /n 0 = ok #1 (S$ended);"
	    "2:poll 1 = packets " OUT("a", "1") " " BACK "; keys 4"),
	/* A POST that is under way there ends in nothing. */
	ROW(START "begin 1 = ok; 2:open = ok; 2:recover " P1 " /n 0 = ok;"
	    "push post=1 " EV("a") " = gone; 2:queued 1"),
	/* Its other sockets can come back too, or not. */
	ROW("open = ok; push ns=+/n$S$" P1 "|+/m$T$" P2 "|+/$U| = ok;"
	    "join / U r = ok; join /m T r = ok; 2:open = ok;"
	    "2:recover " P1 " /n 0 = ok (S$ended);"
	    "redis EXISTS room:/,r = 0; redis EXISTS room:/, = 0;"
	    "redis HGET room:/m,r T = s1; redis HGET e:s1 st = d;"
	    "3:open = ok; 3:recover " P2 " /m 0 = ok (T);"
	    "redis HGET room:/m,r T = s3; redis EXISTS e:s1 = 0;"
	    "2:push end=close = closed; 3:push end=close = closed; keys 0"),
	/* Both into one. */
	ROW("open = ok; push ns=+/n$S$" P1 "|+/m$T$" P2 "| = ok; 2:open = ok;"
	    "2:recover " P1 " /n 0 = ok (S$ended); 2:recover " P2
	    " /m 0 = ok (T); 2:begin 1 = ok (4$|/n$S$" P1 "|/m$T$" P2 "|);"
	    "2:push post=1 end=close = closed; keys 0"),
	/* One after the other. */
	ROW(START "push " EV("a") " = ok; 2:open = ok;"
	    "2:recover " P1 " /n 0 = ok #1 (S$ended); 2:push " EV("b") " = ok;"
	    "2:push end=noop = closed; push joined=/n$S " EV("x") " = gone;"
	    "2:push joined=/n$S " EV("c") " = ok; 3:open = ok;"
	    "3:recover " P1 " /n 1 = ok #2 (S);"
	    "3:poll 1 = packets " OUT("b", "2") " " OUT("c", "3") " " BACK ";"
	    "3:push end=close = closed; keys 0"),
	/* And back into the first id is a matter of a new session. */
	ROW(START "2:open = ok; 2:recover " P1 " /n 0 = ok; open = ok;"
	    "recover " P1 " /n 0 = ok (S$ended); redis EXISTS e:s2 = 0"),
};

static const struct row DORMANT[] = {
	/* Rooms and events go on while it is away. */
	ROW(START "join /n S r = ok; join /n S rr = ok; leave /n S rr = ok;"
	    LOST "redis HGET room:/n,r S = s1; redis HGET room:/n, S = s1;"
	    "W:push joined=/n$S " EV("a") " = ok; queued 0;"
	    "W:push joined=/n$T " EV("x") " = gone; W:push " EV("x") " = gone;"
	    "W:push post=1 joined=/n$S " EV("x") " = gone;"
	    "W:push whole joined=/n$S " EV("x") " = gone;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok #1;"
	    "redis HGET room:/n,r S = s2; redis HGET room:/n, S = s2;"
	    "redis HGET e:s2 rm = /n$S$r|;"
	    "2:poll 1 = packets " OUT("a", "1") " " BACK ";"
	    "2:push end=close = closed; keys 0"),
	/* What is not for it to keep is not kept. */
	ROW(START LOST "W:push joined=/n$S volatile 42/n,[\"v\"] = ok;"
	    "W:push joined=/n$S 43/n,0[] = ok;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok #0"),
	/* No session for anything else. */
	ROW(START LOST "poll 1 = gone; look 1 = stale; begin 1 = gone;"
	    "join /n S r = gone; leave /n S r = gone; ask /n x = gone;"
	    "tick = wait; redis HGET e:s1 st = d"),
	/* Also while its last word waits for the held GET. */
	ROW(START "poll 1 = park; " LOST "W:push joined=/n$S " EV("a") " = ok;"
	    "look 1 = packets 1; W:push joined=/n$S " EV("b") " = ok;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok #2"),
	/* Given up after the window: no key is left. */
	ROW(START "join /n S r = ok; push msg=m rev=1 " EV("a") " = ok; " LOST
	    "tick = wait; keep -5; tick = gone; keys 0"),
	ROW(START "join /n S r = ok; poll 1 = park; " LOST "keep -5;"
	    "tick = gone; redis EXISTS room:/n,r = 0; redis EXISTS p:" P1
	    " = 0; redis ZCARD due:03 = 0; look 1 = packets 1; keys 0"),
	ROW("open = ok; push ns=+/n$S$" P1 "|+/m$T$" P2 "| = ok; " LOST
	    "2:open = ok; 2:recover " P1 " /n 0 = ok; keep -5; tick = gone;"
	    "redis EXISTS p:" P2 " = 0; redis EXISTS e:s1 = 0;"
	    "2:push end=close = closed; keys 0"),
	/* A socket that cannot come back is gone at once. */
	ROW("open = ok; push ns=+/n$S| = ok; join /n S r = ok; " LOST "keys 0"),
	ROW("open = ok; push ns=+/n$S|+/m$T$" P2 "| = ok; join /n S r = ok;"
	    LOST "redis EXISTS room:/n, = 0; redis EXISTS room:/n,r = 0;"
	    "redis HGET e:s1 ns = /m$T$" P2 "|; redis HSTRLEN e:s1 rm = 0"),
	/* Acks and parts of packets do not survive. */
	ROW(START "ask /n x = ok; push parts=60000 part=451-/n,[] = ok; " LOST
	    "redis EXISTS b:s1 = 0; 2:open = ok; 2:recover " P1 " /n 0 = ok;"
	    "2:acked /n 0 = gone; 2:begin 1 = ok"),
};

static const struct row SNAPSHOTS[] = {
	/* Of a message only the newest is kept; its number has no successor. */
	ROW(START "push msg=m rev=1 " EV("a") " = ok; push " EV("e") " = ok;"
	    "push msg=m rev=2 " EV("b") " = ok; push msg=k rev=1 " EV("k")
	    " = ok; push msg=m rev=3 " EV("c") " = ok;"
	    "redis HGET p:" P1 " n = 3; " LOST "2:open = ok;"
	    "2:recover " P1 " /n 0 = ok #3;"
	    "2:poll 1 = packets " OUT("e", "2") " " OUT("k", "4") " "
	    OUT("c", "5") " " BACK),
	/* A gap that is none: its client lacks nothing. */
	ROW(START "push msg=m rev=1 " EV("a") " = ok;"
	    "push msg=m rev=2 " EV("b") " = ok; " LOST "2:open = ok;"
	    "2:recover " P1 " /n 0 = ok #1"),
	/* While it is away, and over a recovery. */
	ROW(START "push msg=m rev=1 " EV("a") " = ok; " LOST
	    "push joined=/n$S msg=m rev=2 " EV("b") " = ok;"
	    "push joined=/n$S msg=m rev=2 " EV("x") " = old;"
	    "push joined=/n$S msg=m rev=1 " EV("x") " = old;"
	    "2:open = ok; 2:recover " P1 " /n 0 = ok #1; queued 0;"
	    "2:push msg=m rev=2 " EV("x") " = old;"
	    "2:push msg=m rev=3 " EV("c") " = ok; redis HGET p:" P1 " n = 1;"
	    "2:poll 1 = packets " OUT("b", "2") " " BACK " " OUT("c", "3")),
	/* A refused one is not numbered. */
	ROW(START "push msg=m rev=2 " EV("a") " = ok;"
	    "push msg=m rev=1 " EV("x") " = old; redis HGET p:" P1 " seq = 1"),
	/* The same once more. */
	ROW(START "push msg=m rev=1 " EV("a") " = ok;"
	    "push msg=m rev=1 again " EV("a") " = ok; redis HGET p:" P1
	    " n = 1"),
	/* The number belongs to the log of the socket that had it. */
	ROW(START "push msg=m rev=1 " EV("a") " = ok;"
	    "push ns=-/n|+/n$T$" P2 "| = ok; push " EV("e") " = ok;"
	    "push msg=m rev=2 " EV("b") " = ok; " LOST "2:open = ok;"
	    "2:recover " P2 " /n 0 = ok #2 (T)"),
};
/* clang-format on */

TEST_ROWS(test_numbers, NUMBERS)
TEST_ROWS(test_recover, RECOVER)
TEST_ROWS(test_refused, REFUSED)
TEST_ROWS(test_takeover, TAKEOVER)
TEST_ROWS(test_dormant, DORMANT)
TEST_ROWS(test_snapshots, SNAPSHOTS)

/* A session that has ended, with a socket that can come back. */
static void
start_dormant(void)
{
	static const struct row ROWS[] = { ROW(START LOST) };

	run_rows(ROWS, 1);
}

/* An event of so many bytes for the socket that is away. */
static void
say(size_t size)
{
	static char bytes[1000100] = "+42/n,[\"";
	const struct slice packet = { bytes, size };
	struct eio_command c;

	memset(bytes + 8, 'x', size - 10);
	bytes[size - 2] = '"';
	bytes[size - 1] = ']';
	eio_store_push(&c, &f.store[PROC_W], E,
	    &(struct eio_push){ .joined = SLICE("/n S"),
		.parts_ms = EIO_PARTS_AS_THEY_ARE,
		.packet = &packet,
		.n = 1 });
	CHECK(verdict(&c, PROC_W) == VERDICT_OK);
}

/* It comes back: how many events it missed, -1 when they are lost. */
static int64_t
come_back(int64_t seen)
{
	const struct slice esid = SLICE("s2");
	struct eio_command c;
	struct eio_answer a;
	int64_t n;

	eio_store_open(&c, &f.store[PROC_A], esid, EIO_V4, true, SLICE_EMPTY);
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	eio_store_recover(
	    &c, &f.store[PROC_A], esid, SLICE(P1), SLICE("/n"), seen);
	a = run(&c, PROC_A);
	n = a.verdict == VERDICT_OK ? a.number : -1;
	eio_answer_fini(&a);
	return n;
}

/* 900 events or 900,000 bytes are kept; without the first of what it has not
 * seen a socket does not come back at all. */
static void
test_bounds(void)
{
	/* "tag001.N" and what is around it, less the mark in front. */
	static const size_t MORE = 11 - 1;
	const struct {
		int line, n;
		size_t size;
		int64_t seen, missed;
	} CASES[] = {
		{ __LINE__, 900, 20, 0, 900 },
		{ __LINE__, 901, 20, 0, -1 },
		{ __LINE__, 901, 20, 1, 900 },
		{ __LINE__, 1400, 20, 499, -1 },
		{ __LINE__, 1400, 20, 500, 900 },
		{ __LINE__, 1400, 20, 1400, 0 },
		{ __LINE__, 2, 450000 - MORE, 0, 2 },
		{ __LINE__, 2, 450001 - MORE, 0, -1 },
		{ __LINE__, 2, 450001 - MORE, 1, 1 },
		{ __LINE__, 5, 300000 - MORE, 1, -1 },
		{ __LINE__, 5, 300000 - MORE, 2, 3 },
		{ __LINE__, 1, 900000 - MORE, 0, 1 },
		{ __LINE__, 1, 900001 - MORE, 0, -1 },
		{ __LINE__, 1, 900001 - MORE, 1, 0 },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		int64_t missed;

		start_dormant();
		for (int k = 0; k < CASES[i].n; k++)
			say(CASES[i].size);
		missed = come_back(CASES[i].seen);
		if (missed != CASES[i].missed)
			(void)printf("# missed %lld\n", (long long)missed);
		CHECK_ROW(CASES[i].line, missed == CASES[i].missed);
		CHECK_ROW(CASES[i].line,
		    eio_fixture_int(&f, "EXISTS {t}:p:" P1) == (missed >= 0));
	}
}

/* All that was kept comes with its CONNECT in one answer. */
static void
test_one_answer(void)
{
	struct eio_command c;
	struct eio_answer a;

	start_dormant();
	for (int i = 0; i < 900; i++)
		say(980);
	CHECK(come_back(0) == 900);
	eio_store_poll(&c, &f.store[PROC_A], SLICE("s2"), 1);
	a = run(&c, PROC_A);
	CHECK(a.verdict == VERDICT_PACKETS && a.n == 901);
	CHECK_SLICE(eio_answer_packet(&a, 900), BACK);
	eio_answer_fini(&a);
}

static bool
lives(const char *key, int64_t ms)
{
	char words[100];
	int64_t left;

	(void)snprintf(words, sizeof(words), "PTTL {t}:%s", key);
	left = eio_fixture_int(&f, words);
	if (left > ms || left < ms - 5000)
		(void)printf("# %s: %lld ms\n", key, (long long)left);
	return left <= ms && left >= ms - 5000;
}

/* 25 s and 20 s of heartbeat, a minute of slack, two minutes of recovery. */
#define WHILE_OPEN   105000
#define WINDOW       120000
#define WHILE_LOST   180000
#define A_MONTH      INT64_C(2592000000)
#define SOON_GONE(k) "redis PEXPIRE " k " 5000 = 1;"

/* What is kept for a socket lives as long as it may come back, not more; each
 * sign of life says so anew. */
static void
test_expiry(void)
{
	static const struct row ROWS[] = {
		ROW("open = ok; push ns=+/n$S$" P1 "| = ok"),
		ROW(START SOON_GONE("p:" P1) "push alive = ok"),
		ROW("open v=3 = ok; push ns=+/n$S$" P1
		    "| = ok;" SOON_GONE("p:" P1) "push alive = ok"),
		ROW(START SOON_GONE("p:" P1) "due -5; poll 1 = packets 2"),
		ROW(START SOON_GONE("p:" P1) "due -5; tick = ok"),
	};

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		run_rows(&ROWS[i], 1);
		CHECK_ROW(ROWS[i].line,
		    lives("p:" P1, WHILE_OPEN + WINDOW) &&
			lives("e:s1", WHILE_OPEN) &&
			lives("room:/n,", A_MONTH));
	}
	start_dormant();
	CHECK(lives("p:" P1, WHILE_LOST) && lives("e:s1", WHILE_LOST));
	CHECK(come_back(0) == 0);
	CHECK(lives("p:" P1, WHILE_OPEN + WINDOW));
	CHECK(lives("e:s2", WHILE_OPEN) && lives("o:s2", WHILE_OPEN));
}

/* Real time: who cleans up is told of it when the window has passed. */
static void
test_window(void)
{
	static const struct row BEFORE[] = { ROW(START
	    "join /n S r = ok; push msg=m rev=1 " EV("a") " = ok;" LOST) };
	struct eio_command c;
	struct eio_answer a;
	int64_t usual = f.store[PROC_A].recovery_ms;

	f.store[PROC_A].recovery_ms = 50;
	run_rows(BEFORE, 1);
	f.store[PROC_A].recovery_ms = usual;
	clock_sleep_ms(60);
	eio_store_sweep(&c, &f.store[PROC_A], SHARD, 1000, 10);
	a = run(&c, PROC_A);
	CHECK(a.n == 1);
	CHECK_SLICE(eio_answer_packet(&a, 0), ESID);
	eio_answer_fini(&a);
	eio_store_tick(&c, &f.store[PROC_A], E);
	CHECK(verdict(&c, PROC_A) == VERDICT_GONE);
	CHECK(eio_fixture_int(&f, "DBSIZE") == 0);
}

int
main(void)
{
	int rc;

	steps_init();
	rc = check_main((struct check_case[]){ CHECK_CASE(test_numbers),
	    CHECK_CASE(test_recover), CHECK_CASE(test_refused),
	    CHECK_CASE(test_takeover), CHECK_CASE(test_dormant),
	    CHECK_CASE(test_snapshots), CHECK_CASE(test_bounds),
	    CHECK_CASE(test_one_answer), CHECK_CASE(test_expiry),
	    CHECK_CASE(test_window), { NULL, NULL } });
	steps_fini();
	return rc;
}

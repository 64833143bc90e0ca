/*
 * The session scripts, verdict by verdict: histories as text (eio_steps.h). Of
 * recovery there are more in test_eio_recover.c.
 */
#include "eio_steps.h"

/* clang-format off */
static const struct row OPEN[] = {
	ROW("poll 1 = gone; keys 0"),
	ROW("open = ok; redis EXISTS e:s1 = 1; leased 0; queued 0;"
	    "redis ZCARD due:03 = 1; keys 2"),
	/* What is known of an unknown session. */
	ROW("look 1 = gone; abort 1 = gone; drain 1 = gone; begin 1 = gone;"
	    "push 4a = gone; push whole 4a = gone; push volatile 4a = gone;"
	    "tick = gone; join /n S r = gone; leave /n S r = gone;"
	    "recover pid /n 0 = gone; ask / x = gone; acked / 0 = gone;"
	    "keys 0"),
};

static const struct row LEASE[] = {
	ROW("open = ok; poll 1 = park (4); leased 1"),
	ROW("open = ok; push 4a = ok; push 4b = ok;"
	    "poll 1 = packets #4 4a 4b; leased 0; queued 0; poll 2 = park"),
	/* A second GET: the first is answered 1, the session is closed. */
	ROW("open = ok; poll 1 = park; wake 0; poll 2 = overlap (ended);"
	    "wake 1; poll 3 = gone (); look 1 = packets () 1; keys 0"),
	ROW("open = ok; poll 1 = park; B:poll 2 = overlap; wake 1;"
	    "B:poll 3 = gone; look 1 = packets 1; keys 0"),
	/* The same token is no excuse. */
	ROW("open = ok; poll 1 = park; poll 1 = overlap"),
	/* A push of the holder takes the packets for it, others wake it. */
	ROW("open = ok; poll 7 = park; push 4a = deliver #4 (7) 4a; leased 0;"
	    "wake 0; queued 0; look 7 = stale"),
	ROW("open = ok; poll 7 = park; B:push 4a = ok; wake 7; leased 7;"
	    "look 7 = packets 4a; leased 0; look 7 = stale"),
	ROW("open = ok; poll 7 = park; W:push 4a = ok; wake 7;"
	    "W:push 4b = ok; look 7 = packets 4a 4b"),
	/* Packets left by another process go with the holder's push. */
	ROW("open = ok; poll 7 = park; W:push 4a = ok;"
	    "push 4b = deliver #4 (7) 4a 4b; queued 0"),
	/* A push of nothing to a held poll delivers nothing. */
	ROW("open = ok; poll 7 = park; push = ok; leased 7; wake 0"),
	ROW("open = ok; poll 7 = park; look 7 = wait; leased 7;"
	    "look 8 = stale; leased 7"),
	/* The tokens of two processes may be equal numbers. */
	ROW("open = ok; poll 7 = park; B:look 7 = stale; B:abort 7 = stale;"
	    "B:drain 7 = stale; leased 7; W:push 4a = ok;"
	    "B:look 7 = stale; look 7 = packets 4a"),
	/* A poll released elsewhere and taken up by another process. */
	ROW("open = ok; poll 7 = park; push 4a = deliver (7) 4a;"
	    "B:poll 7 = park; abort 7 = stale; look 7 = stale;"
	    "B:look 7 = wait"),
	ROW("open = ok; poll 7 = park; drain 7 = packets 6; leased 0;"
	    "drain 7 = stale; B:poll 1 = park"),
	ROW("open = ok; poll 7 = park; W:push 4a = ok; drain 7 = packets 4a"),
	ROW("open = ok; push ns=+/n$S1| = ok; poll 7 = park;"
	    "abort 7 = closed (ended); keys 0; wake 0; abort 7 = gone"),
};

static const struct row POST[] = {
	ROW("open who = ok; begin 1 = ok (4$who|); push post=1 = ok;"
	    "begin 2 = ok; push post=2 4a = ok; poll 1 = packets 4a"),
	/* Two at once: both sides see it and the session is over. */
	ROW("open = ok; begin 1 = ok; begin 2 = overlap (ended); keys 0;"
	    "push post=1 = gone"),
	ROW("open = ok; poll 9 = park; begin 1 = ok; B:begin 2 = overlap;"
	    "wake 9; look 9 = packets 1; keys 0"),
	ROW("open = ok; begin 1 = ok; push post=2 4a = stale; queued 0;"
	    "push post=1 4a = ok; push post=1 4a = stale; queued 1"),
	ROW("open = ok; push post=1 4a = stale"),
	/* A push that is no POST does not end one. */
	ROW("open = ok; begin 1 = ok; W:push 4a = ok; push post=1 4b = ok;"
	    "poll 1 = packets 4a 4b"),
	/* The namespaces are what the next POST sees. */
	ROW("open who = ok; begin 1 = ok; push post=1 ns=+/n$S1| 40 = ok;"
	    "begin 2 = ok (4$who|/n$S1|)"),
	ROW("open = ok; push ns=+/n$S1| = ok; push ns=-/n| = ok;"
	    "begin 2 = ok (4$|)"),
};

static const struct row REVISIONS[] = {
	ROW("open = ok; push msg=m rev=1 4a = ok; push msg=m rev=1 4b = old;"
	    "push msg=m rev=0 4c = old; push msg=m rev=2 4d = ok;"
	    "poll 1 = packets 4a 4d"),
	ROW("open = ok; push msg=m rev=5 4a = ok; push msg=n rev=1 4b = ok;"
	    "push msg=n rev=1 again 4c = ok; push msg=m rev=4 again 4d = old;"
	    "poll 1 = packets 4a 4b 4c"),
	/* A refused push leaves a held poll alone. */
	ROW("open = ok; push msg=m rev=2 4a = ok; poll 1 = packets 4a;"
	    "poll 2 = park; push msg=m rev=1 4b = old; leased 2; wake 0"),
	ROW("open = ok; push msg=m rev=2 = ok; push end=close = closed; keys 0"),
};

static const struct row ENDS[] = {
	/* The client closes: a held GET gets a noop, nothing remains. */
	ROW("open = ok; poll 1 = park; W:push 4a = ok;"
	    "push end=noop = closed (ended); wake 1; poll 2 = gone;"
	    "begin 1 = gone; push 4a = gone; look 1 = packets 6; keys 0"),
	ROW("open = ok; push 4a = ok; push end=noop = closed; keys 0"),
	ROW("open = ok; poll 1 = park; push end=close 4z = closed;"
	    "look 1 = packets 1; keys 0; look 1 = gone"),
	ROW("open = ok; push end=close = closed (ended); keys 0"),
	ROW("open = ok; poll 1 = park; push end=lost 4z = closed (ended);"
	    "look 1 = packets 1; keys 0"),
	/* Abort and drain find what was left for the held GET too. */
	ROW("open = ok; poll 1 = park; push end=close = closed;"
	    "abort 1 = packets 1; keys 0"),
	/* The server closes: packets first, then the close packet. */
	ROW("open = ok; push 4a = ok; push end=soft 4b = closed (ended);"
	    "redis ZCARD due:03 = 0;"
	    "push 4c = gone; begin 1 = gone; poll 1 = packets () 4a 4b;"
	    "tick = gone; poll 2 = packets () 1; poll 3 = gone; keys 0"),
	ROW("open = ok; poll 1 = park; push end=soft 4a = closed; wake 1;"
	    "poll 2 = gone; look 1 = packets 4a; leased 0;"
	    "B:poll 3 = packets 1; keys 0"),
	ROW("open = ok; poll 1 = park; push end=soft = closed; wake 1;"
	    "drain 1 = packets 1; keys 0"),
	/* Its sockets leave their rooms with it, however it ends. */
	ROW("open = ok; push ns=+/n$S| = ok; join /n S r = ok; keys 4;"
	    "push end=close = closed; keys 0"),
	ROW("open = ok; push ns=+/n$S|+/m$T| = ok; join /n S r = ok;"
	    "join /m T r = ok; push end=soft = closed; keys 1;"
	    "poll 1 = packets 1; keys 0"),
	ROW("open = ok; begin 1 = ok; join /n S r = ok; begin 2 = overlap;"
	    "keys 0"),
	ROW("open = ok; poll 1 = park; join /n S r = ok; abort 1 = closed;"
	    "keys 0"),
	/* Others stay. */
	ROW("open = ok; join /n S r = ok; 2:open = ok; 2:join /n T r = ok;"
	    "push end=noop = closed; redis HLEN room:/n,r = 1;"
	    "redis HLEN room:/n, = 1; redis HGET room:/n,r T = s2"),
};

static const struct row ROOMS[] = {
	/* The first room brings the socket into its namespace. */
	ROW("open = ok; join /n S r = ok; begin 1 = ok (4$|/n$S|);"
	    "redis HGET room:/n, S = s1; redis HGET room:/n,r S = s1;"
	    "redis HGET e:s1 rm = /n$S$r|"),
	ROW("open = ok; push ns=+/n$S| = ok; join /n S r = ok;"
	    "join /n S rr = ok; join /n S r = ok; leave /n S r = ok;"
	    "leave /n S unknown = ok; redis HGET e:s1 rm = /n$S$rr|;"
	    "redis EXISTS room:/n,r = 0; redis HLEN room:/n,rr = 1"),
	/* Leaving one brings it nowhere. */
	ROW("open = ok; leave /n S r = ok; begin 1 = ok (4$|); keys 2"),
	/* A socket that is overtaken by another of its namespace is nowhere. */
	ROW("open = ok; join /n S r = ok; push ns=-/n|+/n$T| = ok;"
	    "join /n S r = gone; leave /n S r = gone;"
	    "redis EXISTS room:/n,r = 0; push end=noop = closed; keys 0"),
	/* A room whose line ends as another's is another. */
	ROW("open = ok; join a/n S r = ok; join /n S r = ok;"
	    "leave /n S r = ok; redis HGET e:s1 rm = a/n$S$r|"),
	ROW("open = ok; join a/n S r = ok; leave /n S r = ok;"
	    "join /n S r = ok; redis HGET e:s1 rm = a/n$S$r|/n$S$r|"),
	/* Leaving a namespace is leaving its rooms. */
	ROW("open = ok; push ns=+/n$S|+/m$T| = ok; join /n S a = ok;"
	    "join /m T b = ok; join /n S c = ok; push ns=-/n| = ok;"
	    "redis HGET e:s1 rm = /m$T$b|; redis HGET e:s1 ns = /m$T|;"
	    "redis EXISTS room:/n, = 0; redis EXISTS room:/n,a = 0;"
	    "redis EXISTS room:/n,c = 0; redis HLEN room:/m,b = 1;"
	    "push end=noop = closed; keys 0"),
	/* Patterns of Lua are no patterns here. */
	ROW("open = ok; push ns=+/n$S| = ok; join /n S .* = ok;"
	    "join /n S %a+ = ok; leave /n S .+ = ok; leave /n S %a+ = ok;"
	    "redis HGET e:s1 rm = /n$S$.*|; push end=noop = closed; keys 0"),
};

static const struct row NAMESPACES[] = {
	/* In order: left, joined anew by another socket. */
	ROW("open = ok; push ns=+/n$S| = ok; join /n S r = ok;"
	    "push ns=-/n|+/n$T| = ok; begin 1 = ok (4$|/n$T|);"
	    "redis HGET room:/n, S = -; redis HGET room:/n, T = s1;"
	    "redis EXISTS room:/n,r = 0"),
	ROW("open = ok; push ns=+/n$S|-/n| = ok; begin 1 = ok (4$|); keys 2"),
	/* The other way round: it was joined already, and is left. */
	ROW("open = ok; push ns=+/n$S| = ok; push ns=+/n$T|-/n| = ok;"
	    "begin 1 = ok (4$|); keys 2"),
	ROW("open = ok; push ns=-/n|-/m| = ok; begin 1 = ok (4$|)"),
	ROW("open = ok; push ns=+/n$S$pid|+/m$T| = ok;"
	    "begin 1 = ok (4$|/n$S$pid|/m$T|); redis EXISTS p:pid = 1;"
	    "push post=1 ns=-/n| = ok; redis EXISTS p:pid = 0"),
	/* One whose name begins as another's. */
	ROW("open = ok; push ns=+/nn$S|+/n$T| = ok; push ns=-/n| = ok;"
	    "begin 1 = ok (4$|/nn$S|)"),
	ROW("open = ok; push ns=+/$S|+/n$T| = ok; push ns=-/| = ok;"
	    "begin 1 = ok (4$|/n$T|)"),
};

/* A POST in one step. */
static const struct row WHOLE[] = {
	ROW("open = ok; push whole 4a = ok; push whole = ok;"
	    "poll 1 = packets 4a; poll 2 = park;"
	    "push whole 4b = deliver #4 (2) 4b"),
	ROW("open = ok; B:poll 2 = park; push whole 4b = ok; wake 2"),
	ROW("push whole 4a = gone (); keys 0"),
	/* The session must be as its process remembers it. */
	ROW("open = ok; push ns=+/n$S| = ok;"
	    "push whole v=4 joined=/n$S 4a = ok;"
	    "push whole v=3 joined=/n$S 4x = changed ();"
	    "push whole v=4 joined=/n$T 4x = changed ();"
	    "push whole v=4 joined=/n$SS 4x = changed ();"
	    "push whole v=4 joined=/m$S 4x = changed ();"
	    "push whole v=4 joined=!/n 4x = changed ();"
	    "push whole v=4 joined=/n$S|!/n 4x = changed ();"
	    "push whole v=4 joined=/n$S|!/nn|!/ 4b = ok;"
	    "poll 1 = packets 4a 4b"),
	ROW("open v=30 = ok; push ns=+/n$S$pid|+/m$T| = ok;"
	    "push whole v=30 joined=/n$S|/m$T 4a = ok;"
	    "push whole v=30 joined=/m$T|/n$T 4a = changed;"
	    "push whole v=3 4a = changed; queued 1"),
	/* A refusal changes nothing. */
	ROW("open = ok; due -5; poll 1 = packets 2;"
	    "push whole alive joined=/n$S ns=+/m$T| end=close = changed;"
	    "redis HGET e:s1 ping = 1; begin 1 = ok (4$|)"),
	/* Parts of a packet are awaited: only begin has them. */
	ROW("open = ok; push parts=60000 part=451-[] = ok;"
	    "push whole 4a = changed; begin 1 = ok 451-[]"),
	/* Another POST is in progress: both are over. */
	ROW("open = ok; poll 7 = park; begin 1 = ok;"
	    "push whole 4a = overlap (ended); wake 7; push post=1 = gone;"
	    "look 7 = packets 1; keys 0"),
	/* Overlap comes before what it demands, time before both. */
	ROW("open = ok; begin 1 = ok; push whole v=3 4a = overlap (ended)"),
	ROW("open = ok; begin 1 = ok; cto -5; push whole 4a = gone (ended);"
	    "keys 0"),
	/* It leaves no lease. */
	ROW("open = ok; push whole 4a = ok; begin 1 = ok"),
	ROW("open = ok; push ns=+/n$S| = ok; push whole end=noop = closed;"
	    "keys 0"),
};

static const struct row ELSEWHERE[] = {
	/* What comes from elsewhere is for a socket that is there. */
	ROW("open = ok; push ns=+/n$S| = ok; W:push joined=/n$S 4a = ok;"
	    "W:push joined=/n$T 4x = gone (); W:push joined=/m$S 4x = gone ();"
	    "queued 1"),
	/* Volatile: for a GET that is held, with nothing before it. */
	ROW("open = ok; push volatile 4v = ok; queued 0; poll 1 = park;"
	    "push volatile 4v = deliver (1) 4v; push volatile 4v = ok;"
	    "poll 1 = park"),
	ROW("open = ok; poll 1 = park; W:push volatile 4v = ok; wake 1;"
	    "W:push volatile 4w = ok; look 1 = packets 4v"),
	ROW("open = ok; push 4a = ok; push volatile 4v = ok;"
	    "poll 1 = packets 4a"),
	ROW("open = ok; push volatile joined=/n$S 4v = gone"),
};

/* A binary packet that is not complete. */
static const struct row PARTS[] = {
	ROW("open who = ok; push parts=60000 part=451-[\"a\"] = ok;"
	    "begin 1 = ok (4$who|) 451-[\"a\"];"
	    "push post=1 parts=60000 4x part=452-[] part=AQI= = ok;"
	    "begin 2 = ok 452-[] AQI=; push post=2 parts=0 4y = ok;"
	    "begin 3 = ok (4$who|); redis EXISTS b:s1 = 0;"
	    "redis HGET e:s1 bin = 0; poll 1 = packets 4x 4y"),
	/* A push that says nothing of them leaves them. */
	ROW("open = ok; push parts=60000 part=451-[] = ok; push 4a = ok;"
	    "W:push 4b = ok; begin 1 = ok 451-[]"),
	/* The rest must come in time. */
	ROW("open raw = ok; push parts=60000 part=451-[] = ok; bin -5;"
	    "begin 1 = gone (ended); keys 0"),
	ROW("open raw = ok; poll 1 = park; push parts=60000 part=451-[] = ok;"
	    "look 1 = wait; bin -5; look 1 = packets (ended) 1; keys 0"),
	ROW("open raw = ok; push parts=60000 part=451-[] = ok; tick = wait;"
	    "bin -5; tick = closed (ended); keys 0"),
	ROW("open raw = ok; push parts=60000 part=451-[] = ok;"
	    "push end=close = closed; keys 0"),
	ROW("open raw = ok; push parts=60000 part=451-[] = ok;"
	    "push end=soft = closed; poll 1 = packets 1; keys 0"),
};

static const struct row VERSION_3[] = {
	/* The client pings; all that the session has is an end. */
	ROW("open v=3 who = ok; begin 1 = ok (3$who|); redis HGET e:s1 ping"
	    " = 1; poll 1 = park (3); look 1 = wait"),
	ROW("open v=30 = ok; begin 1 = ok (30$|); poll 1 = park (30)"),
	ROW("open v=3 = ok; poll 7 = park; push alive 3 = deliver #3 (7) 3;"
	    "push 4a = ok; poll 1 = packets #3 4a"),
	ROW("open v=30 = ok; poll 7 = park; push 4a = deliver #30 (7) 4a"),
	ROW("open v=3 raw = ok; due -5; poll 1 = gone (ended); keys 0"),
	ROW("open v=3 raw = ok; due -5; begin 1 = gone (ended); keys 0"),
	ROW("open v=3 raw = ok; due -5; push whole = gone (ended); keys 0"),
	ROW("open v=30 raw = ok; due -5; tick = closed (ended); keys 0"),
	ROW("open v=3 raw = ok; poll 1 = park; due -5;"
	    "look 1 = packets #3 (ended) 1; keys 0"),
	/* Its ping moves the end. */
	ROW("open v=3 raw = ok; begin 1 = ok; due 1000;"
	    "push post=1 alive 3 = ok; tick = wait; sleep 2; poll 1 = packets 3;"
	    "poll 2 = park; look 2 = wait"),
	ROW("open v=3 = ok; push end=soft 4a = closed; poll 1 = packets #3 4a;"
	    "poll 2 = packets #3 1; keys 0"),
	/* No namespace in time holds here, too. */
	ROW("open v=3 = ok; cto -5; poll 1 = gone (ended); keys 0"),
};

static const struct row ACKS[] = {
	ROW("open = ok; ask / one = ok #0; ask / two = ok #1;"
	    "acked / 1 = ok (two); acked / 1 = gone; acked / 2 = gone;"
	    "acked /n 0 = gone; acked / 0 = ok (one); acked / 0 = gone"),
	ROW("open = ok; acked / -1 = gone; acked / 9007199254740991 = gone"),
	/* Numbers are the session's, what is owed is the namespace's. */
	ROW("open = ok; push ns=+/$S|+/n$T| = ok; ask / a = ok #0;"
	    "ask /n b = ok #1; push ns=-/n| = ok; acked /n 1 = gone;"
	    "acked / 0 = ok (a)"),
	/* In time, and not. */
	ROW("open = ok; ask / a 60000 = ok #0; ask / b 1 = ok #1; sleep 3;"
	    "acked / 1 = gone; acked / 0 = ok (a)"),
	ROW("open who = ok; push ns=+/n$S| = ok; ask /n one$more 1 = ok #0;"
	    "ask /n two = ok #1; ask /n three 60000 = ok #2; sleep 3;"
	    "tick = asks (4$who|/n$S|) /n$0$one$more; tick = wait;"
	    "acked /n 0 = gone; acked /n 1 = ok (two); acked /n 2 = ok (three)"),
	/* The due set knows the first of them. */
	ROW("open raw = ok; ask / a 60000 = ok; ask / b 1 = ok; sleep 3;"
	    "tick = asks /$1$b; ask / c 1 = ok; sleep 3; tick = asks /$2$c;"
	    "tick = wait; acked / 0 = ok (a)"),
	/* Whose socket has left owes nothing. */
	ROW("open = ok; push ns=+/n$S| = ok; ask /n a 1 = ok; sleep 3;"
	    "push ns=-/n| = ok; tick = asks; tick = wait"),
	/* A held GET has nothing to say of it. */
	ROW("open = ok; poll 1 = park; ask / a 1 = ok; sleep 3; look 1 = wait;"
	    "redis HGET e:s1 lt = 1; tick = asks /$0$a"),
	ROW("open = ok; ask / a 1 = ok; push end=noop = closed; keys 0"),
};

static const struct row TIMES[] = {
	/* The ping is due: for a poll that comes, is held, or is absent. */
	ROW("open = ok; due -5; poll 1 = packets #4 () 2; leased 0;"
	    "poll 2 = park"),
	ROW("open = ok; poll 1 = park; due -5; look 1 = packets #4 () 2;"
	    "leased 0"),
	ROW("open = ok; due -5; tick = ok; queued 1; poll 1 = packets 2"),
	ROW("open = ok; poll 1 = park; due -5; tick = ok; wake 1;"
	    "look 1 = packets 2"),
	ROW("open = ok; due -5; tick = ok; tick = wait; queued 1"),
	/* Packets go before a ping that is due. */
	ROW("open = ok; push 4a = ok; due -5; poll 1 = packets 4a;"
	    "poll 2 = packets 2"),
	/* The pong came, or did not. */
	ROW("open = ok; due -5; poll 1 = packets 2; begin 1 = ok;"
	    "push post=1 alive = ok; poll 2 = park; tick = wait"),
	ROW("open = ok; due -5; poll 1 = packets 2; due -5;"
	    "poll 2 = gone (ended); keys 0"),
	ROW("open = ok; due -5; poll 1 = packets 2; poll 2 = park;"
	    "due -5; look 2 = packets #4 (ended) 1; keys 0"),
	ROW("open = ok; due -5; poll 1 = packets 2; due -5;"
	    "begin 2 = gone (ended); keys 0"),
	ROW("open = ok; due -5; poll 1 = packets 2; due -5;"
	    "tick = closed (ended); keys 0"),
	ROW("open = ok; due -5; poll 1 = packets 2; poll 2 = park;"
	    "due -5; tick = closed (ended); wake 2; look 2 = packets 1;"
	    "keys 0"),
	/* Expiry and abort: the abort ends it either way. */
	ROW("open = ok; poll 2 = park; cto -5; abort 2 = closed; keys 0"),
	/* Nobody was there to send the ping: too late for it too. */
	ROW("open = ok; due -20001; poll 1 = gone (ended); keys 0"),
	ROW("open = ok; poll 1 = park; due -20001; look 1 = packets 1; keys 0"),
	ROW("open = ok; due -20001; tick = closed (ended); keys 0"),
	ROW("open = ok; due -19000; tick = ok; poll 1 = packets 2"),
	/* No namespace in time. */
	ROW("open = ok; cto -5; poll 1 = gone (ended); keys 0"),
	ROW("open = ok; cto -5; tick = closed; keys 0"),
	ROW("open = ok; poll 1 = park; cto -5; look 1 = packets 1; keys 0"),
	ROW("open = ok; push ns=+/n$S| = ok; redis HGET e:s1 cto = 0;"
	    "poll 1 = park; look 1 = wait"),
	ROW("open raw = ok; redis HGET e:s1 cto = 0"),
	/* A deadline after which somebody must look is in the due set. */
	ROW("open = ok; due 5000; tick = wait; redis ZCARD due:03 = 1"),
	ROW("open = ok; push end=soft = closed; tick = gone;"
	    "redis ZCARD due:03 = 0"),
};
/* clang-format on */

TEST_ROWS(test_open, OPEN)
TEST_ROWS(test_lease, LEASE)
TEST_ROWS(test_post, POST)
TEST_ROWS(test_revisions, REVISIONS)
TEST_ROWS(test_ends, ENDS)
TEST_ROWS(test_rooms, ROOMS)
TEST_ROWS(test_namespaces, NAMESPACES)
TEST_ROWS(test_whole, WHOLE)
TEST_ROWS(test_elsewhere, ELSEWHERE)
TEST_ROWS(test_parts, PARTS)
TEST_ROWS(test_version_3, VERSION_3)
TEST_ROWS(test_acks, ACKS)
TEST_ROWS(test_times, TIMES)

int
main(void)
{
	int rc;

	steps_init();
	rc = check_main((struct check_case[]){ CHECK_CASE(test_open),
	    CHECK_CASE(test_lease), CHECK_CASE(test_post),
	    CHECK_CASE(test_revisions), CHECK_CASE(test_ends),
	    CHECK_CASE(test_rooms), CHECK_CASE(test_namespaces),
	    CHECK_CASE(test_whole), CHECK_CASE(test_elsewhere),
	    CHECK_CASE(test_parts), CHECK_CASE(test_version_3),
	    CHECK_CASE(test_acks), CHECK_CASE(test_times), { NULL, NULL } });
	steps_fini();
	return rc;
}

#include "io/queue.h"

#include <stdio.h>
#include <string.h>

#include "io/rds_keys.h"
#include "io/wake.h"

#define KEY_SIZE 160
/* How many tickets one promotion or reclaim moves: short scripts. */
#define STEP "100"
/* Steps of one search for a ticket left behind: 1,000 entries or so. */
#define RECLAIM_STEPS 100
/* Commands of one round trip, and their memory. */
#define PIPELINE 32
#define ACKS     500
/* What blocks in Redis may take this much longer before we give up on it. */
#define BLOCK_GRACE_MS 2000

struct found {
	struct queue_ticket *ticket;
	bool got;
};

static void
keys(const struct queue *q, char jobs[static KEY_SIZE],
    char later[static KEY_SIZE])
{
	const char *name = q->lane == QUEUE_QUICK ? "quick" : "jobs";

	(void)snprintf(jobs, KEY_SIZE, KEYS_JOBS, q->prefix, name);
	(void)snprintf(later, KEY_SIZE, KEYS_LATER, q->prefix, name);
}

static void
cancels_key(const struct queue *q, char key[static KEY_SIZE])
{
	(void)snprintf(key, KEY_SIZE, KEYS_CANCELS, q->prefix);
}

static int
run(const struct queue *q, const struct rds_command *c, int64_t *number,
    struct err *e)
{
	struct redisReply *reply = rds_call(q->rds, c, e);

	if (reply == NULL)
		return -1;
	if (number != NULL)
		*number = rds_int(reply);
	rds_reply_free(reply);
	return 0;
}

int
queue_add(
    const struct queue *q, struct slice job, int64_t delay_ms, struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE], number[24];
	struct rds_command c;
	int64_t now;

	keys(q, jobs, later);
	if (delay_ms <= 0) {
		c = rds_command("XADD", jobs, "*", "id", NULL);
		rds_word(&c, job);
		return run(q, &c, NULL, e);
	}
	/* Redis keeps the time: clocks of machines do not matter. */
	if (rds_now(q->rds, &now, e) != 0)
		return -1;
	c = rds_command("ZADD", later, NULL);
	rds_word_int(&c, now + delay_ms, number);
	rds_word(&c, job);
	return run(q, &c, NULL, e);
}

static int
add_piece(
    const struct queue *q, const struct slice *jobs, size_t n, struct err *e)
{
	char stream[KEY_SIZE], later[KEY_SIZE];
	struct rds_command c[PIPELINE];
	struct redisReply *replies[PIPELINE];
	int rc = 0;

	keys(q, stream, later);
	for (size_t i = 0; i < n; i++) {
		c[i] = rds_command("XADD", stream, "*", "id", NULL);
		rds_word(&c[i], jobs[i]);
	}
	if (rds_pipeline(q->rds, c, (int)n, replies, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (rds_is_error(replies[i]))
			rc = -1;
		rds_reply_free(replies[i]);
	}
	return rc == 0 ? 0
		       : err_set(e, ERR_UNAVAILABLE, "Redis took no ticket.");
}

int
queue_add_many(
    const struct queue *q, const struct slice *jobs, size_t n, struct err *e)
{
	for (size_t at = 0; at < n; at += PIPELINE)
		if (add_piece(q, jobs + at,
			n - at < PIPELINE ? n - at : PIPELINE, e) != 0)
			return -1;
	return 0;
}

static int
make_group(const struct queue *q, const char *jobs, struct err *e)
{
	struct rds_command c = rds_command(
	    "XGROUP", "CREATE", jobs, KEYS_GROUP, "0", "MKSTREAM", NULL);
	struct redisReply *reply;

	/* BUSYGROUP, somebody was faster, is as good. */
	if (rds_pipeline(q->rds, &c, 1, &reply, e) != 0)
		return -1;
	rds_reply_free(reply);
	return 0;
}

/*
 * One entry: {id, {"id", JOB}}. False when it is no ticket of ours; its id is
 * there all the same, for queue_ack() to throw it out.
 */
static bool
read_entry(const struct redisReply *entry, struct queue_ticket *t)
{
	struct slice id =
	    slice_sub(rds_text(rds_at(entry, 0)), 0, sizeof(t->entry) - 1);
	struct slice job = rds_text(rds_at(rds_at(entry, 1), 1));

	(void)snprintf(t->entry, sizeof(t->entry), "%.*s", SLICE_ARG(id));
	(void)snprintf(t->job, sizeof(t->job), "%.*s",
	    SLICE_ARG(slice_sub(job, 0, sizeof(t->job) - 1)));
	return job.n == sizeof(t->job) - 1 && strlen(t->job) == job.n;
}

static struct redisReply *
read_group(const struct queue *q, struct slice consumer, int64_t block_ms,
    int64_t max, struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE], number[2][24];
	struct rds_command c;

	keys(q, jobs, later);
	c = rds_command("XREADGROUP", "GROUP", KEYS_GROUP, NULL);
	rds_word(&c, consumer);
	rds_word(&c, SLICE("COUNT"));
	rds_word_int(&c, max, number[0]);
	rds_word(&c, SLICE("BLOCK"));
	rds_word_int(&c, block_ms, number[1]);
	rds_word(&c, SLICE("STREAMS"));
	rds_word(&c, slice_from(jobs));
	rds_word(&c, SLICE(">"));
	return rds_call_blocking(q->rds, &c, block_ms + BLOCK_GRACE_MS, e);
}

static int
reserve(const struct queue *q, struct slice consumer, int64_t block_ms,
    struct queue_ticket *t, size_t *n, struct err *e)
{
	size_t max = *n;
	char jobs[KEY_SIZE], later[KEY_SIZE];
	const struct redisReply *entries;
	struct redisReply *reply;
	int rc = 0;

	*n = 0;
	keys(q, jobs, later);
	reply = read_group(q, consumer, block_ms, (int64_t)max, e);
	if (reply == NULL)
		return strstr(e->msg, "NOGROUP") ? make_group(q, jobs, e) : -1;
	entries = rds_at(rds_at(reply, 0), 1);
	for (size_t i = 0; rc == 0 && i < rds_count(entries) && i < max; i++)
		if (read_entry(rds_at(entries, i), &t[*n]))
			++*n;
		else
			rc = queue_ack(q, &t[*n], e);
	rds_reply_free(reply);
	return rc;
}

int
queue_reserve(const struct queue *q, struct slice consumer, int64_t block_ms,
    struct queue_ticket *t, bool *got, struct err *e)
{
	size_t n = 1;
	int rc = reserve(q, consumer, block_ms, t, &n, e);

	*got = n != 0;
	return rc;
}

int
queue_reserve_many(const struct queue *q, struct slice consumer,
    int64_t block_ms, struct queue_ticket *t, size_t *n, struct err *e)
{
	*n = QUEUE_BATCH;
	return reserve(q, consumer, block_ms, t, n, e);
}

static int
ack_piece(const struct queue *q, const struct queue_ticket *t, size_t n,
    struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE];
	struct slice entries[ACKS];
	struct rds_command c[2];
	struct redisReply *replies[2];

	keys(q, jobs, later);
	for (size_t i = 0; i < n; i++)
		entries[i] = slice_from(t[i].entry);
	c[0] = rds_command("XACK", jobs, KEYS_GROUP, NULL);
	c[1] = rds_command("XDEL", jobs, NULL);
	c[0].more = c[1].more = entries;
	c[0].n_more = c[1].n_more = (int)n;
	if (rds_pipeline(q->rds, c, 2, replies, e) != 0)
		return -1;
	rds_reply_free(replies[0]);
	rds_reply_free(replies[1]);
	return 0;
}

int
queue_ack_many(const struct queue *q, const struct queue_ticket *t, size_t n,
    struct err *e)
{
	for (size_t at = 0; at < n; at += ACKS)
		if (ack_piece(q, t + at, n - at < ACKS ? n - at : ACKS, e) != 0)
			return -1;
	return 0;
}

int
queue_ack(const struct queue *q, const struct queue_ticket *t, struct err *e)
{
	return queue_ack_many(q, t, 1, e);
}

int
queue_promote(const struct queue *q, struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE];
	struct rds_command c = { .script = RDS_PROMOTE };

	keys(q, jobs, later);
	rds_word(&c, SLICE("2"));
	rds_word(&c, slice_from(later));
	rds_word(&c, slice_from(jobs));
	rds_word(&c, SLICE(STEP));
	return run(q, &c, NULL, e);
}

/* One step of the scan from `cursor`, which moves on; "0-0" is its end. */
static int
claim_from(const struct queue *q, struct slice consumer, int64_t idle_ms,
    char cursor[static 40], struct found *found, struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE], number[24];
	struct rds_command c;
	struct redisReply *reply;
	const struct redisReply *entry;
	int rc = 0;

	keys(q, jobs, later);
	c = rds_command("XAUTOCLAIM", jobs, KEYS_GROUP, NULL);
	rds_word(&c, consumer);
	rds_word_int(&c, idle_ms, number);
	rds_word(&c, slice_from(cursor));
	rds_word(&c, SLICE("COUNT"));
	rds_word(&c, SLICE("1"));
	reply = rds_call(q->rds, &c, e);
	(void)snprintf(cursor, 40, "%.*s",
	    SLICE_ARG(slice_sub(rds_text(rds_at(reply, 0)), 0, 39)));
	if (reply == NULL)
		return strstr(e->msg, "NOGROUP") ? make_group(q, jobs, e) : -1;
	entry = rds_at(rds_at(reply, 1), 0);
	if (entry != NULL) {
		found->got = read_entry(entry, found->ticket);
		/* Not a ticket of ours: out with it. */
		if (!found->got)
			rc = queue_ack(q, found->ticket, e);
	}
	rds_reply_free(reply);
	return rc;
}

int
queue_reclaim(const struct queue *q, struct slice consumer, int64_t idle_ms,
    struct queue_ticket *t, bool *got, struct err *e)
{
	struct found found = { t, false };
	char cursor[40] = "0-0";

	*got = false;
	/* Redis looks at some ten entries a step; those in use come first. */
	for (int step = 0; step < RECLAIM_STEPS && !found.got; step++) {
		if (claim_from(q, consumer, idle_ms, cursor, &found, e) != 0)
			return -1;
		if (*cursor == '\0' || strcmp(cursor, "0-0") == 0)
			break;
	}
	*got = found.got;
	return 0;
}

int
queue_tidy(const struct queue *q, int64_t idle_ms, struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE], number[24];
	struct rds_command c = { .script = RDS_JOB_CONSUMERS };

	keys(q, jobs, later);
	rds_word(&c, SLICE("1"));
	rds_word(&c, slice_from(jobs));
	rds_word(&c, SLICE(KEYS_GROUP));
	rds_word_int(&c, idle_ms, number);
	return run(q, &c, NULL, e);
}

int
queue_tell(const struct queue *q, struct slice process, struct slice job,
    struct err *e)
{
	char channel[KEY_SIZE], name[WAKE_PROCESS_SIZE];
	struct rds_command c;

	(void)snprintf(name, sizeof(name), "%.*s",
	    SLICE_ARG(slice_sub(process, 0, sizeof(name) - 1)));
	(void)snprintf(channel, KEY_SIZE, KEYS_WAKE, q->prefix, name);
	c = rds_command("PUBLISH", channel, NULL);
	rds_word(&c, job);
	return run(q, &c, NULL, e);
}

int
queue_cancel(const struct queue *q, struct err *e)
{
	char key[KEY_SIZE];
	struct rds_command c = { .script = RDS_JOB_CANCEL };

	cancels_key(q, key);
	rds_word(&c, SLICE("1"));
	rds_word(&c, slice_from(key));
	return run(q, &c, NULL, e);
}

int
queue_cancels(
    const struct queue *q, int64_t *cancels, bool *fresh, struct err *e)
{
	char key[KEY_SIZE];
	struct rds_command c[2];
	struct redisReply *replies[2];

	cancels_key(q, key);
	c[0] = rds_command("SET", key, "0", "NX", NULL);
	c[1] = rds_command("GET", key, NULL);
	if (rds_pipeline(q->rds, c, 2, replies, e) != 0)
		return -1;
	*fresh = slice_eqs(rds_text(replies[0]), "OK");
	*cancels = rds_int(replies[1]);
	rds_reply_free(replies[0]);
	rds_reply_free(replies[1]);
	return 0;
}

int
queue_depth(const struct queue *q, int64_t *depth, struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE];
	struct rds_command c;

	keys(q, jobs, later);
	c = rds_command("XLEN", jobs, NULL);
	return run(q, &c, depth, e);
}

int
queue_taken(
    const struct queue *q, int64_t *taken, int64_t *later_n, struct err *e)
{
	char jobs[KEY_SIZE], later[KEY_SIZE];
	struct rds_command c[2];
	struct redisReply *replies[2];

	keys(q, jobs, later);
	c[0] = rds_command("XPENDING", jobs, KEYS_GROUP, NULL);
	c[1] = rds_command("ZCARD", later, NULL);
	if (rds_pipeline(q->rds, c, 2, replies, e) != 0)
		return -1;
	/* Without a group nobody has taken any. */
	*taken = rds_int(rds_at(replies[0], 0));
	*later_n = rds_int(replies[1]);
	rds_reply_free(replies[0]);
	rds_reply_free(replies[1]);
	return 0;
}

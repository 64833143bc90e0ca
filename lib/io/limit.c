/*
 * Slots are a sorted set: who has one, and until when. The rate is the generic
 * cell rate algorithm, a token bucket of one number: when the bucket is full
 * again.
 */
#include "io/limit.h"

#include <stddef.h>
#include <stdio.h>

#include "io/clock.h"
#include "io/rds_keys.h"
#include "io/rnd.h"

#define KEY_SIZE 160
/* A worker is dead, or cut off, when it has not renewed a slot for so long. */
#define LEASE_MS 15000
#define KEEP_MS  (LEASE_MS / 4)
/* A slot may be left at any moment; so often it is worth asking. */
#define FULL_MS 200
/* What a provider may ask for at most, as for a job (RETRY_AFTER_MAX_MS). */
#define PAUSE_MAX_MS 3600000
#define MINUTE_US    60000000

static const struct {
	const char *name;
	size_t concurrency, per_minute; /* where conf has them */
} TABLE[LIMIT__MAX] = {
	[LIMIT_LLM] = { "llm", offsetof(struct conf, llm_concurrency),
	    offsetof(struct conf, llm_per_minute) },
	[LIMIT_EDGE] = { "edge", offsetof(struct conf, edge_concurrency),
	    offsetof(struct conf, edge_per_minute) },
	[LIMIT_VIDEODB] = { "videodb",
	    offsetof(struct conf, videodb_concurrency),
	    offsetof(struct conf, videodb_per_minute) },
};

static struct slice
slots_key(char key[static KEY_SIZE], const struct limits *l,
    enum limit_provider provider)
{
	(void)snprintf(
	    key, KEY_SIZE, KEYS_LIMIT_SLOTS, l->prefix, TABLE[provider].name);
	return slice_from(key);
}

static struct slice
rate_key(char key[static KEY_SIZE], const struct limits *l,
    enum limit_provider provider)
{
	(void)snprintf(
	    key, KEY_SIZE, KEYS_LIMIT_RATE, l->prefix, TABLE[provider].name);
	return slice_from(key);
}

static int64_t
setting(const struct limits *l, size_t offset)
{
	return *(const int64_t *)(const void *)((const char *)l->conf + offset);
}

/* What nobody has to hear of: it ends by itself. */
static void
run(const struct limits *l, const struct rds_command *c)
{
	struct err e = ERR_INIT;

	rds_reply_free(rds_call(l->rds, c, &e));
}

/* Many that wait do not come back together. */
static int64_t
jitter(int64_t ms)
{
	uint32_t random;

	rnd_bytes(&random, sizeof(random));
	return ms + random % (ms / 4 + 20);
}

/* Calls that may come at once, and the time between two in the long run: in no
 * minute are there more than `per_minute`. */
static void
rate(int64_t per_minute, int64_t *burst, int64_t *interval_us)
{
	*burst = per_minute / LIMIT_BURST;
	if (*burst < 1)
		*burst = 1;
	*interval_us = per_minute == 0
	    ? 0
	    : (MINUTE_US + per_minute - *burst) / (per_minute - *burst + 1);
}

int
limit_enter(const struct limits *l, enum limit_provider provider,
    struct limit_slot *slot, int64_t *wait_ms, struct err *e)
{
	int64_t concurrency = setting(l, TABLE[provider].concurrency);
	int64_t per_minute = setting(l, TABLE[provider].per_minute);
	struct rds_command c = { .script = RDS_LIMIT_ENTER };
	char numbers[5][24], holder[sizeof(slot->holder)];
	int64_t burst, interval_us;
	struct redisReply *reply;
	char slots[KEY_SIZE], rates[KEY_SIZE];

	*wait_ms = 0;
	*slot = (struct limit_slot){ .provider = provider };
	rate(per_minute, &burst, &interval_us);
	rnd_id(holder, sizeof(holder) - 1);
	rds_word(&c, SLICE("2"));
	rds_word(&c, slots_key(slots, l, provider));
	rds_word(&c, rate_key(rates, l, provider));
	rds_word(&c, slice_from(holder));
	rds_word_int(&c, concurrency, numbers[0]);
	rds_word_int(&c, LEASE_MS, numbers[1]);
	rds_word_int(&c, interval_us, numbers[2]);
	rds_word_int(&c, burst, numbers[3]);
	rds_word_int(&c, FULL_MS, numbers[4]);
	reply = rds_call(l->rds, &c, e);
	if (reply == NULL)
		return -1;
	*wait_ms = rds_int(reply);
	rds_reply_free(reply);
	if (*wait_ms > 0) {
		*wait_ms = jitter(*wait_ms);
		return 0;
	}
	slot->keep_ms = clock_mono_ms() + KEEP_MS;
	if (concurrency > 0)
		(void)snprintf(
		    slot->holder, sizeof(slot->holder), "%s", holder);
	return 0;
}

void
limit_keep(const struct limits *l, struct limit_slot *slot)
{
	struct rds_command c = { .script = RDS_LIMIT_KEEP };
	char number[24];
	char slots[KEY_SIZE];

	if (*slot->holder == '\0' || clock_mono_ms() < slot->keep_ms)
		return;
	rds_word(&c, SLICE("1"));
	rds_word(&c, slots_key(slots, l, slot->provider));
	rds_word(&c, slice_from(slot->holder));
	rds_word_int(&c, LEASE_MS, number);
	run(l, &c);
	slot->keep_ms = clock_mono_ms() + KEEP_MS;
}

void
limit_leave(const struct limits *l, struct limit_slot *slot)
{
	struct rds_command c;
	char slots[KEY_SIZE];

	if (*slot->holder == '\0')
		return;
	(void)slots_key(slots, l, slot->provider);
	c = rds_command("ZREM", slots, slot->holder, NULL);
	run(l, &c);
	*slot->holder = '\0';
}

void
limit_pause(const struct limits *l, enum limit_provider provider, int64_t ms)
{
	struct rds_command c = { .script = RDS_LIMIT_PAUSE };
	char number[24];
	char rates[KEY_SIZE];

	if (ms <= 0)
		return;
	rds_word(&c, SLICE("1"));
	rds_word(&c, rate_key(rates, l, provider));
	rds_word_int(&c, ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS, number);
	run(l, &c);
}

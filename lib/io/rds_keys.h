/**
 * Every key in Redis, in one place. All start with REDIS_PREFIX (%P) and carry
 * a hash tag in braces, so that Redis Cluster can hold them: what one script
 * touches shares a tag.
 *
 *  {%P:SS}:e:ESID   hash   an Engine.IO session: see lua/prelude.lua
 *  {%P:SS}:o:ESID   list   its outbox: encoded packets for the next GET
 *  {%P:SS}:r:ESID   hash   newest revision of each chat message pushed to it
 *  {%P:SS}:due      zset   esid by the time (ms) something must happen to it
 *  {%P:room:NSP:R}  hash   ssid -> esid of the sockets in room R
 *  {%P:q}:jobs      stream tickets, one field "id"; consumer group "workers"
 *  {%P:q}:later     zset   job ids by the time (ms) their ticket is due
 *  {%P}:metrics     hash   counters of all processes
 *  {%P}:gauges      hash   process -> "PARKED TIME": its held polls, then
 *  %P:wake:PROC     channel: "TOKEN", a held poll of that process has packets
 *
 * SS is the shard of a session, 00 to 15, from the first character of its id.
 * Sessions (e, o, r) live for pingInterval + pingTimeout + KEYS_SESSION_SLACK
 * beyond the last sign of life; rooms for KEYS_ROOM_TTL beyond the last join.
 *
 * Layer:  io (Redis)
 */
#ifndef IO_RDS_KEYS_H
#define IO_RDS_KEYS_H

/** Sessions are closed by deadline; this only bounds what was forgotten. */
#define KEYS_SESSION_SLACK_MS 60000
/** A room nobody joined for a month holds nobody. */
#define KEYS_ROOM_TTL_S 2592000

#define KEYS_SHARDS    16
#define KEYS_SESSION   "{%s:%02u}:e:%.*s"
#define KEYS_OUTBOX    "{%s:%02u}:o:%.*s"
#define KEYS_REVISIONS "{%s:%02u}:r:%.*s"
#define KEYS_DUE       "{%s:%02u}:due"
#define KEYS_ROOM      "{%s:room:%.*s:%.*s}"
#define KEYS_JOBS      "{%s:q}:jobs"
#define KEYS_LATER     "{%s:q}:later"
#define KEYS_METRICS   "{%s}:metrics"
#define KEYS_GAUGES    "{%s}:gauges"
#define KEYS_WAKE      "%s:wake:%s"
#define KEYS_GROUP     "workers"

#endif

/**
 * Every key in Redis, in one place. All start with REDIS_PREFIX (%P) and carry
 * a hash tag in braces, so that Redis Cluster can hold them: what one script
 * touches shares a tag.
 *
 *  {%P}:e:ESID     hash   an Engine.IO session: see lua/prelude.lua
 *  {%P}:o:ESID     list   its outbox: encoded packets for the next GET
 *  {%P}:r:ESID     hash   chat message -> "REV N": the newest revision pushed
 *                         to it, and its number in the log; 0: not logged
 *  {%P}:b:ESID     list   a binary packet of which parts are missing
 *  {%P}:p:PID      hash   a socket that can be recovered, and its log
 *  {%P}:due:SS     zset   esid by the time (ms) something must happen to it
 *  {%P}:room:NSP,R hash   ssid -> esid of the sockets in room R; R is empty
 *                         for the whole namespace
 *  {%P:q}:LANE      stream tickets, one field "id"; consumer group "workers";
 *                         LANE is "jobs" or "quick" (queue.h)
 *  {%P:q}:later:LANE zset  job ids by the time (ms) their ticket is due
 *  {%P:q}:cancels   number of cancellations: when it changes, look at the rows
 *  {%P:q}:slots:WHO zset   calls to a provider, by the end (ms) of their lease
 *  {%P:q}:rate:WHO  hash   full (us), pause (ms): see lua/limit_enter.lua
 *  {%P:q}:tokens:W  string tokens used: W is a day since 1970 (UTC), or a job
 *  {%P}:metrics     hash   counters of all processes
 *  {%P}:gauges      hash   process -> "PARKED TIME": its held polls, then
 *  {%P}:wake:PROC  channel: "TOKEN", a held poll of that process has packets;
 *                         a UUID, a job that it may wait for has ended
 *
 * SS is the shard of a session, 00 to 15, from the first character of its id:
 * so that no set grows large. All of the transport is in one slot: a socket
 * that is recovered moves from one session to another in one step.
 * Sessions live for pingInterval + pingTimeout and a minute beyond the last
 * sign of life, what can be recovered for DIRECTOR_RECOVERY_MS more, rooms for
 * a month beyond the last join: deadlines clean up, this bounds what they miss.
 *
 * Layer:  io (Redis)
 */
#ifndef IO_RDS_KEYS_H
#define IO_RDS_KEYS_H

#define KEYS_SHARDS      16
#define KEYS_PREFIX      "{%s}:"
#define KEYS_SESSION     "{%s}:e:%.*s"
#define KEYS_DUE         "{%s}:due:%02u"
#define KEYS_ROOM        "{%s}:room:%.*s,%.*s"
#define KEYS_JOBS        "{%s:q}:%s"
#define KEYS_LATER       "{%s:q}:later:%s"
#define KEYS_CANCELS     "{%s:q}:cancels"
#define KEYS_LIMIT_SLOTS "{%s:q}:slots:%s"
#define KEYS_LIMIT_RATE  "{%s:q}:rate:%s"
#define KEYS_TOKENS      "{%s:q}:tokens:%s"
#define KEYS_METRICS     "{%s}:metrics"
#define KEYS_GAUGES      "{%s}:gauges"
#define KEYS_WAKE        "{%s}:wake:%s"
#define KEYS_GROUP       "workers"

#endif

/**
 * The log: one line an event, key=value, on standard error.
 *
 *      time=2026-01-02T03:04:05.678Z level=info msg=request id=… route=… …
 *
 * The caller that gives up logs, once; those below return a struct err. Values
 * are quoted where they need it and control bytes never pass. Never content,
 * never a secret: session ids are bearer secrets, log_sid() shortens them.
 *
 * Threads: any; a line is one write().
 * Layer:  io
 */
#ifndef IO_LOG_H
#define IO_LOG_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR,
};

/** Characters of a session id that a log shows: enough to find it again. */
#define LOG_SID_SHOWN 8

/** Lowest level written; set once at start. */
void log_set_level(enum log_level least);
bool log_level_known(const char *name);
enum log_level log_level_parse(const char *name);

/** Begin a line; add pairs; log_end() writes and frees it. */
struct log_line {
	enum log_level level;
	struct buf text;
};

struct log_line log_begin(enum log_level level, const char *message);
void log_str(struct log_line *l, const char *key, struct slice value);
void log_int(struct log_line *l, const char *key, int64_t value);
void log_sid(struct log_line *l, const char *key, struct slice sid);
void log_end(struct log_line *l);

/** A line with only a message: `warn` adds errno's text, `warnx` does not. */
void log_info(const char *format, ...) PRINTF(1, 2);
void log_warn(const char *format, ...) PRINTF(1, 2);
void log_warnx(const char *format, ...) PRINTF(1, 2);
/** Log as error and exit 1. */
NORETURN void log_fatal(const char *format, ...) PRINTF(1, 2);

#endif

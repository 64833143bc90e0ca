#include "io/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/clock.h"
#include "proto/timefmt.h"

/* A value longer than this tells nothing more and may be an attack. */
#define LOG_VALUE_MAX 400

static const char *const LEVELS[] = { "debug", "info", "warn", "error" };
static enum log_level least_level = LOG_INFO;

void
log_set_level(enum log_level least)
{
	least_level = least;
}

bool
log_level_known(const char *name)
{
	for (size_t i = 0; i < COUNT(LEVELS); i++)
		if (strcmp(name, LEVELS[i]) == 0)
			return true;
	return false;
}

enum log_level
log_level_parse(const char *name)
{
	for (size_t i = 0; i < COUNT(LEVELS); i++)
		if (strcmp(name, LEVELS[i]) == 0)
			return (enum log_level)i;
	return LOG_INFO;
}

static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7F)
			return false;
	}
	return s.n > 0;
}

static void
add_quoted(struct buf *b, struct slice s)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c < ' ' || c == 0x7F)
			buf_addf(b, "\\x%02x", c);
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

void
log_str(struct log_line *l, const char *key, struct slice value)
{
	if (l->level < least_level)
		return;
	if (value.n > LOG_VALUE_MAX)
		value.n = LOG_VALUE_MAX;
	buf_addf(&l->text, " %s=", key);
	if (is_plain(value))
		buf_add_slice(&l->text, value);
	else
		add_quoted(&l->text, value);
}

void
log_int(struct log_line *l, const char *key, int64_t value)
{
	if (l->level < least_level)
		return;
	buf_addf(&l->text, " %s=%lld", key, (long long)value);
}

void
log_sid(struct log_line *l, const char *key, struct slice sid)
{
	if (sid.n > 0)
		log_str(l, key, slice_sub(sid, 0, LOG_SID_SHOWN));
}

struct log_line
log_begin(enum log_level level, const char *message)
{
	struct log_line l = { level, BUF_INIT };
	char time[TIMEFMT_SIZE];

	if (level < least_level)
		return l;
	timefmt_iso(clock_wall_ms(), time);
	buf_addf(&l.text, "time=%s level=%s", time, LEVELS[level]);
	log_str(&l, "msg", slice_from(message));
	return l;
}

void
log_end(struct log_line *l)
{
	if (l->level >= least_level) {
		buf_addc(&l->text, '\n');
		/* A log that cannot be written has nowhere to be told. */
		if (write(STDERR_FILENO, l->text.p, l->text.n) < 0)
			errno = 0;
	}
	buf_fini(&l->text);
}

static void
line(enum log_level level, int error, const char *format, va_list ap)
{
	struct buf message = BUF_INIT;
	struct log_line l;

	buf_addv(&message, format, ap);
	if (error != 0) {
		char text[128];

		buf_addf(
		    &message, ": %s", strerror_r(error, text, sizeof(text)));
	}
	l = log_begin(level, buf_cstr(&message));
	log_end(&l);
	buf_fini(&message);
}

void
log_info(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line(LOG_INFO, 0, format, ap);
	va_end(ap);
}

void
log_warn(const char *format, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, format);
	line(LOG_WARN, error, format, ap);
	va_end(ap);
}

void
log_warnx(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line(LOG_WARN, 0, format, ap);
	va_end(ap);
}

void
log_fatal(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line(LOG_ERROR, 0, format, ap);
	va_end(ap);
	exit(1); /* NOLINT(concurrency-mt-unsafe): nothing is left to do */
}

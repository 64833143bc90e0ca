/**
 * What rds.c and rds_async.c share. For them alone.
 *
 * Layer:  io (Redis)
 */
#ifndef IO_RDS_INTERNAL_H
#define IO_RDS_INTERNAL_H

#include <hiredis/hiredis.h>

#include "io/rds.h"

struct rds_address {
	char *host; /* or the path of a Unix socket */
	int port;   /* 0: a Unix socket */
};

int rds_address_parse(
    const char *url, struct rds_address *out, struct err *e) MUST_CHECK;

/** The library of all scripts, and whether a reply says that Redis lacks it. */
struct slice rds_library(void);
bool rds_is_missing(const redisReply *reply);

/** argv of a command as hiredis takes it; arrays to be freed by the caller. */
struct rds_argv {
	int n;
	const char **word;
	size_t *size;
};

void rds_argv_make(struct rds_argv *out, const struct rds_command *c);
void rds_argv_fini(struct rds_argv *argv);

#endif

/**
 * The part of the configuration that says whom to ask: what does not go
 * together is told at the start, and not by the first job.
 *
 * Layer:  io
 */
#ifndef IO_CONF_ENGINES_H
#define IO_CONF_ENGINES_H

#include "base/attr.h"
#include "io/conf.h"

int conf_engines_check(const struct conf *c, struct err *e) MUST_CHECK
    NONNULL(1, 2);

#endif

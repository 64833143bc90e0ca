/**
 * A FastCGI server around an application's tables: request threads, the parking
 * lot on its loop, the keeper, the spare thread. director.fcgi and the
 * conformance echo server are this with different tables.
 *
 * The listening socket is file descriptor 0, owned by whoever started us. On
 * TERM or INT: no more is accepted (new requests wait in the socket's backlog
 * for the next process), what runs is finished, held polls are answered, and
 * the process ends.
 *
 * Layer:  fcgi
 */
#ifndef FCGI_SERVER_H
#define FCGI_SERVER_H

#include "handlers/handlers.h"

/** Exit status. `prefix` of the keys in Redis. */
int
server_run(const struct app *app, const struct conf *conf, const char *prefix);

#endif

/**
 * The description of the REST API, doc/openapi.json, which is compiled in.
 *
 *      GET /api/v1/openapi.json     200, 304
 *
 * It is written by hand; tests/e2e/openapi.test.mjs compares it with the table
 * of routes and with the lists.
 *
 * Layer:  handlers
 * Spec:   OpenAPI 3.1
 */
#ifndef HANDLERS_OPENAPI_H
#define HANDLERS_OPENAPI_H

#include "handlers/handlers.h"

int openapi_get(struct ctx *c, struct err *e);

#endif

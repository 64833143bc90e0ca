/**
 * Lists and rows by REST: the table of routes says which list (route.what is an
 * enum store_list_id), the request says the rest (proto/rest_query.h).
 *
 *      GET  /api/v1/videos?…        200, 206, 304, 416
 *      GET  /api/v1/videos/{id}     200, 304, 404
 *
 * A row's ETag is a hash of the whole row as it is shown, a list's of the page.
 *
 * Layer:  handlers
 * Spec:   RFC 9110, 8.8.3, 13, 14; RFC 8288; RFC 7240; PostgREST
 */
#ifndef HANDLERS_REST_H
#define HANDLERS_REST_H

#include "handlers/handlers.h"
#include "io/store_list.h"
#include "proto/rest_prefer.h"

int rest_list(struct ctx *c, struct err *e);
int rest_get(struct ctx *c, struct err *e);

/** Of what is below another row (/videos/{id}/outputs): a list with a filter
 *  more. `value` is the column's, as text. */
int rest_list_of(struct ctx *c, const char *column, struct slice value,
    struct err *e) MUST_CHECK;

/** Whose rows the caller sees. */
struct store_view rest_view(const struct ctx *c);
/** The ETag header of `json`; its value into `out`. */
void rest_etag(struct ctx *c, struct slice json, char out[static 32]);
/** If-Match against the row as it is; nothing where there is none. */
int rest_match(struct ctx *c, struct slice json, struct err *e) MUST_CHECK;
/** Answer with JSON text (copied), or 304 when the client has it. */
int rest_answer(
    struct ctx *c, int status, struct slice json, struct err *e) MUST_CHECK;
/** Preference-Applied, where something was. */
void rest_applied(struct ctx *c, const struct rest_prefer *prefer);

#endif

/**
 * The rows of a POST, one or an array of them: made, or, where one of the same
 * name is there, merged or left out as the request prefers.
 *
 * Failure: ERR_CONFLICT, ERR_BAD_REQUEST, ERR_UNPROCESSABLE with the field, that of
 * one among several as "3.video_id"; nothing else is undone here.
 * Layer:  handlers
 */
#ifndef HANDLERS_REST_ROWS_H
#define HANDLERS_REST_ROWS_H

#include "handlers/rest_job.h"

/** What is shown of them into j->rows, with their number. */
int rest_rows_add(struct rest_job *j, struct err *e) MUST_CHECK;

#endif

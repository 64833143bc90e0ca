/**
 * What an API says of a failure. Of the forms that are about:
 *
 *      {"error": {"message": "…", "code": "…", "type": "…"}}     OpenAI
 *      {"error": "…"}
 *      {"message": "…", "code": "…"}, {"msg": "…"}               Supabase
 *      {"detail": "…"}
 *
 * Anything else (a page of a proxy) says nothing.
 *
 * Ownership: owns its memory, api_error_fini().
 * Failure: none; both are empty then.
 * Layer:  proto (pure)
 */
#ifndef PROTO_API_ERROR_H
#define PROTO_API_ERROR_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** Longer messages are traces of stacks. */
#define API_ERROR_MESSAGE_MAX 2000

struct api_error {
	char code[64]; /* a word for programs; the type where there is none */
	struct buf message;
};

void api_error_read(struct slice body, struct api_error *error) NONNULL(2);
void api_error_fini(struct api_error *error) NONNULL(1);
/** Is a question too long for the model? Servers have several words for it. */
bool api_error_too_long(const struct api_error *error) NONNULL(1);
/** Is the account's credit used up? That comes as a 429, too. */
bool api_error_no_credit(const struct api_error *error) NONNULL(1);

#endif

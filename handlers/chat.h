/**
 * The /chat namespace: a socket is welcomed into its user's room; `chat` is
 * validated, de-duplicated, stored and enqueued in one step.
 *
 * The ack, if asked: {status: accepted | duplicate | error, session_id,
 * conv_id, msg_id (of the output), message (of an error)}.
 *
 * Layer:  handlers
 * Spec:   director contract A, C; DESIGN 7
 */
#ifndef HANDLERS_CHAT_H
#define HANDLERS_CHAT_H

#include "handlers/handlers.h"

int chat_connected(struct socket_call *call, struct err *e);
int chat_message(struct socket_call *call, struct err *e);

#endif

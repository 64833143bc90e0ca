/**
 * The /chat namespace: a socket is welcomed into its user's room; `chat` is
 * validated, de-duplicated, stored and enqueued in one step.
 *
 * With is_retry a conversation that has an output is told it again, and nothing
 * is run. The ack, if asked: {status: accepted | duplicate | error, session_id,
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
/** `reconnect {session_id, conv_id}`: the socket follows the session, and the
 *  conversation's newest output is told again. Ack: {status: ok | none | error,
 *  session_id, conv_id, msg_id, message}. */
int chat_reconnect(struct socket_call *call, struct err *e);

#endif

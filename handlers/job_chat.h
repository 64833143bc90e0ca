/**
 * The jobs "chat" (answer a message) and "chat_echo" (say its end again).
 *
 * Payload of chat: session_id, conv_id, msg_id (of the output), agents (an array
 * of names), text, video_id, collection_id, force_refresh; of chat_echo: session_id, msg_id.
 *
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_JOB_CHAT_H
#define HANDLERS_JOB_CHAT_H

#include "handlers/jobs.h"

enum job_end job_chat_run(struct job_ctx *j, struct err *e);
int job_chat_give_up(struct job_ctx *j, const struct err *why, struct err *e);
int job_chat_repeat(struct job_ctx *j, struct err *e);
int job_chat_revive(struct job_ctx *j, struct err *e);

enum job_end job_echo_run(struct job_ctx *j, struct err *e);
int job_echo_give_up(struct job_ctx *j, const struct err *why, struct err *e);
int job_echo_repeat(struct job_ctx *j, struct err *e);

#endif

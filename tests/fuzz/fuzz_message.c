/* JSON as the argument of `chat`; what is accepted keeps its bounds. */
#include <stdint.h>
#include <stdlib.h>

#include "proto/jval.h"
#include "proto/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* An answer to what was accepted is JSON again. */
static void
try_output(const struct message *m)
{
	struct message_output out = { .session_id = m->session_id,
		.conv_id = m->conv_id,
		.msg_id = m->msg_id,
		.status = MESSAGE_SUCCESS,
		.content = m->content };
	struct json_object *value = message_output_json(&out), *again = NULL;
	struct buf b = BUF_INIT;

	jval_print(&b, value);
	require(jval_parse(buf_slice(&b), &again) == JVAL_OK);
	json_object_put(again);
	json_object_put(value);
	buf_fini(&b);
}

static void
try_message(struct json_object *value)
{
	struct message m;
	struct slice rest;
	struct err e = ERR_INIT;

	if (message_parse(value, &m, &e) != 0) {
		require(e.code == ERR_BAD_REQUEST && e.msg[0] != '\0');
		return;
	}
	require(m.session_id.n == 0 || message_session_id_valid(m.session_id));
	require(m.conv_id.n >= 1 && m.conv_id.n <= MESSAGE_ID_MAX);
	require(m.n_agents <= MESSAGE_AGENTS_MAX);
	require(m.content != NULL && m.text.n <= MESSAGE_TEXT_MAX);
	require(message_agent(&m, &rest).n <= MESSAGE_AGENT_NAME_MAX);
	require(rest.n <= m.text.n);
	try_output(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct json_object *value = NULL;

	if (jval_parse((struct slice){ (const char *)bytes, n }, &value) !=
	    JVAL_OK)
		return 0;
	try_message(value);
	json_object_put(value);
	return 0;
}

#include "harness/fuzz_main.h"

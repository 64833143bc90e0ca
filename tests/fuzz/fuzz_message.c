/*
 * JSON as the argument of `chat`: what is accepted keeps its bounds. The same
 * bytes as an address.
 */
#include "harness/fuzz.h"

#include <ctype.h>

#include "proto/jval.h"
#include "proto/message.h"

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
	fuzz_require(jval_parse(buf_slice(&b), &again) == JVAL_OK);
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
		fuzz_require(e.code == ERR_BAD_REQUEST && e.msg[0] != '\0');
		return;
	}
	fuzz_require(
	    m.session_id.n == 0 || message_session_id_valid(m.session_id));
	fuzz_require(m.conv_id.n >= 1 && m.conv_id.n <= MESSAGE_ID_MAX);
	fuzz_require(m.n_agents <= MESSAGE_AGENTS_MAX);
	fuzz_require(m.content != NULL && m.text.n <= MESSAGE_TEXT_MAX);
	fuzz_require(message_agent(&m, &rest).n <= MESSAGE_AGENT_NAME_MAX);
	fuzz_require(rest.n <= m.text.n);
	try_output(&m);
}

static bool
is_scheme(char c)
{
	return isalnum((unsigned char)c) || c == '+' || c == '-' || c == '.';
}

/*
 * The scheme as a browser reads it (URL standard, "basic URL parser"): white
 * space and control characters in front and line ends anywhere do not count.
 */
static struct slice
browser_scheme(struct slice url, struct buf *room)
{
	struct slice s;
	size_t n = 0;

	for (size_t i = 0; i < url.n; i++) {
		char c = url.p[i];

		if ((room->n != 0 || (unsigned char)c > ' ') && c != '\t' &&
		    c != '\r' && c != '\n')
			buf_addc(room, c);
	}
	s = buf_slice(room);
	while (n < s.n && is_scheme(s.p[n]))
		n++;
	if (n == 0 || n == s.n || s.p[n] != ':' ||
	    !isalpha((unsigned char)s.p[0]))
		return SLICE_EMPTY;
	return slice_sub(s, 0, n);
}

/* A page that opens what is safe runs no script. */
static void
try_url(struct slice url)
{
	struct buf room = BUF_INIT;
	struct slice scheme = browser_scheme(url, &room);

	if (message_url_safe(url))
		fuzz_require(scheme.n == 0 ||
		    slice_eq_nocase(scheme, SLICE("http")) ||
		    slice_eq_nocase(scheme, SLICE("https")));
	buf_fini(&room);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice in = { (const char *)bytes, n };
	struct json_object *value = NULL;

	try_url(in);
	if (jval_parse(in, &value) != JVAL_OK)
		return 0;
	try_message(value);
	json_object_put(value);
	return 0;
}

#include "harness/fuzz_main.h"

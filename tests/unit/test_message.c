/* message.h: the chat message in, the snapshots out. */
#include "proto/message.h"

#include <math.h>

#include "base/buf.h"
#include "base/num.h"
#include "harness/check.h"
#include "harness/guard.h"
#include "proto/jval.h"

#define GOOD "(good)"

/* Members that are in order, to be put before or behind the one at fault. */
#define IDS          "\"conv_id\":\"1\",\"msg_type\":\"input\""
#define BODY         IDS ",\"content\":[]"
#define CONT(items)  "{" IDS ",\"content\":[" items "]}"
#define IMAGE(url)   CONT("{\"type\":\"image\",\"image\":{\"url\":" url "}}")
#define C8           "abcdefgh"
#define C64          C8 C8 C8 C8 C8 C8 C8 C8
#define AGENTS(list) "{" BODY ",\"agents\":[" list "]}"

static const struct {
	int line;
	const char *json;
	const char *field; /* GOOD, or the field at fault */
} ROWS[] = {
	{ __LINE__, "{" BODY "}", GOOD },
	{ __LINE__, "[]", "" },
	{ __LINE__, "null", "" },
	{ __LINE__, "\"x\"", "" },
	{ __LINE__, "{}", "conv_id" },
	/* A.2: unknown members are ignored. */
	{ __LINE__, "{" BODY ",\"sender\":7,\"x\":{\"y\":[]}}", GOOD },
	/* msg_type */
	{ __LINE__, "{\"conv_id\":\"1\",\"content\":[]}", "msg_type" },
	{ __LINE__,
	    "{\"conv_id\":\"1\",\"content\":[],\"msg_type\":\"output\"}",
	    "msg_type" },
	{ __LINE__, "{\"conv_id\":\"1\",\"content\":[],\"msg_type\":1}",
	    "msg_type" },
	/* session_id: 8 to 64 of [A-Za-z0-9_-]; none is made by the server. */
	{ __LINE__, "{" BODY ",\"session_id\":null}", GOOD },
	{ __LINE__, "{" BODY ",\"session_id\":\"\"}", GOOD },
	{ __LINE__, "{" BODY ",\"session_id\":\"" C8 "\"}", GOOD },
	{ __LINE__, "{" BODY ",\"session_id\":\"" C64 "\"}", GOOD },
	{ __LINE__, "{" BODY ",\"session_id\":\"" C64 "x\"}", "session_id" },
	{ __LINE__, "{" BODY ",\"session_id\":\"1234567\"}", "session_id" },
	{ __LINE__, "{" BODY ",\"session_id\":\"1234567:\"}", "session_id" },
	{ __LINE__, "{" BODY ",\"session_id\":\"12345678 \"}", "session_id" },
	{ __LINE__, "{" BODY ",\"session_id\":12345678}", "session_id" },
	/* conv_id, msg_id */
	{ __LINE__,
	    "{\"conv_id\":\"" C64 "\",\"msg_type\":\"input\","
	    "\"content\":[]}",
	    GOOD },
	{ __LINE__,
	    "{\"conv_id\":\"" C64 "x\",\"msg_type\":\"input\","
	    "\"content\":[]}",
	    "conv_id" },
	{ __LINE__, "{\"conv_id\":\"\",\"msg_type\":\"input\"}", "conv_id" },
	{ __LINE__, "{\"conv_id\":5,\"msg_type\":\"input\"}", "conv_id" },
	{ __LINE__, "{\"conv_id\":\"a b\",\"msg_type\":\"input\"}", "conv_id" },
	{ __LINE__, "{" BODY ",\"msg_id\":\"171800000012345.6\"}", GOOD },
	{ __LINE__, "{" BODY ",\"msg_id\":\"a\\nb\"}", "msg_id" },
	{ __LINE__, "{" BODY ",\"msg_id\":\"\xC3\xA9\"}", "msg_id" },
	{ __LINE__, "{" BODY ",\"msg_id\":[]}", "msg_id" },
	/* collection_id, video_id: string or null */
	{ __LINE__, "{" BODY ",\"collection_id\":null,\"video_id\":null}",
	    GOOD },
	{ __LINE__, "{" BODY ",\"video_id\":\"" C64 C64 "\"}", GOOD },
	{ __LINE__, "{" BODY ",\"video_id\":\"" C64 C64 "x\"}", "video_id" },
	{ __LINE__, "{" BODY ",\"video_id\":{}}", "video_id" },
	{ __LINE__, "{" BODY ",\"collection_id\":false}", "collection_id" },
	{ __LINE__, "{" BODY ",\"collection_id\":\"a\\tb\"}", "collection_id" },
	/* is_retry */
	{ __LINE__, "{" BODY ",\"is_retry\":true}", GOOD },
	{ __LINE__, "{" BODY ",\"is_retry\":null}", GOOD },
	{ __LINE__, "{" BODY ",\"is_retry\":1}", "is_retry" },
	{ __LINE__, "{" BODY ",\"is_retry\":\"true\"}", "is_retry" },
	/* agents */
	{ __LINE__, AGENTS(""), GOOD },
	{ __LINE__, "{" BODY ",\"agents\":null}", GOOD },
	{ __LINE__, "{" BODY ",\"agents\":\"a\"}", "agents" },
	{ __LINE__, "{" BODY ",\"agents\":{}}", "agents" },
	{ __LINE__, AGENTS("\"a\",7"), "agents[1]" },
	{ __LINE__, AGENTS("null"), "agents[0]" },
	{ __LINE__, AGENTS("\"\""), "agents[0]" },
	{ __LINE__, AGENTS("\"a b\""), "agents[0]" },
	{ __LINE__, AGENTS("\"" C64 "\""), GOOD },
	{ __LINE__, AGENTS("\"" C64 "x\""), "agents[0]" },
	{ __LINE__,
	    AGENTS("\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"1\""),
	    GOOD },
	{ __LINE__,
	    AGENTS("\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\""),
	    "agents" },
	/* content */
	{ __LINE__, "{" IDS "}", "content" },
	{ __LINE__, "{" IDS ",\"content\":null}", "content" },
	{ __LINE__, "{" IDS ",\"content\":{}}", "content" },
	{ __LINE__, "{" IDS ",\"content\":\"x\"}", "content" },
	{ __LINE__, CONT("null"), "content[0]" },
	{ __LINE__, CONT("\"x\""), "content[0]" },
	{ __LINE__, CONT("{}"), "content[0]" },
	{ __LINE__, CONT("{\"type\":7}"), "content[0]" },
	{ __LINE__, CONT("{\"type\":\"video\"}"), "content[0]" },
	{ __LINE__, CONT("{\"type\":\"text\",\"text\":\"\"}"), GOOD },
	{ __LINE__, CONT("{\"type\":\"text\"}"), "content[0].text" },
	{ __LINE__, CONT("{\"type\":\"text\",\"text\":null}"),
	    "content[0].text" },
	{ __LINE__,
	    CONT("{\"type\":\"text\",\"text\":\"a\"},"
		 "{\"type\":\"text\",\"text\":7}"),
	    "content[1].text" },
	/* Images: an upload without an address is sent without one. */
	{ __LINE__, CONT("{\"type\":\"image\",\"image\":{}}"), GOOD },
	{ __LINE__, CONT("{\"type\":\"image\"}"), "content[0].image" },
	{ __LINE__, CONT("{\"type\":\"image\",\"image\":null}"),
	    "content[0].image" },
	{ __LINE__, IMAGE("null"), GOOD },
	{ __LINE__, IMAGE("\"https://h/i.png\""), GOOD },
	{ __LINE__, IMAGE("\"HTTP://h/i.png\""), GOOD },
	{ __LINE__, IMAGE("\"/media/i.png?x=a:b\""), GOOD },
	{ __LINE__, IMAGE("\"i.png\""), GOOD },
	{ __LINE__, IMAGE("\"#a:b\""), GOOD },
	{ __LINE__, IMAGE("7"), "content[0].image.url" },
	{ __LINE__, IMAGE("\"\""), "content[0].image.url" },
	{ __LINE__, IMAGE("\"javascript:alert(1)\""), "content[0].image.url" },
	{ __LINE__, IMAGE("\" javascript:alert(1)\""), "content[0].image.url" },
	{ __LINE__, IMAGE("\"java\\tscript:alert(1)\""),
	    "content[0].image.url" },
	{ __LINE__, IMAGE("\"JavaScript:alert(1)//\""),
	    "content[0].image.url" },
	{ __LINE__, IMAGE("\"data:text/html,x\""), "content[0].image.url" },
	{ __LINE__, IMAGE("\"file:///etc/passwd\""), "content[0].image.url" },
	{ __LINE__, IMAGE("\"https:\\\\\\\\h\""), "content[0].image.url" },
	{ __LINE__, IMAGE("\":x\""), "content[0].image.url" },
	{ __LINE__, IMAGE("\"https://h/\xC3\xA9\""), "content[0].image.url" },
};

static struct json_object *
parsed(const char *json)
{
	struct guard g = guard_copy(json, strlen(json));
	struct json_object *value = NULL;

	if (jval_parse(g.s, &value) != JVAL_OK)
		check_fail(__FILE__, __LINE__, json);
	guard_free(&g);
	return value;
}

static void
test_message_parse_rules(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *value = parsed(ROWS[i].json);
		struct message message;
		struct err e = ERR_INIT;
		int rc = message_parse(value, &message, &e);

		CHECK_SLICE_ROW(ROWS[i].line,
		    rc == 0 ? SLICE(GOOD) : slice_from(e.field), ROWS[i].field);
		CHECK_ROW(ROWS[i].line,
		    rc == 0 || (rc == -1 && e.code == ERR_BAD_REQUEST));
		CHECK_ROW(ROWS[i].line, rc == 0 || e.msg[0] != '\0');
		json_object_put(value);
	}
}

/* The example of A.2, with a duplicate agent. */
static void
test_message_parse_values(void)
{
	struct json_object *value = parsed(
	    "{\"agents\":[\"b\",\"a\",\"b\"],\"msg_type\":\"input\","
	    "\"sender\":\"user\",\"conv_id\":\"1718000000000\","
	    "\"msg_id\":\"1718000000001\",\"session_id\":\"0b5f6f0e-1234\","
	    "\"collection_id\":\"c-main\",\"video_id\":null,"
	    "\"is_retry\":true,\"content\":["
	    "{\"type\":\"image\",\"image\":{\"image_id\":\"img-1\","
	    "\"url\":\"https://h/i.png\"}},"
	    "{\"type\":\"text\",\"text\":\"first\"},"
	    "{\"type\":\"text\",\"text\":\"second\"}]}");
	struct message m;
	struct err e = ERR_INIT;

	CHECK(message_parse(value, &m, &e) == 0);
	CHECK_SLICE(m.session_id, "0b5f6f0e-1234");
	CHECK_SLICE(m.conv_id, "1718000000000");
	CHECK_SLICE(m.msg_id, "1718000000001");
	CHECK_SLICE(m.collection_id, "c-main");
	CHECK_SLICE(m.video_id, "");
	CHECK_SLICE(m.text, "first");
	CHECK(m.n_agents == 2);
	CHECK_SLICE(m.agents[0], "b");
	CHECK_SLICE(m.agents[1], "a");
	CHECK(m.is_retry);
	CHECK(json_object_array_length(m.content) == 3);
	json_object_put(value);
}

/* `count` text items, the first with `n` bytes. */
static int
parse_sized(size_t count, size_t n, size_t agents)
{
	struct buf b = BUF_INIT;
	struct json_object *value;
	struct message m;
	struct err e = ERR_INIT;
	int rc;

	buf_adds(&b, "{" IDS ",\"content\":[");
	for (size_t i = 0; i < count; i++) {
		buf_adds(&b, i ? "," : "");
		buf_adds(&b, "{\"type\":\"text\",\"text\":\"");
		for (size_t k = 0; i == 0 && k < n; k++)
			buf_addc(&b, 'x');
		buf_adds(&b, "\"}");
	}
	buf_adds(&b, "],\"agents\":[");
	for (size_t i = 0; i < agents; i++)
		buf_adds(&b, i ? ",\"a\"" : "\"a\"");
	buf_adds(&b, "]}");
	value = parsed(buf_cstr(&b));
	rc = message_parse(value, &m, &e);
	json_object_put(value);
	buf_fini(&b);
	return rc;
}

static void
test_message_parse_bounds(void)
{
	CHECK(parse_sized(1, MESSAGE_TEXT_MAX, 0) == 0);
	CHECK(parse_sized(1, MESSAGE_TEXT_MAX + 1, 0) == -1);
	CHECK(parse_sized(MESSAGE_CONTENT_MAX, 1, 0) == 0);
	CHECK(parse_sized(MESSAGE_CONTENT_MAX + 1, 1, 0) == -1);
	CHECK(parse_sized(1, 1, MESSAGE_AGENTS_SENT_MAX) == 0);
	CHECK(parse_sized(1, 1, MESSAGE_AGENTS_SENT_MAX + 1) == -1);
}

static const struct {
	int line;
	const char *chosen; /* "" or agents[0] */
	const char *text;
	const char *agent;
	const char *rest;
} AGENT_ROWS[] = {
	/* A.2: the sidebar sends the name in both places. */
	{ __LINE__, "sales_prompt_extractor", "@sales_prompt_extractor ",
	    "sales_prompt_extractor", "" },
	{ __LINE__, "a", "@a do it", "a", "do it" },
	{ __LINE__, "a", "do it", "a", "do it" },
	{ __LINE__, "a", "@b do it", "a", "@b do it" },
	{ __LINE__, "a", "@ab do it", "a", "@ab do it" },
	{ __LINE__, "a", "", "a", "" },
	/* L.9: typed by hand, or a click on a video. */
	{ __LINE__, "", "@stream_video My pitch.mp4", "stream_video",
	    "My pitch.mp4" },
	{ __LINE__, "", " \t\n@stream_video  x ", "stream_video", "x" },
	{ __LINE__, "", "\xC2\xA0@stream_video\xC2\xA0x\xC2\xA0",
	    "stream_video", "x" },
	{ __LINE__, "", "@stream_video", "stream_video", "" },
	{ __LINE__, "", "@stream_video, x", "stream_video", ", x" },
	{ __LINE__, "", "@a-B_9", "a-B_9", "" },
	{ __LINE__, "", "hello @a", "", "hello @a" },
	{ __LINE__, "", "@", "", "@" },
	{ __LINE__, "", "@ a", "", "@ a" },
	{ __LINE__, "", "@@a", "", "@@a" },
	{ __LINE__, "", "@\xC3\xA9", "", "@\xC3\xA9" },
	{ __LINE__, "", "@" C64, C64, "" },
	{ __LINE__, "", "@" C64 "x", "", "@" C64 "x" },
	{ __LINE__, "", "", "", "" },
	{ __LINE__, "", " ", "", "" },
	{ __LINE__, "", "\xC2", "", "\xC2" },
};

static void
test_message_agent(void)
{
	for (size_t i = 0; i < COUNT(AGENT_ROWS); i++) {
		struct guard g =
		    guard_copy(AGENT_ROWS[i].text, strlen(AGENT_ROWS[i].text));
		struct message m = { .text = g.s,
			.agents = { slice_from(AGENT_ROWS[i].chosen) } };
		struct slice rest, agent;

		m.n_agents = m.agents[0].n != 0;
		agent = message_agent(&m, &rest);
		CHECK_SLICE_ROW(AGENT_ROWS[i].line, agent, AGENT_ROWS[i].agent);
		CHECK_SLICE_ROW(AGENT_ROWS[i].line, rest, AGENT_ROWS[i].rest);
		guard_free(&g);
	}
}

static void
test_message_session_id_valid(void)
{
	CHECK(message_session_id_valid(SLICE(C8)));
	CHECK(message_session_id_valid(SLICE("AZaz09_-")));
	CHECK(message_session_id_valid(SLICE(C64)));
	CHECK(!message_session_id_valid(SLICE(C64 "x")));
	CHECK(!message_session_id_valid(SLICE("1234567")));
	CHECK(!message_session_id_valid(SLICE("1234567\0")));
	CHECK(!message_session_id_valid(SLICE("../../etc")));
	CHECK(!message_session_id_valid(SLICE("{tag}1234")));
	CHECK(!message_session_id_valid(SLICE_EMPTY));
}

static void
test_message_status_names(void)
{
	static const char *const NAMES[] = { "progress", "success", "error" };

	for (size_t i = 0; i < COUNT(NAMES); i++) {
		enum message_status status = MESSAGE_PROGRESS;

		CHECK(message_status_parse(slice_from(NAMES[i]), &status));
		CHECK((size_t)status == i);
		CHECK(strcmp(message_status_name(status), NAMES[i]) == 0);
	}
	CHECK(!message_status_parse(
	    SLICE("Success"), &(enum message_status){ MESSAGE_PROGRESS }));
	CHECK(!message_status_parse(
	    SLICE_EMPTY, &(enum message_status){ MESSAGE_PROGRESS }));
}

static void
check_json(int line, struct json_object *value, const char *want)
{
	struct buf b = BUF_INIT;

	jval_print(&b, value);
	CHECK_SLICE_ROW(line, buf_slice(&b), want);
	buf_fini(&b);
	json_object_put(value);
}

#define OUT_HEAD                                                    \
	"{\"session_id\":\"s\",\"conv_id\":\"c\",\"msg_id\":\"m\"," \
	"\"msg_type\":\"output\",\"status\":"

/* Section 0, 8 and A.3: every key, never null. */
static void
test_message_output_json(void)
{
	struct message_output out = { .session_id = SLICE("s"),
		.conv_id = SLICE("c"),
		.msg_id = SLICE("m"),
		.status = MESSAGE_PROGRESS,
		.rev = NUM_JS_MAX };
	struct json_object *actions = parsed("[\"Working\"]");

	check_json(__LINE__, message_output_json(&out),
	    OUT_HEAD "\"progress\",\"actions\":[],\"agents\":[],"
		     "\"content\":[],\"rev\":9007199254740991}");
	out.actions = actions;
	out.status = MESSAGE_ERROR;
	out.rev = 2;
	out.timestamp_ms = 1;
	check_json(__LINE__, message_output_json(&out),
	    OUT_HEAD "\"error\",\"actions\":[\"Working\"],\"agents\":[],"
		     "\"content\":[],\"rev\":2,\"metadata\":"
		     "{\"timestamp\":\"1970-01-01T00:00:00.001Z\"}}");
	/* The array is still ours. */
	check_json(__LINE__, actions, "[\"Working\"]");
}

static void
test_message_text_item(void)
{
	check_json(__LINE__,
	    message_text_item(
		"search", MESSAGE_PROGRESS, "Working", SLICE("a\n\"b\"")),
	    "{\"type\":\"text\",\"status\":\"progress\","
	    "\"status_message\":\"Working\",\"agent_name\":\"search\","
	    "\"text\":\"a\\n\\\"b\\\"\"}");
	check_json(__LINE__,
	    message_text_item(NULL, MESSAGE_ERROR, "", SLICE_EMPTY),
	    "{\"type\":\"text\",\"status\":\"error\",\"status_message\":null,"
	    "\"agent_name\":null,\"text\":\"\"}");
}

#define VIDEO_HEAD                                                            \
	"{\"type\":\"video\",\"status\":\"success\",\"status_message\":null," \
	"\"agent_name\":\"stream_video\",\"video\":"

static void
test_message_video_item(void)
{
	struct message_video video = { .id = SLICE("m-1"),
		.collection_id = SLICE("c-1"),
		.name = SLICE("Pitch"),
		.length_s = 612.345 };

	check_json(__LINE__,
	    message_video_item("stream_video", MESSAGE_SUCCESS, NULL, &video),
	    VIDEO_HEAD
	    "{\"id\":\"m-1\",\"collection_id\":\"c-1\",\"name\":\"Pitch\","
	    "\"description\":null,\"stream_url\":null,\"external_url\":null,"
	    "\"player_url\":null,\"thumbnail_url\":null,\"length\":612.345,"
	    "\"error\":null}}");
	check_json(__LINE__,
	    message_video_item("stream_video", MESSAGE_SUCCESS, NULL, NULL),
	    VIDEO_HEAD "null}");
}

static void
test_message_video_length(void)
{
	static const struct {
		int line;
		double length_s;
		const char *text; /* the member as it is sent */
	} LENGTHS[] = {
		{ __LINE__, 600, "\"length\":600," },
		{ __LINE__, 0, "\"length\":0," },
		{ __LINE__, 0.1, "\"length\":0.1," },
		{ __LINE__, -1, "\"length\":null," },
		{ __LINE__, 1e300, "\"length\":null," },
		{ __LINE__, (double)INFINITY, "\"length\":null," },
		{ __LINE__, (double)NAN, "\"length\":null," },
	};

	for (size_t i = 0; i < COUNT(LENGTHS); i++) {
		struct message_video video = { .length_s =
						   LENGTHS[i].length_s };
		struct json_object *item =
		    message_video_item("a", MESSAGE_SUCCESS, NULL, &video);
		struct buf b = BUF_INIT;

		jval_print(&b, item);
		CHECK_ROW(LENGTHS[i].line,
		    slice_find(buf_slice(&b), slice_from(LENGTHS[i].text)) > 0);
		buf_fini(&b);
		json_object_put(item);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_message_parse_rules),
		CHECK_CASE(test_message_parse_values),
		CHECK_CASE(test_message_parse_bounds),
		CHECK_CASE(test_message_agent),
		CHECK_CASE(test_message_session_id_valid),
		CHECK_CASE(test_message_status_names),
		CHECK_CASE(test_message_output_json),
		CHECK_CASE(test_message_text_item),
		CHECK_CASE(test_message_video_item),
		CHECK_CASE(test_message_video_length), { NULL, NULL } });
}

/* videodb_reply.h and videodb_words.h: what is read of VideoDB's answers. */
#include "proto/videodb_reply.h"

#include "base/utf8.h"
#include "harness/check.h"
#include "harness/guard.h"
#include "proto/jval.h"
#include "proto/videodb_words.h"

static struct videodb_reply
read_reply(const char *text)
{
	struct guard g = guard_copy(text, strlen(text));
	struct videodb_reply r;

	videodb_reply_read(g.s, &r);
	guard_free(&g);
	return r;
}

#define URL "https://api.example/async-response/1"

static const struct {
	int line;
	const char *body;
	enum videodb_reply_kind kind;
	bool data;
	const char *url;
	const char *message;
} ENVELOPES[] = {
	{ __LINE__, "{\"success\":true,\"data\":{\"a\":1}}", VIDEODB_READY,
	    true, "", "" },
	{ __LINE__, "{\"success\":true}", VIDEODB_READY, false, "", "" },
	{ __LINE__, "{\"success\":true,\"data\":7}", VIDEODB_READY, false, "",
	    "" },
	{ __LINE__, "{\"success\":false,\"message\":\" No\\nway \"}",
	    VIDEODB_REFUSED, false, "", "No way" },
	{ __LINE__,
	    "{\"success\":true,\"status\":\"processing\",\"data\":"
	    "{\"output_url\":\"" URL "\"}}",
	    VIDEODB_PROCESSING, true, URL, "" },
	{ __LINE__,
	    "{\"success\":true,\"status\":\"processing\",\"data\":"
	    "{\"output_url\":\"file:///etc/passwd\"}}",
	    VIDEODB_PROCESSING, true, "", "" },
	{ __LINE__, "{\"status\":\"in progress\"}", VIDEODB_PROCESSING, false,
	    "", "" },
	{ __LINE__,
	    "{\"status\":\"processing\",\"response\":{\"success\":true}}",
	    VIDEODB_PROCESSING, false, "", "" },
	{ __LINE__,
	    "{\"status\":\"done\",\"response\":{\"success\":true,\"data\":"
	    "{\"id\":\"m-1\"}}}",
	    VIDEODB_READY, true, "", "" },
	{ __LINE__,
	    "{\"status\":\"failed\",\"response\":{\"success\":false,"
	    "\"message\":\"Too long\"}}",
	    VIDEODB_REFUSED, false, "", "Too long" },
	{ __LINE__, "{\"success\":\"true\"}", VIDEODB_UNREADABLE, false, "",
	    "" },
	{ __LINE__, "{}", VIDEODB_UNREADABLE, false, "", "" },
	{ __LINE__, "[]", VIDEODB_UNREADABLE, false, "", "" },
	{ __LINE__, "", VIDEODB_UNREADABLE, false, "", "" },
	{ __LINE__, "{\"success\":true,", VIDEODB_UNREADABLE, false, "", "" },
	{ __LINE__, "<html>busy", VIDEODB_UNREADABLE, false, "", "" },
};

static void
test_videodb_reply_envelope(void)
{
	for (size_t i = 0; i < COUNT(ENVELOPES); i++) {
		struct videodb_reply r = read_reply(ENVELOPES[i].body);
		int line = ENVELOPES[i].line;

		CHECK_ROW(line, r.kind == ENVELOPES[i].kind);
		CHECK_ROW(line, (r.data != NULL) == ENVELOPES[i].data);
		CHECK_SLICE_ROW(line, r.output_url, ENVELOPES[i].url);
		CHECK_SLICE_ROW(
		    line, slice_from(r.message), ENVELOPES[i].message);
		videodb_reply_fini(&r);
	}
}

static void
test_videodb_reply_message_is_cut(void)
{
	struct buf body = BUF_INIT;
	struct videodb_reply r;

	buf_adds(&body, "{\"success\":false,\"message\":\"x");
	for (int i = 0; i < 500; i++)
		buf_adds(&body, "\u00e4");
	buf_adds(&body, "\"}");
	r = read_reply(buf_cstr(&body));
	CHECK(r.kind == VIDEODB_REFUSED);
	CHECK(strlen(r.message) == VIDEODB_MESSAGE_MAX - 1);
	CHECK(utf8_text(slice_from(r.message)));
	videodb_reply_fini(&r);
	buf_fini(&body);
}

static void
test_videodb_id(void)
{
	static const char *const GOOD[] = { "m-1", "default", "img-0_9.A",
		"m-z-0195-aa" };
	static const char *const BAD[] = { "", ".", "..", ".a", "a/b", "a?b",
		"a b", "a\nb", "a%2f", "\xc3\xa4", "a#" };
	char longest[VIDEODB_ID_MAX + 2];

	for (size_t i = 0; i < COUNT(GOOD); i++)
		CHECK(videodb_id_valid(slice_from(GOOD[i])));
	for (size_t i = 0; i < COUNT(BAD); i++)
		CHECK(!videodb_id_valid(slice_from(BAD[i])));
	memset(longest, 'a', sizeof(longest));
	CHECK(videodb_id_valid((struct slice){ longest, VIDEODB_ID_MAX }));
	CHECK(!videodb_id_valid((struct slice){ longest, VIDEODB_ID_MAX + 1 }));
}

static const struct {
	int line;
	const char *item;
	enum media_kind kind;  /* asked for */
	enum media_kind found; /* MEDIA_KIND__MAX: none */
	const char *name, *stream;
	double length_s;
} MEDIA[] = {
	{ __LINE__,
	    "{\"id\":\"m-1\",\"name\":\" A talk \",\"length\":\"12.5\","
	    "\"stream_url\":\"https://s.example/a.m3u8\"}",
	    MEDIA_KIND__MAX, MEDIA_VIDEO, "A talk", "https://s.example/a.m3u8",
	    12.5 },
	{ __LINE__, "{\"id\":\"a-1\",\"length\":3}", MEDIA_KIND__MAX,
	    MEDIA_AUDIO, "", "", 3 },
	{ __LINE__, "{\"id\":\"img-1\"}", MEDIA_KIND__MAX, MEDIA_IMAGE, "", "",
	    -1 },
	{ __LINE__, "{\"id\":\"x-1\"}", MEDIA_KIND__MAX, MEDIA_KIND__MAX, "",
	    "", -1 },
	/* What a list says it is. */
	{ __LINE__, "{\"id\":\"x-1\"}", MEDIA_VIDEO, MEDIA_VIDEO, "", "", -1 },
	{ __LINE__, "{\"id\":\"../x\"}", MEDIA_VIDEO, MEDIA_KIND__MAX, "", "",
	    -1 },
	{ __LINE__, "{\"id\":7}", MEDIA_VIDEO, MEDIA_KIND__MAX, "", "", -1 },
	{ __LINE__, "7", MEDIA_VIDEO, MEDIA_KIND__MAX, "", "", -1 },
	{ __LINE__, "null", MEDIA_VIDEO, MEDIA_KIND__MAX, "", "", -1 },
	{ __LINE__,
	    "{\"id\":\"m-1\",\"stream_url\":\"javascript:alert(1)\","
	    "\"length\":\"long\"}",
	    MEDIA_VIDEO, MEDIA_VIDEO, "", "", -1 },
	{ __LINE__, "{\"id\":\"m-1\",\"length\":-1}", MEDIA_VIDEO, MEDIA_VIDEO,
	    "", "", -1 },
	{ __LINE__, "{\"id\":\"m-1\",\"length\":\"nan\"}", MEDIA_VIDEO,
	    MEDIA_VIDEO, "", "", -1 },
	{ __LINE__, "{\"id\":\"m-1\",\"length\":1e300}", MEDIA_VIDEO,
	    MEDIA_VIDEO, "", "", -1 },
};

static void
test_videodb_medium(void)
{
	for (size_t i = 0; i < COUNT(MEDIA); i++) {
		struct json_object *item = NULL;
		struct videodb_medium m;
		int line = MEDIA[i].line;
		bool found;

		if (jval_parse(slice_from(MEDIA[i].item), &item) != JVAL_OK)
			item = NULL;
		found = videodb_medium_read(item, MEDIA[i].kind, &m);
		CHECK_ROW(line, found == (MEDIA[i].found != MEDIA_KIND__MAX));
		if (found) {
			CHECK_ROW(line, m.kind == MEDIA[i].found);
			CHECK_SLICE_ROW(line, m.name, MEDIA[i].name);
			CHECK_SLICE_ROW(line, m.stream_url, MEDIA[i].stream);
			/* Exact: small numbers. */
			CHECK_ROW(line,
			    m.length_s <= MEDIA[i].length_s &&
				m.length_s >= MEDIA[i].length_s);
		}
		(void)json_object_put(item);
	}
}

static void
test_videodb_lists(void)
{
	struct videodb_reply r = read_reply(
	    "{\"success\":true,\"data\":{\"default_collection\":\"c-9\","
	    "\"collections\":[{\"id\":\"c-9\",\"name\":\"Main\"},{\"id\":1}],"
	    "\"signed_url\":\"https://s.example/x\",\"bad\":\"x\"}}");
	struct json_object *list = videodb_reply_list(&r, "collections");
	struct videodb_collection c;

	CHECK(list != NULL && json_object_array_length(list) == 2);
	CHECK(videodb_collection_read(json_object_array_get_idx(list, 0), &c));
	CHECK_SLICE(c.id, "c-9");
	CHECK_SLICE(c.name, "Main");
	CHECK(!videodb_collection_read(json_object_array_get_idx(list, 1), &c));
	CHECK(videodb_reply_list(&r, "default_collection") == NULL);
	CHECK(videodb_reply_list(&r, "videos") == NULL);
	CHECK_SLICE(videodb_reply_id(&r, "default_collection"), "c-9");
	CHECK(videodb_reply_id(&r, "signed_url").n == 0);
	CHECK_SLICE(videodb_reply_url(&r, "signed_url"), "https://s.example/x");
	CHECK(videodb_reply_url(&r, "bad").n == 0);
	videodb_reply_fini(&r);
}

static void
test_videodb_shots(void)
{
	struct videodb_reply r = read_reply(
	    "{\"success\":true,\"data\":{\"results\":["
	    "{\"video_id\":\"m-1\",\"collection_id\":\"c-1\",\"title\":\"T\","
	    "\"length\":\"60\",\"docs\":[{\"start\":1,\"end\":2.5,\"text\":"
	    "\"hi\",\"score\":0.5,\"stream_link\":\"https://s.example/1\"},"
	    "{\"start\":9,\"end\":3,\"text\":\"backwards\"},"
	    "{\"text\":\"no times\"},7,"
	    "{\"start\":4,\"end\":5}]},"
	    "{\"video_id\":\"m-2\",\"start\":7,\"end\":8,\"text\":\"flat\"},"
	    "{\"video_id\":\"m/3\",\"docs\":[{\"start\":1,\"end\":2}]},null]}}");
	struct videodb_shot shots[8];

	CHECK(videodb_reply_shots(&r, shots, COUNT(shots)) == 3);
	CHECK_SLICE(shots[0].text, "hi");
	CHECK_SLICE(shots[0].title, "T");
	CHECK_SLICE(shots[0].stream_url, "https://s.example/1");
	CHECK(shots[0].end_s > 2.4 && shots[0].length_s > 59);
	CHECK(shots[1].start_s > 3.9 && shots[1].score < 0);
	CHECK_SLICE(shots[2].video_id, "m-2");
	CHECK_SLICE(shots[2].text, "flat");
	CHECK(videodb_reply_shots(&r, shots, 1) == 1);
	videodb_reply_fini(&r);
}

/* ---- words ---------------------------------------------------------------- */

#define W(start, end, text) \
	"{\"start\":" start ",\"end\":" end ",\"text\":\"" text "\"}"

static const struct {
	int line;
	const char *words;
	size_t cues;
	const char *vtt;
} WORDS[] = {
	{ __LINE__, "[]", 0, "" },
	{ __LINE__, "7", 0, "" },
	{ __LINE__, "[7,null,{},{\"text\":\"x\"}]", 0, "" },
	{ __LINE__, "[" W("0", "1", "-") "," W("1", "2", " ") "]", 0, "" },
	{ __LINE__,
	    "[" W("0", "0.4", "Hello") "," W("0.4", "1", "there.") "," W(
		"1.1", "1.5", "Now") "]",
	    2,
	    "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello there.\n\n"
	    "00:00:01.100 --> 00:00:01.500\nNow\n" },
	/* A pause ends it, as long a silence. */
	{ __LINE__,
	    "[" W("0", "1", "One") "," W("1", "3", "-") "," W(
		"3", "4", "two") "]",
	    2,
	    "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nOne\n\n"
	    "00:00:03.000 --> 00:00:04.000\ntwo\n" },
	/* Nothing in it is a tag, an entity, a line or a time of WebVTT. */
	{ __LINE__, "[" W("3661.5", "3662", "<b>a & b --> c\\nNOTE") "]", 1,
	    "WEBVTT\n\n01:01:01.500 --> 01:01:02.000\n"
	    "&lt;b&gt;a &amp; b --&gt; c NOTE\n" },
	/* An end that is none. */
	{ __LINE__, "[" W("5", "2", "a") "," W("5.5", "null", "b") "]", 1,
	    "WEBVTT\n\n00:00:05.000 --> 00:00:05.000\na b\n" },
	{ __LINE__, "[" W("\"1.5\"", "\"2\"", "text") "]", 1,
	    "WEBVTT\n\n00:00:01.500 --> 00:00:02.000\ntext\n" },
};

static void
test_videodb_words(void)
{
	for (size_t i = 0; i < COUNT(WORDS); i++) {
		struct json_object *words = NULL;
		struct buf out = BUF_INIT;

		CHECK_ROW(WORDS[i].line,
		    jval_parse(slice_from(WORDS[i].words), &words) == JVAL_OK);
		CHECK_ROW(WORDS[i].line,
		    videodb_words_vtt(words, &out) == WORDS[i].cues);
		CHECK_SLICE_ROW(WORDS[i].line, buf_slice(&out), WORDS[i].vtt);
		buf_fini(&out);
		(void)json_object_put(words);
	}
}

/* Without a full stop a cue ends all the same. */
static void
test_videodb_words_long(void)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	struct json_object *words = NULL;

	buf_addc(&text, '[');
	for (int i = 0; i < 100; i++)
		buf_addf(&text, "%s{\"start\":%d,\"end\":%d,\"text\":\"word\"}",
		    i ? "," : "", i, i + 1);
	buf_addc(&text, ']');
	CHECK(jval_parse(buf_slice(&text), &words) == JVAL_OK);
	CHECK(videodb_words_vtt(words, &out) == 3);
	(void)json_object_put(words);
	buf_fini(&text);
	buf_fini(&out);
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_videodb_reply_envelope),
		CHECK_CASE(test_videodb_reply_message_is_cut),
		CHECK_CASE(test_videodb_id), CHECK_CASE(test_videodb_medium),
		CHECK_CASE(test_videodb_lists), CHECK_CASE(test_videodb_shots),
		CHECK_CASE(test_videodb_words),
		CHECK_CASE(test_videodb_words_long), { NULL, NULL } });
}

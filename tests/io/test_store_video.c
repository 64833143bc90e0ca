/* Videos, transcripts, chunks, outputs, stage results and collections. */
#include "io/store_video.h"

#include <endian.h>

#include "test_store_fixture.h"

static const struct principal NOBODY = { { "", 0 } };

/* A new video; its uuid into `uuid`. */
static void
add(struct fixture *f, const char *video_id, char uuid[static 37])
{
	struct store_video_new new = { .video_id = slice_from(video_id),
		.collection_id = SLICE_EMPTY,
		.metadata = NULL };
	struct json_object *row = NULL;

	CHECK(store_video_add(f->s, &NOBODY, &new, &row, &f->e) == 0);
	(void)snprintf(uuid, 37, "%.*s", SLICE_ARG(jval_str(row, "id")));
	(void)json_object_put(row);
}

/* A row that is not there. */
#define NONE "00000000-0000-4000-8000-000000000000"

/* "2026-11-21T00:44:50.123Z", or with microseconds. */
static bool
is_time(struct slice s)
{
	return (s.n == 24 || s.n == 27) && s.p[4] == '-' && s.p[10] == 'T' &&
	    s.p[19] == '.' && s.p[s.n - 1] == 'Z';
}

static void
test_video_add(void)
{
	struct json_object *metadata = fixture_json("{\"name\":\"A \\u00fc\"}");
	struct store_video_new new = { .video_id = SLICE("v-1"),
		.collection_id = SLICE_EMPTY,
		.metadata = metadata };
	struct json_object *row = NULL;
	struct buf b = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	CHECK(json_object_object_length(row) == 5);
	CHECK(jval_str(row, "id").n == 36);
	CHECK(slice_eqs(jval_str(row, "video_id"), "v-1"));
	CHECK(slice_eqs(jval_str(row, "collection_id"), "c-main"));
	CHECK(slice_eqs(
	    fixture_print(&b, row, "metadata"), "{\"name\":\"A \xc3\xbc\"}"));
	CHECK(is_time(jval_str(row, "created_at")));
	(void)json_object_put(row);
	(void)json_object_put(metadata);
	buf_fini(&b);
	fixture_close(&f);
}

static void
test_video_add_makes_ids_and_collections(void)
{
	struct store_video_new new = { .video_id = SLICE_EMPTY,
		.collection_id = SLICE("c-new"),
		.metadata = NULL };
	struct json_object *row = NULL;
	struct buf b = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	CHECK(slice_starts(jval_str(row, "video_id"), SLICE("m-")));
	CHECK(jval_str(row, "video_id").n == 38);
	CHECK(slice_eqs(fixture_print(&b, row, "metadata"), "{}"));
	(void)json_object_put(row);
	CHECK(store_collection_get(f.s, &NOBODY, SLICE("c-new"), &row, &f.e) ==
	    0);
	CHECK(slice_eqs(jval_str(row, "name"), "c-new"));
	(void)json_object_put(row);
	buf_fini(&b);
	fixture_close(&f);
}

static void
test_video_conflict_writes_nothing(void)
{
	struct store_video_new new = { .video_id = SLICE("v"),
		.collection_id = SLICE("c-other"),
		.metadata = NULL };
	struct json_object *row = NULL;
	struct fixture f;
	char uuid[37];
	int64_t n = 0;

	fixture_open(&f);
	add(&f, "v", uuid);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == -1);
	CHECK(f.e.code == ERR_CONFLICT && row == NULL);
	CHECK(strcmp(f.e.field, "video_id") == 0);
	CHECK(store_collection_get(
		  f.s, &NOBODY, SLICE("c-other"), &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && row == NULL);
	/* Nor inside a transaction that goes on. */
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == -1);
	add(&f, "w", uuid);
	CHECK(store_commit(f.s, &f.e) == 0);
	CHECK(store_collection_get(
		  f.s, &NOBODY, SLICE("c-other"), &row, &f.e) == -1);
	CHECK(store_video_count(f.s, &n, &f.e) == 0 && n == 2);
	fixture_close(&f);
}

static void
test_video_get_by_either_id(void)
{
	struct store_video_new new = { .video_id = SLICE_EMPTY,
		.collection_id = SLICE_EMPTY,
		.metadata = NULL };
	struct json_object *row = NULL;
	struct fixture f;
	char uuid[37];

	fixture_open(&f);
	add(&f, "v", uuid);
	CHECK(store_video_get(f.s, &NOBODY, slice_from(uuid), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "video_id"), "v"));
	(void)json_object_put(row);
	CHECK(store_video_get(f.s, &NOBODY, SLICE("v"), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "id"), uuid));
	(void)json_object_put(row);
	/* Somebody calls his video by the uuid of another: the uuid wins. */
	new.video_id = slice_from(uuid);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(store_video_get(f.s, &NOBODY, slice_from(uuid), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "video_id"), "v"));
	(void)json_object_put(row);
	CHECK(store_video_get(f.s, &NOBODY, SLICE("none"), &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && row == NULL);
	CHECK(store_video_get(f.s, &NOBODY, SLICE_EMPTY, &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	fixture_close(&f);
}

static void
test_video_list(void)
{
	struct json_object *rows = NULL, *row = NULL;
	struct store_video_new new = { .video_id = SLICE("z"),
		.collection_id = SLICE("c-2"),
		.metadata = NULL };
	struct fixture f;
	char uuid[37];
	int64_t n = -1;

	fixture_open(&f);
	CHECK(
	    store_video_list(f.s, &NOBODY, SLICE_EMPTY, 10, &rows, &f.e) == 0);
	CHECK(json_object_array_length(rows) == 0);
	(void)json_object_put(rows);
	CHECK(store_video_count(f.s, &n, &f.e) == 0 && n == 0);
	add(&f, "a", uuid);
	add(&f, "b", uuid);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(
	    store_video_list(f.s, &NOBODY, SLICE_EMPTY, 10, &rows, &f.e) == 0);
	CHECK(json_object_array_length(rows) == 3);
	CHECK(slice_eqs(
	    jval_str(json_object_array_get_idx(rows, 0), "video_id"), "z"));
	CHECK(slice_eqs(
	    jval_str(json_object_array_get_idx(rows, 2), "video_id"), "a"));
	(void)json_object_put(rows);
	CHECK(store_video_list(f.s, &NOBODY, SLICE("c-main"), 1, &rows, &f.e) ==
	    0);
	CHECK(json_object_array_length(rows) == 1);
	CHECK(slice_eqs(
	    jval_str(json_object_array_get_idx(rows, 0), "video_id"), "b"));
	(void)json_object_put(rows);
	CHECK(store_video_list(
		  f.s, &NOBODY, SLICE("c-none"), 10, &rows, &f.e) == 0);
	CHECK(json_object_array_length(rows) == 0);
	(void)json_object_put(rows);
	CHECK(store_video_count(f.s, &n, &f.e) == 0 && n == 3);
	fixture_close(&f);
}

static void
test_collections(void)
{
	struct store_video_new new = { .video_id = SLICE("v"),
		.collection_id = SLICE("a-first"),
		.metadata = NULL };
	struct json_object *row = NULL;
	struct fixture f;

	fixture_open(&f);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(store_collection_get(f.s, &NOBODY,
		  SLICE(STORE_DEFAULT_COLLECTION), &row, &f.e) == 0);
	CHECK(json_object_object_length(row) == 3);
	CHECK(slice_eqs(jval_str(row, "id"), STORE_DEFAULT_COLLECTION));
	CHECK(slice_eqs(jval_str(row, "name"), "Main collection"));
	CHECK(jval_str(row, "description").p != NULL);
	(void)json_object_put(row);
	CHECK(store_collection_get(f.s, &NOBODY, SLICE("none"), &row, &f.e) ==
	    -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	fixture_close(&f);
}

static void
test_hostile_text_is_only_text(void)
{
	static const char TEXT[] = "'; DROP TABLE videos; --\"$1 ?1 {now_ms}";
	struct slice text = { TEXT, sizeof(TEXT) - 1 };
	struct json_object *row = NULL, *back;
	struct fixture f;
	char uuid[37];

	fixture_open(&f);
	add(&f, "'; DELETE FROM videos; --", uuid);
	CHECK(store_transcript_put(
		  f.s, &NOBODY, slice_from(uuid), text, NULL, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(store_transcript_get(
		  f.s, &NOBODY, slice_from(uuid), &row, &f.e) == 0);
	back = json_object_object_get(row, "full_text");
	CHECK(json_object_get_string_len(back) == (int)text.n);
	CHECK(back != NULL &&
	    memcmp(json_object_get_string(back), TEXT, text.n) == 0);
	(void)json_object_put(row);
	CHECK(store_transcript_put(f.s, &NOBODY, slice_from(uuid),
		  SLICE("a\0b"), NULL, &row, &f.e) == -1);
	CHECK(f.e.code == ERR_BAD_REQUEST);
	fixture_close(&f);
}

/* Only SQLite lets it be stored. */
static void
test_stored_rubbish_becomes_null(void)
{
	struct json_object *row = NULL, *value = NULL;
	struct store_value params[4];
	struct fixture f;

	fixture_open(&f);
	if (fixture_is_pg()) {
		fixture_close(&f);
		return;
	}
	params[0] = store_text(SLICE("some-id"));
	params[1] = store_text(SLICE("v"));
	params[2] = store_text(SLICE("c-main"));
	params[3] = store_text(SLICE("{not json"));
	CHECK(store_write(f.s, STORE_VIDEO_INSERT, params, 4, NULL, &f.e) == 0);
	CHECK(store_video_get(f.s, &NOBODY, SLICE("v"), &row, &f.e) == 0);
	CHECK(json_object_object_get_ex(row, "metadata", &value));
	CHECK(value == NULL);
	(void)json_object_put(row);
	fixture_close(&f);
}

static void
test_transcript_put_replaces(void)
{
	struct json_object *metadata = fixture_json("{\"format\":\"vtt\"}");
	struct store_chunk chunk = { SLICE("piece"), NULL, NULL };
	struct json_object *row = NULL, *again = NULL;
	struct store_value param;
	struct store_sink sink = { NULL, NULL, 0 };
	struct fixture f;
	struct buf b = BUF_INIT;
	char uuid[37];

	fixture_open(&f);
	add(&f, "v", uuid);
	CHECK(store_transcript_get(f.s, &NOBODY, SLICE("v"), &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && row == NULL);
	CHECK(store_transcript_put(f.s, &NOBODY, SLICE("v"), SLICE("one"),
		  metadata, &row, &f.e) == 0);
	CHECK(json_object_object_length(row) == 5);
	CHECK(slice_eqs(jval_str(row, "video_id"), uuid));
	CHECK(slice_eqs(jval_str(row, "full_text"), "one"));
	CHECK(slice_eqs(
	    fixture_print(&b, row, "metadata"), "{\"format\":\"vtt\"}"));
	CHECK(is_time(jval_str(row, "created_at")));
	CHECK(store_chunk_replace(f.s, jval_str(row, "id"), &chunk, 1, &f.e) ==
	    0);
	CHECK(store_transcript_put(f.s, &NOBODY, slice_from(uuid), SLICE("two"),
		  NULL, &again, &f.e) == 0);
	CHECK(!slice_eq(jval_str(row, "id"), jval_str(again, "id")));
	param = store_text(jval_str(row, "id"));
	CHECK(store_run(f.s, STORE_CHUNK_LIST, &param, 1, &sink, &f.e) == 0);
	CHECK(sink.count == 0);
	/* Who still works on the old one learns it. */
	CHECK(store_chunk_replace(f.s, jval_str(row, "id"), &chunk, 1, &f.e) ==
	    -1);
	CHECK(f.e.code == ERR_STALE);
	(void)json_object_put(row);
	(void)json_object_put(again);
	CHECK(store_transcript_get(f.s, &NOBODY, SLICE("v"), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "full_text"), "two"));
	(void)json_object_put(row);
	CHECK(store_transcript_put(f.s, &NOBODY, SLICE("none"), SLICE("x"),
		  NULL, &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && row == NULL);
	CHECK(store_transcript_get(f.s, &NOBODY, SLICE("none"), &row, &f.e) ==
	    -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	(void)json_object_put(metadata);
	buf_fini(&b);
	fixture_close(&f);
}

struct seen {
	int rows;
	bool blob_good;
	bool null_good;
	bool order_good;
};

static int
see_chunk(const struct store_row *row, void *cookie)
{
	struct seen *seen = cookie;
	const struct store_value *embedding = &row->values[4];
	uint32_t bits;
	float first;

	seen->order_good = row->values[3].number == seen->rows;
	if (seen->rows++ == 0) {
		seen->blob_good = embedding->type ==
			(fixture_is_pg() ? STORE_FLOATS : STORE_BLOB) &&
		    embedding->bytes.n == sizeof(float[STORE_DIMENSIONS]);
		memcpy(&bits, embedding->bytes.p + 4, 4);
		bits = le32toh(bits);
		memcpy(&first, &bits, 4);
		seen->blob_good = seen->blob_good && first == 1.5F;
	} else {
		seen->null_good = embedding->type == STORE_NULL;
	}
	return 0;
}

static void
test_chunks(void)
{
	static float embedding[STORE_DIMENSIONS] = { 0.0F, 1.5F };
	struct json_object *metadata = fixture_json("{\"start\":1}");
	struct store_chunk chunks[2] = { { SLICE("a"), metadata, embedding },
		{ SLICE("b"), NULL, NULL } };
	struct seen seen = { 0, false, false, false };
	struct store_sink sink = { see_chunk, &seen, 0 };
	struct json_object *row = NULL;
	struct store_value param;
	struct fixture f;
	char uuid[37];

	fixture_open(&f);
	add(&f, "v", uuid);
	CHECK(store_transcript_put(f.s, &NOBODY, SLICE("v"), SLICE("ab"), NULL,
		  &row, &f.e) == 0);
	for (int twice = 0; twice < 2; twice++)
		CHECK(store_chunk_replace(
			  f.s, jval_str(row, "id"), chunks, 2, &f.e) == 0);
	param = store_text(jval_str(row, "id"));
	CHECK(store_run(f.s, STORE_CHUNK_LIST, &param, 1, &sink, &f.e) == 0);
	CHECK(sink.count == 2 && seen.rows == 2);
	CHECK(seen.blob_good && seen.null_good && seen.order_good);
	CHECK(
	    store_chunk_replace(f.s, jval_str(row, "id"), NULL, 0, &f.e) == 0);
	CHECK(store_run(f.s, STORE_CHUNK_LIST, &param, 1, &sink, &f.e) == 0);
	CHECK(sink.count == 0);
	CHECK(store_chunk_replace(f.s, SLICE(NONE), chunks, 2, &f.e) == -1);
	CHECK(f.e.code == ERR_STALE);
	(void)json_object_put(row);
	(void)json_object_put(metadata);
	fixture_close(&f);
}

static size_t
count_outputs(struct fixture *f, const char *first)
{
	struct json_object *rows = NULL;
	size_t n;

	CHECK(store_output_list(f->s, &NOBODY, SLICE("v"), &rows, &f->e) == 0);
	n = json_object_array_length(rows);
	CHECK(slice_eqs(
	    jval_str(json_object_array_get_idx(rows, 0), "content"), first));
	(void)json_object_put(rows);
	return n;
}

static void
test_outputs(void)
{
	struct json_object *job = fixture_json("{\"job\":\"j1\"}");
	struct store_output by_hand = { "analysis", SLICE("by hand"), NULL };
	struct store_output two[2] = { { "analysis", SLICE("A"), job },
		{ "voice_prompt", SLICE("V"), job } };
	struct json_object *rows = NULL, *row;
	struct fixture f;
	struct buf b = BUF_INIT;
	char uuid[37];

	fixture_open(&f);
	add(&f, "v", uuid);
	CHECK(store_output_replace(f.s, slice_from(uuid), &by_hand, 1, &f.e) ==
	    0);
	for (int again = 0; again < 3; again++)
		CHECK(store_output_replace(
			  f.s, slice_from(uuid), two, 2, &f.e) == 0);
	CHECK(count_outputs(&f, "by hand") == 3);
	/* One type only: the other stays. */
	CHECK(store_output_replace(f.s, slice_from(uuid), two, 1, &f.e) == 0);
	CHECK(count_outputs(&f, "by hand") == 3);
	CHECK(store_output_list(f.s, &NOBODY, slice_from(uuid), &rows, &f.e) ==
	    0);
	row = json_object_array_get_idx(rows, 2);
	CHECK(json_object_object_length(row) == 6);
	CHECK(slice_eqs(jval_str(row, "video_id"), uuid));
	CHECK(slice_eqs(jval_str(row, "output_type"), "analysis"));
	CHECK(slice_eqs(jval_str(row, "content"), "A"));
	CHECK(
	    slice_eqs(fixture_print(&b, row, "metadata"), "{\"job\":\"j1\"}"));
	(void)json_object_put(rows);
	CHECK(store_output_replace(f.s, SLICE(NONE), two, 2, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	CHECK(
	    store_output_list(f.s, &NOBODY, SLICE("none"), &rows, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && rows == NULL);
	(void)json_object_put(job);
	buf_fini(&b);
	fixture_close(&f);
}

static void
test_output_rubbish_metadata_stays(void)
{
	struct json_object *job = fixture_json("{\"job\":\"j1\"}");
	struct store_output output = { "analysis", SLICE("A"), job };
	struct store_value params[5];
	struct fixture f;
	char uuid[37];

	fixture_open(&f);
	if (fixture_is_pg()) {
		(void)json_object_put(job);
		fixture_close(&f);
		return;
	}
	add(&f, "v", uuid);
	params[0] = store_text(SLICE("an-id"));
	params[1] = store_text(slice_from(uuid));
	params[2] = store_text(SLICE("analysis"));
	params[3] = store_text(SLICE("by hand"));
	params[4] = store_text(SLICE("job"));
	CHECK(store_write(f.s, STORE_OUTPUT_ADD, params, 5, NULL, &f.e) == 0);
	CHECK(
	    store_output_replace(f.s, slice_from(uuid), &output, 1, &f.e) == 0);
	CHECK(count_outputs(&f, "by hand") == 2);
	(void)json_object_put(job);
	fixture_close(&f);
}

static void
test_outputs_roll_back_with_the_caller(void)
{
	struct store_output output = { "analysis", SLICE("A"), NULL };
	struct json_object *rows = NULL;
	struct fixture f;
	char uuid[37];

	fixture_open(&f);
	add(&f, "v", uuid);
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(
	    store_output_replace(f.s, slice_from(uuid), &output, 1, &f.e) == 0);
	store_rollback(f.s);
	CHECK(store_output_list(f.s, &NOBODY, SLICE("v"), &rows, &f.e) == 0);
	CHECK(json_object_array_length(rows) == 0);
	(void)json_object_put(rows);
	fixture_close(&f);
}

/* Replacing the same things over and over; 0 when all of it went well. */
struct replacer {
	const char *url;
	struct slice video, transcript;
};

static int
replace_many(void *cookie)
{
	const struct replacer *r = cookie;
	struct json_object *job = fixture_json("{\"job\":\"j\"}");
	struct store_output output = { "analysis", SLICE("A"), job };
	struct store_chunk chunks[2] = { { SLICE("a"), NULL, NULL },
		{ SLICE("b"), NULL, NULL } };
	struct json_object *row;
	struct err e = ERR_INIT;
	struct store *s = store_open(r->url, &e);

	for (int i = 0; i < 20; i++)
		if (store_output_replace(s, r->video, &output, 1, &e) != 0 ||
		    store_chunk_replace(s, r->transcript, chunks, 2, &e) != 0 ||
		    store_transcript_put(s, &NOBODY, SLICE("other"),
			SLICE("text"), NULL, &row, &e) != 0) {
			(void)printf("# %s\n", e.msg);
			(void)fflush(stdout);
			return 1;
		} else
			(void)json_object_put(row);
	store_close(s);
	(void)json_object_put(job);
	return 0;
}

static void
test_replacing_at_once(void)
{
	struct json_object *row = NULL, *rows = NULL;
	struct store_value param;
	struct fixture f;
	struct replacer r;
	char uuid[37], other[37];
	pid_t pids[4];

	fixture_open(&f);
	add(&f, "v", uuid);
	add(&f, "other", other);
	CHECK(store_transcript_put(f.s, &NOBODY, SLICE("v"), SLICE("text"),
		  NULL, &row, &f.e) == 0);
	r = (struct replacer){ f.url, slice_from(uuid), jval_str(row, "id") };
	for (size_t i = 0; i < COUNT(pids); i++)
		pids[i] = fixture_fork(replace_many, &r);
	for (size_t i = 0; i < COUNT(pids); i++)
		CHECK(fixture_wait(pids[i]) == 0);
	CHECK(store_output_list(f.s, &NOBODY, SLICE("v"), &rows, &f.e) == 0);
	CHECK(json_object_array_length(rows) == 1);
	(void)json_object_put(rows);
	param = store_text(r.transcript);
	CHECK(store_all(f.s, STORE_CHUNK_LIST, &param, 1, &rows, &f.e) == 0);
	CHECK(json_object_array_length(rows) == 2);
	(void)json_object_put(rows);
	(void)json_object_put(row);
	fixture_close(&f);
}

static void
test_stages(void)
{
	struct json_object *one = fixture_json("{\"n\":[1,null,\"x\"]}");
	struct json_object *two = fixture_json("2");
	struct json_object *output = NULL;
	struct fixture f;
	struct slice video;
	char uuid[37];

	fixture_open(&f);
	add(&f, "v", uuid);
	video = slice_from(uuid);
	CHECK(store_stage_get(f.s, video, "a", SLICE("h"), &output, &f.e) == 0);
	CHECK(output == NULL);
	CHECK(store_stage_put(f.s, video, "a", SLICE("h"), one, &f.e) == 0);
	CHECK(store_stage_put(f.s, video, "a", SLICE("h"), two, &f.e) == 0);
	CHECK(store_stage_put(f.s, video, "b", SLICE("h"), two, &f.e) == 0);
	CHECK(store_stage_get(f.s, video, "a", SLICE("h"), &output, &f.e) == 0);
	CHECK(json_object_equal(output, one));
	(void)json_object_put(output);
	CHECK(store_stage_get(f.s, video, "b", SLICE("h"), &output, &f.e) == 0);
	CHECK(json_object_equal(output, two));
	(void)json_object_put(output);
	CHECK(store_stage_get(f.s, video, "a", SLICE("i"), &output, &f.e) == 0);
	CHECK(output == NULL);
	CHECK(store_stage_put(f.s, SLICE(NONE), "a", SLICE("h"), one, &f.e) ==
	    -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	(void)json_object_put(one);
	(void)json_object_put(two);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_video_add),
	    CHECK_CASE(test_video_add_makes_ids_and_collections),
	    CHECK_CASE(test_video_conflict_writes_nothing),
	    CHECK_CASE(test_video_get_by_either_id),
	    CHECK_CASE(test_video_list),
	    CHECK_CASE(test_collections),
	    CHECK_CASE(test_hostile_text_is_only_text),
	    CHECK_CASE(test_stored_rubbish_becomes_null),
	    CHECK_CASE(test_transcript_put_replaces),
	    CHECK_CASE(test_chunks),
	    CHECK_CASE(test_outputs),
	    CHECK_CASE(test_output_rubbish_metadata_stays),
	    CHECK_CASE(test_outputs_roll_back_with_the_caller),
	    CHECK_CASE(test_replacing_at_once),
	    CHECK_CASE(test_stages),
	    { NULL, NULL },
	});
}

/* What the store has of VideoDB, and what it does not let it touch. */
#include "io/store_videodb.h"

#include "io/clock.h"
#include "io/store_job.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "test_store_fixture.h"

static const struct principal NOBODY = { { "", 0 } };

static bool
keep(struct fixture *f, enum store_videodb_kind kind, const char *id,
    const char *metadata, const char *hash)
{
	struct json_object *json = fixture_json(metadata);
	const struct store_videodb_item item = {
		.kind = kind,
		.id = slice_from(id),
		.collection_id = SLICE(STORE_DEFAULT_COLLECTION),
		.name = SLICE("A name"),
		.description = SLICE("What it is"),
		.metadata = json,
		.hash = slice_from(hash),
	};
	bool kept = false;

	CHECK(store_videodb_keep(f->s, &item, &kept, &f->e) == 0);
	(void)json_object_put(json);
	return kept;
}

/* Of all rows, one after the other: how many, and the one with this id. */
static struct store_videodb_row
known(struct fixture *f, struct arena *a, const char *id, size_t n)
{
	struct store_videodb_row found = { .kind = STORE_VIDEODB__MAX }, last;
	struct store_videodb_rows rows;
	size_t count = 0;

	for (;; count++) {
		CHECK(store_videodb_page(f->s, count == 0 ? NULL : &last, 1, a,
			  &rows, &f->e) == 0);
		if (rows.n == 0)
			break;
		CHECK(rows.n == 1);
		if (slice_eqs(rows.row[0].id, id))
			found = rows.row[0];
		if (count != 0)
			CHECK(rows.row[0].kind >= last.kind);
		last = rows.row[0];
	}
	CHECK(count == n);
	CHECK(store_videodb_page(f->s, NULL, n + 1, a, &rows, &f->e) == 0);
	CHECK(rows.n == n);
	return found;
}

static struct json_object *
video(struct fixture *f, const char *id)
{
	struct json_object *row = NULL;

	if (store_video_get(f->s, &NOBODY, slice_from(id), &row, &f->e) != 0)
		CHECK(f->e.code == ERR_NOT_FOUND);
	return row;
}

static bool
has(struct json_object *row, const char *key, const char *value)
{
	return slice_eqs(
	    jval_str(json_object_object_get(row, "metadata"), key), value);
}

static void
test_videodb_video(void)
{
	struct arena a = ARENA_INIT;
	struct store_videodb_row row;
	struct json_object *is;
	struct fixture f;

	fixture_open(&f);
	CHECK(keep(&f, STORE_VIDEODB_VIDEO, "m-1",
	    "{\"name\":\"One\",\"stream_url\":\"https://s\",\"x\":null}",
	    "h1"));
	row = known(&f, &a, "m-1", 1);
	CHECK(row.kind == STORE_VIDEODB_VIDEO && row.made && !row.deleted);
	CHECK(slice_eqs(row.local_id, "m-1") && slice_eqs(row.hash, "h1"));
	CHECK(row.since_ms > 0);
	is = video(&f, "m-1");
	CHECK(has(is, "name", "One") && has(is, "stream_url", "https://s"));
	(void)json_object_put(is);
	/* What VideoDB does not say stays, what it takes back goes. */
	CHECK(keep(&f, STORE_VIDEODB_VIDEO, "m-1",
	    "{\"stream_url\":\"https://t\",\"more\":null}", "h2"));
	is = video(&f, "m-1");
	CHECK(has(is, "name", "One") && has(is, "stream_url", "https://t"));
	(void)json_object_put(is);
	row = known(&f, &a, "m-1", 1);
	CHECK(slice_eqs(row.hash, "h2"));
	CHECK(store_videodb_lose(f.s, &row, &f.e) == 0);
	CHECK(video(&f, "m-1") == NULL);
	(void)known(&f, &a, "m-1", 0);
	arena_fini(&a);
	fixture_close(&f);
}

/* A project's own row of a video of VideoDB's is kept up to date, and stays. */
static void
test_videodb_adopted(void)
{
	struct store_video_new new = { .video_id = SLICE("m-1") };
	struct json_object *row = NULL, *is;
	struct arena a = ARENA_INIT;
	struct store_videodb_row theirs;
	struct fixture f;

	fixture_open(&f);
	new.metadata = fixture_json("{\"speaker\":\"Ann\"}");
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	CHECK(keep(&f, STORE_VIDEODB_VIDEO, "m-1", "{\"name\":\"One\"}", "h"));
	is = video(&f, "m-1");
	CHECK(has(is, "speaker", "Ann") && has(is, "name", "One"));
	CHECK(slice_eq(jval_str(is, "id"), jval_str(row, "id")));
	(void)json_object_put(is);
	theirs = known(&f, &a, "m-1", 1);
	CHECK(!theirs.made);
	CHECK(store_videodb_lose(f.s, &theirs, &f.e) == 0);
	is = video(&f, "m-1");
	CHECK(is != NULL);
	(void)json_object_put(is);
	(void)known(&f, &a, "m-1", 0);
	(void)json_object_put(row);
	(void)json_object_put(new.metadata);
	arena_fini(&a);
	fixture_close(&f);
}

/* Ids that are those of something of ours. */
static void
test_videodb_foreign(void)
{
	struct store_video_new file = { .video_id = SLICE("m-file") };
	struct store_media_new audio = { .collection_id =
					     SLICE(STORE_DEFAULT_COLLECTION),
		.kind = MEDIA_AUDIO,
		.name = SLICE("Ours"),
		.file = SLICE("a.mp3"),
		.id = SLICE("a-ours") };
	struct json_object *row = NULL, *medium = NULL;
	struct arena a = ARENA_INIT;
	struct fixture f;
	char uuid[64];

	fixture_open(&f);
	file.metadata = fixture_json("{\"name\":\"Ours\",\"file\":\"m.mp4\"}");
	CHECK(store_video_add(f.s, &NOBODY, &file, &row, &f.e) == 0);
	(void)snprintf(
	    uuid, sizeof(uuid), "%.*s", SLICE_ARG(jval_str(row, "id")));
	CHECK(store_media_add(f.s, &NOBODY, &audio, &medium, &f.e) == 0);
	CHECK(
	    !keep(&f, STORE_VIDEODB_VIDEO, "m-file", "{\"name\":\"x\"}", "h"));
	CHECK(!keep(&f, STORE_VIDEODB_VIDEO, uuid, "{\"name\":\"x\"}", "h"));
	CHECK(!keep(&f, STORE_VIDEODB_AUDIO, "a-ours", "{\"x\":1}", "h"));
	(void)known(&f, &a, "m-file", 0);
	(void)json_object_put(row);
	row = video(&f, "m-file");
	CHECK(has(row, "name", "Ours"));
	(void)json_object_put(row);
	(void)json_object_put(medium);
	(void)json_object_put(file.metadata);
	arena_fini(&a);
	fixture_close(&f);
}

static size_t
count(struct fixture *f, enum media_kind kind)
{
	struct store_media_key of = { SLICE(STORE_DEFAULT_COLLECTION), kind,
		SLICE_EMPTY };
	struct json_object *rows = NULL;
	size_t n;

	CHECK(store_media_list(f->s, &NOBODY, &of, 10, &rows, &f->e) == 0);
	n = json_object_array_length(rows);
	(void)json_object_put(rows);
	return n;
}

static void
test_videodb_media(void)
{
	struct arena a = ARENA_INIT;
	struct store_videodb_row row;
	struct fixture f;

	fixture_open(&f);
	CHECK(keep(&f, STORE_VIDEODB_AUDIO, "a-1", "{\"length\":3}", "h"));
	CHECK(keep(&f, STORE_VIDEODB_IMAGE, "img-1", "{\"url\":\"u\"}", "h"));
	CHECK(keep(&f, STORE_VIDEODB_IMAGE, "img-1", "{\"url\":\"v\"}", "i"));
	CHECK(count(&f, MEDIA_AUDIO) == 1 && count(&f, MEDIA_IMAGE) == 1);
	row = known(&f, &a, "img-1", 2);
	CHECK(row.made && store_videodb_lose(f.s, &row, &f.e) == 0);
	CHECK(count(&f, MEDIA_AUDIO) == 1 && count(&f, MEDIA_IMAGE) == 0);
	arena_fini(&a);
	fixture_close(&f);
}

static bool
is_collection(struct fixture *f, const char *id, const char *name)
{
	struct json_object *row = NULL;
	bool is;

	if (store_collection_get(f->s, &NOBODY, slice_from(id), &row, &f->e) !=
	    0)
		return false;
	is = slice_eqs(jval_str(row, "name"), name);
	(void)json_object_put(row);
	return is;
}

static void
test_videodb_collections(void)
{
	struct store_video_new new = { .video_id = SLICE("m-ours"),
		.collection_id = SLICE("c-2") };
	struct json_object *video_row = NULL;
	struct arena a = ARENA_INIT;
	struct store_videodb_key key = { STORE_VIDEODB_COLLECTION,
		SLICE(STORE_DEFAULT_COLLECTION), true };
	struct store_videodb_rows rows;
	struct store_videodb_row row;
	struct fixture f;

	fixture_open(&f);
	CHECK(store_videodb_map(f.s, SLICE("c-theirs"),
		  SLICE(STORE_DEFAULT_COLLECTION), &f.e) == 0);
	CHECK(store_videodb_get(f.s, &key, &a, &rows, &f.e) == 0);
	CHECK(rows.n == 1 && slice_eqs(rows.row[0].id, "c-theirs"));
	/* The first one keeps its name. */
	CHECK(keep(&f, STORE_VIDEODB_COLLECTION, "c-theirs", "{}", "h"));
	CHECK(!is_collection(&f, STORE_DEFAULT_COLLECTION, "A name"));
	CHECK(!is_collection(&f, "c-theirs", "A name"));
	CHECK(keep(&f, STORE_VIDEODB_COLLECTION, "c-1", "{}", "h"));
	CHECK(is_collection(&f, "c-1", "A name"));
	row = known(&f, &a, "c-1", 2);
	CHECK(row.made && store_videodb_lose(f.s, &row, &f.e) == 0);
	CHECK(!is_collection(&f, "c-1", "A name"));
	/* Something of ours is in it: it stays. */
	CHECK(keep(&f, STORE_VIDEODB_COLLECTION, "c-2", "{}", "h"));
	CHECK(store_video_add(f.s, &NOBODY, &new, &video_row, &f.e) == 0);
	row = known(&f, &a, "c-2", 2);
	CHECK(store_videodb_lose(f.s, &row, &f.e) == 0);
	CHECK(is_collection(&f, "c-2", "A name"));
	(void)known(&f, &a, "c-2", 1);
	(void)json_object_put(video_row);
	arena_fini(&a);
	fixture_close(&f);
}

/* Nobody has said so before: the item itself does. */
static void
test_videodb_default_collection(void)
{
	const struct store_videodb_item item = {
		.kind = STORE_VIDEODB_COLLECTION,
		.id = SLICE("c-theirs"),
		.local_id = SLICE(STORE_DEFAULT_COLLECTION),
		.name = SLICE("Theirs"),
		.hash = SLICE("h"),
	};
	struct arena a = ARENA_INIT;
	struct store_videodb_row row;
	struct fixture f;
	bool kept = false;

	fixture_open(&f);
	CHECK(store_videodb_keep(f.s, &item, &kept, &f.e) == 0 && kept);
	CHECK(!is_collection(&f, "c-theirs", "Theirs"));
	CHECK(!is_collection(&f, STORE_DEFAULT_COLLECTION, "Theirs"));
	row = known(&f, &a, "c-theirs", 1);
	CHECK(!row.made);
	CHECK(slice_eqs(row.local_id, STORE_DEFAULT_COLLECTION));
	arena_fini(&a);
	fixture_close(&f);
}

/* Deleted here: it is not made again, and is named for deleting there. */
static void
test_videodb_buried(void)
{
	struct arena a = ARENA_INIT;
	struct store_videodb_rows rows;
	struct store_videodb_row row;
	struct json_object *is;
	struct fixture f;
	bool theirs = true;

	fixture_open(&f);
	CHECK(store_videodb_bury(
		  f.s, STORE_VIDEODB_VIDEO, SLICE("m-1"), &theirs, &f.e) == 0);
	CHECK(!theirs);
	CHECK(keep(&f, STORE_VIDEODB_COLLECTION, "c-1", "{}", "h"));
	CHECK(keep(&f, STORE_VIDEODB_VIDEO, "m-1", "{}", "h"));
	CHECK(store_videodb_bury(f.s, STORE_VIDEODB_COLLECTION, SLICE("c-1"),
		  &theirs, &f.e) == 0 &&
	    theirs);
	is = video(&f, "m-1");
	CHECK(store_video_remove(f.s, &NOBODY, jval_str(is, "id"), &f.e) == 0);
	(void)json_object_put(is);
	CHECK(store_videodb_bury(
		  f.s, STORE_VIDEODB_VIDEO, SLICE("m-1"), &theirs, &f.e) == 0 &&
	    theirs);
	CHECK(!keep(&f, STORE_VIDEODB_VIDEO, "m-1", "{}", "i"));
	CHECK(video(&f, "m-1") == NULL);
	CHECK(store_videodb_deleted(f.s, &a, &rows, &f.e) == 0);
	CHECK(rows.n == 2 && rows.row[0].kind == STORE_VIDEODB_VIDEO);
	CHECK(rows.row[1].kind == STORE_VIDEODB_COLLECTION);
	/* There, too: a list that is being read may still name it. */
	CHECK(store_videodb_gone(f.s, &rows.row[0], &f.e) == 0);
	CHECK(!keep(&f, STORE_VIDEODB_VIDEO, "m-1", "{}", "i"));
	row = known(&f, &a, "m-1", 2);
	CHECK(row.deleted && row.gone);
	CHECK(store_videodb_deleted(f.s, &a, &rows, &f.e) == 0 && rows.n == 1);
	CHECK(store_videodb_drop(f.s, &row, &f.e) == 0);
	(void)known(&f, &a, "m-1", 1);
	CHECK(keep(&f, STORE_VIDEODB_VIDEO, "m-1", "{}", "i"));
	arena_fini(&a);
	fixture_close(&f);
}

static void
test_videodb_ask(void)
{
	int64_t now = 0;
	struct fixture f;
	bool due = false;

	fixture_open(&f);
	CHECK(store_videodb_ask(f.s, 600000, &due, &f.e) == 0 && due);
	CHECK(store_videodb_ask(f.s, 600000, &due, &f.e) == 0 && !due);
	CHECK(store_videodb_ask(f.s, 0, &due, &f.e) == 0 && due);
	/* While one is on its way, no other one. */
	CHECK(store_job_add(f.s, SLICE("11111111-1111-1111-1111-111111111111"),
		  "videodb_mirror", NULL, 0, &f.e) == 0);
	CHECK(store_videodb_ask(f.s, 0, &due, &f.e) == 0 && !due);
	CHECK(store_videodb_mirrored(f.s, &f.e) == 0);
	CHECK(store_videodb_now(f.s, &now, &f.e) == 0);
	CHECK(now > clock_wall_ms() - 600000 && now < clock_wall_ms() + 600000);
	fixture_close(&f);
}

static void
test_videodb_calls(void)
{
	struct slice job = SLICE("11111111-1111-1111-1111-111111111111");
	struct store_videodb_call call;
	struct arena a = ARENA_INIT;
	struct fixture f;

	fixture_open(&f);
	CHECK(store_videodb_call_get(f.s, job, "one", &a, &call, &f.e) == 0);
	CHECK(call.output_url.n == 0);
	CHECK(store_videodb_call_put(
		  f.s, job, "one", SLICE("https://o/1"), &f.e) == 0);
	CHECK(store_videodb_call_failed(f.s, job, 3, &f.e) == 0);
	CHECK(store_videodb_call_get(f.s, job, "one", &a, &call, &f.e) == 0);
	CHECK(slice_eqs(call.output_url, "https://o/1"));
	CHECK(call.failures == 3 && call.age_ms >= 0);
	/* The next step: the one before is over. */
	CHECK(store_videodb_call_put(
		  f.s, job, "two", SLICE("https://o/2"), &f.e) == 0);
	CHECK(store_videodb_call_get(f.s, job, "one", &a, &call, &f.e) == 0);
	CHECK(call.output_url.n == 0);
	CHECK(store_videodb_call_get(f.s, job, "two", &a, &call, &f.e) == 0);
	CHECK(slice_eqs(call.output_url, "https://o/2") && call.failures == 0);
	CHECK(store_videodb_call_forget(f.s, 3600000, &f.e) == 0);
	CHECK(store_videodb_call_get(f.s, job, "two", &a, &call, &f.e) == 0);
	CHECK(call.output_url.n != 0);
	CHECK(store_videodb_call_drop(f.s, job, &f.e) == 0);
	CHECK(store_videodb_call_get(f.s, job, "two", &a, &call, &f.e) == 0);
	CHECK(call.output_url.n == 0);
	arena_fini(&a);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_videodb_video),
	    CHECK_CASE(test_videodb_adopted), CHECK_CASE(test_videodb_foreign),
	    CHECK_CASE(test_videodb_media),
	    CHECK_CASE(test_videodb_collections),
	    CHECK_CASE(test_videodb_default_collection),
	    CHECK_CASE(test_videodb_buried), CHECK_CASE(test_videodb_ask),
	    CHECK_CASE(test_videodb_calls), { NULL, NULL } });
}

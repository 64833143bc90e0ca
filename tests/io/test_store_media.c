/* Audio, images, and how collections and videos come and go. */
#include "io/store_media.h"

#include <fcntl.h>

#include "io/store_rest.h"
#include "io/store_video.h"
#include "test_store_fixture.h"

static const struct principal NOBODY = { { "", 0 } };

static struct slice
text(char out[static 64], struct json_object *row, const char *key)
{
	(void)snprintf(out, 64, "%.*s", SLICE_ARG(jval_str(row, key)));
	return slice_from(out);
}

/* A collection; its id into `id`. */
static void
collection(struct fixture *f, char id[static 64])
{
	struct json_object *row = NULL;

	CHECK(store_collection_add(f->s, &NOBODY, SLICE("Calls"),
		  SLICE("of May"), &row, &f->e) == 0);
	CHECK(slice_eqs(jval_str(row, "name"), "Calls"));
	CHECK(slice_eqs(jval_str(row, "description"), "of May"));
	CHECK(text(id, row, "id").n == 38);
	(void)json_object_put(row);
}

/* Something in it; its id into `id`. */
static int
add(struct fixture *f, const char *in, enum media_kind kind, const char *file,
    char id[static 64])
{
	struct store_media_new new = { .collection_id = slice_from(in),
		.kind = kind,
		.name = SLICE("A name"),
		.file = slice_from(file) };
	struct json_object *row = NULL;
	int rc = store_media_add(f->s, &NOBODY, &new, &row, &f->e);

	if (rc == 0)
		(void)text(id, row, "id");
	(void)json_object_put(row);
	return rc;
}

static size_t
count(struct fixture *f, const char *in, enum media_kind kind)
{
	struct store_media_key of = { slice_from(in), kind, SLICE_EMPTY };
	struct json_object *rows = NULL;
	size_t n;

	CHECK(store_media_list(f->s, &NOBODY, &of, 10, &rows, &f->e) == 0);
	n = json_object_array_length(rows);
	(void)json_object_put(rows);
	return n;
}

static void
test_media(void)
{
	char in[64], id[64], other[64];
	struct store_media_key key;
	struct json_object *row = NULL;
	struct fixture f;

	fixture_open(&f);
	collection(&f, in);
	CHECK(add(&f, in, MEDIA_AUDIO, "a.mp3", id) == 0);
	CHECK(id[0] == 'a' && strlen(id) == 38);
	CHECK(add(&f, in, MEDIA_IMAGE, "b.png", other) == 0);
	CHECK(count(&f, in, MEDIA_AUDIO) == 1);
	CHECK(count(&f, in, MEDIA_IMAGE) == 1);
	CHECK(count(&f, "c-main", MEDIA_AUDIO) == 0);
	key = (struct store_media_key){ slice_from(in), MEDIA_AUDIO,
		slice_from(id) };
	CHECK(store_media_get(f.s, &NOBODY, &key, &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "file"), "a.mp3"));
	CHECK(slice_eqs(jval_str(row, "name"), "A name"));
	(void)json_object_put(row);
	row = NULL;
	/* Of another kind or collection it is not there. */
	key.kind = MEDIA_IMAGE;
	CHECK(store_media_get(f.s, &NOBODY, &key, &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	key = (struct store_media_key){ SLICE("c-main"), MEDIA_AUDIO,
		slice_from(id) };
	CHECK(store_media_remove(f.s, &NOBODY, &key, &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND && count(&f, in, MEDIA_AUDIO) == 1);
	key.collection_id = slice_from(in);
	CHECK(store_media_remove(f.s, &NOBODY, &key, &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "file"), "a.mp3"));
	(void)json_object_put(row);
	row = NULL;
	CHECK(store_media_remove(f.s, &NOBODY, &key, &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	fixture_close(&f);
}

static void
test_media_needs_its_collection(void)
{
	struct fixture f;
	char id[64];

	fixture_open(&f);
	CHECK(add(&f, "c-nowhere", MEDIA_AUDIO, "a.mp3", id) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	fixture_close(&f);
}

static int
drop(struct fixture *f, const char *id)
{
	return store_collection_remove(f->s, &NOBODY, slice_from(id), &f->e);
}

static void
test_collection_remove(void)
{
	struct store_video_new new = { .video_id = SLICE("v") };
	char in[64], uuid[64], audio[64];
	struct store_media_key key;
	struct json_object *row = NULL;
	struct fixture f;

	fixture_open(&f);
	collection(&f, in);
	new.collection_id = slice_from(in);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	(void)text(uuid, row, "id");
	(void)json_object_put(row);
	CHECK(add(&f, in, MEDIA_AUDIO, "a.mp3", audio) == 0);
	/* What the page looks for in the sentence. */
	CHECK(drop(&f, in) == -1 && f.e.code == ERR_CONFLICT);
	CHECK(strcmp(f.e.msg,
		  "Invalid request: Your collection has non-zero videos, "
		  "non-zero audios.") == 0);
	CHECK(strcmp(f.e.word, "collection-not-empty") == 0);
	CHECK(store_video_remove(f.s, &NOBODY, slice_from(uuid), &f.e) == 0);
	CHECK(drop(&f, in) == -1);
	key = (struct store_media_key){ slice_from(in), MEDIA_AUDIO,
		slice_from(audio) };
	CHECK(store_media_remove(f.s, &NOBODY, &key, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(drop(&f, in) == 0);
	CHECK(drop(&f, in) == -1 && f.e.code == ERR_NOT_FOUND);
	CHECK(drop(&f, STORE_DEFAULT_COLLECTION) == -1);
	CHECK(f.e.code == ERR_CONFLICT);
	fixture_close(&f);
}

/* Its transcript and what was made of it go with it. */
static void
test_video_remove(void)
{
	struct store_video_new new = { .video_id = SLICE("v") };
	struct json_object *row = NULL, *transcript = NULL, *found = NULL;
	struct json_object *output = fixture_json("{\"a\":1}");
	struct fixture f;
	char uuid[64];

	fixture_open(&f);
	CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
	(void)text(uuid, row, "id");
	CHECK(store_transcript_put(f.s, &NOBODY, slice_from(uuid), SLICE("hi"),
		  NULL, &transcript, &f.e) == 0);
	CHECK(store_stage_put(f.s, slice_from(uuid), "analysis", SLICE("h"),
		  output, &f.e) == 0);
	CHECK(store_video_remove(f.s, &NOBODY, slice_from(uuid), &f.e) == 0);
	CHECK(store_video_get(f.s, &NOBODY, SLICE("v"), &found, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	CHECK(store_stage_get(f.s, slice_from(uuid), "analysis", SLICE("h"),
		  &found, &f.e) == 0 &&
	    found == NULL);
	CHECK(store_video_remove(f.s, &NOBODY, slice_from(uuid), &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	(void)json_object_put(row);
	(void)json_object_put(transcript);
	(void)json_object_put(output);
	fixture_close(&f);
}

static int
keep(void *cookie, struct slice json, struct json_object *row,
    struct store_fields *fields, struct err *e)
{
	(void)cookie;
	(void)json;
	(void)row;
	(void)fields;
	(void)e;
	return 0;
}

/* Removes collections in another process. */
struct remover {
	const char *url, *id;
	bool rest; /* by the other call */
	int start; /* read before; a child of a writer has its locks */
};

/* 0: refused, since something is in it. */
static int
remove_child(void *cookie)
{
	const struct remover *r = cookie;
	struct err e = ERR_INIT;
	struct store *s = store_open(r->url, &e);
	struct store_view view = { &NOBODY, false };
	struct store_address at = { &view, STORE_LIST_COLLECTIONS,
		slice_from(r->id) };
	struct store_edit edit = { keep, NULL };
	struct buf row = BUF_INIT;
	char go;
	int rc;

	if (s == NULL || read(r->start, &go, 1) != 1)
		return 2;
	rc = r->rest
	    ? store_rest_remove(s, &at, &edit, &row, &e)
	    : store_collection_remove(s, &NOBODY, slice_from(r->id), &e);
	buf_fini(&row);
	store_close(s);
	return rc == -1 && e.code == ERR_CONFLICT ? 0 : 1;
}

/* Who removes it waits for our commit; before, it was done by then. */
static void
wait_or_end(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	for (int i = 0; i < 20 && info.si_pid == 0; i++) {
		(void)waitid(
		    P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
		fixture_sleep(20);
	}
}

/* A video that is being written keeps its collection. */
static void
test_collection_kept(void)
{
	struct store_video_new new = { .video_id = SLICE_EMPTY };
	struct json_object *row = NULL;
	struct remover r;
	struct fixture f;
	char in[64];

	fixture_open(&f);
	for (int i = 0; i < 2; i++) {
		int fds[2];
		pid_t pid;

		collection(&f, in);
		new.collection_id = slice_from(in);
		CHECK(pipe2(fds, O_CLOEXEC) == 0);
		r = (struct remover){ f.url, in, i == 1, fds[0] };
		pid = fixture_fork(remove_child, &r);
		CHECK(store_begin(f.s, &f.e) == 0);
		CHECK(store_video_add(f.s, &NOBODY, &new, &row, &f.e) == 0);
		(void)json_object_put(row);
		CHECK(write(fds[1], "", 1) == 1);
		wait_or_end(pid);
		CHECK(store_commit(f.s, &f.e) == 0);
		CHECK(fixture_wait(pid) == 0);
		(void)close(fds[0]);
		(void)close(fds[1]);
		CHECK(store_collection_get(
			  f.s, &NOBODY, slice_from(in), &row, &f.e) == 0);
		(void)json_object_put(row);
	}
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_media),
	    CHECK_CASE(test_media_needs_its_collection),
	    CHECK_CASE(test_collection_remove), CHECK_CASE(test_video_remove),
	    CHECK_CASE(test_collection_kept), { NULL, NULL } });
}

/* The SQLite driver: opening, migrating, sharing, and failing well. */
#include <sys/resource.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "io/store_job.h"
#include "io/store_video.h"
#include "test_store_fixture.h"

static void
test_urls(void)
{
	static const struct {
		int line;
		const char *url;
		const char *says;
	} ROWS[] = {
		{ __LINE__, "postgresql://[h/db", "PostgreSQL" },
		{ __LINE__, "postgres://%zz@h/db", "PostgreSQL" },
		{ __LINE__, "postgresql://h/db?no=such", "PostgreSQL" },
		{ __LINE__, "sqlite:", "path of a file" },
		{ __LINE__, "", "sqlite:PATH" },
		{ __LINE__, "mysql://h", "sqlite:PATH" },
		{ __LINE__, "director.db", "sqlite:PATH" },
	};

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct err e = ERR_INIT;

		CHECK_ROW(ROWS[i].line, store_open(ROWS[i].url, &e) == NULL);
		CHECK_ROW(ROWS[i].line, e.code == ERR_BAD_REQUEST);
		CHECK_ROW(ROWS[i].line, strstr(e.msg, ROWS[i].says) != NULL);
	}
}

/* Names that mean something to SQLite are files all the same. */
static void
test_paths_verbatim(void)
{
	static const char *const NAMES[] = { ":memory:", "file:x?mode=memory",
		"plain.db", "tab\tand 'quote'" };
	char home[PATH_MAX];
	struct fixture f;

	fixture_dir(&f);
	CHECK(getcwd(home, sizeof(home)) != NULL);
	CHECK(chdir(f.dir) == 0);
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		char url[64];

		(void)snprintf(url, sizeof(url), "sqlite:%s", NAMES[i]);
		f.s = store_open(url, &f.e);
		CHECK(f.s != NULL);
		CHECK(access(NAMES[i], F_OK) == 0);
		store_close(f.s);
	}
	f.s = NULL;
	CHECK(chdir(home) == 0);
	fixture_close(&f);
}

static void
test_file_is_private(void)
{
	struct fixture f;
	struct stat st;
	char wal[128];

	(void)umask(0);
	fixture_open(&f);
	(void)snprintf(wal, sizeof(wal), "%s-wal", f.path);
	CHECK(stat(f.path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(stat(wal, &st) == 0 && (st.st_mode & 0777) == 0600);
	fixture_close(&f);
	(void)umask(022);
}

static void
test_empty_store_is_not_ready(void)
{
	struct fixture f;
	char uuid[37];

	fixture_dir(&f);
	f.s = store_open(f.url, &f.e);
	CHECK(f.s != NULL);
	CHECK(store_ready(f.s, &f.e) == -1 && f.e.code == ERR_UNAVAILABLE);
	CHECK(strstr(f.e.msg, "--migrate") != NULL);
	CHECK(store_uuid(f.s, uuid, &f.e) == -1);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	fixture_close(&f);
}

/* Hold the writer's lock for so many milliseconds. */
struct holder {
	struct fixture *f;
	long ms;
	int pipe;
};

static int
hold_child(void *cookie)
{
	struct holder *h = cookie;
	struct err e = ERR_INIT;
	struct store *s = store_open(h->f->url, &e);

	if (s == NULL || store_begin(s, &e) == -1)
		return 1;
	if (write(h->pipe, "x", 1) != 1)
		return 1;
	fixture_sleep(h->ms);
	store_rollback(s);
	store_close(s);
	return 0;
}

static void
hold(struct fixture *f, long ms, int want, int64_t least, int64_t most)
{
	int64_t before;
	int fds[2];
	char c;
	pid_t pid;
	struct holder h;

	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	h = (struct holder){ f, ms, fds[1] };
	pid = fixture_fork(hold_child, &h);
	CHECK(read(fds[0], &c, 1) == 1);
	before = fixture_now_ms();
	CHECK(store_begin(f->s, &f->e) == want);
	CHECK(fixture_now_ms() - before >= least);
	CHECK(fixture_now_ms() - before <= most);
	store_rollback(f->s);
	CHECK(fixture_wait(pid) == 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
test_busy_store_waits_then_gives_up(void)
{
	struct json_object *rows;
	struct fixture f;

	fixture_open(&f);
	hold(&f, 300, 0, 200, 2000);
	hold(&f, 5600, -1, 4900, 5550);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	CHECK(strstr(f.e.msg, "busy") != NULL);
	CHECK(store_video_list(f.s, &PRINCIPAL_ANONYMOUS, SLICE_EMPTY, 10,
		  &rows, &f.e) == 0);
	(void)json_object_put(rows);
	fixture_close(&f);
}

static void
test_readers_do_not_wait(void)
{
	struct fixture f, other;
	struct json_object *rows;
	int64_t before;

	fixture_open(&f);
	other = f;
	other.s = store_open(f.url, &f.e);
	CHECK(store_begin(f.s, &f.e) == 0);
	before = fixture_now_ms();
	CHECK(store_video_list(other.s, &PRINCIPAL_ANONYMOUS, SLICE_EMPTY, 10,
		  &rows, &f.e) == 0);
	CHECK(fixture_now_ms() - before < 1000);
	(void)json_object_put(rows);
	store_rollback(f.s);
	store_close(other.s);
	fixture_close(&f);
}

static void
test_transactions(void)
{
	struct fixture f;
	struct store_scope scope;
	int64_t n = 0;

	fixture_open(&f);
	CHECK(store_commit(f.s, &f.e) == -1 && f.e.code == ERR_INTERNAL);
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(store_begin(f.s, &f.e) == -1 && f.e.code == ERR_INTERNAL);
	CHECK(store_job_add(f.s, SLICE("a"), "t", NULL, 0, &f.e) == 0);
	/* A call that fails inside leaves what was done before it. */
	CHECK(store_enter(f.s, &scope, &f.e) == 0);
	CHECK(store_job_add(f.s, SLICE("b"), "t", NULL, 0, &f.e) == 0);
	CHECK(store_leave(f.s, &scope, -1, &f.e) == -1);
	CHECK(store_commit(f.s, &f.e) == 0);
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(store_job_add(f.s, SLICE("c"), "t", NULL, 0, &f.e) == 0);
	store_rollback(f.s);
	store_rollback(f.s);
	{
		struct json_object *counts = NULL;

		CHECK(store_job_counts(f.s, &counts, &f.e) == 0);
		n = fixture_int(counts, "queued");
		(void)json_object_put(counts);
	}
	CHECK(n == 1);
	fixture_close(&f);
}

static void
test_wrong_parameter_count(void)
{
	struct fixture f;

	fixture_open(&f);
	CHECK(store_run(f.s, STORE_VIDEO_GET, NULL, 0, NULL, &f.e) == -1);
	CHECK(f.e.code == ERR_INTERNAL);
	fixture_close(&f);
}

/* As a user who may not write there, in a folder of his. */
static int
read_only_child(void *cookie)
{
	struct fixture *f = cookie;
	struct err e = ERR_INIT;
	struct store *s;

	if (geteuid() == 0 && setuid(65534) == -1)
		return 2;
	s = store_open(f->url, &e);
	if (s != NULL && store_migrate(s, &e) == 0)
		return 3;
	if (e.code != ERR_UNAVAILABLE || e.msg[0] == '\0')
		return 4;
	return 0;
}

static void
test_read_only_folder(void)
{
	struct fixture f;

	fixture_dir(&f);
	CHECK(chmod(f.dir, 0555) == 0);
	CHECK(fixture_wait(fixture_fork(read_only_child, &f)) == 0);
	CHECK(chmod(f.dir, 0755) == 0);
	CHECK(access(f.path, F_OK) == -1);
	fixture_close(&f);
}

static int
read_only_store_child(void *cookie)
{
	struct fixture *f = cookie;
	struct err e = ERR_INIT;
	struct json_object *row;
	struct store_video_new new = { .video_id = SLICE("v") };
	struct store *s;

	if (geteuid() == 0 && setuid(65534) == -1)
		return 2;
	s = store_open(f->url, &e);
	if (s != NULL &&
	    store_video_add(s, &PRINCIPAL_ANONYMOUS, &new, &row, &e) == 0)
		return 3;
	return e.code == ERR_UNAVAILABLE ? 0 : 4;
}

static void
test_read_only_store(void)
{
	struct fixture f;

	fixture_open(&f);
	store_close(f.s);
	f.s = NULL;
	CHECK(chmod(f.path, 0444) == 0 && chmod(f.dir, 0555) == 0);
	CHECK(fixture_wait(fixture_fork(read_only_store_child, &f)) == 0);
	CHECK(chmod(f.path, 0600) == 0 && chmod(f.dir, 0755) == 0);
	fixture_close(&f);
}

static void
test_missing_folder_and_folder_as_file(void)
{
	struct fixture f;
	char url[128];

	fixture_dir(&f);
	(void)snprintf(url, sizeof(url), "sqlite:%s/no/such.db", f.dir);
	CHECK(store_open(url, &f.e) == NULL && f.e.code == ERR_UNAVAILABLE);
	(void)snprintf(url, sizeof(url), "sqlite:%s", f.dir);
	CHECK(store_open(url, &f.e) == NULL && f.e.code == ERR_UNAVAILABLE);
	fixture_close(&f);
}

static void
test_not_a_database(void)
{
	struct fixture f;
	FILE *file;

	fixture_dir(&f);
	file = fopen(f.path, "we");
	CHECK(file != NULL);
	for (int i = 0; file != NULL && i < 1000; i++)
		(void)fputs("This is no database at all. ", file);
	CHECK(file != NULL && fclose(file) == 0);
	CHECK(store_open(f.url, &f.e) == NULL);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	CHECK(strstr(f.e.msg, "damaged") != NULL);
	fixture_close(&f);
}

/* A file that cannot grow beyond `limit` bytes, as on a full disk. */
static void
limit_files(rlim_t limit)
{
	struct rlimit r = { limit, limit };

	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &r) == -1)
		abort();
}

static int
full_migrate_child(void *cookie)
{
	struct fixture *f = cookie;
	struct err e = ERR_INIT;
	struct store *s;

	limit_files(40000);
	s = store_open(f->url, &e);
	if (s != NULL && store_migrate(s, &e) == 0)
		return 3;
	return e.code == ERR_UNAVAILABLE ? 0 : 4;
}

static void
test_full_disk_while_migrating(void)
{
	struct fixture f;

	fixture_dir(&f);
	CHECK(fixture_wait(fixture_fork(full_migrate_child, &f)) == 0);
	/* With room again it goes through. */
	f.s = store_open(f.url, &f.e);
	CHECK(f.s != NULL && store_migrate(f.s, &f.e) == 0);
	CHECK(f.s != NULL && store_ready(f.s, &f.e) == 0);
	fixture_close(&f);
}

static int
full_put_child(void *cookie)
{
	struct fixture *f = cookie;
	struct err e = ERR_INIT;
	struct store *s = store_open(f->url, &e);
	struct json_object *row = NULL;
	size_t n = 4000000;
	char *text = malloc(n);

	if (s == NULL || text == NULL)
		return 2;
	memset(text, 'x', n);
	limit_files(1000000);
	for (int inside = 0; inside < 2; inside++) {
		if (inside && store_begin(s, &e) == -1)
			return 5;
		if (store_transcript_put(s, &PRINCIPAL_ANONYMOUS, SLICE("v"),
			(struct slice){ text, n }, NULL, &row, &e) == 0 &&
		    (!inside || store_commit(s, &e) == 0))
			return 3;
		if (e.code != ERR_UNAVAILABLE)
			return 4;
		store_rollback(s);
		/* The connection is as good as before. */
		if (store_video_get(
			s, &PRINCIPAL_ANONYMOUS, SLICE("v"), &row, &e) == -1)
			return 6;
		(void)json_object_put(row);
	}
	free(text);
	store_close(s);
	return 0;
}

static void
test_full_disk_while_writing(void)
{
	struct store_video_new new = { .video_id = SLICE("v") };
	struct json_object *row = NULL;
	struct fixture f;

	fixture_open(&f);
	CHECK(
	    store_video_add(f.s, &PRINCIPAL_ANONYMOUS, &new, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(store_transcript_put(f.s, &PRINCIPAL_ANONYMOUS, SLICE("v"),
		  SLICE("old"), NULL, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(fixture_wait(fixture_fork(full_put_child, &f)) == 0);
	/* The old one is untouched, and writing works again. */
	CHECK(store_transcript_get(
		  f.s, &PRINCIPAL_ANONYMOUS, SLICE("v"), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "full_text"), "old"));
	(void)json_object_put(row);
	CHECK(store_transcript_put(f.s, &PRINCIPAL_ANONYMOUS, SLICE("v"),
		  SLICE("new"), NULL, &row, &f.e) == 0);
	(void)json_object_put(row);
	fixture_close(&f);
}

static void
count_wait(void *cookie)
{
	++*(int *)cookie;
}

/* A pattern that is tried at each place of a long text: one step to SQLite. */
static void
test_reading_takes_no_longer_than_allowed(void)
{
	struct store_sink sink = { NULL, NULL, 0 };
	struct store_value params[2];
	const struct store_made made = { "SELECT like_text(?1, ?2)", params, 2,
		false };
	struct buf pattern = BUF_INIT, text = BUF_INIT;
	int64_t before;
	struct fixture f;
	int waits = 0;

	fixture_open(&f);
	store_on_wait(f.s, count_wait, &waits);
	buf_addc(&pattern, '%');
	memset(buf_room(&pattern, 6000), 'a', 6000);
	pattern.n += 6000;
	buf_adds(&pattern, "b%");
	memset(buf_room(&text, 10000000), 'a', 10000000);
	text.n += 10000000;
	params[0] = store_text(buf_slice(&pattern));
	params[1] = store_text(buf_slice(&text));
	before = fixture_now_ms();
	CHECK(store_run_made(f.s, &made, &sink, &f.e) == -1);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	CHECK(strstr(f.e.msg, "within 10 seconds") != NULL);
	CHECK(fixture_now_ms() - before >= 9900);
	CHECK(waits > 10);
	/* The connection goes on, and its next read has all the time again. */
	params[1] = store_text(SLICE("xb"));
	CHECK(store_run_made(f.s, &made, &sink, &f.e) == 0);
	CHECK(sink.count == 1);
	buf_fini(&pattern);
	buf_fini(&text);
	fixture_close(&f);
}

static void *
write_thread(void *cookie)
{
	const struct fixture *f = cookie;
	const struct store_video_new video = { .video_id = SLICE_EMPTY };
	struct principal nobody = { .id = SLICE_EMPTY };
	struct json_object *row = NULL;
	struct err e = ERR_INIT;
	struct store *s = store_open(f->url, &e);

	if (s == NULL || store_video_add(s, &nobody, &video, &row, &e) == -1)
		return cookie;
	(void)json_object_put(row);
	store_close(s);
	return NULL;
}

static int
write_child(void *cookie)
{
	pthread_t threads[4];
	void *failed;
	int rc = 0;

	for (size_t i = 0; i < COUNT(threads); i++)
		if (pthread_create(&threads[i], NULL, write_thread, cookie) !=
		    0)
			return 1;
	for (size_t i = 0; i < COUNT(threads); i++)
		if (pthread_join(threads[i], &failed) != 0 || failed != NULL)
			rc = 1;
	return rc;
}

/* Threads of processes that end at once: whoever is last leaves no log. */
static void
test_closing_leaves_one_file(void)
{
	struct fixture f;
	char log[128];

	fixture_open(&f);
	store_close(f.s);
	f.s = NULL;
	(void)snprintf(log, sizeof(log), "%s-wal", f.path);
	for (int i = 0; i < 10; i++) {
		pid_t pids[2] = { fixture_fork(write_child, &f),
			fixture_fork(write_child, &f) };

		CHECK(fixture_wait(pids[0]) == 0);
		CHECK(fixture_wait(pids[1]) == 0);
		CHECK(access(f.path, F_OK) == 0);
		CHECK(access(log, F_OK) == -1);
	}
	fixture_close(&f);
}

static void
test_rnd(void)
{
	char a[37], b[37], id[21];

	rnd_uuid(a);
	rnd_uuid(b);
	CHECK(strlen(a) == 36 && strcmp(a, b) != 0);
	CHECK(a[14] == '4' && strchr("89ab", a[19]) != NULL);
	CHECK(strspn(a, "0123456789abcdef-") == 36);
	rnd_id(id, 20);
	CHECK(strlen(id) == 20);
	CHECK(strspn(id,
		  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		  "0123456789-_") == 20);
	rnd_id(id, 0);
	CHECK(id[0] == '\0');
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_urls),
	    CHECK_CASE(test_paths_verbatim),
	    CHECK_CASE(test_file_is_private),
	    CHECK_CASE(test_empty_store_is_not_ready),
	    CHECK_CASE(test_busy_store_waits_then_gives_up),
	    CHECK_CASE(test_readers_do_not_wait),
	    CHECK_CASE(test_transactions),
	    CHECK_CASE(test_wrong_parameter_count),
	    CHECK_CASE(test_read_only_folder),
	    CHECK_CASE(test_read_only_store),
	    CHECK_CASE(test_missing_folder_and_folder_as_file),
	    CHECK_CASE(test_not_a_database),
	    CHECK_CASE(test_full_disk_while_migrating),
	    CHECK_CASE(test_full_disk_while_writing),
	    CHECK_CASE(test_reading_takes_no_longer_than_allowed),
	    CHECK_CASE(test_closing_leaves_one_file),
	    CHECK_CASE(test_rnd),
	    { NULL, NULL },
	});
}

/* Migrations: once, whoever comes first; and never backwards. */
#include <fcntl.h>

#include "io/store.h"
#include "test_store_fixture.h"

static void
test_migrate_twice(void)
{
	struct fixture f;
	char first[37], second[37];

	fixture_open(&f);
	CHECK(store_ready(f.s, &f.e) == 0);
	CHECK(store_uuid(f.s, first, &f.e) == 0);
	CHECK(store_migrate(f.s, &f.e) == 0);
	CHECK(store_uuid(f.s, second, &f.e) == 0);
	CHECK(strlen(first) == 36 && strcmp(first, second) == 0);
	fixture_close(&f);
}

static void
test_every_statement_prepares(void)
{
	struct fixture f;

	fixture_open(&f);
	if (store_prepare_all(f.s, &f.e) == -1) {
		CHECK(!"a statement does not prepare");
		(void)printf("# %s\n", f.e.msg);
	}
	fixture_close(&f);
}

static void
test_newer_store_is_refused(void)
{
	struct fixture f;
	struct store_value params[2];

	fixture_open(&f);
	params[0] = store_int(999);
	params[1] = store_text(SLICE("ignored"));
	CHECK(store_write(
		  f.s, STORE_SCHEMA_SET_VERSION, params, 2, NULL, &f.e) == 0);
	CHECK(store_ready(f.s, &f.e) == -1 && f.e.code == ERR_UNAVAILABLE);
	CHECK(store_migrate(f.s, &f.e) == -1 && f.e.code == ERR_UNAVAILABLE);
	CHECK(strstr(f.e.msg, "newer version") != NULL);
	fixture_close(&f);
}

struct migrate_child {
	struct fixture *f;
	int pipe;
};

static int
migrate_child(void *cookie)
{
	struct migrate_child *m = cookie;
	struct err e = ERR_INIT;
	struct store *s = store_open(m->f->url, &e);
	char uuid[37];

	if (s == NULL || store_migrate(s, &e) == -1 ||
	    store_ready(s, &e) == -1 || store_uuid(s, uuid, &e) == -1) {
		(void)printf("# %s\n", e.msg);
		(void)fflush(stdout);
		return 1;
	}
	store_close(s);
	return write(m->pipe, uuid, 36) == 36 ? 0 : 1;
}

static void
test_ten_processes_migrate_at_once(void)
{
	enum {
		CHILDREN = 10,
		ROUNDS = 3,
		UUID = 36
	};

	for (int round = 0; round < ROUNDS; round++) {
		char all[CHILDREN][UUID];
		pid_t pids[CHILDREN];
		struct fixture f;
		int fds[2];
		struct migrate_child m;

		fixture_open_empty(&f);
		CHECK(pipe2(fds, O_CLOEXEC) == 0);
		m = (struct migrate_child){ &f, fds[1] };
		for (int i = 0; i < CHILDREN; i++)
			pids[i] = fixture_fork(migrate_child, &m);
		for (int i = 0; i < CHILDREN; i++)
			CHECK(fixture_wait(pids[i]) == 0);
		(void)close(fds[1]);
		CHECK(read(fds[0], all, sizeof(all)) == sizeof(all));
		(void)close(fds[0]);
		for (int i = 1; i < CHILDREN; i++)
			CHECK(memcmp(all[0], all[i], UUID) == 0);
		fixture_close(&f);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_migrate_twice),
	    CHECK_CASE(test_every_statement_prepares),
	    CHECK_CASE(test_newer_store_is_refused),
	    CHECK_CASE(test_ten_processes_migrate_at_once), { NULL, NULL } });
}

/* What the functions do is pure code; here are SQLite's values only. */
#include "io/store_sqlite_fn.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/like.h"
#include "proto/jsonb.h"
#include "text/vector.h"
#include "text/words_query.h"

/* Bytes looked at between two questions whether to go on: some 0.1 ms. */
#define WORK_MAX ((size_t)16384)

/* So much more; false, and the statement ends, when there is no time left. */
static bool
spend(sqlite3_context *ctx, size_t work)
{
	struct store_sqlite_watch *watch = sqlite3_user_data(ctx);

	watch->work += work;
	if (watch->work < WORK_MAX)
		return true;
	watch->work = 0;
	if (watch->go_on == NULL || watch->go_on(watch->cookie))
		return true;
	sqlite3_result_error_code(ctx, SQLITE_INTERRUPT);
	return false;
}

/* The text's bytes, p == NULL for NULL. Valid until the value is asked again. */
static struct slice
text_of(sqlite3_value *value)
{
	const void *p;

	if (sqlite3_value_type(value) == SQLITE_NULL)
		return (struct slice){ NULL, 0 };
	p = sqlite3_value_text(value);
	return (struct slice){ p ? p : "", (size_t)sqlite3_value_bytes(value) };
}

/* `path` NULL is none. */
static void
give_json(sqlite3_context *ctx, sqlite3_value *json, sqlite3_value *path,
    enum jsonb_form form)
{
	struct slice text = text_of(json);
	struct slice steps = path ? text_of(path) : SLICE("[]");
	struct buf b = BUF_INIT;

	if (!spend(ctx, text.n))
		return;
	if (text.p == NULL || steps.p == NULL ||
	    !jsonb_path(text, steps, form, &b)) {
		buf_fini(&b);
		return; /* NULL */
	}
	sqlite3_result_text64(
	    ctx, buf_cstr(&b), b.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_fini(&b);
}

static void
json_path_text(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_json(ctx, argv[0], argv[1], JSONB_TEXT);
}

static void
json_path(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_json(ctx, argv[0], argv[1], JSONB_PRINT);
}

static void
json_path_canon(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_json(ctx, argv[0], argv[1], JSONB_CANON);
}

static void
json_canon(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_json(ctx, argv[0], NULL, JSONB_CANON);
}

static void
json_number_order(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_json(ctx, argv[0], NULL, JSONB_ORDER);
}

static void
give_match(sqlite3_context *ctx, sqlite3_value **argv, bool fold)
{
	struct slice pattern = text_of(argv[0]), text = text_of(argv[1]);
	enum like_result result = LIKE_MORE;
	struct like m;

	if (pattern.p == NULL || text.p == NULL)
		return; /* NULL */
	like_init(&m, pattern, text, fold);
	/* Most end long before. */
	while (result == LIKE_MORE) {
		result = like_run(&m, WORK_MAX);
		if (result == LIKE_MORE && !spend(ctx, WORK_MAX))
			return;
	}
	if (spend(ctx, text.n < WORK_MAX ? text.n : 0))
		sqlite3_result_int(ctx, result == LIKE_YES);
}

static void
like_text(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_match(ctx, argv, false);
}

static void
ilike_text(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_match(ctx, argv, true);
}

static bool
is_vector(sqlite3_value *value)
{
	return sqlite3_value_type(value) == SQLITE_BLOB &&
	    sqlite3_value_bytes(value) == (int)VECTOR_BYTES;
}

static struct vector_query *
query_new(const char *bytes)
{
	struct vector_query *q = ck_malloc(sizeof(*q));
	float values[EMBED_DIMS];

	for (size_t i = 0; i < EMBED_DIMS; i++) {
		uint32_t word;

		memcpy(&word, bytes + i * sizeof(word), sizeof(word));
		word = le32toh(word);
		memcpy(&values[i], &word, sizeof(word));
	}
	vector_query_init(q, values);
	return q;
}

/* What is looked for is made ready once for a statement. */
static void
cosine(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct vector_query *q = sqlite3_get_auxdata(ctx, 1);

	(void)argc;
	if (!is_vector(argv[0]) || !is_vector(argv[1]))
		return; /* NULL */
	if (q == NULL) {
		sqlite3_set_auxdata(
		    ctx, 1, query_new(sqlite3_value_blob(argv[1])), free);
		q = sqlite3_get_auxdata(ctx, 1);
	}
	if (q == NULL)
		sqlite3_result_error_nomem(ctx);
	else
		sqlite3_result_double(
		    ctx, (double)vector_cosine(q, sqlite3_value_blob(argv[0])));
}

static void
words_match(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct slice text = text_of(argv[0]);
	struct buf b = BUF_INIT;

	(void)argc;
	if (words_query(text, &b))
		sqlite3_result_text64(
		    ctx, buf_cstr(&b), b.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_fini(&b);
}

static const struct {
	const char *name;
	int arguments;
	void (*call)(sqlite3_context *ctx, int argc, sqlite3_value **argv);
} FUNCTIONS[] = {
	{ "json_path_text", 2, json_path_text },
	{ "json_path", 2, json_path },
	{ "json_path_canon", 2, json_path_canon },
	{ "json_canon", 1, json_canon },
	{ "json_number_order", 1, json_number_order },
	{ "like_text", 2, like_text },
	{ "ilike_text", 2, ilike_text },
	{ "vector_cosine", 2, cosine },
	{ "words_match", 1, words_match },
};

int
store_sqlite_fn_register(sqlite3 *db, struct store_sqlite_watch *watch)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < COUNT(FUNCTIONS) && rc == SQLITE_OK; i++)
		rc = sqlite3_create_function_v2(db, FUNCTIONS[i].name,
		    FUNCTIONS[i].arguments,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
		    watch, FUNCTIONS[i].call, NULL, NULL, NULL);
	return rc;
}

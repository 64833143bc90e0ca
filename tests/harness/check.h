/**
 * The unit tests' vocabulary. A test program is a list of functions run by
 * check_main(); each prints `ok NAME` or `not ok NAME: file:line: why`.
 * A failed check ends its function's case, never the program.
 *
 *      static void
 *      test_empty(void)
 *      {
 *              CHECK(f("") == 0);
 *              CHECK_SLICE(g("a"), "b");
 *      }
 *      int
 *      main(void)
 *      {
 *              return check_main((struct check_case[]){
 *                  CHECK_CASE(test_empty), { NULL, NULL } });
 *      }
 *
 * Table-driven tests name the row: CHECK_ROW(row->line, condition).
 */
#ifndef TESTS_HARNESS_CHECK_H
#define TESTS_HARNESS_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct check_case {
	const char *name;
	void (*run)(void);
};

static bool check_failed, check_skipped;
static const char *check_name;

static inline void
check_fail(const char *file, int line, const char *why)
{
	if (!check_failed)
		(void)printf(
		    "not ok %s: %s:%d: %s\n", check_name, file, line, why);
	else
		(void)printf("#   also %s:%d: %s\n", file, line, why);
	check_failed = true;
}

/* Tables keep the line of their row, so that a failure names the row. */
#define CHECK_ROW(line, condition)                                \
	do {                                                      \
		if (!(condition))                                 \
			check_fail(__FILE__, (line), #condition); \
	} while (0)
#define CHECK(condition) CHECK_ROW(__LINE__, condition)
/** The case cannot run here: say why, then return. */
#define CHECK_SKIP(why)                                           \
	do {                                                      \
		(void)printf("skip %s: %s\n", check_name, (why)); \
		check_skipped = true;                             \
	} while (0)
#define CHECK_CASE(function)        \
	{                           \
#		function, function \
	}
/** `slice` holds exactly the bytes of the string `text`. */
#define CHECK_SLICE_ROW(line, got, text)                                      \
	do {                                                                  \
		struct slice check_got = (got);                               \
		const char *check_want = (text);                              \
		if (check_got.n != strlen(check_want) ||                      \
		    (check_got.n != 0 &&                                      \
			memcmp(check_got.p, check_want, check_got.n) != 0)) { \
			(void)printf("# got  \"%.*s\"\n# want \"%s\"\n",      \
			    (int)check_got.n, check_got.p, check_want);       \
			check_fail(__FILE__, (line), #got);                   \
		}                                                             \
	} while (0)
#define CHECK_SLICE(got, text) CHECK_SLICE_ROW(__LINE__, got, text)

static inline int
check_main(const struct check_case *cases)
{
	int failed = 0;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	for (; cases->name != NULL; cases++) {
		check_failed = check_skipped = false;
		check_name = cases->name;
		cases->run();
		if (check_failed)
			failed++;
		else if (!check_skipped)
			(void)printf("ok %s\n", cases->name);
	}
	return failed != 0;
}

#endif

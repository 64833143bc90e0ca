/**
 * Finding passages by meaning and by words, both rankings fused: what the
 * address /api/v1/search and the agent search share. Who asks has the query's
 * embedding, made by the model that the passages' were made by.
 *
 * Ownership: find_fini() drops the rows, which items point into.
 * Failure: as store_search.h; where only one of both rankings can be made, that
 * one, and `unable` says why.
 * Layer:  handlers
 */
#ifndef HANDLERS_FIND_H
#define HANDLERS_FIND_H

#include "io/store_search.h"
#include "text/rank_fusion.h"

/** Passages that are asked for at most. */
#define FIND_K_MAX 100
/* What is fused: more than is asked for, as a chunk that is far down in both
 * rankings may be better than one that is in one of them only. */
#define FIND_DEPTH_MIN 50
#define FIND_DEPTH(k)  (2 * (k) > FIND_DEPTH_MIN ? 2 * (k) : FIND_DEPTH_MIN)
#define FIND_DEPTH_MAX FIND_DEPTH(FIND_K_MAX)

enum find_ranking {
	FIND_SEMANTIC,
	FIND_KEYWORD
};

struct find_mode {
	const char *name;
	bool asks[RANK_FUSION_RANKINGS];
};

struct find {
	struct slice query;
	int64_t k;
	const struct find_mode *mode;
	struct store_search within;
	const char *model;   /* that made the embedding */
	const float *vector; /* STORE_DIMENSIONS; NULL: `unable` says why */
	struct json_object *rows[RANK_FUSION_RANKINGS]; /* owned; NULL: none */
	struct err unable; /* why there is no semantic part */
};

/** "semantic", "keyword", "hybrid" (also for the empty name); NULL: unknown. */
const struct find_mode *find_mode(struct slice name);
int find_run(struct find *f, struct store *s, const struct principal *who,
    struct err *e) MUST_CHECK;
/** Room for 2 * FIND_DEPTH_MAX items; best first; how many. `thing` is the
 *  row: find_row(). */
size_t find_fuse(const struct find *f, struct rank_item *items);
struct json_object *find_row(const struct rank_item *item);
void find_fini(struct find *f);

#endif

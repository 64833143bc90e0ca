#include "handlers/find.h"

#include <string.h>

#include "proto/jval.h"

static const struct find_mode MODES[] = {
	{ "hybrid", { true, true } },
	{ "semantic", { true, false } },
	{ "keyword", { false, true } },
};

const struct find_mode *
find_mode(struct slice name)
{
	for (size_t i = 0; i < COUNT(MODES); i++)
		if (name.n == 0 || slice_eqs(name, MODES[i].name))
			return &MODES[i];
	return NULL;
}

static int
find_near(
    struct find *f, struct store *s, const struct principal *who, struct err *e)
{
	struct err why = f->unable;
	int rc = -1;

	f->within.model = slice_from(f->model);
	if (f->vector != NULL)
		rc = store_search_near(s, who, &f->within, f->vector,
		    &f->rows[FIND_SEMANTIC], &why);
	if (rc == 0)
		return 0;
	if (!f->mode->asks[FIND_KEYWORD] ||
	    (f->vector != NULL &&
		strcmp(err_word(&why), STORE_SEARCH_NO_VECTORS) != 0)) {
		*e = why;
		return -1;
	}
	f->unable = why;
	return 0;
}

int
find_run(
    struct find *f, struct store *s, const struct principal *who, struct err *e)
{
	f->within.limit =
	    f->mode->asks[FIND_SEMANTIC] && f->mode->asks[FIND_KEYWORD]
	    ? FIND_DEPTH(f->k)
	    : f->k;
	if (f->mode->asks[FIND_SEMANTIC] && find_near(f, s, who, e) != 0)
		return -1;
	if (!f->mode->asks[FIND_KEYWORD])
		return 0;
	return store_search_words(
	    s, who, &f->within, f->query, &f->rows[FIND_KEYWORD], e);
}

size_t
find_fuse(const struct find *f, struct rank_item *items)
{
	struct rank_fusion fusion;

	rank_fusion_init(&fusion, items);
	for (unsigned i = 0; i < RANK_FUSION_RANKINGS; i++) {
		size_t n =
		    f->rows[i] ? json_object_array_length(f->rows[i]) : 0;

		for (size_t k = 0; k < n; k++) {
			struct json_object *row =
			    json_object_array_get_idx(f->rows[i], k);

			rank_fusion_add(&fusion, i, (unsigned)k + 1,
			    jval_str(row, "id"), row);
		}
	}
	return rank_fusion_sort(&fusion);
}

struct json_object *
find_row(const struct rank_item *item)
{
	return (struct json_object *)(uintptr_t)item->thing;
}

void
find_fini(struct find *f)
{
	for (unsigned i = 0; i < RANK_FUSION_RANKINGS; i++)
		(void)json_object_put(f->rows[i]);
}

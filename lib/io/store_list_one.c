/* A row by its address: its statement is always the same, and made once. */
#include <stdlib.h>

#include "base/ck.h"
#include "base/uuid.h"
#include "io/store_list_sql.h"

enum way {
	BY_UUID,
	BY_KEY,
	WAY__MAX
};

struct ready {
	struct buf sql;
	struct buf names; /* the members' */
	struct store_list_member members[REST_SELECT_MAX];
	unsigned n_members;
	bool large; /* as store_list_is_large() has it */
};

struct store_list_ready {
	struct ready *of[STORE_LIST__MAX][WAY__MAX][2]; /* to read, locked */
};

struct address {
	struct store_view view;
	enum store_list_id id;
	struct slice key;
	bool locked;
};

/* A key may be that of several rows; a uuid is not. */
static void
put_one(struct store_list_sql *l, enum way way, bool locked)
{
	const char *const *parts = l->dialect->parts;
	/* Its number; the statement has no value yet. */
	int key = store_sql_param(&l->sql, STORE_NULL_VALUE);

	store_list_put_columns(l, false);
	store_list_put_source(l);
	buf_adds(&l->sql.text, " AND ");
	store_sql_text(
	    &l->sql, way == BY_UUID ? l->source->uuid : l->source->key, key);
	if (locked)
		buf_adds(&l->sql.text, parts[STORE_PART_LOCKED]);
	else if (way == BY_KEY)
		buf_adds(&l->sql.text, parts[STORE_PART_FIRST]);
}

/* What is borrowed from the arena of the statement becomes the row's own. */
static void
keep_members(struct ready *r, const struct store_list_sql *l)
{
	size_t from = 0;

	for (unsigned i = 0; i < r->n_members; i++)
		buf_add_slice(&r->names, r->members[i].name);
	for (unsigned i = 0; i < r->n_members; i++) {
		size_t n = r->members[i].name.n;

		r->members[i].name = slice_sub(buf_slice(&r->names), from, n);
		from += n;
	}
	buf_add_slice(&r->sql, buf_slice(&l->sql.text));
}

static struct ready *
ready_new(const struct store *s, const struct address *a, enum way way)
{
	struct rest_query *q = ck_calloc(1, sizeof(*q));
	struct store_list_sql *l = ck_calloc(1, sizeof(*l));
	struct ready *r = ck_calloc(1, sizeof(*r));

	q->table = store_list_table(a->id);
	store_list_select_all(q);
	store_list_sql_init(l, s, &a->view, a->id, q);
	put_one(l, way, a->locked);
	r->n_members = store_list_members(l, r->members);
	r->large = store_list_is_large(q);
	keep_members(r, l);
	store_sql_fini(&l->sql);
	free(l);
	free(q);
	return r;
}

static struct ready *
ready_of(struct store *s, const struct address *a, enum way way)
{
	struct ready **r;

	if (s->ready == NULL)
		s->ready = ck_calloc(1, sizeof(*s->ready));
	r = &s->ready->of[a->id][way][a->locked];
	if (*r == NULL)
		*r = ready_new(s, a, way);
	return *r;
}

static void
ready_free(struct ready *r)
{
	if (r == NULL)
		return;
	buf_fini(&r->sql);
	buf_fini(&r->names);
	free(r);
}

void
store_list_ready_free(struct store_list_ready *ready)
{
	for (size_t i = 0; ready != NULL && i < STORE_LIST__MAX; i++)
		for (size_t way = 0; way < WAY__MAX; way++) {
			ready_free(ready->of[i][way][false]);
			ready_free(ready->of[i][way][true]);
		}
	free(ready);
}

/* Who prints the row. */
struct printer {
	struct buf *out;
	const struct ready *ready;
	bool doubts; /* what is to be JSON may be none */
	bool found;
};

/* A key may be that of several rows. */
static int
print_one(const struct store_row *row, void *cookie)
{
	struct printer *p = cookie;

	store_list_members_print(
	    p->out, p->ready->members, p->ready->n_members, p->doubts, row);
	p->found = true;
	return 1;
}

/* A row looked for in one way. */
struct look {
	struct ready *ready;
	struct store_value params[STORE_LIST_BOUND_MAX + 1];
	struct store_made made;
};

static void
look_by(struct look *look, struct store *s, const struct address *a,
    enum way way, struct slice key)
{
	const struct store_list_source *source =
	    &s->driver->dialect->lists[a->id];
	int n = store_list_bound(source, &a->view, look->params);

	look->ready = ready_of(s, a, way);
	look->params[n] = store_text(key);
	look->made = (struct store_made){ buf_cstr(&look->ready->sql),
		look->params, n + 1, false };
}

/* `waits`: it was asked for. */
static int
look_run(const struct look *look, struct store *s, bool waits, struct buf *json,
    bool *found, struct err *e)
{
	struct printer p = { json, look->ready,
		s->driver->dialect->json_is_text, false };
	struct store_sink sink = { print_one, &p, 0 };
	int rc = waits ? store_take_made(s, &look->made, &sink, e)
		       : store_run_made(s, &look->made, &sink, e);

	*found = p.found;
	return rc;
}

struct store_row_question {
	struct store *s;
	struct address a;
	char uuid[UUID_SIZE]; /* empty: the key is none */
	struct look look;     /* the first */
	bool waits;
};

static bool
has_key(const struct store_row_question *question)
{
	return question->s->driver->dialect->lists[question->a.id].key[0] !=
	    '\0';
}

/* What looks like a uuid is one, or else a name after all. */
static void
row_question_init(struct store_row_question *question, struct store *s,
    const struct address *a)
{
	const struct store_list_source *source =
	    &s->driver->dialect->lists[a->id];

	*question = (struct store_row_question){ .s = s, .a = *a };
	if (source->uuid[0] != '\0' && uuid_parse(a->key, question->uuid))
		look_by(
		    &question->look, s, a, BY_UUID, slice_from(question->uuid));
	else if (has_key(question))
		look_by(&question->look, s, a, BY_KEY, a->key);
}

static int
row_answer(struct store_row_question *question, struct buf *json, struct err *e)
{
	struct store *s = question->s;
	struct look *look = &question->look;
	bool found = false;
	int rc = 0;

	if (look->ready != NULL)
		rc = look_run(look, s, question->waits, json, &found, e);
	if (rc == 0 && !found && question->uuid[0] != '\0' &&
	    has_key(question)) {
		look_by(look, s, &question->a, BY_KEY, question->a.key);
		rc = look_run(look, s, false, json, &found, e);
	}
	if (rc == 0 && !found)
		return err_set(e, ERR_NOT_FOUND, "There is no %s with this id.",
		    s->driver->dialect->lists[question->a.id].one);
	return rc;
}

static int
get(struct store *s, const struct address *a, struct buf *json, struct err *e)
{
	struct store_row_question question;

	row_question_init(&question, s, a);
	return row_answer(&question, json, e);
}

struct store_row_question *
store_list_ask_one(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, bool share)
{
	const struct address a = { *view, id, key, false };
	struct store_row_question *question = ck_calloc(1, sizeof(*question));

	row_question_init(question, s, &a);
	question->waits = share && question->look.ready != NULL &&
	    !question->look.ready->large &&
	    store_ask_made(s, &question->look.made);
	return question;
}

bool
store_list_one_waits(const struct store_row_question *question)
{
	return question->waits;
}

int
store_list_answer_one(
    struct store_row_question *question, struct buf *json, struct err *e)
{
	int rc = row_answer(question, json, e);

	free(question);
	return rc;
}

int
store_list_get(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json, struct err *e)
{
	const struct address a = { *view, id, key, false };

	return get(s, &a, json, e);
}

int
store_list_get_locked(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json, struct err *e)
{
	const struct address a = { *view, id, key, true };

	return get(s, &a, json, e);
}

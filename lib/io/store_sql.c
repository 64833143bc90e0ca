#include "io/store_sql.h"

#include <stdlib.h>
#include <string.h>

void
store_sql_init(struct store_sql *m, const struct store_dialect *d)
{
	m->dialect = d;
	m->text = BUF_INIT;
	m->arena = ARENA_INIT;
	m->n_params = 0;
	m->stream = false;
}

void
store_sql_fini(struct store_sql *m)
{
	buf_fini(&m->text);
	arena_fini(&m->arena);
}

int
store_sql_param(struct store_sql *m, struct store_value value)
{
	/* The request's limits keep it below. */
	if (m->n_params == STORE_SQL_PARAMS_MAX)
		abort();
	m->params[m->n_params++] = value;
	return m->n_params;
}

int
store_sql_array(struct store_sql *m, const struct slice *items, unsigned n)
{
	struct buf b = BUF_INIT;
	struct slice text;

	m->dialect->array(&b, items, n);
	text = arena_dup(&m->arena, buf_slice(&b));
	buf_fini(&b);
	return store_sql_param(m, store_text(text));
}

static void
put_number(struct buf *b, char mark, int number)
{
	buf_addc(b, mark);
	buf_add_int(b, number);
}

static void
put_text(struct buf *b, const char *text)
{
	if (text == NULL) /* a part with a letter it was not given */
		abort();
	buf_adds(b, text);
}

static void
expand(struct buf *b, char mark, const char *text,
    const struct store_sql_part *with)
{
	for (const char *at = strchr(text, '@'); at != NULL;
	     text = at + 2, at = strchr(text, '@')) {
		buf_add(b, text, (size_t)(at - text));
		switch (at[1]) {
		case 'c':
			put_text(b, with->c);
			break;
		case 'x':
			put_text(b, with->x);
			break;
		case 'p':
			put_number(b, mark, with->p);
			break;
		case 'v':
			put_number(b, mark, with->v);
			break;
		case '@': /* PostgreSQL's operator */
			buf_adds(b, "@@");
			break;
		default: /* a part with an unknown letter */
			abort();
		}
	}
	buf_adds(b, text);
}

void
store_sql_part(struct store_sql *m, enum store_part part,
    const struct store_sql_part *with)
{
	expand(&m->text, m->dialect->mark, m->dialect->parts[part], with);
}

const char *
store_sql_made(struct store_sql *m, enum store_part part,
    const struct store_sql_part *with)
{
	struct buf b = BUF_INIT;
	const char *text;

	expand(&b, m->dialect->mark, m->dialect->parts[part], with);
	text = arena_strdup(&m->arena, buf_slice(&b));
	buf_fini(&b);
	return text;
}

void
store_sql_text(struct store_sql *m, const char *text, int v)
{
	expand(&m->text, m->dialect->mark, text,
	    &(struct store_sql_part){ .v = v });
}

struct store_made
store_sql_statement(struct store_sql *m)
{
	return (struct store_made){ buf_cstr(&m->text), m->params, m->n_params,
		m->stream };
}

int
store_sql_run(struct store *s, struct store_sql *m, struct store_sink *sink,
    struct err *e)
{
	const struct store_made made = store_sql_statement(m);

	return store_run_made(s, &made, sink, e);
}

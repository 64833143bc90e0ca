/*
 * A session id is a secret of whoever holds it until there is authentication:
 * `who` decides only what a list shows and whose a new session is.
 */
#include "io/store_chat.h"

#include <stdio.h>
#include <string.h>

#include "io/store_driver.h"
#include "io/store_job.h"
#include "io/store_list_row.h"
#include "proto/jval.h"

/* What store_session_principal() can return. */
#define PRINCIPAL_MAX 63

/* Accepting a message */

static int
touch_session(struct store *s, const struct principal *who,
    const struct store_chat_new *new, struct err *e)
{
	struct store_value params[5] = {
		store_text(new->session_id),
		store_text(who->id),
		store_text_or_null(new->video_id),
		store_text_or_null(new->collection_id),
		store_text_or_null(new->name),
	};

	return store_write(s, STORE_SESSION_TOUCH, params, 5, NULL, e);
}

static int
add_input(struct store *s, const struct store_chat_new *new, int64_t *added,
    struct err *e)
{
	struct buf agents = BUF_INIT, content = BUF_INIT;
	struct store_value params[6] = {
		store_text(new->session_id),
		store_text(new->msg_id),
		store_text(new->conv_id),
		store_text(new->output_id),
		store_json(&agents, new->agents, "[]"),
		store_json(&content, new->content, "[]"),
	};
	int rc;

	rc = store_write(s, STORE_MESSAGE_ADD_INPUT, params, 6, added, e);
	buf_fini(&agents);
	buf_fini(&content);
	return rc;
}

static int
add_output(struct store *s, const struct store_chat_new *new, struct err *e)
{
	struct buf agents = BUF_INIT, actions = BUF_INIT, content = BUF_INIT;
	struct store_value params[6] = {
		store_text(new->session_id),
		store_text(new->output_id),
		store_text(new->conv_id),
		store_json(&agents, new->agents, "[]"),
		store_json(&actions, new->output_actions, "[]"),
		store_json(&content, new->output_content, "[]"),
	};
	int rc;

	rc = store_write(s, STORE_MESSAGE_ADD_OUTPUT, params, 6, NULL, e);
	buf_fini(&agents);
	buf_fini(&actions);
	buf_fini(&content);
	return rc;
}

static int
row_word80(const struct store_row *row, void *cookie)
{
	(void)snprintf(cookie, 80, "%.*s", SLICE_ARG(row->values[0].bytes));
	return 1;
}

/* The output that answers this message. */
static int
find_answer(struct store *s, const struct store_chat_new *new,
    char output_id[static 80], struct err *e)
{
	struct store_value params[2] = { store_text(new->session_id),
		store_text(new->msg_id) };
	char found[80] = "";
	struct store_sink sink = { row_word80, found, 0 };

	if (store_run(s, STORE_MESSAGE_ANSWER, params, 2, &sink, e) == -1)
		return -1;
	memcpy(output_id, found, sizeof(found));
	return 0;
}

/* What is written when the message is new; `*added` is 0 when it was not. */
static int
write_all(struct store *s, const struct principal *who,
    const struct store_chat_new *new, int64_t *added, struct err *e)
{
	const struct store_job_new job = { .id = new->job_id,
		.type = new->job_type,
		.payload = new->job_payload,
		.session_id = new->session_id };

	if (touch_session(s, who, new, e) == -1)
		return -1;
	if (add_input(s, new, added, e) == -1)
		return -1;
	if (*added == 0)
		return 0;
	if (add_output(s, new, e) == -1)
		return -1;
	return store_job_add_new(s, &job, NULL, e);
}

int
store_chat_accept(struct store *s, const struct principal *who,
    const struct store_chat_new *new, bool *duplicate,
    char output_id[static 80], struct err *e)
{
	struct store_scope scope;
	int64_t added = 0;
	bool keep;
	int rc;

	*duplicate = false;
	if (who->id.n > PRINCIPAL_MAX || new->output_id.n >= 80)
		return err_set(e, ERR_INTERNAL, "An id is too long.");
	(void)snprintf(output_id, 80, "%.*s", SLICE_ARG(new->output_id));
	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = write_all(s, who, new, &added, e);
	if (rc == 0 && added == 0)
		rc = find_answer(s, new, output_id, e);
	/* A duplicate must not even touch the session: undo, and say yes. */
	keep = rc == 0 && added != 0;
	if (store_leave(s, &scope, keep ? 0 : -1, e) == 0)
		return 0;
	*duplicate = rc == 0 && added == 0;
	return *duplicate ? 0 : -1;
}

/* Output messages */

int
store_chat_snapshot(
    struct store *s, const struct store_snapshot *snap, struct err *e)
{
	struct buf actions = BUF_INIT, agents = BUF_INIT, content = BUF_INIT;
	struct store_value params[7] = {
		store_text(snap->session_id),
		store_text(snap->msg_id),
		store_text(snap->status),
		store_int(snap->rev),
		store_json(&actions, snap->actions, NULL),
		store_json(&agents, snap->agents, NULL),
		store_json(&content, snap->content, NULL),
	};
	int64_t changed = 0;
	int rc;

	rc = store_write(s, STORE_MESSAGE_SNAPSHOT, params, 7, &changed, e);
	buf_fini(&actions);
	buf_fini(&agents);
	buf_fini(&content);
	if (rc == 0 && changed == 0)
		return err_set(e, ERR_STALE,
		    "The message has a newer revision, is final or gone.");
	return rc;
}

int
store_chat_reopen(struct store *s, struct slice session_id, struct slice msg_id,
    struct err *e)
{
	struct store_value params[2] = { store_text(session_id),
		store_text(msg_id) };
	int64_t changed = 0;

	if (store_write(s, STORE_MESSAGE_REOPEN, params, 2, &changed, e) == -1)
		return -1;
	if (changed == 0)
		return err_set(e, ERR_NOT_FOUND, "There is no such message.");
	return 0;
}

static int
output_row(struct store *s, enum store_query query, struct slice session_id,
    struct slice id, struct json_object **row, struct err *e)
{
	struct store_value params[2] = { store_text(session_id),
		store_text(id) };

	if (store_one(s, query, params, 2, row, e) == -1)
		return -1;
	if (*row == NULL)
		return err_set(e, ERR_NOT_FOUND, "There is no such message.");
	return 0;
}

int
store_chat_output(struct store *s, struct slice session_id, struct slice msg_id,
    struct json_object **row, struct err *e)
{
	return output_row(s, STORE_MESSAGE_OUTPUT, session_id, msg_id, row, e);
}

int
store_chat_newest(struct store *s, struct slice session_id,
    struct slice conv_id, struct json_object **row, struct err *e)
{
	return output_row(
	    s, STORE_MESSAGE_NEWEST_OUTPUT, session_id, conv_id, row, e);
}

static int
row_flag(const struct store_row *row, void *cookie)
{
	bool *out = cookie;

	*out = row->values[0].number != 0;
	return 1;
}

int
store_chat_watched(struct store *s, struct slice session_id,
    struct slice msg_id, bool *watched, struct err *e)
{
	struct store_value params[2] = { store_text(session_id),
		store_text(msg_id) };
	struct store_sink sink = { row_flag, watched, 0 };

	*watched = false;
	if (store_run(s, STORE_MESSAGE_WATCHED, params, 2, &sink, e) == -1)
		return -1;
	if (sink.count == 0)
		return err_set(e, ERR_NOT_FOUND, "There is no such message.");
	return 0;
}

/* Sessions */

int
store_session_list(struct store *s, const struct principal *who, bool shared,
    int limit, struct json_object **rows, struct err *e)
{
	struct store_value params[3] = { store_text(who->id), store_int(limit),
		store_text(shared ? SLICE_EMPTY : who->id) };

	/* Nobody in particular has no sessions where others may be nobody. */
	if (!shared && who->id.n == 0) {
		*rows = json_object_new_array();
		return 0;
	}
	return store_all(s, STORE_SESSION_LIST, params, 3, rows, e);
}

static int
no_session(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "There is no session with this id.");
}

/* How a session and its messages are read, in whatever transaction is open. */
typedef int (*reader)(
    struct store *s, struct slice session_id, void *out, struct err *e);

/* As rows, times in seconds. */
static int
read_rows(struct store *s, struct slice session_id, void *out, struct err *e)
{
	struct store_value param = store_text(session_id);
	struct json_object **row = out;
	struct json_object *messages;

	if (store_one(s, STORE_SESSION_GET, &param, 1, row, e) == -1)
		return -1;
	if (*row == NULL)
		return no_session(e);
	if (store_all(s, STORE_MESSAGE_LIST, &param, 1, &messages, e) == 0) {
		(void)json_object_object_add(*row, "conversation", messages);
		return 0;
	}
	(void)json_object_put(*row);
	*row = NULL;
	return -1;
}

struct printing {
	enum store_list_id list;
	struct buf *json;
	size_t n;
};

static int
print_row(const struct store_row *row, void *cookie)
{
	struct printing *p = cookie;

	if (p->n++ > 0)
		buf_addc(p->json, ',');
	store_list_row_print(p->json, p->list, row);
	return 0;
}

/* As JSON text, rows as their lists have them. */
static int
read_text(struct store *s, struct slice session_id, void *out, struct err *e)
{
	struct store_value param = store_text(session_id);
	struct buf *json = out;
	struct printing session = { STORE_LIST_SESSIONS, json, 0 };
	struct printing messages = { STORE_LIST_MESSAGES, json, 0 };
	struct store_sink sink = { print_row, &session, 0 };

	buf_clear(json);
	if (store_run(s, STORE_SESSION_SHOWN, &param, 1, &sink, e) == -1)
		return -1;
	if (session.n == 0)
		return no_session(e);
	json->n--; /* the object goes on */
	buf_adds(json, ",\"conversation\":[");
	sink = (struct store_sink){ print_row, &messages, 0 };
	if (store_run(s, STORE_MESSAGES_SHOWN, &param, 1, &sink, e) == -1)
		return -1;
	buf_adds(json, "]}");
	return 0;
}

/*
 * Read only, the usual case. `*open` is set, and nothing returned, when a
 * message is in progress that nobody has been seen to watch: that is to be
 * written down in the transaction that reads.
 */
static int
read_quietly(struct store *s, struct slice session_id, bool *open, reader read,
    void *out, struct err *e)
{
	struct store_value param = store_text(session_id);
	struct store_sink found = { NULL, NULL, 0 };
	int rc;

	if (store_begin_read(s, e) == -1)
		return -1;
	rc = store_run(s, STORE_MESSAGE_UNWATCHED, &param, 1, &found, e);
	*open = found.count != 0;
	if (rc == 0 && !*open)
		rc = read(s, session_id, out, e);
	store_rollback(s);
	return rc;
}

static int
read_session(struct store *s, struct slice session_id, reader read, void *out,
    struct err *e)
{
	struct store_value param = store_text(session_id);
	struct store_scope scope;
	bool open = true;
	int rc;

	if (!s->inside) {
		rc = read_quietly(s, session_id, &open, read, out, e);
		if (rc == -1 || !open)
			return rc;
	}
	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = store_write(s, STORE_MESSAGE_WATCH, &param, 1, NULL, e);
	if (rc == 0)
		rc = read(s, session_id, out, e);
	return store_leave(s, &scope, rc, e);
}

int
store_session_get(struct store *s, const struct principal *who,
    struct slice session_id, struct json_object **row, struct err *e)
{
	(void)who;
	*row = NULL;
	if (read_session(s, session_id, read_rows, row, e) == 0)
		return 0;
	(void)json_object_put(*row);
	*row = NULL;
	return -1;
}

int
store_session_print(struct store *s, const struct principal *who,
    struct slice session_id, struct buf *json, struct err *e)
{
	(void)who;
	return read_session(s, session_id, read_text, json, e);
}

int
store_session_delete(struct store *s, const struct principal *who,
    struct slice session_id, struct err *e)
{
	struct store_value param = store_text(session_id);
	struct store_scope scope;
	int64_t gone = 0;
	int rc;

	(void)who;
	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = store_write(s, STORE_SESSION_CANCEL_JOBS, &param, 1, NULL, e);
	if (rc == 0)
		rc = store_write(s, STORE_SESSION_DELETE, &param, 1, &gone, e);
	if (rc == 0 && gone == 0)
		rc = no_session(e);
	return store_leave(s, &scope, rc, e);
}

int
store_session_principal(struct store *s, struct slice session_id,
    char out[static 64], struct err *e)
{
	return store_word(s, STORE_SESSION_PRINCIPAL, session_id, out, 64, e);
}

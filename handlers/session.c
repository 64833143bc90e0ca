#include "handlers/session.h"

#include "handlers/changes.h"
#include "handlers/rest.h"
#include "io/store_chat.h"
#include "proto/jval.h"
#include "proto/message.h"

/* The page shows all it gets in one list; nobody scrolls further. */
#define LIST_MAX 500

int
session_list(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *rows = NULL;

	if (s == NULL ||
	    store_session_list(
		s, &c->who, conf_loopback(c->conf), LIST_MAX, &rows, e) != 0)
		return -1;
	return ctx_json(c, 200, rows);
}

/* An id that cannot be one is as unknown as any other. */
static int
session_id(struct ctx *c, struct slice *id, struct err *e)
{
	*id = c->params.value[0];
	if (message_session_id_valid(*id))
		return 0;
	return err_field(
	    e, ERR_NOT_FOUND, "session_id", "There is no such session.");
}

int
session_get(struct ctx *c, struct err *e)
{
	struct json_object *row = NULL;
	struct store *s;
	struct slice id;

	if (session_id(c, &id, e) != 0)
		return -1;
	s = ctx_store(c, e);
	if (s == NULL || store_session_get(s, &c->who, id, &row, e) != 0)
		return -1;
	return ctx_json(c, 200, row);
}

int
session_read(struct ctx *c, struct err *e)
{
	struct buf json = BUF_INIT;
	struct store *s;
	struct slice id;
	int rc = -1;

	if (session_id(c, &id, e) != 0)
		return -1;
	s = ctx_store(c, e);
	if (s != NULL)
		rc = store_session_print(s, &c->who, id, &json, e);
	if (rc == 0)
		rc = rest_answer(c, 200, buf_slice(&json), e);
	buf_fini(&json);
	return rc;
}

int
session_delete(struct ctx *c, struct err *e)
{
	struct principal owner;
	struct json_object *o;
	struct store *s;
	struct slice id;
	char who[64];

	if (session_id(c, &id, e) != 0)
		return -1;
	s = ctx_store(c, e);
	if (s == NULL || store_session_principal(s, id, who, e) != 0 ||
	    store_session_delete(s, &c->who, id, e) != 0)
		return -1;
	ctx_store_leave(c);
	owner.id = slice_from(who);
	changes_tell_session(c, &owner, id);
	o = json_object_new_object();
	jval_put_str(o, "message", SLICE("The session was deleted."));
	return ctx_json(c, 200, o);
}

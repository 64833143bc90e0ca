#include "handlers/await.h"

#include "io/rnd.h"
#include "io/store_job.h"
#include "io/wake.h"
#include "proto/jval.h"

int
await_add(struct ctx *c, const char *type, struct json_object *payload,
    char id[static 37], struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct err later = ERR_INIT;
	int rc = -1;

	rnd_uuid(id);
	jval_put_str(payload, "process", slice_from(c->eio.wake->process));
	if (s != NULL)
		rc = store_job_add(s, slice_from(id), type, payload, 0, e);
	ctx_store_leave(c);
	if (rc != 0)
		return -1;
	/* Without its ticket the store's sweep finds it. */
	if (queue_add(&c->queue, slice_from(id), 0, &later) != 0)
		metrics_error(c->metrics, later.code);
	return 0;
}

int
await_job(struct ctx *c, struct slice id, int64_t look_ms)
{
	c->later = (struct later){
		.kind = LATER_WAIT,
		.body = arena_dup(&c->arena, id),
		.wait_ms = look_ms,
	};
	return HANDLER_LATER;
}

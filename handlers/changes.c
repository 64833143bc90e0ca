#include "handlers/changes.h"

#include <stdio.h>
#include <string.h>

#include "proto/jval.h"

bool
changes_has_videos(const struct changes *ch, struct slice collection_id)
{
	for (unsigned i = 0; i < ch->n_videos; i++)
		if (slice_eqs(collection_id, ch->videos[i]))
			return true;
	return false;
}

void
changes_videos(struct changes *ch, struct slice collection_id)
{
	if (collection_id.n == 0 || collection_id.n >= CHANGES_ID_SIZE ||
	    changes_has_videos(ch, collection_id))
		return;
	if (ch->n_videos == CHANGES_MAX) {
		ch->collections = true;
		return;
	}
	(void)snprintf(ch->videos[ch->n_videos++], CHANGES_ID_SIZE, "%.*s",
	    SLICE_ARG(collection_id));
}

static struct json_object *
update_of(const char *update)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "event_type", SLICE("update_data"));
	jval_put_str(o, "update", slice_from(update));
	return o;
}

static void
tell(
    const struct chat_room *room, const char *update, const char *collection_id)
{
	struct json_object *o = update_of(update);
	struct err e = ERR_INIT;

	if (collection_id != NULL)
		jval_put_str(o, "collection_id", slice_from(collection_id));
	/* The change is written all the same. */
	if (chat_room_announce(room, o, &e) != 0)
		metrics_error(room->metrics, e.code);
	(void)json_object_put(o);
}

void
changes_announce(const struct chat_room *room, const struct changes *ch)
{
	if (ch->collections)
		tell(room, "collections", NULL);
	for (unsigned i = 0; i < ch->n_videos; i++)
		tell(room, "videos", ch->videos[i]);
}

void
changes_tell(struct ctx *c, const struct changes *ch)
{
	const struct chat_room room = { c->sockets, c->metrics };

	if (!ch->collections && ch->n_videos == 0)
		return;
	ctx_wait(c);
	changes_announce(&room, ch);
}

void
changes_tell_collections(struct ctx *c)
{
	const struct changes ch = { .collections = true };

	changes_tell(c, &ch);
}

void
changes_tell_videos(struct ctx *c, struct slice collection_id)
{
	struct changes ch = { .n_videos = 0 };

	changes_videos(&ch, collection_id);
	changes_tell(c, &ch);
}

void
changes_tell_session(
    struct ctx *c, const struct principal *who, struct slice session_id)
{
	const struct chat_room room = { c->sockets, c->metrics };
	struct json_object *o = update_of("sessions");
	struct err e = ERR_INIT;

	jval_put_str(o, "session_id", session_id);
	ctx_wait(c);
	if (chat_room_tell(&room, who, session_id, o, &e) != 0)
		metrics_error(c->metrics, e.code);
	(void)json_object_put(o);
}

/**
 * What other pages must know of a change: `event` {"event_type":"update_data"}
 * to all sockets of /chat, which then read their lists again. Told after the
 * change was written; a page that is not reached reads the lists when it comes
 * back.
 *
 *      {"event_type":"update_data","update":"collections"}
 *      {"event_type":"update_data","update":"videos","collection_id":"c-main"}
 *      {"event_type":"update_data","update":"sessions","session_id":"…"}
 *
 * The last one, of a session that was deleted, only to who hears its messages: an
 * id is a secret.
 *
 * Layer:  handlers
 * Spec:   director contract, A.4
 */
#ifndef HANDLERS_CHANGES_H
#define HANDLERS_CHANGES_H

#include "handlers/handlers.h"
#include "io/chat_room.h"

/** A change touches few; beyond that the list of collections is told. */
#define CHANGES_MAX 8
/** Longer ids are none of ours. */
#define CHANGES_ID_SIZE 256

struct changes {
	bool collections;
	char videos[CHANGES_MAX][CHANGES_ID_SIZE]; /* of these collections */
	unsigned n_videos;
};

bool changes_has_videos(const struct changes *ch, struct slice collection_id);
/** Videos of this collection; told once however often it is named. */
void changes_videos(struct changes *ch, struct slice collection_id);
void changes_tell(struct ctx *c, const struct changes *ch);
/** By a worker, which has no request. */
void changes_announce(const struct chat_room *room, const struct changes *ch)
    NONNULL(1, 2);
/** For a request that changes one list only. */
void changes_tell_collections(struct ctx *c);
void changes_tell_videos(struct ctx *c, struct slice collection_id);
/** The session of this principal was deleted. */
void changes_tell_session(
    struct ctx *c, const struct principal *who, struct slice session_id);

#endif

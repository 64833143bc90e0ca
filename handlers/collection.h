/**
 * The Director page's view of the store: collections and their videos.
 *
 * Layer:  handlers
 * Spec:   director contract 0 (2 to 5), B
 */
#ifndef HANDLERS_COLLECTION_H
#define HANDLERS_COLLECTION_H

#include "handlers/handlers.h"

int collection_list(struct ctx *c, struct err *e);
int collection_get(struct ctx *c, struct err *e);
int collection_add(struct ctx *c, struct err *e);
int collection_delete(struct ctx *c, struct err *e);
int collection_videos(struct ctx *c, struct err *e);
int collection_video(struct ctx *c, struct err *e);
int collection_video_delete(struct ctx *c, struct err *e);

#endif

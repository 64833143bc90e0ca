/**
 * The Director page's view of the store: collections and their media.
 *
 * Layer:  handlers
 * Spec:   director contract 0 (2 to 5), B
 */
#ifndef HANDLERS_COLLECTION_H
#define HANDLERS_COLLECTION_H

#include "handlers/handlers.h"

int collection_list(struct ctx *c, struct err *e);
int collection_get(struct ctx *c, struct err *e);
int collection_videos(struct ctx *c, struct err *e);
int collection_video(struct ctx *c, struct err *e);
/** Audio and images: none are kept yet; the page wants a list all the same. */
int collection_empty(struct ctx *c, struct err *e);

#endif

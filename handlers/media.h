/**
 * The Director page's audio and images.
 *
 * Layer:  handlers
 * Spec:   director contract 0 (11, 12), B
 */
#ifndef HANDLERS_MEDIA_H
#define HANDLERS_MEDIA_H

#include "handlers/handlers.h"

int media_audio_list(struct ctx *c, struct err *e);
int media_audio_get(struct ctx *c, struct err *e);
int media_audio_url(struct ctx *c, struct err *e);
int media_audio_delete(struct ctx *c, struct err *e);
int media_image_list(struct ctx *c, struct err *e);
int media_image_get(struct ctx *c, struct err *e);
int media_image_url(struct ctx *c, struct err *e);
int media_image_delete(struct ctx *c, struct err *e);

#endif

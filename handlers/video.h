/**
 * /api/v1/videos/{id}/…: what belongs to one video (rows: rest.h).
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_VIDEO_H
#define HANDLERS_VIDEO_H

#include "handlers/handlers.h"

/**
 * The transcript as text (WebVTT, SRT, plain) or as JSON {full_text,
 * metadata?}; 201 for the first one, 200 for one that replaces another.
 */
int video_transcript_put(struct ctx *c, struct err *e);
int video_transcript_get(struct ctx *c, struct err *e);
/** Lists of what belongs to one video: route.what. */
int video_below(struct ctx *c, struct err *e);

#endif

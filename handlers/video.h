/**
 * /api/v1/videos: rows with the seeds' column names.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_VIDEO_H
#define HANDLERS_VIDEO_H

#include "handlers/handlers.h"

/** Newest first; ?collection_id= and ?limit= (1 to 1000, 1000 if absent). */
int video_list(struct ctx *c, struct err *e);
/** {video_id?, collection_id?, metadata?} -> 201, the row, Location. */
int video_add(struct ctx *c, struct err *e);
int video_get(struct ctx *c, struct err *e);
/**
 * The transcript as text (WebVTT, SRT, plain) or as JSON {full_text,
 * metadata?}; 201 for the first one, 200 for one that replaces another.
 */
int video_transcript_put(struct ctx *c, struct err *e);
int video_transcript_get(struct ctx *c, struct err *e);
int video_outputs(struct ctx *c, struct err *e);

#endif

/**
 * A file becomes a medium: which row it gets, and what both are called. For
 * uploads of files (a request) and by address (a worker).
 *
 * Failure: as store.h.
 * Layer:  handlers
 */
#ifndef HANDLERS_MEDIA_ADD_H
#define HANDLERS_MEDIA_ADD_H

#include "base/principal.h"
#include "io/media_file.h"
#include "io/store.h"
#include "proto/media_type.h"

struct media_add {
	struct slice collection_id;
	struct media_type type;
	struct slice name;
	/* By media_add_init(). */
	char uuid[37];
	char owner[MEDIA_FILE_OWNER]; /* and the id, as pages have it */
};

/** Of the UUID (NULL: one is made) and the type. */
void media_add_init(struct media_add *m, const char *uuid) NONNULL(1);
/** The row of videos or of media; its file is named as media_file_keep() does
 *  it. ERR_NOT_FOUND: there is no such collection. */
int media_add_row(struct store *s, const struct principal *who,
    const struct media_add *m, struct json_object **row,
    struct err *e) MUST_CHECK;
/** What a person would call the file: no folders, no ending; borrowed. */
struct slice media_add_name(struct slice filename);

#endif

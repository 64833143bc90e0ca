/**
 * Media as the Director page reads them: rows of the store become its objects.
 *
 * What stands in them is anybody's: names are made harmless, addresses that are
 * no web address become null.
 *
 * Ownership: new references; the arena of the request.
 * Layer:  handlers
 * Spec:   director contract, B
 */
#ifndef HANDLERS_MEDIA_VIEW_H
#define HANDLERS_MEDIA_VIEW_H

#include "handlers/handlers.h"
#include "proto/media_type.h"

/** object[key] = `text`, harmless where pages insert it as HTML. */
void
media_view_text(struct json_object *object, const char *key, struct slice text);
/** The collection of the address; "default" is the page's name for the first
 *  one, before it knows its id. */
struct slice media_view_collection(const struct ctx *c);
/** Where this client reaches the server: "https://HOST", or empty. */
struct slice media_view_base(struct ctx *c) MUST_CHECK;
/** The absolute address of a file in the folder of media; p == NULL for what is
 *  no name of ours. */
struct slice media_view_url(struct ctx *c, struct slice file) MUST_CHECK;
/** A row of videos, with its type. */
struct json_object *
media_view_video(struct ctx *c, struct json_object *row) MUST_CHECK;
/** A row of media: as an element of a list, with its type, or alone. */
struct json_object *media_view_item(struct ctx *c, struct json_object *row,
    enum media_kind kind, bool listed) MUST_CHECK;
/** What was just uploaded. */
struct json_object *media_view_new(
    struct ctx *c, struct json_object *row, enum media_kind kind) MUST_CHECK;
/** 200 {success, message}: what the page wants of a DELETE. */
int media_view_deleted(struct ctx *c, const char *message);
/** Whose file a row of videos has: see media_file.h. */
struct slice
media_view_owner(struct ctx *c, struct json_object *video) MUST_CHECK;
/** The row is gone: its own file goes, too. Should that fail, only the log
 *  knows. */
void media_view_drop_file(struct ctx *c, struct slice owner);

#endif

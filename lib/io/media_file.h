/**
 * Files of media in one folder, written once and never changed.
 *
 * A file grows under a name that the web server does not serve, and gets its own
 * when it is complete and on the disk. That name is ours, its owner's and an
 * ending of media_type.h: it cannot be guessed, and nothing of the client's is in
 * it. The owner is the row that has the file: a letter (media_kind_letter()), a
 * hyphen, the row's UUID. Who removes a row removes that row's files and no other,
 * whatever the row says: clients may write what stands in it.
 *
 *      f = media_file_new(folder, NULL, max, &e);
 *      media_file_write(f, piece, &e) ...
 *      media_file_keep(f, owner, "mp4", name, &e), or media_file_drop(f)
 *
 * Failure: -1 or NULL and struct err: ERR_TOO_LARGE beyond `max`,
 * ERR_UNAVAILABLE where the disk is full, else ERR_INTERNAL; what was written is
 * gone with media_file_drop(). What a killed process has left is taken away by
 * media_file_sweep().
 * Layer:  io
 */
#ifndef IO_MEDIA_FILE_H
#define IO_MEDIA_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

/** Letter, hyphen, UUID, NUL. */
#define MEDIA_FILE_OWNER 39
/** Owner, dot, ending, NUL. */
#define MEDIA_FILE_NAME 48

struct media_file;

/**
 * `folder` is made where it is missing. `job`, a UUID or NULL, is whose work it
 * is: what a dead worker has left of it can be found.
 */
struct media_file *media_file_new(const char *folder, const char *job,
    int64_t max, struct err *e) MUST_CHECK NONNULL(1, 4);
int media_file_write(struct media_file *f, struct slice piece,
    struct err *e) MUST_CHECK NONNULL(1, 3);
/** What was written is on the disk: what takes long, before media_file_keep(). */
int
media_file_sync(struct media_file *f, struct err *e) MUST_CHECK NONNULL(1, 2);
/** On the disk, under `name`; frees `f` whether or not that works. */
int media_file_keep(struct media_file *f, const char *owner, const char *ending,
    char name[static MEDIA_FILE_NAME], struct err *e) MUST_CHECK
    NONNULL(1, 2, 3);
/** Nothing is left of it. NULL is allowed. */
void media_file_drop(struct media_file *f);
/** The owner of a row's file. */
void media_file_owner(
    char out[static MEDIA_FILE_OWNER], char letter, struct slice uuid);
/** Is it a name as media_file_keep() gives them? */
bool media_file_name(struct slice name);
/** All that is kept of an owner; nothing at all is no error. */
int media_file_remove(const char *folder, struct slice owner,
    struct err *e) MUST_CHECK NONNULL(1, 3);
/** Take away what was begun long ago and never kept. */
void media_file_sweep(const char *folder) NONNULL(1);
/** Take away what was begun for this job: its worker died, or is to stop. */
void media_file_abandon(const char *folder, const char *job) NONNULL(1, 2);

#endif

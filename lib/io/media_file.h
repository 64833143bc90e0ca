/**
 * Files of media in one folder, written once and never changed.
 *
 * A file grows under a name that the web server does not serve, and gets its own
 * when it is complete and on the disk. That name is ours, a UUID and an ending of
 * media_type.h: it cannot be guessed, and nothing of the client's is in it.
 *
 *      f = media_file_new(folder, max, &e);
 *      media_file_write(f, piece, &e) ...
 *      media_file_keep(f, "mp4", name, &e), or media_file_drop(f)
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

/** UUID, dot, ending, NUL. */
#define MEDIA_FILE_NAME 48

struct media_file;

/** `folder` (borrowed) is made where it is missing. */
struct media_file *media_file_new(
    const char *folder, int64_t max, struct err *e) MUST_CHECK NONNULL(1, 3);
int media_file_write(struct media_file *f, struct slice piece,
    struct err *e) MUST_CHECK NONNULL(1, 3);
/** On the disk, under `name`; frees `f` whether or not that works. */
int media_file_keep(struct media_file *f, const char *ending,
    char name[static MEDIA_FILE_NAME], struct err *e) MUST_CHECK NONNULL(1, 2);
/** Nothing is left of it. NULL is allowed. */
void media_file_drop(struct media_file *f);
/** Is it a name as media_file_keep() gives them? */
bool media_file_name(struct slice name);
/** A kept one; no such file is no error, as is no name of ours. */
int media_file_remove(const char *folder, struct slice name,
    struct err *e) MUST_CHECK NONNULL(1, 3);
/** Take away what was begun long ago and never kept. */
void media_file_sweep(const char *folder) NONNULL(1);

#endif

/**
 * The file of the SQLite driver: its path, how it comes to be, how it is left.
 *
 * Layer:  io (store)
 */
#ifndef IO_STORE_SQLITE_FILE_H
#define IO_STORE_SQLITE_FILE_H

#include <limits.h>
#include <stdbool.h>

#include <sqlite3.h>

#include "base/attr.h"

/** The path in "sqlite:PATH", with a '/' in it; false when there is none. */
bool store_sqlite_file_path(
    const char *url, char out[static PATH_MAX]) MUST_CHECK NONNULL(1);
/**
 * Make the file, readable by its owner only, where it is missing. What cannot be
 * made is left to SQLite's opening to complain about.
 */
void store_sqlite_file_make(const char *path) NONNULL(1);
/** Close a connection (NULL is allowed) to it. The last one of all processes
 *  leaves this one file, without a log. */
void store_sqlite_file_close(sqlite3 *db, const char *url) NONNULL(2);

#endif

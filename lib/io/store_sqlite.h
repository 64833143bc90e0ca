/**
 * The store's SQLite driver: one file, write-ahead log, many processes.
 *
 * Layer:  io (store)
 */
#ifndef IO_STORE_SQLITE_H
#define IO_STORE_SQLITE_H

#include "io/store_driver.h"

extern const struct store_driver store_sqlite_driver;

#endif

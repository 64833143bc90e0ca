/**
 * Borrowed bytes: a pointer and a length, never owned, never NUL-terminated by
 * promise. A slice is valid as long as what it points into.
 *
 * Failure: none; every function is total. An empty slice has n == 0, its p
 * may be NULL.
 * Layer:  base (pure)
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const char *p;
	size_t n;
};

#define SLICE_EMPTY ((struct slice){ "", 0 })
/** A slice of a string literal. */
#define SLICE(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })
/** The same as an initializer of static data. */
#define SLICE_INIT(literal)                     \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}
/** For printf: "%.*s", SLICE_ARG(s). */
#define SLICE_ARG(s) (int)(s).n, (s).p

/** The bytes of `text` without its NUL; NULL gives the empty slice. */
struct slice slice_from(const char *text);
bool slice_eq(struct slice a, struct slice b);
bool slice_eqs(struct slice a, const char *text);
/** ASCII case is ignored: for header names and hosts only. */
bool slice_eq_nocase(struct slice a, struct slice b);
/** FNV-1a, for tables of what is random already. */
uint32_t slice_hash(struct slice s);
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
/** Is `needle` somewhere in `s`? Its offset, or -1. The empty one is at 0. */
long slice_find(struct slice s, struct slice needle);
/** Offset of the first `c`, or s.n when there is none. */
size_t slice_chr(struct slice s, char c);
/** How many `c` there are. */
size_t slice_count(struct slice s, char c);
/** `s` from `at` on; empty when `at` is past the end. */
struct slice slice_from_at(struct slice s, size_t at);
/** At most `n` bytes of `s` from `at` on. */
struct slice slice_sub(struct slice s, size_t at, size_t n);
/** Without ASCII white space (space, tab, CR, LF) at both ends. */
struct slice slice_trim(struct slice s);
/**
 * Take from `*rest` what stands before the next `sep` (all of it when there is
 * none) into `*piece` and move `*rest` behind the separator. False when `*rest`
 * was used up: p == NULL marks that, so "a," gives "a" and "".
 */
bool slice_cut(struct slice *rest, char sep, struct slice *piece);

#endif

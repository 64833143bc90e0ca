/**
 * Personal information that can be told by its form, taken out of a text:
 * e-mail addresses, phone numbers, payment card numbers (Luhn), IP addresses
 * and web addresses that carry a password. Names and places are not found.
 *
 * Prices, years, times, counts and version numbers stay.
 *
 * Ownership: the caller's buf is appended to.
 * Failure: none. Text that is not UTF-8 is treated byte by byte.
 * Layer:  text (pure)
 */
#ifndef TEXT_PII_H
#define TEXT_PII_H

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** How many of each were replaced. */
struct pii_counts {
	size_t email; /* [email] */
	size_t phone; /* [phone] */
	size_t card;  /* [card] */
	size_t ip;    /* [ip] */
	size_t url;   /* [url] */
};

/**
 * Append `text` to `out` with every find replaced. `counts` is added to and
 * may be NULL. Cleaning what is clean changes nothing.
 */
void pii_clean(struct slice text, struct buf *out, struct pii_counts *counts)
    NONNULL(2);
/** All finds together. */
size_t pii_total(const struct pii_counts *counts) NONNULL(1);

#endif

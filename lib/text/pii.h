/**
 * Personal information taken out of texts about one video.
 *
 * Found by form and checksum: e-mail addresses, phone numbers, payment cards
 * (Luhn), IBANs (mod 97), some forty national identity numbers, IP addresses,
 * web addresses with a password, passwords, keys and tokens, street addresses;
 * digits also where they are spoken ("four one five"), addresses also with "at"
 * and "dot". By what the transcript says: names of its speakers, names it
 * introduces, and given names that are hardly ever another word. Each find is
 * replaced by its kind and a number, [NAME_1]; the same person or value has the
 * same number in all that one `struct pii` cleans, and all made from one
 * transcript number its people and values alike. doc/pii.md says how well.
 *
 * Prices, years, times, counts, order and version numbers stay.
 *
 * Ownership: pii_learn() allocates, pii_free() frees; nothing is borrowed.
 * Failure: none. Text that is not UTF-8 is treated byte by byte; of UTF-8,
 * UTF-8 comes out. Time and memory are linear in the text.
 * Layer:  text (pure)
 */
#ifndef TEXT_PII_H
#define TEXT_PII_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "text/transcript.h"

/** Changes whenever the same text is cleaned differently. */
#define PII_VERSION "pii-3"

enum pii_kind {
	PII_NAME,
	PII_EMAIL,
	PII_PHONE,
	PII_CARD,
	PII_IBAN,
	PII_ID, /* national identity, tax and insurance numbers */
	PII_IP,
	PII_URL, /* with a user and a password in it */
	PII_SECRET,
	PII_ADDRESS,
	PII_KIND__MAX
};

/** "name", "email", … */
const char *pii_kind_name(enum pii_kind kind);

/** How many of each. */
struct pii_counts {
	size_t n[PII_KIND__MAX];
};

struct pii;

/** Learn the people and values of a transcript (NULL: of none). */
struct pii *pii_learn(const struct transcript *t) MUST_CHECK;
void pii_free(struct pii *pii);

/**
 * Append `text` to `out` with every find replaced. Cleaning what is clean
 * changes nothing.
 */
void
pii_clean(struct pii *pii, struct slice text, struct buf *out) NONNULL(1, 3);
/** The same for every string in a JSON value (not for the keys): a new one. */
struct json_object *pii_clean_json(
    struct pii *pii, struct json_object *value) MUST_CHECK NONNULL(1);

/** What pii_clean() has replaced so far. */
const struct pii_counts *pii_counts(const struct pii *pii) NONNULL(1);
/** The placeholders in a cleaned text, also one that was kept. */
struct pii_counts pii_count_text(struct slice cleaned);
size_t pii_total(const struct pii_counts *counts) NONNULL(1);
/**
 * For the row of a cleaned text: {"cleaner": PII_VERSION, "method": "rules",
 * "placeholders": {"name": 3, …}}, kinds that occur only.
 */
struct json_object *pii_metadata(struct slice cleaned) MUST_CHECK;

#endif

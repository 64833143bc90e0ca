/**
 * The recognisers behind pii.h. Each looks at `text` from `at` on and returns
 * how many bytes are one find that starts there, or 0. Internal to pii*.c.
 *
 * Each reads a bounded piece of text around `at`, so that the whole is linear.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_PII_SCAN_H
#define TEXT_PII_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

size_t pii_address_url(struct slice text, size_t at);
size_t pii_address_email(struct slice text, size_t at);
size_t pii_address_ip(struct slice text, size_t at);
size_t pii_number_card(struct slice text, size_t at);
size_t pii_number_phone(struct slice text, size_t at);

/** ASCII letter or digit? */
bool pii_scan_alnum(char c);
bool pii_scan_digit(char c);
/** Is the byte before `at` (if any) a letter or digit? */
bool pii_scan_in_word(struct slice text, size_t at);

#endif

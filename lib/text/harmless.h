/**
 * Markdown that may be shown by a page which renders it with marked 4 and
 * inserts the result as HTML unsanitised (chat-vue does): nothing in it can
 * become a tag, an attribute or a script.
 *
 * Outside fenced code blocks `&`, `<` and `$` (KaTeX) become entities, so does
 * `>` unless it marks a block quote; links go to http, https, mailto, `#` and
 * `/` targets only, others lose the bracket that makes them a link; so do
 * reference definitions and autolinks in angle brackets, always. An image
 * becomes a link: nothing is loaded by being shown.
 * Fences are moved to column 0 behind a blank line, so that what is left alone
 * here is code there. Code inside them is not touched: marked escapes it.
 *
 * Ownership: the caller's buf is appended to.
 * Failure: none. Control characters other than tab and newline are dropped.
 * Layer:  text (pure)
 */
#ifndef TEXT_HARMLESS_H
#define TEXT_HARMLESS_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

void harmless_markdown(struct slice text, struct buf *out) NONNULL(2);

/**
 * For places that take HTML and no Markdown (lines of `actions`): one line, all
 * of `& < > " '` as entities, white space and control characters as one space.
 */
void harmless_line(struct slice text, struct buf *out) NONNULL(2);

/**
 * A name for pages that show it as text in one place and insert it as HTML or
 * Markdown in another, so that entities would show: what could open a tag or a
 * link is replaced by a look-alike, white space and control characters by one
 * space.
 */
void harmless_name(struct slice text, struct buf *out) NONNULL(2);

#endif

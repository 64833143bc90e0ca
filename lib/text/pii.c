#include "text/pii.h"

#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "text/pii_scan.h"

/*
 * A replacement changes what stands behind its neighbours, so the result is
 * looked at again until nothing is found; more rounds than this were never
 * seen, and each costs a pass.
 */
#define MAX_ROUNDS 16
/* More than any recogniser looks back: for "whatsapp" before a number. */
#define LOOK_BACK 64u

/* In the order they are tried: a card is not to be taken for a phone. */
static const struct {
	size_t (*scan)(struct slice text, size_t at);
	const char *instead;
	size_t offset; /* of the counter in struct pii_counts */
} kinds[] = {
	{ pii_address_url, "[url]", offsetof(struct pii_counts, url) },
	{ pii_address_email, "[email]", offsetof(struct pii_counts, email) },
	{ pii_address_ip, "[ip]", offsetof(struct pii_counts, ip) },
	{ pii_number_card, "[card]", offsetof(struct pii_counts, card) },
	{ pii_number_phone, "[phone]", offsetof(struct pii_counts, phone) },
};

bool
pii_scan_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
pii_scan_alnum(char c)
{
	return pii_scan_digit(c) || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

bool
pii_scan_in_word(struct slice text, size_t at)
{
	return at > 0 && pii_scan_alnum(text.p[at - 1]);
}

/** What starts at `at`: bytes and kind, or 0 bytes. */
static size_t
scan(struct slice text, size_t at, size_t *kind)
{
	for (*kind = 0; *kind < COUNT(kinds); ++*kind) {
		size_t n = kinds[*kind].scan(text, at);

		if (n != 0)
			return n;
	}
	return 0;
}

/** Copy the end of `done` to in front of `work` + `at`; how many bytes. */
static size_t
put_before(char *work, size_t at, struct slice done)
{
	size_t n = done.n < LOOK_BACK ? done.n : LOOK_BACK;

	memcpy(work + at - n, done.p + done.n - n, n);
	return n;
}

/**
 * One pass; how many were replaced. Where the recognisers look back they see
 * what was replaced already: else a pass finds but one of "::1::1::1".
 */
static size_t
clean_once(struct slice text, struct buf *out, struct pii_counts *counts)
{
	char *work = ck_malloc(LOOK_BACK + text.n);
	struct slice view = { work + LOOK_BACK, text.n };
	size_t found = 0;
	size_t from = 0;
	size_t at = 0;

	memcpy(work + LOOK_BACK, text.p, text.n);
	while (at < view.n) {
		size_t kind;
		size_t n = scan(view, at, &kind);
		size_t left = view.n - at - n;

		if (n == 0) {
			at++;
			continue;
		}
		buf_add(out, view.p + from, at - from);
		buf_adds(out, kinds[kind].instead);
		*(size_t *)(void *)((char *)counts + kinds[kind].offset) += 1;
		found++;
		at =
		    put_before(work, LOOK_BACK + text.n - left, buf_slice(out));
		view = (struct slice){ work + LOOK_BACK + text.n - left - at,
			at + left };
		from = at;
	}
	buf_add(out, view.p + from, view.n - from);
	free(work);
	return found;
}

void
pii_clean(struct slice text, struct buf *out, struct pii_counts *counts)
{
	struct pii_counts own = { 0, 0, 0, 0, 0 };
	struct buf work[2] = { BUF_INIT, BUF_INIT };
	int round = 0;
	size_t found;

	if (counts == NULL)
		counts = &own;
	do {
		struct buf *to = &work[round % 2];

		buf_clear(to);
		found = text.n == 0 ? 0 : clean_once(text, to, counts);
		text = buf_slice(to);
	} while (found != 0 && ++round < MAX_ROUNDS);
	buf_add_slice(out, text);
	buf_fini(&work[0]);
	buf_fini(&work[1]);
}

size_t
pii_total(const struct pii_counts *counts)
{
	return counts->email + counts->phone + counts->card + counts->ip +
	    counts->url;
}

#include "text/pii.h"

#include "text/pii_scan.h"

/*
 * A replacement changes what stands beside its neighbours, so the result is
 * looked at again until nothing is found; more rounds than this were never
 * seen, and each costs a pass.
 */
#define MAX_ROUNDS 16

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

/** One pass; how many were replaced. */
static size_t
clean_once(struct slice text, struct buf *out, struct pii_counts *counts)
{
	size_t found = 0;
	size_t from = 0;
	size_t at = 0;

	while (at < text.n) {
		size_t kind;
		size_t n = scan(text, at, &kind);

		if (n == 0) {
			at++;
			continue;
		}
		buf_add(out, text.p + from, at - from);
		buf_adds(out, kinds[kind].instead);
		*(size_t *)(void *)((char *)counts + kinds[kind].offset) += 1;
		found++;
		at += n;
		from = at;
	}
	buf_add(out, text.p + from, text.n - from);
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

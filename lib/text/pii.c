/**
 * Cleaning: finds first, then numbers, then the text around them.
 *
 * A text is cut at placeholders it has already, each piece is scanned from left
 * to right, and what a find leaves on its left is a piece that ends sooner than
 * it did: its end is scanned again, as a second cleaning would. So finds depend
 * on nothing but the piece and the words before it, and cleaning twice changes
 * nothing.
 */
#include "text/pii.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "text/pii_scan.h"

/* Slots of an empty table of values; a power of two. */
#define SLOTS 64u
/* A placeholder of a transcript is believed up to this number. */
#define MAX_NUMBER 100000u
/* Of a secret or an address: what tells it from others. */
#define MAX_CANONICAL 512u

static const char *const kind_names[PII_KIND__MAX] = {
	[PII_NAME] = "name",
	[PII_EMAIL] = "email",
	[PII_PHONE] = "phone",
	[PII_CARD] = "card",
	[PII_IBAN] = "iban",
	[PII_ID] = "id",
	[PII_IP] = "ip",
	[PII_URL] = "url",
	[PII_SECRET] = "secret",
	[PII_ADDRESS] = "address",
};

/* What a find may start with. */
enum {
	DIGIT = 1,
	LETTER = 2, /* of any alphabet, and bytes that are no UTF-8 */
	SIGN = 4
};

/* In the order they are tried: a card is not to be taken for a phone. */
static const struct {
	pii_scan_fn *scan;
	enum pii_kind kind;
	unsigned starts;
} scanners[] = {
	{ pii_secret, PII_SECRET, LETTER | SIGN },
	{ pii_address_url, PII_URL, LETTER },
	{ pii_email, PII_EMAIL, DIGIT | LETTER | SIGN },
	{ pii_iban, PII_IBAN, LETTER },
	{ pii_card, PII_CARD, DIGIT | LETTER },
	{ pii_address_ip, PII_IP, DIGIT | LETTER | SIGN },
	{ pii_id, PII_ID, DIGIT | LETTER },
	{ pii_secret_said, PII_SECRET, DIGIT | LETTER | SIGN },
	{ pii_phone, PII_PHONE, DIGIT | LETTER | SIGN },
	{ pii_street, PII_ADDRESS, DIGIT | LETTER },
};

/** A value that has a number. */
struct value {
	uint64_t hash[2]; /* of kind and canonical form; 0, 0: free */
	unsigned number;
};

struct pii {
	struct pii_names *names;
	unsigned *person; /* the number of each, 0: none yet */
	size_t people;
	struct value *value;
	size_t values, slots;
	unsigned last[PII_KIND__MAX]; /* the highest number in use */
	struct pii_counts counts;
};

const char *
pii_kind_name(enum pii_kind kind)
{
	return kind < PII_KIND__MAX ? kind_names[kind] : "";
}

size_t
pii_scan_placeholder(struct slice s, enum pii_kind *kind, unsigned *number)
{
	if (s.n < 5 || s.p[0] != '[')
		return 0;
	for (size_t k = 0; k < PII_KIND__MAX; k++) {
		size_t n = strlen(kind_names[k]);
		size_t at = n + 2;

		if (s.n < n + 4 || s.p[n + 1] != '_' ||
		    !pii_scan_upper(s.p[1]) ||
		    !slice_eq_nocase(
			slice_sub(s, 1, n), slice_from(kind_names[k])))
			continue;
		for (size_t i = 1; i <= n; i++)
			if (!pii_scan_upper(s.p[i]))
				return 0;
		*number = 0;
		while (at < s.n && at < n + 9 && pii_scan_digit(s.p[at]))
			*number = *number * 10 + (unsigned)(s.p[at++] - '0');
		if (at == n + 2 || at >= s.n || s.p[at] != ']')
			return 0;
		*kind = (enum pii_kind)k;
		return at + 1;
	}
	return 0;
}

/** A find behind `left` in the list; its index. */
static size_t
add_find(struct pii_finds *finds, size_t left, struct pii_find find)
{
	size_t at = finds->n;

	if (finds->n == finds->cap) {
		finds->cap = finds->cap * 2 + 16;
		finds->items = ck_realloc(
		    finds->items, finds->cap * sizeof(finds->items[0]));
	}
	finds->n++;
	if (at == 0) { /* the one before all */
		finds->items[0] = find;
		return 0;
	}
	find.left = left;
	find.right = finds->items[left].right;
	finds->items[at] = find;
	if (find.right != 0)
		finds->items[find.right].left = at;
	finds->items[left].right = at;
	return at;
}

/** What starts at `at` of a piece: bytes and what it is, or 0 bytes. */
static size_t
scan(const struct pii_view *v, size_t at, struct pii_find *find)
{
	struct slice s = slice_from_at(v->text, at);
	unsigned start = pii_scan_digit(s.p[0]) ? DIGIT
	    : pii_scan_wordchar(s) != 0         ? LETTER
						: SIGN;
	size_t n;

	*find = (struct pii_find){ 0 };
	for (size_t i = 0; i < COUNT(scanners); i++) {
		if (!(scanners[i].starts & start))
			continue;
		n = scanners[i].scan(v, at);
		if (n != 0) {
			find->kind = scanners[i].kind;
			return n;
		}
	}
	find->kind = PII_NAME;
	return start == LETTER ? pii_names_scan(v, at, &find->person) : 0;
}

/** A piece still to be scanned, from `at` on, behind a find. */
struct piece {
	size_t from, to, at;
	size_t left;
};

struct pieces {
	struct piece *items;
	size_t n, cap;
};

static void
push(struct pieces *p, struct piece piece)
{
	if (piece.at >= piece.to)
		return;
	if (p->n == p->cap) {
		p->cap = p->cap * 2 + 16;
		p->items = ck_realloc(p->items, p->cap * sizeof(p->items[0]));
	}
	p->items[p->n++] = piece;
}

/** Bytes of the character, or of what is no UTF-8, at `at`. */
static size_t
char_bytes(struct slice text, size_t at)
{
	size_t n = 1;

	while (
	    at + n < text.n && ((unsigned char)text.p[at + n] & 0xc0) == 0x80)
		n++;
	return n;
}

/** The first place from `at` on where a find may start. */
static size_t
next_start(struct slice text, size_t at)
{
	bool inside = at < text.n && pii_scan_inside(text, at);

	while (at < text.n) {
		size_t n = pii_scan_wordchar(slice_from_at(text, at));

		if (!inside && !pii_scan_is(text.p[at], " \n\t,."))
			return at;
		at += n != 0 ? n : char_bytes(text, at);
		/* Quick where the answer is known. */
		inside = n != 0 || pii_scan_inside(text, at);
	}
	return at;
}

/** The last start of a word at or before `at`, not before `from`. */
static size_t
step_back(struct slice text, size_t from, size_t at)
{
	if (at < from + PII_REACH)
		return from;
	at -= PII_REACH;
	while (at > from && ((unsigned char)text.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/** Scan a piece up to its first find; what is left to do is pushed. */
static void
scan_piece(const struct pii_names *names, struct slice text, struct piece p,
    struct pii_finds *out, struct pieces *todo)
{
	struct pii_memory memory;
	struct pii_view v = { .text = slice_sub(text, p.from, p.to - p.from),
		.whole = text.p,
		.finds = out,
		.left = p.left,
		.names = names,
		.memory = &memory };
	size_t at = p.at - p.from;

	memory.has_before = memory.has_run = false;
	for (;;) {
		struct pii_find find;
		size_t n;
		size_t index;

		at = next_start(v.text, at);
		if (at >= v.text.n)
			return;
		n = scan(&v, at, &find);
		if (n == 0) {
			at += char_bytes(v.text, at);
			continue;
		}
		find.from = p.from + at;
		find.to = find.from + n;
		index = add_find(out, p.left, find);
		push(todo, (struct piece){ find.to, p.to, find.to, index });
		push(todo,
		    (struct piece){ p.from, find.from,
			step_back(text, p.from, find.from), p.left });
		return;
	}
}

static void
scan_between(const struct pii_names *names, struct slice text,
    struct piece piece, struct pii_finds *out)
{
	struct pieces todo = { NULL, 0, 0 };

	push(&todo, piece);
	while (todo.n != 0)
		scan_piece(names, text, todo.items[--todo.n], out, &todo);
	free(todo.items);
}

/** The last of the finds that end at or before `to`. */
static size_t
last_find(const struct pii_finds *finds, size_t from)
{
	while (finds->items[from].right != 0)
		from = finds->items[from].right;
	return from;
}

void
pii_scan_all(
    const struct pii_names *names, struct slice text, struct pii_finds *out)
{
	size_t from = 0;
	size_t at = 0;
	size_t left;

	*out = (struct pii_finds){ NULL, 0, 0 };
	left = add_find(out, 0, (struct pii_find){ .keep = true });
	while (at < text.n) {
		struct pii_find find = { .keep = true };
		unsigned number;
		size_t n = pii_scan_placeholder(
		    slice_from_at(text, at), &find.kind, &number);

		if (n == 0) {
			at++;
			continue;
		}
		scan_between(
		    names, text, (struct piece){ from, at, from, left }, out);
		find.from = at;
		find.to = at + n;
		left = add_find(out, last_find(out, left), find);
		from = at += n;
	}
	scan_between(
	    names, text, (struct piece){ from, text.n, from, left }, out);
}

/** What tells a value from others: "(415) 555-0132" is "4155550132". */
static size_t
canonical(enum pii_kind kind, struct slice s, char out[static MAX_CANONICAL])
{
	bool digits = kind == PII_PHONE || kind == PII_CARD;
	bool exact = kind == PII_SECRET || kind == PII_URL;
	size_t n = 0;
	size_t at = 0;

	while (at < s.n && n + PII_MAX_WORD < MAX_CANONICAL) {
		struct slice rest = slice_from_at(s, at);
		size_t group = 0;
		size_t bytes = 1;

		if (digits && !pii_scan_in_word(s, at))
			bytes =
			    pii_run_group(rest, out + n, PII_MAX_WORD, &group);
		if (digits && bytes != 0 && group != 0)
			n += group;
		else if (!digits &&
		    (exact || (unsigned char)s.p[at] >= 0x80 ||
			pii_scan_alnum(s.p[at]) ||
			pii_scan_is(s.p[at], "@:_+")))
			out[n++] = s.p[at];
		at += bytes != 0 ? bytes : 1;
	}
	for (at = 0; !exact && at < n; at++)
		out[at] = pii_scan_lower(out[at]);
	/* North America with or without its country code. */
	if (kind == PII_PHONE && n == 11 && out[0] == '1') {
		memmove(out, out + 1, 10);
		n = 10;
	}
	return n;
}

/** "anna at example dot com" is anna@example.com, which is "annaexamplecom". */
static size_t
canonical_email(struct slice s, char out[static MAX_CANONICAL])
{
	size_t n = 0;
	size_t at = 0;

	while (at < s.n && n + PII_MAX_WORD < MAX_CANONICAL) {
		size_t len = pii_scan_word(slice_from_at(s, at));
		struct slice word = slice_sub(s, at, len);
		/* Between others; "at@example.com" keeps its own. */
		bool mark = at != 0 && at + len < s.n &&
		    !pii_scan_is(s.p[at - 1], "@.") &&
		    !pii_scan_is(s.p[at + len], "@.") &&
		    (slice_eq_nocase(word, SLICE("at")) ||
			slice_eq_nocase(word, SLICE("dot")) ||
			slice_eq_nocase(word, SLICE("underscore")) ||
			slice_eq_nocase(word, SLICE("dash")));

		for (size_t i = 0;
		     !mark && i < len && n + PII_MAX_WORD < MAX_CANONICAL; i++)
			out[n++] = pii_scan_lower(word.p[i]);
		at += len + (len == 0);
	}
	return n;
}

static void
hash(enum pii_kind kind, struct slice s, uint64_t out[static 2])
{
	out[0] = 14695981039346656037u + kind; /* FNV-1a, twice */
	out[1] = 1099511628211u * (kind + 1);
	for (size_t i = 0; i < s.n; i++) {
		out[0] = (out[0] ^ (unsigned char)s.p[i]) * 1099511628211u;
		out[1] = (out[1] + (unsigned char)s.p[i]) * 0x9e3779b97f4a7c15u;
		out[1] ^= out[1] >> 29;
	}
	out[0] |= 1; /* never that of a free slot */
}

static struct value *
find_value(const struct pii *pii, const uint64_t h[static 2])
{
	size_t at = (size_t)(h[0] >> 7) & (pii->slots - 1);

	while (pii->value[at].hash[0] != 0 &&
	    (pii->value[at].hash[0] != h[0] || pii->value[at].hash[1] != h[1]))
		at = (at + 1) & (pii->slots - 1);
	return &pii->value[at];
}

/** The entry of a value, new ones with the number 0. */
static struct value *
put_value(struct pii *pii, const uint64_t h[static 2])
{
	struct value *value;

	if (pii->values >= pii->slots / 4 * 3) {
		struct value *old = pii->value;
		size_t slots = pii->slots;

		pii->slots *= 2;
		pii->value = ck_calloc(pii->slots, sizeof(old[0]));
		for (size_t i = 0; i < slots; i++)
			if (old[i].hash[0] != 0)
				*find_value(pii, old[i].hash) = old[i];
		free(old);
	}
	value = find_value(pii, h);
	if (value->hash[0] == 0) {
		value->hash[0] = h[0];
		value->hash[1] = h[1];
		pii->values++;
	}
	return value;
}

static unsigned
value_number(struct pii *pii, enum pii_kind kind, struct slice text)
{
	char form[MAX_CANONICAL];
	uint64_t h[2];
	struct value *value;
	size_t n = kind == PII_EMAIL ? canonical_email(text, form)
				     : canonical(kind, text, form);

	hash(kind, (struct slice){ form, n }, h);
	value = put_value(pii, h);
	if (value->number == 0)
		value->number = ++pii->last[kind];
	return value->number;
}

static unsigned
person_number(struct pii *pii, size_t person)
{
	if (pii->person[person] == 0)
		pii->person[person] = ++pii->last[PII_NAME];
	return pii->person[person];
}

static unsigned
number(struct pii *pii, const struct pii_find *find, struct slice text)
{
	if (find->kind == PII_NAME)
		return person_number(pii, find->person);
	return value_number(pii, find->kind,
	    slice_sub(text, find->from, find->to - find->from));
}

static void
put_placeholder(struct pii *pii, const struct pii_find *find, struct slice text,
    struct buf *out)
{
	const char *name = kind_names[find->kind];

	buf_addc(out, '[');
	for (; *name != '\0'; name++)
		buf_addc(out, (char)(*name - 'a' + 'A'));
	buf_addf(out, "_%u]", number(pii, find, text));
}

void
pii_clean(struct pii *pii, struct slice text, struct buf *out)
{
	struct pii_finds finds;
	size_t from = 0;

	pii_scan_all(pii->names, text, &finds);
	for (size_t i = finds.items[0].right; i != 0;
	     i = finds.items[i].right) {
		const struct pii_find *find = &finds.items[i];

		if (find->keep)
			continue;
		buf_add(out, text.p + from, find->from - from);
		put_placeholder(pii, find, text, out);
		pii->counts.n[find->kind]++;
		from = find->to;
	}
	if (from < text.n)
		buf_add(out, text.p + from, text.n - from);
	free(finds.items);
}

/** Numbers that a transcript uses already are nobody else's. */
static void
reserve(struct pii *pii, struct slice text)
{
	while (text.n != 0) {
		enum pii_kind kind;
		unsigned used;
		size_t n = slice_chr(text, '[');

		text = slice_from_at(text, n);
		n = pii_scan_placeholder(text, &kind, &used);
		if (n != 0 && used <= MAX_NUMBER && used > pii->last[kind])
			pii->last[kind] = used;
		text = slice_from_at(text, n + (n == 0));
	}
}

/** Give the values and people of a text their numbers. */
static void
count_in(struct pii *pii, struct slice text)
{
	struct pii_finds finds;

	pii_scan_all(pii->names, text, &finds);
	for (size_t i = finds.items[0].right; i != 0; i = finds.items[i].right)
		if (!finds.items[i].keep)
			(void)number(pii, &finds.items[i], text);
	free(finds.items);
}

/** Cues from `from` on that one speaker says, as one text; the cue behind. */
static size_t
read_turn(const struct transcript *t, size_t from, struct buf *turn)
{
	size_t i = from;

	buf_clear(turn);
	do {
		/* Subtitles break sentences, lines of a dialogue do not. */
		if (i != from)
			buf_addc(turn,
			    t->format == TRANSCRIPT_TEXT &&
				    t->cues[i].speaker.n == 0
				? '\n'
				: ' ');
		buf_add_slice(turn, t->cues[i].text);
		i++;
	} while (
	    i < t->n && slice_eq(t->cues[i].speaker, t->cues[from].speaker));
	return i;
}

/** How often a label was asked for; kept among the values. */
static unsigned
count_label(struct pii *pii, struct slice label)
{
	uint64_t h[2];

	hash(PII_KIND__MAX, label, h);
	return ++put_value(pii, h)->number;
}

/**
 * Count the turns of each label. Has each cue one, and one of them two turns?
 * Then it is a dialogue, and all of them speak.
 */
static bool
count_labels(struct pii *pii, const struct transcript *t)
{
	bool all = true;
	bool again = false;

	for (size_t i = 0; i < t->n; i++) {
		struct slice speaker = t->cues[i].speaker;

		all = all && speaker.n != 0;
		if (i == 0 || !slice_eq(speaker, t->cues[i - 1].speaker))
			again |= count_label(pii, speaker) > 1;
	}
	return all && again;
}

static void
learn_all(struct pii *pii, const struct transcript *t)
{
	struct buf turn = BUF_INIT;
	bool dialogue = count_labels(pii, t);

	for (size_t i = 0; i < t->n;) {
		struct slice speaker = t->cues[i].speaker;
		/* "Delivery: …" once in a text is no speaker. */
		bool sure = t->format != TRANSCRIPT_TEXT || dialogue ||
		    count_label(pii, speaker) > 2;

		i = read_turn(t, i, &turn);
		reserve(pii, buf_slice(&turn));
		pii_names_learn(pii->names, speaker, sure, buf_slice(&turn));
	}
	pii->people = pii_names_people(pii->names);
	pii->person = ck_calloc(pii->people + 1, sizeof(pii->person[0]));
	for (size_t i = 0; i < t->n;) {
		count_in(pii, t->cues[i].speaker);
		i = read_turn(t, i, &turn);
		count_in(pii, buf_slice(&turn));
	}
	buf_fini(&turn);
}

struct pii *
pii_learn(const struct transcript *t)
{
	struct pii *pii = ck_calloc(1, sizeof(*pii));

	pii->names = pii_names_new();
	pii->slots = SLOTS;
	pii->value = ck_calloc(SLOTS, sizeof(pii->value[0]));
	if (t != NULL)
		learn_all(pii, t);
	return pii;
}

void
pii_free(struct pii *pii)
{
	if (pii == NULL)
		return;
	pii_names_free(pii->names);
	free(pii->person);
	free(pii->value);
	free(pii);
}

const struct pii_names *
pii_scan_names(const struct pii *pii)
{
	return pii->names;
}

const struct pii_counts *
pii_counts(const struct pii *pii)
{
	return &pii->counts;
}

struct pii_counts
pii_count_text(struct slice cleaned)
{
	struct pii_counts counts = { { 0 } };

	while (cleaned.n != 0) {
		enum pii_kind kind;
		unsigned ignored;
		size_t n = slice_chr(cleaned, '[');

		cleaned = slice_from_at(cleaned, n);
		n = pii_scan_placeholder(cleaned, &kind, &ignored);
		if (n != 0)
			counts.n[kind]++;
		cleaned = slice_from_at(cleaned, n + (n == 0));
	}
	return counts;
}

size_t
pii_total(const struct pii_counts *counts)
{
	size_t total = 0;

	for (size_t i = 0; i < PII_KIND__MAX; i++)
		total += counts->n[i];
	return total;
}

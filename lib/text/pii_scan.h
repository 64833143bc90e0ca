/**
 * The recognisers behind pii.h. Each looks at a piece of text from `at` on and
 * returns how many bytes are one find that starts there, or 0. A piece is what
 * stands between two finds, so that a second cleaning sees what the first saw.
 * Internal to pii*.c.
 *
 * Each reads a bounded piece of text around `at`, so that the whole is linear;
 * none asks for more than PII_REACH bytes behind `at` before it says no.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_PII_SCAN_H
#define TEXT_PII_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/slice.h"
#include "text/pii.h"

/* A long e-mail address; names, numbers and addresses are shorter. */
#define PII_REACH 512u
/* Words looked back for what a number or a name is about. */
#define PII_WORDS_BEFORE 8u
/* Longer ones are no names and say nothing about a number. */
#define PII_MAX_WORD 48u

/** Finds are a list in the order of the text; [0] stands before all. */
struct pii_find {
	size_t from;
	size_t to;
	enum pii_kind kind;
	bool keep; /* a placeholder that was there already */
	size_t person;
	size_t left; /* indices of its neighbours; right 0: the last */
	size_t right;
};

struct pii_finds {
	struct pii_find *items;
	size_t n;
	size_t cap;
};

/** What a word before says: bits of pii_about.c's table. */
enum {
	PII_ABOUT_OPENER = 1,   /* "password" */
	PII_ABOUT_PIN = 2,      /* "cvv" */
	PII_ABOUT_KEY = 4,      /* "token" */
	PII_ABOUT_IS = 8,       /* what stands between them and the value */
	PII_ABOUT_OPAQUE = 16,  /* "api", "signing" */
	PII_ABOUT_CODE = 32,    /* "code" … */
	PII_ABOUT_CODE_OF = 64, /* … and "verification" */
	PII_ABOUT_PHONE = 128,
	PII_ABOUT_CALL = 256,    /* a phone, when right before the number */
	PII_ABOUT_BETWEEN = 512, /* what may stand between the two */
	PII_ABOUT_ORDER = 1024   /* "invoice", "version" */
};

/** A word before a place. */
struct pii_word {
	char text[PII_MAX_WORD]; /* folded, NUL-terminated; "" for a find */
	enum pii_kind kind;      /* of a find, else PII_KIND__MAX */
	unsigned about;
	char after; /* the byte behind it; ' ' for a letter's */
};

/** Words before a place, in a ring. */
struct pii_before {
	struct pii_word word[PII_WORDS_BEFORE];
	size_t n;
	size_t last; /* index of the nearest */
};

/* Groups of digits looked at together; a card spoken singly has 19. */
#define PII_RUN_GROUPS 20u
#define PII_RUN_DIGITS 64u

/** Digits with single separators between the groups: "(0)30 12-34". */
struct pii_run {
	struct {
		size_t at;    /* offset into the piece */
		size_t n;     /* bytes */
		size_t first; /* in `digit` */
		size_t digits;
		char before; /* the separator in front: one of " -./(," */
		bool word;   /* "four" */
	} group[PII_RUN_GROUPS];
	size_t n;
	char digit[PII_RUN_DIGITS];
	size_t digits;
	size_t to; /* where to read on, behind a separator … */
	char kind; /* … of this kind */
	bool done; /* no group follows */
};

/** What several recognisers ask for at the same place. */
struct pii_memory {
	struct pii_before before;
	size_t before_at; /* in the piece */
	bool has_before;
	struct pii_run run;
	bool has_run;
};

/** What a recogniser is given. */
struct pii_view {
	struct slice text; /* the piece */
	const char *whole; /* the text of which it is a piece */
	const struct pii_finds *finds;
	size_t left; /* the find before the piece; 0: none */
	const struct pii_names *names;
	struct pii_memory *memory;
};

typedef size_t pii_scan_fn(const struct pii_view *v, size_t at);
pii_scan_fn pii_address_url, pii_address_ip, pii_email, pii_card, pii_phone,
    pii_iban, pii_id, pii_secret, pii_secret_said, pii_street;

/** All finds in `text`; the list is the caller's to free. */
void pii_scan_all(const struct pii_names *names, struct slice text,
    struct pii_finds *out) NONNULL(1, 3);
/** "[NAME_12]" at the start of `s`: its bytes, or 0. */
size_t pii_scan_placeholder(
    struct slice s, enum pii_kind *kind, unsigned *number) NONNULL(2, 3);

/** ASCII. */
bool pii_scan_digit(char c);
bool pii_scan_upper(char c);
bool pii_scan_letter(char c);
bool pii_scan_alnum(char c);
char pii_scan_lower(char c);
/** Is `c` one of `set`, and not NUL? */
bool pii_scan_is(char c, const char *set);
/**
 * Bytes of the letter or digit of an alphabetic script at the start of `s`, or
 * 0. A byte that is not UTF-8 counts as one.
 */
size_t pii_scan_wordchar(struct slice s);
/** Is what stands before `at` (if anything) a letter or digit? */
bool pii_scan_in_word(struct slice text, size_t at);
/** The same, or an apostrophe within a word? */
bool pii_scan_inside(struct slice text, size_t at);
/** Bytes of the word at the start of `s`, apostrophes inside included. */
size_t pii_scan_word(struct slice s);
/** The start of a word that ends at `end`; `end` when there is none. */
size_t pii_scan_word_before(struct slice s, size_t end);
/** In lower case, without accents, into `out`: its bytes. Cut when too long. */
size_t pii_scan_fold(struct slice word, char out[static PII_MAX_WORD]);
/** Does the first letter stand in upper case? */
bool pii_scan_capital(struct slice word);

/** The words before `at`; asked for growing `at` it is quick. */
const struct pii_before *
pii_scan_before(const struct pii_view *v, size_t at) NONNULL(1);
/** The `i`th of them, the nearest first; NULL when there are fewer. */
const struct pii_word *
pii_scan_nth(const struct pii_before *b, size_t i) NONNULL(1);
/** Is one of the words before in `list` ("a|b|c")? */
bool pii_scan_about(const struct pii_before *b, const char *list) NONNULL(1, 2);
/** Is `word` in the list "a|b|c"? */
bool pii_scan_listed(const char *word, const char *list) NONNULL(1, 2);
/** Do the words right before tell of an order, a part, a version …? */
bool pii_scan_order(const struct pii_before *b) NONNULL(1);

/** The digits from `at` on. */
const struct pii_run *
pii_run_at(const struct pii_view *v, size_t at) NONNULL(1);
/** Digits of the groups [from, to). */
size_t
pii_run_digits(const struct pii_run *run, size_t from, size_t to) NONNULL(1);
/** Where group `last` ends. */
size_t pii_run_end(const struct pii_run *run, size_t last) NONNULL(1);
/** Digits that pass the checksum of ISO/IEC 7812-1 annex B. */
bool pii_run_luhn(const char *digits, size_t n) NONNULL(1);
/** A digit word or digits: appended as digits (at most `room`). */
size_t pii_run_group(struct slice s, char *digits, size_t room, size_t *n)
    NONNULL(2, 4);

/** Names: a table of people, filled before texts are cleaned. */
struct pii_names *pii_names_new(void) MUST_CHECK;
void pii_names_free(struct pii_names *names);
/**
 * `turn` is what one speaker says until another does. The speaker's label is
 * taken for a name when `sure`, else only if there is a given name in it.
 */
void pii_names_learn(struct pii_names *names, struct slice speaker, bool sure,
    struct slice turn) NONNULL(1);
/** A name that is known; whose it is. */
size_t pii_names_scan(const struct pii_view *v, size_t at, size_t *person)
    NONNULL(1, 3);
size_t pii_names_people(const struct pii_names *names) NONNULL(1);
/** Did the turn before ask for a name? Kept for pii_names_learn(). */
bool *pii_names_asked(struct pii_names *names) NONNULL(1);
/** Those of a struct pii, for tests. */
const struct pii_names *pii_scan_names(const struct pii *pii) NONNULL(1);
/** A person made of `n` words in lower case, or one who has them already. */
void pii_names_add(struct pii_names *names, const struct slice *word, size_t n)
    NONNULL(1, 2);

/** Lists of words (pii_words.c), asked with pii_scan_fold()ed ones. */
unsigned pii_words_about(const char *word);  /* PII_ABOUT_* */
bool pii_words_given(struct slice word);     /* a given name, nothing else */
bool pii_words_given_too(struct slice word); /* also another word */
bool pii_words_common(struct slice word);    /* no name */
bool pii_words_role(struct slice word);      /* "seller", "support" */
bool pii_words_title(struct slice word);     /* "mr" */
bool pii_words_particle(struct slice word);  /* "van" */

#endif

/**
 * The people of a transcript: a table of the words their names are made of.
 *
 * A person is a number. A word belongs to the person who had it first; further
 * words join them ("Anna", then "Anna Keller", then "Ms Keller" are one). Two
 * who share a word are told apart where both words stand together.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "text/pii_scan.h"

/* Slots of an empty table; a power of two. */
#define SLOTS 64u
/* "Maria del Carmen de la Ruiz": words between two words of a name. */
#define MAX_PARTICLES 3u
/* Words of a name. */
#define MAX_NAME 5u
/* Letters of a word that may be a name with an "s" and no apostrophe. */
#define MIN_PLURAL 5u

struct token {
	char text[PII_MAX_WORD];
	size_t n; /* 0: free */
	size_t person;
};

/** A word and a person who has it; 0: free. */
struct pair {
	size_t token;
	size_t person;
};

struct pii_names {
	struct token *token;
	size_t tokens, token_slots;
	struct pair *pair; /* by token's hash, as tokens move */
	size_t pairs, pair_slots;
	size_t *words; /* of each person, how many */
	size_t people, people_cap;
	bool asked; /* pii_learn.c: the turn before asked for a name */
};

static size_t
hash(struct slice s)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

struct pii_names *
pii_names_new(void)
{
	struct pii_names *names = ck_calloc(1, sizeof(*names));

	names->token_slots = names->pair_slots = SLOTS;
	names->token = ck_calloc(SLOTS, sizeof(names->token[0]));
	names->pair = ck_calloc(SLOTS, sizeof(names->pair[0]));
	return names;
}

void
pii_names_free(struct pii_names *names)
{
	if (names == NULL)
		return;
	free(names->token);
	free(names->pair);
	free(names->words);
	free(names);
}

size_t
pii_names_people(const struct pii_names *names)
{
	return names->people;
}

bool *
pii_names_asked(struct pii_names *names)
{
	return &names->asked;
}

/** The slot of a word, or the free one where it would go. */
static struct token *
find(const struct pii_names *names, struct slice word)
{
	size_t mask = names->token_slots - 1;
	size_t at = hash(word) & mask;

	while (names->token[at].n != 0 &&
	    !slice_eq(
		(struct slice){ names->token[at].text, names->token[at].n },
		word))
		at = (at + 1) & mask;
	return &names->token[at];
}

static void
grow_tokens(struct pii_names *names)
{
	struct token *old = names->token;
	size_t n = names->token_slots;

	names->token_slots *= 2;
	names->token = ck_calloc(names->token_slots, sizeof(old[0]));
	for (size_t i = 0; i < n; i++)
		if (old[i].n != 0)
			*find(names, (struct slice){ old[i].text, old[i].n }) =
			    old[i];
	free(old);
}

static struct pair *
find_pair(const struct pii_names *names, size_t token, size_t person)
{
	size_t mask = names->pair_slots - 1;
	size_t at = (token * 31 + person * 2654435761u) & mask;

	while (names->pair[at].person != 0 &&
	    (names->pair[at].token != token ||
		names->pair[at].person != person))
		at = (at + 1) & mask;
	return &names->pair[at];
}

static bool
has(const struct pii_names *names, size_t person, struct slice word)
{
	return find_pair(names, hash(word), person)->person != 0;
}

static void
put_pair(struct pii_names *names, size_t person, struct slice word)
{
	struct pair *p;

	if (names->pairs >= names->pair_slots / 4 * 3) {
		struct pair *old = names->pair;
		size_t n = names->pair_slots;

		names->pair_slots *= 2;
		names->pair = ck_calloc(names->pair_slots, sizeof(old[0]));
		for (size_t i = 0; i < n; i++)
			if (old[i].person != 0)
				*find_pair(names, old[i].token, old[i].person) =
				    old[i];
		free(old);
	}
	p = find_pair(names, hash(word), person);
	if (p->person != 0)
		return;
	*p = (struct pair){ hash(word), person };
	names->pairs++;
	names->words[person]++;
}

static size_t
new_person(struct pii_names *names)
{
	names->people++;
	if (names->people >= names->people_cap) {
		names->people_cap = names->people_cap * 2 + SLOTS;
		names->words = ck_realloc(
		    names->words, names->people_cap * sizeof(names->words[0]));
	}
	names->words[names->people] = 0;
	return names->people;
}

static void
put_word(struct pii_names *names, size_t person, struct slice word)
{
	struct token *t;

	if (names->tokens >= names->token_slots / 4 * 3)
		grow_tokens(names);
	t = find(names, word);
	if (t->n == 0) {
		memcpy(t->text, word.p, word.n);
		t->n = word.n;
		t->person = person;
		names->tokens++;
	}
	put_pair(names, person, word);
}

/** Who of the table it is, or 0. */
static size_t
same_person(const struct pii_names *names, const struct slice *word, size_t n)
{
	size_t first = find(names, word[0])->person;
	size_t last = find(names, word[n - 1])->person;

	if (n == 1 || (first != 0 && has(names, first, word[n - 1])))
		return first;
	if (last != 0 && has(names, last, word[0]))
		return last;
	/* Known by one word so far. */
	if (first != 0 && names->words[first] == 1)
		return first;
	return last != 0 && names->words[last] == 1 ? last : 0;
}

void
pii_names_add(struct pii_names *names, const struct slice *word, size_t n)
{
	size_t person;

	for (size_t i = 0; i < n; i++)
		if (word[i].n == 0 || word[i].n >= PII_MAX_WORD)
			return;
	if (n == 0)
		return;
	person = same_person(names, word, n);
	if (person == 0)
		person = new_person(names);
	for (size_t i = 0; i < n; i++)
		put_word(names, person, word[i]);
}

/** Is a word of the language meant, where it stands without a capital? */
static bool
is_other_word(struct slice word)
{
	return pii_words_common(word) || pii_words_given_too(word);
}

/** A word of a text and what it is in the table. */
struct part {
	size_t n; /* bytes, without a possessive's end */
	bool possessive;
	bool capital;
	char fold[PII_MAX_WORD];
	struct slice word; /* in `fold` */
	size_t person;     /* 0: none */
};

static bool
read_part(const struct pii_names *names, struct slice s, struct part *p)
{
	size_t n = pii_scan_word(slice_sub(s, 0, (size_t)2 * PII_MAX_WORD));
	struct slice fold;

	if (n == 0 || n >= PII_MAX_WORD)
		return false;
	fold.p = p->fold;
	fold.n = pii_scan_fold(slice_sub(s, 0, n), p->fold);
	p->possessive = slice_ends(fold, SLICE("'s"));
	p->n = n;
	if (p->possessive) {
		fold.n -= 2;
		/* The apostrophe is one byte or three. */
		p->n -= s.p[n - 2] == '\'' ? 2 : 4;
	}
	p->word = fold;
	p->capital = pii_scan_capital(s);
	p->person = fold.n == 0 ? 0 : find(names, fold)->person;
	if (p->person == 0 && p->capital && fold.n >= MIN_PLURAL &&
	    slice_ends(fold, SLICE("s"))) {
		/* "Bruces life" */
		fold.n--;
		p->person = is_other_word(fold) ? 0 : find(names, fold)->person;
		if (p->person != 0) {
			p->word = fold;
			p->n--;
			p->possessive = true;
		}
	}
	return true;
}

/** Has somebody just been greeted, thanked, or is about to be named? */
static bool
is_addressed(const struct pii_view *v, size_t at)
{
	static const char words[] =
	    "hi|hello|hey|dear|thanks|thank|bye|mr|mrs|ms|miss|dr|name|i'm|am|"
	    "hallo|hola|ciao|bonjour";
	const struct pii_before *b = pii_scan_before(v, at);
	const struct pii_word *last = pii_scan_nth(b, 0);
	const struct pii_word *other = pii_scan_nth(b, 1);

	if (last == NULL)
		return false;
	if (pii_scan_listed(last->text, words))
		return true;
	return other != NULL &&
	    ((pii_scan_listed(last->text, "is") &&
		 pii_scan_listed(other->text, "name|this")) ||
		(pii_scan_listed(last->text, "you") &&
		    pii_scan_listed(other->text, "thank|meet")));
}

/** Is there a sentence's end, a line's end or nothing before `at`? */
static bool
starts_sentence(struct slice text, size_t at)
{
	while (at > 0 && text.p[at - 1] == ' ')
		at--;
	return at == 0 || pii_scan_is(text.p[at - 1], ".!?:\n\"");
}

/** May this known word be the first of a name here? */
static bool
is_name_here(const struct pii_view *v, size_t at, const struct part *p)
{
	struct slice rest = slice_from_at(v->text, at + p->n);

	if (!is_other_word(p->word))
		return p->capital || p->word.n >= 3;
	if (!p->capital)
		return is_addressed(v, at);
	if (!starts_sentence(v->text, at) || p->possessive)
		return true;
	return (rest.n != 0 && pii_scan_is(rest.p[0], ",:!?")) ||
	    is_addressed(v, at);
}

/** Bytes from a word of a name to the next: " ", "-", " F. ", " van der ". */
static size_t
scan_gap(struct slice s)
{
	size_t at = 1;

	if (s.n < 2 || !pii_scan_is(s.p[0], " -"))
		return 0;
	if (s.p[0] == '-')
		return 1;
	if (s.n > 4 && pii_scan_upper(s.p[1]) && s.p[2] == '.' && s.p[3] == ' ')
		return 4;
	for (size_t i = 0; i < MAX_PARTICLES; i++) {
		struct slice rest = slice_from_at(s, at);
		char fold[PII_MAX_WORD];
		size_t folded;
		size_t n =
		    pii_scan_word(slice_sub(rest, 0, (size_t)2 * PII_MAX_WORD));

		if (n == 0 || n > 5 || n >= rest.n || rest.p[n] != ' ')
			break;
		folded = pii_scan_fold(slice_sub(rest, 0, n), fold);
		if (!pii_words_particle((struct slice){ fold, folded }))
			break;
		at += n + 1;
	}
	return at;
}

/** The person who has both words, or 0. */
static size_t
common_person(const struct pii_names *names, size_t person,
    const struct part *first, const struct part *next)
{
	if (has(names, person, next->word))
		return person;
	return next->person != 0 && has(names, next->person, first->word)
	    ? next->person
	    : 0;
}

size_t
pii_names_scan(const struct pii_view *v, size_t at, size_t *person)
{
	struct slice s = slice_from_at(v->text, at);
	struct part first;
	size_t n;

	if (!read_part(v->names, s, &first) || first.person == 0 ||
	    !is_name_here(v, at, &first))
		return 0;
	*person = first.person;
	n = first.n;
	for (size_t i = 1; i < MAX_NAME && !first.possessive; i++) {
		size_t gap = scan_gap(slice_from_at(s, n));
		struct part next;
		size_t who;

		if (gap == 0 ||
		    !read_part(v->names, slice_from_at(s, n + gap), &next) ||
		    (first.capital && !next.capital))
			break;
		who = common_person(v->names, *person, &first, &next);
		if (who == 0)
			break;
		*person = who;
		n += gap + next.n;
		if (next.possessive)
			break;
	}
	return n;
}

/**
 * Who is named in a transcript: labels of speakers, words that introduce,
 * greet or address somebody, titles, signatures, e-mail addresses, and given
 * names that are hardly anything else.
 *
 * One pass over the words of a turn; a rule sees the words before, and reads
 * the name from the current word on.
 */
#include <string.h>

#include "text/pii_scan.h"

/* Words of a phrase that introduces. */
#define RING 5u
/* Words of a name. */
#define MAX_NAME 4u
/* RFC 5321: 64 bytes before the @. */
#define MAX_LOCAL 64u

/** How much of a name the word behind a phrase must be. */
enum trust {
	NEVER,
	ANY,   /* "my name is": all but words of the language */
	SELF,  /* "I'm": not "I'm Italian", "I'm sure" */
	THIS,  /* "this is": not "this is Contoso" */
	GREET, /* "hi": not "Hi There" */
	AFTER, /* "okay": given names only */
	TITLE, /* "Mr" */
	NOUN,  /* "my wife": with a capital letter */
	SIGN   /* "Regards,": with a capital letter, and nothing follows */
};

/* The longer phrases first. Words as pii_scan_fold() leaves them. */
static const struct {
	const char *last;
	const char *before; /* words, or "" */
	enum trust trust;
} phrases[] = {
	{ "is", "my name", ANY },
	{ "name's", "my", ANY },
	{ "names", "my", ANY },
	{ "is", "the name", ANY },
	{ "name's", "the", ANY },
	{ "is", "name", SELF },
	{ "is", "his name", ANY },
	{ "is", "her name", ANY },
	{ "by", "i go", ANY },
	{ "es", "mi nombre", ANY },
	{ "llamo", "me", ANY },
	{ "m'appelle", "je", ANY },
	{ "est", "mon nom", ANY },
	{ "heisse", "ich", ANY },
	{ "ist", "mein name", ANY },
	{ "chiamo", "mi", ANY },
	{ "e", "il mio nome", ANY },
	{ "heet", "ik", ANY },
	{ "is", "mijn naam", ANY },
	{ "sie", "nazywam", ANY },
	{ "imie", "mam na", ANY },
	{ "e", "meu nome", ANY },
	{ "chamo", "me", ANY },
	{ "heter", "jag", ANY },
	{ "ar", "mitt namn", ANY },
	{ "heter", "jeg", ANY },
	{ "hedder", "jeg", ANY },
	{ "numesc", "ma", ANY },
	{ "me", "call", NOUN },
	{ "named", "", NOUN },
	{ "for", "ask", NOUN },
	{ "with", "speaking", NOUN },
	{ "to", "speaking", NOUN },
	{ "with", "speak", NOUN },
	{ "to", "speak", NOUN },
	{ "with", "spoke", NOUN },
	{ "to", "spoke", NOUN },
	{ "to", "talk", NOUN },
	{ "with", "talk", NOUN },
	{ "to", "talking", NOUN },
	{ "to", "talked", NOUN },
	{ "in", "loop", NOUN },
	{ "i'm", "", SELF },
	{ "im", "", SELF },
	{ "am", "i", SELF },
	{ "soy", "", SELF },
	{ "suis", "je", SELF },
	{ "bin", "ich", SELF },
	{ "sono", "", SELF },
	{ "ben", "ik", SELF },
	{ "jestem", "", SELF },
	{ "o", "sou", SELF },
	{ "a", "sou", SELF },
	{ "spricht", "hier", NOUN },
	{ "is", "this", THIS },
	{ "it's", "", THIS },
	{ "is", "it", THIS },
	{ "this", "is", GREET },
	{ "reached", "you've", THIS },
	{ "reached", "you have", THIS },
	{ "hi", "", GREET },
	{ "hello", "", GREET },
	{ "hey", "", GREET },
	{ "dear", "", GREET },
	{ "hiya", "", GREET },
	{ "morning", "good", GREET },
	{ "afternoon", "good", GREET },
	{ "evening", "good", GREET },
	{ "thanks", "", GREET },
	{ "you", "thank", GREET },
	{ "much", "so", GREET },
	{ "much", "very", GREET },
	{ "you", "meet", GREET },
	{ "you", "see", GREET },
	{ "soon", "talk", GREET },
	{ "bye", "", GREET },
	{ "goodbye", "", GREET },
	{ "welcome", "", AFTER },
	{ "sorry", "", AFTER },
	{ "ok", "", AFTER },
	{ "okay", "", AFTER },
	{ "hola", "", GREET },
	{ "hallo", "", GREET },
	{ "bonjour", "", GREET },
	{ "salut", "", GREET },
	{ "ciao", "", GREET },
	{ "ola", "", GREET },
	{ "tag", "guten", GREET },
	{ "buongiorno", "", GREET },
	{ "dias", "buenos", GREET },
	{ "regards", "", SIGN },
	{ "best", "", SIGN },
	{ "wishes", "", SIGN },
	{ "sincerely", "", SIGN },
	{ "cheers", "", SIGN },
	{ "yours", "", SIGN },
	{ "truly", "", SIGN },
	{ "faithfully", "", SIGN },
	{ "saludos", "", SIGN },
	{ "cordialement", "", SIGN },
	{ "grusse", "", SIGN },
	{ "grussen", "", SIGN },
	{ "gruss", "", SIGN },
	{ "saluti", "", SIGN },
};

static const char relations[] =
    "wife|husband|son|daughter|brother|sister|mother|father|mom|mum|dad|"
    "friend|colleague|boss|manager|partner|assistant|neighbor|neighbour|"
    "cousin|uncle|aunt|girlfriend|boyfriend|fiance|fiancee|coworker|"
    "supervisor|director|teacher|doctor|lawyer|accountant|nephew|niece|"
    "grandson|granddaughter|ceo|cto|cfo";
static const char owners[] = "my|our|his|her|your|their|the";
/* Words of the language that are family names as well. */
static const char surnames[] =
    "brown|hill|king|young|long|white|black|green|price|rich|field|wood|stone|"
    "park|lane|may|love|page|short|small|power|strong|hunt|cross|church|pope|"
    "good|gold|rose|lake|street|best|day|little|low|high|march|west|north|"
    "major|law|lord|light|penny|bank|case|church|hope|grant|frank|dean|rock|"
    "flat|fast|judge|prince|bishop|knight|frost|english|french|german|"
    "welsh|scott|holland|france|england|ireland|may|mark|grace";
/* Given names that are places, brands or products more often. */
static const char things[] =
    "alexa|amber|ariel|austin|aurora|carolina|chelsea|clara|claude|claire|"
    "devon|florence|ford|georgia|jackson|jasper|jordan|julia|lincoln|"
    "madison|mercedes|milan|orlando|oscar|paris|pearl|ruby|santiago|"
    "savannah|sierra|sienna|stella|tiffany|victoria|virginia|york|june|april|"
    "may|august|summer|will|max|nelson|carter|harvey|stanley|sterling|roman|"
    "alma|nia|seo|van|christian|jesus|an|ming|alexandria|nick";

/** A word that went by. */
struct passed {
	char fold[PII_MAX_WORD];
	char after; /* what separates it from the next: ' ', a mark, '\n' */
};

struct learner {
	struct pii_names *names;
	struct slice text;
	struct passed ring[RING]; /* [0] is the last */
	size_t words;             /* of the turn so far */
	bool asked;               /* the turn before asked for a name */
	bool answered;
};

/** A word as the rules see it. */
struct seen {
	size_t n;
	char fold[PII_MAX_WORD];
	struct slice word; /* in `fold`, without "'s" */
	bool possessive;
	bool capital;
	bool common, given, too;
	bool loud; /* "URL": in capitals, and no given name */
};

static bool
see(struct slice s, struct seen *w)
{
	w->n = pii_scan_word(slice_sub(s, 0, (size_t)2 * PII_MAX_WORD));
	if (w->n == 0 || w->n >= PII_MAX_WORD)
		return false;
	w->word.p = w->fold;
	w->word.n = pii_scan_fold(slice_sub(s, 0, w->n), w->fold);
	w->possessive = slice_ends(w->word, SLICE("'s"));
	w->word.n -= w->possessive ? 2 : 0;
	w->capital = pii_scan_capital(s);
	w->given = pii_words_given(w->word);
	w->too = pii_words_given_too(w->word);
	w->common = !w->given && !w->too && pii_words_common(w->word);
	w->loud = !w->given && w->n > 1 && pii_scan_upper(s.p[0]) &&
	    pii_scan_upper(s.p[1]);
	return true;
}

/** What separates a word from the next: a mark, a line's end or a space. */
static char
separator(struct slice s, size_t *n)
{
	char kind = ' ';

	for (*n = 0; *n < s.n; ++*n) {
		struct slice rest = slice_from_at(s, *n);

		if (pii_scan_wordchar(rest) != 0)
			break;
		if (rest.p[0] == '\n')
			kind = '\n';
		else if (kind == ' ' && rest.p[0] != ' ' && rest.p[0] != '\t')
			kind = rest.p[0];
	}
	if (*n == s.n)
		kind = '\n';
	return kind;
}

static bool
is_end(char c)
{
	return pii_scan_is(c, ".,!?;:\n)");
}

/** "Italian", "interested": what people say they are. */
static bool
is_adjective(struct slice word)
{
	static const char *const ends[] = { "ing", "ed", "ful", "ous", "ive",
		"able", "ant", "ly", "ish", "ese", "ian", "ican", "ical",
		"less" };

	for (size_t i = 0; i < COUNT(ends); i++)
		if (slice_ends(word, slice_from(ends[i])))
			return true;
	return false;
}

/** What follows a name. */
struct follows {
	char after;
	struct seen next;
	bool has_next;
};

static bool
next_is(const struct follows *f, const char *list)
{
	return f->has_next && f->after == ' ' &&
	    pii_scan_listed(f->next.fold, list);
}

static bool
trust_self(const struct seen *w, const struct follows *f)
{
	bool goes_on = is_end(f->after) ||
	    next_is(f, "from|with|and|calling|here|the|your|at|von|de|da|btw");

	if (!w->capital)
		return w->given || (w->too && next_is(f, "here|from"));
	if (w->given)
		return true;
	return goes_on && !w->loud &&
	    (w->too || !(w->common || is_adjective(w->word)));
}

static bool
trust_this(const struct seen *w, const struct follows *f)
{
	bool person = next_is(f, "from|calling|speaking|here");

	if (w->given)
		return true;
	if (!w->capital)
		return w->too && person;
	return w->too ? person || is_end(f->after)
		      : person && !w->common && !w->loud;
}

static bool
trust_greeting(const struct seen *w, const struct follows *f)
{
	if (w->given)
		return true;
	if (!w->capital)
		return w->too && is_end(f->after);
	return w->too ||
	    (!w->common && !w->loud && !is_adjective(w->word) &&
		is_end(f->after));
}

static bool
trusted(enum trust trust, const struct seen *w, const struct follows *f)
{
	if (w->word.n < 2 || pii_scan_digit(w->fold[0]))
		return false;
	switch (trust) {
	case ANY:
		return !w->common && (w->capital || w->word.n >= 3) &&
		    !pii_words_role(w->word);
	case SELF:
		return trust_self(w, f);
	case THIS:
		return trust_this(w, f);
	case GREET:
		return trust_greeting(w, f);
	case AFTER:
		return w->given || (w->too && w->capital && is_end(f->after));
	case TITLE:
		return w->capital &&
		    (!w->common || pii_scan_listed(w->fold, surnames));
	case NOUN:
	case SIGN:
		return w->capital && !w->common;
	case NEVER:
	default:
		return false;
	}
}

/** Bytes to the next word of the same name, or 0. */
static size_t
name_gap(struct slice s, bool capital)
{
	size_t at = 1;

	if (s.n < 2 || !pii_scan_is(s.p[0], " -"))
		return 0;
	if (s.n > 4 && s.p[0] == ' ' && pii_scan_upper(s.p[1]) &&
	    s.p[2] == '.' && s.p[3] == ' ')
		return 4;
	for (int i = 0; i < 3 && s.p[0] == ' '; i++) {
		struct seen w;

		if (!see(slice_from_at(s, at), &w) || w.capital || !capital ||
		    !pii_words_particle(w.word) || at + w.n >= s.n ||
		    s.p[at + w.n] != ' ')
			break;
		at += w.n + 1;
	}
	return at;
}

/** May `w` be a further word of a name? */
static bool
continues(const struct seen *w, bool capital, enum trust trust, char after)
{
	if (w->word.n < 2 || pii_scan_digit(w->fold[0]) ||
	    pii_words_role(w->word))
		return false;
	if (capital)
		return w->capital &&
		    (!w->common || pii_scan_listed(w->fold, surnames)) &&
		    !pii_words_title(w->word);
	return !w->capital && trust == ANY &&
	    (w->given || (!w->common && !w->too && is_end(after)));
}

/** A name from `at` on, of words in `word`; how many, and its end. */
static size_t
read_name(const struct learner *l, size_t at, enum trust trust,
    struct seen word[static MAX_NAME], size_t *end)
{
	size_t n = 0;

	while (n < MAX_NAME) {
		struct slice rest = slice_from_at(l->text, at);
		size_t gap = 0;
		size_t skip;
		char after;

		if (n != 0) {
			gap = name_gap(rest, word[0].capital);
			rest = slice_from_at(rest, gap);
		}
		if ((n != 0 && gap == 0) || !see(rest, &word[n]))
			break;
		after = separator(slice_from_at(rest, word[n].n), &skip);
		if (n != 0 &&
		    !continues(&word[n], word[0].capital, trust, after))
			break;
		at += gap + word[n].n;
		if (word[n++].possessive)
			break;
	}
	*end = at;
	return n;
}

static void
add(struct learner *l, const struct seen *word, size_t n)
{
	struct slice words[MAX_NAME];

	for (size_t i = 0; i < n; i++)
		words[i] = (struct slice){ word[i].fold, word[i].word.n };
	pii_names_add(l->names, words, n);
}

/** Learn the name at `at`, if there is one that is trusted that far. */
static bool
learn_name(struct learner *l, size_t at, enum trust trust)
{
	struct seen word[MAX_NAME];
	struct follows f = { .after = '\n' };
	size_t end;
	size_t skip;
	size_t n = read_name(l, at, trust, word, &end);

	if (n == 0)
		return false;
	f.after = separator(slice_from_at(l->text, end), &skip);
	f.has_next = see(slice_from_at(l->text, end + skip), &f.next);
	if (trust == SIGN && !is_end(f.after) && f.has_next)
		return false;
	if (!trusted(trust, &word[0], &f))
		return false;
	add(l, word, n);
	return true;
}

/** Do the words that went by end in these, the last one in `last`? */
static bool
went_by(const struct learner *l, const char *before, const char *last)
{
	size_t words = before[0] != '\0';

	if (strcmp(l->ring[0].fold, last) != 0)
		return false;
	for (const char *p = before; *p != '\0'; p++)
		words += *p == ' ';
	if (words >= RING)
		return false;
	for (size_t i = words; i > 0; i--) {
		size_t n = strcspn(before, " ");

		if (strlen(l->ring[i].fold) != n ||
		    memcmp(l->ring[i].fold, before, n) != 0 ||
		    l->ring[i].after != ' ')
			return false;
		before += n + (before[n] == ' ');
	}
	return true;
}

/** What the words before say about the next one. */
static enum trust
expects(const struct learner *l)
{
	const struct passed *last = &l->ring[0];
	struct slice word = slice_from(last->fold);

	if (last->fold[0] == '\0')
		return NEVER;
	if (pii_words_title(word) && (last->after == ' ' || last->after == '.'))
		return TITLE;
	if (pii_scan_listed(last->fold, "name|nombre|nom|nome|naam") &&
	    last->after == ':')
		return ANY;
	if (pii_scan_listed(last->fold, relations) &&
	    pii_scan_is(last->after, " ,") &&
	    pii_scan_listed(l->ring[1].fold, owners))
		return NOUN;
	for (size_t i = 0; i < COUNT(phrases); i++) {
		enum trust trust = phrases[i].trust;

		if (!went_by(l, phrases[i].before, phrases[i].last))
			continue;
		if (trust == SIGN)
			return last->after == ',' || last->after == '\n'
			    ? SIGN
			    : NEVER;
		/* "Thanks, Patricia", but also "Thanks, Amazing". */
		if (last->after == ',' && trust == GREET)
			return AFTER;
		return last->after == ' ' ? trust : NEVER;
	}
	return NEVER;
}

/** "Anna here", "Sophie speaking" at the start of what is said. */
static bool
learn_before_verb(struct learner *l, size_t at, const struct seen *w)
{
	size_t skip;
	struct seen next;
	struct slice rest = slice_from_at(l->text, at + w->n);
	bool start = l->words == 0 || is_end(l->ring[0].after);
	char after = separator(rest, &skip);

	if (after != ' ' || !start || w->common || !(w->capital || w->given) ||
	    w->loud || !see(slice_from_at(rest, skip), &next) ||
	    !pii_scan_listed(next.fold, "here|speaking|calling"))
		return false;
	add(l, w, 1);
	return true;
}

/** A given name that nobody introduces, perhaps with a family name. */
static bool
learn_given(struct learner *l, size_t at, const struct seen *w)
{
	struct seen word[MAX_NAME];
	size_t end;
	size_t n;

	/* São Paulo, San Diego, Saint Paul */
	if (!w->capital || !(w->given || w->too) ||
	    pii_scan_listed(l->ring[0].fold,
		"sao|san|santa|saint|st|sankt|el|los|las|hurricane|storm"))
		return false;
	n = read_name(l, at, NOUN, word, &end);
	if (!w->given &&
	    (n < 2 || word[1].common || word[1].too ||
		pii_scan_listed(w->fold, things)))
		return false;
	add(l, word, n);
	return true;
}

/** The answer to "And your name is?". */
static bool
learn_answer(struct learner *l, size_t at, const struct seen *w)
{
	static const char filler[] =
	    "it's|its|it|is|i'm|i|am|my|name|sure|yes|hi|hello|oh|well|of|"
	    "course|um|uh|you|can|call|me|yeah|ok|okay|this|the|name's";

	if (!l->asked || l->answered)
		return false;
	if (pii_scan_listed(w->fold, filler))
		return false;
	l->answered = true;
	return (w->capital || w->given || w->too) && learn_name(l, at, ANY);
}

/** The names in "anna.keller@example.com"; `at` is its last word. */
static void
learn_mailbox(struct learner *l, size_t at, size_t n)
{
	struct seen word[MAX_NAME];
	size_t from = at;
	size_t words = 0;
	bool given = false;
	char c;

	if (at + n >= l->text.n || l->text.p[at + n] != '@')
		return;
	while (from > 0 && at - from < MAX_LOCAL &&
	    (c = l->text.p[from - 1],
		pii_scan_alnum(c) || pii_scan_is(c, "._-+")))
		from--;
	while (from < at + n && words < MAX_NAME) {
		struct seen *w = &word[words];

		if (!see(slice_sub(l->text, from, at + n - from), w)) {
			from++;
			continue;
		}
		from += w->n;
		if (w->word.n < 2 || pii_scan_digit(w->fold[0]) || w->common ||
		    pii_words_role(w->word))
			continue;
		given |= w->given;
		words++;
	}
	if (given)
		add(l, word, words);
}

static void
pass(struct learner *l, const struct seen *w, char after)
{
	memmove(l->ring + 1, l->ring, (RING - 1) * sizeof(l->ring[0]));
	memcpy(l->ring[0].fold, w->fold, sizeof(w->fold));
	l->ring[0].after = after;
	l->words++;
	if (went_by(l, "your", "name") || went_by(l, "am i", "speaking") ||
	    went_by(l, "is", "this") || went_by(l, "am i", "talking"))
		*pii_names_asked(l->names) = true;
}

static void
learn_text(struct learner *l)
{
	size_t at = 0;
	size_t skip;

	(void)separator(l->text, &at);
	while (at < l->text.n) {
		struct seen w;
		char after;

		if (!see(slice_from_at(l->text, at), &w)) {
			/* Too long for a word; nothing goes by with it. */
			at += pii_scan_word(slice_from_at(l->text, at));
			(void)separator(slice_from_at(l->text, at), &skip);
			at += skip;
			l->ring[0].fold[0] = '\0';
			continue;
		}
		learn_mailbox(l, at, w.n);
		if (!learn_answer(l, at, &w) &&
		    !learn_name(l, at, expects(l)) &&
		    !learn_before_verb(l, at, &w))
			(void)learn_given(l, at, &w);
		at += w.n;
		after = separator(slice_from_at(l->text, at), &skip);
		at += skip;
		pass(l, &w, after);
	}
}

/** The words of a label that are a name: none of "Speaker 1", "Support". */
static void
learn_label(struct pii_names *names, struct slice label, bool sure)
{
	struct learner l = { .names = names };
	struct seen word[MAX_NAME];
	size_t n = 0;
	size_t at = 0;
	bool given = false;
	bool role = false;
	bool full = true; /* "Wolfram Okonkwo": nothing else is in it */

	label = slice_sub(label, 0, slice_chr(label, '('));
	while (at < label.n && n < MAX_NAME) {
		struct slice rest = slice_from_at(label, at);
		size_t len = pii_scan_word(rest);
		struct seen *w = &word[n];

		at += len + (len == 0);
		if (len == 0 || !see(rest, w) || pii_scan_digit(w->fold[0]) ||
		    w->word.n < 2 || pii_words_title(w->word) ||
		    pii_words_particle(w->word))
			continue;
		role = pii_words_role(w->word);
		given |= w->given || w->too;
		full = full && !role && !w->common && w->capital && !w->loud;
		n +=
		    !role && (!w->common || pii_scan_listed(w->fold, surnames));
	}
	/* "Contoso Support" is nobody, "Agent Smith" and "Anna, sales" are. */
	sure = sure || (full && n > 1);
	if (n != 0 && ((sure && !role) || given))
		add(&l, word, n);
}

void
pii_names_learn(
    struct pii_names *names, struct slice speaker, bool sure, struct slice turn)
{
	bool *asked = pii_names_asked(names);
	struct learner l = { .names = names, .text = turn, .asked = *asked };

	*asked = false;
	learn_label(names, speaker, sure);
	learn_text(&l);
}

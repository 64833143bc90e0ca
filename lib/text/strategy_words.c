#include "text/strategy_words.h"

#include <string.h>

/*
 * Sorts of words: a small thesaurus, so that what was learnt of "brother" is
 * known of "nephew". Each is a list with a space before and behind each word;
 * the first sort that has a word is its tag.
 */
/* clang-format off */
static const char *const sorts[] = {
	/* the speaker */
	" i im ive id ill my mine myself me ",
	/* both of us */
	" we our us ourselves weve lets together ",
	/* the other */
	" you your yours yourself youd youll youre youve u ur ",
	/* a third person */
	" he she him his her hers ",
	/* those we speak of */
	" they their them theyre theyve theyll themselves ",
	/* what was said */
	" it its this that thats these those ",
	/* who is close */
	" family father mother mom dad brother sister son daughter "
	"nephew niece cousin wife husband friend friends "
	"grandmother grandfather parents aunt uncle kid baby babies "
	"grandkids neighbor mum ",
	/* children */
	" child children childrens kids infant infants babies "
	"toddlers youth girl girls boy boys ",
	/* giving and helping */
	" donate donating donated donation donations give giving "
	"gave given contribute contributing contribution match gift "
	"gifts donates gives help support supporting supported ",
	/* how little */
	" small smallest little bit penny pennies few cent cents "
	"tiny dime quarter coffee spare minimum any ",
	/* money */
	" money dollar dollars buck bucks usd funds payment pay "
	"paid earnings earning earn reward bonus income paycheck ",
	/* harm */
	" suffer suffering suffers die dying died death killed "
	"hunger hungry starving starve poverty poor war violence "
	"abuse abused exploitation disease sick hurt danger "
	"dangerous disaster disasters famine refugees vulnerable "
	"syria malnutrition needy orphans homeless crisis ",
	/* feelings */
	" feel feeling feels heart sad heartbreaking touching happy "
	"smile imagine love hope wish cry tears breaks unfortunate "
	"lucky blessed grateful compassion sorry guilty terrible "
	"horrible awful ",
	/* who asks */
	" organization organizations charity charities foundation "
	"ngo nonprofit profit governmental agency group company "
	"institution ",
	/* knowing */
	" heard know known aware familiar hear knew learn learned "
	"read ",
	/* what can be checked */
	" website site url accredited rating rated transparent "
	"transparency audited reputable founded since countries "
	"international worldwide million billion percent percentage "
	"ceo rights programs report research established trusted "
	"legitimate page bbb navigator ",
	/* the task at hand */
	" task hit survey mturk turk amazon study chat ",
	/* what happened */
	" was were had did went grew saw took came got used started "
	"been born worked lived volunteered remember met made ",
	/* when */
	" year years month months week day yesterday ago always "
	"often sometimes last once before when every times recently ",
	/* no */
	" not no dont doesnt didnt cant wont isnt arent havent "
	"never nothing without cannot ",
	/* question words */
	" what how why which who where when ",
	/* what begins a question */
	" do does did have has are is would will can could were was "
	"should may shall ",
	/* reasons */
	" because so if since therefore thus means make makes "
	"difference impact future better important every chance "
	"helps ",
	/* what may be */
	" would could should may might can will must need ",
	/* thanks */
	" thank thanks appreciate welcome ",
	/* praise */
	" great wonderful awesome nice amazing generous kind good "
	"cool excellent fantastic ",
	/* how it is paid */
	" deducted directly choose amount collect research team "
	"send end processed button box option automatically "
	"transferred ",
	/* what is needed to live */
	" education health food water shelter clothing medicine "
	"medical school care healthcare clothes safe safety "
	"vaccines nutrition ",
	/* doing it too */
	" myself donated donating plan planning too well also "
	"personally already ",
	/* life */
	" life lives live living world born ",
	/* no money */
	" afford budget bills rent tight broke expensive debt "
	"struggling income job jobs poor limited ",
	/* doubt */
	" scam scams trust believe prove proof fake real skeptical "
	"hesitant unsure sure worry worried wary misuse pockets "
	"executives salaries overhead corrupt ",
	/* something else */
	" local locally already another elsewhere rather prefer "
	"instead other others different church community ",
	/* not now */
	" later maybe someday future tomorrow soon consider until "
	"perhaps next ",
	/* a turn of thought */
	" but however though although unless except ",
	/* asking for it */
	" would could can will willing interested consider like "
	"want please ",};
/* clang-format on */

_Static_assert(COUNT(sorts) <= STRATEGY_SORTS_MAX, "too many sorts");

/* Names of the sorts as tags: 'A' and on are not in any word. */
static const char sort_tags[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ{|}~()*+,-./:;<=>@[]^`";

_Static_assert(sizeof(sort_tags) > STRATEGY_SORTS_MAX, "a tag for each sort");

/** `word` with a space at both ends, as in the lists. */
static uint64_t
sorts_of(const char *padded)
{
	uint64_t set = 0;

	for (size_t i = 0; i < COUNT(sorts); i++)
		if (strstr(sorts[i], padded) != NULL)
			set |= (uint64_t)1 << i;
	return set;
}

static struct slice
tag_of(struct slice word, uint64_t set)
{
	if (word.p[0] == '#')
		return SLICE("#");
	if (set != 0)
		return (struct slice){ &sort_tags[__builtin_ctzll(set)], 1 };
	if (word.n > 4 && slice_ends(word, SLICE("ed")))
		return SLICE("Ed");
	if (word.n > 5 && slice_ends(word, SLICE("ing")))
		return SLICE("Ing");
	return word.n <= 3 ? word : SLICE("_");
}

/** Words so far, and the one that is being read: " word". */
struct reader {
	struct strategy_words *out;
	struct arena *a;
	char word[STRATEGY_WORD_BYTES + 3];
	size_t n;
};

static void
end_word(struct reader *r)
{
	struct strategy_words *out = r->out;
	struct strategy_word *w;
	size_t n = r->n - 1;

	r->n = 1;
	if (n == 0 || out->n == STRATEGY_WORDS_MAX)
		return;
	w = &out->items[out->n++];
	r->word[n + 1] = ' ';
	r->word[n + 2] = '\0';
	if (r->word[1] >= '0' && r->word[1] <= '9') {
		w->text = SLICE("#");
		w->sorts = 0;
	} else {
		w->text = arena_dup(r->a, (struct slice){ &r->word[1], n });
		w->sorts = sorts_of(r->word);
	}
	w->tag = tag_of(w->text, w->sorts);
	out->twice |= out->sorts & w->sorts;
	out->sorts |= w->sorts;
	out->question |= w->text.p[0] == '?';
	out->past |= w->text.n > 4 && slice_ends(w->text, SLICE("ed"));
	out->money |= w->text.p[0] == '$' || slice_eqs(w->text, "cents") ||
	    slice_eqs(w->text, "dollars");
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
add_char(struct reader *r, char c)
{
	if (r->n > 1 && is_digit(c) != is_digit(r->word[r->n - 1]))
		end_word(r);
	if (r->n <= STRATEGY_WORD_BYTES)
		r->word[r->n++] = c;
}

/** A mark that is a word of its own. */
static void
add_mark(struct reader *r, const char *mark)
{
	end_word(r);
	for (; *mark != '\0'; mark++)
		r->word[r->n++] = *mark;
	end_word(r);
}

/** Read what is at the start of `s`: how many bytes. */
static size_t
read_one(struct reader *r, struct slice s)
{
	char c = s.p[0];

	if (slice_starts(s, SLICE("\xe2\x80\x99")))
		return 3; /* a typographic apostrophe */
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (is_digit(c) || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80) {
		add_char(r, c);
	} else if (slice_starts(s, SLICE(".."))) {
		size_t n = 2;

		while (n < s.n && s.p[n] == '.')
			n++;
		add_mark(r, "..");
		return n;
	} else if (c != '\0' && strchr("$%?!", c) != NULL) {
		add_mark(r, (char[]){ c, '\0' });
	} else if (c != '\'') {
		end_word(r);
	}
	return 1;
}

struct strategy_words
strategy_words(struct slice sentence, struct arena *a)
{
	struct strategy_word items[STRATEGY_WORDS_MAX];
	struct strategy_words out = { items, 0, 0, 0, false, false, false };
	struct reader r = { &out, a, " ", 1 };

	while (sentence.n != 0 && out.n < STRATEGY_WORDS_MAX)
		sentence = slice_from_at(sentence, read_one(&r, sentence));
	end_word(&r);
	out.items = arena_alloc(a, (out.n + 1) * sizeof(*items));
	memcpy(out.items, items, out.n * sizeof(*items));
	return out;
}

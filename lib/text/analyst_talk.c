#include "text/analyst_talk.h"

#include "base/buf.h"

/* Pairs kept; a call of some hours has fewer. */
#define MAX_EXCHANGES 200u
/* Longer speeches are no examples of an answer. */
#define MAX_TURN_BYTES 2000u
/* Fewer words ("Yes, please") need the question before them. */
#define PROMPT_WORDS 4u
#define REPLY_WORDS  5u

#define TOPICS 8u
/* Slots for distinct words; more than three quarters are not counted. */
#define SLOTS      8192u
#define MOST_WORDS 6144u

/** The words of a turn, cue after cue, on one line. */
static struct slice
turn_text(const struct analyst_read *r, const struct analyst_turn *turn)
{
	struct buf b = BUF_INIT;
	struct slice text;

	for (size_t i = turn->first; i < turn->end; i++) {
		if (b.n != 0)
			buf_addc(&b, ' ');
		buf_add_slice(&b, r->s[i].at.text);
	}
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '\n')
			b.p[i] = ' ';
	text = arena_dup(r->a, buf_slice(&b));
	buf_fini(&b);
	return text;
}

/** Greetings, thanks and farewells only? */
static bool
is_idle(const struct analyst_read *r, const struct analyst_turn *turn)
{
	for (size_t i = turn->first; i < turn->end; i++)
		if (r->s[i].signal[ANALYST_SIGNAL_EMPTY] < 2)
			return false;
	return true;
}

/** What the buyer's turn answers. */
static struct slice
said_before(const struct analyst_read *r, size_t turn)
{
	if (turn == 0 || r->turns[turn - 1].role != ANALYST_SELLER)
		return SLICE_EMPTY;
	return r->s[r->turns[turn - 1].end - 1].at.text;
}

static bool
is_known(const struct analyst_exchanges *list, struct slice prompt)
{
	for (size_t i = 0; i < list->n; i++)
		if (slice_eq_nocase(list->items[i].prompt, prompt))
			return true;
	return false;
}

static void
add_exchange(const struct analyst_read *r, size_t turn,
    const struct analyst_turn *reply, struct analyst_exchanges *list)
{
	struct analyst_exchange x = {
		.first_cue = r->s[r->turns[turn].first].at.cue,
		.prompt = turn_text(r, &r->turns[turn]),
		.reply = turn_text(r, reply),
		.before = said_before(r, turn),
	};

	if (x.prompt.n > MAX_TURN_BYTES || x.reply.n > MAX_TURN_BYTES ||
	    transcript_words(x.reply) < REPLY_WORDS)
		return;
	if (transcript_words(x.prompt) < PROMPT_WORDS) {
		if (x.before.n == 0)
			return;
		x.prompt =
		    slice_from(arena_printf(r->a, "Seller: %.*s\nBuyer: %.*s",
			SLICE_ARG(x.before), SLICE_ARG(x.prompt)));
	}
	for (size_t i = reply->first; i < reply->end; i++)
		x.score += r->s[i].technique_score;
	if (!is_known(list, x.prompt))
		list->items[list->n++] = x;
}

void
analyst_talk_exchanges(const struct analyst_read *r, struct analyst *out)
{
	struct analyst_exchanges *list = &out->exchanges;

	list->items = arena_alloc(r->a, MAX_EXCHANGES * sizeof(*list->items));
	for (size_t t = 0; t < r->n_turns && list->n < MAX_EXCHANGES; t++) {
		const struct analyst_turn *reply;

		if (r->turns[t].role != ANALYST_BUYER)
			continue;
		reply = analyst_read_reply(r, t, ANALYST_SELLER);
		if (reply != NULL && !is_idle(r, &r->turns[t]) &&
		    !is_idle(r, reply))
			add_exchange(r, t, reply, list);
	}
}

static const char *const common_words[] = { "about", "after", "again", "all",
	"also", "always", "and", "any", "anything", "are", "around", "back",
	"because", "been", "before", "being", "both", "but", "came", "can",
	"cant", "come", "could", "course", "did", "didnt", "does", "doesnt",
	"doing", "done", "dont", "down", "each", "even", "ever", "every",
	"everyone", "feel", "few", "find", "first", "for", "from", "get",
	"gets", "getting", "give", "glad", "goes", "going", "good", "got",
	"great", "had", "has", "have", "havent", "hear", "heard", "hello",
	"help", "helps", "her", "here", "hope", "how", "ill", "into", "its",
	"ive", "just", "keep", "kind", "know", "less", "let", "lets", "like",
	"little", "long", "look", "lot", "lots", "made", "make", "makes",
	"many", "maybe", "mean", "means", "more", "most", "much", "must",
	"name", "need", "never", "nice", "not", "nothing", "now", "off", "okay",
	"once", "one", "only", "other", "others", "our", "out", "over", "part",
	"people", "please", "pretty", "put", "really", "right", "said", "same",
	"say", "see", "should", "since", "some", "someone", "something",
	"sometimes", "soon", "still", "such", "sure", "take", "tell", "than",
	"thank", "thanks", "that", "thats", "the", "their", "them", "then",
	"there", "theres", "these", "they", "theyre", "thing", "things",
	"think", "this", "those", "through", "time", "today", "told", "too",
	"two", "until", "use", "very", "want", "was", "way", "week", "well",
	"were", "weve", "what", "whats", "when", "where", "which", "while",
	"who", "why", "will", "with", "without", "wont", "work", "would",
	"yeah", "yes", "you", "youd", "youll", "your", "youre", "yours",
	"youve" };

struct counted {
	struct slice word;
	size_t count;
	size_t order; /* of its first occurrence */
};

static bool
is_topic_word(struct slice w)
{
	if (w.n < 4 || w.n > 30 || (w.p[0] >= '0' && w.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < COUNT(common_words); i++)
		if (slice_eqs(w, common_words[i]))
			return false;
	return true;
}

static void
count_word(struct counted *table, size_t *used, struct slice w)
{
	size_t h = 5381;

	for (size_t i = 0; i < w.n; i++)
		h = h * 33 + (unsigned char)w.p[i];
	for (h %= SLOTS; table[h].count != 0; h = (h + 1) % SLOTS) {
		if (slice_eq(table[h].word, w)) {
			table[h].count++;
			return;
		}
	}
	if (*used < MOST_WORDS)
		table[h] = (struct counted){ w, 1, (*used)++ };
}

/** Is `x` before `y` in the list of topics? */
static bool
is_more(const struct counted *x, const struct counted *y)
{
	if (x->count != y->count)
		return x->count > y->count;
	return x->count != 0 && x->order < y->order;
}

void
analyst_talk_topics(const struct analyst_read *r, struct analyst *out)
{
	struct counted *table = arena_alloc(r->a, SLOTS * sizeof(*table));
	size_t used = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct slice rest = r->s[i].plain;
		struct slice word;

		while (slice_cut(&rest, ' ', &word))
			if (is_topic_word(word))
				count_word(table, &used, word);
	}
	out->topics = arena_alloc(r->a, TOPICS * sizeof(*out->topics));
	while (out->n_topics < TOPICS) {
		struct counted *best = &table[0];

		for (size_t i = 1; i < SLOTS; i++)
			if (is_more(&table[i], best))
				best = &table[i];
		if (best->count < 2)
			break;
		out->topics[out->n_topics++] = best->word;
		best->count = 0;
	}
}

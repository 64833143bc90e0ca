/*
 * Two tables: what a part begins with, and what it has anywhere. Of each the
 * first that fits decides, so the special stand before the general.
 */
#include "text/plan.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static const char *const NAMES[] = {
	[PLAN_NOTHING] = "nothing",
	[PLAN_ANALYSE] = "analyse",
	[PLAN_COMPARE] = "compare",
	[PLAN_FIND] = "find",
	[PLAN_INDEX] = "index",
	[PLAN_SHOW] = "show",
	[PLAN_SUMMARIZE] = "summarize",
	[PLAN_TRANSCRIBE] = "transcribe",
	[PLAN_UPLOAD] = "upload",
	[PLAN_HELP] = "help",
};

/* What stands before what is meant; taken off as long as one fits. */
static const char *const POLITE[] = { "please", "kindly", "hi", "hello", "hey",
	"ok", "okay", "now", "then", "also", "and", "so", "just", "can you",
	"could you", "would you", "will you", "can we", "could we", "let us",
	"let's", "i want you to", "i would like you to", "i'd like you to",
	"i want to", "i would like to", "i'd like to", "i need you to",
	"i need to", "i need", "i want", "director", "for me" };

struct cue {
	const char *words; /* small letters; each a whole word */
	enum plan_intent intent;
};

/* What it begins with. */
static const struct cue FIRST[] = {
	{ "show me where", PLAN_FIND },
	{ "show me when", PLAN_FIND },
	{ "show where", PLAN_FIND },
	{ "show when", PLAN_FIND },
	{ "tell me where", PLAN_FIND },
	{ "tell me when", PLAN_FIND },
	{ "look for", PLAN_FIND },
	{ "search", PLAN_FIND },
	{ "find", PLAN_FIND },
	{ "locate", PLAN_FIND },
	{ "where", PLAN_FIND },
	{ "when", PLAN_FIND },
	{ "which part", PLAN_FIND },
	{ "which moment", PLAN_FIND },
	{ "which moments", PLAN_FIND },
	{ "who says", PLAN_FIND },
	{ "who said", PLAN_FIND },
	{ "does anyone", PLAN_FIND },
	{ "does anybody", PLAN_FIND },
	{ "compare", PLAN_COMPARE },
	{ "transcribe", PLAN_TRANSCRIBE },
	{ "summarize", PLAN_SUMMARIZE },
	{ "summarise", PLAN_SUMMARIZE },
	{ "sum up", PLAN_SUMMARIZE },
	{ "recap", PLAN_SUMMARIZE },
	{ "analyse", PLAN_ANALYSE },
	{ "analyze", PLAN_ANALYSE },
	{ "upload", PLAN_UPLOAD },
	{ "import", PLAN_UPLOAD },
	{ "download", PLAN_UPLOAD },
	{ "fetch", PLAN_UPLOAD },
	{ "add", PLAN_UPLOAD },
	{ "index", PLAN_INDEX },
	{ "reindex", PLAN_INDEX },
	{ "play", PLAN_SHOW },
	{ "stream", PLAN_SHOW },
	{ "watch", PLAN_SHOW },
	{ "help", PLAN_HELP },
};

/* What it has anywhere. */
static const struct cue ANYWHERE[] = {
	{ "what can you do", PLAN_HELP },
	{ "what can i ask", PLAN_HELP },
	{ "moment where", PLAN_FIND },
	{ "moments where", PLAN_FIND },
	{ "moment when", PLAN_FIND },
	{ "moments when", PLAN_FIND },
	{ "part where", PLAN_FIND },
	{ "parts where", PLAN_FIND },
	{ "comparison", PLAN_COMPARE },
	{ "difference between", PLAN_COMPARE },
	{ "differences between", PLAN_COMPARE },
	{ "versus", PLAN_COMPARE },
	{ "vs", PLAN_COMPARE },
	{ "searchable", PLAN_INDEX },
	{ "summary", PLAN_SUMMARIZE },
	{ "overview", PLAN_SUMMARIZE },
	{ "recap", PLAN_SUMMARIZE },
	{ "summarize", PLAN_SUMMARIZE },
	{ "summarise", PLAN_SUMMARIZE },
	{ "tl;dr", PLAN_SUMMARIZE },
	{ "in short", PLAN_SUMMARIZE },
	{ "what is it about", PLAN_SUMMARIZE },
	{ "what is this about", PLAN_SUMMARIZE },
	{ "what's this about", PLAN_SUMMARIZE },
	{ "what is the video about", PLAN_SUMMARIZE },
	{ "what is this video about", PLAN_SUMMARIZE },
	{ "what is this call about", PLAN_SUMMARIZE },
	{ "what happens in", PLAN_SUMMARIZE },
	/* Before the transcript that they are made from. */
	{ "sales techniques", PLAN_ANALYSE },
	{ "voice prompt", PLAN_ANALYSE },
	{ "sales prompt", PLAN_ANALYSE },
	{ "training data", PLAN_ANALYSE },
	{ "structured data", PLAN_ANALYSE },
	{ "transcript", PLAN_TRANSCRIBE },
	{ "transcription", PLAN_TRANSCRIBE },
	{ "transcribe", PLAN_TRANSCRIBE },
	{ "techniques", PLAN_ANALYSE },
	{ "objections", PLAN_ANALYSE },
	{ "analysis", PLAN_ANALYSE },
	{ "analyse", PLAN_ANALYSE },
	{ "analyze", PLAN_ANALYSE },
	{ "show", PLAN_SHOW },
};

/* Verbs of FIRST that some object turns into another request. */
static bool
may_turn(enum plan_intent intent)
{
	return intent == PLAN_SHOW;
}

/* ---- words --------------------------------------------------------------- */

static char
small(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '\'' || c == '_' ||
	    (unsigned char)c >= 0x80;
}

/* How much of `s` the words are, white space as one blank; 0: they are not. */
static size_t
match(struct slice s, const char *words)
{
	size_t i = 0;

	for (; *words != '\0'; words++) {
		if (*words == ' ') {
			if (i >= s.n || (s.p[i] != ' ' && s.p[i] != '\t'))
				return 0;
			while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
				i++;
			continue;
		}
		if (i >= s.n || small(s.p[i]) != *words)
			return 0;
		i++;
	}
	return i < s.n && is_word(s.p[i]) ? 0 : i;
}

/* Where the words are as whole words; s.n: nowhere. */
static size_t
find(struct slice s, const char *words, size_t *length)
{
	for (size_t i = 0; i < s.n; i++) {
		if (i > 0 && is_word(s.p[i - 1]))
			continue;
		*length = match(slice_from_at(s, i), words);
		if (*length != 0)
			return i;
	}
	return s.n;
}

static struct slice
strip_marks(struct slice s)
{
	s = utf8_trim(s);
	while (s.n != 0 && strchr(",;:.!?-", s.p[0]) != NULL)
		s = utf8_trim(slice_from_at(s, 1));
	while (s.n != 0 && strchr(",;:.!?", s.p[s.n - 1]) != NULL)
		s = utf8_trim(slice_sub(s, 0, s.n - 1));
	return s;
}

static struct slice
strip_polite(struct slice s)
{
	bool again = true;

	while (again) {
		again = false;
		s = strip_marks(s);
		for (size_t i = 0; i < COUNT(POLITE); i++) {
			size_t n = match(s, POLITE[i]);

			if (n != 0) {
				s = slice_from_at(s, n);
				again = true;
				break;
			}
		}
	}
	return s;
}

/* Of both ends, the typographic ones too. */
static struct slice
strip_quotes(struct slice s)
{
	static const char *const QUOTES[] = { "\"", "'", "`", "“", "”", "‘",
		"’", "„", "«", "»" };

	s = strip_marks(s);
	for (size_t i = 0; i < COUNT(QUOTES); i++)
		if (slice_starts(s, slice_from(QUOTES[i])))
			s = slice_from_at(s, strlen(QUOTES[i]));
	for (size_t i = 0; i < COUNT(QUOTES); i++)
		if (slice_ends(s, slice_from(QUOTES[i])))
			s.n -= strlen(QUOTES[i]);
	return utf8_trim(s);
}

/* Take words off the start, as long as one of them is there. */
static struct slice
strip_first(struct slice s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t length = match(s, words[i]);

		if (length == 0)
			continue;
		s = strip_marks(slice_from_at(s, length));
		i = (size_t)-1;
	}
	return s;
}

/* ---- addresses and pairs -------------------------------------------------- */

/* The length of "http://" or "https://" at its start; 0: neither is. */
static size_t
scheme_length(struct slice s)
{
	if (slice_eq_nocase(slice_sub(s, 0, 7), SLICE("http://")))
		return 7;
	return slice_eq_nocase(slice_sub(s, 0, 8), SLICE("https://")) ? 8 : 0;
}

struct slice
plan_url(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		struct slice s = slice_from_at(text, i);
		size_t scheme = scheme_length(s), n = 0;

		if (scheme == 0)
			continue;
		while (n < s.n && (unsigned char)s.p[n] > ' ' &&
		    strchr("<>\"`", s.p[n]) == NULL)
			n++;
		while (n > scheme && strchr(".,;:!?)'", s.p[n - 1]) != NULL)
			n--;
		if (n > scheme)
			return slice_sub(s, 0, n);
	}
	return SLICE_EMPTY;
}

/* Is what is at `at` inside "…"? Behind a word (3") or alone a mark is none. */
static bool
is_quoted(struct slice s, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (s.p[i] != '"' || (i != 0 && is_word(s.p[i - 1])))
			continue;
		i += 1 + slice_chr(slice_from_at(s, i + 1), '"');
		if (i > at)
			return i < s.n;
	}
	return false;
}

/* find(), but not what is quoted. */
static size_t
find_bare(struct slice s, const char *words, size_t *length)
{
	size_t at = 0;

	do {
		size_t from = at;

		at += find(slice_from_at(s, from), words, length);
		if (at >= s.n || !is_quoted(s, at))
			return at;
		at += *length;
	} while (true);
}

/* The first comma that is not quoted. */
static size_t
comma_at(struct slice s)
{
	size_t at = slice_chr(s, ',');

	while (at < s.n && is_quoted(s, at))
		at += 1 + slice_chr(slice_from_at(s, at + 1), ',');
	return at;
}

bool
plan_pair(struct slice text, struct slice *a, struct slice *b)
{
	static const char *const BETWEEN[] = { "versus", "vs", "with",
		"against", "and", "to", "or" };
	static const char *const LEAD[] = { "the", "two", "both", "pitches",
		"pitch", "videos", "video", "calls", "call", "recordings",
		"between", "of", "these" };
	size_t at = text.n, length = 0, n;

	for (size_t i = 0; at == text.n && i < COUNT(BETWEEN); i++)
		at = find_bare(text, BETWEEN[i], &length);
	if (at == text.n) {
		at = comma_at(text);
		length = 1;
	}
	if (at == text.n)
		return false;
	*a =
	    strip_first(strip_marks(slice_sub(text, 0, at)), LEAD, COUNT(LEAD));
	*b = strip_marks(slice_from_at(text, at + length));
	n = match(*b, "the");
	*b = strip_marks(slice_from_at(*b, n));
	*a = strip_quotes(*a);
	*b = strip_quotes(*b);
	return b->n != 0;
}

/* ---- subjects ------------------------------------------------------------- */

/* "they talk about the price": what is said there is a price, not talk. */
static struct slice
talked_about(struct slice subject)
{
	static const char *const WHO[] = { "he", "she", "they", "we", "anybody",
		"somebody", "someone" };
	static const char *const SAYS[] = { "talk about", "talks about",
		"talked about", "are talking about", "is talking about",
		"speak about", "speaks about", "spoke about", "speak of",
		"mention", "mentions", "mentioned", "discuss", "discusses",
		"discussed" };

	for (size_t i = 0; i < COUNT(WHO); i++) {
		size_t n = match(subject, WHO[i]);
		struct slice rest = slice_from_at(subject, n);

		for (size_t k = 0; n != 0 && k < COUNT(SAYS); k++) {
			size_t m = match(slice_trim(rest), SAYS[k]);
			struct slice what =
			    slice_trim(slice_from_at(slice_trim(rest), m));

			if (m != 0 && what.n != 0)
				return what;
		}
	}
	return subject;
}

static struct slice
find_subject(struct slice rest)
{
	static const char *const LEAD[] = { "me", "for", "the", "a", "all",
		"any", "every", "exact", "moment", "moments", "part", "parts",
		"place", "places", "passage", "passages", "point", "points",
		"time", "times", "scene", "scenes", "section", "where", "when",
		"in which", "that", "about", "in the video", "in this video",
		"in all videos", "in the transcript", "is", "are", "does", "do",
		"did", "it says" };

	return strip_quotes(
	    talked_about(strip_first(strip_marks(rest), LEAD, COUNT(LEAD))));
}

static struct slice
show_subject(struct slice rest)
{
	static const char *const LEAD[] = { "me", "the", "a", "this", "that",
		"it", "now", "here", "video", "recording", "call", "pitch",
		"clip", "named", "called" };

	return strip_quotes(strip_first(strip_marks(rest), LEAD, COUNT(LEAD)));
}

/* The name behind "as", "named" or "called", behind the address. */
static struct slice
upload_name(struct slice behind)
{
	static const char *const AS[] = { "as", "named", "called",
		"and call it", "and name it" };

	behind = strip_marks(behind);
	for (size_t i = 0; i < COUNT(AS); i++) {
		size_t n = match(behind, AS[i]);

		if (n != 0)
			return strip_quotes(slice_from_at(behind, n));
	}
	return SLICE_EMPTY;
}

static void
fill_upload(struct plan_step *s)
{
	s->subject = plan_url(s->text);
	if (s->subject.n != 0)
		s->other = upload_name(slice_from_at(s->text,
		    (size_t)(s->subject.p - s->text.p) + s->subject.n));
}

static void
fill(struct plan_step *s, struct slice rest)
{
	switch (s->intent) {
	case PLAN_FIND:
		s->subject = find_subject(rest);
		break;
	case PLAN_SHOW:
		s->subject = show_subject(rest);
		break;
	case PLAN_COMPARE:
		if (!plan_pair(rest, &s->subject, &s->other))
			s->subject = s->other = SLICE_EMPTY;
		break;
	case PLAN_UPLOAD:
		fill_upload(s);
		break;
	case PLAN_NOTHING:
	case PLAN_ANALYSE:
	case PLAN_INDEX:
	case PLAN_SUMMARIZE:
	case PLAN_TRANSCRIBE:
	case PLAN_HELP:
	case PLAN_INTENT__MAX:
		break;
	}
}

/* ---- parts ---------------------------------------------------------------- */

static enum plan_intent
first_cue(struct slice s, size_t *length)
{
	for (size_t i = 0; i < COUNT(FIRST); i++) {
		*length = match(s, FIRST[i].words);
		if (*length != 0)
			return FIRST[i].intent;
	}
	*length = 0;
	return PLAN_NOTHING;
}

static enum plan_intent
any_cue(struct slice s, size_t *end)
{
	size_t length = 0;

	for (size_t i = 0; i < COUNT(ANYWHERE); i++) {
		size_t at = find(s, ANYWHERE[i].words, &length);

		if (at < s.n) {
			*end = at + length;
			return ANYWHERE[i].intent;
		}
	}
	return PLAN_NOTHING;
}

static bool
read_part(struct slice text, struct plan_step *out)
{
	size_t end = 0;
	struct slice s = strip_polite(text);

	*out = (struct plan_step){ PLAN_NOTHING, s, SLICE_EMPTY, SLICE_EMPTY };
	if (s.n == 0)
		return false;
	out->intent = first_cue(s, &end);
	if (out->intent == PLAN_UPLOAD && plan_url(s).n == 0)
		out->intent = PLAN_NOTHING;
	if (out->intent == PLAN_NOTHING || may_turn(out->intent)) {
		size_t other = 0;
		enum plan_intent turned = any_cue(s, &other);

		if (out->intent == PLAN_NOTHING ||
		    (turned != PLAN_NOTHING && turned != PLAN_SHOW)) {
			out->intent = turned;
			end = other;
		}
	}
	if (out->intent == PLAN_NOTHING && plan_url(s).n != 0)
		out->intent = PLAN_UPLOAD;
	fill(out, slice_from_at(s, end));
	return out->intent != PLAN_NOTHING;
}

/* ---- cutting -------------------------------------------------------------- */

/* Is the mark at `i` the end of a sentence? Not in a name such as v1.2. */
static bool
ends_sentence(struct slice s, size_t i)
{
	return strchr(".!?;\n", s.p[i]) != NULL && s.p[i] != '\0' &&
	    (i + 1 == s.n || s.p[i + 1] == ' ' || s.p[i + 1] == '\n' ||
		s.p[i] == '\n' || s.p[i] == ';');
}

/* A joint before a part that begins with a verb of its own, outside quotes. */
static size_t
joint_at(struct slice s, size_t i)
{
	static const char *const JOINTS[] = { "and then", "and after that",
		"after that", "then", "and also", "and" };
	struct slice here = slice_from_at(s, i);

	if (i == 0 || is_word(s.p[i - 1]))
		return 0;
	for (size_t k = 0; k < COUNT(JOINTS); k++) {
		size_t n = match(here, JOINTS[k]), length = 0;
		struct slice behind;

		if (n == 0)
			continue;
		behind = strip_polite(slice_from_at(here, n));
		if (first_cue(behind, &length) != PLAN_NOTHING ||
		    match(behind, "show") != 0)
			return n;
	}
	return 0;
}

static void
add_part(struct slice text, struct plan *out)
{
	struct plan_step step;

	if (out->n < PLAN_STEPS_MAX && read_part(text, &step))
		out->step[out->n++] = step;
}

void
plan_read(struct slice text, struct plan *out)
{
	size_t from = 0, i = 0;
	bool quoted = false;

	out->n = 0;
	text = utf8_prefix(utf8_trim(text), PLAN_TEXT_MAX);
	while (i < text.n) {
		size_t n = quoted ? 0 : joint_at(text, i);

		if (text.p[i] == '"')
			quoted = !quoted;
		if (n == 0 && (quoted || !ends_sentence(text, i))) {
			i++;
			continue;
		}
		add_part(slice_sub(text, from, i - from), out);
		i += n == 0 ? 1 : n;
		from = i;
	}
	add_part(slice_from_at(text, from), out);
}

const char *
plan_intent_name(enum plan_intent intent)
{
	return NAMES[intent];
}

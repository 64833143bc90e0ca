#include "text/transcript_name.h"

#include <string.h>

#include "text/transcript.h"
#include "text/transcript_time.h"

/* Longest part of a name and how many parts: "Dr. Maria del Carmen Ruiz". */
#define MAX_NAME_WORDS 5u
/* Slots of the table; names beyond three quarters are not counted. */
#define SLOTS 4096u

struct transcript_names {
	struct slice name[SLOTS];
	unsigned count[SLOTS];
	unsigned used;
};

/* Lower-case names that need no second occurrence. */
static const char *const roles[] = { "seller", "buyer", "agent", "customer",
	"client", "rep", "sales rep", "salesperson", "prospect", "host",
	"guest", "interviewer", "interviewee", "persuader", "persuadee",
	"caller", "me", "you", "q", "a" };

/* Words that stand before a colon at the start of a line, but speak not. */
static const char *const not_names[] = { "note", "notes", "warning", "ps",
	"subject", "date", "re", "fwd", "http", "https", "example", "source",
	"title", "kind", "language", "duration" };

static unsigned
hash(struct slice s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h % SLOTS;
}

/** The slot of `name`, or the free one where it would go. */
static unsigned
find_slot(const struct transcript_names *names, struct slice name)
{
	unsigned slot = hash(name);

	while (names->count[slot] != 0 && !slice_eq(names->name[slot], name))
		slot = (slot + 1) % SLOTS;
	return slot;
}

static bool
in_list(const char *const *list, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_nocase(name, slice_from(list[i])))
			return true;
	return false;
}

static bool
is_name_char(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') ||
	    (u >= 'a' && u <= 'z') || (u != 0 && strchr(" .'-_()&/#", u));
}

/** Words in capitals (or digits, or of another script) throughout? */
static bool
is_capitalised(struct slice name)
{
	bool start = true;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (start && c >= 'a' && c <= 'z')
			return false;
		start = c == ' ' || c == '(';
	}
	return true;
}

/** The text before a colon that may be a name, or empty. */
static struct slice
candidate(struct slice line, size_t *colon)
{
	struct slice name;
	size_t words = 1;

	*colon = 0;
	while (*colon < line.n && is_name_char(line.p[*colon]))
		++*colon;
	name = slice_trim(slice_sub(line, 0, *colon));
	if (*colon == line.n || line.p[*colon] != ':' || name.n == 0 ||
	    name.n > TRANSCRIPT_MAX_NAME)
		return SLICE_EMPTY;
	if (*colon + 1 < line.n && line.p[*colon + 1] != ' ' &&
	    line.p[*colon + 1] != '\t')
		return SLICE_EMPTY;
	for (size_t i = 0; i < name.n; i++)
		words += name.p[i] == ' ';
	if (words > MAX_NAME_WORDS || (name.p[0] >= '0' && name.p[0] <= '9') ||
	    in_list(not_names, COUNT(not_names), name))
		return SLICE_EMPTY;
	return name;
}

/** Take a time in brackets or bare off the start of a line. */
static struct slice
take_time(struct slice line, int64_t *ms)
{
	bool bracket = line.n != 0 && (line.p[0] == '[' || line.p[0] == '(');
	struct slice rest = slice_from_at(line, bracket);
	size_t n = transcript_time_scan(rest, ms);

	rest = slice_from_at(rest, n);
	if (n == 0 || (bracket && (rest.n == 0 || !strchr("])", rest.p[0])))) {
		*ms = -1;
		return line;
	}
	if (!bracket && rest.n != 0 && rest.p[0] != ' ' && rest.p[0] != '\t') {
		*ms = -1;
		return line;
	}
	return slice_trim(slice_from_at(rest, bracket));
}

/** "Ann (00:12): hello": the time after the name. */
static bool
name_with_time(struct slice line, struct transcript_name *out)
{
	size_t open = 0;
	struct slice rest;
	size_t n;
	size_t colon;
	int64_t ms;

	while (
	    open < line.n && is_name_char(line.p[open]) && line.p[open] != '(')
		open++;
	if (open == 0 || open == line.n || open > TRANSCRIPT_MAX_NAME ||
	    (line.p[open] != '(' && line.p[open] != '['))
		return false;
	rest = slice_from_at(line, open + 1);
	n = transcript_time_scan(rest, &ms);
	rest = slice_from_at(rest, n);
	if (n == 0 || rest.n == 0 || !strchr(")]", rest.p[0]))
		return false;
	colon = rest.n > 1 && rest.p[1] == ':' ? 2 : 1;
	out->name = slice_trim(slice_sub(line, 0, open));
	if ((colon == 1 && rest.n > 1) || !is_capitalised(out->name)) {
		out->name = SLICE_EMPTY;
		return false;
	}
	out->rest = slice_from_at(rest, colon);
	out->ms = ms;
	return out->name.n != 0;
}

/** Take the marks of a new voice (">>", "- ") off the start of a line. */
static struct slice
take_marks(struct slice line, bool *changed)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '>')
		n++;
	if (n == 0 && line.n > 1 && line.p[0] == '-' && line.p[1] == ' ')
		n = 1;
	*changed = n != 0;
	return n == 0 ? line : slice_trim(slice_from_at(line, n));
}

struct transcript_names *
transcript_name_count(struct slice text, struct arena *a)
{
	struct transcript_names *names = arena_alloc(a, sizeof(*names));
	struct slice line;

	while (slice_cut(&text, '\n', &line)) {
		bool changed;
		int64_t ms;
		size_t colon;
		unsigned slot;
		struct slice name;

		line = take_marks(slice_trim(line), &changed);
		name = candidate(take_time(line, &ms), &colon);
		if (name.n == 0)
			continue;
		slot = find_slot(names, name);
		if (names->count[slot] == 0) {
			if (names->used == SLOTS / 4 * 3)
				continue;
			names->used++;
			names->name[slot] = name;
		}
		names->count[slot]++;
	}
	return names;
}

bool
transcript_name_at(const struct transcript_names *names, struct slice line,
    struct transcript_name *out)
{
	size_t colon;
	struct slice name;

	line = take_marks(slice_trim(line), &out->changed);
	line = take_time(line, &out->ms);
	out->rest = line;
	out->name = SLICE_EMPTY;
	if (name_with_time(line, out))
		return true;
	name = candidate(line, &colon);
	if (name.n == 0)
		return false;
	if (!is_capitalised(name) && !in_list(roles, COUNT(roles), name) &&
	    names->count[find_slot(names, name)] < 2)
		return false;
	out->name = name;
	out->rest = slice_from_at(line, colon + 1);
	return true;
}

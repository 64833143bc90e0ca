#include "proto/dialogue.h"

#include <stdbool.h>

#include "base/utf8.h"
#include "proto/jval.h"

/* Of a line "</data name id>", bytes; what is longer is none. */
#define MARK_MAX 80

static bool
is_role(struct json_object *message, const char *role)
{
	return json_object_is_type(message, json_type_object) &&
	    slice_eqs(jval_str(message, "role"), role);
}

static bool
is_message(struct json_object *m)
{
	return is_role(m, "user") || is_role(m, "assistant") ||
	    is_role(m, "tool");
}

static size_t
size_of(struct json_object *message)
{
	struct buf b = BUF_INIT;
	size_t n;

	jval_print(&b, message);
	n = b.n + 1;
	buf_fini(&b);
	return n;
}

/* The mark behind data, a last line of its own: what follows it is no data. */
static struct slice
mark_of(struct slice content)
{
	size_t at = content.n;

	while (at > 0 && content.p[at - 1] != '\n')
		at--;
	if (at == 0 || content.n - at > MARK_MAX ||
	    !slice_starts(slice_from_at(content, at), SLICE("</")))
		return SLICE_EMPTY;
	return slice_from_at(content, at - 1);
}

/* A copy of a tool's message with less of what it said, its mark kept. */
static struct json_object *
shortened(struct json_object *m)
{
	struct slice content = jval_str(m, "content"), mark;
	struct json_object *copy = NULL;
	struct buf less = BUF_INIT;

	if (!is_role(m, "tool") || content.n <= DIALOGUE_TOOL_MAX ||
	    json_object_deep_copy(m, &copy, NULL) != 0)
		return json_object_get(m);
	mark = mark_of(content);
	buf_add_slice(&less, utf8_prefix(content, DIALOGUE_TOOL_MAX - mark.n));
	buf_add_slice(&less, mark);
	jval_put_str(copy, "content", buf_slice(&less));
	buf_fini(&less);
	return copy;
}

/* Where the turn before `end` begins; `end`: there is none. */
static size_t
turn_before(struct json_object *messages, size_t end)
{
	for (size_t i = end; i > 0; i--)
		if (is_role(json_object_array_get_idx(messages, i - 1), "user"))
			return i - 1;
	return end;
}

/* The turn [from, to), if it fits; NULL and `*room` as it was: it does not. */
static struct json_object *
turn(struct json_object *messages, size_t from, size_t to, bool whole,
    size_t *room)
{
	struct json_object *out = json_object_new_array();
	size_t left = *room;

	for (size_t i = from; i < to; i++) {
		struct json_object *m = json_object_array_get_idx(messages, i);
		struct json_object *kept;
		size_t n;

		if (!is_message(m))
			continue;
		kept = whole ? json_object_get(m) : shortened(m);
		n = size_of(kept);
		(void)json_object_array_add(out, kept);
		if (n > left) {
			(void)json_object_put(out);
			return NULL;
		}
		left -= n;
	}
	*room = left;
	return out;
}

static struct json_object *
joined(struct json_object *first, struct json_object *second)
{
	for (size_t i = 0; i < json_object_array_length(second); i++)
		(void)json_object_array_add(first,
		    json_object_get(json_object_array_get_idx(second, i)));
	(void)json_object_put(second);
	return first;
}

struct json_object *
dialogue_trim(struct json_object *messages, size_t max)
{
	struct json_object *out = json_object_new_array();
	size_t n, end, from, room = max;

	if (!json_object_is_type(messages, json_type_array))
		return out;
	end = n = json_object_array_length(messages);
	for (from = turn_before(messages, end); from < end;
	     end = from, from = turn_before(messages, end)) {
		struct json_object *one =
		    turn(messages, from, end, end == n, &room);

		if (one == NULL && end == n)
			one = turn(messages, from, end, false, &room);
		if (one != NULL)
			out = joined(one, out);
		else if (end != n)
			break;
	}
	return out;
}

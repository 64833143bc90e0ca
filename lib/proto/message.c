#include "proto/message.h"

#include <stdio.h>

#include "base/utf8.h"
#include "proto/jval.h"
#include "proto/timefmt.h"

/* "content[15].image.url" and the NUL, with room to spare. */
#define FIELD_SIZE 64
/* Seconds (30 years): a length above is a mistake and shown as none. */
#define LENGTH_MAX_S 1e9

static const char *const STATUS_NAMES[] = {
	[MESSAGE_PROGRESS] = "progress",
	[MESSAGE_SUCCESS] = "success",
	[MESSAGE_ERROR] = "error",
};

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The length of the run of name bytes at the start of `s`. */
static size_t
name_length(struct slice s)
{
	size_t n = 0;

	while (n < s.n && is_name_byte(s.p[n]))
		n++;
	return n;
}

static bool
is_name(struct slice s, size_t min, size_t max)
{
	return s.n >= min && s.n <= max && name_length(s) == s.n;
}

/* 1 to `max` bytes of ASCII that can be seen: fit for keys and log lines. */
static bool
is_id(struct slice s, size_t max)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	}
	return s.n >= 1 && s.n <= max;
}

/*
 * http, https or relative. White space, control bytes and backslashes are
 * refused, because browsers drop or turn them before they look for the scheme.
 */
bool
message_url_safe(struct slice url)
{
	size_t colon = slice_chr(url, ':');
	struct slice scheme = slice_sub(url, 0, colon);

	if (!is_id(url, MESSAGE_URL_MAX) || slice_chr(url, '\\') < url.n)
		return false;
	/* A colon behind one of these is not the end of a scheme. */
	if (colon == url.n || slice_chr(scheme, '/') < colon ||
	    slice_chr(scheme, '?') < colon || slice_chr(scheme, '#') < colon)
		return true;
	return slice_eq_nocase(scheme, SLICE("http")) ||
	    slice_eq_nocase(scheme, SLICE("https"));
}

/* The string member `key`; empty when absent, null or "". */
static int
take_string(struct json_object *object, const char *key, struct slice *out,
    struct err *e)
{
	struct json_object *value = NULL;

	*out = SLICE_EMPTY;
	(void)json_object_object_get_ex(object, key, &value);
	if (value == NULL)
		return 0;
	if (!json_object_is_type(value, json_type_string))
		return err_field(
		    e, ERR_BAD_REQUEST, key, "%s must be a string.", key);
	*out = jval_slice(value);
	return 0;
}

static int
take_session_id(struct json_object *object, struct message *out, struct err *e)
{
	if (take_string(object, "session_id", &out->session_id, e) != 0)
		return -1;
	if (out->session_id.n == 0 || message_session_id_valid(out->session_id))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "session_id",
	    "session_id must be %d to %d characters: letters, digits, _ and -.",
	    MESSAGE_SESSION_ID_MIN, MESSAGE_SESSION_ID_MAX);
}

static int
take_id(struct json_object *object, const char *key, size_t max,
    struct slice *out, struct err *e)
{
	if (take_string(object, key, out, e) != 0)
		return -1;
	if (out->n == 0 || is_id(*out, max))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, key,
	    "%s must be at most %zu visible ASCII characters without spaces.",
	    key, max);
}

static int
take_ids(struct json_object *object, struct message *out, struct err *e)
{
	if (take_session_id(object, out, e) != 0 ||
	    take_id(object, "conv_id", MESSAGE_ID_MAX, &out->conv_id, e) != 0 ||
	    take_id(object, "msg_id", MESSAGE_ID_MAX, &out->msg_id, e) != 0 ||
	    take_id(object, "collection_id", MESSAGE_MEDIA_ID_MAX,
		&out->collection_id, e) != 0 ||
	    take_id(object, "video_id", MESSAGE_MEDIA_ID_MAX, &out->video_id,
		e) != 0)
		return -1;
	if (out->conv_id.n == 0)
		return err_field(e, ERR_BAD_REQUEST, "conv_id",
		    "conv_id is missing: send a string that names the "
		    "conversation.");
	return 0;
}

static int
check_msg_type(struct json_object *object, struct err *e)
{
	if (slice_eqs(jval_str(object, "msg_type"), "input"))
		return 0;
	return err_field(
	    e, ERR_BAD_REQUEST, "msg_type", "msg_type must be \"input\".");
}

/* False when absent or null. */
static int
take_flag(struct json_object *object, const char *key, bool *out, struct err *e)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, key, &value);
	if (value != NULL && !json_object_is_type(value, json_type_boolean))
		return err_field(
		    e, ERR_BAD_REQUEST, key, "%s must be true or false.", key);
	*out = value != NULL && json_object_get_boolean(value);
	return 0;
}

static bool
has_agent(const struct message *message, struct slice name)
{
	for (size_t i = 0; i < message->n_agents; i++) {
		if (slice_eq(message->agents[i], name))
			return true;
	}
	return false;
}

static int
add_agent(
    struct json_object *value, size_t i, struct message *out, struct err *e)
{
	struct slice name = jval_slice(value);
	char field[FIELD_SIZE];

	(void)snprintf(field, sizeof(field), "agents[%zu]", i);
	if (!is_name(name, 1, MESSAGE_AGENT_NAME_MAX))
		return err_field(e, ERR_BAD_REQUEST, field,
		    "An agent's name must be 1 to %d letters, digits, _ or -.",
		    MESSAGE_AGENT_NAME_MAX);
	if (has_agent(out, name))
		return 0;
	if (out->n_agents == MESSAGE_AGENTS_MAX)
		return err_field(e, ERR_BAD_REQUEST, "agents",
		    "Name at most %d different agents.", MESSAGE_AGENTS_MAX);
	out->agents[out->n_agents++] = name;
	return 0;
}

/* The array member `key` of at most `max`; NULL when absent or null. */
static int
take_array(struct json_object *object, const char *key, size_t max,
    struct json_object **out, struct err *e)
{
	*out = NULL;
	(void)json_object_object_get_ex(object, key, out);
	if (*out != NULL && !json_object_is_type(*out, json_type_array))
		return err_field(
		    e, ERR_BAD_REQUEST, key, "%s must be an array.", key);
	if (*out != NULL && json_object_array_length(*out) > max)
		return err_field(e, ERR_BAD_REQUEST, key,
		    "%s must have at most %zu entries.", key, max);
	return 0;
}

static int
take_agents(struct json_object *object, struct message *out, struct err *e)
{
	struct json_object *agents;
	size_t n;

	if (take_array(object, "agents", MESSAGE_AGENTS_SENT_MAX, &agents, e) !=
	    0)
		return -1;
	n = agents == NULL ? 0 : json_object_array_length(agents);
	for (size_t i = 0; i < n; i++) {
		if (add_agent(
			json_object_array_get_idx(agents, i), i, out, e) != 0)
			return -1;
	}
	return 0;
}

static int
check_text(
    struct json_object *item, size_t i, struct slice *text, struct err *e)
{
	char field[FIELD_SIZE];

	(void)snprintf(field, sizeof(field), "content[%zu].text", i);
	*text = jval_str(item, "text");
	if (text->p == NULL)
		return err_field(
		    e, ERR_BAD_REQUEST, field, "text must be a string.");
	if (text->n > MESSAGE_TEXT_MAX)
		return err_field(e, ERR_BAD_REQUEST, field,
		    "The text is longer than %d bytes: shorten it.",
		    MESSAGE_TEXT_MAX);
	return 0;
}

/* A client whose upload gave no address sends an image without one. */
static int
check_image(struct json_object *item, size_t i, struct err *e)
{
	struct json_object *image = NULL, *url = NULL;
	char field[FIELD_SIZE];

	(void)snprintf(field, sizeof(field), "content[%zu].image", i);
	(void)json_object_object_get_ex(item, "image", &image);
	if (!json_object_is_type(image, json_type_object))
		return err_field(
		    e, ERR_BAD_REQUEST, field, "image must be an object.");
	(void)json_object_object_get_ex(image, "url", &url);
	if (url == NULL || message_url_safe(jval_slice(url)))
		return 0;
	(void)snprintf(field, sizeof(field), "content[%zu].image.url", i);
	return err_field(e, ERR_BAD_REQUEST, field,
	    "url must be an http, https or relative address of at most %d "
	    "characters.",
	    MESSAGE_URL_MAX);
}

static int
check_item(
    struct json_object *item, size_t i, struct message *out, struct err *e)
{
	bool is_object = json_object_is_type(item, json_type_object);
	struct slice type = is_object ? jval_str(item, "type") : SLICE_EMPTY;
	struct slice text;
	char field[FIELD_SIZE];

	if (slice_eqs(type, "image"))
		return check_image(item, i, e);
	if (slice_eqs(type, "text")) {
		if (check_text(item, i, &text, e) != 0)
			return -1;
		if (out->text.p == NULL)
			out->text = text;
		return 0;
	}
	(void)snprintf(field, sizeof(field), "content[%zu]", i);
	return err_field(e, ERR_BAD_REQUEST, field,
	    "An item must be an object of type \"text\" or \"image\".");
}

static int
take_content(struct json_object *object, struct message *out, struct err *e)
{
	if (take_array(
		object, "content", MESSAGE_CONTENT_MAX, &out->content, e) != 0)
		return -1;
	if (out->content == NULL)
		return err_field(e, ERR_BAD_REQUEST, "content",
		    "content is missing: send an array of items.");
	for (size_t i = 0; i < json_object_array_length(out->content); i++) {
		if (check_item(json_object_array_get_idx(out->content, i), i,
			out, e) != 0)
			return -1;
	}
	if (out->text.p == NULL)
		out->text = SLICE_EMPTY;
	return 0;
}

/* "force_refresh" in the text, as the fork of Director has it. */
static bool
asks_anew(struct slice text)
{
	return slice_find(text, SLICE("force_refresh")) >= 0 ||
	    slice_find(text, SLICE("force refresh")) >= 0;
}

int
message_parse(struct json_object *value, struct message *out, struct err *e)
{
	*out = (struct message){ .n_agents = 0 };
	if (!json_object_is_type(value, json_type_object))
		return err_set(
		    e, ERR_BAD_REQUEST, "A chat message must be an object.");
	if (take_ids(value, out, e) != 0 || check_msg_type(value, e) != 0 ||
	    take_agents(value, out, e) != 0 || take_content(value, out, e) != 0)
		return -1;
	if (take_flag(value, "is_retry", &out->is_retry, e) != 0 ||
	    take_flag(value, "force_refresh", &out->force_refresh, e) != 0)
		return -1;
	out->force_refresh |= asks_anew(out->text);
	return 0;
}

bool
message_session_id_valid(struct slice id)
{
	return is_name(id, MESSAGE_SESSION_ID_MIN, MESSAGE_SESSION_ID_MAX);
}

struct slice
message_agent(const struct message *message, struct slice *rest)
{
	struct slice text = utf8_trim(message->text);
	struct slice name = SLICE_EMPTY;
	bool chosen = message->n_agents != 0;

	*rest = text;
	if (text.n != 0 && text.p[0] == '@') {
		name = slice_from_at(text, 1);
		name.n = name_length(name);
	}
	if (!is_name(name, 1, MESSAGE_AGENT_NAME_MAX))
		name = SLICE_EMPTY;
	if (chosen && !slice_eq(name, message->agents[0]))
		return message->agents[0];
	if (name.n != 0)
		*rest = utf8_trim(slice_from_at(text, name.n + 1));
	return name;
}

const char *
message_status_name(enum message_status status)
{
	return STATUS_NAMES[status];
}

bool
message_status_parse(struct slice name, enum message_status *out)
{
	for (size_t i = 0; i < COUNT(STATUS_NAMES); i++) {
		if (slice_eqs(name, STATUS_NAMES[i])) {
			*out = (enum message_status)i;
			return true;
		}
	}
	return false;
}

static void
put_array(
    struct json_object *object, const char *key, struct json_object *array)
{
	(void)json_object_object_add(object, key,
	    array != NULL ? json_object_get(array) : json_object_new_array());
}

static void
put_name(struct json_object *object, const char *key, const char *text)
{
	jval_put_str(object, key, slice_from(text));
}

/* "" and NULL are null. */
static void
put_nullable(struct json_object *object, const char *key, struct slice text)
{
	(void)json_object_object_add(
	    object, key, text.n != 0 ? jval_new_str(text) : NULL);
}

static struct json_object *
new_metadata(int64_t timestamp_ms)
{
	struct json_object *metadata = json_object_new_object();
	char text[TIMEFMT_SIZE];

	timefmt_iso(timestamp_ms, text);
	put_name(metadata, "timestamp", text);
	return metadata;
}

struct json_object *
message_output_json(const struct message_output *output)
{
	struct json_object *object = json_object_new_object();

	jval_put_str(object, "session_id", output->session_id);
	jval_put_str(object, "conv_id", output->conv_id);
	jval_put_str(object, "msg_id", output->msg_id);
	put_name(object, "msg_type", "output");
	put_name(object, "status", message_status_name(output->status));
	put_array(object, "actions", output->actions);
	put_array(object, "agents", output->agents);
	put_array(object, "content", output->content);
	jval_put_int(object, "rev", output->rev);
	if (output->timestamp_ms != 0)
		(void)json_object_object_add(
		    object, "metadata", new_metadata(output->timestamp_ms));
	return object;
}

static struct json_object *
new_item(const char *type, const char *agent_name, enum message_status status,
    const char *status_message)
{
	struct json_object *item = json_object_new_object();

	put_name(item, "type", type);
	put_name(item, "status", message_status_name(status));
	put_nullable(item, "status_message", slice_from(status_message));
	put_nullable(item, "agent_name", slice_from(agent_name));
	return item;
}

struct json_object *
message_text_item(const char *agent_name, enum message_status status,
    const char *status_message, struct slice text)
{
	struct json_object *item =
	    new_item("text", agent_name, status, status_message);

	jval_put_str(item, "text", text);
	return item;
}

/* Ten digits: milliseconds for a length of weeks, and no digit is noise. */
static struct json_object *
new_length(double length_s)
{
	char text[32];

	if (!(length_s >= 0 && length_s <= LENGTH_MAX_S))
		return NULL;
	(void)snprintf(text, sizeof(text), "%.10g", length_s);
	return json_object_new_double_s(length_s, text);
}

static struct json_object *
new_video(const struct message_video *video)
{
	struct json_object *object = json_object_new_object();

	put_nullable(object, "id", video->id);
	put_nullable(object, "collection_id", video->collection_id);
	put_nullable(object, "name", video->name);
	put_nullable(object, "description", video->description);
	put_nullable(object, "stream_url", video->stream_url);
	put_nullable(object, "external_url", video->external_url);
	put_nullable(object, "player_url", video->player_url);
	put_nullable(object, "thumbnail_url", video->thumbnail_url);
	(void)json_object_object_add(
	    object, "length", new_length(video->length_s));
	put_nullable(object, "error", video->error);
	return object;
}

struct json_object *
message_video_item(const char *agent_name, enum message_status status,
    const char *status_message, const struct message_video *video)
{
	struct json_object *item =
	    new_item("video", agent_name, status, status_message);

	(void)json_object_object_add(
	    item, "video", video != NULL ? new_video(video) : NULL);
	return item;
}

#include "proto/sio_packet.h"

#include <inttypes.h>

#include "base/num.h"
#include "base/utf8.h"

static const char *const MESSAGES[SIO_STATUS__MAX] = {
	[SIO_OK] = "Good.",
	[SIO_EMPTY] = "The packet is empty.",
	[SIO_TYPE] = "The packet starts with a character that is no type.",
	[SIO_ATTACHMENTS] =
	    "The number of attachments is missing or not allowed.",
	[SIO_NSP] = "The namespace is too long or holds bytes it may not.",
	[SIO_ID] = "The acknowledgement id is too large.",
	[SIO_JSON] = "The payload is not JSON that is accepted here.",
	[SIO_PAYLOAD] = "The payload is not of the kind this type has.",
	[SIO_RESERVED] = "The event has a name reserved by the protocol.",
	[SIO_PLACEHOLDER] = "A placeholder names no attachment of the packet.",
};

const char *
sio_packet_strerror(enum sio_status status)
{
	return MESSAGES[status];
}

static bool
is_binary(enum sio_type type)
{
	return type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK;
}

/* Take the leading decimal digits off `*rest`; maybe none. */
static struct slice
take_digits(struct slice *rest)
{
	struct slice digits = { rest->p, 0 };

	while (digits.n < rest->n && rest->p[digits.n] >= '0' &&
	    rest->p[digits.n] <= '9')
		digits.n++;
	*rest = slice_from_at(*rest, digits.n);
	return digits;
}

static enum sio_status
take_attachments(struct slice *rest, struct sio_packet *out)
{
	struct slice digits = take_digits(rest);
	int64_t n;

	if (rest->n == 0 || rest->p[0] != '-' ||
	    !num_parse(digits, 1, SIO_ATTACHMENTS_MAX, &n))
		return SIO_ATTACHMENTS;
	*rest = slice_from_at(*rest, 1);
	out->attachments = (unsigned)n;
	return SIO_OK;
}

/* To the comma or, as clients do without a payload, to the end. */
static enum sio_status
take_nsp(struct slice *rest, struct sio_packet *out)
{
	size_t at = slice_chr(*rest, ',');

	out->nsp = slice_sub(*rest, 0, at);
	*rest = slice_from_at(*rest, at + 1);
	return sio_nsp_valid(out->nsp) ? SIO_OK : SIO_NSP;
}

enum sio_status
sio_packet_decode(struct slice raw, struct sio_packet *out)
{
	struct slice rest = slice_from_at(raw, 1);
	enum sio_status status = SIO_OK;
	struct slice digits;

	if (raw.n == 0)
		return SIO_EMPTY;
	if (raw.p[0] < '0' || raw.p[0] > '0' + SIO_BINARY_ACK)
		return SIO_TYPE;
	*out = (struct sio_packet){ (enum sio_type)(raw.p[0] - '0'), 0,
		SLICE("/"), -1, SLICE_EMPTY };
	if (is_binary(out->type))
		status = take_attachments(&rest, out);
	if (status == SIO_OK && rest.n > 0 && rest.p[0] == '/')
		status = take_nsp(&rest, out);
	if (status != SIO_OK)
		return status;
	digits = take_digits(&rest);
	if (digits.n > 0 && !num_parse(digits, 0, NUM_JS_MAX, &out->id))
		return SIO_ID;
	out->json = rest;
	return SIO_OK;
}

static enum sio_status
check_event(struct json_object *args)
{
	struct json_object *name;

	if (!json_object_is_type(args, json_type_array) ||
	    json_object_array_length(args) == 0)
		return SIO_PAYLOAD;
	name = json_object_array_get_idx(args, 0);
	if (json_object_is_type(name, json_type_string))
		return sio_event_reserved(jval_slice(name)) ? SIO_RESERVED
							    : SIO_OK;
	if (json_object_is_type(name, json_type_int) ||
	    json_object_is_type(name, json_type_double))
		return SIO_OK;
	return SIO_PAYLOAD;
}

static enum sio_status
check_kind(enum sio_type type, struct json_object *value)
{
	bool object = json_object_is_type(value, json_type_object);
	bool good = false;

	switch (type) {
	case SIO_EVENT:
	case SIO_BINARY_EVENT:
		return check_event(value);
	case SIO_ACK:
	case SIO_BINARY_ACK:
		good = json_object_is_type(value, json_type_array);
		break;
	case SIO_CONNECT:
		good = object;
		break;
	case SIO_CONNECT_ERROR:
		good = object || json_object_is_type(value, json_type_string);
		break;
	case SIO_DISCONNECT:
		break;
	}
	return good ? SIO_OK : SIO_PAYLOAD;
}

enum sio_status
sio_packet_payload(const struct sio_packet *p, struct json_object **out)
{
	struct json_object *value;
	enum sio_status status;

	*out = NULL;
	if (p->json.n == 0)
		return p->type == SIO_CONNECT || p->type == SIO_DISCONNECT
		    ? SIO_OK
		    : SIO_PAYLOAD;
	if (jval_parse(p->json, &value) != JVAL_OK)
		return SIO_JSON;
	status = check_kind(p->type, value);
	if (status != SIO_OK)
		json_object_put(value);
	else
		*out = value;
	return status;
}

void
sio_packet_write(struct buf *out, const struct sio_packet *p)
{
	buf_addc(out, (char)('0' + (int)p->type));
	if (is_binary(p->type))
		buf_addf(out, "%u-", p->attachments);
	if (!slice_eqs(p->nsp, "/")) {
		buf_add_slice(out, p->nsp);
		buf_addc(out, ',');
	}
	if (p->id >= 0)
		buf_addf(out, "%" PRId64, p->id);
	buf_add_slice(out, p->json);
}

void
sio_packet_encode(struct buf *out, enum sio_type type, struct slice nsp,
    int64_t id, struct slice json)
{
	sio_packet_write(out, &(struct sio_packet){ type, 0, nsp, id, json });
}

bool
sio_event_reserved(struct slice name)
{
	static const char *const NAMES[] = { "connect", "connect_error",
		"disconnect", "disconnecting", "newListener",
		"removeListener" };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (slice_eqs(name, NAMES[i]))
			return true;
	return false;
}

bool
sio_nsp_valid(struct slice nsp)
{
	if (nsp.n == 0 || nsp.p[0] != '/' || nsp.n > SIO_NSP_MAX)
		return false;
	for (size_t i = 0; i < nsp.n; i++)
		if ((unsigned char)nsp.p[i] < 0x20 || nsp.p[i] == 0x7F ||
		    nsp.p[i] == ',')
			return false;
	return utf8_valid(nsp);
}

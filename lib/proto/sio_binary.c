#include "proto/sio_binary.h"

#include <stdlib.h>

#include "proto/eio_payload.h"

static const char MARK[] = "_placeholder";
static const char NUM[] = "num";

struct scan {
	unsigned attachments;
	size_t places;
	unsigned from[SIO_ATTACHMENTS_MAX]; /* of the first places */
};

static bool
is_placeholder(struct json_object *object)
{
	struct json_object *mark;

	return json_object_object_get_ex(object, MARK, &mark) &&
	    json_object_is_type(mark, json_type_boolean) &&
	    json_object_get_boolean(mark);
}

static enum sio_status
scan_placeholder(struct json_object *object, struct scan *s)
{
	struct json_object *num;
	int64_t n;

	if (!json_object_object_get_ex(object, NUM, &num) ||
	    !json_object_is_type(num, json_type_int))
		return SIO_PLACEHOLDER;
	n = json_object_get_int64(num);
	if (n < 0 || n >= (int64_t)s->attachments)
		return SIO_PLACEHOLDER;
	if (s->places < SIO_ATTACHMENTS_MAX)
		s->from[s->places] = (unsigned)n;
	s->places++;
	return SIO_OK;
}

/* NOLINTBEGIN(misc-no-recursion): JVAL_DEPTH_MAX bounds it. */
static enum sio_status scan(struct json_object *value, struct scan *s);

static enum sio_status
scan_object(struct json_object *object, struct scan *s)
{
	struct json_object_iterator it = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	enum sio_status status = SIO_OK;

	if (is_placeholder(object))
		return scan_placeholder(object, s);
	for (; status == SIO_OK && !json_object_iter_equal(&it, &end);
	     json_object_iter_next(&it))
		status = scan(json_object_iter_peek_value(&it), s);
	return status;
}

static enum sio_status
scan_array(struct json_object *array, struct scan *s)
{
	size_t n = json_object_array_length(array);
	enum sio_status status = SIO_OK;

	for (size_t i = 0; status == SIO_OK && i < n; i++)
		status = scan(json_object_array_get_idx(array, i), s);
	return status;
}

static enum sio_status
scan(struct json_object *value, struct scan *s)
{
	if (json_object_is_type(value, json_type_object))
		return scan_object(value, s);
	if (json_object_is_type(value, json_type_array))
		return scan_array(value, s);
	return SIO_OK;
}

/* json-c reports memory only, and that ends the process (ck.h). */
static void
must(bool good)
{
	if (!good)
		abort();
}

static struct json_object *copy(struct json_object *value, unsigned *places);

static struct json_object *
copy_array(struct json_object *array, unsigned *places)
{
	size_t n = json_object_array_length(array);
	struct json_object *out = json_object_new_array_ext(n ? (int)n : 1);

	must(out != NULL);
	for (size_t i = 0; i < n; i++)
		must(json_object_array_add(out,
			 copy(json_object_array_get_idx(array, i), places)) ==
		    0);
	return out;
}

static struct json_object *
copy_object(struct json_object *object, unsigned *places)
{
	struct json_object_iterator it = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	struct json_object *out = json_object_new_object();

	must(out != NULL);
	if (is_placeholder(object)) {
		must(json_object_object_add(
			 out, MARK, json_object_new_boolean(1)) == 0);
		jval_put_int(out, NUM, (*places)++);
		return out;
	}
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		must(
		    json_object_object_add(out, json_object_iter_peek_name(&it),
			copy(json_object_iter_peek_value(&it), places)) == 0);
	return out;
}

/* What holds no placeholder by its kind is shared, not copied. */
static struct json_object *
copy(struct json_object *value, unsigned *places)
{
	if (json_object_is_type(value, json_type_object))
		return copy_object(value, places);
	if (json_object_is_type(value, json_type_array))
		return copy_array(value, places);
	return json_object_get(value);
}

/* NOLINTEND(misc-no-recursion) */

static enum sio_status
scan_all(struct json_object *args, unsigned attachments, struct scan *s)
{
	*s = (struct scan){ .attachments = attachments };
	return attachments == 0 ? SIO_OK : scan(args, s);
}

enum sio_status
sio_binary_check(struct json_object *args, unsigned attachments)
{
	struct scan s;

	return scan_all(args, attachments, &s);
}

enum sio_status
sio_binary_collect(struct json_object *args, unsigned attachments,
    struct json_object **out, struct sio_attachments *order)
{
	struct scan s;
	enum sio_status status = scan_all(args, attachments, &s);
	unsigned places = 0;

	*out = NULL;
	*order = (struct sio_attachments){ 0 };
	if (status == SIO_OK && s.places > SIO_ATTACHMENTS_MAX)
		status = SIO_ATTACHMENTS;
	if (status != SIO_OK)
		return status;
	for (; order->n < s.places; order->n++)
		order->from[order->n] = s.from[order->n];
	*out = s.places == 0 ? json_object_get(args) : copy(args, &places);
	return SIO_OK;
}

enum sio_status
sio_binary_write(struct buf *out, const struct sio_message *m)
{
	struct sio_packet packet = { m->type, 0, m->nsp, m->id, SLICE_EMPTY };
	struct sio_attachments order = { .n = 0 };
	struct json_object *sent = NULL;
	struct buf json = BUF_INIT;
	enum sio_status status = SIO_OK;

	if (m->n != 0)
		status = sio_binary_collect(m->args, m->n, &sent, &order);
	if (status != SIO_OK)
		return status;
	jval_print(&json, m->n != 0 ? sent : m->args);
	packet.json = buf_slice(&json);
	if (order.n != 0) {
		packet.type =
		    m->type == SIO_EVENT ? SIO_BINARY_EVENT : SIO_BINARY_ACK;
		packet.attachments = order.n;
	}
	buf_addc(out, '4');
	sio_packet_write(out, &packet);
	for (unsigned i = 0; i < order.n; i++) {
		buf_addf(out, "%cb", EIO_SEPARATOR);
		buf_add_slice(out, m->buffer[order.from[i]]);
	}
	(void)json_object_put(sent);
	buf_fini(&json);
	return SIO_OK;
}

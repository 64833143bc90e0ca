/*
 * A Socket.IO client as the stock one behaves over polling: handshake, then
 * CONNECT and the first poll at the same time; a GET is outstanding always,
 * one POST is at most; pings are answered. What is not as it must be is
 * counted, the client closed, and opened anew by the next tick.
 */
#include "bench/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RS '\x1e'

/* Count, keep the first reason, and start from nothing. */
PRINTF(2, 3)
static void
failed(struct client *c, const char *format, ...)
{
	struct load_result *result = c->load->result;
	va_list ap;

	if (result->errors++ == 0) {
		va_start(ap, format);
		(void)vsnprintf(result->why, sizeof(result->why), format, ap);
		va_end(ap);
	}
	client_stop(c);
}

/* ---- requests ------------------------------------------------------------- */

static void
request(struct client *c, struct conn *x, const char *method,
    const struct slice *payload)
{
	const struct load_options *opt = c->load->opt;

	buf_clear(&x->out);
	buf_addf(&x->out,
	    "%s %s?EIO=4&transport=polling%s%s HTTP/1.1\r\n"
	    "Host: 127.0.0.1:%d\r\nAccept: */*\r\n",
	    method, opt->path, c->sid[0] != '\0' ? "&sid=" : "", c->sid,
	    (int)opt->port);
	if (payload != NULL)
		buf_addf(&x->out,
		    "Content-Type: text/plain;charset=UTF-8\r\n"
		    "Content-Length: %zu\r\n",
		    payload->n);
	buf_adds(&x->out, "\r\n");
	if (payload != NULL)
		buf_add_slice(&x->out, *payload);
	if (!conn_send(x, &c->load->net, c->load->now_us))
		failed(c, "no connection can be had");
}

void
client_get(struct client *c)
{
	request(c, &c->get, "GET", NULL);
}

void
client_post(struct client *c, struct slice payload)
{
	request(c, &c->post, "POST", &payload);
}

static char
digit(int n)
{
	return (char)('0' + n);
}

void
client_event(struct client *c)
{
	char packet[] = "42?[\"message-with-ack\",1]";

	c->id = (c->id + 1) % 10;
	packet[2] = digit(c->id);
	c->acked = false;
	c->since_us = c->load->now_us;
	client_post(c, slice_from(packet));
}

/* ---- life ----------------------------------------------------------------- */

static void
opened(struct client *c)
{
	c->state = CLIENT_OPEN;
	c->load->n_opening--;
	c->load->n_open++;
	c->load->mode->opened(c);
}

void
client_start(struct client *c)
{
	const struct load_mode *mode = c->load->mode;

	c->state = CLIENT_OPENING;
	c->load->n_opening++;
	c->since_us = c->load->now_us;
	c->polls = mode->polls;
	c->pong_due = c->acked = c->connected = false;
	c->sid[0] = '\0';
	if (mode->session) {
		client_get(c);
	} else { /* as long as a real one */
		(void)snprintf(c->sid, sizeof(c->sid), "AAAAAAAAAAAAAAAAAAAA");
		opened(c);
	}
}

/* Without a word. */
void
client_stop(struct client *c)
{
	if (c->state == CLIENT_OPENING)
		c->load->n_opening--;
	else if (c->state == CLIENT_OPEN)
		c->load->n_open--;
	c->state = CLIENT_IDLE;
	conn_close(&c->get);
	conn_close(&c->post);
}

/* ---- answers -------------------------------------------------------------- */

static void
handshaken(struct client *c, struct slice body)
{
	long at = slice_find(body, SLICE("\"sid\":\""));
	struct slice rest, sid;

	if (at >= 0 && body.p[0] == '0') {
		rest = slice_from_at(body, (size_t)at + 7);
		if (slice_cut(&rest, '"', &sid) && sid.n < sizeof(c->sid)) {
			memcpy(c->sid, sid.p, sid.n);
			c->sid[sid.n] = '\0';
			client_post(c, SLICE("40"));
			if (c->state == CLIENT_OPENING)
				client_get(c);
			return;
		}
	}
	failed(c, "handshake: %.*s", SLICE_ARG(body));
}

static bool
is_ack(const struct client *c, struct slice packet)
{
	const char expected[] = { '4', '3',
		digit(c->load->mode->session ? c->id : 0), '[', '1', ']' };

	return !c->acked &&
	    slice_eq(packet, (struct slice){ expected, sizeof(expected) });
}

static void
take_packet(struct client *c, struct slice packet)
{
	if (slice_eqs(packet, "2"))
		c->pong_due = true;
	else if (is_ack(c, packet))
		c->acked = true;
	else if (slice_starts(packet, SLICE("40{")) && !c->connected)
		c->connected = true;
	else if (!slice_eqs(packet, "6") &&
	    !slice_starts(packet, SLICE("42[\"auth\"")))
		failed(c, "packet: %.*s", SLICE_ARG(packet));
}

static void
polled(struct client *c, struct slice body)
{
	struct slice packet;

	while (c->state != CLIENT_IDLE && slice_cut(&body, RS, &packet))
		take_packet(c, packet);
}

/* The next GET, behind what the packets of the last one gave rise to. */
static void
poll_on(struct client *c)
{
	/* What CONNECT said may come in a later poll than the noop. */
	if (c->state != CLIENT_IDLE && !c->get.busy &&
	    (c->polls || (c->load->mode->session && !c->connected)))
		client_get(c);
}

/* What there is to do for the POST connection, now that it may be free. */
static void
go_on(struct client *c)
{
	if (c->state == CLIENT_IDLE)
		return;
	if (c->pong_due && !c->post.busy) {
		c->pong_due = false;
		c->load->result->pongs++;
		client_post(c, SLICE("3"));
	} else if (c->state == CLIENT_OPEN) {
		c->load->mode->progress(c);
	} else if (c->connected && !c->post.busy) {
		opened(c);
	}
}

static void
answered(struct client *c, const struct conn *x, struct conn_answer answer)
{
	bool polls = x == &c->get && c->sid[0] != '\0';

	if (answer.status != 200)
		failed(c, "%s: status %d %.*s", x == &c->get ? "GET" : "POST",
		    answer.status, SLICE_ARG(slice_sub(answer.body, 0, 80)));
	else if (x == &c->post && !slice_eq_nocase(answer.body, SLICE("ok")))
		failed(c, "POST: %.*s", SLICE_ARG(answer.body));
	else if (x == &c->get && c->sid[0] == '\0')
		handshaken(c, answer.body);
	else if (x == &c->get)
		polled(c, answer.body);
	go_on(c);
	if (polls)
		poll_on(c);
}

void
client_go_on(struct conn *x, uint32_t events)
{
	struct client *c = x->client;
	struct conn_answer answer;

	switch (conn_go_on(x, &c->load->net, events, &answer)) {
	case CONN_NOTHING:
		break;
	case CONN_ANSWERED:
		answered(c, x, answer);
		break;
	case CONN_BROKEN:
		failed(
		    c, "%s: connection broken", x == &c->get ? "GET" : "POST");
		break;
	}
}

static bool
is_late(const struct client *c, const struct conn *x)
{
	return x->busy &&
	    c->load->now_us - x->since_us > c->load->opt->timeout_s * 1000000;
}

void
client_check_time(struct client *c)
{
	if (is_late(c, &c->post))
		failed(c, "POST: no answer in time");
	else if (is_late(c, &c->get))
		failed(c, "GET: no answer in time");
}

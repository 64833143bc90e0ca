#include "proto/sio_namespace.h"

static enum sio_action
receive_joined(const struct sio_packet *p)
{
	switch (p->type) {
	case SIO_EVENT:
	case SIO_BINARY_EVENT:
		return SIO_DO_EVENT;
	case SIO_ACK:
	case SIO_BINARY_ACK:
		/* Without an id it answers nothing. */
		return p->id < 0 ? SIO_DO_IGNORE : SIO_DO_ACK;
	case SIO_DISCONNECT:
		return SIO_DO_LEAVE;
	case SIO_CONNECT:
	case SIO_CONNECT_ERROR:
		break;
	}
	return SIO_DO_CLOSE;
}

enum sio_action
sio_namespace_receive(const struct sio_packet *p, bool known, bool joined,
    bool left_in_this_payload)
{
	if (joined)
		return receive_joined(p);
	if (p->type == SIO_CONNECT)
		return known ? SIO_DO_CONNECT : SIO_DO_REFUSE;
	/* What the client had queued when it left is no offence. */
	if (left_in_this_payload && p->type != SIO_CONNECT_ERROR)
		return SIO_DO_IGNORE;
	return SIO_DO_CLOSE;
}

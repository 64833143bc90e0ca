#include "proto/eio_session.h"

enum eio_action
eio_session_receive(int version, const struct eio_packet *p)
{
	switch (p->type) {
	case EIO_CLOSE:
		return EIO_DO_CLOSE;
	case EIO_PING:
		/* Who pings changed sides between the versions. */
		return version == 3 ? EIO_DO_ANSWER_PING : EIO_DO_REJECT;
	case EIO_PONG:
		return version == 3 ? EIO_DO_REJECT : EIO_DO_PONG;
	case EIO_MESSAGE:
		return EIO_DO_MESSAGE;
	case EIO_OPEN:
	case EIO_UPGRADE:
	case EIO_NOOP:
		return EIO_DO_NOTHING;
	}
	return EIO_DO_REJECT;
}

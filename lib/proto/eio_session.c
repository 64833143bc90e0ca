#include "proto/eio_session.h"

enum eio_speech
eio_session_speech(int64_t number)
{
	if (number == EIO_V3 || number == EIO_V3_BASE64)
		return (enum eio_speech)number;
	return EIO_V4;
}

enum eio_framing
eio_session_framing(enum eio_speech speech)
{
	if (speech == EIO_V3)
		return EIO_BINARY;
	return speech == EIO_V3_BASE64 ? EIO_TEXT : EIO_RS;
}

enum eio_action
eio_session_receive(enum eio_speech speech, const struct eio_packet *p)
{
	bool v4 = speech == EIO_V4;

	switch (p->type) {
	case EIO_CLOSE:
		return EIO_DO_CLOSE;
	case EIO_PING:
		/* Who pings changed sides between the versions. */
		return v4 ? EIO_DO_REJECT : EIO_DO_ANSWER_PING;
	case EIO_PONG:
		return v4 ? EIO_DO_PONG : EIO_DO_REJECT;
	case EIO_MESSAGE:
		return EIO_DO_MESSAGE;
	case EIO_OPEN:
	case EIO_UPGRADE:
	case EIO_NOOP:
		return EIO_DO_NOTHING;
	}
	return EIO_DO_REJECT;
}

#include "handlers/api_key.h"
#include "handlers/chat.h"
#include "handlers/tables.h"
#include "io/chat_room.h"

/* clang-format off */
const struct socket_namespace events_namespaces[EVENTS_NAMESPACES] = {
	{ "/",      api_key_connect, NULL, 0 },
	{ CHAT_NSP, api_key_connect, chat_connected, SOCKET_RECOVER },
};

const struct socket_event events_table[EVENTS_COUNT] = {
	{ CHAT_NSP, "chat",      chat_message,   0 },
	{ CHAT_NSP, "reconnect", chat_reconnect, 0 },
};
/* clang-format on */

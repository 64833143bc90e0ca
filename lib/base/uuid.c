#include "base/uuid.h"

bool
uuid_parse(struct slice text, char out[static UUID_SIZE])
{
	if (text.n != UUID_SIZE - 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char c = text.p[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c + ('a' - 'A'));
		if (dash ? c != '-'
			 : (c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		out[i] = c;
	}
	out[text.n] = '\0';
	return true;
}

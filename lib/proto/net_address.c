#include "proto/net_address.h"

#include <string.h>

#include "base/slice.h"

struct prefix {
	unsigned char bytes[16];
	unsigned bits;
};

/* clang-format off */
static const struct prefix CLOSED4[] = {
	{ { 0 }, 8 },              /* this network */
	{ { 10 }, 8 },             /* private */
	{ { 100, 64 }, 10 },       /* shared by a carrier's customers */
	{ { 127 }, 8 },            /* loopback */
	{ { 168, 63, 129, 16 }, 32 }, /* a cloud's host, though it is public */
	{ { 169, 254 }, 16 },      /* link-local, metadata services */
	{ { 172, 16 }, 12 },       /* private */
	{ { 192, 0, 0 }, 24 },     /* protocol assignments */
	{ { 192, 0, 2 }, 24 },     /* documentation */
	{ { 192, 88, 99 }, 24 },   /* relays of 6to4 */
	{ { 192, 168 }, 16 },      /* private */
	{ { 198, 18 }, 15 },       /* benchmarks */
	{ { 198, 51, 100 }, 24 },  /* documentation */
	{ { 203, 0, 113 }, 24 },   /* documentation */
	{ { 224 }, 4 },            /* multicast */
	{ { 240 }, 4 },            /* reserved, broadcast */
};

/* All of the internet is in 2000::/3; these parts of it are not. */
static const struct prefix INTERNET6 = { { 0x20 }, 3 };
static const struct prefix CLOSED6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },             /* protocols, Teredo */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },       /* documentation */
	{ { 0x20, 0x02 }, 16 },                   /* 6to4: any IPv4 address */
	{ { 0x3f, 0xff, 0x00 }, 20 },             /* documentation */
};

/* IPv4 behind NAT64: the last four bytes. */
static const struct prefix NAT64 = { { 0x00, 0x64, 0xff, 0x9b }, 96 };
/* clang-format on */

static bool
is_in(const unsigned char *address, const struct prefix *p)
{
	unsigned whole = p->bits / 8, rest = p->bits % 8;

	if (memcmp(address, p->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	    (address[whole] ^ p->bytes[whole]) >> (8 - rest) == 0;
}

static bool
is_in_any(const unsigned char *address, const struct prefix *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_in(address, &list[i]))
			return true;
	return false;
}

static bool
is_public4(const unsigned char *bytes)
{
	return !is_in_any(bytes, CLOSED4, COUNT(CLOSED4));
}

bool
net_address_public(const unsigned char *bytes, size_t n)
{
	if (n == 4)
		return is_public4(bytes);
	if (n != 16)
		return false;
	if (is_in(bytes, &NAT64))
		return is_public4(bytes + 12);
	return is_in(bytes, &INTERNET6) &&
	    !is_in_any(bytes, CLOSED6, COUNT(CLOSED6));
}

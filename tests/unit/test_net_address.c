/* net_address.h: what a server may be asked to connect to. */
#include "proto/net_address.h"

#include <arpa/inet.h>

#include "harness/check.h"

static const struct {
	int line;
	const char *address;
	bool open;
} ROWS[] = {
	{ __LINE__, "1.1.1.1", true },
	{ __LINE__, "0.0.0.0", false },
	{ __LINE__, "0.255.255.255", false },
	{ __LINE__, "1.0.0.0", true },
	{ __LINE__, "9.255.255.255", true },
	{ __LINE__, "10.0.0.0", false },
	{ __LINE__, "10.255.255.255", false },
	{ __LINE__, "11.0.0.0", true },
	{ __LINE__, "100.63.255.255", true },
	{ __LINE__, "100.64.0.0", false },
	{ __LINE__, "100.100.100.200", false },
	{ __LINE__, "100.127.255.255", false },
	{ __LINE__, "100.128.0.0", true },
	{ __LINE__, "127.0.0.1", false },
	{ __LINE__, "127.255.255.254", false },
	{ __LINE__, "128.0.0.1", true },
	{ __LINE__, "168.63.129.16", false },
	{ __LINE__, "168.63.129.17", true },
	{ __LINE__, "169.253.255.255", true },
	{ __LINE__, "169.254.169.254", false },
	{ __LINE__, "172.15.255.255", true },
	{ __LINE__, "172.16.0.1", false },
	{ __LINE__, "172.31.255.255", false },
	{ __LINE__, "172.32.0.0", true },
	{ __LINE__, "192.0.0.192", false },
	{ __LINE__, "192.0.1.1", true },
	{ __LINE__, "192.0.2.1", false },
	{ __LINE__, "192.88.99.1", false },
	{ __LINE__, "192.167.255.255", true },
	{ __LINE__, "192.168.0.1", false },
	{ __LINE__, "192.169.0.0", true },
	{ __LINE__, "198.17.255.255", true },
	{ __LINE__, "198.18.0.0", false },
	{ __LINE__, "198.19.255.255", false },
	{ __LINE__, "198.20.0.0", true },
	{ __LINE__, "198.51.100.7", false },
	{ __LINE__, "203.0.113.7", false },
	{ __LINE__, "223.255.255.255", true },
	{ __LINE__, "224.0.0.1", false },
	{ __LINE__, "239.255.255.255", false },
	{ __LINE__, "240.0.0.1", false },
	{ __LINE__, "255.255.255.255", false },
	{ __LINE__, "::", false },
	{ __LINE__, "::1", false },
	{ __LINE__, "::127.0.0.1", false },
	{ __LINE__, "::ffff:127.0.0.1", false },
	{ __LINE__, "::ffff:1.1.1.1", false },
	{ __LINE__, "64:ff9b::1.1.1.1", true },
	{ __LINE__, "64:ff9b::10.0.0.1", false },
	{ __LINE__, "64:ff9b::127.0.0.1", false },
	{ __LINE__, "64:ff9b:1::1.1.1.1", false },
	{ __LINE__, "100::1", false },
	{ __LINE__, "2001::1", false },
	{ __LINE__, "2001:1ff::1", false },
	{ __LINE__, "2001:200::1", true },
	{ __LINE__, "2001:db8::1", false },
	{ __LINE__, "2001:db9::1", true },
	{ __LINE__, "2002:7f00:1::", false },
	{ __LINE__, "2003::1", true },
	{ __LINE__, "2606:4700:4700::1111", true },
	{ __LINE__, "3fff:fff:ffff::1", false },
	{ __LINE__, "3fff:1000::1", true },
	{ __LINE__, "1fff::1", false },
	{ __LINE__, "4000::1", false },
	{ __LINE__, "fc00::1", false },
	{ __LINE__, "fd00:ec2::254", false },
	{ __LINE__, "fe80::1", false },
	{ __LINE__, "fec0::1", false },
	{ __LINE__, "ff02::1", false },
};

static void
test_net_address_public(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		bool six = strchr(ROWS[i].address, ':') != NULL;
		unsigned char bytes[16];

		CHECK_ROW(ROWS[i].line,
		    inet_pton(
			six ? AF_INET6 : AF_INET, ROWS[i].address, bytes) == 1);
		CHECK_ROW(ROWS[i].line,
		    net_address_public(bytes, six ? 16 : 4) == ROWS[i].open);
	}
}

static void
test_net_address_other_sizes(void)
{
	static const unsigned char BYTES[16] = { 1, 1, 1, 1 };

	CHECK(net_address_public(BYTES, 4));
	CHECK(!net_address_public(BYTES, 0));
	CHECK(!net_address_public(BYTES, 8));
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_net_address_public),
		CHECK_CASE(test_net_address_other_sizes), { NULL, NULL } });
}

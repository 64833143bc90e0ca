/**
 * Which addresses are the public internet's: what a server may be asked by
 * anybody to connect to. Loopback, private and shared networks, the local link
 * (and with it the metadata services of clouds), multicast and what is reserved
 * are not; nor is an IPv6 address that stands for an IPv4 one which is not.
 *
 * The rule is about addresses, so it is to be asked of what a connection is
 * made to, after names were resolved: a name says nothing.
 *
 * Layer:  proto (pure)
 * Spec:   IANA special-purpose address registries; RFC 1918, 6598, 4193, 6052
 */
#ifndef PROTO_NET_ADDRESS_H
#define PROTO_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/** `n` is 4 or 16, bytes in network order; false for any other size. */
bool net_address_public(const unsigned char *bytes, size_t n) NONNULL(1);

#endif

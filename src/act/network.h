/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sends an empty datagram to the gateway, an IPv4 or IPv6 address on the interface `link`, at the
 * port where datagrams are discarded: the kernel then has to ask for its MAC address, unless it
 * knows it. What cannot be sent is left unsent. */
void network_ask(const char *gateway, const char *link);

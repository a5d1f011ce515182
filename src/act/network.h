/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The way to a gateway, given as text. What cannot be done is left undone: nothing follows from it.
 */

/* The address that this machine has towards the gateway, for free(); NULL when that is not known.
 * Sends nothing. */
char *network_address(const char *gateway);

/* Sends the gateway an empty datagram, to the port where datagrams are discarded: the kernel then
 * has to ask for its MAC address, unless it knows it. */
void network_ask(const char *gateway);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t clock_microseconds(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now); /* only fails for an unknown clock */
    return now.tv_sec * (int64_t)1000000 + now.tv_nsec / 1000;
}

/* Microseconds since 1970. */
static inline int64_t clock_now(void)
{
    return clock_microseconds(CLOCK_REALTIME);
}

/* Microseconds since the running kernel started. */
static inline int64_t clock_uptime(void)
{
    return clock_microseconds(CLOCK_BOOTTIME);
}

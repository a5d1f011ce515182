/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/unlock/secret.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/util.h"

void secret_protect_process(void)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    (void)prctl(PR_SET_DUMPABLE, 0);
}

void secret_allocate(struct secret *secret, size_t room)
{
    void *data = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (data == MAP_FAILED)
        out_of_memory();
    (void)mlock(data, room);
    (void)madvise(data, room, MADV_DONTDUMP);
    *secret = (struct secret){.data = data, .room = room};
}

void secret_append(struct secret *secret, const void *data, size_t size)
{
    if (size > secret->room - secret->size)
        abort();
    if (data)
        memcpy(secret->data + secret->size, data, size);
    secret->size += size;
}

void secret_clear(struct secret *secret)
{
    if (secret->data) {
        explicit_bzero(secret->data, secret->room);
        (void)munmap(secret->data, secret->room);
    }
    *secret = (struct secret){0};
}

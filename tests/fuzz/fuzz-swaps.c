/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the kernel's command line, /proc/swaps and the end of a swap device's first page, the
 * first two ended by a NUL. */

#include <string.h>

#include "discover/system/resume.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *cmdline = fuzz_string(&data, &size), *swaps = fuzz_string(&data, &size);
    static char page[4096];
    struct answer request = {0};

    size = size > sizeof(page) ? sizeof(page) : size;
    memset(page, 0, sizeof(page));
    memcpy(page + sizeof(page) - size, data, size);
    fuzz_write("dev/sda2", page, sizeof(page));
    fuzz_write("dev/disk/by-uuid/1-2", page, sizeof(page));
    fuzz_write("proc/cmdline", cmdline, strlen(cmdline));
    fuzz_write("proc/swaps", swaps, strlen(swaps));
    resume_image_find(fuzz_root(), &request);
    must((request.is == ANSWER_NO) == !request.text);
    must(request.is != ANSWER_YES || strstr(cmdline, "resume="));
    answer_clear(&request);
    free(cmdline);
    free(swaps);
    return 0;
}

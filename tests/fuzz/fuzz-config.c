/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: /etc/fastreboot.conf. */

#include "discover/system/config.h"

#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;

    fuzz_write(CONFIG_FILE, data, size);
    config_load(fuzz_root(), &config);
    if (config.error) {
        must(strncmp(config.error, "/" CONFIG_FILE, strlen("/" CONFIG_FILE)) == 0);
    } else {
        must(!config.kernel == !config.initrd);
        must(!config.kernel || config.kernel[0] == '/');
        must(!config.kernel || config.kernel_source);
        must(!config.initrd || config.initrd[0] == '/' || strcmp(config.initrd, "none") == 0);
        must(config.mode == MODE_FAST || config.mode_source);
        must(!memchr(data, 0, size));
    }
    config_clear(&config);
    return 0;
}

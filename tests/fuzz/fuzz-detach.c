/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the plan of what to detach before the jump (JSON). */

#include "act/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "facts/notes.h"
#include "fuzz.h"

/* A driver's file may be written to, and no other of that name. */
static const char *const OTHERS[] = {"unbind", "etc/unbind", "sys/bus/unbind", "sys/bus/pci/unbind",
                                     "sys/bus/pci/drivers/unbind"};

static void tell(int priority, const char *text)
{
    must(priority >= 0 && text && *text);
}

static int unload(void *data, const char *module)
{
    const char *keep = data;

    must(!strchr(module, '/') && *module);
    must(!keep || strcmp(keep, module) != 0);
    return -EAGAIN;
}

static void run(const struct json_object *object)
{
    struct quirk_facts plan;

    detach_from_json(object, &plan);
    if (plan.unbind)
        detach_devices(fuzz_root(), plan.unbind, tell);
    if (plan.unload)
        detach_order(fuzz_root(), plan.unload, plan.keep, unload, plan.keep, tell);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(&data, &size);
    struct json_object *object;

    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        fuzz_write(OTHERS[i], "", 0);
    fuzz_write("sys/bus/pci/drivers/igb/unbind", "", 0);
    fuzz_write("sys/module/igb/initstate", "live\n", 5);
    fuzz_write("sys/module/igb/holders/dca", "", 0);
    fuzz_write("sys/module/dca/initstate", "live\n", 5);
    if (json_parse(text, &object) == 0) {
        run(object);
        json_object_put(object);
    }
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        struct stat st;

        must(fstatat(fuzz_root(), OTHERS[i], &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size == 0);
    }
    free(text);
    return 0;
}

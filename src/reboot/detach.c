/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/detach.h"

#include <syslog.h>

#include "act/detach.h"
#include "act/state.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/util.h"

int detaching_plan(int root, const struct quirk_facts *quirk)
{
    AUTOJSON struct json_object *plan = NULL;

    if (!quirk->unload && !quirk->unbind)
        return state_remove(root, RUN_MODULES);
    plan = json_object_new_object();
    json_add_string(plan, "unbind", quirk->unbind);
    json_add_string(plan, "unload", quirk->unload);
    json_add_string(plan, "keep", quirk->keep);
    return state_write_json(root, RUN_MODULES, plan);
}

/* At once: what comes next may hang. */
static void tell(int priority, const char *text)
{
    if (getenv("JOURNAL_STREAM"))
        printf("<%d>", priority);
    puts(text);
    (void)fflush(stdout);
}

int detaching_run(int root)
{
    AUTOJSON struct json_object *plan = NULL;
    const char *unbind, *unload;
    int r = json_read(root, RUN_MODULES, &plan);

    if (r < 0)
        return r;
    unbind = json_string(plan, "unbind");
    unload = json_string(plan, "unload");
    if (unbind)
        detach_devices(root, unbind, tell);
    if (unload)
        detach_modules(root, unload, json_string(plan, "keep"), tell);
    return 0;
}

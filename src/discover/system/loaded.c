/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/loaded.h"

#include <errno.h>

#include "base/json.h"
#include "base/paths.h"
#include "base/util.h"

/* A note that cannot be read counts as none: the kernel is then taken for somebody else's, which is
 * never replaced and never dropped. */
int loaded_facts_read(int root, struct loaded_facts *ret)
{
    AUTOJSON struct json_object *note = NULL;
    const char *id, *release, *kernel, *signature, *added;
    int r = json_read(root, RUN_LOADED, &note);

    *ret = (struct loaded_facts){0};
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    id = json_string(note, "id");
    release = json_string(note, "release");
    kernel = json_string(note, "kernel");
    signature = json_string(note, "signature");
    added = json_string(note, "added");
    if (!id || !release || !kernel || !signature)
        return 0;
    ret->id = strdup(id);
    ret->release = strdup(release);
    ret->kernel = strdup(kernel);
    ret->signature = strdup(signature);
    ret->added = added ? strdup(added) : NULL;
    return ret->id && ret->release && ret->kernel && ret->signature ? 0 : -ENOMEM;
}

void loaded_facts_clear(struct loaded_facts *facts)
{
    free(facts->id);
    free(facts->release);
    free(facts->kernel);
    free(facts->signature);
    free(facts->added);
    *facts = (struct loaded_facts){0};
}

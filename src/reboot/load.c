/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/load.h"

#include <errno.h>
#include <systemd/sd-id128.h>

#include "act/kexec.h"
#include "act/state.h"
#include "base/cmdline.h"
#include "base/paths.h"
#include "base/util.h"
#include "discover/kernel/payload.h"
#include "discover/system/kexec.h"
#include "discover/system/loaded.h"

static int new_id(char **ret_id)
{
    char text[SD_ID128_STRING_MAX];
    sd_id128_t id;
    int r = sd_id128_randomize(&id);

    if (r < 0)
        return r;
    *ret_id = strndup(sd_id128_to_string(id, text), 16);
    return *ret_id ? 0 : -ENOMEM;
}

char *loading_cmdline(const struct survey *survey, const char *id)
{
    const struct boot_payload *payload = &survey->facts.payload;

    return cmdline_final(payload->entry->cmdline, id, survey->added, payload->image.cmdline_max);
}

static int write_note(int root, const struct survey *survey, const char *id)
{
    const struct boot_payload *payload = &survey->facts.payload;
    AUTOJSON struct json_object *note = json_object_new_object();
    AUTOFREE char *signature = payload_signature(payload);

    if (!signature)
        return -ENOMEM;
    json_add_string(note, "id", id);
    json_add_string(note, "release", payload->image.release);
    json_add_string(note, "kernel", payload->kernel.path);
    json_add_string(note, "signature", signature);
    json_add_string(note, "added", survey->added);
    return state_write_json(root, RUN_LOADED, note);
}

static int load_payload(const struct boot_payload *payload, const char *cmdline)
{
    AUTOFREE int *initrds = calloc(payload->n_initrds + 1, sizeof(*initrds));

    if (!initrds)
        return -ENOMEM;
    for (size_t i = 0; i < payload->n_initrds; i++)
        initrds[i] = payload->initrds[i].fd;
    return kexec_load(payload->kernel.fd, initrds, payload->n_initrds, cmdline);
}

static int load_new(int root, const struct survey *survey, const char *id, char **ret_error)
{
    const struct boot_payload *payload = &survey->facts.payload;
    AUTOFREE char *cmdline = loading_cmdline(survey, id);
    int r = cmdline ? load_payload(payload, cmdline) : -ENOMEM;

    if (r < 0) {
        *ret_error = format("loading kernel %s: %s", payload->kernel.path,
                            kexec_error(r, survey->facts.kexec.lockdown));
        (void)loading_drop(root); /* an older one of ours is not what is wanted either */
        return r;
    }
    r = write_note(root, survey, id);
    if (r < 0) {
        /* Without the note it would pass for somebody else's and would be started for ever. */
        *ret_error = format("/" RUN_LOADED ": %s", strerror(-r));
        (void)kexec_unload();
    }
    return r;
}

/* Another panic= alone is no reason to give up what is loaded where nothing else can be loaded. */
static bool is_loaded(const struct survey *survey)
{
    const struct facts *facts = &survey->facts;

    if (!facts->loaded.current ||
        (facts->loaded.added && streq(facts->loaded.added, survey->added)))
        return facts->loaded.current;
    return facts->kexec.disabled.is != ANSWER_NO || facts->kexec.exhausted.is != ANSWER_NO;
}

int loading_load(int root, const struct survey *survey, char **ret_id, char **ret_error)
{
    AUTOFREE char *id = NULL;
    int r;

    *ret_error = NULL;
    if (is_loaded(survey)) {
        *ret_id = strdup(survey->facts.loaded.id);
        return *ret_id ? 0 : -ENOMEM;
    }
    r = new_id(&id);
    if (r >= 0)
        r = load_new(root, survey, id, ret_error);
    if (r >= 0)
        *ret_id = steal(&id);
    return r;
}

int loading_drop_all(int root)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts kexec;
    int r = kexec_facts_read(root, &kexec);

    /* The unload is a load to kernel.kexec_load_limit_reboot: none where there is nothing. */
    if (r >= 0 && kexec.loaded.is != ANSWER_NO) {
        r = kexec_unload();
        r = r < 0 ? r : 1;
    }
    if (r < 0)
        return r;
    (void)state_remove(root, RUN_JUMP);
    (void)state_remove(root, RUN_LOADED);
    return r;
}

int loading_drop(int root)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts loaded;
    int r = loaded_facts_read(root, &loaded);

    return r < 0 || !loaded.release ? r : loading_drop_all(root);
}

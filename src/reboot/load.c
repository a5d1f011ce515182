/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/load.h"

#include <errno.h>
#include <systemd/sd-id128.h>

#include "act/journal.h"
#include "act/kexec.h"
#include "base/cmdline.h"
#include "base/paths.h"
#include "base/util.h"
#include "discover/kernel/payload.h"
#include "discover/kernel/uki.h"
#include "discover/system/config.h"
#include "discover/system/kexec.h"
#include "discover/system/memory.h"
#include "reboot/notes.h"
#include "reboot/unlock.h"

static int new_id(char **ret_id)
{
    char text[SD_ID128_STRING_MAX];
    sd_id128_t id;
    int r = sd_id128_randomize(&id);

    if (r >= 0)
        *ret_id = xstrndup(sd_id128_to_string(id, text), 16);
    return r;
}

char *load_cmdline(const struct survey *survey, const char *id)
{
    const struct boot_payload *payload = &survey->facts.payload;

    return cmdline_final(payload->entry->cmdline, id, survey->added, payload->image.cmdline_max);
}

/* `signature` is that of the payload, or "" while it is being loaded: then nothing is like it. */
static int write_note(int root, const struct survey *survey, const char *id, const char *signature,
                      int64_t left)
{
    AUTOFREE char *blocks = memory_blocks(root);
    const struct loaded_facts loaded = {.id = (char *)id,
                                        .release = survey->facts.payload.image.release,
                                        .signature = (char *)signature,
                                        .added = survey->added,
                                        .blocks = blocks,
                                        .memory = loaded_bytes(&survey->facts.payload),
                                        .left = left};

    return notes_write_loaded(root, &loaded);
}

/* The kernel's number of loads after fastreboot's own, for the note; -1 if there may have been
 * another one meanwhile, whose kernel may be the one that is loaded now. */
static int64_t left_after(int64_t before, int64_t after)
{
    return before > 0 && after == before - 1 ? after : -1;
}

/* Takes kernel and initrd out of a unified kernel image. */
static int load_image(const struct boot_payload *payload, const struct kexec_secret *secret,
                      const char *cmdline)
{
    AUTOCLOSE int kernel = -1, initrd = -1;
    AUTOFREE char *problem = NULL;
    int r = uki_unpack(payload->kernel.fd, payload->entry->profile, &kernel, &initrd, &problem);

    return r < 0 ? r
                 : kexec_load(payload->unpacked >= 0 ? payload->unpacked : kernel, &initrd,
                              initrd < 0 ? 0 : 1, secret, cmdline);
}

static int load_payload(const struct boot_payload *payload, const struct kexec_secret *secret,
                        const char *cmdline)
{
    AUTOFREE int *initrds = xcalloc(payload->n_initrds, sizeof(*initrds));

    if (payload->entry->uki)
        return load_image(payload, secret, cmdline);
    for (size_t i = 0; i < payload->n_initrds; i++)
        initrds[i] = payload->initrds[i].fd;
    return kexec_load(payload->unpacked >= 0 ? payload->unpacked : payload->kernel.fd, initrds,
                      payload->n_initrds, secret, cmdline);
}

/* Without the note the kernel would pass for another program's and would be started for ever. So
 * there is one before it is loaded, and one that says what it is afterwards. */
static int load_noted(int root, const struct survey *survey, const char *id,
                      const struct secret *archive, char **ret_error)
{
    const struct boot_payload *payload = &survey->facts.payload;
    const struct kexec_secret secret = {.data = archive->data, .size = archive->size};
    AUTOFREE char *cmdline = load_cmdline(survey, id);
    AUTOFREE char *signature = survey_signature(&survey->facts);
    int64_t left = kexec_loads_left(root);
    int r = write_note(root, survey, id, "", -1), loaded = 0;

    if (r >= 0) {
        loaded = load_payload(payload, secret.data ? &secret : NULL, cmdline);
        left = left_after(left, kexec_loads_left(root));
        r = loaded < 0 ? loaded : write_note(root, survey, id, signature, left);
    }
    if (loaded < 0)
        *ret_error = format("loading kernel %s: %s", payload->kernel.path,
                            kexec_error(loaded, survey->facts.kexec.lockdown));
    else if (r < 0)
        *ret_error = format("/" RUN_LOADED ": %s", strerror(-r));
    return r < 0 ? r : 0;
}

static int load_new(int root, const struct survey *survey, const char *id, char **ret_error)
{
    CLEANUP(secret_clear) struct secret archive;
    int r = unlock_prepare(root, &survey->facts.crypt, &archive, ret_error);

    if (r >= 0)
        r = load_noted(root, survey, id, &archive, ret_error);
    if (r < 0)
        (void)load_drop(root); /* an older one of fastreboot's is not what is wanted either */
    return r;
}

int load_kernel(int root, const struct survey *survey, char **ret_id, char **ret_error)
{
    AUTOCLOSE int lock = notes_lock(root);

    (void)lock; /* without it the kernel may refuse the load */
    return load_kernel_locked(root, survey, ret_id, ret_error);
}

int load_kernel_locked(int root, const struct survey *survey, char **ret_id, char **ret_error)
{
    AUTOFREE char *id = NULL;
    int r;

    *ret_error = NULL;
    if (load_is_done(&survey->facts)) {
        *ret_id = xstrdup(survey->facts.loaded.id);
        return 0;
    }
    r = new_id(&id);
    if (r < 0)
        *ret_error = format("random numbers: %s", strerror(-r));
    else
        r = load_new(root, survey, id, ret_error);
    if (r >= 0)
        *ret_id = steal(&id);
    return r;
}

static bool is_asked_for(int root)
{
    CLEANUP(config_clear) struct config config;

    config_load(root, &config);
    return config.load == LOAD_EARLY;
}

/* The shutdown may have to load another kernel. A load that fails is followed by an unload of what
 * is loaded, which counts as well. */
static bool leaves_one(const struct kexec_facts *kexec)
{
    return kexec->left < 0 || kexec->left > (kexec->loaded.is == ANSWER_NO ? 1 : 2);
}

/* What speaks against it, with its id; or NULL. */
static char *obstacle(const struct survey *survey, const char **ret_id)
{
    const struct facts *facts = &survey->facts;
    const struct finding *because = survey->verdict.because;

    /* The jump unit guards what is loaded: without it, kexec.target would start it unasked. */
    *ret_id = "not-enabled";
    if (facts->units.masked.is != ANSWER_NO || facts->units.enabled.is != ANSWER_YES)
        return xstrdup(JUMP_UNIT " is masked or not enabled");
    *ret_id = because ? because->reason->id : "kexec-exhausted";
    if (because)
        return xstrdup(because->found.text);
    return leaves_one(&facts->kexec)
               ? NULL
               : format("kernel.kexec_load_limit_reboot is %lld, and the reboot needs one load",
                        (long long)facts->kexec.left);
}

/* Without the count the kernel is loaded again at the shutdown. */
static int load_counted(int root, const struct survey *survey, char **ret_error)
{
    AUTOFREE char *id = NULL;
    int r = kexec_count_loads(root);

    if (r < 0)
        journal_trouble("kernel.kexec_load_limit_reboot", r);
    return load_kernel(root, survey, &id, ret_error);
}

/* The survey takes long on a machine that is busy with its boot, so it is made only for a load. */
void load_early(int root)
{
    CLEANUP(survey_clear) struct survey survey = {0};
    AUTOFREE char *why = NULL, *error = NULL;
    const char *id;
    int r;

    if (!is_asked_for(root)) {
        notes_remove_early(root);
        return;
    }
    r = notes_write_early(root);
    if (r < 0)
        journal_trouble("/" RUN_EARLY, r);
    survey_make(root, PURPOSE_LOAD, &survey);
    if (load_is_done(&survey.facts))
        return;
    why = obstacle(&survey, &id);
    if (why)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, id, "not loaded early: %s", why);
    else if (load_counted(root, &survey, &error) < 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, "load-failed", "not loaded early: %s", error);
}

int load_drop_all(int root)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts kexec;
    int r = 0;

    kexec_facts_read(root, &kexec);
    /* The unload is a load to kernel.kexec_load_limit_reboot: none where there is nothing. */
    if (kexec.loaded.is != ANSWER_NO) {
        r = kexec_unload();
        if (r < 0)
            return r;
        r = 1;
    }
    notes_remove_go_ahead(root);
    notes_remove_loaded(root);
    return r;
}

int load_drop(int root)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts loaded;

    notes_read_loaded(root, &loaded);
    return loaded.release ? load_drop_all(root) : 0;
}

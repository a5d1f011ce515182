/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keys by which a fast reboot unlocks the encrypted volumes that the boot waits for. */

#include <errno.h>

#include "act/unlock/keys.h"
#include "act/unlock/passphrase.h"
#include "base/paths.h"
#include "base/root.h"
#include "discover/crypt/crypt.h"
#include "discover/discover.h"
#include "reboot/load.h"
#include "reboot/unlock.h"
#include "verbs/complain.h"
#include "verbs/unlock.h"

enum {
    TRIES = 3, /* to type a passphrase */
};

/* Prints "volume NAME: TEXT" to standard output. */
static void tell(const struct unlock_volume *volume, char *text)
{
    AUTOFREE char *prefix = format("volume %s: ", volume->name);

    print_line(prefix, text);
}

static int trouble(const struct unlock_volume *volume, const char *text)
{
    print_trouble(format("volume %s: %s", volume->name, text));
    return EXIT_FAILED;
}

/* Whether the call is about this volume. */
static bool is_meant(const struct call *call, const struct unlock_volume *volume)
{
    return !call->second || streq(call->second, volume->name) ||
           streq(call->second, volume->uuid) ||
           (volume->device && streq(call->second, volume->device));
}

/* What is done with a volume. Returns an exit status. */
typedef int (*action)(const struct call *call, const struct unlock_volume *volume, void *data);

/* Returns the worst exit status. */
static int each(const struct call *call, const struct crypt_facts *facts, action act, void *data)
{
    int status = EXIT_FINE;
    size_t n = 0;

    for (size_t i = 0; i < facts->n_volumes; i++) {
        if (!is_meant(call, &facts->volumes[i]))
            continue;
        n++;
        if (act(call, &facts->volumes[i], data) != EXIT_FINE)
            status = EXIT_FAILED;
    }
    if (n > 0)
        return status;
    if (!call->second) {
        puts("no encrypted volume that the boot waits for");
        return EXIT_FINE;
    }
    print_trouble(format("%s: not an encrypted volume that the boot waits for", call->second));
    return EXIT_FAILED;
}

static int tell_status(const struct call *call, const struct unlock_volume *volume, void *data)
{
    AUTOFREE char *error = NULL;
    int r;

    (void)data;
    if (volume->other) {
        tell(volume, format("needs no key: %s", volume->problem));
        return EXIT_FINE;
    }
    if (!volume->has_key || !volume->own_slot) {
        tell(volume, volume->problem   ? format("not enrolled, and cannot be: %s", volume->problem)
                     : volume->has_key ? xstrdup("not enrolled: its keyslot is gone")
                                       : xstrdup("not enrolled: every boot asks"));
        return EXIT_FINE;
    }
    if (volume->problem) {
        tell(volume, format("enrolled, but not unlocked: %s", volume->problem));
        return EXIT_FINE;
    }
    r = unlock_test(call->root, volume, &error);
    tell(volume, r > 0    ? xstrdup("a fast reboot unlocks it")
                 : r == 0 ? xstrdup("enrolled, but its key no longer opens it")
                          : format("enrolled, and its key cannot be tested: %s", error));
    return EXIT_FINE;
}

/* Asks until the passphrase opens the volume. */
static int enroll_asking(const struct call *call, const struct unlock_volume *volume,
                         struct secret *passphrase, char **ret_error)
{
    AUTOFREE char *prompt = format("Passphrase of volume %s: ", volume->name);
    int r = -EPERM;

    for (int i = 0; r == -EPERM && i < TRIES; i++) {
        secret_clear(passphrase);
        set_text(ret_error, NULL);
        r = passphrase_ask(prompt, passphrase);
        if (r < 0)
            *ret_error = xstrdup(r == -ECANCELED ? "no passphrase was given" : strerror(-r));
        else
            r = unlock_enroll(call->root, volume, passphrase, ret_error);
    }
    return r;
}

/* The passphrase of the volume before, or the key file, is tried first. */
static int enroll_volume(const struct call *call, const struct unlock_volume *volume,
                         struct secret *passphrase, char **ret_error)
{
    int r = -EPERM;

    if (passphrase->size > 0)
        r = unlock_enroll(call->root, volume, passphrase, ret_error);
    if (r == -EPERM && !call->key_file)
        r = enroll_asking(call, volume, passphrase, ret_error);
    return r;
}

static int enroll(const struct call *call, const struct unlock_volume *volume, void *data)
{
    AUTOFREE char *error = NULL, *untested = NULL;

    if (volume->other && !call->second) {
        tell(volume, format("needs no key: %s", volume->problem));
        return EXIT_FINE;
    }
    if (volume->problem)
        return trouble(volume, volume->problem);
    if (unlock_is_enrolled(volume) && unlock_test(call->root, volume, &untested) > 0) {
        tell(volume, xstrdup("enrolled already"));
        return EXIT_FINE;
    }
    if (given(call, OPTION_DRY_RUN)) {
        tell(volume, format("would add a keyslot to %s, and keep its key below /" STATE_KEYS,
                            volume->device));
        return EXIT_FINE;
    }
    if (enroll_volume(call, volume, data, &error) < 0)
        return trouble(volume, error);
    (void)load_drop(call->root); /* a kernel that was loaded early has the old key, or none */
    tell(volume, xstrdup("from now on a fast reboot unlocks it; other boots ask"));
    return EXIT_FINE;
}

/* Without one volume of several the boot would still wait. */
static int enroll_all(const struct call *call, struct crypt_facts *facts)
{
    CLEANUP(secret_clear) struct secret passphrase = {0};
    AUTOFREE char *problem = unlock_place_problem(call->root);
    int r = 0;

    if (problem && facts->n_volumes > 0) {
        print_trouble(steal(&problem));
        return EXIT_FAILED;
    }
    secret_protect_process();
    if (call->key_file && !given(call, OPTION_DRY_RUN))
        r = passphrase_read(call->key_file, &passphrase);
    if (r < 0)
        return complain(call->key_file, r);
    return each(call, facts, enroll, &passphrase);
}

/* Whether its header says that it has fastreboot's keyslot. */
static bool is_marked(const struct unlock_volume *volume)
{
    return volume->own_slot && !volume->luks1;
}

static int drop(const struct call *call, const struct unlock_volume *volume, void *data)
{
    AUTOFREE char *error = NULL;
    int r;

    (void)data;
    if (!volume->has_key && !is_marked(volume)) {
        tell(volume, xstrdup("not enrolled"));
        return EXIT_FINE;
    }
    if (given(call, OPTION_DRY_RUN)) {
        tell(volume,
             format("would remove fastreboot's keyslot from %s, and its key", volume->device));
        return EXIT_FINE;
    }
    r = unlock_remove(call->root, volume, &error);
    if (r < 0)
        return trouble(volume, error);
    (void)load_drop(call->root);
    tell(volume, xstrdup("removed: every boot asks"));
    return EXIT_FINE;
}

static int drop_unused(const struct call *call, const char *uuid)
{
    AUTOFREE char *error = NULL;
    const struct unlock_volume volume = {.name = (char *)uuid};

    if (given(call, OPTION_DRY_RUN)) {
        tell(&volume, xstrdup("would remove fastreboot's keyslot, and its key"));
        return EXIT_FINE;
    }
    if (unlock_remove_unused(call->root, uuid, &error) < 0)
        return trouble(&volume, error);
    tell(&volume, xstrdup("removed"));
    return EXIT_FINE;
}

/* Keys of volumes that the boot no longer waits for. */
static int drop_rest(const struct call *call, const struct crypt_facts *facts)
{
    CLEANUP(names_freep) char **uuids = NULL;
    int n = call->second ? 0 : keys_list(call->root, &uuids), status = EXIT_FINE;

    for (int i = 0; i < n; i++) {
        bool known = false;

        for (size_t k = 0; k < facts->n_volumes; k++)
            known = known || streq(facts->volumes[k].uuid, uuids[i]);
        if (!known && drop_unused(call, uuids[i]) != EXIT_FINE)
            status = EXIT_FAILED;
    }
    return status;
}

static int drop_all(const struct call *call, const struct crypt_facts *facts)
{
    int status = each(call, facts, drop, NULL), rest = drop_rest(call, facts);

    return status != EXIT_FINE ? status : rest;
}

int unlock_drop_all(const struct call *call)
{
    CLEANUP(crypt_facts_clear) struct crypt_facts facts = {0};
    CLEANUP(names_freep) char **uuids = NULL;
    bool any;

    crypt_facts_read(call->root, NULL, NULL, &facts);
    any = keys_list(call->root, &uuids) > 0;
    for (size_t i = 0; i < facts.n_volumes; i++)
        any = any || is_marked(&facts.volumes[i]);
    if (!any)
        return 0;
    return drop_all(&(struct call){.root = call->root, .given = call->given & OPTION_DRY_RUN},
                    &facts) == EXIT_FINE
               ? 0
               : 1;
}

static const char *const ACTIONS[] = {"enroll", "status", "remove"};

static const char *word(size_t i)
{
    return i < ELEMENTS(ACTIONS) ? ACTIONS[i] : NULL;
}

static int run(const struct call *call)
{
    CLEANUP(facts_clear) struct facts facts;

    facts_read(call->root, &facts);
    if (streq(call->argument, "remove"))
        return drop_all(call, &facts.crypt);
    crypt_facts_look_at_initrd(&facts.payload, &facts.crypt);
    if (streq(call->argument, "enroll"))
        return enroll_all(call, &facts.crypt);
    return each(call, &facts.crypt, tell_status, NULL);
}

const struct verb verb_unlock = {
    .name = "unlock",
    .summary = "let fast reboots unlock encrypted volumes: enroll, status, remove",
    .argument = "ACTION",
    .word = word,
    .options = OPTION_DRY_RUN | OPTION_KEY_FILE | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT | VERB_SECOND,
    .run = run,
};

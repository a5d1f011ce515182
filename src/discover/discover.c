/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "base/version.h"
#include "discover/crypt/crypt.h"
#include "discover/hardware/drivers.h"
#include "discover/hardware/fstab.h"
#include "discover/hardware/quirks.h"
#include "discover/hardware/storage.h"
#include "discover/hardware/watchdogs.h"
#include "discover/kernel/payload.h"
#include "discover/loaders/choose.h"
#include "discover/loaders/loader.h"
#include "discover/system/boot-order.h"
#include "discover/system/boot.h"
#include "discover/system/config.h"
#include "discover/system/environment.h"
#include "discover/system/kexec.h"
#include "discover/system/memory.h"
#include "discover/system/pstore.h"
#include "discover/system/requests.h"
#include "discover/system/started.h"
#include "discover/system/units.h"

#if defined(__x86_64__)
#define THIS_ARCH IMAGE_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH IMAGE_ARM64
#else
#error "fastreboot knows x86-64 and arm64"
#endif

static const struct config NO_CONFIG;

/* Newer kernels say what they are; a recorded machine may differ from this one. */
static enum image_arch read_arch(int root)
{
    AUTOFREE char *name = NULL;

    if (root_read_line(root, "proc/sys/kernel/arch", 64, &name) < 0)
        return THIS_ARCH;
    return streq(name, "aarch64") ? IMAGE_ARM64 : IMAGE_X86_64;
}

/* What is found below a /boot that is not mounted is from another time, and the boot loader does
 * not read it. */
static void check_boot(int root, struct boot_entries *entries)
{
    AUTOFREE char *problem = fstab_not_mounted(root, "/boot");

    if (!problem)
        return;
    entries->chosen = entries->n;
    set_text(&entries->problem, steal(&problem));
    set_text(&entries->advice, xstrdup("mount it, or have it mounted until the shutdown "
                                       "(`systemctl edit fastreboot`, with the lines [Unit] and "
                                       "Wants=boot.mount)"));
}

/* A configuration with an error counts as none. */
static const struct config *config_of(const struct facts *facts)
{
    return facts->config.error ? &NO_CONFIG : &facts->config;
}

static void read_entries(int root, struct facts *facts)
{
    const struct config *config = config_of(facts);
    struct boot_entries *entries = &facts->boot_entries;
    unsigned denials = root_denials();

    started_read(root, &facts->started);
    facts->boot_order = boot_order_changed(root);
    boot_entries_read(root, config, &facts->started, entries);
    if (!config->kernel)
        check_boot(root, entries);
    if (facts->quirk.cmdline)
        boot_entries_append(entries, facts->quirk.cmdline, config->cmdline_remove);
    if (entries->problem && !entries->problem_error && root_denials() != denials)
        entries->problem_error = EACCES;
    if (entries->chosen < entries->n)
        payload_open(root, &entries->entries[entries->chosen], &facts->payload);
}

/* The kernel that would be started without the settings; where that cannot be known, the newest
 * installed one. For free(); NULL when there is none. */
static char *release_without_settings(int root, const struct started *started,
                                      const char **ret_verb)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0}, newest = {0};
    CLEANUP(payload_clear) struct boot_payload payload = {0};

    boot_entries_read(root, &NO_CONFIG, started, &entries);
    *ret_verb = "would be started without it";
    if (entries.chosen < entries.n)
        payload_open(root, &entries.entries[entries.chosen], &payload);
    if (payload.image.release)
        return xstrdup(payload.image.release);
    *ret_verb = "is installed";
    (void)loader_newest.read(root, &(struct running){.cmdline = ""}, &newest);
    return newest.n > 0 ? xstrdup(newest.entries[0].id) : NULL;
}

/* A kernel that the settings name stays, also when security updates bring a newer one. */
static void read_pinned(int root, struct facts *facts)
{
    const char *release = facts->payload.image.release, *verb;
    AUTOFREE char *other = NULL;

    if (!release || facts->config.error || !facts->config.kernel)
        return;
    other = release_without_settings(root, &facts->started, &verb);
    if (other && version_compare(other, release) > 0)
        answer_note(&facts->pinned, format("%s names kernel %s, but the newer %s %s",
                                           facts->config.kernel_source, release, other, verb));
    answer_set_source(&facts->pinned, facts->config.kernel_source);
}

/* The keys make a copy of the initrd, which is joined with them. */
static void add_key_memory(struct facts *facts)
{
    struct boot_payload *payload = &facts->payload;

    for (size_t i = 0; i < facts->crypt.n_volumes; i++)
        if (payload->entry && payload->n_initrds == 1 && !payload->entry->uki &&
            unlock_is_enrolled(&facts->crypt.volumes[i])) {
            payload->memory += payload->initrds[0].size;
            return;
        }
}

void facts_read(int root, struct facts *ret_facts)
{
    const char *modules;

    *ret_facts = (struct facts){.arch = read_arch(root)};
    config_load(root, &ret_facts->config);
    kexec_facts_read(root, &ret_facts->kexec);
    ret_facts->memory = memory_facts_read(root);
    unit_facts_read(root, &ret_facts->units);
    boot_facts_read(root, &ret_facts->boot);
    requests_read(root, ret_facts->requests);
    ret_facts->environment = environment_facts_read(root);
    quirk_facts_read(root, config_of(ret_facts), &ret_facts->quirk);
    storage_facts_read(root, &ret_facts->storage);
    watchdog_facts_read(root, &ret_facts->watchdog);
    store_facts_read(root, &ret_facts->store);
    read_entries(root, ret_facts);
    crypt_facts_read(root, ret_facts->payload.entry ? ret_facts->payload.entry->cmdline : NULL,
                     &ret_facts->payload, &ret_facts->crypt);
    add_key_memory(ret_facts);
    modules = ret_facts->payload.modules;
    if (!modules)
        return;
    read_pinned(root, ret_facts);
    ret_facts->driver_missing = drivers_missing(root, modules);
    watchdog_facts_look_ahead(root, modules, &ret_facts->watchdog);
}

void facts_clear(struct facts *facts)
{
    crypt_facts_clear(&facts->crypt);
    payload_clear(&facts->payload);
    boot_entries_clear(&facts->boot_entries);
    started_clear(&facts->started);
    answer_clear(&facts->boot_order);
    store_facts_clear(&facts->store);
    watchdog_facts_clear(&facts->watchdog);
    storage_facts_clear(&facts->storage);
    answer_clear(&facts->driver_missing);
    answer_clear(&facts->pinned);
    quirk_facts_clear(&facts->quirk);
    environment_facts_clear(&facts->environment);
    requests_clear(facts->requests);
    boot_facts_clear(&facts->boot);
    unit_facts_clear(&facts->units);
    kexec_facts_clear(&facts->kexec);
    config_clear(&facts->config);
}

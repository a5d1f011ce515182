/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/pstore.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/system/pstore-records.h"
#include "discover/system/trace-log.h"

#define BACKEND "sys/module/pstore/parameters/backend"
#define MAXIMUM "sys/module/pstore/parameters/kmsg_bytes"
#define RAM_REASONS "sys/module/ramoops/parameters/max_reason"

enum {
    MAX_SETTINGS = 256 * 1024,
    USUAL = 10240, /* CONFIG_PSTORE_DEFAULT_KMSG_BYTES */
    SHUTDOWNS = 4, /* KMSG_DUMP_SHUTDOWN */
};

/* The store */

static enum pstore_kind kind_of(const char *backend)
{
    static const struct {
        const char *name;
        enum pstore_kind kind;
    } KINDS[] = {
        {"erst", PSTORE_ERST},
        {"efi", PSTORE_EFI},
        {"efi_pstore", PSTORE_EFI},
        {"ramoops", PSTORE_RAM},
    };

    for (size_t i = 0; backend && i < ELEMENTS(KINDS); i++)
        if (streq(backend, KINDS[i].name))
            return KINDS[i].kind;
    return backend ? PSTORE_OTHER : PSTORE_NONE;
}

/* Bytes that a mount option "kmsg_bytes=" sets, or else the parameter, which old kernels do not
 * have. */
static unsigned long maximum_of(int root, const char *options)
{
    static const char KEY[] = "kmsg_bytes=";
    const char *option = options ? strstr(options, KEY) : NULL;
    long number;

    if (option)
        return strtoul(option + strlen(KEY), NULL, 10);
    return root_read_number(root, MAXIMUM, &number) >= 0 && number > 0 ? (unsigned long)number
                                                                       : USUAL;
}

static void read_mount(int root, struct pstore_facts *ret)
{
    struct mount_point *mounts;
    const struct mount_point *mount;
    size_t n;

    (void)mounts_read(root, "proc/self/mountinfo", &mounts, &n);
    mount = mounts_at(mounts, n, "/" PSTORE_DIR);
    ret->mounted = mount && streq(mount->type, "pstore");
    ret->maximum = maximum_of(root, ret->mounted ? mount->options : NULL);
    ret->flags = ret->mounted ? xstrdup(mount->flags) : NULL;
    mounts_free(mounts, n);
}

void pstore_facts_read(int root, struct pstore_facts *ret)
{
    AUTOFREE char *backend = NULL;
    long reasons = 0;

    *ret = (struct pstore_facts){0};
    if (root_read_line(root, BACKEND, 256, &backend) >= 0 && *backend && !streq(backend, "(null)"))
        ret->backend = steal(&backend);
    ret->kind = kind_of(ret->backend);
    read_mount(root, ret);
    /* Memory takes panics alone unless it is told otherwise; 0 leaves it to always_kmsg_dump. */
    ret->takes_shutdowns =
        ret->kind != PSTORE_RAM || (root_read_number(root, RAM_REASONS, &reasons) >= 0 &&
                                    (reasons == 0 || reasons >= SHUTDOWNS));
}

void pstore_facts_clear(struct pstore_facts *facts)
{
    free(facts->backend);
    free(facts->flags);
    *facts = (struct pstore_facts){0};
}

/* Whether it would work */

#define EFI_MODULE "sys/module/efi_pstore"

/* Where an administrator names modules for the initrd. */
static const char *const INITRD_SETTINGS[] = {
    "etc/initramfs-tools/modules",
    "etc/dracut.conf",
    "etc/mkinitcpio.conf",
};

/* Whether a line that is no comment has the module's name. */
static bool names_module(int root, const char *path)
{
    AUTOFREE char *text = NULL;
    char *rest, *line;

    if (root_read(root, path, MAX_SETTINGS, &text, NULL) < 0)
        return false;
    for (rest = text; (line = strsep(&rest, "\n"));)
        if (line[strspn(line, " \t")] != '#' && strstr(line, "efi_pstore"))
            return true;
    return false;
}

static int look_at_drop_in(int root, const char *path, void *data)
{
    (void)data;
    return names_module(root, path);
}

static bool is_in_initrd(int root)
{
    for (size_t i = 0; i < ELEMENTS(INITRD_SETTINGS); i++)
        if (names_module(root, INITRD_SETTINGS[i]))
            return true;
    return sysfs_walk(root, "etc/dracut.conf.d", look_at_drop_in, NULL) > 0;
}

#define INTO_THE_INITRD                                                                            \
    "put the module efi_pstore into the initrd: `echo efi_pstore >>/etc/initramfs-tools/modules` " \
    "and `update-initramfs -u`; with dracut, `add_drivers+=\" efi_pstore \"` in "                  \
    "/etc/dracut.conf.d/efi-pstore.conf and `dracut -f`"

/* Only a module has that file, not what is built in. */
static void check_efi(int root, struct store_facts *ret)
{
    if (root_exists(root, EFI_MODULE "/initstate") <= 0 || is_in_initrd(root))
        return;
    answer_note(&ret->mute,
                xstrdup("the store for the kernel's last messages is EFI variables, and no setting "
                        "puts their module efi_pstore into the initrd: a kernel that fails before "
                        "it is loaded leaves none"));
    ret->advice = xstrdup(INTO_THE_INITRD);
}

static bool is_disabled(int root)
{
    AUTOFREE char *disabled = NULL;

    return root_read_line(root, EFI_MODULE "/parameters/pstore_disable", 16, &disabled) >= 0 &&
           streq(disabled, "Y");
}

static void check_none(int root, struct store_facts *ret)
{
    bool efi = root_exists(root, "sys/firmware/efi") > 0;

    answer_note(&ret->mute, format("the kernel has no store for its last messages (pstore)%s: if a "
                                   "fast reboot fails, only the console tells why",
                                   efi ? ", although this machine has EFI variables" : ""));
    if (efi)
        ret->advice = xstrdup(is_disabled(root)
                                  ? "add efi_pstore.pstore_disable=0 to the kernel's command line"
                                  : INTO_THE_INITRD);
}

void store_facts_read(int root, struct store_facts *ret)
{
    CLEANUP(pstore_facts_clear) struct pstore_facts store = {0};

    *ret = (struct store_facts){0};
    if (root_exists(root, BACKEND) <= 0)
        return;
    pstore_facts_read(root, &store);
    if (store.kind == PSTORE_NONE)
        check_none(root, ret);
    else if (!store.mounted)
        answer_note(&ret->mute, format("the kernel's store for its last messages (%s) cannot be "
                                       "read: /" PSTORE_DIR " is not mounted",
                                       store.backend));
    else if (store.kind == PSTORE_EFI)
        check_efi(root, ret);
}

void store_facts_clear(struct store_facts *facts)
{
    answer_clear(&facts->mute);
    free(facts->advice);
    *facts = (struct store_facts){0};
}

/* The records */

static const struct pstore_record *find_mark(const struct pstore_records *records, const char *id)
{
    for (size_t i = 0; i < records->n; i++) {
        const char *at = records->all[i].lines;
        struct log_line line;

        while (log_line_next(&at, &line))
            if (trace_log_is_mark(&line, id))
                return &records->all[i];
    }
    return NULL;
}

/* The oldest part of the only log in the store; NULL if there are several. */
static const struct pstore_record *find_new(const struct pstore_records *records)
{
    const struct pstore_record *newest = NULL, *part, *oldest;

    for (size_t i = 0; i < records->n; i++) {
        const struct pstore_record *one = &records->all[i];

        if (!one->in_store || one->part != 1)
            continue;
        if (newest)
            return NULL;
        newest = one;
    }
    for (oldest = part = newest; part; part = pstore_record_neighbour(records, part, false))
        oldest = part;
    return oldest;
}

static void note_own(const struct pstore_record *record, char ***own, size_t *n)
{
    if (record->in_store)
        *APPEND(*own, *n) = xstrdup(record->path);
}

char **pstore_names(int root)
{
    char **names;

    return root_names(root, PSTORE_DIR, NULL, PSTORE_NAMES, &names) < 0 ? NULL : names;
}

void pstore_find(int root, const char *id, char *const *known, bool unmarked, char **ret_log,
                 char ***ret_own)
{
    CLEANUP(pstore_records_clear) struct pstore_records records;
    const struct pstore_record *first, *part;
    size_t n = 0;

    *ret_log = xstrdup("");
    *ret_own = NULL;
    /* What a panic left is not what was asked for, even if it is of this boot. */
    pstore_records_read(root, PSTORE_SHUTDOWN, known, NULL, &records);
    first = find_mark(&records, id);
    if (!first && known && unmarked)
        first = find_new(&records);
    for (part = first; part; part = pstore_record_neighbour(&records, part, true)) {
        append_text(ret_log, "", part->lines);
        note_own(part, ret_own, &n);
    }
    for (part = first; part && (part = pstore_record_neighbour(&records, part, false));)
        note_own(part, ret_own, &n);
    if (*ret_own)
        (void)APPEND(*ret_own, n);
}

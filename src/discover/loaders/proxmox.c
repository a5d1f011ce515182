/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proxmox' tool copies kernels and configuration to the partitions in a list. Each has a boot
 * loader of its own, which does not read /boot, and none is mounted. */

#include <errno.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"
#include "base/witness.h"
#include "discover/loaders/esp-copy.h"
#include "discover/loaders/esp.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/reach.h"
#include "discover/loaders/systemd-boot/partitions.h"

enum {
    MAX_LIST = 64 * 1024,
    MAX_PARTITIONS = 16,
    MAX_DEVICES = 4096,
    MAX_UDEV_DATA = 64 * 1024,
};

static const char LIST[] = "/etc/kernel/proxmox-boot-uuids";

/* The boot loader that is asked, and what for. */
struct question {
    int root;
    const struct running *running;
    const struct loader *loader;
    const char *partition; /* PARTUUID of the only one that counts, or NULL */
};

/* As the tool checks it. */
static bool is_uuid(const char *word)
{
    static const char DIGITS[] = "0123456789abcdefABCDEF";

    return strlen(word) == 9 && strspn(word, DIGITS) == 4 && word[4] == '-' &&
           strspn(word + 5, DIGITS) == 4;
}

static char *uuid_link(const char *uuid)
{
    return format("/dev/disk/by-uuid/%s", uuid);
}

static bool is_same_device(int root, const char *a, const char *b)
{
    AUTOFREE char *one = NULL, *other = NULL;

    return root_resolve(root, a, &one, NULL, NULL) >= 0 &&
           root_resolve(root, b, &other, NULL, NULL) >= 0 && streq(one, other);
}

/* Where the tool's copies came from. */
static char *original(const char *path)
{
    return format("/boot/%s", basename(path));
}

/* Why the copy of a file is not used, or NULL. */
static char *copy_problem(const struct question *question, const struct esp_copy *copy,
                          const char *path)
{
    AUTOFREE char *real = original(path);
    int r = esp_copy_is_same(copy, path, question->root, real);

    if (r > 0)
        return NULL;
    if (r < 0)
        return format("%s, or its copy on the partition with UUID %s: %s", real, copy->uuid,
                      r == -EBADMSG ? "the file system is damaged" : strerror(-r));
    return format("the copy of %s on the partition with UUID %s is not the same: run "
                  "proxmox-boot-tool refresh",
                  real, copy->uuid);
}

static char *entry_problem(const struct question *question, const struct esp_copy *copy,
                           const struct boot_entry *entry)
{
    char *problem = entry->uki
                        ? xstrdup("a unified kernel image on a partition that is not mounted")
                        : copy_problem(question, copy, entry->kernel);

    for (size_t i = 0; i < entry->n_initrds && !problem; i++)
        problem = copy_problem(question, copy, entry->initrds[i]);
    return problem;
}

/* Adds an entry of the partition, with the originals in place of the copies; only those of the
 * `chosen` one are compared, which takes a while. */
static void give_entry(const struct question *question, const struct esp_copy *copy,
                       const struct boot_entry *entry, bool chosen, struct boot_entries *entries)
{
    AUTOFREE char *source = format("%s of the partition with UUID %s",
                                   entry->source + strlen("/boot"), copy->uuid),
                  *problem = entry->problem ? xstrdup(entry->problem)
                             : chosen       ? entry_problem(question, copy, entry)
                                            : NULL,
                  *kernel = NULL;
    AUTOFREE char **initrds = xcalloc(entry->n_initrds, sizeof(*initrds));

    if (problem) {
        boot_entries_add_unbootable(entries, entry->id, entry->title, problem, source);
        return;
    }
    kernel = original(entry->kernel);
    for (size_t i = 0; i < entry->n_initrds; i++)
        initrds[i] = original(entry->initrds[i]);
    boot_entries_add(entries, entry->id, entry->title, kernel, initrds, entry->n_initrds,
                     entry->cmdline, source);
    for (size_t i = 0; i < entry->n_initrds; i++)
        free(initrds[i]);
}

/* A text about the tree, with the paths of the partition. The caller frees it; NULL stays NULL. */
static char *translate(const struct esp_copy *copy, const char *text)
{
    const char *path = text ? strstr(text, "/boot/") : NULL;

    if (!path)
        return text ? format("%s, on the partition with UUID %s", text, copy->uuid) : NULL;
    return format("%.*s%s, on the partition with UUID %s", (int)(path - text), text,
                  path + strlen("/boot"), copy->uuid);
}

static void give_entries(const struct question *question, const struct esp_copy *copy,
                         struct boot_entries *found, struct boot_entries *entries)
{
    for (size_t i = 0; i < found->n; i++)
        give_entry(question, copy, &found->entries[i], i == found->chosen, entries);
    entries->chosen = found->problem ? entries->n : found->chosen;
    entries->problem_error = found->problem_error;
    entries->problem = translate(copy, found->problem);
    entries->chosen_reason = translate(copy, found->chosen_reason);
    entries->one_time = translate(copy, found->one_time);
    entries->writes = translate(copy, found->writes);
}

/* A recording has the partition, not the tree that is made of it. */
static void ask_loader(const struct question *question, const struct esp_copy *copy,
                       struct boot_entries *found)
{
    const struct witness *saved = witness;

    witness = NULL;
    if (question->loader == &loader_grub)
        found->problem = esp_grub_problem(copy->root, question->running->started, NULL);
    if (!found->problem && !question->loader->read(copy->root, question->running, found))
        found->problem = xstrdup("there is no grub/grub.cfg");
    witness = saved;
}

static void read_partition(const struct question *question, const char *uuid,
                           struct boot_entries *entries)
{
    CLEANUP(esp_copy_remove) struct esp_copy copy;
    CLEANUP(boot_entries_clear) struct boot_entries found = {0};
    int r = esp_copy_make(question->root, uuid, question->partition, &copy, &entries->problem);

    if (r < 0) {
        entries->problem_error = r == -EBUSY || r == -EBADMSG ? 0 : -r;
        return;
    }
    ask_loader(question, &copy, &found);
    give_entries(question, &copy, &found, entries);
}

/* What the partition starts. Two texts are equal only if that is the same. */
static char *describe(const struct boot_entries *entries)
{
    const struct boot_entry *entry =
        entries->chosen < entries->n ? &entries->entries[entries->chosen] : NULL;
    char *text;

    if (!entry || entries->problem || entry->problem)
        return xstrdup("what is not known");
    text = format("%s %s", entry->kernel, entry->cmdline);
    for (size_t i = 0; i < entry->n_initrds; i++)
        set_text(&text, format("%s initrd=%s", text, entry->initrds[i]));
    if (entries->one_time || entries->writes)
        set_text(&text, format("%s, once", text));
    return text;
}

/* The firmware may start any of them. The first that is not like the others decides. */
static void compare(struct boot_entries *entries, struct boot_entries *other, const char *uuid)
{
    AUTOFREE char *a = describe(entries), *b = describe(other);

    if (entries->problem || streq(a, b))
        return;
    if (other->problem) {
        entries->problem_error = other->problem_error;
        set_text(&entries->problem, steal(&other->problem));
    } else if (other->chosen < other->n && other->entries[other->chosen].problem) {
        set_text(&entries->problem, xstrdup(other->entries[other->chosen].problem));
    } else {
        set_text(&entries->problem,
                 format("the partition with UUID %s starts %s, another one %s: run "
                        "proxmox-boot-tool refresh",
                        uuid, b, a));
    }
    entries->chosen = entries->n;
}

/* Reads those that are there: the tool warns of the others, and skips them. */
static void read_all(const struct question *question, char *list, struct boot_entries *entries)
{
    size_t n = 0;
    char *rest;

    for (char *word = strtok_r(list, " \t\r\n\v\f", &rest); word && !entries->problem;
         word = strtok_r(NULL, " \t\r\n\v\f", &rest)) {
        AUTOFREE char *link = uuid_link(word),
                      *only = question->partition
                                  ? format("/dev/disk/by-partuuid/%s", question->partition)
                                  : NULL;
        CLEANUP(boot_entries_clear) struct boot_entries other = {0};

        if (!is_uuid(word) || root_exists(question->root, link) == 0 ||
            (only && !is_same_device(question->root, only, link)))
            continue;
        read_partition(question, word, n == 0 ? entries : &other);
        if (n++ > 0)
            compare(entries, &other, word);
        if (n == MAX_PARTITIONS)
            break;
    }
    if (n == 0)
        entries->problem = format("none of the partitions in %s is there", LIST);
}

/* The PARTUUID of the partition that systemd-boot was started from, for free(). NULL if nothing
 * tells or if the reader of systemd-boot finds it. */
static char *systemd_boot_partition(int root, const char *list)
{
    AUTOFREE char *uuid = NULL, *link = NULL, *point = NULL, *words = xstrdup(list);
    char *rest;

    if (efivar_read_loader_partition(root, &uuid) <= 0)
        return NULL;
    link = format("/dev/disk/by-partuuid/%s", uuid);
    point = reach_mount_point(root, link);
    for (char *word = point && partitions_has_place(point) ? NULL
                                                           : strtok_r(words, " \t\r\n\v\f", &rest);
         word; word = strtok_r(NULL, " \t\r\n\v\f", &rest)) {
        AUTOFREE char *one = uuid_link(word);

        if (is_uuid(word) && is_same_device(root, one, link))
            return steal(&uuid);
    }
    return NULL;
}

static int is_block_device(const char *name)
{
    return name[0] == 'b';
}

/* systemd-boot also reads a partition of this type, which the tool knows nothing of. */
static bool may_have_xbootldr(int root)
{
    static const char TYPE[] = "E:ID_PART_ENTRY_TYPE=bc13c2ff-59e6-4262-a352-b275fd6f7172";
    CLEANUP(names_freep) char **devices = NULL;
    int n = root_names(root, "run/udev/data", is_block_device, MAX_DEVICES, &devices);

    for (int i = 0; i < n; i++) {
        AUTOFREE char *path = format("run/udev/data/%s", devices[i]), *data = NULL;

        if (root_read(root, path, MAX_UDEV_DATA, &data, NULL) >= 0 && strstr(data, TYPE))
            return true;
    }
    return false;
}

static void read_list(struct question *question, char *list, struct boot_entries *entries)
{
    if (question->running->started->by == STARTER_UNKNOWN)
        entries->problem = format("proxmox-boot-tool keeps the boot loaders' configurations on "
                                  "partitions of their own (%s), and nothing tells which boot "
                                  "loader started this machine",
                                  LIST);
    else if (question->loader == &loader_systemd_boot && may_have_xbootldr(question->root))
        entries->problem = xstrdup("a partition has the type of XBOOTLDR, from which systemd-boot "
                                   "also takes boot entries");
    else
        read_all(question, list, entries);
}

static int proxmox_read(int root, const struct running *running, struct boot_entries *entries)
{
    bool systemd_boot = running->started->by == STARTER_SYSTEMD_BOOT;
    AUTOFREE char *list = NULL, *untrusted = NULL, *partition = NULL;
    int r = root_read_trusted(root, LIST, MAX_LIST, &list, NULL, &untrusted);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r >= 0 && systemd_boot)
        partition = systemd_boot_partition(root, list);
    if (systemd_boot && !partition)
        return 0;
    entries->problem_error = r < 0 && !untrusted ? -r : 0;
    if (r < 0)
        entries->problem = format("%s: %s", LIST, untrusted ? untrusted : strerror(-r));
    else if (list[strspn(list, " \t\r\n\v\f")])
        read_list(&(struct question){.root = root,
                                     .running = running,
                                     .loader = systemd_boot ? &loader_systemd_boot : &loader_grub,
                                     .partition = partition},
                  list, entries);
    else
        return 0;
    return 1;
}

const struct loader loader_proxmox = {.name = "proxmox-boot-tool", .read = proxmox_read};

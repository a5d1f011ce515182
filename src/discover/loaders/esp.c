/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/esp.h"

#include <errno.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/reach.h"

enum {
    MAX_CONFIG = 1024 * 1024,
    MAX_VENDORS = 256,
    MAX_PROGRAM = 16 * 1024 * 1024,
};

static const char *const PARTITIONS[] = {"/boot/efi", "/efi", "/boot"};

static const char BLANKS[] = " \t\r\n;";

/* GRUB's directory, or NULL. If there are two, it is not known which one GRUB reads: see grub.c. */
static const char *find_home(int root)
{
    if (root_exists(root, "boot/grub/grub.cfg") > 0)
        return "/boot/grub";
    return root_exists(root, "boot/grub2/grub.cfg") > 0 ? "/boot/grub2" : NULL;
}

/* Whether the text contains a command that is only used in a menu. */
static bool has_menu(const char *text)
{
    static const char *const COMMANDS[] = {"menuentry", "submenu", "blscfg", "linux", "linuxefi"};
    const char *at = text + strspn(text, BLANKS);

    for (; *at; at += strspn(at, BLANKS)) {
        size_t length = strcspn(at, BLANKS);

        for (size_t i = 0; i < ELEMENTS(COMMANDS); i++)
            if (strlen(COMMANDS[i]) == length && strncmp(at, COMMANDS[i], length) == 0)
                return true;
        at += length;
    }
    return false;
}

/* A UUID as mkfs creates it for ext4, XFS and btrfs, or for FAT and md. */
static bool is_uuid(const char *word)
{
    size_t length = strlen(word);

    return length >= 9 && strspn(word, "0123456789abcdefABCDEF-:") == length && strpbrk(word, "-:");
}

/* The file system with this UUID must be the one that `home` is on. */
static char *uuid_problem(int root, const char *path, const char *uuid, const char *home)
{
    AUTOFREE char *link = format("dev/disk/by-uuid/%s", uuid), *device = NULL, *of_home = NULL;

    if (root_exists(root, "dev/disk") == 0)
        return NULL; /* a recorded machine without udev's links */
    if (root_resolve(root, link, &device, NULL, NULL) < 0)
        return format("%s leads GRUB to the file system with UUID %s, which is not on this machine",
                      path, uuid);
    of_home = reach_device(root, home);
    if (!of_home || streq(of_home, device))
        return NULL;
    return format("%s leads GRUB to another file system (UUID %s) than that of %s/grub.cfg", path,
                  uuid, home);
}

static char *search_problem(int root, const char *path, const char *text, const char *home)
{
    const char *at = text + strspn(text, BLANKS);
    char *problem = NULL;

    for (; *at && !problem; at += strspn(at, BLANKS)) {
        AUTOFREE char *word = xstrndup(at, strcspn(at, BLANKS));

        at += strlen(word);
        if (is_uuid(word))
            problem = uuid_problem(root, path, word, home);
    }
    return problem;
}

/* The directory in "prefix=($root)'/boot/grub'", which the caller frees; or NULL. */
static char *prefix_in(const char *text)
{
    const char *at = strstr(text, "prefix=");
    char *prefix, *to;

    if (!at)
        return NULL;
    prefix = to = xstrndup(at + 7, strcspn(at + 7, BLANKS));
    for (const char *from = prefix; *from; from++)
        if (!strchr("'\"", *from))
            *to++ = *from;
    *to = 0;
    while (to > prefix && to[-1] == '/')
        *--to = 0;
    return prefix;
}

static char *config_problem(int root, const char *path, const char *home)
{
    AUTOFREE char *text = NULL, *prefix = NULL, *untrusted = NULL;
    char *problem;
    int r = root_read_trusted(root, path, MAX_CONFIG, &text, NULL, &untrusted);

    if (r == -ENOENT || r == -ENOTDIR)
        return NULL;
    if (r < 0)
        return format("%s: %s", path, untrusted ? untrusted : strerror(-r));
    if (has_menu(text))
        return format("%s has menu entries, and GRUB reads it before %s/grub.cfg", path, home);
    problem = search_problem(root, path, text, home);
    if (problem)
        return problem;
    prefix = prefix_in(text);
    if (prefix && !streq(basename(prefix), basename(home)))
        return format("%s leads GRUB to %s, which is not %s", path, prefix, home);
    return NULL;
}

/* openSUSE's tool installs a GRUB that reads boot entries on this partition, and no grub.cfg. */
static char *vendor_problem(int root, const char *directory, const char *home)
{
    AUTOFREE char *mark = format("%s/installed_by_sdbootutil", directory);
    AUTOFREE char *path = format("%s/grub.cfg", directory);

    if (root_exists(root, mark) > 0)
        return format("GRUB reads the boot entries of the EFI system partition (%s exists), which "
                      "fastreboot does not",
                      mark);
    return config_problem(root, path, home);
}

static char *partition_problem(int root, const char *partition, const char *vendor,
                               const char *home)
{
    AUTOFREE char *efi = format("%s/EFI", partition);
    CLEANUP(names_freep) char **names = NULL;
    char *problem = NULL;
    int r = root_names(root, efi, NULL, MAX_VENDORS, &names);

    if (r < 0)
        return r == -ENOENT || r == -ENOTDIR ? NULL : format("%s: %s", efi, strerror(-r));
    for (char **name = names; *name && !problem; name++) {
        AUTOFREE char *directory = format("%s/%s", efi, *name);

        if (!vendor || strcasecmp(*name, basename(vendor)) == 0)
            problem = vendor_problem(root, directory, home);
    }
    return problem;
}

/* The fallback path is where each distribution leaves its own. */
static const char *vendor_of(const struct started *started)
{
    return started->vendor && strcasecmp(basename(started->vendor), "BOOT") != 0 ? started->vendor
                                                                                 : NULL;
}

static int is_program(const char *name)
{
    return strncasecmp(name, "grub", 4) == 0 && loader_name_ends(name, ".efi");
}

/* Whether a GRUB is in the directory, one that has the words in it unless they are NULL. */
static bool has_program(int root, const char *directory, const char *words)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, directory, is_program, MAX_VENDORS, &names);

    for (int i = 0; i < n; i++) {
        AUTOFREE char *path = format("%s/%s", directory, names[i]);
        AUTOCLOSE int fd = root_open(root, path, NULL);

        if (fd >= 0 && (!words || fd_find(fd, words, strlen(words) + 1, 0, MAX_PROGRAM, NULL) == 0))
            return true;
    }
    return false;
}

/* Whether the directory has a grub.cfg that counts. */
static bool is_candidate(int root, const char *directory, const char *vendor)
{
    AUTOFREE char *path = format("%s/grub.cfg", directory);

    return (!vendor || strcasecmp(basename(directory), basename(vendor)) == 0) &&
           root_exists(root, path) == 1 && (vendor || has_program(root, directory, NULL));
}

typedef bool accept_directory(int root, const char *directory, const char *vendor);

/* The only directory below /EFI of all partitions that is accepted, for free(); or NULL. */
static char *find_only(int root, accept_directory *accept, const char *vendor)
{
    AUTOFREE char *found = NULL;

    for (size_t i = 0; i < ELEMENTS(PARTITIONS); i++) {
        AUTOFREE char *efi = format("%s/EFI", PARTITIONS[i]);
        CLEANUP(names_freep) char **names = NULL;
        int n = root_names(root, efi, NULL, MAX_VENDORS, &names);

        for (int j = 0; j < n; j++) {
            AUTOFREE char *directory = format("%s/%s", efi, names[j]);

            if (!accept(root, directory, vendor))
                continue;
            if (found)
                return NULL;
            found = steal(&directory);
        }
    }
    return steal(&found);
}

char *esp_grub_home(int root, const struct started *started)
{
    AUTOFREE char *home = NULL, *config = NULL, *text = NULL, *prefix = NULL;

    if (root_exists(root, "sys/firmware/efi") != 1)
        return NULL;
    home = find_only(root, is_candidate, vendor_of(started));
    config = home ? format("%s/grub.cfg", home) : NULL;
    if (!config || root_read(root, config, MAX_CONFIG, &text, NULL) < 0 || !has_menu(text))
        return NULL;
    /* A GRUB that reads the other grub.cfg has that directory written in it. */
    prefix = format("/EFI/%s", basename(home));
    if (find_home(root) && !has_program(root, home, prefix))
        return NULL;
    return steal(&home);
}

/* Whether openSUSE's tool installed the GRUB in the directory, and no other installed one there. */
static bool is_bls_home(int root, const char *directory)
{
    AUTOFREE char *mark = format("%s/installed_by_sdbootutil", directory);
    AUTOFREE char *config = format("%s/grub.cfg", directory);

    return root_exists(root, mark) == 1 && root_exists(root, config) == 0;
}

/* Whether the directory has a GRUB that may have started this machine. That in BOOT is a copy.
 */
static bool has_grub(int root, const char *directory, const char *vendor)
{
    return strcasecmp(basename(directory), "BOOT") != 0 && has_program(root, directory, NULL) &&
           (!vendor || strcasecmp(basename(directory), basename(vendor)) == 0);
}

char *esp_bls_home(int root, const struct started *started)
{
    AUTOFREE char *home = NULL;

    if (root_exists(root, "sys/firmware/efi") != 1 || find_home(root))
        return NULL;
    home = find_only(root, has_grub, vendor_of(started));
    return home && is_bls_home(root, home) ? steal(&home) : NULL;
}

/* Of several disks with such a partition it has to be the one that the firmware used. */
static char *partition_of_home_problem(int root, const char *home, const char *partition)
{
    AUTOFREE char *device = NULL, *link = NULL, *started = NULL;

    if (!partition || root_exists(root, "dev/disk") == 0)
        return NULL;
    device = reach_device(root, home);
    link = format("dev/disk/by-partuuid/%s", partition);
    if (root_resolve(root, link, &started, NULL, NULL) >= 0 && device && streq(started, device))
        return NULL;
    return format("the firmware started GRUB from the partition with PARTUUID %s, which is not the "
                  "one that %s is on",
                  partition, home);
}

char *esp_grub_problem(int root, const struct started *started, const char *own)
{
    const char *home = find_home(root);
    char *problem = NULL;

    if (own)
        return partition_of_home_problem(root, own, started->partition);
    if (!home || root_exists(root, "sys/firmware/efi") != 1)
        return NULL;
    for (size_t i = 0; i < ELEMENTS(PARTITIONS) && !problem; i++)
        problem = partition_problem(root, PARTITIONS[i], vendor_of(started), home);
    return problem;
}

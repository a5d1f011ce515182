/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/kexec.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cmdline.h"
#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"
#include "base/version.h"
#include "discover/system/memory.h"

enum {
    MAX_CONFIG = 1024 * 1024,
    MAX_CMDLINE = 64 * 1024,
};

/* The first Linux whose purgatory need not hash what it starts. */
static const char SKIPS_HASH[] = "7.3";

/* Whether the file at `path` holds the number `asked`. Some kernels do not have the file: no. */
static struct answer number_is(int root, const char *path, long asked)
{
    long number;
    int r = root_read_number(root, path, &number);

    if (r == -ENOENT)
        return (struct answer){.is = ANSWER_NO};
    return answer_of(r < 0 ? r : number == asked);
}

/* Linux before 6.3 does not have the file. */
static const char LIMIT[] = "proc/sys/kernel/kexec_load_limit_reboot";

int64_t kexec_loads_left(int root)
{
    long left;

    return root_read_number(root, LIMIT, &left) < 0 ? -1 : left;
}

/* Newer kernels have the file below /sys/kernel/kexec. */
static const char *loaded_file(int root)
{
    static const char NEW[] = "sys/kernel/kexec/loaded";

    return root_exists(root, NEW) > 0 ? NEW : "sys/kernel/kexec_loaded";
}

/* "none [integrity] confidentiality": the word in brackets. */
static char *read_lockdown(int root)
{
    AUTOFREE char *line = NULL;
    char *start, *end;

    if (root_read_line(root, "sys/kernel/security/lockdown", 256, &line) < 0)
        return NULL;
    start = strchr(line, '[');
    end = start ? strchr(start, ']') : NULL;
    return end ? xstrndup(start + 1, (size_t)(end - start - 1)) : NULL;
}

/* How the configuration of a kernel says that it lacks the system call. */
static const char NO_CALL[] = "# CONFIG_KEXEC_FILE is not set";

/* Asks the running kernel whether it has kexec_file_load: with a flag that no kernel knows it is
 * refused before anything happens. Not where loads are counted (kernel.kexec_load_limit_reboot):
 * asking would count too. 1, 0, or a negative errno where that does not tell. EPERM may come from a
 * filter of system calls as well. */
static int ask_kernel(int root)
{
    enum { UNKNOWN_FLAG = 1 << 30 };
    long limit;
    int r = root_read_number(root, LIMIT, &limit);

    if (r >= 0 ? limit > 0 : r != -ENOENT)
        return -EAGAIN;
    if (syscall(SYS_kexec_file_load, -1, -1, 0, NULL, (unsigned long)UNKNOWN_FLAG) >= 0)
        return -EIO; /* it cannot be */
    return errno == ENOSYS ? 0 : errno == EPERM ? -EPERM : 1;
}

static char *read_release(int root)
{
    AUTOFREE char *release = NULL;

    return root_read_line(root, "proc/sys/kernel/osrelease", 256, &release) < 0 ? NULL
                                                                                : steal(&release);
}

/* Whether the configuration of the running kernel is there and has `line`. */
static bool config_has(int root, const char *line)
{
    AUTOFREE char *release = read_release(root), *path = NULL;
    AUTOCLOSE int fd = -1;

    if (!release)
        return false;
    path = format("boot/config-%s", release);
    fd = root_open(root, path, NULL);
    return fd >= 0 && fd_find(fd, line, strlen(line), 0, MAX_CONFIG, NULL) >= 0;
}

/* CONFIG_KEXEC alone, as in Debian's kernels for arm64, makes the same files in /sys. */
static struct answer is_supported(int root)
{
    int r = root_exists(root, loaded_file(root)), asked;

    if (r <= 0)
        return answer_of(r);
    asked = root_is_live(root) ? ask_kernel(root) : -ENODATA;
    if (asked > 0 || (asked < 0 && !config_has(root, NO_CALL)))
        return (struct answer){.is = ANSWER_YES};
    return (struct answer){
        .text = xstrdup("the running kernel is built without kexec_file_load (CONFIG_KEXEC_FILE)")};
}

/* As the kernel's kstrtobool() takes it. */
static bool is_on(const char *value)
{
    return strchr("yYtT1", *value) ? *value : strncasecmp(value, "on", 2) == 0;
}

static bool kho_is_on(int root)
{
    AUTOFREE char *line = NULL, *value = NULL;

    if (root_read_line(root, "proc/cmdline", MAX_CMDLINE, &line) >= 0)
        value = cmdline_value(line, "kho=");
    return value ? is_on(value) : config_has(root, "\nCONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y\n");
}

/* What the jump could do without, in Linux 7.3 and later: kernel/kexec_file.c. */
static void read_skipped(int root, struct kexec_facts *facts)
{
    AUTOFREE char *release = read_release(root);

    facts->can_skip = release && version_compare(release, SKIPS_HASH) >= 0;
    if (!facts->can_skip)
        return;
    facts->has_cma = memory_read_cma(root, &facts->cma);
    facts->has_kho = config_has(root, "\nCONFIG_KEXEC_HANDOVER=y\n");
    facts->kho = facts->has_kho && kho_is_on(root);
}

void kexec_facts_read(int root, struct kexec_facts *ret)
{
    *ret = (struct kexec_facts){
        .supported = is_supported(root),
        .disabled = number_is(root, "proc/sys/kernel/kexec_load_disabled", 1),
        .exhausted = number_is(root, LIMIT, 0),
        .left = kexec_loads_left(root),
        .loaded = number_is(root, loaded_file(root), 1),
        .lockdown = read_lockdown(root),
    };
    read_skipped(root, ret);
}

void kexec_facts_clear(struct kexec_facts *facts)
{
    answer_clear(&facts->supported);
    free(facts->lockdown);
    *facts = (struct kexec_facts){0};
}

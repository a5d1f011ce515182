/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/reason-files.h"

#include <errno.h>

#include "base/util.h"

static bool same(const char *a, const char *b)
{
    return a && b ? streq(a, b) : a == b;
}

/* A new file is a new chance, and so is new firmware. */
int reason_failed_before(const struct facts *facts, char **ret_text)
{
    const struct failures *failures = &facts->failure.failures;

    for (size_t i = 0; facts->payload.kernel_id && i < failures->n; i++) {
        const struct failure *failure = &failures->all[i];

        if (streq(failure->kernel, facts->payload.kernel_id) &&
            same(failure->firmware, facts->failure.firmware)) {
            AUTOFREE char *when_and_why = failure_text(failure);

            return reason_applies(ret_text,
                                  !when_and_why
                                      ? NULL
                                      : format("a fast reboot into kernel %s has failed before, %s",
                                               failure->release, when_and_why));
        }
    }
    return 0;
}

int reason_entry_unbootable(const struct facts *facts, char **ret_text)
{
    const struct boot_entry *entry = facts->payload.entry;

    if (!entry->problem)
        return 0;
    return reason_applies(ret_text, format("boot entry \"%s\": %s", entry->title, entry->problem));
}

static int file_missing(const struct boot_file *file, const char *what, char **ret_text)
{
    if (!file->error)
        return 0;
    *ret_text = file->error == EINVAL
                    ? format("%s %s: not a regular file", what, file->path)
                    : format("%s %s: %s", what, file->path, strerror(file->error));
    if (!*ret_text)
        return -ENOMEM;
    return file->error == EACCES || file->error == EPERM ? -file->error : 1;
}

static int file_untrusted(const struct boot_file *file, const char *what, char **ret_text)
{
    if (!file->untrusted)
        return 0;
    return reason_applies(ret_text, format("%s %s: %s", what, file->path, file->untrusted));
}

int reason_kernel_missing(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    return file_missing(&payload->kernel, "kernel", ret_text);
}

int reason_kernel_untrusted(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    return file_untrusted(&payload->kernel, "kernel", ret_text);
}

int reason_kernel_invalid(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    if (payload->kernel.error)
        return 0;
    if (payload->image_error) {
        *ret_text = format("kernel %s: %s", payload->kernel.path, strerror(payload->image_error));
        return *ret_text ? -payload->image_error : -ENOMEM;
    }
    if (!payload->image_problem)
        return 0;
    return reason_applies(ret_text,
                          format("kernel %s: %s", payload->kernel.path, payload->image_problem));
}

int reason_kernel_foreign(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    if (!payload->image.release || payload->image.arch == facts->arch)
        return 0;
    return reason_applies(
        ret_text, format("kernel %s is for %s, this machine is %s", payload->kernel.path,
                         image_arch_name(payload->image.arch), image_arch_name(facts->arch)));
}

int reason_initrd_missing(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;
    int r = 0;

    for (size_t i = 0; r == 0 && i < payload->n_initrds; i++)
        r = file_missing(&payload->initrds[i], "initrd", ret_text);
    return r;
}

int reason_initrd_untrusted(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;
    int r = 0;

    for (size_t i = 0; r == 0 && i < payload->n_initrds; i++)
        r = file_untrusted(&payload->initrds[i], "initrd", ret_text);
    return r;
}

int reason_initrd_empty(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    for (size_t i = 0; i < payload->n_initrds; i++) {
        const struct boot_file *initrd = &payload->initrds[i];

        if (!initrd->error && initrd->size == 0)
            return reason_applies(ret_text, format("initrd %s: empty", initrd->path));
    }
    return 0;
}

int reason_modules_incomplete(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    if (payload->modules_error)
        return -payload->modules_error;
    if (!payload->modules_problem)
        return 0;
    return reason_applies(ret_text, strdup(payload->modules_problem));
}

int reason_cmdline_too_long(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;
    size_t length;

    if (!payload->image.release)
        return 0;
    length = strlen(payload->entry->cmdline);
    if (length <= payload->image.cmdline_max)
        return 0;
    return reason_applies(ret_text,
                          format("the command line has %zu characters, kernel %s takes %zu", length,
                                 payload->image.release, payload->image.cmdline_max));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The reasons about the files of the entry to start. */

#include <errno.h>

#include "base/util.h"
#include "decide/reason-tests.h"
#include "facts/notes.h"

static const struct answer NO = {.is = ANSWER_NO};

struct answer test_entry_unbootable(const struct facts *facts)
{
    const struct boot_entry *entry = facts->payload.entry;

    return entry->problem ? answer_from(answer_yes(format("boot entry \"%s\": %s", entry->title,
                                                          entry->problem)),
                                        entry->source)
                          : NO;
}

/* The setting that names the files, or NULL if another configuration does. */
static const char *setting_of(const struct facts *facts, const char *what)
{
    const char *loader = facts->boot_entries.loader;

    if (!loader || !streq(loader, "configuration"))
        return NULL;
    return streq(what, "kernel") ? facts->config.kernel_source : facts->config.initrd_source;
}

bool shared_files(const struct facts *facts)
{
    return !setting_of(facts, "kernel");
}

bool shared_if_damaged(const struct facts *facts)
{
    return shared_files(facts) && facts->payload.image_damaged;
}

/* The answer about a kernel or initrd, with the line that names it. */
static struct answer named(struct answer answer, const struct facts *facts, const char *what)
{
    const char *setting = setting_of(facts, what);

    if (answer.is == ANSWER_NO)
        return answer;
    if (setting && answer.text)
        set_text(&answer.text, format("%s (%s = in %s)", answer.text, what, setting));
    return answer_from(answer, setting ? setting : facts->payload.entry->source);
}

static struct answer file_missing(const struct boot_file *file, const char *what)
{
    char *text;

    if (!file->error)
        return NO;
    text = format("%s %s: %s", what, file->path,
                  file->error == EINVAL ? "not a regular file" : strerror(file->error));
    if (file->error == EACCES || file->error == EPERM)
        return answer_unknown(file->error, text);
    return answer_yes(text);
}

static struct answer file_untrusted(const struct boot_file *file, const char *what)
{
    const char *same = file->untrusted ? after_prefix(file->untrusted, file->path) : NULL;

    if (same && *same == ' ')
        return answer_yes(format("%s %s", what, file->untrusted));
    return file->untrusted ? answer_yes(format("%s %s: %s", what, file->path, file->untrusted))
                           : NO;
}

static struct answer file_empty(const struct boot_file *file, const char *what)
{
    bool is_empty = !file->error && file->size == 0;

    return is_empty ? answer_yes(format("%s %s: empty", what, file->path)) : NO;
}

/* What is missing or empty is another reason's. */
static struct answer file_damaged(const struct boot_file *file, const char *what)
{
    if (file->content_error)
        return answer_unknown(file->content_error,
                              format("%s %s: %s", what, file->path, strerror(file->content_error)));
    return file->problem ? answer_yes(format("%s %s: %s", what, file->path, file->problem)) : NO;
}

/* The first initrd for which `test` does not answer no. */
static struct answer any_initrd(const struct facts *facts,
                                struct answer (*test)(const struct boot_file *, const char *what))
{
    struct answer found = NO;

    for (size_t i = 0; found.is == ANSWER_NO && i < facts->payload.n_initrds; i++)
        found = test(&facts->payload.initrds[i], "initrd");
    return named(found, facts, "initrd");
}

struct answer test_kernel_missing(const struct facts *facts)
{
    return named(file_missing(&facts->payload.kernel, "kernel"), facts, "kernel");
}

struct answer test_kernel_untrusted(const struct facts *facts)
{
    return named(file_untrusted(&facts->payload.kernel, "kernel"), facts, "kernel");
}

struct answer test_initrd_missing(const struct facts *facts)
{
    return any_initrd(facts, file_missing);
}

struct answer test_initrd_untrusted(const struct facts *facts)
{
    return any_initrd(facts, file_untrusted);
}

struct answer test_initrd_empty(const struct facts *facts)
{
    return any_initrd(facts, file_empty);
}

struct answer test_initrd_invalid(const struct facts *facts)
{
    return any_initrd(facts, file_damaged);
}

/* Boot loaders check the signature of the compressed kernel, kexec_file_load that of the Image in
 * it, which need not have one. */
static struct answer unpacked_unsigned(const struct facts *facts)
{
    const struct boot_payload *payload = &facts->payload;
    const char *lockdown = facts->kexec.lockdown;

    if (!payload->image.release || !payload->unpacked_unsigned || !lockdown ||
        streq(lockdown, "none"))
        return NO;
    return answer_yes(format("kernel %s: the Image compressed in it is not signed, and lockdown "
                             "is %s: the kernel accepts signed kernels only",
                             payload->kernel.path, lockdown));
}

static struct answer kernel_damaged(const struct facts *facts)
{
    const struct boot_payload *payload = &facts->payload;
    const char *path = payload->kernel.path;

    if (payload->kernel.error)
        return NO;
    if (payload->image_error)
        return answer_unknown(payload->image_error,
                              format("kernel %s: %s", path, strerror(payload->image_error)));
    return payload->image_problem
               ? answer_yes(format("kernel %s: %s", path, payload->image_problem))
               : unpacked_unsigned(facts);
}

struct answer test_kernel_invalid(const struct facts *facts)
{
    return named(kernel_damaged(facts), facts, "kernel");
}

struct answer test_kernel_foreign(const struct facts *facts)
{
    const struct boot_payload *payload = &facts->payload;

    if (!payload->image.release || payload->image.arch == facts->arch)
        return NO;
    return named(
        answer_yes(format("kernel %s is for %s, this machine is %s", payload->kernel.path,
                          image_arch_name(payload->image.arch), image_arch_name(facts->arch))),
        facts, "kernel");
}

struct answer test_modules_incomplete(const struct facts *facts)
{
    const struct boot_payload *payload = &facts->payload;

    if (payload->modules_error)
        return answer_unknown(payload->modules_error, NULL);
    return payload->modules_problem ? answer_yes(xstrdup(payload->modules_problem)) : NO;
}

struct answer test_cmdline_too_long(const struct facts *facts)
{
    const struct boot_payload *payload = &facts->payload;
    const struct config *config = &facts->config;
    size_t length = payload->image.release ? strlen(payload->entry->cmdline) : 0;
    const char *setting;
    AUTOFREE char *where = NULL;

    if (length <= payload->image.cmdline_max)
        return NO;
    setting = config->cmdline ? config->cmdline_source : config->cmdline_append_source;
    where = setting
                ? format(" (%s in %s)", config->cmdline ? "cmdline =" : "cmdline-append =", setting)
                : xstrdup("");
    return answer_from(
        answer_yes(format("the command line has %zu characters%s, kernel %s accepts %zu", length,
                          where, payload->image.release, payload->image.cmdline_max)),
        setting);
}

/* In MiB, rounded up. */
static unsigned long long mebibytes(uint64_t bytes)
{
    return (bytes + 1024 * 1024 - 1) / (1024 * 1024);
}

/* What is loaded already can still be started. */
struct answer test_memory_short(const struct facts *facts)
{
    const struct memory_facts *memory = &facts->memory;
    uint64_t need = facts->payload.memory;
    bool stays = load_is_done(facts);

    if (memory->error)
        return answer_unknown(memory->error, NULL);
    if (stays || !memory->known || need <= memory->available)
        return NO;
    return answer_yes(format("loading kernel and initrd takes %llu MiB of memory, and %llu MiB are "
                             "available",
                             mebibytes(need),
                             (unsigned long long)(memory->available / (1024 * 1024))));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/collect.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/loader.h"

/* GRUB's quoting of the kernel's parameters: " around those with a blank, \ before \ ' and ". */
static char *make_cmdline(const struct grub_words *words)
{
    size_t size = 1;
    char *text, *out;

    for (size_t i = 1; i < words->n; i++)
        size += 2 * strlen(words->words[i]) + 3;
    text = out = malloc(size);
    for (size_t i = 1; text && i < words->n; i++) {
        const char *quote = strchr(words->words[i], ' ') ? "\"" : "";

        out = stpcpy(stpcpy(out, i > 1 ? " " : ""), quote);
        for (const char *c = words->words[i]; *c; c++) {
            if (strchr("\\'\"", *c))
                *out++ = '\\';
            *out++ = *c;
        }
        out = stpcpy(out, quote);
    }
    if (text)
        *out = 0;
    return text;
}

/* What cannot be handed over as GRUB would; NULL in *ret_problem when everything can. */
static int check_words(const struct grub_words *words, char **ret_problem)
{
    for (size_t i = 0; i < words->n; i++) {
        const char *word = words->words[i], *escape = strstr(word, "\\x");
        AUTOFREE char *why = NULL;
        int r = grub_why_unknown(word, &why);

        if (r < 0)
            return r;
        if (i > 0 && (why || grub_has_mark(word)))
            *ret_problem = format("a parameter is not known: %s", why ? why : "a device");
        else if (i > 0 && escape && isxdigit((unsigned char)escape[2]))
            *ret_problem = format("%s is quoted differently by versions of GRUB", word);
        else if (after_prefix(word, "newc:"))
            *ret_problem = format("%s: an archive that GRUB makes", word);
        else
            continue;
        return *ret_problem ? 0 : -ENOMEM;
    }
    return 0;
}

static int map_all(const struct grub_paths *paths, const char *device,
                   const struct grub_words *names, size_t n, struct grub_words *ret_paths,
                   char **ret_problem)
{
    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *path = NULL;
        int r = grub_paths_map(paths, device, names->words[i], &path, ret_problem);

        if (r >= 0)
            r = grub_words_add(ret_paths, path);
        if (r == -ECANCELED || r == -ENOENT)
            return 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int describe(const struct grub_collector *collector, const struct grub_found *found,
                    struct grub_words *kernel, struct grub_words *initrds, char **ret_problem)
{
    const struct grub_loaded *loaded = found->loaded;
    int r;

    if (found->problem || loaded->problem || !loaded->has_kernel) {
        *ret_problem = found->problem    ? strdup(found->problem)
                       : loaded->problem ? strdup(loaded->problem)
                                         : strdup("it starts no Linux kernel");
        return *ret_problem ? 0 : -ENOMEM;
    }
    r = check_words(&loaded->kernel, ret_problem);
    for (size_t i = 0; r >= 0 && !*ret_problem && i < loaded->initrds.n; i++)
        if (after_prefix(loaded->initrds.words[i], "newc:"))
            r = (*ret_problem = strdup("an initrd that GRUB makes (newc:)")) ? 0 : -ENOMEM;
    if (r >= 0 && !*ret_problem)
        r = map_all(collector->paths, loaded->root, &loaded->kernel, 1, kernel, ret_problem);
    if (r >= 0 && !*ret_problem && loaded->initrds.n > 0)
        r = map_all(collector->paths, loaded->initrd_root, &loaded->initrds, loaded->initrds.n,
                    initrds, ret_problem);
    return r;
}

int grub_collect(void *data, const struct grub_found *found)
{
    struct grub_collector *collector = data;
    struct boot_entries *entries = collector->entries;
    CLEANUP(grub_words_clear) struct grub_words kernel = {0}, initrds = {0};
    AUTOFREE char *problem = NULL, *cmdline = NULL, *source = NULL;
    int r = describe(collector, found, &kernel, &initrds, &problem);

    if (r < 0)
        return r;
    source = format("%s:%u", found->file, found->line);
    cmdline = problem ? NULL : make_cmdline(&found->loaded->kernel);
    if (!source || (!problem && !cmdline))
        return -ENOMEM;
    if (problem)
        boot_entries_add_unbootable(entries, found->id, found->title, problem, source);
    else
        boot_entries_add(entries, found->id, found->title, kernel.words[0], initrds.words,
                         initrds.n, cmdline, source);
    if (found->chosen)
        entries->chosen = entries->n - 1;
    return 0;
}

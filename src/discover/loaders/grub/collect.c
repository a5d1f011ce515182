/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/collect.h"

#include "base/util.h"
#include "discover/loaders/loader.h"

/* GRUB encloses a parameter with a blank in ", and puts \ before \ ' and ". */
static char *make_cmdline(const struct grub_words *words, enum grub_escapes escapes)
{
    size_t size = 1;
    char *text, *out;

    for (size_t i = 1; i < words->n; i++)
        size += 2 * strlen(words->words[i]) + 3;
    text = out = xcalloc(size, 1);
    for (size_t i = 1; i < words->n; i++) {
        const char *quote = strchr(words->words[i], ' ') ? "\"" : "";

        out = stpcpy(stpcpy(out, i > 1 ? " " : ""), quote);
        for (const char *c = words->words[i]; *c; c++) {
            if (strchr("\\'\"", *c) && !(escapes == GRUB_ESCAPES_KEPT && grub_is_hex_escape(c)))
                *out++ = '\\';
            *out++ = *c;
        }
        out = stpcpy(out, quote);
    }
    return text;
}

/* Control characters could affect a terminal or a log. */
static bool has_control(const char *word)
{
    AUTOFREE char *readable = grub_readable(word);

    return !streq(word, readable);
}

/* The same for a parameter. To the kernel, tabs and newlines are blanks. */
static bool has_other_control(const char *word)
{
    AUTOFREE char *copy = xstrdup(word);

    for (char *c = copy; *c; c++)
        if (*c == '\t' || *c == '\n')
            *c = ' ';
    return has_control(copy);
}

static bool has_hex_escape(const char *word)
{
    for (; *word; word++)
        if (grub_is_hex_escape(word))
            return true;
    return false;
}

/* Why these words cannot be passed to the kernel as GRUB would, or NULL. */
static char *check_words(const struct grub_words *words, enum grub_escapes escapes)
{
    for (size_t i = 0; i < words->n; i++) {
        const char *word = words->words[i];
        AUTOFREE char *why = grub_why_unknown(word);

        if (i > 0 && (why || grub_has_mark(word)))
            return format("a parameter is not known: %s", why ? why : "a device name");
        if (i > 0 && has_other_control(word))
            return format("%s: a control character", word);
        if (i > 0 && escapes == GRUB_ESCAPES_UNKNOWN && has_hex_escape(word))
            return format("versions of GRUB quote %s differently", word);
        if (after_prefix(word, "newc:"))
            return format("%s: an archive that GRUB makes", word);
    }
    return NULL;
}

/* Adds the files that the first `n` names mean. Returns why that is not possible, or NULL. */
static char *map_all(const struct grub_paths *paths, const char *device,
                     const struct grub_words *names, size_t n, struct grub_words *ret_paths)
{
    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *path = NULL, *problem = NULL;

        if (after_prefix(names->words[i], "newc:"))
            return xstrdup("an initrd that GRUB makes (newc:)");
        if (grub_paths_map(paths, device, names->words[i], &path, &problem) != 0)
            return steal(&problem);
        if (has_control(path))
            return format("%s: a control character", path);
        grub_words_add(ret_paths, path);
    }
    return NULL;
}

/* Finds the files of the entry. Returns why kexec cannot start it, or NULL. */
static char *find_files(const struct grub_collector *collector, const struct grub_found *found,
                        struct grub_words *kernel, struct grub_words *initrds)
{
    const struct grub_loaded *loaded = found->loaded;
    const char *known = found->problem       ? found->problem
                        : loaded->problem    ? loaded->problem
                        : loaded->has_kernel ? NULL
                                             : "it starts no Linux kernel";
    char *problem = known ? xstrdup(known) : check_words(&loaded->kernel, collector->escapes);

    if (!problem)
        problem = map_all(collector->paths, loaded->root, &loaded->kernel, 1, kernel);
    if (!problem)
        problem = map_all(collector->paths, loaded->initrd_root, &loaded->initrds,
                          loaded->initrds.n, initrds);
    return problem;
}

void grub_collect(void *data, const struct grub_found *found)
{
    struct grub_collector *collector = data;
    struct boot_entries *entries = collector->entries;
    CLEANUP(grub_words_clear) struct grub_words kernel = {0}, initrds = {0};
    AUTOFREE char *why = find_files(collector, found, &kernel, &initrds),
                  *problem = grub_readable(why), *id = grub_readable(found->id),
                  *title = grub_readable(found->title),
                  *place = format("%s:%u", found->file, found->line),
                  *source = grub_readable(place),
                  *cmdline =
                      problem ? NULL : make_cmdline(&found->loaded->kernel, collector->escapes);

    if (problem)
        boot_entries_add_unbootable(entries, id, title, problem, source);
    else
        boot_entries_add(entries, id, title, kernel.words[0], initrds.words, initrds.n, cmdline,
                         source);
    if (found->chosen)
        entries->chosen = entries->n - 1;
}

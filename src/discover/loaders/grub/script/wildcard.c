/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GRUB's module regexp matches words that look like a path. Several files that match come in the
 * order in which the file system lists them, which Linux does not show. */

#include "discover/loaders/grub/script/wildcard.h"

#include <errno.h>
#include <fnmatch.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_FILES = 4096, /* in the directory */
};

/* Besides * and ?; others have a meaning for fnmatch() or for GRUB. */
static const char PLAIN[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,+~:@";

bool grub_is_wildcard(const char *word)
{
    if (!strchr("/(*", *word) || !*word)
        return false;
    for (const char *c = word; *c; c++) {
        if (*c == '\\' && c[1])
            c++;
        else if ((*c == '*' || *c == '?') && !(c > word && c[-1] == GRUB_MARK))
            return true;
    }
    return false;
}

/* The pattern for names, if that is the only part of the path with wildcards; or NULL. */
static const char *pattern_of(const char *word)
{
    const char *slash = strrchr(word, '/');
    AUTOFREE char *directory = slash ? xstrndup(word, (size_t)(slash - word)) : NULL;
    const char *name = slash ? slash + 1 : "";

    if (!directory || *word == '*' || grub_is_wildcard(directory) || strchr(directory, '\\'))
        return NULL;
    while (*name && (strchr(PLAIN, *name) || *name == '*' || *name == '?'))
        name++;
    return *name ? NULL : slash + 1;
}

/* Names that start with a dot count. */
static int is_name(const char *name)
{
    return !streq(name, ".") && !streq(name, "..");
}

static int match(const struct grub_eval *eval, const char *word, const char *pattern,
                 char **ret_name, char **ret_problem)
{
    const char *root = grub_env_get(&eval->env, "root");
    size_t start = (size_t)(pattern - word);
    AUTOFREE char *inside = xstrndup(word, start > 1 && word[start - 2] != ')' ? start - 1 : start),
                  *path = NULL;
    CLEANUP(names_freep) char **names = NULL;
    size_t found = 0;
    int r = grub_paths_map(eval->run->paths, root ? root : "", inside, &path, ret_problem), n;

    if (r == -ENOENT)
        set_text(ret_problem, NULL);
    if (r != 0)
        return r == -ENOENT ? 0 : -ECANCELED;
    n = root_names(eval->run->paths->root, path, is_name, MAX_FILES, &names);
    if (n < 0 && n != -ENOENT && n != -ENOTDIR) {
        *ret_problem = format("%s: %s", path, strerror(-n));
        return -ECANCELED;
    }
    for (int i = 0; i < n; i++)
        if (fnmatch(pattern, names[i], FNM_NOESCAPE) == 0 && found++ == 0)
            *ret_name = format("%.*s%s", (int)start, word, names[i]);
    if (found > 1)
        *ret_problem = format("%s/%s: %zu files match, and only GRUB knows in which order", path,
                              pattern, found);
    return found > 1 ? -ECANCELED : 0;
}

int grub_wildcard(const struct grub_eval *eval, const char *word, char **ret_name,
                  char **ret_problem)
{
    const char *pattern = pattern_of(word);
    AUTOFREE char *name = NULL;
    int r;

    if (!pattern) {
        *ret_problem = format("%s: wildcards at this place are not supported", word);
        return -ECANCELED;
    }
    r = match(eval, word, pattern, &name, ret_problem);
    if (r < 0)
        return r;
    if (name && !eval->regexp) {
        *ret_problem =
            format("%s: whether GRUB has loaded its module for wildcards (regexp) is not "
                   "known",
                   word);
        return -ECANCELED;
    }
    *ret_name = steal(&name);
    return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/source.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"

/* GRUB ignores every CR. Bytes that no text file contains are not accepted. */
static int clean(char *text, size_t *length)
{
    size_t n = 0;

    for (size_t i = 0; i < *length; i++) {
        if (text[i] == 0 || text[i] == GRUB_MARK || text[i] == GRUB_MARK_END)
            return -EBADMSG;
        if (text[i] != '\r')
            text[n++] = text[i];
    }
    *length = n;
    return 0;
}

int grub_parse_text(struct grub_run *run, const char *path, const char *text, size_t length,
                    struct grub_node **ret_list, char **ret_problem)
{
    char *copy = grub_arena_alloc(&run->arena, length + 2);
    char *file = strcpy(grub_arena_alloc(&run->arena, strlen(path) + 1), path);

    memcpy(copy, text, length);
    if (clean(copy, &length) < 0) {
        *ret_problem = format("%s:1: not a text file", path);
        return -EBADMSG;
    }
    if (length > 0 && copy[length - 1] != '\n')
        copy[length++] = '\n';
    copy[length] = 0;
    return grub_parse(&run->arena, file, copy, length, ret_list, ret_problem);
}

int grub_run_text(struct grub_eval *eval, const char *path, const char *text, size_t length)
{
    struct grub_node *list;
    AUTOFREE char *problem = NULL;

    if (grub_parse_text(eval->run, path, text, length, &list, &problem) == 0)
        return grub_run_list(eval, list);
    if (!eval->run->problem)
        eval->run->problem = steal(&problem);
    return -ECANCELED;
}

int grub_run_file(struct grub_eval *eval, const char *path)
{
    struct grub_node here = {.file = path, .line = 1};
    AUTOFREE char *text = NULL, *untrusted = NULL;
    size_t length;
    int r;

    if (++eval->run->sources > GRUB_MAX_SOURCES)
        return grub_give_up(eval, &here, "more than %d files", GRUB_MAX_SOURCES);
    r = root_read_trusted(eval->run->paths->root, path, GRUB_MAX_FILE, &text, &length, &untrusted);
    if (r < 0)
        return grub_give_up(eval, &here, "%s", untrusted ? untrusted : strerror(-r));
    return grub_run_text(eval, path, text, length);
}

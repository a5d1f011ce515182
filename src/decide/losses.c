/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/losses.h"

#include "base/root.h"
#include "base/util.h"
#include "facts/boot-record.h"

void losses_add(struct losses *losses, bool critical, char *id, char *text)
{
    *APPEND(losses->all, losses->n) = (struct loss){.critical = critical, .id = id, .text = text};
    losses->critical = losses->critical || critical;
}

void losses_clear(struct losses *losses)
{
    for (size_t i = 0; i < losses->n; i++) {
        free(losses->all[i].id);
        free(losses->all[i].text);
    }
    free(losses->all);
    *losses = (struct losses){0};
}

static int compare_losses(const void *first, const void *second)
{
    const struct loss *a = first, *b = second;
    int r = b->critical - a->critical;

    if (!r)
        r = strcmp(a->text, b->text);
    return r ? r : strcmp(a->id, b->id);
}

void losses_sort(struct losses *losses)
{
    if (losses->n > 1)
        qsort(losses->all, losses->n, sizeof(losses->all[0]), compare_losses);
}

char *losses_text(const struct losses *losses)
{
    char *text = NULL;

    for (size_t i = 0; i < losses->n && i < MAX_MISSING; i++)
        append_text(&text, ", ", losses->all[i].text);
    if (losses->n > MAX_MISSING) {
        AUTOFREE char *more = format("and %zu more", losses->n - MAX_MISSING);

        append_text(&text, ", ", more);
    }
    return text ? text : xstrdup("");
}

static bool has(char *const ids[], const char *id)
{
    for (size_t i = 0; ids && ids[i]; i++)
        if (streq(ids[i], id))
            return true;
    return false;
}

char **losses_ids(const struct losses *losses)
{
    char **ids = xcalloc(losses->n + 1, sizeof(*ids));
    size_t n = 0;

    for (size_t i = 0; i < losses->n; i++)
        if (losses->all[i].critical && !has(ids, losses->all[i].id))
            ids[n++] = xstrdup(losses->all[i].id);
    return ids;
}

bool losses_include(const struct losses *losses, char *const ids[])
{
    CLEANUP(names_freep) char **critical = losses_ids(losses);

    for (size_t i = 0; ids && ids[i]; i++)
        if (!has(critical, ids[i]))
            return false;
    return true;
}

bool ids_have_network(char *const ids[])
{
    static const char *const KINDS[] = {"link:", "route:", "address:"};

    for (size_t i = 0; ids && ids[i]; i++)
        for (size_t kind = 0; kind < ELEMENTS(KINDS); kind++)
            if (after_prefix(ids[i], KINDS[kind]))
                return true;
    return false;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirks.h"

#include <errno.h>

#include "base/util.h"
#include "discover/hardware/detachable.h"
#include "discover/hardware/quirk-list.h"

/* 1, 0, or a negative errno when the machine does not tell. */
static int matches(struct quirk_machine *machine, const struct quirk *quirk)
{
    int r = 1;

    for (size_t i = 0; r > 0 && i < N_QUIRK_KEYS; i++)
        if (QUIRK_KEYS[i].matches && quirk->values[i])
            r = QUIRK_KEYS[i].matches(machine, quirk->values[i]);
    return r;
}

static char *describe(const struct quirk *quirk, const char *effects)
{
    const char *reason = quirk_value(quirk, "reason"), *source = quirk_value(quirk, "source");

    return format("%s: %s%s (%s:%d%s%s)", quirk->section,
                  reason ? reason : "it is on the list of quirks", effects ? effects : "",
                  quirk->file, quirk->line, source ? "; " : "", source ? source : "");
}

static void set_source(struct answer *answer, const struct quirk *quirk)
{
    AUTOFREE char *source = format("%s:%d", quirk->file, quirk->line);

    answer_set_source(answer, source);
}

static char **fact_of(struct quirk_facts *facts, const struct quirk_key *key)
{
    return (char **)((char *)facts + key->fact);
}

static int apply(int root, const struct quirk *quirk, struct quirk_facts *facts)
{
    AUTOFREE char *effects = NULL;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < N_QUIRK_KEYS; i++) {
        const struct quirk_key *key = &QUIRK_KEYS[i];
        const char *value = quirk->values[i];

        if (!key->fact || !value)
            continue;
        if (key->expand)
            r = key->expand(root, quirk, value, fact_of(facts, key));
        else
            append_text(fact_of(facts, key), " ", value);
        append_text(&effects, "; ", key->does);
        append_text(&effects, "", value);
    }
    if (r >= 0) {
        AUTOFREE char *behind = format("; %s", effects);

        answer_add(&facts->applied, describe(quirk, behind));
        set_source(&facts->applied, quirk);
    }
    return r;
}

static const struct ignored_quirk *find_ignored(const struct config *config,
                                                const struct quirk *quirk)
{
    for (size_t i = 0; i < config->n_ignored; i++)
        if (streq(config->ignored[i].name, quirk->section))
            return &config->ignored[i];
    return NULL;
}

static void note_ignored(const struct quirk *quirk, const struct ignored_quirk *ignored,
                         struct quirk_facts *facts)
{
    AUTOFREE char *text = describe(quirk, NULL);

    answer_add(&facts->ignored, format("quirk-ignore in %s ignores a quirk of this machine: %s",
                                       ignored->source, text));
    answer_set_source(&facts->ignored, ignored->source);
}

/* Of those for which only the firmware is right, the first is named. */
static void note_firmware(const struct quirk *quirk, struct quirk_facts *facts)
{
    answer_note(&facts->firmware, describe(quirk, NULL));
    set_source(&facts->firmware, quirk);
    if (facts->name)
        return;
    facts->name = xstrdup(quirk->section);
    facts->file = xstrdup(quirk->file);
}

static int look_at_quirk(struct quirk_machine *machine, const struct quirk *quirk,
                         const struct ignored_quirk *ignored, struct quirk_facts *facts)
{
    int r = matches(machine, quirk);

    if (ignored) {
        if (r > 0)
            note_ignored(quirk, ignored, facts);
        return 0;
    }
    if (r <= 0)
        return r;
    if (!quirk_value(quirk, "action"))
        return apply(machine->root, quirk, facts);
    note_firmware(quirk, facts);
    return 0;
}

/* A name that is misspelled would leave its quirk in force without a word. */
static void look_for_names(const struct config *config, const struct quirks *quirks,
                           struct quirk_facts *facts)
{
    for (size_t i = 0; i < config->n_ignored; i++) {
        const struct ignored_quirk *ignored = &config->ignored[i];
        bool found = false;

        for (size_t k = 0; !found && k < quirks->n; k++)
            found = streq(quirks->all[k].section, ignored->name);
        if (found)
            continue;
        answer_add(&facts->unknown, format("%s: quirk-ignore = %s: no quirk has that name",
                                           ignored->source, ignored->name));
        answer_set_source(&facts->unknown, ignored->source);
    }
}

void quirk_facts_read(int root, const struct config *config, struct quirk_facts *ret)
{
    CLEANUP(quirk_machine_clear) struct quirk_machine machine = {.root = root};
    CLEANUP(quirks_clear) struct quirks quirks;
    char *problem;
    int r;

    *ret = (struct quirk_facts){0};
    r = quirks_read(root, &quirks, &problem);
    ret->untrusted = r == -EUCLEAN;
    if (r == -EACCES)
        answer_note_unknown(&ret->invalid, EACCES, problem);
    else if (r < 0)
        answer_note(&ret->invalid, problem);
    if (r < 0)
        return;
    look_for_names(config, &quirks, ret);
    for (size_t i = 0; i < quirks.n; i++) {
        r = look_at_quirk(&machine, &quirks.all[i], find_ignored(config, &quirks.all[i]), ret);
        if (r < 0)
            answer_note_unknown(&ret->firmware, -r, NULL);
    }
    r = ret->unload || ret->unbind ? detachable_spare(root, ret) : 0;
    if (r < 0)
        answer_note_unknown(&ret->firmware, -r, NULL);
}

void quirk_facts_clear(struct quirk_facts *facts)
{
    for (size_t i = 0; i < N_QUIRK_KEYS; i++)
        if (QUIRK_KEYS[i].fact)
            set_text(fact_of(facts, &QUIRK_KEYS[i]), NULL);
    free(facts->keep);
    free(facts->together);
    free(facts->name);
    free(facts->file);
    answer_clear(&facts->ignored);
    answer_clear(&facts->unknown);
    answer_clear(&facts->invalid);
    answer_clear(&facts->firmware);
    answer_clear(&facts->applied);
    *facts = (struct quirk_facts){0};
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: grub.cfg; after a NUL, grubenv. */

#include <string.h>

#include "discover/loaders/choose.h"
#include "fuzz.h"

/* A terminal would interpret them. */
static void no_control_characters(const char *text)
{
    for (; text && *text; text++)
        must((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* To the kernel, tabs and newlines are blanks. */
static void no_control_characters_but_blanks(const char *text)
{
    for (; text && *text; text++)
        must(((unsigned char)*text >= ' ' && *text != 0x7f) || *text == '\t' || *text == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *config = fuzz_string(&data, &size), *env = fuzz_string(&data, &size);
    struct boot_entries entries;

    fuzz_write("proc/cmdline", "ro", 2);
    fuzz_write("boot/k", "k", 1);
    fuzz_write("boot/grub/grub.cfg", config, strlen(config));
    fuzz_write("boot/grub/grubenv", env, strlen(env));
    boot_entries_read(fuzz_root(), &(struct config){0}, &(struct started){.by = STARTER_GRUB},
                      &entries);
    must(strcmp(entries.loader, "grub") == 0);
    must((entries.chosen < entries.n) == !entries.problem);
    no_control_characters(entries.problem);
    no_control_characters(entries.one_time);
    no_control_characters(entries.chosen_reason);
    for (size_t i = 0; i < entries.n; i++) {
        const struct boot_entry *entry = &entries.entries[i];

        must(!entry->kernel == !!entry->problem);
        no_control_characters(entry->id);
        no_control_characters(entry->title);
        no_control_characters(entry->kernel);
        no_control_characters_but_blanks(entry->cmdline);
        no_control_characters(entry->problem);
    }
    boot_entries_clear(&entries);
    free(config);
    free(env);
    return 0;
}

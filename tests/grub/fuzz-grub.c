/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libFuzzer: the first half of the input, up to a line of only "%%", is grubenv, the rest grub.cfg.
 * Nothing may crash, hang or grow, whatever it is. With CORPUS_MAIN it runs the files it is given.
 */

#include <fcntl.h>
#include <stdint.h>

#include "base/util.h"
#include "discover/grub-menu.h"
#include "discover/grubenv.h"

static int found(void *data, const struct grub_found *unused)
{
    (void)data, (void)unused;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *middle = memmem(text, size, "\n%%\n", 4);
    size_t before = middle ? (size_t)(middle - text) + 1 : 0, skip = middle ? before + 3 : 0;
    AUTOCLOSE int root = open("/nonexistent", O_RDONLY | O_CLOEXEC);
    CLEANUP(grub_env_clear) struct grub_env stored = {0};
    struct grub_paths paths = {.root = root, .directory = (char[]){"/g"}, .inside = (char[]){"/g"}};
    CLEANUP(grub_run_clear) struct grub_run run = {.paths = &paths};
    CLEANUP(grub_eval_clear) struct grub_eval eval = {.run = &run};
    struct grub_walk walk = {.strict = size % 2, .found = found};

    if (grubenv_parse(text, before, &stored) >= 0)
        run.stored = &stored;
    if (grub_env_set(&eval.env, "root", GRUB_HOME) >= 0 &&
        grub_env_set(&eval.env, "prefix", "(" GRUB_HOME ")/g") >= 0 &&
        grub_run_text(&eval, "f", text + skip, size - skip) >= 0)
        (void)grub_menu_walk(&eval, &walk);
    free(walk.problem);
    return 0;
}

#ifdef CORPUS_MAIN
#include "base/root.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        AUTOCLOSE int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        AUTOFREE char *text = NULL;
        size_t length;

        if (fd < 0 || fd_read(fd, 1024 * 1024, &text, &length) < 0)
            return EXIT_FAILURE;
        (void)LLVMFuzzerTestOneInput((const uint8_t *)text, length);
    }
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/kexec.h"
#include "base/util.h"
#include "discover/system/kexec.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "report/print.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int explain_nothing(int root)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts kexec;

    kexec_facts_read(root, &kexec);
    if (kexec.loaded.is == ANSWER_NO) {
        puts("no kernel is loaded");
        return EXIT_FINE;
    }
    fputs("fastreboot: the loaded kernel was loaded by another program; drop it with `kexec -u`\n",
          stderr);
    return EXIT_FAILED;
}

static int dry_run(int root)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts loaded;

    notes_read_loaded(root, &loaded);
    if (!loaded.release)
        return explain_nothing(root);
    print_line("would drop kernel ", xstrdup(loaded.release));
    return EXIT_FINE;
}

static int run(const struct call *call)
{
    int r;

    if (given(call, OPTION_DRY_RUN))
        return dry_run(call->root);
    r = load_drop(call->root);
    if (r < 0) {
        fprintf(stderr, "fastreboot: cannot drop the loaded kernel: %s\n", kexec_error(r, NULL));
        return EXIT_FAILED;
    }
    if (r == 0)
        return explain_nothing(call->root);
    puts("dropped the loaded kernel");
    return EXIT_FINE;
}

const struct verb verb_unload = {
    .name = "unload",
    .summary = "drop the kernel that fastreboot has loaded",
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};

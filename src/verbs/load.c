/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/load.h"
#include "act/deadline.h"
#include "act/kexec.h"
#include "base/util.h"
#include "discover/system/kexec.h"
#include "reboot/departure.h"
#include "reboot/notes.h"
#include "report/print.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int refuse(const struct finding *because)
{
    print_trouble(format("not loaded: %s", because->found.text));
    if (finding_advice(because))
        print_trouble_advice(xstrdup(finding_advice(because)));
    return EXIT_FAILED;
}

static int load_now(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;
    AUTOFREE char *id = NULL, *error = NULL;

    survey_make(call->root, PURPOSE_LOAD, &survey);
    if (survey.verdict.because)
        return refuse(survey.verdict.because);
    if (!given(call, OPTION_DRY_RUN)) {
        if (load_kernel(call->root, &survey, &id, &error) < 0) {
            print_trouble(steal(&error));
            return EXIT_FAILED;
        }
    }
    print_line("",
               format("%s kernel %s from %s", given(call, OPTION_DRY_RUN) ? "would load" : "loaded",
                      survey.facts.payload.image.release, survey.facts.payload.kernel.path));
    return EXIT_FINE;
}

static int run(const struct call *call)
{
    if (!given(call, OPTION_AT_SHUTDOWN))
        return load_now(call);
    deadline_start(DEPARTURE_LIMIT);
    return departure_load(call->root) < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_load = {
    .name = "load",
    .summary = "load the kernel now; systemctl kexec then starts it",
    .options = OPTION_DRY_RUN | OPTION_AT_SHUTDOWN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};

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

static int unload_dry_run(int root)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts loaded;

    notes_read_loaded(root, &loaded);
    if (!loaded.release)
        return explain_nothing(root);
    print_line("would drop kernel ", xstrdup(loaded.release));
    return EXIT_FINE;
}

static int run_unload(const struct call *call)
{
    int r;

    if (given(call, OPTION_DRY_RUN))
        return unload_dry_run(call->root);
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
    .run = run_unload,
};

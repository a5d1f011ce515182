/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs every verb that only reads, and keeps what they read, so that the archive gives the same
 * answers as this machine, also when verbs change. */

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/text.h"
#include "base/util.h"
#include "discover/hardware/drivers.h"
#include "discover/hardware/inventory.h"
#include "record/archive.h"
#include "record/redact.h"
#include "record/tree.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

enum {
    MAX_ANSWER = 64 * 1024 * 1024,
    MAX_STATE = 8 * 1024 * 1024,
    MAX_NAMES = 64,
    MAX_ANSWERS = 16,
};

/* Where the archive has the answers of this machine. */
#define ANSWERS ".recording"

/* What the verbs print as JSON; the caller frees each. */
struct answers {
    const char *verbs[MAX_ANSWERS];
    char *texts[MAX_ANSWERS];
    size_t n;
};

static void answers_clear(struct answers *answers)
{
    for (size_t i = 0; i < answers->n; i++)
        free(answers->texts[i]);
}

/* Returns what the verb prints on standard output, or NULL with errno. Its error messages are not
 * needed: they are also in its output, or appear again when the recording is read. */
static char *listen_to(const struct verb *verb, const struct call *call)
{
    AUTOCLOSE int to = memfd_create("answer", MFD_CLOEXEC), quiet = -1;
    AUTOCLOSE int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    AUTOCLOSE int errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    char *text = NULL;
    int r;

    quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (to < 0 || out < 0 || errors < 0 || quiet < 0 || fflush(stdout) != 0 ||
        dup2(to, STDOUT_FILENO) < 0 || dup2(quiet, STDERR_FILENO) < 0)
        return NULL;
    (void)verb->run(call);
    (void)fflush(stdout);
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0)
        return NULL;
    r = fd_read(to, MAX_ANSWER, &text, NULL);
    errno = r < 0 ? -r : 0;
    return text;
}

/* Runs every verb that takes --root and --json, and does not wait for anything. */
static int ask_all(const struct call *call, int root, struct answers *answers)
{
    *answers = (struct answers){.n = 0};
    for (size_t i = 0; i < call->table->n_verbs && answers->n < MAX_ANSWERS; i++) {
        const struct verb *verb = call->table->verbs[i];
        struct call inner = {.table = call->table, .root = root};
        unsigned needed = OPTION_ROOT | OPTION_JSON;

        if ((verb->options & needed) != needed || verb->options & OPTION_TIMEOUT)
            continue;
        inner.given = OPTION_JSON | (verb->options & OPTION_VERBOSE);
        answers->verbs[answers->n] = verb->name;
        answers->texts[answers->n] = listen_to(verb, &inner);
        if (!answers->texts[answers->n])
            return -errno;
        answers->n++;
    }
    return 0;
}

static void read_directory(int root, const char *directory)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, directory, NULL, MAX_NAMES, &names);

    for (int i = 0; i < n; i++) {
        AUTOFREE char *path = format("%s/%s", directory, names[i]), *text = NULL;

        (void)root_read(root, path, MAX_STATE, &text, NULL);
    }
}

/* Reads what only those verbs read that change the machine, or run at other times. */
static void read_more(int root)
{
    CLEANUP(names_freep) char **releases = NULL;
    CLEANUP(machine_clear) struct machine machine;
    CLEANUP(inventory_clear) struct inventory inventory;
    int n = root_names(root, "lib/modules", NULL, MAX_NAMES, &releases);

    for (int i = 0; i < n; i++) {
        AUTOFREE char *directory = format("/lib/modules/%s", releases[i]);
        CLEANUP(answer_clear) struct answer missing = drivers_missing(root, directory);

        (void)missing;
    }
    (void)machine_read(root, &machine);
    (void)inventory_read(root, &inventory);
    read_directory(root, RUN_DIR);
    read_directory(root, STATE_DIR);
}

static int look(const struct call *call, struct traces *traces, struct answers *answers)
{
    int r;

    traces_begin();
    r = ask_all(call, call->root, answers);
    if (r >= 0)
        read_more(call->root);
    traces_end(traces);
    return r;
}

static char *read_host(int root)
{
    char *host = NULL;

    if (root_read_line(root, "proc/sys/kernel/hostname", 256, &host) < 0)
        (void)root_read_line(root, "etc/hostname", 256, &host);
    return host;
}

static void print_kept(const struct trace *trace)
{
    static const char *const KINDS[] = {
        [KEPT_DIRECTORY] = "directory",     [KEPT_LINK] = "link",
        [KEPT_NAME] = "name and size",      [KEPT_CONTENT] = "what was read",
        [KEPT_UNREADABLE] = "not readable", [KEPT_NOTHING] = "not readable",
    };

    AUTOFREE char *path = text_printable(trace->path);

    printf("/%s  (%s%s", path, KINDS[tree_keeps(trace)], trace->cut ? ", cut" : "");
    if (trace->hidden)
        printf("; secrets overwritten: %zu", trace->hidden);
    if (trace->replaced)
        printf("; identities replaced: %zu", trace->replaced);
    puts(")");
}

/* Says what is missing in the recording. */
static void tell_missing(const struct traces *traces)
{
    size_t denied = 0, cut = traces->full;

    for (size_t i = 0; i < traces->n; i++) {
        /* What not even root may read, such as IMA's policy, fastreboot does not know either. */
        if (traces->all[i].denied && geteuid() != 0 && denied++ == 0)
            print_trouble(format("record: cannot read /%s, and perhaps more; try as root",
                                 traces->all[i].path));
        cut += traces->all[i].cut;
    }
    if (cut)
        print_trouble(xstrdup("record: the recording has reached its size limit: some files are "
                              "missing or cut short"));
}

/* Adds the architecture, which old kernels do not report, and the answers on this machine. */
static int add_answers(int tree, const struct traces *traces, const struct answers *answers)
{
#ifdef __aarch64__
    static const char ARCH[] = "aarch64\n";
#else
    static const char ARCH[] = "x86_64\n";
#endif
    bool has_arch = false;
    int r = tree_add(tree, ANSWERS "/version", VERSION "\n");

    for (size_t i = 0; i < traces->n; i++)
        has_arch |= streq(traces->all[i].path, "proc/sys/kernel/arch");
    if (r >= 0 && !has_arch)
        r = tree_add(tree, "proc/sys/kernel/arch", ARCH);
    for (size_t i = 0; r >= 0 && i < answers->n; i++) {
        AUTOFREE char *path = format(ANSWERS "/%s.json", answers->verbs[i]);

        r = tree_add(tree, path, answers->texts[i]);
    }
    return r;
}

/* Runs the verbs on the recording, and reports which answers differ from the machine's. 0 or a
 * negative errno. */
static int compare(const struct call *call, int tree, const struct answers *before)
{
    CLEANUP(answers_clear) struct answers after;
    int r = ask_all(call, tree, &after);

    for (size_t i = 0; r >= 0 && i < before->n; i++)
        if (!streq(before->texts[i], after.texts[i]))
            print_trouble(format("record: \"%s\" answers differently for the recording; its "
                                 "answer on this machine is in " ANSWERS "/%s.json there",
                                 before->verbs[i], before->verbs[i]));
    return r;
}

static int write_tree(const struct call *call, const char *path, const struct traces *traces,
                      const struct answers *answers)
{
    AUTOCLOSE int tree = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = tree < 0 ? -errno : add_answers(tree, traces, answers);

    if (r >= 0)
        r = tree_write(tree, traces);
    return r < 0 ? r : compare(call, tree, answers);
}

static int write_all(const struct call *call, const struct traces *traces,
                     const struct answers *answers)
{
    AUTOFREE char *path = tree_make();
    int r;

    if (!path)
        return complain("a temporary directory", -errno);
    r = write_tree(call, path, traces, answers);
    if (r < 0)
        (void)complain(path, r);
    if (r >= 0) {
        r = archive_write(path, call->argument);
        if (r < 0)
            (void)complain(call->argument, r);
    }
    tree_remove(path);
    return r < 0 ? EXIT_FAILED : EXIT_FINE;
}

static void print_sum(const struct traces *traces, const char *file)
{
    size_t hidden = 0, replaced = 0;

    for (size_t i = 0; i < traces->n; i++) {
        hidden += traces->all[i].hidden;
        replaced += traces->all[i].replaced;
    }
    print_line("", format("%s: %zu files; secrets overwritten: %zu, identities replaced: %zu", file,
                          traces->n, hidden, replaced));
}

static int run(const struct call *call)
{
    CLEANUP(traces_clear) struct traces traces;
    CLEANUP(answers_clear) struct answers answers;
    CLEANUP(identities_freep) struct identities *identities = NULL;
    AUTOFREE char *host = read_host(call->root);
    int r = look(call, &traces, &answers);

    if (r < 0)
        return complain("record", r);
    identities = redact(&traces, host);
    for (size_t i = 0; i < answers.n; i++)
        redact_text(identities, answers.texts[i]);
    tell_missing(&traces);
    if (given(call, OPTION_DRY_RUN)) {
        for (size_t i = 0; i < traces.n; i++)
            print_kept(&traces.all[i]);
        return EXIT_FINE;
    }
    r = write_all(call, &traces, &answers);
    if (r == EXIT_FINE)
        print_sum(&traces, call->argument);
    return r;
}

const struct verb verb_record = {
    .name = "record",
    .summary = "write what fastreboot reads to FILE, for a bug report",
    .argument = "FILE.tar.gz",
    .options = OPTION_DRY_RUN | OPTION_ROOT | OPTION_QUIET,
    .run = run,
};

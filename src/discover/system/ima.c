/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/ima.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"

enum {
    MAX_TEXT = 256 * 1024, /* of the log: programs are among the first that are measured */
};

#define IMA "sys/kernel/security/ima"

/* "10 HASH ima-ng sha256:HASH /usr/bin/true": a program or file, no module and no kernel. */
static bool is_measured_file(const char *line)
{
    const char *path = strstr(line, " /");

    return path && !strstr(path, ".ko") && !strstr(path, "vmlinuz") &&
           !after_prefix(path, " /boot/");
}

/* "measure func=BPRM_CHECK": a rule for more than what a Secure Boot kernel has by itself. */
static bool is_measuring_rule(const char *line)
{
    const char *rule = after_prefix(line + strspn(line, " \t"), "measure");

    return rule && strchr(" \t", *rule) && !strstr(rule, "func=MODULE_CHECK") &&
           !strstr(rule, "func=KEXEC_");
}

/* Whether a line of the file is one that is looked for. 1, 0 or a negative errno. */
static int has_line(int root, const char *path, bool (*is_wanted)(const char *line))
{
    AUTOFREE char *text = NULL;
    size_t length;
    char *rest;
    int r = root_read_start(root, path, MAX_TEXT, &text, &length);

    for (char *line = r < 0 ? NULL : strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest))
        if (is_wanted(line))
            return 1;
    return r;
}

/* "ima_policy=tcb|secure_boot", and the older "ima_tcb". */
static bool is_on_cmdline(int root)
{
    AUTOFREE char *cmdline = NULL, *policy = NULL;

    if (root_read_line(root, "proc/cmdline", MAX_TEXT, &cmdline) < 0)
        return false;
    policy = cmdline_value(cmdline, "ima_policy=");
    return (policy && strstr(policy, "tcb") && !streq(policy, "appraise_tcb")) ||
           cmdline_has(cmdline, "ima_tcb");
}

struct answer ima_measures(int root)
{
    static const struct {
        const char *path;
        bool (*is_wanted)(const char *line);
    } FILES[] = {
        {IMA "/ascii_runtime_measurements", is_measured_file},
        {IMA "/policy", is_measuring_rule},
        {"etc/ima/ima-policy", is_measuring_rule},
    };
    bool measures = is_on_cmdline(root);
    long count = 0;
    int log = -ENOENT;

    if (root_exists(root, IMA) <= 0)
        return (struct answer){.is = ANSWER_NO};
    for (size_t i = 0; !measures && i < ELEMENTS(FILES); i++) {
        int r = has_line(root, FILES[i].path, FILES[i].is_wanted);

        measures = r > 0;
        log = i == 0 ? r : log;
    }
    if (log == -ENOENT && sysfs_number(root, IMA, "runtime_measurements_count", &count) > 0)
        measures = measures || count > 1; /* the first says how the machine was booted */
    return (struct answer){.is = measures ? ANSWER_YES : ANSWER_NO};
}

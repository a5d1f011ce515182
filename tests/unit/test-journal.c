/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/journal.h"

#include <fcntl.h>

#include "test.h"
#include "tree.h"

static bool listens;
static int sends, send_error;

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
    if (!streq(path, "/run/systemd/journal/socket"))
        return __real_access(path, mode);
    return listens ? 0 : -1;
}

static char sent[4096]; /* the fields of the last entry, a line each */

/* sd_journal_sendv() is a macro for this. Like the real one, it returns 0 if nothing listens. */
int sd_journal_sendv_with_location(const char *file, const char *line, const char *function,
                                   const struct iovec *fields, int n);
int sd_journal_sendv_with_location(const char *file, const char *line, const char *function,
                                   const struct iovec *fields, int n)
{
    FILE *text = fmemopen(sent, sizeof(sent), "w");

    (void)file, (void)line, (void)function;
    for (int i = 0; i < n; i++)
        fprintf(text, "%.*s\n", (int)fields[i].iov_len, (const char *)fields[i].iov_base);
    (void)fclose(text);
    sends += listens;
    return listens ? send_error : 0;
}

/* What is printed on standard error. */
static char *say(const struct tree *tree)
{
    AUTOCLOSE int fd = openat(tree->root, "said", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    AUTOCLOSE int before = dup(STDERR_FILENO);

    (void)fflush(stderr);
    (void)dup2(fd, STDERR_FILENO);
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "disk %s is gone", "sda");
    journal_trouble("/etc/x", -ENOENT);
    (void)dup2(before, STDERR_FILENO);
    return tree_read(tree, "said");
}

static void a_journal_has_it_all(void **state)
{
    AUTOFREE char *said = NULL;

    listens = true;
    said = say(*state);
    assert_string_equal(said, "");
    assert_int_equal(sends, 2);
}

/* A reason is the id of a reason, an outcome is an outcome, and what is not known has no field. */
static void each_field_has_one_meaning(void **state)
{
    char *missing[] = {(char *)"disk a", (char *)"inter\nface", NULL};
    struct boot_record record = {.outcome = OUTCOME_DAMAGED,
                                 .health = HEALTH_MISSING,
                                 .id = (char *)"4711",
                                 .release = (char *)"6.1.0",
                                 .missing = missing};

    (void)state;
    listens = true;
    journal_tell_record(EVENT_HEALTH, LOG_ERR, &record, "checked: %s", "a b");
    assert_string_equal(sent, "FASTREBOOT_OUTCOME=damaged\nFASTREBOOT_HEALTH=missing\n"
                              "FASTREBOOT_ATTEMPT=4711\nFASTREBOOT_RELEASE=6.1.0\n"
                              "FASTREBOOT_MISSING=disk a\ninter\\x0aface\n"
                              "MESSAGE=checked: a b\n"
                              "MESSAGE_ID=3f0c6e5a9d7b4c21b8e4a1d2967f53c0\nPRIORITY=3\n"
                              "SYSLOG_IDENTIFIER=fastreboot\n");
    record = (struct boot_record){.outcome = OUTCOME_FIRMWARE, .reason_id = (char *)"normal-asked"};
    journal_tell_record(EVENT_LAST_REBOOT, LOG_NOTICE, &record, "last reboot: %s", "x");
    assert_string_equal(sent, "FASTREBOOT_REASON=normal-asked\nFASTREBOOT_OUTCOME=firmware\n"
                              "MESSAGE=last reboot: x\n"
                              "MESSAGE_ID=5dc1ddfaf6a94b0a9a7d9d2b1a4d3f16\nPRIORITY=5\n"
                              "SYSLOG_IDENTIFIER=fastreboot\n");
    journal_tell(EVENT_NEXT_BOOT, LOG_NOTICE, NULL, "this reboot is fast");
    assert_null(strstr(sent, "FASTREBOOT_"));
    journal_tell(EVENT_NEXT_BOOT, LOG_NOTICE, "masked", "this reboot is not");
    assert_string_equal(strtok(sent, "\n"), "FASTREBOOT_REASON=masked");
}

/* A history or a command line may contain anything, and standard error may be the console. */
static void control_characters_stay_out(void **state)
{
    const struct tree *tree = *state;
    AUTOCLOSE int fd = openat(tree->root, "said", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    AUTOCLOSE int before = dup(STDERR_FILENO);
    AUTOFREE char *said = NULL;

    listens = false;
    (void)fflush(stderr);
    (void)dup2(fd, STDERR_FILENO);
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "kernel %s", "6.1\033[2J");
    (void)dup2(before, STDERR_FILENO);
    said = tree_read(tree, "said");
    assert_string_equal(said, "fastreboot: kernel 6.1\\x1b[2J\n");
}

static void without_one_it_is_said_on_standard_error(void **state)
{
    static const char SAID[] = "fastreboot: disk sda is gone\n"
                               "fastreboot: /etc/x: No such file or directory\n";
    AUTOFREE char *said = NULL, *again = NULL;

    listens = false;
    said = say(*state);
    assert_string_equal(said, SAID);
    listens = true;
    send_error = -EPERM;
    again = say(*state);
    assert_string_equal(again, SAID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_journal_has_it_all),
        TEST(each_field_has_one_meaning),
        TEST(control_characters_stay_out),
        TEST(without_one_it_is_said_on_standard_error),
    };

    return RUN_TESTS(tests);
}

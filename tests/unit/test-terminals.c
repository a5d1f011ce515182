/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/terminals.h"

#include "base/util.h"
#include "test.h"
#include "tree.h"

static void expect(const struct tree *tree, const char *terminal, const char *text)
{
    AUTOFREE char *shown = tree_read(tree, terminal);

    if (text ? !shown || !strstr(shown, text) : shown && *shown)
        fail_msg("%s shows: %s", terminal, shown ? shown : "nothing");
}

static void the_network_s_users_are_told_without_utmp(void **state)
{
    const struct tree *tree = *state;

    terminals_tell(tree->root, "no terminals at all");
    tree_write(tree, "dev/pts/0", "");
    tree_write(tree, "dev/pts/12", "");
    tree_write(tree, "dev/pts/ptmx", "");
    tree_link(tree, "dev/pts/3", "ptmx");
    terminals_tell(tree->root, "it reboots");
    expect(tree, "dev/pts/0", ":\r\n\r\nit reboots\r\n");
    expect(tree, "dev/pts/12", "\aBroadcast message from fastreboot@");
    expect(tree, "dev/pts/ptmx", NULL);
}

static void with_utmp_the_journal_tells_them(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "dev/pts/0", "");
    tree_write(tree, "run/utmp", "");
    terminals_tell(tree->root, "it reboots");
    expect(tree, "dev/pts/0", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_network_s_users_are_told_without_utmp),
        TEST(with_utmp_the_journal_tells_them),
    };

    return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover.h"
#include "discover/quirks.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define LOCAL QUIRKS_LOCAL_DIR "/test.conf"
#define BOARD                                                                                      \
    "dmi:bvnIntelCorporation:bvrS1200SP.86B:bd01/01/2017:svnIntelCorporation:pnS1200SP:pvr1:"      \
    "rvnIntelCorporation:rnS1200SPL:rvrH57532:cvnIntel:ct23:cvr1:\n"

static struct quirk_facts read_facts(const struct tree *tree)
{
    struct quirk_facts facts;

    assert_int_equal(quirk_facts_read(tree->root, &facts), 0);
    return facts;
}

/* That the quirks in `text` match with `words` among the reasons, or do not (NULL). */
static void expect(const struct tree *tree, const char *text, const char *words)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    tree_write(tree, LOCAL, text);
    facts = read_facts(tree);
    if (facts.error)
        fail_msg("%s", facts.error);
    if (!words)
        assert_null(facts.firmware);
    else if (!facts.firmware || !strstr(facts.firmware, words))
        fail_msg("\"%s\" does not say \"%s\"", facts.firmware ? facts.firmware : "", words);
}

static void expect_error(const struct tree *tree, const char *text, const char *words)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    tree_write(tree, LOCAL, text);
    facts = read_facts(tree);
    assert_null(facts.firmware);
    if (!facts.error || !strstr(facts.error, words))
        fail_msg("\"%s\" does not say \"%s\"", facts.error ? facts.error : "", words);
}

/* The list that is installed, and the board that it is there for. */
static void the_list_knows_its_board(void **state)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};
    AUTOFREE char *list = NULL;
    FILE *file = fopen(SOURCE_ROOT "/units/quirks.d/10-boards.conf", "re");
    size_t size = 0;

    assert_non_null(file);
    assert_true(getdelim(&list, &size, 0, file) > 0);
    assert_int_equal(fclose(file), 0);
    tree_write(*state, "sys/class/dmi/id/modalias", BOARD);
    tree_write(*state, QUIRKS_VENDOR_DIR "/10-boards.conf", list);
    facts = read_facts(*state);
    assert_null(facts.error);
    assert_non_null(facts.firmware);
    assert_non_null(strstr(facts.firmware, "interrupts"));
    quirk_facts_clear(&facts);
    tree_write(*state, "sys/class/dmi/id/modalias", "dmi:bvnIntel:svnIntel:rvnIntel:rnS1200SPX:\n");
    facts = read_facts(*state);
    assert_null(facts.firmware);
}

static void every_kind_of_match_must_match(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "sys/class/dmi/id/modalias", BOARD);
    tree_write(tree, "sys/bus/pci/devices/0000:00:01.0/modalias", "pci:v000015B3d00001017sv\n");
    tree_mkdir(tree, "sys/bus/pci/devices/0000:00:02.0"); /* without a modalias */
    tree_link(tree, "sys/bus/pci/drivers/mlx5_core/0000:00:01.0", "../../devices/0000:00:01.0");
    tree_link(tree, "sys/bus/pci/drivers/idle/module", "../../../../module/idle");
    expect(tree, "[a]\nMatchDMIModalias=*:rnS1200SPL:*\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchModalias=pci:v000015B3d*\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchModalias=usb:* pci:v000015B3*\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchModalias=pci:v000015B4d*\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchDriver=mlx4_core mlx5_core\nAction=firmware\nReason=old\n", "a: old");
    expect(tree, "[a]\nMatchDriver=idle\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchDriver=mlx5_core\nMatchDMIModalias=nothing\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchDriver=no\nAction=firmware\n[b]\nMatchDriver=m*\nAction=firmware\n",
           "b: ");
}

static void no_dmi_no_board(void **state)
{
    expect(*state, "[a]\nMatchDMIModalias=*\nAction=firmware\n", NULL);
}

static void mistakes_are_named(void **state)
{
    const struct tree *tree = *state;

    expect_error(tree, "Action=firmware\n", "test.conf:1: Action stands before");
    expect_error(tree, "[a]\nMatchDriver=x\nAction=panic\n", "test.conf:3: Action = panic");
    expect_error(tree, "[a]\nMatchDrivers=x\n", "test.conf:2: unknown key \"MatchDrivers\"");
    expect_error(tree, "[a]\nAction=firmware\n", "[a] has no Match");
    expect_error(tree, "[a]\nMatchDriver=x\n", "[a] has no Action");
    tree_write(tree, LOCAL, "[a]\nMatchDriver=x\nAction=firmware\n");
    tree_mode(tree, LOCAL, 0666);
    {
        CLEANUP(quirk_facts_clear) struct quirk_facts facts = read_facts(tree);

        assert_non_null(strstr(facts.error, "can be written by others"));
    }
}

static void too_many_quirks(void **state)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    for (int file = 0; file < 3; file++) {
        AUTOFREE char *path = format(QUIRKS_LOCAL_DIR "/%d.conf", file), *text = strdup("");

        for (int i = 0; i < 100; i++) {
            AUTOFREE char *shorter = text;

            text = format("%s[%d]\nMatchDriver=x\nAction=firmware\n", shorter, i);
        }
        tree_write(*state, path, text);
    }
    facts = read_facts(*state);
    assert_non_null(facts.error);
    assert_non_null(strstr(facts.error, "more than 256 quirks"));
}

static int modalias_is_unknown(void *argument)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = read_facts(argument);

    return !facts.firmware && facts.error_number == EACCES;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_write(*state, LOCAL, "[a]\nMatchDMIModalias=*\nAction=firmware\n");
    tree_write(*state, "sys/class/dmi/id/modalias", BOARD);
    tree_mode(*state, "sys/class/dmi/id/modalias", 0400);
    assert_int_equal(as_nobody(modalias_is_unknown, *state), 1);
}

static void containers_and_xen(void **state)
{
    const struct tree *tree = *state;
    struct place_facts facts;

    assert_int_equal(place_facts_read(tree->root, &facts), 0);
    assert_int_equal(facts.container.is, FACT_NO);
    assert_int_equal(facts.xen.is, FACT_NO);
    tree_write(tree, "run/systemd/container", "lxc\n");
    tree_write(tree, "proc/xen/capabilities", "");
    assert_int_equal(place_facts_read(tree->root, &facts), 0);
    assert_int_equal(facts.container.is, FACT_YES);
    assert_int_equal(facts.xen.is, FACT_NO);
    tree_write(tree, "proc/xen/capabilities", "control_d\n");
    assert_int_equal(place_facts_read(tree->root, &facts), 0);
    assert_int_equal(facts.xen.is, FACT_YES);
}

static void expect_kexec_tools(const struct tree *tree, int answer)
{
    struct place_facts facts;

    assert_int_equal(place_facts_read(tree->root, &facts), 0);
    assert_int_equal(facts.kexec_tools.is, answer);
}

static void kexec_tools(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "etc/default/kexec", "LOAD_KEXEC=true\n");
    expect_kexec_tools(tree, FACT_NO); /* what is left of a removed package */
    tree_write(tree, "etc/init.d/kexec-load", "#!/bin/sh\n");
    expect_kexec_tools(tree, FACT_YES);
    tree_write(tree, "etc/default/kexec", "LOAD_KEXEC=false\n# LOAD_KEXEC=true\n");
    expect_kexec_tools(tree, FACT_NO);
    tree_write(tree, "etc/default/kexec", "LOAD_KEXEC=false\n LOAD_KEXEC=\"true\"\n");
    expect_kexec_tools(tree, FACT_YES);
    tree_remove(tree, "etc/default/kexec");
    expect_kexec_tools(tree, FACT_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_list_knows_its_board), TEST(every_kind_of_match_must_match),
        TEST(no_dmi_no_board),          TEST(mistakes_are_named),
        TEST(too_many_quirks),          TEST(what_may_not_be_read_is_unknown),
        TEST(containers_and_xen),       TEST(kexec_tools),
    };

    return RUN_TESTS(tests);
}

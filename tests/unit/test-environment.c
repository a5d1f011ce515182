/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/environment.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

static struct environment_facts look(const struct tree *tree)
{
    return environment_facts_read(tree->root);
}

static void an_ordinary_machine_is_none_of_these(void **state)
{
    const struct environment_facts facts = look(*state);

    assert_int_equal(facts.container.is, ANSWER_NO);
    assert_int_equal(facts.xen.is, ANSWER_NO);
    assert_int_equal(facts.stuck.is, ANSWER_NO);
    assert_int_equal(facts.kexec_tools.is, ANSWER_NO);
    assert_int_equal(facts.ima.is, ANSWER_NO);
    assert_int_equal(facts.capture.is, ANSWER_NO);
    assert_int_equal(facts.volatile_state.is, ANSWER_NO);
    assert_int_equal(facts.no_variables.is, ANSWER_NO);
}

#define EFIVARS "sys/firmware/efi/efivars"

static int forbidden(void *argument)
{
    const struct answer answer = look(argument).no_variables;

    return answer.is == ANSWER_UNKNOWN && answer.error == EACCES;
}

static void firmware_with_efi_has_variables(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, "sys/firmware/efi");
    assert_int_equal(look(tree).no_variables.is, ANSWER_YES);
    tree_mkdir(tree, EFIVARS);
    assert_int_equal(look(tree).no_variables.is, ANSWER_YES);
    tree_write(tree, EFIVARS "/BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c", "7000ab");
    assert_int_equal(look(tree).no_variables.is, ANSWER_NO);
    tree_mode(tree, EFIVARS, 0);
    assert_int_equal(as_nobody(forbidden, *state), 1);
    tree_mode(tree, EFIVARS, 0755);
}

static void the_capture_kernel_has_the_crashed_ones_memory(void **state)
{
    tree_write(*state, "proc/vmcore", "");
    assert_int_equal(look(*state).capture.is, ANSWER_YES);
}

#define IMA "sys/kernel/security/ima/"

static void a_policy_of_ima_measures(void **state)
{
    static const char OWN[] = "10 aa ima-ng sha256:bb boot_aggregate\n"
                              "10 aa ima-ng sha256:bb /usr/lib/modules/6.1/kernel/fs/ext4.ko.zst\n"
                              "10 aa ima-ng sha256:bb /boot/vmlinuz-6.1\n";
    const struct tree *tree = *state;

    tree_write(tree, "proc/cmdline", "quiet ima_policy=tcb\n");
    assert_int_equal(look(tree).ima.is, ANSWER_NO); /* a kernel without IMA */
    tree_write(tree, IMA "runtime_measurements_count", "1\n");
    assert_int_equal(look(tree).ima.is, ANSWER_YES);
    tree_write(tree, "proc/cmdline", "quiet ima_policy=appraise_tcb\n");
    assert_int_equal(look(tree).ima.is, ANSWER_NO);
    tree_write(tree, IMA "runtime_measurements_count", "812\n");
    assert_int_equal(look(tree).ima.is, ANSWER_YES);
    tree_write(tree, IMA "ascii_runtime_measurements", OWN);
    assert_int_equal(look(tree).ima.is, ANSWER_NO); /* only Secure Boot */
    tree_write(tree, IMA "ascii_runtime_measurements",
               "10 aa ima-ng sha256:bb boot_aggregate\n10 aa ima-ng sha256:cc /usr/bin/kmod\n");
    assert_int_equal(look(tree).ima.is, ANSWER_YES);
    tree_write(tree, IMA "ascii_runtime_measurements", OWN);
    tree_write(tree, IMA "policy", "dont_measure fsmagic=0x9fa0\nmeasure func=MODULE_CHECK\n");
    assert_int_equal(look(tree).ima.is, ANSWER_NO);
    tree_write(tree, "etc/ima/ima-policy", "# local\n measure func=BPRM_CHECK mask=MAY_EXEC\n");
    assert_int_equal(look(tree).ima.is, ANSWER_YES);
}

#define MOUNTINFO "proc/self/mountinfo"
#define OVERLAY "20 1 0:30 / / rw - overlay overlay rw,lowerdir=/low,upperdir="

static void expect_lost(const struct tree *tree, const char *mounts, int lost, const char *words)
{
    CLEANUP(environment_facts_clear) struct environment_facts facts = {0};

    tree_write(tree, MOUNTINFO, mounts);
    facts = look(tree);
    assert_answer(&facts.volatile_state, lost, words);
}

/* Nobody could tell afterwards how a fast reboot went. */
static void what_is_written_down_has_to_last(void **state)
{
    const struct tree *tree = *state;

    expect_lost(tree, "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n", 0, NULL);
    expect_lost(tree, "20 1 0:20 / / rw - tmpfs root rw\n", 1, "in memory (tmpfs on /)");
    expect_lost(tree, "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n21 20 0:9 / /var rw - tmpfs tmpfs rw\n",
                1, "on /var)");
    expect_lost(tree, "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n21 20 0:9 / /tmp rw - tmpfs tmpfs rw\n",
                0, NULL);
    expect_lost(tree, "20 1 252:0 / / rw - ext4 /dev/zram0 rw\n", 1, "in memory");
    expect_lost(tree, OVERLAY "/rw/up,workdir=/rw/w\n21 20 0:31 / /rw rw - tmpfs tmpfs rw\n", 1,
                "overlay that is written to memory (/rw)");
    expect_lost(tree, OVERLAY "/rw/up\n21 20 8:2 / /rw rw - ext4 /dev/sda2 rw\n", 0, NULL);
    expect_lost(tree, OVERLAY "/sysroot/up\n", -ENODATA, "nothing tells");
    tree_write(tree, "var/lib/fastreboot/history", "{\"boot_id\":\"one\"}\n");
    expect_lost(tree, OVERLAY "/sysroot/up\n", -ENODATA, "nothing tells");
    tree_write(tree, "var/lib/fastreboot/history", "{\"boot_id\":\"one\"}\n{}\n");
    expect_lost(tree, OVERLAY "/sysroot/up\n", 0, NULL); /* it has lasted before */
    expect_lost(tree, "nonsense\n", -EBADMSG, NULL);
}

static void systemd_says_that_it_is_a_container(void **state)
{
    tree_write(*state, "run/systemd/container", "lxc\n");
    assert_int_equal(look(*state).container.is, ANSWER_YES);
}

static void only_the_control_domain_of_xen_counts(void **state)
{
    tree_write(*state, "proc/xen/capabilities", "\n");
    assert_int_equal(look(*state).xen.is, ANSWER_NO);
    tree_write(*state, "proc/xen/capabilities", "control_d\n");
    assert_int_equal(look(*state).xen.is, ANSWER_YES);
}

static void expect_kexec_tools(const struct tree *tree, const char *words)
{
    CLEANUP(environment_facts_clear) struct environment_facts facts = look(tree);

    assert_answer(&facts.kexec_tools, words ? 1 : 0, words);
    if (words)
        assert_non_null(strstr(words, facts.kexec_tools.source));
}

static void the_last_word_on_kexec_tools_counts(void **state)
{
    tree_write(*state, "etc/default/kexec", "LOAD_KEXEC=true\n");
    assert_int_equal(look(*state).kexec_tools.is, ANSWER_NO); /* not installed */
    tree_write(*state, "etc/init.d/kexec-load", "#!/bin/sh\n");
    expect_kexec_tools(*state, "(LOAD_KEXEC in /etc/default/kexec:1)");
    tree_write(*state, "etc/default/kexec", "LOAD_KEXEC=true\n  LOAD_KEXEC='false'\n");
    expect_kexec_tools(*state, NULL);
    tree_write(*state, "etc/default/kexec", "# a\n\n\nLOAD_KEXEC=false\n LOAD_KEXEC=\"true\"\n");
    expect_kexec_tools(*state, "(LOAD_KEXEC in /etc/default/kexec:5)");
    tree_write(*state, "etc/default/kexec", "LOAD_KEXEC=false\n# LOAD_KEXEC=true\n");
    assert_int_equal(look(*state).kexec_tools.is, ANSWER_NO);
    tree_remove(*state, "etc/default/kexec");
    assert_int_equal(look(*state).kexec_tools.is, ANSWER_NO);
}

static void an_initrd_at_the_end_is_looked_for(void **state)
{
    CLEANUP(environment_facts_clear) struct environment_facts facts = {0};

    tree_write(*state, "run/initramfs/.need_shutdown", "");
    facts = look(*state);
    assert_answer(&facts.stuck, 1, "kexec program");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_ordinary_machine_is_none_of_these),
        TEST(firmware_with_efi_has_variables),
        TEST(the_capture_kernel_has_the_crashed_ones_memory),
        TEST(what_is_written_down_has_to_last),
        TEST(systemd_says_that_it_is_a_container),
        TEST(a_policy_of_ima_measures),
        TEST(only_the_control_domain_of_xen_counts),
        TEST(the_last_word_on_kexec_tools_counts),
        TEST(an_initrd_at_the_end_is_looked_for),
    };

    return RUN_TESTS(tests);
}

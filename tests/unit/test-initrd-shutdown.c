/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/initrd-shutdown.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

#define SCRIPT "run/initramfs/shutdown"
#define REQUEST "run/initramfs/.need_shutdown"
#define HOOK "usr/lib/systemd/system-shutdown/fastreboot.shutdown"

/* The ends of such scripts, shortened. */
#define DRACUT                                                                                     \
    "#!/bin/sh\n"                                                                                  \
    "ACTION=\"$1\"\n"                                                                              \
    "case \"$ACTION\" in\n"                                                                        \
    "    reboot | poweroff | halt)\n"                                                              \
    "        $ACTION -f -n\n"                                                                      \
    "        ;;\n"                                                                                 \
    "    kexec)\n"                                                                                 \
    "        kexec -e\n"                                                                           \
    "        warn \"$ACTION failed!\"\n"                                                           \
    "        reboot -f -n\n"                                                                       \
    "        ;;\n"                                                                                 \
    "esac\n"
#define MKINITCPIO                                                                                 \
    "#!/usr/bin/ash\n"                                                                             \
    "case $1 in\n"                                                                                 \
    "  poweroff|shutdown|halt)\n"                                                                  \
    "    \"$1\" -f\n"                                                                              \
    "    ;;\n"                                                                                     \
    "  *)\n"                                                                                       \
    "    type kexec >/dev/null && kexec -e\n"                                                      \
    "    reboot -f\n"                                                                              \
    "    ;;\n"                                                                                     \
    "esac\n"
#define POWERS_OFF                                                                                 \
    "#!/usr/bin/ash\n"                                                                             \
    "case $1 in\n"                                                                                 \
    "  reboot)\n"                                                                                  \
    "    type kexec >/dev/null && kexec -e\n"                                                      \
    "    reboot -f\n"                                                                              \
    "    ;;\n"                                                                                     \
    "  *)\n"                                                                                       \
    "    poweroff -f\n"                                                                            \
    "    ;;\n"                                                                                     \
    "esac\n"

static void expect(const struct tree *tree, int result, const char *words)
{
    CLEANUP(answer_clear) struct answer stuck = initrd_shutdown_is_stuck(tree->root);

    assert_answer(&stuck, result, words);
}

static void place_hook(const struct tree *tree, const char *path)
{
    tree_write(tree, path, "\177ELF\2");
    tree_mode(tree, path, 0755);
}

static void without_an_initrd_nothing_is_needed(void **state)
{
    tree_mkdir(*state, "run/initramfs");
    expect(*state, 0, NULL);
}

static void dracut_needs_the_hook(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, REQUEST, "");
    expect(tree, 1, "the hook that places it, /" HOOK ", is missing");
    place_hook(tree, HOOK);
    expect(tree, 0, NULL);
    tree_mode(tree, HOOK, 0644);
    expect(tree, 1, "is not executable");
    tree_mode(tree, HOOK, 0755);
    tree_write(tree, HOOK, ""); /* a hook that is masked */
    expect(tree, 1, "is not a program");
}

static void the_hook_is_beside_systemd_shutdown(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, REQUEST, "");
    place_hook(tree, HOOK);
    tree_write(tree, "lib/systemd/systemd-shutdown", "");
    expect(tree, 1, ", /lib/systemd/system-shutdown/fastreboot.shutdown, is missing");
    place_hook(tree, "lib/systemd/system-shutdown/fastreboot.shutdown");
    expect(tree, 0, NULL);
    tree_write(tree, "usr/lib/systemd/systemd-shutdown", "");
    tree_remove(tree, HOOK);
    expect(tree, 1, "/" HOOK ", is missing");
}

static void the_program_of_kexec_tools_is_enough(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, REQUEST, "");
    tree_write(tree, "usr/sbin/kexec", "");
    expect(tree, 0, NULL);
    tree_remove(tree, "usr/sbin/kexec");
    expect(tree, 1, NULL);
    tree_write(tree, "run/initramfs/usr/bin/kexec", "");
    expect(tree, 0, NULL);
}

/* systemd-shutdown then starts the kernel itself, unless /run is remounted until then. */
static void a_noexec_run_changes_nothing(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/self/mountinfo",
               "20 1 0:9 / /run rw,noexec shared:1 - tmpfs tmpfs rw\n");
    expect(tree, 0, NULL);
    tree_write(tree, REQUEST, "");
    expect(tree, 1, "is missing");
    place_hook(tree, HOOK);
    expect(tree, 0, NULL);
    tree_remove(tree, REQUEST);
    tree_write(tree, SCRIPT, "#!/bin/sh\nreboot -f\n");
    expect(tree, 1, "not known to start a kernel");
}

static void a_script_is_read(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, SCRIPT, DRACUT);
    expect(tree, 1, "is missing");
    place_hook(tree, HOOK);
    expect(tree, 0, NULL);
    tree_write(tree, SCRIPT, MKINITCPIO);
    expect(tree, 0, NULL);
    tree_write(tree, SCRIPT, ""); /* it is being unpacked */
    expect(tree, 0, NULL);
}

static void an_unknown_script_means_the_firmware(void **state)
{
    static const char *const SCRIPTS[] = {
        POWERS_OFF,
        "#!/bin/sh\nreboot -f\n",
        "#!/bin/sh\ncase $1 in\n kexec)\n # kexec -e\n reboot -f\n ;;\nesac\n",
        "#!/bin/sh\nkexec -e\n",
        "\177ELF and nothing known",
        "\n",
    };
    const struct tree *tree = *state;

    place_hook(tree, HOOK);
    tree_write(tree, "usr/sbin/kexec", "");
    for (size_t i = 0; i < ELEMENTS(SCRIPTS); i++) {
        tree_write(tree, SCRIPT, SCRIPTS[i]);
        expect(tree, 1, "/run/initramfs/shutdown, a script that is not known to start a kernel");
    }
    tree_write(tree, REQUEST, ""); /* dracut will replace it */
    expect(tree, 0, NULL);
}

/* mkinitcpio's sd-shutdown. */
static void systemds_own_program_needs_none(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, SCRIPT, "\177ELF ... Rebooting with kexec. ...");
    expect(tree, 0, NULL);
}

static void what_cannot_be_read_is_not_known(void **state)
{
    tree_mkdir(*state, SCRIPT);
    expect(*state, -EISDIR, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_an_initrd_nothing_is_needed),  TEST(dracut_needs_the_hook),
        TEST(the_hook_is_beside_systemd_shutdown),  TEST(the_program_of_kexec_tools_is_enough),
        TEST(a_noexec_run_changes_nothing),         TEST(a_script_is_read),
        TEST(an_unknown_script_means_the_firmware), TEST(systemds_own_program_needs_none),
        TEST(what_cannot_be_read_is_not_known),
    };

    return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/kexec.h"

#include <linux/kexec.h>
#include <sys/syscall.h>

#include "test.h"
#include "tree.h"

/* A fake running kernel: whether the files are its own, and the errno of its system call. */

static bool live;
static int answers;
static unsigned long asked;

bool __wrap_root_is_live(int root);
bool __wrap_root_is_live(int root)
{
    (void)root;
    return live;
}

long __wrap_syscall(long number, int kernel, int initrd, size_t length, const char *cmdline,
                    unsigned long flags);
long __wrap_syscall(long number, int kernel, int initrd, size_t length, const char *cmdline,
                    unsigned long flags)
{
    if (number != SYS_kexec_file_load) { /* openat2, as before Linux 5.6 */
        errno = ENOSYS;
        return -1;
    }
    assert_true(kernel == -1 && initrd == -1 && length == 0 && !cmdline);
    asked = flags;
    errno = answers;
    return -1;
}

static struct kexec_facts read_facts(const struct tree *tree)
{
    struct kexec_facts facts;

    kexec_facts_read(tree->root, &facts);
    return facts;
}

static void without_the_files_there_is_no_kexec(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = read_facts(*state);

    assert_int_equal(facts.supported.is, ANSWER_NO);
    assert_int_equal(facts.disabled.is, ANSWER_NO);
    assert_int_equal(facts.exhausted.is, ANSWER_NO);
    assert_int_equal(facts.left, -1);
    assert_int_equal(facts.loaded.is, ANSWER_NO);
    assert_null(facts.lockdown);
}

static void a_machine_with_kexec(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_debian(*state);
    facts = read_facts(*state);
    assert_int_equal(facts.supported.is, ANSWER_YES);
    assert_int_equal(facts.disabled.is, ANSWER_NO);
    assert_int_equal(facts.exhausted.is, ANSWER_NO);
    assert_int_equal(facts.loaded.is, ANSWER_NO);
    assert_string_equal(facts.lockdown, "none");
}

static int supported(const struct tree *tree, int error)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    asked = 0;
    answers = error;
    facts = read_facts(tree);
    if (facts.supported.is == ANSWER_NO)
        assert_answer(&facts.supported, 0, "CONFIG_KEXEC_FILE");
    return facts.supported.is;
}

/* Debian's kernels for arm64 only have CONFIG_KEXEC, with which the files also exist. */
static void the_kernel_is_asked_for_its_call(void **state)
{
    tree_debian(*state);
    live = true;
    assert_int_equal(supported(*state, EINVAL), ANSWER_YES);
    assert_true(asked &&
                !(asked & (KEXEC_FILE_UNLOAD | KEXEC_FILE_ON_CRASH | KEXEC_FILE_NO_INITRAMFS)));
    assert_int_equal(supported(*state, EBADF), ANSWER_YES); /* the flag now has a meaning */
    assert_int_equal(supported(*state, EPERM), ANSWER_YES); /* not root, or a system call filter */
    assert_int_equal(supported(*state, ENOSYS), ANSWER_NO);
    live = false;
    assert_int_equal(supported(*state, ENOSYS), ANSWER_YES);
    assert_int_equal(asked, 0);
}

/* Each load counts, even one that is refused for its flags. */
static void a_limited_kernel_is_not_asked(void **state)
{
    tree_debian(*state);
    live = true;
    tree_write(*state, "proc/sys/kernel/kexec_load_limit_reboot", "2\n");
    assert_int_equal(supported(*state, ENOSYS), ANSWER_YES);
    assert_int_equal(asked, 0);
    tree_write(*state, "proc/sys/kernel/kexec_load_limit_reboot", "0\n");
    assert_int_equal(supported(*state, ENOSYS), ANSWER_NO);
    tree_remove(*state, "proc/sys/kernel/kexec_load_limit_reboot"); /* before Linux 6.3 */
    assert_int_equal(supported(*state, ENOSYS), ANSWER_NO);
    live = false;
}

static void the_kernels_configuration_tells_where_the_kernel_does_not(void **state)
{
    static const char CONFIG[] = "boot/config-6.1.0-33-amd64";

    tree_debian(*state);
    tree_write(*state, CONFIG, "CONFIG_KEXEC=y\n# CONFIG_KEXEC_FILE is not set\n");
    assert_int_equal(supported(*state, 0), ANSWER_NO); /* as recorded */
    live = true;
    assert_int_equal(supported(*state, EPERM), ANSWER_NO);
    assert_int_equal(supported(*state, EINVAL), ANSWER_YES); /* of another build */
    tree_write(*state, CONFIG, "CONFIG_KEXEC=y\nCONFIG_KEXEC_FILE=y\n");
    assert_int_equal(supported(*state, EPERM), ANSWER_YES);
    live = false;
    assert_int_equal(supported(*state, 0), ANSWER_YES);
}

static void each_switch_is_read(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_debian(*state);
    tree_write(*state, "proc/sys/kernel/kexec_load_disabled", "1\n");
    tree_write(*state, "proc/sys/kernel/kexec_load_limit_reboot", "0\n");
    tree_write(*state, "sys/kernel/kexec_loaded", "1\n");
    tree_write(*state, "sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
    facts = read_facts(*state);
    assert_int_equal(facts.disabled.is, ANSWER_YES);
    assert_int_equal(facts.exhausted.is, ANSWER_YES);
    assert_int_equal(facts.left, 0);
    assert_int_equal(facts.loaded.is, ANSWER_YES);
    assert_string_equal(facts.lockdown, "confidentiality");
}

/* What a kernel `release` says, booted with `cmdline`. */
static struct kexec_facts skips(const struct tree *tree, const char *release, const char *cmdline)
{
    tree_write(tree, "proc/sys/kernel/osrelease", release);
    tree_write(tree, "proc/cmdline", cmdline);
    return read_facts(tree);
}

static void a_new_kernel_may_skip_the_second_hash(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};
    static const struct {
        const char *cmdline;
        bool on, with_default;
    } CASES[] = {
        {"ro", false, true},
        {"ro kho=on", true, true},
        {"kho=1", true, true},
        {"kho=y quiet", true, true},
        {"kho=off", false, false},
        {"kho=0", false, false},
        {"kho=on kho=off", false, false},
        {"kho=", false, false},
    };

    tree_debian(*state);
    tree_write(*state, "proc/meminfo", "MemAvailable: 1 kB\nCmaTotal:  65536 kB\n");
    tree_write(*state, "boot/config-7.3.1-amd64", "# x\nCONFIG_KEXEC_HANDOVER=y\n");
    tree_write(*state, "boot/config-7.4.0-amd64",
               "# x\nCONFIG_KEXEC_HANDOVER=y\nCONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y\n");
    facts = skips(*state, "7.2.13+deb14-amd64\n", "kho=on");
    assert_false(facts.can_skip || facts.has_cma || facts.has_kho || facts.kho);
    kexec_facts_clear(&facts);
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        facts = skips(*state, "7.3.1-amd64\n", CASES[i].cmdline);
        assert_true(facts.can_skip && facts.has_cma && facts.has_kho);
        assert_true(facts.cma == 64 * 1024 * 1024);
        assert_int_equal(facts.kho, CASES[i].on);
        kexec_facts_clear(&facts);
        facts = skips(*state, "7.4.0-amd64\n", CASES[i].cmdline);
        assert_int_equal(facts.kho, CASES[i].with_default);
        kexec_facts_clear(&facts);
    }
    tree_write(*state, "proc/meminfo", "MemAvailable: 1 kB\n");
    facts = skips(*state, "10.0.0\n", "kho=on");
    assert_true(facts.can_skip && !facts.has_cma && !facts.has_kho && !facts.kho);
}

static void the_newer_place_counts(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_write(*state, "sys/kernel/kexec/loaded", "1\n");
    facts = read_facts(*state);
    assert_int_equal(facts.supported.is, ANSWER_YES);
    assert_int_equal(facts.loaded.is, ANSWER_YES);
}

static void nonsense_is_unknown(void **state)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = {0};

    tree_write(*state, "sys/kernel/kexec_loaded", "yes\n");
    tree_write(*state, "proc/sys/kernel/kexec_load_disabled", "");
    tree_mkdir(*state, "proc/sys/kernel/kexec_load_limit_reboot");
    tree_write(*state, "sys/kernel/security/lockdown", "none ]integrity[\n");
    facts = read_facts(*state);
    assert_int_equal(facts.loaded.is, ANSWER_UNKNOWN);
    assert_int_equal(facts.loaded.error, EBADMSG);
    assert_int_equal(facts.disabled.is, ANSWER_UNKNOWN);
    assert_int_equal(facts.exhausted.is, ANSWER_UNKNOWN);
    assert_int_equal(facts.exhausted.error, EISDIR);
    assert_int_equal(facts.left, -1);
    assert_null(facts.lockdown);
}

static int is_unknown(void *argument)
{
    CLEANUP(kexec_facts_clear) struct kexec_facts facts = read_facts(argument);

    return facts.supported.is == ANSWER_UNKNOWN && facts.loaded.is == ANSWER_UNKNOWN &&
           facts.loaded.error == EACCES && facts.disabled.is == ANSWER_UNKNOWN;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_debian(*state);
    tree_mode(*state, "sys/kernel", 0);
    tree_mode(*state, "proc/sys/kernel", 0);
    assert_int_equal(as_nobody(is_unknown, *state), 1);
    tree_mode(*state, "sys/kernel", 0755);
    tree_mode(*state, "proc/sys/kernel", 0755);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_the_files_there_is_no_kexec),
        TEST(a_machine_with_kexec),
        TEST(the_kernel_is_asked_for_its_call),
        TEST(a_limited_kernel_is_not_asked),
        TEST(the_kernels_configuration_tells_where_the_kernel_does_not),
        TEST(each_switch_is_read),
        TEST(a_new_kernel_may_skip_the_second_hash),
        TEST(the_newer_place_counts),
        TEST(nonsense_is_unknown),
        TEST(what_may_not_be_read_is_unknown),
    };

    return RUN_TESTS(tests);
}

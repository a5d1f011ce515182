/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"
#include "facts-made.h"
#include "test.h"

static const struct reason *find(const char *id)
{
    const struct reason *reason = reason_find(id);

    if (!reason)
        fail_msg("no reason is called %s", id);
    return reason;
}

static void the_table_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < reasons_count(); i++) {
        const struct reason *reason = reason_at(i);

        assert_true(*reason->id &&
                    strspn(reason->id, "abcdefghijklmnopqrstuvwxyz-") == strlen(reason->id));
        assert_ptr_equal(find(reason->id), reason);
        assert_true(reason->passed && *reason->passed);
        assert_true(!reason->advice || *reason->advice);
        assert_true(reason->group < N_GROUPS);
        assert_true(!reason->test == (reason->answer > 0));
        assert_true(!reason->when_no || reason->text);
        assert_true(reason->purposes && !(reason->purposes & ~7U));
        assert_null(strpbrk(reason->passed, "\n|"));
        if (reason->follows)
            (void)find(reason->follows);
    }
}

/* Whoever reads one of these ids in the journal can have it explained; nobody asks for it before.
 */
static void what_only_a_shutdown_finds_is_explained(void **state)
{
    size_t n = 0;

    (void)state;
    for (const struct reason *reason; (reason = reason_late_at(n)); n++) {
        assert_null(reason_find(reason->id));
        assert_ptr_equal(reason_explained(reason->id), reason);
        assert_true(reason->passed && reason->advice && reason->about);
    }
    assert_int_equal(n, 3);
    assert_ptr_equal(reason_explained("xen"), find("xen"));
    assert_null(reason_explained("load"));
}

/* A list that nobody wants to read is one with too many groups, or with too many in one. */
static void every_group_has_reasons(void **state)
{
    size_t n[N_GROUPS] = {0};

    (void)state;
    for (size_t i = 0; i < reasons_count(); i++)
        n[reason_at(i)->group]++;
    for (int group = 0; group < N_GROUPS; group++) {
        assert_in_range(n[group], 2, 15);
        assert_true(strlen(group_name((enum reason_group)group)) <= 8);
        assert_true(strlen(group_about((enum reason_group)group)) <= 80 - 27);
    }
    assert_null(reason_at(reasons_count()));
}

/* A reason that applied here would only be noise. */
static void nothing_applies_to_a_good_machine(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    for (size_t i = 0; i < reasons_count(); i++) {
        const struct answer answer = reason_ask(reason_at(i), &made.facts);

        assert_answer(&answer, 0, NULL);
        assert_null(answer.text);
    }
}

/* Asserts what the reason says about the facts. */
static void expect(const struct made_facts *made, const char *id, int result, const char *words)
{
    CLEANUP(answer_clear) struct answer answer = reason_ask(find(id), &made->facts);

    assert_answer(&answer, result, words);
}

static void settings(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.config.mode = MODE_FIRMWARE;
    made.facts.config.mode_source = (char *)"/etc/fastreboot.conf.d/a.conf";
    expect(&made, "mode-firmware", 1, "/etc/fastreboot.conf.d/a.conf says mode = firmware");
    made.facts.config.error = (char *)"/etc/fastreboot.conf:3: unknown key";
    expect(&made, "config-invalid", 1, ":3: unknown key");
    made.facts.config.error_number = EACCES;
    expect(&made, "config-invalid", -EACCES, ":3: unknown key");
}

static void the_firmware_may_be_due(void **state)
{
    static const int64_t DAY = 86400LL * 1000000;
    struct made_facts made;
    struct config *config = &made.facts.config;
    struct row_facts *row = &made.facts.row;

    (void)state;
    made_fast(&made);
    *row = (struct row_facts){.fast = 5, .firmware = 10 * DAY, .now = 40 * DAY};
    expect(&made, "firmware-due", 0, NULL);
    config->max_fast = 6;
    config->max_fast_source = (char *)"/etc/f.conf:1";
    config->max_age = 31;
    config->max_age_source = (char *)"/etc/f.conf:2";
    expect(&made, "firmware-due", 0, NULL);
    row->now = 41 * DAY;
    expect(&made, "firmware-due", 1,
           "/etc/f.conf:2 says max-age-days = 31, and the firmware has not run for 31 days");
    row->now = 0; /* a recorded machine */
    expect(&made, "firmware-due", 0, NULL);
    row->now = 1000 * DAY;
    row->firmware = 0; /* not known */
    expect(&made, "firmware-due", 0, NULL);
    row->fast = 6;
    expect(&made, "firmware-due", 1,
           "/etc/f.conf:1 says max-fast-in-a-row = 6, and the last 6 reboots were fast");
}

/* The file and line that a reason names, and that JSON has. */
static void expect_source(const struct made_facts *made, const char *id, const char *source)
{
    CLEANUP(answer_clear) struct answer answer = reason_ask(find(id), &made->facts);

    assert_int_not_equal(answer.is, ANSWER_NO);
    if (!source) {
        assert_null(answer.source);
        return;
    }
    assert_string_equal(answer.source, source);
    assert_non_null(strstr(answer.text, source));
}

static void settings_that_are_the_cause(void **state)
{
    struct made_facts made;
    struct config *config = &made.facts.config;

    (void)state;
    made_fast(&made);
    *config = (struct config){.mode = MODE_FIRMWARE, .mode_source = (char *)"/etc/f.conf:1"};
    expect_source(&made, "mode-firmware", "/etc/f.conf:1");
    *config = (struct config){.error = (char *)"/etc/f.conf:3: unknown key \"a:4:\""};
    expect_source(&made, "config-invalid", "/etc/f.conf:3");
    config->error = (char *)"/etc/f.conf is not used: 7:8: x";
    expect_source(&made, "config-invalid", "/etc/f.conf");
    config->error = (char *)"/etc/f.conf: Permission denied";
    config->error_number = EACCES;
    expect_source(&made, "config-invalid", "/etc/f.conf");
    made.facts.driver_missing = answer_yes((char *)"no driver for device x");
    *config = (struct config){.missing_driver = MISSING_DRIVER_BLOCK,
                              .missing_driver_source = (char *)"/etc/f.conf:4"};
    expect_source(&made, "driver-required", "/etc/f.conf:4");
    config->missing_driver = MISSING_DRIVER_WARN;
    expect_source(&made, "driver-missing", NULL);
    *config = (struct config){.watchdog = SECONDS_OFF, .watchdog_source = (char *)"/etc/f.conf:5"};
    expect_source(&made, "watchdog", "/etc/f.conf:5");
    config->watchdog = 3000;
    expect_source(&made, "watchdog", "/etc/f.conf:5"); /* more than it counts to */
    *config = (struct config){.cmdline_append = (char *)"x",
                              .cmdline_append_source = (char *)"/etc/f.conf:6"};
    made.facts.payload.image.cmdline_max = 1;
    expect_source(&made, "cmdline-too-long", "/etc/f.conf:6");
    *config = (struct config){.cmdline = (char *)"x", .cmdline_source = (char *)"/etc/f.conf:7"};
    expect_source(&made, "cmdline-too-long", "/etc/f.conf:7");
    *config = (struct config){0};
    expect_source(&made, "cmdline-too-long", NULL);
}

static void settings_that_name_files(void **state)
{
    struct made_facts made;
    struct boot_payload *payload = &made.facts.payload;

    (void)state;
    made_fast(&made);
    made.facts.boot_entries.loader = "configuration";
    made.entry.source = (char *)"/etc/f.conf:1";
    made.facts.config = (struct config){.kernel_source = (char *)"/etc/f.conf:1",
                                        .initrd_source = (char *)"/etc/f.conf:2"};
    payload->kernel.error = ENOENT;
    made.initrds[0].error = ENOENT;
    expect(&made, "kernel-missing", 1,
           "/vmlinuz: No such file or directory (kernel = in /etc/f.conf:1)");
    expect_source(&made, "kernel-missing", "/etc/f.conf:1");
    expect_source(&made, "initrd-missing", "/etc/f.conf:2");
    made.initrds[0].error = 0;
    made.initrds[0].size = 0;
    expect_source(&made, "initrd-empty", "/etc/f.conf:2");
    made.facts.boot_entries.loader = "grub";
    made.entry.source = (char *)"/boot/grub/grub.cfg:7";
    expect(&made, "kernel-missing", 1, "/vmlinuz: No such file or directory");
    {
        CLEANUP(answer_clear)
        struct answer answer = reason_ask(find("kernel-missing"), &made.facts);

        assert_string_equal(answer.source, "/boot/grub/grub.cfg:7");
        assert_null(strstr(answer.text, "grub.cfg"));
    }
}

static void another_programs_command_line_is_not_inherited(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.boot.way = BOOT_BY_KEXEC;
    expect(&made, "cmdline-inherited", 0, NULL); /* the boot loader's own */
    made.facts.boot_entries.inherits_cmdline = true;
    expect(&made, "cmdline-inherited", 1, "another program than fastreboot");
    made.facts.boot.mark = (char *)"0011223344556677";
    expect(&made, "cmdline-inherited", 0, NULL);
    made.facts.boot.mark = NULL;
    made.facts.config.cmdline = (char *)"root=/dev/sda1";
    expect(&made, "cmdline-inherited", 0, NULL);
    made.facts.config.cmdline = NULL;
    made.facts.boot.way = BOOT_BY_FIRMWARE;
    expect(&made, "cmdline-inherited", 0, NULL);
}

static void loads_that_do_not_end(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.failure.failures.interrupted = 1;
    expect(&made, "load-interrupted", 0, NULL);
    made.facts.failure.failures.interrupted = 2;
    expect(&made, "load-interrupted", 1, "the last 2 loads");
}

static void loads_that_the_kernel_refuses(void **state)
{
    struct made_facts made;
    struct repeat_facts *repeat = &made.facts.repeat;

    (void)state;
    made_fast(&made);
    *repeat = (struct repeat_facts){.id = (char *)"load-failed",
                                    .n = 2,
                                    .of_release = 2,
                                    .release = (char *)"6.1.0",
                                    .text = (char *)"firmware: loading kernel /vmlinuz: refused"};
    expect(&made, "load-refused", 1,
           "the last 2 reboots were to be fast, and the running kernel refused: loading kernel "
           "/vmlinuz: refused");
    made.facts.loaded.current = true; /* now it was not */
    expect(&made, "load-refused", 0, NULL);
    made.facts.loaded.current = false;
    repeat->of_release = 1;
    expect(&made, "load-refused", 0, NULL);
    repeat->of_release = 2;
    repeat->release = (char *)"6.0.0";
    expect(&made, "load-refused", 0, NULL);
    repeat->release = (char *)"6.1.0";
    repeat->id = (char *)"firmware-update";
    expect(&made, "load-refused", 0, NULL);
}

static void copied_parameters(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.boot_entries.copied = (char *)"boot entry \"Linux\" (/boot/x.conf)";
    expect(&made, "parameters-copied", 1, "boot entry \"Linux\" (/boot/x.conf) has fastreboot's");
}

/* A reason that counts before a reboot and not at the shutdown, or the other way round, would make
 * a liar of `check`. */
static void before_and_after_agree(void **state)
{
    static const unsigned BEFORE = 1U << PURPOSE_NEXT_REBOOT, AFTER = 1U << PURPOSE_SHUTDOWN;

    (void)state;
    for (size_t i = 0; i < reasons_count(); i++) {
        const struct reason *reason = reason_at(i);

        if (!(reason->purposes & BEFORE) == !(reason->purposes & AFTER))
            continue;
        /* The first is the service at work; the second knows only the past, and is tried again. */
        assert_true(streq(reason->id, "not-active") || streq(reason->id, "load-refused") ||
                    !(reason->purposes & (BEFORE | AFTER)));
        assert_false(reason->purposes & AFTER);
    }
}

static void units(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.units = (struct unit_facts){.armed = {.is = ANSWER_YES}};
    expect(&made, "normal-asked", 1, "a firmware reboot was requested");
    made.facts.units.armed.text = (char *)"a firmware reboot was requested: something was missing";
    expect(&made, "normal-asked", 1, "something was missing");
    made.facts.units.masked = answer_yes((char *)"masked by x");
    expect(&made, "masked", 1, "masked by x");
    made.facts.units.masked = answer_unknown(EACCES, NULL);
    expect(&made, "masked", -EACCES, "cannot tell whether no unit of fastreboot is masked: Permis");
    expect(&made, "not-enabled", 1, "not enabled");
    expect(&made, "not-active", 1, "not running");
    made.facts.units.enabled = (struct answer){.is = ANSWER_UNKNOWN, .error = ELOOP};
    expect(&made, "not-enabled", -ELOOP, NULL);
    made.facts.units.active = (struct answer){.is = ANSWER_UNKNOWN};
    expect(&made, "not-active", -EIO, NULL);
}

static void the_watchdog(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.watchdog.error = EACCES;
    expect(&made, "watchdog", -EACCES, NULL);
    made.facts.watchdog = (struct watchdog_facts){0};
    expect(&made, "watchdog", 1, "a kernel that hangs stays down");
}

static void keys_of_a_tpm(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.crypt.tpm = answer_yes((char *)"volume x gets its key from a TPM");
    expect(&made, "tpm-unlock", 1, "volume x gets its key from a TPM");
    made.facts.crypt.tpm = answer_unknown(EACCES, (char *)"volume x");
    expect(&made, "tpm-unlock", -EACCES, "volume x");
}

static void the_kernels_own_switches(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.kexec.disabled.is = made.facts.kexec.exhausted.is = ANSWER_YES;
    expect(&made, "kexec-disabled", 1, "kexec_load_disabled");
    expect(&made, "kexec-exhausted", 1, "kexec_load_limit_reboot");
    made.facts.loaded.current = true; /* what is loaded can still be started */
    expect(&made, "kexec-disabled", 0, NULL);
    expect(&made, "kexec-exhausted", 0, NULL);
    made.facts.kexec.supported.is = ANSWER_NO;
    expect(&made, "kexec-unsupported", 1, "without kexec");
    made.facts.kexec.loaded = (struct answer){.is = ANSWER_UNKNOWN, .error = EIO};
    expect(&made, "loaded-unknown", -EIO, NULL);
    made.facts.kexec.lockdown = (char *)"integrity";
    expect(&made, "signed-only", 1, "lockdown is integrity");
    made.facts.kexec.lockdown = (char *)"none";
    expect(&made, "signed-only", 0, NULL);
}

static void a_second_hash_that_can_be_spared(void **state)
{
    struct made_facts made;
    struct kexec_facts *kexec = &made.facts.kexec;

    (void)state;
    made_fast(&made);
    made.facts.payload.image.memory = 50ULL << 20;
    made.initrds[0].size = 100ULL << 20;
    kexec->has_cma = kexec->has_kho = true;
    expect(&made, "second-hash", 0, NULL); /* an older kernel */
    kexec->can_skip = true;
    expect(&made, "second-hash", 1, "151 MiB, and hashes them again");
    expect(&made, "second-hash", 1, "has set aside 0 MiB");
    expect(&made, "second-hash", 1, "needs cma=192M");
    kexec->cma = 149ULL << 20;
    expect(&made, "second-hash", 1, "has set aside 149 MiB");
    kexec->cma = 150ULL << 20;
    expect(&made, "second-hash", 0, NULL);
    kexec->cma = 0;
    made.entry.cmdline = (char *)"root=/dev/sda1 cma=192M"; /* set, for the next boot */
    expect(&made, "second-hash", 0, NULL);
    made.entry.cmdline = (char *)"root=/dev/sda1";
    kexec->kho = true;
    expect(&made, "second-hash", 0, NULL);
    kexec->kho = kexec->has_cma = false;
    expect(&made, "second-hash", 1, "needs kho=on");
    made.entry.cmdline = (char *)"root=/dev/sda1 kho=on";
    expect(&made, "second-hash", 0, NULL);
    made.entry.cmdline = (char *)"root=/dev/sda1";
    kexec->has_kho = false;
    expect(&made, "second-hash", 0, NULL); /* there is nothing to set */
    kexec->has_cma = true;
    made.facts.arch = IMAGE_ARM64;
    expect(&made, "second-hash", 0, NULL);
    made.facts.arch = IMAGE_X86_64;
    made.facts.payload.image.release = NULL;
    expect(&made, "second-hash", 0, NULL);
}

static void files_that_are_not_there(void **state)
{
    struct made_facts made;
    struct boot_payload *payload = &made.facts.payload;

    (void)state;
    made_fast(&made);
    payload->kernel.error = ENOENT;
    expect(&made, "kernel-missing", 1, "kernel /vmlinuz: No such file or directory");
    expect(&made, "kernel-invalid", 0, NULL);
    payload->kernel.error = EACCES;
    expect(&made, "kernel-missing", -EACCES, "kernel /vmlinuz: Permission denied");
    payload->kernel.error = EINVAL;
    expect(&made, "kernel-missing", 1, "not a regular file");
    made.initrds[1] = (struct boot_file){.path = (char *)"/second", .error = EPERM};
    payload->n_initrds = 2;
    expect(&made, "initrd-missing", -EPERM, "initrd /second");
    expect(&made, "initrd-empty", 0, NULL);
    made.initrds[1].error = 0;
    expect(&made, "initrd-empty", 1, "initrd /second: empty");
    made.initrds[1].untrusted = (char *)"/ can be written";
    expect(&made, "initrd-untrusted", 1, "initrd /second: / can be written");
    payload->kernel.untrusted = (char *)"/boot can be written";
    expect(&made, "kernel-untrusted", 1, "kernel /vmlinuz: /boot can be written");
}

static void initrds_that_cannot_be_unpacked(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.initrds[0].problem = (char *)"it is cut off";
    expect(&made, "initrd-invalid", 1, "initrd /initrd.img: it is cut off");
    made.initrds[0].content_error = EIO;
    expect(&made, "initrd-invalid", -EIO, "initrd /initrd.img: ");
}

static void too_little_memory(void **state)
{
    struct made_facts made;
    struct memory_facts *memory = &made.facts.memory;

    (void)state;
    made_fast(&made);
    made.facts.payload.memory = (300 << 20) + 1;
    *memory = (struct memory_facts){.known = true, .available = 300 << 20};
    expect(&made, "memory-short", 1, "takes 301 MiB of memory, and 300 MiB are available");
    memory->available++;
    expect(&made, "memory-short", 0, NULL);
    memory->available = 0;
    made.facts.loaded.current = true; /* it is loaded again */
    expect(&made, "memory-short", 1, NULL);
    made.facts.kexec.disabled.is = ANSWER_YES;
    expect(&made, "memory-short", 0, NULL);
    made.facts.loaded.current = false;
    memory->known = false; /* a recorded machine */
    expect(&made, "memory-short", 0, NULL);
    memory->error = EACCES;
    expect(&made, "memory-short", -EACCES, "enough memory");
}

static void kernels_that_do_not_fit(void **state)
{
    struct made_facts made;
    struct boot_payload *payload = &made.facts.payload;

    (void)state;
    made_fast(&made);
    payload->image.cmdline_max = strlen(made.entry.cmdline);
    expect(&made, "cmdline-too-long", 0, NULL);
    payload->image.cmdline_max--;
    expect(&made, "cmdline-too-long", 1, "has 14 characters, kernel 6.1.0 accepts 13");
    payload->image.arch = IMAGE_ARM64;
    expect(&made, "kernel-foreign", 1, "is for arm64, this machine is x86_64");
    payload->modules_problem = (char *)"/lib/modules/6.1.0 does not exist";
    expect(&made, "modules-incomplete", 1, "does not exist");
    payload->modules_error = EIO;
    expect(&made, "modules-incomplete", -EIO, NULL);
    payload->image = (struct image){0};
    payload->image_problem = (char *)"empty";
    expect(&made, "kernel-invalid", 1, "kernel /vmlinuz: empty");
    expect(&made, "kernel-foreign", 0, NULL);
    expect(&made, "cmdline-too-long", 0, NULL);
    payload->image_error = EIO;
    expect(&made, "kernel-invalid", -EIO, "kernel /vmlinuz: Input/output error");
    made.facts.boot_entries.n = 0;
    expect(&made, "kernel-unknown", 1, "no kernel was chosen");
    made.facts.boot_entries.problem = (char *)"none found";
    expect(&made, "kernel-unknown", 1, "none found");
}

static void kernels_of_others(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.kexec.loaded.is = ANSWER_YES;
    expect(&made, "foreign-kernel", 1, "did not load");
    expect(&made, "foreign-kernel-in-place", 1, "did not load");
    made.facts.loaded.release = (char *)"6.1.0";
    expect(&made, "foreign-kernel", 0, NULL);
}

static void hardware(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.quirk.applied = answer_yes((char *)"board: appends x");
    expect(&made, "quirk-applied", 1, "board: appends x");
    made.facts.driver_missing = answer_yes((char *)"no driver for device x");
    expect(&made, "driver-missing", 1, "device x");
    expect(&made, "driver-required", 0, NULL);
    made.facts.config.missing_driver = MISSING_DRIVER_BLOCK;
    expect(&made, "driver-missing", 0, NULL);
    expect(&made, "driver-required", 1, "device x");
    made.facts.driver_missing = answer_unknown(EIO, NULL);
    expect(&made, "driver-required", -EIO, NULL);
    made.facts.storage = (struct storage_facts){.degraded = answer_yes((char *)"md0 lacks"),
                                                .damaged = answer_yes((char *)"ext4 on sda1"),
                                                .failing = answer_unknown(EPERM, NULL)};
    expect(&made, "array-degraded", 1, "md0 lacks");
    expect(&made, "filesystem-errors", 1, "ext4 on sda1");
    expect(&made, "disk-errors", -EPERM, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(every_group_has_reasons),
        cmocka_unit_test(what_only_a_shutdown_finds_is_explained),
        cmocka_unit_test(nothing_applies_to_a_good_machine),
        cmocka_unit_test(settings),
        cmocka_unit_test(the_firmware_may_be_due),
        cmocka_unit_test(settings_that_are_the_cause),
        cmocka_unit_test(settings_that_name_files),
        cmocka_unit_test(another_programs_command_line_is_not_inherited),
        cmocka_unit_test(loads_that_do_not_end),
        cmocka_unit_test(loads_that_the_kernel_refuses),
        cmocka_unit_test(copied_parameters),
        cmocka_unit_test(before_and_after_agree),
        cmocka_unit_test(units),
        cmocka_unit_test(the_watchdog),
        cmocka_unit_test(keys_of_a_tpm),
        cmocka_unit_test(the_kernels_own_switches),
        cmocka_unit_test(a_second_hash_that_can_be_spared),
        cmocka_unit_test(files_that_are_not_there),
        cmocka_unit_test(initrds_that_cannot_be_unpacked),
        cmocka_unit_test(too_little_memory),
        cmocka_unit_test(kernels_that_do_not_fit),
        cmocka_unit_test(kernels_of_others),
        cmocka_unit_test(hardware),
    };

    return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/judge.h"

#include "test.h"

static const int64_t SECOND = 1000000, BEGAN = 1700000000LL * 1000000;

static struct attempt attempt_in(enum attempt_state state, const char *reason)
{
    return (struct attempt){.id = (char *)"0123456789abcdef",
                            .boot_id = (char *)"boot",
                            .time = BEGAN,
                            .state = state,
                            .release = (char *)"6.1.0-33-amd64",
                            .reason = (char *)reason,
                            .firmware_boot = {.known = true, .loader_type = 0x72}};
}

static const struct boot_facts BY_KEXEC = {
    .way = BOOT_BY_KEXEC, .release = (char *)"6.1.0-34-amd64", .mark = (char *)"0123456789abcdef"};
static const struct boot_facts BY_FIRMWARE = {.way = BOOT_BY_FIRMWARE,
                                              .release = (char *)"6.1.0-34-amd64"};
static const struct boot_facts UNKNOWN = {.way = BOOT_UNKNOWN};

static void expect(const struct attempt *attempt, const struct boot_facts *boot,
                   enum outcome outcome, const char *text)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};

    judge(attempt, boot, BEGAN + 60 * SECOND, 40 * SECOND, &record);
    assert_int_equal(record.outcome, outcome);
    if (!strstr(record.text, text))
        fail_msg("\"%s\" does not say \"%s\"", record.text, text);
    assert_null(strchr(record.text, '\n'));
}

static void what_was_loaded_was_to_be_fast(void **state)
{
    const struct attempt loaded = attempt_in(ATTEMPT_LOADED, NULL);

    (void)state;
    expect(&loaded, &BY_KEXEC, OUTCOME_FAST, "fast: kernel 6.1.0-34-amd64 was started by kexec");
    expect(&loaded, &BY_FIRMWARE, OUTCOME_FAILED, "failed: kernel 6.1.0-33-amd64 was loaded, but");
    expect(&loaded, &UNKNOWN, OUTCOME_UNKNOWN, "unknown: kernel 6.1.0-33-amd64 was loaded");
}

/* On arm64 only the mark tells. */
static void a_kernel_without_the_mark_is_not_what_was_loaded(void **state)
{
    struct attempt loaded = attempt_in(ATTEMPT_LOADED, NULL);

    (void)state;
    loaded.cmdline = (char *)"root=/dev/sda1 fastreboot.attempt=0123456789abcdef";
    expect(&loaded, &UNKNOWN, OUTCOME_FAILED, "failed: kernel 6.1.0-33-amd64 was loaded, but");
}

static void a_kernel_that_was_not_loaded_is_told(void **state)
{
    struct attempt loaded = attempt_in(ATTEMPT_LOADED, NULL);
    struct boot_facts boot = BY_KEXEC;

    (void)state;
    loaded.cmdline = (char *)"root=/dev/sda1 fastreboot.attempt=0123456789abcdef";
    expect(&loaded, &boot, OUTCOME_FAST, "fast: ");
    boot.mark = (char *)"of another attempt";
    expect(&loaded, &boot, OUTCOME_OTHER,
           "other kernel: 6.1.0-34-amd64 was started by kexec instead of 6.1.0-33-amd64, which");
    boot.mark = NULL;
    expect(&loaded, &boot, OUTCOME_OTHER, "other kernel");
    /* There was no room for the mark. */
    loaded.cmdline = (char *)"root=/dev/sda1";
    expect(&loaded, &boot, OUTCOME_OTHER, "other kernel");
    loaded.release = (char *)"6.1.0-34-amd64";
    expect(&loaded, &boot, OUTCOME_FAST, "fast: ");
    /* Somebody's own kernel: which one is not known. */
    loaded.release = NULL;
    boot.mark = (char *)"whatever";
    expect(&loaded, &boot, OUTCOME_FAST, "fast: ");
}

static void going_down_while_being_checked_has_failed(void **state)
{
    const struct attempt checking = attempt_in(ATTEMPT_CHECKING, NULL);
    struct boot_facts other = BY_KEXEC;

    (void)state;
    expect(&checking, &BY_FIRMWARE, OUTCOME_FAILED, "went down before the health check was over");
    expect(&checking, &UNKNOWN, OUTCOME_FAILED, "went down before");
    other.mark = NULL;
    expect(&checking, &other, OUTCOME_UNKNOWN,
           "a kernel that fastreboot did not load was started by kexec");
}

static void what_was_decided_for_firmware_gives_its_reason(void **state)
{
    const struct attempt decided = attempt_in(ATTEMPT_FIRMWARE, "mode = firmware");
    struct attempt with_id = decided;
    CLEANUP(boot_record_clear) struct boot_record record;
    struct boot_facts other = BY_KEXEC;

    (void)state;
    expect(&decided, &BY_FIRMWARE, OUTCOME_FIRMWARE, "firmware: mode = firmware");
    expect(&decided, &UNKNOWN, OUTCOME_FIRMWARE, "firmware: mode = firmware");
    with_id.reason_id = (char *)"mode-firmware";
    judge(&with_id, &BY_FIRMWARE, BEGAN + 60 * SECOND, 40 * SECOND, &record);
    assert_string_equal(record.reason_id, "mode-firmware");
    other.mark = NULL;
    expect(&decided, &other, OUTCOME_UNKNOWN, "did not load was started by kexec, although");
}

static void what_did_not_end_has_failed(void **state)
{
    const struct attempt begun = attempt_in(ATTEMPT_BEGUN, NULL);
    const struct attempt failed = attempt_in(ATTEMPT_FAILED, "PID 1 said no");
    const struct attempt silent = attempt_in(ATTEMPT_FAILED, NULL);

    (void)state;
    expect(&begun, &BY_FIRMWARE, OUTCOME_FAILED, "failed: loading the kernel was interrupted");
    expect(&failed, &BY_FIRMWARE, OUTCOME_FAILED, "failed: PID 1 said no");
    expect(&silent, &BY_FIRMWARE, OUTCOME_FAILED, "no reason was recorded");
}

/* PID 1 did as requested, but its answer did not arrive. */
static void our_mark_proves_the_jump(void **state)
{
    const struct attempt failed = attempt_in(ATTEMPT_FAILED, "no answer");
    struct boot_facts other = BY_KEXEC;

    (void)state;
    expect(&failed, &BY_KEXEC, OUTCOME_FAST, "fast: ");
    other.mark = (char *)"fedcba9876543210";
    expect(&failed, &other, OUTCOME_UNKNOWN, "not recorded was started by kexec, although");
}

/* Whatever was planned: a boot by kexec is never reported as one through the firmware. */
static void kexec_is_never_called_firmware(void **state)
{
    (void)state;
    for (int i = ATTEMPT_BEGUN; i <= ATTEMPT_FAILED; i++) {
        const struct attempt attempt = attempt_in((enum attempt_state)i, "reason");
        CLEANUP(boot_record_clear) struct boot_record record = {0};

        judge(&attempt, &BY_KEXEC, BEGAN + SECOND, 0, &record);
        assert_null(after_prefix(record.text, "firmware"));
        assert_true(record.outcome == OUTCOME_FAST || record.outcome == OUTCOME_UNKNOWN);
    }
}

/* LinuxBoot, u-root, petitboot: to the kernel every boot is by kexec. */
static void where_the_firmware_uses_kexec_the_mark_decides(void **state)
{
    static const struct boot_facts BY_LINUXBOOT = {.way = BOOT_BY_KEXEC,
                                                   .release = (char *)"6.1.0-34-amd64"};
    struct attempt attempt = attempt_in(ATTEMPT_LOADED, NULL);

    (void)state;
    attempt.firmware_boot.known = false;
    attempt.cmdline = (char *)"ro fastreboot.attempt=0123456789abcdef";
    expect(&attempt, &BY_KEXEC, OUTCOME_FAST, "fast: ");
    expect(&attempt, &BY_LINUXBOOT, OUTCOME_FAILED, "failed: kernel 6.1.0-33-amd64 was loaded");
    attempt.cmdline = (char *)"no room for the mark";
    expect(&attempt, &BY_LINUXBOOT, OUTCOME_UNKNOWN, "does not tell whether");
    attempt.state = ATTEMPT_FIRMWARE;
    attempt.reason = (char *)"mode = firmware";
    expect(&attempt, &BY_LINUXBOOT, OUTCOME_FIRMWARE, "firmware: mode = firmware");
    attempt.state = ATTEMPT_BEGUN;
    expect(&attempt, &BY_LINUXBOOT, OUTCOME_FAILED, "loading the kernel was interrupted");
    attempt.state = ATTEMPT_CHECKING;
    expect(&attempt, &BY_LINUXBOOT, OUTCOME_FAILED, "before the health check was over");
}

static void without_an_attempt_nothing_is_claimed(void **state)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};

    (void)state;
    expect(NULL, &BY_KEXEC, OUTCOME_UNKNOWN, "with a mark of fastreboot that is not recorded was");
    expect(NULL, &BY_FIRMWARE, OUTCOME_UNKNOWN, "nothing was recorded before this boot");
    expect(NULL, &UNKNOWN, OUTCOME_UNKNOWN, "nothing was recorded before this boot");
    judge(NULL, &UNKNOWN, 5, 3, &record);
    assert_null(record.id);
    assert_null(record.release);
    assert_int_equal(record.time, 5);
    assert_int_equal(record.down, -1);
    assert_int_equal(record.back, -1);
}

static void expect_times(int64_t now, int64_t uptime, int64_t down, int64_t back)
{
    const struct attempt loaded = attempt_in(ATTEMPT_LOADED, NULL);
    CLEANUP(boot_record_clear) struct boot_record record = {0};

    judge(&loaded, &BY_KEXEC, now, uptime, &record);
    assert_string_equal(record.id, loaded.id);
    assert_int_equal(record.down, down);
    assert_int_equal(record.back, back);
}

static void durations_are_told_when_the_clock_allows(void **state)
{
    const int64_t day = 86400 * SECOND;

    (void)state;
    expect_times(BEGAN + 60 * SECOND, 40 * SECOND, 20000, 60000);
    expect_times(BEGAN + 1999, 999, 1, 1);
    expect_times(BEGAN, 0, 0, 0);
    /* set back, so that the new kernel started before the reboot began */
    expect_times(BEGAN + 30 * SECOND, 40 * SECOND, -1, -1);
    expect_times(BEGAN - 1, 0, -1, -1);
    /* set forward, or switched off for days */
    expect_times(BEGAN + day + 2, 1, -1, -1);
    expect_times(BEGAN + day, day, 0, 86400000);
    expect_times(BEGAN + day + SECOND, 2 * SECOND, 86399000, -1);
    expect_times(INT64_MAX, 0, -1, -1);
    expect_times(0, INT64_MAX, -1, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_loaded_was_to_be_fast),
        cmocka_unit_test(a_kernel_without_the_mark_is_not_what_was_loaded),
        cmocka_unit_test(a_kernel_that_was_not_loaded_is_told),
        cmocka_unit_test(going_down_while_being_checked_has_failed),
        cmocka_unit_test(what_was_decided_for_firmware_gives_its_reason),
        cmocka_unit_test(what_did_not_end_has_failed),
        cmocka_unit_test(our_mark_proves_the_jump),
        cmocka_unit_test(kexec_is_never_called_firmware),
        cmocka_unit_test(where_the_firmware_uses_kexec_the_mark_decides),
        cmocka_unit_test(without_an_attempt_nothing_is_claimed),
        cmocka_unit_test(durations_are_told_when_the_clock_allows),
    };

    return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"

#include <fcntl.h>

#include "base/fd.h"
#include "base/root.h"

#include "facts-made.h"
#include "test.h"

enum {
    ROUNDS = 50000,
};

static void expect(const struct facts *facts, enum purpose purpose, const char *id)
{
    CLEANUP(verdict_clear) struct verdict verdict;

    decide(facts, purpose, &verdict);
    if (!id) {
        assert_true(verdict.fast);
        return;
    }
    assert_false(verdict.fast);
    assert_string_equal(verdict.because->reason->id, id);
}

static bool stands_in_the_way(const struct finding *finding)
{
    return finding->reason->severity == SEVERITY_BLOCK && finding->found.is != ANSWER_NO;
}

static void check_finding(const struct finding *finding)
{
    const struct answer *found = &finding->found;

    if (found->is == ANSWER_NO) {
        assert_null(found->text);
        return;
    }
    assert_non_null(found->text);
    assert_true(*found->text);
    assert_int_equal(found->is == ANSWER_UNKNOWN, found->error != 0);
}

static void check_verdict(const struct verdict *verdict)
{
    bool blocked = false;

    assert_true(verdict->n > 0 && verdict->n <= reasons_count());
    for (size_t i = 0; i < verdict->n; i++) {
        check_finding(&verdict->findings[i]);
        blocked = blocked || stands_in_the_way(&verdict->findings[i]);
    }
    assert_int_equal(verdict->fast, !blocked);
    assert_int_equal(verdict->fast, verdict->because == NULL);
    if (verdict->fast) {
        assert_false(verdict->needs_root);
        return;
    }
    assert_false(verdict->by_hand);
    assert_true(verdict->because >= verdict->findings &&
                verdict->because < verdict->findings + verdict->n);
    assert_true(stands_in_the_way(verdict->because));
    if (verdict->needs_root)
        assert_true(verdict->because->found.error == EACCES ||
                    verdict->because->found.error == EPERM);
}

/* What decide() should conclude, but without its reasons. */
static void assert_can_be_fast(const struct facts *facts)
{
    const struct boot_payload *payload = &facts->payload;

    assert_true(!facts->config.error && facts->config.mode == MODE_FAST);
    assert_true(facts->units.armed.is == ANSWER_NO && facts->kexec.supported.is == ANSWER_YES);
    assert_true(facts->environment.container.is == ANSWER_NO &&
                facts->environment.xen.is == ANSWER_NO);
    assert_true(facts->quirk.firmware.is == ANSWER_NO && facts->quirk.invalid.is == ANSWER_NO);
    assert_true(!facts->failure.error && facts->failure.failures.n < FAILURES_TO_STOP);
    for (size_t i = 0; i < facts->failure.failures.n; i++)
        assert_string_not_equal(facts->failure.failures.all[i].kernel, payload->kernel_id);
    assert_true(payload->image.release && payload->image.arch == facts->arch);
    assert_true(!payload->kernel.error && !payload->kernel.untrusted && !payload->entry->problem);
    assert_true(!payload->modules_error && !payload->modules_problem);
    for (size_t i = 0; i < payload->n_initrds; i++)
        assert_true(!payload->initrds[i].error && !payload->initrds[i].untrusted &&
                    payload->initrds[i].size > 0);
}

/* The promises, for any machine: what blocks or is not known leads to the firmware, and that always
 * has a reason in words. */
static void doubt_is_firmware(void **state)
{
    int fast = 0, by_hand = 0, needs_root = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        for (int purpose = PURPOSE_NEXT_REBOOT; purpose <= PURPOSE_LOAD; purpose++) {
            CLEANUP(verdict_clear) struct verdict verdict;
            struct made_facts made;

            made_by_dice(&made);
            decide(&made.facts, (enum purpose)purpose, &verdict);
            check_verdict(&verdict);
            fast += verdict.fast;
            by_hand += verdict.by_hand;
            needs_root += verdict.needs_root;
            /* What will be loaded exists: checked from the facts, not from the findings. */
            if (verdict.fast && !verdict.by_hand)
                assert_can_be_fast(&made.facts);
        }
    }
    assert_true(fast > ROUNDS / 100 && by_hand > ROUNDS / 1000 && needs_root > ROUNDS / 1000);
}

static bool is_fast(const struct facts *facts)
{
    CLEANUP(verdict_clear) struct verdict verdict;

    decide(facts, PURPOSE_NEXT_REBOOT, &verdict);
    return verdict.fast;
}

/* An additional doubt never makes a reboot fast that was not. */
static void one_more_unknown_makes_nothing_fast(void **state)
{
    static const struct answer UNKNOWN = {.is = ANSWER_UNKNOWN, .error = EIO};

    (void)state;
    for (int i = 0; i < ROUNDS / 10; i++) {
        struct made_facts made;
        struct answer *const *all;
        bool before;
        size_t n;

        made_by_dice(&made);
        before = is_fast(&made.facts);
        all = made_each_fact(&made.facts, &n);
        for (size_t k = 0; k < n; k++) {
            const struct answer fact = *all[k];

            *all[k] = UNKNOWN;
            assert_true(before || !is_fast(&made.facts));
            *all[k] = fact;
        }
    }
}

/* A new fact must also be added to made_each_fact(). */
static void no_fact_is_forgotten(void **state)
{
    struct made_facts made;
    AUTOFREE char *text = NULL;
    AUTOCLOSE int fd = open(SOURCE_ROOT "/src/facts/facts.h", O_RDONLY | O_CLOEXEC);
    size_t there = 0, n;

    (void)state;
    assert_int_equal(fd_read(fd, 1 << 20, &text, NULL), 0);
    for (const char *place = text; (place = strstr(place, "\n    struct answer ")); place++)
        there++;
    made_fast(&made);
    (void)made_each_fact(&made.facts, &n);
    there += N_REQUESTS - 1; /* an array of them */
    if (n != there)
        fail_msg("facts.h has %zu struct answer, made_each_fact() gives %zu", there, n);
}

static size_t index_of(const struct reason *reason)
{
    size_t i = 0;

    while (reason_at(i) != reason)
        i++;
    return i;
}

/* made_by_dice() is wild enough to try every reason: each one applies to some machine, and each one
 * that can block is sometimes the one that decides. */
static void every_reason_is_reached(void **state)
{
    AUTOFREE bool *applied = calloc(reasons_count(), 1), *decided = calloc(reasons_count(), 1);

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        CLEANUP(verdict_clear) struct verdict verdict;
        struct made_facts made;

        made_by_dice(&made);
        decide(&made.facts, (enum purpose)(i % 3), &verdict);
        for (size_t k = 0; k < verdict.n; k++)
            if (verdict.findings[k].found.is != ANSWER_NO)
                applied[index_of(verdict.findings[k].reason)] = true;
        if (verdict.because)
            decided[index_of(verdict.because->reason)] = true;
    }
    for (size_t k = 0; k < reasons_count(); k++)
        if (!applied[k] || (!decided[k] && reason_at(k)->severity == SEVERITY_BLOCK))
            fail_msg("made_by_dice() never %s \"%s\"", applied[k] ? "decides by" : "meets",
                     reason_at(k)->id);
}

static void a_good_machine_is_fast(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    for (int purpose = PURPOSE_NEXT_REBOOT; purpose <= PURPOSE_LOAD; purpose++)
        expect(&made.facts, (enum purpose)purpose, NULL);
}

static void purposes_differ(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.units.active.is = ANSWER_NO;
    expect(&made.facts, PURPOSE_NEXT_REBOOT, "not-active");
    expect(&made.facts, PURPOSE_SHUTDOWN, NULL);
    expect(&made.facts, PURPOSE_LOAD, NULL);
    made.facts.units.enabled.is = ANSWER_NO;
    expect(&made.facts, PURPOSE_SHUTDOWN, "not-enabled");
    expect(&made.facts, PURPOSE_LOAD, NULL);
}

static void somebody_elses_kernel_is_respected(void **state)
{
    CLEANUP(verdict_clear) struct verdict verdict;
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.kexec.loaded.is = ANSWER_YES;
    made.facts.payload.kernel.error = ENOENT;  /* does not matter now */
    made.facts.kexec.disabled.is = ANSWER_YES; /* what is loaded can still be started */
    decide(&made.facts, PURPOSE_SHUTDOWN, &verdict);
    assert_true(verdict.fast && verdict.by_hand);
    expect(&made.facts, PURPOSE_LOAD, "foreign-kernel-in-place");
    made.facts.config.mode = MODE_FIRMWARE;
    made.facts.config.mode_source = (char *)"/etc/fastreboot.conf";
    expect(&made.facts, PURPOSE_SHUTDOWN, "mode-firmware");
}

static void what_is_known_is_the_better_reason(void **state)
{
    CLEANUP(verdict_clear) struct verdict verdict;
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.units.enabled = (struct answer){.is = ANSWER_UNKNOWN, .error = EACCES};
    decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
    assert_true(verdict.needs_root);
    assert_string_equal(verdict.because->found.text,
                        "cannot tell whether fastreboot is enabled: Permission denied");
    verdict_clear(&verdict);
    made.facts.payload.kernel.error = ENOENT;
    decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
    assert_false(verdict.needs_root);
    assert_string_equal(verdict.because->reason->id, "kernel-missing");
}

static const struct finding *finding_of(const struct verdict *verdict, const char *id)
{
    for (size_t i = 0; i < verdict->n; i++)
        if (streq(verdict->findings[i].reason->id, id))
            return &verdict->findings[i];
    fail_msg("no finding is called %s", id);
    return NULL;
}

static void expect_advice(const struct facts *facts, const char *id, const char *advice)
{
    CLEANUP(verdict_clear) struct verdict verdict = {0};
    const char *found;

    decide(facts, PURPOSE_NEXT_REBOOT, &verdict);
    found = finding_advice(finding_of(&verdict, id));
    if (!strstr(found, advice))
        fail_msg("\"%s\" does not say \"%s\"", found, advice);
}

/* Upgrades replace the files of packages, and nothing may overwrite the administrator's. */
static void advice_about_a_quirk_can_be_followed(void **state)
{
    static const struct {
        const char *file, *advice;
    } CASES[] = {
        {"/usr/lib/fastreboot/quirks.d/10-boards.conf",
         "with `quirk-ignore = Board X` in /etc/fastreboot.conf, or leave out its whole file with "
         "`mkdir -p /etc/fastreboot/quirks.d && ln -s /dev/null "
         "/etc/fastreboot/quirks.d/10-boards.conf`"},
        {"/etc/fastreboot/quirks.d/own.conf",
         "with `quirk-ignore = Board X` in /etc/fastreboot.conf, or remove it from "
         "/etc/fastreboot/quirks.d/own.conf"},
        {NULL, "with `quirk-ignore = NAME` in /etc/fastreboot.conf, or leave out its whole file"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        struct made_facts made;

        made_fast(&made);
        made.facts.quirk.firmware = answer_yes((char *)"Board X: lost");
        made.facts.quirk.name = (char *)"Board X";
        made.facts.quirk.file = (char *)CASES[i].file;
        expect_advice(&made.facts, "quirk", CASES[i].advice);
    }
}

static void advice_about_a_file_fits_what_is_wrong_with_it(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.config.error = (char *)"/etc/fastreboot.conf:3: unknown key";
    expect_advice(&made.facts, "config-invalid", "correct that line; see fastreboot.conf(5)");
    made.facts.config.error = (char *)"/usr/lib/fastreboot.conf.d/a.conf:3: unknown key";
    expect_advice(&made.facts, "config-invalid",
                  "put a correct file in its place: /etc/fastreboot.conf.d/a.conf");
    made.facts.config.untrusted = true;
    expect_advice(&made.facts, "config-invalid", "make root the owner");
    made.facts.config.error = NULL;
    made.facts.quirk.invalid = answer_yes((char *)"/etc/fastreboot/quirks.d/a.conf:1: x");
    expect_advice(&made.facts, "quirks-invalid", "correct that line; see fastreboot-quirks(5)");
    made.facts.quirk.invalid.text = (char *)"/usr/lib/fastreboot/quirks.d/a.conf has no quirks: x";
    expect_advice(&made.facts, "quirks-invalid",
                  "put a correct file in its place: /etc/fastreboot/quirks.d/a.conf");
    made.facts.quirk.untrusted = true;
    expect_advice(&made.facts, "quirks-invalid", "make root the owner");
}

/* "Later ones are fast again" has turned out wrong three times. */
static void expect_anyway(const struct facts *facts, const char *id, bool anyway)
{
    CLEANUP(verdict_clear) struct verdict verdict;
    const struct finding *finding;

    decide(facts, PURPOSE_NEXT_REBOOT, &verdict);
    finding = finding_of(&verdict, id);
    assert_int_equal(finding->found.is, ANSWER_YES);
    assert_int_equal(finding->anyway, anyway);
    assert_int_equal(strstr(finding_advice(finding), "; do that before any reboot") != NULL,
                     anyway);
}

/* What the boot loader would start, too, keeps the machine down whichever way it reboots. */
static void a_damaged_kernel_is_damaged_for_the_firmware(void **state)
{
    static const struct {
        const char *id;
        bool anyway;
    } IDS[] = {{"kernel-missing", true}, {"kernel-invalid", false},    {"kernel-untrusted", false},
               {"initrd-empty", true},   {"modules-incomplete", true}, {"driver-required", true},
               {"memory-short", false}};

    (void)state;
    for (size_t i = 0; i < 3 * ELEMENTS(IDS); i++) {
        const char *id = IDS[i / 3].id;
        bool damaged = i % 3 == 1, configured = i % 3 == 2, anyway = IDS[i / 3].anyway;
        struct made_facts made;
        struct boot_payload *payload = &made.facts.payload;

        made_fast(&made);
        payload->kernel.error = streq(id, "kernel-missing") ? ENOENT : 0;
        payload->kernel.untrusted = streq(id, "kernel-untrusted") ? (char *)"writable" : NULL;
        payload->image_problem = streq(id, "kernel-invalid") ? (char *)"zImage" : NULL;
        payload->image_damaged = damaged;
        made.initrds[0].size = streq(id, "initrd-empty") ? 0 : 100;
        payload->modules_problem = (char *)"/lib/modules/6.1.0 does not exist";
        made.facts.driver_missing = answer_yes((char *)"no driver");
        made.facts.config.missing_driver = MISSING_DRIVER_BLOCK;
        made.facts.memory = (struct memory_facts){.known = true};
        payload->memory = 1;
        made.facts.boot_entries.loader = configured ? "configuration" : "grub";
        made.facts.config.kernel_source = (char *)"/etc/fastreboot.conf:1";
        made.facts.config.initrd_source = (char *)"/etc/fastreboot.conf:2";
        expect_anyway(&made.facts, id,
                      !configured && (anyway || (damaged && streq(id, "kernel-invalid"))));
    }
}

static void advice_after_failures(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.units.armed = answer_yes(NULL);
    expect_advice(&made.facts, "normal-asked", "or undo it with `fastreboot set-next auto`");
    made.facts.units.armed.text = (char *)"a firmware reboot was requested: something was missing";
    expect_advice(&made.facts, "normal-asked", "reboot: the firmware resets the hardware");
    made.facts.failure.error = EBADMSG;
    expect_advice(&made.facts, "failed-too-often", "`fastreboot retry`, which removes that file");
    made.facts.failure.error = EIO;
    expect_advice(&made.facts, "failed-too-often", "when the cause is fixed, `fastreboot retry`");
    made.facts.boot_entries.chosen = made.facts.boot_entries.n;
    made.facts.boot_entries.advice = (char *)"mount it";
    expect_advice(&made.facts, "kernel-unknown", "mount it");
}

static void what_reboots_do_not_end_is_a_fault(void **state)
{
    CLEANUP(verdict_clear) struct verdict verdict = {0};
    struct made_facts made;
    const struct finding *finding;

    (void)state;
    made_fast(&made);
    made.facts.requests[REQUEST_UPDATE] = answer_yes((char *)"an update is pending");
    made.facts.repeat = (struct repeat_facts){.id = (char *)"firmware-update", .n = 2};
    decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
    assert_int_equal(finding_kind(finding_of(&verdict, "firmware-update")), KIND_ONCE);
    verdict_clear(&verdict);
    made.facts.repeat.n = 3;
    decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
    finding = finding_of(&verdict, "firmware-update");
    assert_int_equal(finding_kind(finding), KIND_FAULT);
    assert_non_null(strstr(finding_advice(finding), "the last 3 reboots"));
    assert_non_null(strstr(finding_advice(finding), "fwupdmgr"));
    assert_null(strstr(finding_advice(finding), "fast again"));
}

static void what_follows_is_marked(void **state)
{
    CLEANUP(verdict_clear) struct verdict verdict = {0};
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.units.active.is = ANSWER_NO;
    decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
    assert_null(finding_of(&verdict, "not-active")->follows); /* enabled, but stopped */
    verdict_clear(&verdict);
    made.facts.units.enabled.is = ANSWER_NO;
    decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
    assert_string_equal(finding_of(&verdict, "not-active")->follows, "not-enabled");
    assert_null(finding_of(&verdict, "not-enabled")->follows);
    verdict_clear(&verdict);
    made.facts.environment.container.is = ANSWER_YES;
    decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
    assert_null(finding_of(&verdict, "container")->follows);
    for (size_t i = 0; i < verdict.n; i++)
        if (verdict.findings[i].reason->severity == SEVERITY_BLOCK &&
            !streq(verdict.findings[i].reason->id, "container"))
            assert_string_equal(verdict.findings[i].follows, "container");
}

/* What is left out must not leave nothing: if a reboot is not fast, a cause is shown. */
static void a_cause_always_remains(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS / 10; i++) {
        CLEANUP(verdict_clear) struct verdict verdict;
        struct made_facts made;
        size_t causes = 0, warnings = 0;

        made_by_dice(&made);
        decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict);
        for (size_t k = 0; k < verdict.n; k++) {
            const struct finding *finding = &verdict.findings[k];

            causes += stands_in_the_way(finding) && !finding->follows;
            warnings += finding->reason->severity == SEVERITY_WARN &&
                        finding->found.is != ANSWER_NO && !finding_needs_root(finding);
        }
        assert_int_equal(causes == 0, verdict.fast);
        assert_int_equal(warnings, verdict.warnings);
    }
}

static void an_entry_is_judged_by_its_files(void **state)
{
    AUTOFREE char *text = NULL;
    struct made_facts made;
    struct boot_payload payload;
    struct boot_entry entry;

    (void)state;
    made_fast(&made);
    payload = made.facts.payload;
    made.facts.payload = (struct boot_payload){0};
    made.facts.config.error = (char *)"broken";
    assert_null(decide_entry(&made.facts, &payload));
    payload.modules_problem = (char *)"/lib/modules/6.1.0 does not exist";
    text = decide_entry(&made.facts, &payload);
    assert_string_equal(text, "/lib/modules/6.1.0 does not exist");

    entry = *payload.entry;
    entry.title = (char *)"Lab";
    entry.problem = (char *)"a word is missing";
    entry.source = (char *)"/boot/grub/grub.cfg:7"; /* in the answer, and freed with it */
    payload.entry = &entry;
    free(text);
    text = decide_entry(&made.facts, &payload);
    assert_string_equal(text, "boot entry \"Lab\": a word is missing");
    assert_string_equal(severity_name(SEVERITY_WARN), "warn");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubt_is_firmware),
        cmocka_unit_test(one_more_unknown_makes_nothing_fast),
        cmocka_unit_test(no_fact_is_forgotten),
        cmocka_unit_test(every_reason_is_reached),
        cmocka_unit_test(a_good_machine_is_fast),
        cmocka_unit_test(purposes_differ),
        cmocka_unit_test(somebody_elses_kernel_is_respected),
        cmocka_unit_test(what_is_known_is_the_better_reason),
        cmocka_unit_test(advice_about_a_quirk_can_be_followed),
        cmocka_unit_test(advice_about_a_file_fits_what_is_wrong_with_it),
        cmocka_unit_test(a_damaged_kernel_is_damaged_for_the_firmware),
        cmocka_unit_test(advice_after_failures),
        cmocka_unit_test(what_reboots_do_not_end_is_a_fault),
        cmocka_unit_test(what_follows_is_marked),
        cmocka_unit_test(a_cause_always_remains),
        cmocka_unit_test(an_entry_is_judged_by_its_files),
    };

    return RUN_TESTS(tests);
}

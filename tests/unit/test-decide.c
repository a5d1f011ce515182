/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"

#include "facts-made.h"
#include "test.h"

enum {
    ROUNDS = 50000,
};

static void expect(const struct facts *facts, enum purpose purpose, const char *id)
{
    CLEANUP(verdict_clear) struct verdict verdict;

    assert_int_equal(decide(facts, purpose, &verdict), 0);
    if (!id) {
        assert_true(verdict.fast);
        return;
    }
    assert_false(verdict.fast);
    assert_string_equal(verdict.because->reason->id, id);
}

static bool stands_in_the_way(const struct finding *finding)
{
    return finding->reason->severity == SEVERITY_BLOCK && finding->result != 0;
}

static void check_finding(const struct finding *finding)
{
    if (finding->result == 0) {
        assert_null(finding->text);
        return;
    }
    assert_non_null(finding->text);
    assert_true(*finding->text);
    assert_true(finding->result <= 1);
}

static void check_verdict(const struct verdict *verdict)
{
    bool blocked = false;

    assert_true(verdict->n > 0 && verdict->n <= N_REASONS);
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
        assert_true(verdict->because->result == -EACCES || verdict->because->result == -EPERM);
}

/* The promises, whatever a machine is like: what blocks or is not known gives firmware, and
 * firmware has a reason in words. */
static void doubt_is_firmware(void **state)
{
    int fast = 0, by_hand = 0, needs_root = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        for (int purpose = PURPOSE_NEXT_REBOOT; purpose <= PURPOSE_LOAD; purpose++) {
            CLEANUP(verdict_clear) struct verdict verdict;
            struct made_facts made;

            made_by_dice(&made);
            assert_int_equal(decide(&made.facts, (enum purpose)purpose, &verdict), 0);
            check_verdict(&verdict);
            fast += verdict.fast;
            by_hand += verdict.by_hand;
            needs_root += verdict.needs_root;
            /* What is to be loaded is there; it says so itself, without the findings. */
            if (verdict.fast && !verdict.by_hand)
                assert_true(made.facts.payload.image.release && !made.facts.payload.kernel.error &&
                            !made.facts.payload.kernel.untrusted && !made.facts.config.error &&
                            made.facts.hook.armed.is == FACT_NO &&
                            made.facts.config.mode == MODE_FAST);
        }
    }
    assert_true(fast > ROUNDS / 100 && by_hand > ROUNDS / 1000 && needs_root > ROUNDS / 1000);
}

/* More doubt never makes a reboot fast that was not. */
static void one_more_unknown_makes_nothing_fast(void **state)
{
    static const struct fact UNKNOWN = {.is = FACT_UNKNOWN, .error = EIO};

    (void)state;
    for (int i = 0; i < ROUNDS / 10; i++) {
        struct made_facts made;
        struct facts *facts = &made.facts;
        struct fact *const all[] = {&facts->kexec.supported, &facts->kexec.disabled,
                                    &facts->kexec.exhausted, &facts->hook.enabled,
                                    &facts->hook.active,     &facts->hook.armed};

        made_by_dice(&made);
        for (size_t k = 0; k < ELEMENTS(all); k++) {
            CLEANUP(verdict_clear) struct verdict before, after;
            const struct fact fact = *all[k];

            assert_int_equal(decide(facts, PURPOSE_NEXT_REBOOT, &before), 0);
            *all[k] = UNKNOWN;
            assert_int_equal(decide(facts, PURPOSE_NEXT_REBOOT, &after), 0);
            *all[k] = fact;
            assert_true(before.fast || !after.fast);
        }
    }
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
    made.facts.hook.active.is = FACT_NO;
    expect(&made.facts, PURPOSE_NEXT_REBOOT, "not-active");
    expect(&made.facts, PURPOSE_SHUTDOWN, NULL);
    expect(&made.facts, PURPOSE_LOAD, NULL);
    made.facts.hook.enabled.is = FACT_NO;
    expect(&made.facts, PURPOSE_SHUTDOWN, "not-enabled");
    expect(&made.facts, PURPOSE_LOAD, NULL);
}

static void somebody_elses_kernel_is_respected(void **state)
{
    CLEANUP(verdict_clear) struct verdict verdict;
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.kexec.loaded.is = FACT_YES;
    made.facts.payload.kernel.error = ENOENT; /* of no account now */
    made.facts.kexec.disabled.is = FACT_YES;  /* what is loaded still runs */
    assert_int_equal(decide(&made.facts, PURPOSE_SHUTDOWN, &verdict), 0);
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
    made.facts.hook.enabled = (struct fact){.is = FACT_UNKNOWN, .error = EACCES};
    assert_int_equal(decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict), 0);
    assert_true(verdict.needs_root);
    assert_string_equal(verdict.because->text,
                        "cannot tell whether fastreboot is enabled: Permission denied");
    verdict_clear(&verdict);
    made.facts.payload.kernel.error = ENOENT;
    assert_int_equal(decide(&made.facts, PURPOSE_NEXT_REBOOT, &verdict), 0);
    assert_false(verdict.needs_root);
    assert_string_equal(verdict.because->reason->id, "kernel-missing");
}

static void an_entry_is_judged_by_its_files(void **state)
{
    AUTOFREE char *text = NULL;
    struct made_facts made;
    struct boot_payload payload;

    (void)state;
    made_fast(&made);
    payload = made.facts.payload;
    made.facts.payload = (struct boot_payload){0};
    made.facts.config.error = (char *)"broken";
    assert_int_equal(decide_entry(&made.facts, &payload, &text), 0);
    assert_null(text);
    payload.modules_problem = (char *)"/lib/modules/6.1.0 does not exist";
    assert_int_equal(decide_entry(&made.facts, &payload, &text), 0);
    assert_string_equal(text, "/lib/modules/6.1.0 does not exist");
    assert_string_equal(severity_name(SEVERITY_WARN), "warn");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubt_is_firmware),
        cmocka_unit_test(one_more_unknown_makes_nothing_fast),
        cmocka_unit_test(a_good_machine_is_fast),
        cmocka_unit_test(purposes_differ),
        cmocka_unit_test(somebody_elses_kernel_is_respected),
        cmocka_unit_test(what_is_known_is_the_better_reason),
        cmocka_unit_test(an_entry_is_judged_by_its_files),
    };

    return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/phases.h"

#include "base/root.h"
#include "test.h"

static const int64_t SECOND = 1000000, START = 1764163200000000;

/* A fast reboot of which all is known, in tenths of a second. */
static struct reboot_times fast(void)
{
    static const int TENTHS[N_TIME_POINTS] = {
        [TIME_ASKED] = 10,   [TIME_BEGUN] = 11,      [TIME_LOADED] = 20, [TIME_STOPPED] = 24,
        [TIME_JUMP] = 25,    [TIME_KERNEL] = 61,     [TIME_INITRD] = 80, [TIME_USERSPACE] = 90,
        [TIME_NETWORK] = 99, [TIME_MULTI_USER] = 130};
    struct reboot_times times = {0};

    for (int i = 0; i < N_TIME_POINTS; i++)
        times.at[i] = TENTHS[i] ? START + TENTHS[i] * SECOND / 10 : 0;
    return times;
}

/* As "kind start+duration", in tenths of a second. */
static char *in_words(const struct phases *phases)
{
    char *text = NULL;

    for (size_t i = 0; i < phases->n; i++) {
        const struct phase *phase = &phases->all[i];
        AUTOFREE char *one =
            format("%s %d+%d", phase_id(phase->kind), (int)(phase->start * 10 / SECOND),
                   phase->duration < 0 ? -1 : (int)(phase->duration * 10 / SECOND));

        append_text(&text, ", ", one);
    }
    return text;
}

static void expect(const struct reboot_times *times, int total, const char *expected)
{
    struct phases phases;
    AUTOFREE char *text = NULL;

    phases_of(times, &phases);
    text = in_words(&phases);
    assert_string_equal(text ? text : "", expected);
    assert_int_equal(phases.total * 10 / SECOND, total);
}

static void a_fast_reboot(void **state)
{
    const struct reboot_times times = fast();

    (void)state;
    expect(&times, 120,
           "stopping 0+14, loading 1+9, unmounting 14+1, gap 15+36, kernel 51+19, initrd 70+10, "
           "userspace 80+40, network 80+9");
    assert_int_equal(times_away(&times), (130 - 24) * SECOND / 10);
}

static void a_firmware_that_tells(void **state)
{
    struct reboot_times times = fast();

    (void)state;
    times.at[TIME_LOADED] = 0;
    times.at[TIME_FIRMWARE] = START + 3 * SECOND;
    times.at[TIME_LOADER] = START + 6 * SECOND;
    expect(&times, 120,
           "stopping 0+14, unmounting 14+1, gap 15+5, firmware 20+30, loader 50+1, kernel 51+19, "
           "initrd 70+10, userspace 80+40, network 80+9");
    times.at[TIME_LOADER] = 0;
    expect(&times, 120,
           "stopping 0+14, unmounting 14+1, gap 15+5, firmware 20+31, kernel 51+19, initrd 70+10, "
           "userspace 80+40, network 80+9");
}

/* The journal of the old system, the initrd and the network are not known. */
static void with_a_volatile_journal_there_are_fewer(void **state)
{
    struct reboot_times times = fast();

    (void)state;
    times.at[TIME_ASKED] = times.at[TIME_STOPPED] = times.at[TIME_INITRD] = times.at[TIME_NETWORK] =
        0;
    expect(&times, 119, "stopping 0+14, loading 0+9, gap 14+36, kernel 50+29, userspace 79+40");
    assert_int_equal(times_away(&times), (130 - 25) * SECOND / 10);
}

static void after_a_power_cut_only_the_new_system_is_known(void **state)
{
    struct reboot_times times = fast();

    (void)state;
    for (int i = 0; i < TIME_KERNEL; i++)
        times.at[i] = 0;
    expect(&times, 69, "kernel 0+19, initrd 19+10, userspace 29+40, network 29+9");
    expect(&(struct reboot_times){0}, 0, "");
}

/* The new system's clock is behind: how long the gap was is not known, and all else is. */
static void a_clock_that_was_set_back_is_no_negative_time(void **state)
{
    struct reboot_times times = fast();
    struct phases phases;

    (void)state;
    for (int i = TIME_KERNEL; i < N_TIME_POINTS; i++)
        times.at[i] -= 1000 * SECOND;
    expect(&times, 84,
           "stopping 0+14, loading 1+9, unmounting 14+1, gap 15+-1, kernel 15+19, initrd 34+10, "
           "userspace 44+40, network 44+9");
    phases_of(&times, &phases);
    assert_true(phases.clock_broken);
    assert_int_equal(times_away(&times), -1);
    for (int i = TIME_KERNEL; i < N_TIME_POINTS; i++)
        times.at[i] += 1000 * 86400 * SECOND; /* or days ahead */
    phases_of(&times, &phases);
    assert_true(phases.clock_broken);
    assert_int_equal(phases.total * 10 / SECOND, 84);
}

static void names_say_what_a_phase_contains(void **state)
{
    struct reboot_times times = fast();
    struct phases phases;

    (void)state;
    phases_of(&times, &phases);
    assert_string_equal(phase_title(&phases, PHASE_GAP, true), "jump");
    assert_string_equal(phase_title(&phases, PHASE_GAP, false), "firmware, boot loader");
    assert_string_equal(phase_title(&phases, PHASE_KERNEL, true), "kernel");
    assert_string_equal(phase_title(&phases, PHASE_STOPPING, true), "stopping services");
    times.at[TIME_INITRD] = times.at[TIME_STOPPED] = 0;
    times.at[TIME_FIRMWARE] = START + 3 * SECOND;
    phases_of(&times, &phases);
    assert_string_equal(phase_title(&phases, PHASE_GAP, false), "reset");
    assert_string_equal(phase_title(&phases, PHASE_FIRMWARE, false), "firmware, boot loader");
    assert_string_equal(phase_title(&phases, PHASE_KERNEL, false), "kernel, initrd");
    assert_string_equal(phase_title(&phases, PHASE_STOPPING, true), "stopping, unmounting");
}

/* Advice */

static void expect_advice(const struct reboot_times *times, const char *expected)
{
    CLEANUP(names_freep) char **advice = NULL;
    struct phases phases;

    phases_of(times, &phases);
    advice = phases_advice(times, &phases);
    if (!expected) {
        assert_null(advice);
        return;
    }
    assert_non_null(advice);
    assert_string_equal(advice[0], expected);
    assert_null(advice[1]);
}

static void slow_stops_have_their_setting(void **state)
{
    struct reboot_times times = fast();
    struct slow_service *service = &times.stopping.all[0];

    (void)state;
    times.stopping.n = 1;
    *service = (struct slow_service){.unit = (char *)"a.service", .duration = 2 * SECOND};
    expect_advice(&times, NULL);
    service->duration = 20 * SECOND;
    expect_advice(&times, "a.service took 20.0 s to stop. TimeoutStopSec= limits that: `systemctl "
                          "edit a.service`.");
    service->limit = 90 * SECOND;
    expect_advice(&times,
                  "a.service took 20.0 s to stop. TimeoutStopSec= (now 90.0 s) limits that: "
                  "`systemctl edit a.service`.");
    service->duration = 90 * SECOND + 1;
    expect_advice(&times, "a.service did not stop within its TimeoutStopSec= of 90.0 s and was "
                          "killed. `systemctl edit a.service` can set a shorter one.");
}

static void waits_for_the_network_are_named(void **state)
{
    struct reboot_times times = fast();
    struct slow_service *service = &times.starting.all[0];

    (void)state;
    times.starting.n = 1;
    *service = (struct slow_service){.unit = (char *)"systemd-networkd-wait-online.service",
                                     .duration = 120 * SECOND,
                                     .failed = true};
    expect_advice(&times,
                  "systemd-networkd-wait-online.service waited 120.0 s for a network that "
                  "did not come up. Let it wait only for the interfaces that are used "
                  "(`systemctl edit systemd-networkd-wait-online.service`), or disable it.");
    service->failed = false;
    service->duration = SECOND;
    expect_advice(&times, NULL);
    service->duration = 3 * SECOND;
    expect_advice(&times,
                  "systemd-networkd-wait-online.service waited 3.0 s for the network. Let it "
                  "wait only for the interfaces that are used (`systemctl edit "
                  "systemd-networkd-wait-online.service`), or disable it if no service "
                  "needs it.");
    service->unit = (char *)"a.service";
    expect_advice(&times, NULL);
    service->duration = 6 * SECOND;
    expect_advice(&times, "a.service took 6.0 s to start. `systemd-analyze critical-chain` shows "
                          "whether the boot waited for it.");
}

static void a_serial_console_costs_only_a_slow_kernel(void **state)
{
    struct reboot_times times = fast();

    (void)state;
    times.console = (char *)"ttyS0";
    expect_advice(&times, NULL);
    times.at[TIME_KERNEL] -= 2 * SECOND;
    expect_advice(&times, "The kernel wrote all its messages to the serial console ttyS0, which is "
                          "slow: \"quiet\" on its command line prevents that.");
    times.console = NULL;
    expect_advice(&times, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fast_reboot),
        cmocka_unit_test(a_firmware_that_tells),
        cmocka_unit_test(with_a_volatile_journal_there_are_fewer),
        cmocka_unit_test(after_a_power_cut_only_the_new_system_is_known),
        cmocka_unit_test(a_clock_that_was_set_back_is_no_negative_time),
        cmocka_unit_test(names_say_what_a_phase_contains),
        cmocka_unit_test(slow_stops_have_their_setting),
        cmocka_unit_test(waits_for_the_network_are_named),
        cmocka_unit_test(a_serial_console_costs_only_a_slow_kernel),
    };

    return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts-made.h"

#include "decide/reasons.h"
#include "test.h"
#include "tree.h"

static const struct answer NO = {.is = ANSWER_NO}, YES = {.is = ANSWER_YES};

void made_fast(struct made_facts *made)
{
    *made = (struct made_facts){
        .entry = {.id = (char *)"/vmlinuz",
                  .kernel = (char *)"/vmlinuz",
                  .n_initrds = 1,
                  .cmdline = (char *)"root=/dev/sda1"},
        .initrds = {{.path = (char *)"/initrd.img", .fd = -1, .size = 100}},
        .facts = {.kexec = {.supported = YES},
                  .units = {.enabled = YES, .active = YES},
                  .payload = {.kernel = {.path = (char *)"/vmlinuz", .fd = -1, .size = 100},
                              .n_initrds = 1,
                              .kernel_id = (char *)"6.1.0 100 1",
                              .image = {.release = (char *)"6.1.0", .cmdline_max = 2016}}},
    };
    made->facts.watchdog = (struct watchdog_facts){.identity = (char *)"i6300ESB timer",
                                                   .kind = watchdog_find_kind("i6300ESB timer"),
                                                   .running = YES,
                                                   .kept = YES,
                                                   .fed = YES,
                                                   .comes = YES,
                                                   .max = 2046};
    made->facts.boot_entries.entries = &made->entry;
    made->facts.boot_entries.n = 1;
    made->facts.payload.entry = &made->entry;
    made->facts.payload.initrds = made->initrds;
}

static int some_error(void)
{
    static const int ERRORS[] = {ENOENT, EACCES, EPERM, EIO, ELOOP, EINVAL, EISDIR};

    return ERRORS[dice(ELEMENTS(ERRORS))];
}

/* Mostly the answer that allows a fast reboot, as otherwise no machine would have one. */
static struct answer some_fact(struct answer good)
{
    switch (dice(16)) {
    case 0:
        return (struct answer){.is = ANSWER_UNKNOWN, .error = dice(4) ? some_error() : 0};
    case 1:
        return good.is == ANSWER_YES ? NO : YES;
    default:
        return good;
    }
}

static const char *rarely(const char *text)
{
    return dice(12) ? NULL : text;
}

/* The answer that a row of the table reads, or NULL. */
static struct answer *fact_of(struct facts *facts, const struct reason *reason)
{
    return reason->answer ? (struct answer *)(void *)((char *)facts + reason->answer) : NULL;
}

/* Everything that the table reads. Each is rare, as there are so many. */
static void some_facts_of_reasons(struct facts *facts)
{
    for (size_t i = 0; i < reasons_count(); i++) {
        struct answer *fact = fact_of(facts, reason_at(i));

        if (!fact || dice(8))
            continue;
        *fact = some_fact(reason_at(i)->when_no ? YES : NO);
        if (!reason_at(i)->text && fact->is != ANSWER_NO)
            fact->text = (char *)reason_at(i)->id;
    }
}

static void some_file(struct boot_file *file)
{
    if (dice(12) == 0)
        *file = (struct boot_file){.path = file->path, .fd = -1, .error = some_error()};
    else
        file->size = dice(12) ? 100 : 0;
    file->problem = (char *)rarely("it is cut off");
    file->content_error = dice(20) ? 0 : EIO;
    file->untrusted = (char *)rarely("/boot is writable by users other than its owner");
}

static void some_image(struct boot_payload *payload)
{
    payload->image.arch = dice(12) ? IMAGE_X86_64 : IMAGE_ARM64;
    payload->kernel_id = (char *)(payload->image.arch == IMAGE_X86_64 ? "6.1.0 100 1" : "other");
    payload->image.cmdline_max = dice(12) ? 2016 : 5;
    if (payload->kernel.error || dice(12) == 0) {
        payload->image = (struct image){0};
        payload->kernel_id = NULL;
        if (!payload->kernel.error && dice(2))
            payload->image_problem = (char *)"empty";
        else if (!payload->kernel.error)
            payload->image_error = EIO;
        return;
    }
    if (dice(12) == 0)
        payload->modules_error = some_error();
    else
        payload->modules_problem = (char *)rarely("/lib/modules/6.1.0 does not exist");
}

static void some_payload(struct made_facts *made)
{
    struct facts *facts = &made->facts;

    if (dice(12) == 0) {
        facts->boot_entries = (struct boot_entries){.problem = (char *)rarely("no kernel")};
        facts->payload = (struct boot_payload){0};
        return;
    }
    made->entry.problem = (char *)rarely("it starts another loader");
    if (made->entry.problem) {
        facts->payload = (struct boot_payload){.entry = &made->entry, .kernel.fd = -1};
        return;
    }
    made->initrds[1] = made->initrds[0];
    facts->payload.n_initrds = made->entry.n_initrds = dice(3);
    some_file(&facts->payload.kernel);
    for (size_t i = 0; i < facts->payload.n_initrds; i++)
        some_file(&made->initrds[i]);
    some_image(&facts->payload);
}

static void some_repetition(struct repeat_facts *repeat)
{
    static const char *const IDS[] = {"load-failed", "firmware-update", "boot-next"};

    repeat->n = dice(6) ? 0 : 1 + dice(4);
    if (repeat->n == 0)
        return;
    *repeat = (struct repeat_facts){.id = (char *)IDS[dice(3)],
                                    .n = repeat->n,
                                    .of_release = 1 + dice((unsigned)repeat->n),
                                    .release = (char *)(dice(2) ? "6.1.0" : "6.0.0"),
                                    .text = (char *)"firmware: loading kernel /vmlinuz: refused"};
}

static void some_failures(struct failure_facts *facts)
{
    static const char *const KERNELS[] = {"6.1.0 100 1", "other", "a third"};

    if (dice(12) == 0)
        facts->error = dice(2) ? EBADMSG : some_error();
    facts->failures.interrupted = dice(12) ? dice(2) : LOADS_TO_STOP;
    facts->failures.n = dice(6) ? 0 : 1 + dice(3);
    for (size_t i = 0; i < facts->failures.n; i++)
        facts->failures.all[i] =
            (struct failure){.kernel = (char *)KERNELS[dice(3)], .release = (char *)"6.1.0"};
}

static void some_health(struct health_facts *facts)
{
    static char link[] = "eno1";

    facts->under_way = !dice(3);
    facts->before.ipv4 = (struct route){.link = link, .known = true};
    facts->now.ipv4 = (struct route){.link = dice(3) ? link : NULL, .known = dice(3)};
    facts->error = dice(20) ? 0 : some_error();
}

static void some_watchdog(struct watchdog_facts *facts)
{
    static const char *const IDENTITIES[] = {"i6300ESB timer", "wdat_wdt", "Software Watchdog",
                                             "something new"};

    facts->identity = (char *)(dice(6) ? IDENTITIES[dice(4)] : NULL);
    facts->kind = facts->identity ? watchdog_find_kind(facts->identity) : NULL;
    facts->running = some_fact(YES);
    facts->nowayout = some_fact(NO);
    facts->kept = some_fact(YES);
    facts->fed = some_fact(YES);
    facts->comes = some_fact(YES);
    facts->other_device = (char *)rarely("/etc/systemd/system.conf:7");
    facts->ipmi = !dice(12);
    facts->max = dice(12) ? 2046 : 60;
    facts->error = dice(12) ? 0 : some_error();
}

static void some_memory(struct made_facts *made)
{
    made->facts.memory.known = dice(6);
    made->facts.memory.error = dice(20) ? 0 : some_error();
    made->facts.memory.available = 1000;
    made->facts.payload.memory = dice(12) ? 1000 : 1001;
}

/* Settings, several of them at once. */
static void some_config(struct config *config)
{
    static const int SECONDS[] = {0, 0, SECONDS_OFF, 60};

    config->error = (char *)rarely("/etc/fastreboot.conf:1: unknown key \"x\"");
    if (config->error && dice(2))
        config->error_number = some_error();
    if (dice(12) == 0) {
        config->mode = MODE_FIRMWARE;
        config->mode_source = (char *)"/etc/fastreboot.conf:2";
    }
    config->panic = SECONDS[dice(4)];
    config->watchdog = SECONDS[dice(4)];
    config->watchdog_source = (char *)(config->watchdog ? "/etc/fastreboot.conf:3" : NULL);
    config->missing_driver_source = (char *)"/etc/fastreboot.conf:4";
}

void made_by_dice(struct made_facts *made)
{
    struct facts *facts = &made->facts;

    made_fast(made);
    some_config(&facts->config);
    some_failures(&facts->failure);
    some_health(&facts->health);
    some_watchdog(&facts->watchdog);
    some_facts_of_reasons(facts);
    facts->traced = !dice(3);
    facts->kexec.disabled = some_fact(NO);
    facts->kexec.exhausted = some_fact(NO);
    facts->kexec.loaded = some_fact(dice(3) ? NO : YES);
    facts->kexec.lockdown = (char *)rarely(dice(2) ? "none" : "integrity");
    facts->kexec.can_skip = dice(2);
    facts->kexec.has_cma = facts->kexec.can_skip && dice(2);
    facts->kexec.has_kho = facts->kexec.can_skip && dice(2);
    facts->kexec.kho = facts->kexec.has_kho && dice(2);
    facts->kexec.cma = facts->kexec.has_cma ? dice(100000) : 0;
    facts->config.ima = dice(2) ? IMA_BLOCK : IMA_IGNORE;
    facts->config.missing_driver = dice(2) ? MISSING_DRIVER_WARN : MISSING_DRIVER_BLOCK;
    facts->environment.ima = some_fact(NO);
    facts->driver_missing = some_fact(NO);
    if (facts->driver_missing.is != ANSWER_NO)
        facts->driver_missing.text = (char *)"kernel 6.1.0 has no driver for device 0000:03:00.0";
    some_payload(made);
    some_memory(made);
    facts->boot_entries.inherits_cmdline = !dice(3);
    facts->boot.way = dice(3) ? BOOT_BY_FIRMWARE : BOOT_BY_KEXEC;
    facts->boot.mark = (char *)(facts->boot.way == BOOT_BY_KEXEC && dice(2) ? "0011" : NULL);
    facts->boot_entries.copied = (char *)rarely("boot entry \"Linux\" (/boot/x.conf)");
    some_repetition(&facts->repeat);
    facts->boot_entries.one_time = (char *)rarely("GRUB was asked for another entry once");
    facts->boot_entries.writes = (char *)rarely("GRUB would set a counter");
    if (facts->kexec.loaded.is != ANSWER_NO && dice(2)) {
        facts->loaded.release = (char *)"6.1.0";
        facts->loaded.current = facts->payload.entry && dice(2);
    }
    if (dice(12) == 0) {
        facts->config.max_fast = 3;
        facts->config.max_fast_source = (char *)"/etc/fastreboot.conf:5";
        facts->row.fast = dice(2) ? 3 : 2;
    }
}

struct answer *const *made_each_fact(struct facts *facts, size_t *ret_n)
{
    static struct answer *all[MADE_FACTS];
    struct answer *const others[] = {
        &facts->kexec.disabled,   &facts->kexec.exhausted,   &facts->kexec.loaded,
        &facts->watchdog.running, &facts->watchdog.nowayout, &facts->watchdog.kept,
        &facts->watchdog.fed,     &facts->watchdog.comes,    &facts->driver_missing,
        &facts->environment.ima,
    };
    size_t n = ELEMENTS(others);

    memcpy(all, others, sizeof(others));
    for (size_t i = 0; i < reasons_count(); i++)
        if (fact_of(facts, reason_at(i)))
            all[n++] = fact_of(facts, reason_at(i));
    *ret_n = n;
    return all;
}

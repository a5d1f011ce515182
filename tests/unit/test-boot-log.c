/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is read from the journal. libsystemd's functions are replaced by ones that read
 * journals/NAME, as `journalctl -o export` writes it, oldest entry first. */

#include "discover/system/boot-log.h"

#include <errno.h>
#include <fcntl.h>
#include <systemd/sd-journal.h>

#include "base/root.h"
#include "test.h"

#define OLD "1f2e3d4c-5b6a-4798-8899-aabbccddeeff"

enum {
    MAX_ENTRIES = 200,
    MAX_MATCHES = 8,
    ROOT = 77, /* no descriptor */
};

static const int64_t SECOND = 1000000;

/* The fake */

static char *text;                   /* of the journal; the end of an entry is a zero byte */
static const char *all[MAX_ENTRIES]; /* its entries */
static size_t n_entries;
static bool live = true;
static int open_error;

struct sd_journal {
    char *matches[MAX_MATCHES];
    size_t n;
    size_t at; /* one more than the current entry */
};

bool __wrap_root_is_live(int root);
bool __wrap_root_is_live(int root)
{
    (void)root;
    return live;
}

int __wrap_sd_journal_open(sd_journal **ret, int flags);
int __wrap_sd_journal_open(sd_journal **ret, int flags)
{
    assert_int_equal(flags, SD_JOURNAL_LOCAL_ONLY);
    if (open_error)
        return -open_error;
    *ret = xcalloc(1, sizeof(**ret));
    return 0;
}

void __wrap_sd_journal_close(sd_journal *journal);
void __wrap_sd_journal_close(sd_journal *journal)
{
    for (size_t i = 0; journal && i < journal->n; i++)
        free(journal->matches[i]);
    free(journal);
}

int __wrap_sd_journal_add_match(sd_journal *journal, const void *data, size_t size);
int __wrap_sd_journal_add_match(sd_journal *journal, const void *data, size_t size)
{
    assert_int_equal(size, 0);
    assert_true(journal->n < MAX_MATCHES);
    journal->matches[journal->n++] = xstrdup(data);
    return 0;
}

int __wrap_sd_journal_seek_tail(sd_journal *journal);
int __wrap_sd_journal_seek_tail(sd_journal *journal)
{
    journal->at = n_entries + 1;
    return 0;
}

/* The rest of the entry's line after `start`, up to the end of the line. */
static const char *find(const char *entry, const char *start, size_t *ret_length)
{
    for (const char *line = entry; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *rest = after_prefix(line, start);

        if (!rest)
            continue;
        *ret_length = strcspn(rest, "\n");
        return rest;
    }
    return NULL;
}

static bool has(const char *entry, const char *match)
{
    size_t length;

    return find(entry, match, &length) && length == 0;
}

static bool same_field(const char *a, const char *b)
{
    size_t length = strcspn(a, "=") + 1;

    return strncmp(a, b, length) == 0;
}

/* Any of the values of each field. */
static bool matches(const sd_journal *journal, const char *entry)
{
    for (size_t i = 0; i < journal->n; i++) {
        bool any = false;

        for (size_t j = 0; j < journal->n; j++)
            any = any || (same_field(journal->matches[i], journal->matches[j]) &&
                          has(entry, journal->matches[j]));
        if (!any)
            return false;
    }
    return true;
}

int __wrap_sd_journal_previous(sd_journal *journal);
int __wrap_sd_journal_previous(sd_journal *journal)
{
    assert_true(journal->at > 0);
    while (--journal->at > 0)
        if (matches(journal, all[journal->at - 1]))
            return 1;
    return 0;
}

int __wrap_sd_journal_get_data(sd_journal *journal, const char *field, const void **ret,
                               size_t *ret_size);
int __wrap_sd_journal_get_data(sd_journal *journal, const char *field, const void **ret,
                               size_t *ret_size)
{
    AUTOFREE char *start = format("%s=", field);
    const char *value = find(all[journal->at - 1], start, ret_size);

    if (!value)
        return -ENOENT;
    *ret = value - strlen(start);
    *ret_size += strlen(start);
    return 0;
}

int __wrap_sd_journal_get_realtime_usec(sd_journal *journal, uint64_t *ret);
int __wrap_sd_journal_get_realtime_usec(sd_journal *journal, uint64_t *ret)
{
    size_t length;
    const char *value = find(all[journal->at - 1], "__REALTIME_TIMESTAMP=", &length);

    assert_non_null(value);
    *ret = strtoull(value, NULL, 10);
    return 0;
}

int __wrap_sd_journal_get_monotonic_usec(sd_journal *journal, uint64_t *ret, sd_id128_t *boot);
int __wrap_sd_journal_get_monotonic_usec(sd_journal *journal, uint64_t *ret, sd_id128_t *boot)
{
    size_t length;
    const char *value = find(all[journal->at - 1], "__MONOTONIC_TIMESTAMP=", &length);

    assert_null(boot);
    assert_non_null(value);
    *ret = strtoull(value, NULL, 10);
    return 0;
}

/* `more` comes behind what is in the file. */
static void use(const char *name, const char *more)
{
    AUTOFREE char *path = format(SOURCE_ROOT "/tests/unit/journals/%s", name);
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    AUTOFREE char *file = xcalloc(1, 256 * 1024);

    assert_true(fd >= 0 && read(fd, file, 256 * 1024 - 1) > 0);
    set_text(&text, format("%s%s", file, more));
    n_entries = 0;
    for (char *at = text, *end; *at; at = end + 2) {
        end = strstr(at, "\n\n");
        assert_non_null(end);
        end[1] = 0;
        assert_true(n_entries < MAX_ENTRIES);
        all[n_entries++] = at;
    }
}

static int setup(void **state)
{
    (void)state;
    use("shutdown", "");
    live = true;
    open_error = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    set_text(&text, NULL);
    return 0;
}

/* The tests */

static const int64_t BEGUN = 1764163201200000; /* of the load, in the recorded journal */

static void read_at(int64_t begun, struct reboot_times *ret)
{
    *ret = (struct reboot_times){.before = xstrdup(OLD), .at[TIME_BEGUN] = begun};
    boot_log_read_shutdown(ROOT, ret);
}

static void the_shutdown_is_read(void **state)
{
    CLEANUP(times_clear) struct reboot_times times;

    (void)state;
    read_at(BEGUN, &times);
    assert_int_equal(times.at[TIME_ASKED], 1764163200000000);
    assert_int_equal(times.at[TIME_STOPPED], 1764163211700000);
    assert_int_equal(times.stopping.n, 3);
    assert_string_equal(times.stopping.all[0].unit, "postgresql@15-main.service");
    assert_int_equal(times.stopping.all[0].duration, 10 * SECOND);
    assert_string_equal(times.stopping.all[1].unit, "fastreboot.service");
    assert_int_equal(times.stopping.all[1].duration, 900000);
    assert_string_equal(times.stopping.all[2].unit, "ssh.service");
    assert_int_equal(times.stopping.all[2].duration, 30000);
}

/* As systemd 252 wrote it: with other messages of PID 1's, targets, and a stop without a beginning.
 */
static void a_recorded_shutdown_is_read(void **state)
{
    CLEANUP(times_clear) struct reboot_times times;

    (void)state;
    use("systemd-252", "");
    read_at(1795706590438862, &times);
    assert_int_equal(times.at[TIME_STOPPED], 1795706593496192);
    assert_int_equal(times.stopping.n, 1);
    assert_string_equal(times.stopping.all[0].unit, "slow.service");
    assert_int_equal(times.stopping.all[0].duration, 3015404);
}

/* Anybody may log entries with the ids of systemd's messages, but not in its name. */
static void what_others_say_does_not_count(void **state)
{
    static const char FORGED[] =
        "__REALTIME_TIMESTAMP=1764163219000000\n_BOOT_ID=1f2e3d4c5b6a47988899aabbccddeeff\n"
        "_PID=4711\n_UID=1000\nMESSAGE_ID=9d1aaa27d60140bd96365438aad20286\nUNIT=x.service\n\n"
        "__REALTIME_TIMESTAMP=1764163201000000\n_BOOT_ID=1f2e3d4c5b6a47988899aabbccddeeff\n"
        "_PID=4711\n_UID=1000\nMESSAGE_ID=98268866d1d54a499c4e98921d93bc40\n\n";
    CLEANUP(times_clear) struct reboot_times times;

    (void)state;
    use("shutdown", FORGED);
    read_at(BEGUN, &times);
    assert_int_equal(times.at[TIME_ASKED], 1764163200000000);
    assert_int_equal(times.at[TIME_STOPPED], 1764163211700000);
    assert_int_equal(times.stopping.n, 3);
}

/* logind was not asked; or said it long before, and that reboot was called off. */
static void without_logind_the_load_is_the_beginning(void **state)
{
    CLEANUP(times_clear) struct reboot_times times, later;

    (void)state;
    read_at(1764163200000000 - 1, &times);
    assert_int_equal(times.at[TIME_ASKED], 1764163200000000 - 1);
    read_at(1764163200000000 + 3601 * SECOND, &later);
    assert_int_equal(later.at[TIME_ASKED], 1764163200000000 + 3601 * SECOND);
    assert_int_equal(later.at[TIME_STOPPED], 0);
    assert_int_equal(later.stopping.n, 0);
}

static void nothing_is_read_without_the_boot_its_load_or_a_journal(void **state)
{
    struct reboot_times times = {.at[TIME_BEGUN] = BEGUN};
    CLEANUP(times_clear) struct reboot_times gone, other, unloaded;

    (void)state;
    boot_log_read_shutdown(ROOT, &times);
    assert_int_equal(times.at[TIME_ASKED], 0);
    read_at(0, &unloaded);
    assert_int_equal(unloaded.at[TIME_STOPPED], 0);
    open_error = ENOENT;
    read_at(BEGUN, &gone);
    assert_int_equal(gone.at[TIME_STOPPED], 0);
    assert_int_equal(gone.at[TIME_ASKED], BEGUN);
    assert_int_equal(boot_log_initrd(ROOT, OLD), 0);
    open_error = 0;
    live = false; /* this machine's journal is not the one below that directory */
    read_at(BEGUN, &other);
    assert_int_equal(other.at[TIME_STOPPED], 0);
}

static void the_kernel_tells_when_it_starts_the_initrds_program(void **state)
{
    (void)state;
    assert_int_equal(boot_log_initrd(ROOT, "22222222-2222-4222-8222-222222222222"), 1834567);
    assert_int_equal(boot_log_initrd(ROOT, OLD), 0);
}

/* The kernel of that boot and no other, and no program in its name. */
static void a_traced_start_is_read(void **state)
{
    CLEANUP(trace_clear) struct reboot_trace trace, none;

    (void)state;
    use("startup", "");
    trace_init(&trace);
    boot_log_read_startup(ROOT, "22222222-2222-4222-8222-222222222222", &trace);
    assert_int_equal(trace.startups.n, 2);
    assert_string_equal(trace.startups.all[0].name, "probe of 0000:01:00.0");
    assert_int_equal(trace.startups.all[0].duration, 1234567);
    assert_string_equal(trace.startups.all[1].name, "acpi_init");
    assert_int_equal(trace.unpacking, 600000);
    assert_int_equal(trace.link, 6300000);
    assert_int_equal(trace.address, 8000000);
    open_error = ENOENT;
    trace_init(&none);
    boot_log_read_startup(ROOT, "22222222-2222-4222-8222-222222222222", &none);
    assert_int_equal(none.startups.n, 0);
    assert_int_equal(none.link, -1);
    assert_int_equal(none.address, -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_shutdown_is_read),
        TEST(a_recorded_shutdown_is_read),
        TEST(what_others_say_does_not_count),
        TEST(without_logind_the_load_is_the_beginning),
        TEST(nothing_is_read_without_the_boot_its_load_or_a_journal),
        TEST(the_kernel_tells_when_it_starts_the_initrds_program),
        TEST(a_traced_start_is_read),
    };

    return RUN_TESTS(tests);
}

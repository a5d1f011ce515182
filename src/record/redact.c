/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/redact.h"

#include "base/efivar.h"
#include "base/paths.h"
#include "base/util.h"
#include "record/device-path.h"
#include "record/hide.h"

/* Files whose words may be serial numbers. */
static const char *const SERIALS[] = {"serial", "wwid", "cid", "product_serial", "board_serial"};

/* Host names that are common, and also words in configurations. */
static const char *const COMMON_NAMES[] = {
    "arch",  "boot",   "centos",    "debian",  "fedora",  "grub",   "host", "kernel",
    "linux", "local",  "localhost", "machine", "proxmox", "rescue", "rhel", "rocky",
    "root",  "server", "suse",      "system",  "ubuntu",  "vmlinuz"};

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool is_any_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (streq(name, list[i]))
            return true;
    return false;
}

static bool starts_with(const struct trace *trace, const char *bytes, size_t n)
{
    for (size_t i = 0; i < trace->n_pieces; i++)
        if (trace->pieces[i].offset == 0 && trace->pieces[i].size >= n &&
            memcmp(trace->pieces[i].data, bytes, n) == 0)
            return true;
    return false;
}

/* Files of a distribution's kernel package, large and the same on every machine: indexes of
 * modules, and compressed kernels, in which not a byte may change. */
static bool is_of_a_package(const struct trace *trace)
{
    return after_prefix(trace->path, "lib/modules/") ||
           after_prefix(trace->path, "usr/lib/modules/") || starts_with(trace, "\x1f\x8b", 2) ||
           starts_with(trace, "MZ\0\0zimg", 8);
}

static bool is_luks(const struct trace *trace)
{
    return starts_with(trace, "LUKS\xba\xbe", 6);
}

static bool ends_in(const char *path, const char *end)
{
    size_t length = strlen(path), n = strlen(end);

    return length >= n && streq(path + length - n, end);
}

static char *find_routers(struct traces *traces)
{
    char *routers = NULL;

    for (size_t i = 0; i < traces->n; i++)
        for (size_t k = 0; k < traces->all[i].n_pieces; k++)
            if (ends_in(traces->all[i].path, "net/route"))
                hide_find_routers(traces->all[i].pieces[k].data, traces->all[i].pieces[k].size,
                                  &routers);
    return routers;
}

static void hide(struct trace *trace, const char *routers)
{
    bool luks = is_luks(trace);

    for (size_t i = 0; i < trace->n_pieces && !is_of_a_package(trace); i++) {
        struct piece *piece = &trace->pieces[i];

        if (ends_in(trace->path, "net/arp"))
            trace->hidden += hide_neighbours(piece->data, piece->size, routers);
        trace->hidden += luks ? hide_luks(piece->data, piece->size, piece->offset)
                              : hide_secrets(trace->path, piece->data, piece->size);
    }
}

/* The text of an EFI variable (UTF-16 after the attributes) as bytes. The caller frees it. */
static char *narrow(const struct piece *piece, size_t *ret_length)
{
    size_t length = piece->size > 4 ? (piece->size - 4) / 2 : 0;
    char *text = xcalloc(1, length + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = piece->data[4 + 2 * i];
    *ret_length = length;
    return text;
}

/* Serial numbers in fastreboot's own files: "id" of inventory items, and names as in
 * /dev/disk/by-id, also of disks that are gone. */
static void find_in_state(struct identities *identities, const char *text)
{
    static const char *const MARKS[] = {"\"id\":\"", "ata-",    "nvme-", "scsi-",
                                        "usb-",      "virtio-", "mmc-"};

    for (size_t i = 0; i < ELEMENTS(MARKS); i++)
        for (const char *at = strstr(text, MARKS[i]); at; at = strstr(at, MARKS[i])) {
            AUTOFREE char *word = NULL;

            at += strlen(MARKS[i]);
            word = xstrndup(at, strcspn(at, i ? "\", ;" : "\""));
            if (*word != '/') /* else it is a mount point */
                identities_find_serials(identities, word);
        }
}

static bool is_boot_entry(const struct trace *trace)
{
    const char *name = after_prefix(trace->path, EFIVARS_DIR "/Boot");

    return name && strspn(name, "0123456789ABCDEFabcdef") == 4 && name[4] == '-';
}

static void find_binary(void *data, char *text)
{
    identities_find(data, text, strlen(text), false);
}

static void find_in_piece(struct identities *identities, const struct trace *trace,
                          const struct piece *piece)
{
    identities_find(identities, piece->data, piece->size, streq(name_of(trace->path), "modalias"));
    if (is_any_of(name_of(trace->path), SERIALS, ELEMENTS(SERIALS)))
        identities_find_serials(identities, piece->data);
    if (after_prefix(trace->path, STATE_DIR) || after_prefix(trace->path, RUN_DIR))
        find_in_state(identities, piece->data);
    if (after_prefix(trace->path, EFIVARS_DIR)) {
        size_t length;
        AUTOFREE char *text = narrow(piece, &length);

        identities_find(identities, text, length, false);
    }
    if (is_boot_entry(trace))
        device_path_identities(piece->data, piece->size, find_binary, identities);
}

static void find_in_trace(struct identities *identities, const struct trace *trace)
{
    /* The UUID in the name of an EFI variable identifies the vendor. */
    identities_find(identities, trace->path, strlen(trace->path),
                    after_prefix(trace->path, EFIVARS_DIR) != NULL);
    if (trace->target)
        identities_find(identities, trace->target, strlen(trace->target), false);
    if (after_prefix(trace->path, "dev/disk/by-id/"))
        identities_find_serials(identities, name_of(trace->path));
    for (size_t i = 0; i < trace->n_pieces && !is_of_a_package(trace); i++)
        find_in_piece(identities, trace, &trace->pieces[i]);
}

struct replacing {
    const struct identities *identities;
    size_t n;
};

static void replace_binary(void *data, char *text)
{
    struct replacing *replacing = data;

    replacing->n += identities_replace(replacing->identities, text, strlen(text));
}

static size_t replace_in_piece(const struct identities *identities, const struct trace *trace,
                               struct piece *piece)
{
    struct replacing binary = {.identities = identities};
    size_t length, n = identities_replace(identities, piece->data, piece->size);
    AUTOFREE char *text = NULL;

    if (!after_prefix(trace->path, EFIVARS_DIR))
        return n;
    text = narrow(piece, &length);
    n += identities_replace(identities, text, length);
    for (size_t i = 0; i < length; i++)
        piece->data[4 + 2 * i] = text[i];
    if (is_boot_entry(trace))
        device_path_identities(piece->data, piece->size, replace_binary, &binary);
    return n + binary.n;
}

static void replace_in_trace(const struct identities *identities, struct trace *trace)
{
    for (size_t i = 0; i < trace->n_pieces && !is_of_a_package(trace); i++)
        trace->replaced += replace_in_piece(identities, trace, &trace->pieces[i]);
    trace->replaced += identities_replace(identities, trace->path, strlen(trace->path));
    if (trace->target)
        trace->replaced += identities_replace(identities, trace->target, strlen(trace->target));
}

/* The name and its first part, and both as the device mapper writes them. */
static void add_host(struct identities *identities, const char *host)
{
    AUTOFREE char *first = xstrndup(host, strcspn(host, "."));
    const char *const names[] = {host, first};

    for (size_t i = 0; i < ELEMENTS(names); i++) {
        AUTOFREE char *doubled = xcalloc(2, strlen(names[i]) + 1);
        char *out = doubled;

        if (strlen(names[i]) < 3 || is_any_of(names[i], COMMON_NAMES, ELEMENTS(COMMON_NAMES)))
            continue;
        for (const char *sign = names[i]; *sign; sign++) {
            *out++ = *sign;
            if (*sign == '-')
                *out++ = '-';
        }
        identities_add(identities, names[i]);
        identities_add(identities, doubled);
    }
}

struct identities *redact(struct traces *traces, const char *host)
{
    struct identities *identities = identities_new();
    AUTOFREE char *routers = find_routers(traces);

    for (size_t i = 0; i < traces->n; i++)
        hide(&traces->all[i], routers);
    if (host)
        add_host(identities, host);
    for (size_t i = 0; i < traces->n; i++)
        find_in_trace(identities, &traces->all[i]);
    identities_number(identities);
    for (size_t i = 0; i < traces->n; i++)
        replace_in_trace(identities, &traces->all[i]);
    return identities;
}

void redact_text(const struct identities *identities, char *text)
{
    (void)hide_secrets("", text, strlen(text));
    (void)identities_replace(identities, text, strlen(text));
}

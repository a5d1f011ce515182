/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/started.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/efivar.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/boot-option.h"

enum {
    MAX_CMDLINE = 64 * 1024,
    MAX_RELEASE = 256,
    MAX_IMAGE = 256,
    TYPE_EFI_STUB = 0x21,
    TYPE_GRUB = 0x72,
    KEXEC = 0xd,
};

/* Documentation/arch/x86/boot.rst, type_of_loader: the number before the version. */
static const char *const LOADERS[] = {
    [0x0] = "LILO",
    [0x1] = "Loadlin",
    [0x2] = "a boot sector loader",
    [0x3] = "Syslinux or PXELINUX",
    [0x4] = "iPXE",
    [0x5] = "ELILO",
    [0x7] = "GRUB Legacy",
    [0x8] = "U-Boot",
    [0x9] = "Xen",
    [0xa] = "Gujin",
    [0xb] = "QEMU (its option -kernel)",
    [0xc] = "Arcturus Networks uCbootloader",
    [0x11] = "Minimal Linux Bootloader",
    [0x12] = "OVMF (QEMU's option -kernel)",
    [0x13] = "barebox",
};

/* What the firmware boot left */

/* GRUB writes "(hd0,gpt2)/vmlinuz-6.1" or "/vmlinuz-6.1", which may start with a subvolume. */
static bool has_image(int root, const char *image)
{
    const char *path = *image == '(' ? strchr(image, ')') : image;

    for (path = path ? strchr(path, '/') : NULL; path; path = strchr(path + 1, '/')) {
        AUTOFREE char *below_boot = format("/boot%s", path);

        if (root_exists(root, path) > 0 || root_exists(root, below_boot) > 0)
            return true;
    }
    return false;
}

/* What goes into a file of JSON: GRUB's configuration may have any bytes there. */
static char *printable(const char *text)
{
    char *copy = text ? xstrndup(text, MAX_IMAGE) : NULL;

    for (char *sign = copy; sign && *sign; sign++)
        if ((unsigned char)*sign < 0x20 || (unsigned char)*sign > 0x7e)
            *sign = '?';
    return copy;
}

/* An update may have removed the running kernel's modules, or its image, but rarely both. */
static bool is_from_network(int root, const char *image)
{
    static const char *const DEVICES[] = {"(tftp", "(http", "(pxe", "(efinet", "(nfs"};
    AUTOFREE char *release = NULL, *modules = NULL;

    for (size_t i = 0; image && i < ELEMENTS(DEVICES); i++)
        if (after_prefix(image, DEVICES[i]))
            return true;
    if (image && has_image(root, image))
        return false;
    if (root_read_line(root, "proc/sys/kernel/osrelease", MAX_RELEASE, &release) < 0)
        return false;
    modules = format("/lib/modules/%s", release);
    return root_exists(root, modules) == 0;
}

static char *read_boot_order(int root)
{
    AUTOFREE uint16_t *numbers = NULL;
    char *text = NULL;
    size_t n = 0;

    if (boot_order_read(root, &numbers, &n) <= 0)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *number = format("%04X", numbers[i]);

        append_text(&text, ",", number);
    }
    return text;
}

static bool carried(int root, struct firmware_boot *boot)
{
    AUTOJSON struct json_object *object = NULL;

    if (json_read(root, RUN_FIRMWARE_BOOT, &object) >= 0 &&
        firmware_boot_from_json(object, boot) >= 0) {
        boot->remembered = true;
        return true;
    }
    firmware_boot_clear(boot);
    return false;
}

void firmware_boot_read(int root, struct firmware_boot *ret_boot)
{
    AUTOFREE char *cmdline = NULL, *image = NULL;
    long type;
    bool kexec;

    *ret_boot = (struct firmware_boot){0};
    if (carried(root, ret_boot))
        return;
    if (root_read_number(root, "proc/sys/kernel/bootloader_type", &type) < 0)
        type = -1;
    if (root_read_line(root, "proc/cmdline", MAX_CMDLINE, &cmdline) < 0)
        cmdline = xstrdup("");
    kexec = type >= 0 ? type >> 4 == KEXEC : cmdline_has(cmdline, "fastreboot.attempt");
    if (kexec)
        return;
    ret_boot->known = true;
    ret_boot->loader_type = type;
    image = cmdline_value(cmdline, "BOOT_IMAGE=");
    ret_boot->boot_image = printable(image);
    ret_boot->from_network = is_from_network(root, image);
    ret_boot->boot_order = read_boot_order(root);
}

/* What that says */

/* `name` and `proof` become its own. */
static void conclude(struct started *started, enum starter by, char *name, char *proof)
{
    started->by = by;
    started->name = name;
    started->proof = proof;
}

static bool is_known(const struct started *started)
{
    return started->by != STARTER_UNKNOWN || started->proof;
}

static void read_loader_info(int root, struct started *started)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info);

    if (r == 0)
        return;
    if (r < 0) {
        started->error = -r;
        conclude(started, STARTER_UNKNOWN, NULL, format("LoaderInfo: %s", strerror(-r)));
        return;
    }
    conclude(started,
             after_prefix(info, "systemd-boot ") ? STARTER_SYSTEMD_BOOT
             : after_prefix(info, "GRUB")        ? STARTER_GRUB
                                                 : STARTER_OTHER,
             xstrdup(info), xstrdup("LoaderInfo"));
}

/* What the firmware starts of a disk (UEFI specification, 3.5.1.1). */
static bool is_default_file(const char *file)
{
    return strcasecmp(file, "/EFI/BOOT/BOOTX64.EFI") == 0 ||
           strcasecmp(file, "/EFI/BOOT/BOOTAA64.EFI") == 0;
}

/* Where the boot entry names a disk, the stub says which file was started, and from which
 * partition. */
static void read_default_file(int root, struct started *started)
{
    AUTOFREE char *file = NULL, *partition = NULL;

    if (!started->disk ||
        efivar_read_text(root, "LoaderImageIdentifier-" EFI_GUID_LOADER, &file) <= 0 ||
        efivar_read_loader_partition(root, &partition) <= 0)
        return;
    for (char *sign = file; *sign; sign++)
        if (*sign == '\\')
            *sign = '/';
    if (!is_default_file(file) || (started->partition && !streq(started->partition, partition)))
        return;
    started->file = steal(&file);
    set_text(&started->partition, steal(&partition));
}

/* GRUB before 2.12 has no LoaderInfo, but does not start kernels with a stub either, except for
 * Ubuntu's on arm64, which have one of their own ("ubustub"). */
static void read_stub_info(int root, struct started *started)
{
    AUTOFREE char *info = NULL;
    int r = efivar_read_text(root, "StubInfo-" EFI_GUID_LOADER, &info);

    if (r < 0) {
        started->error = -r;
        conclude(started, STARTER_UNKNOWN, NULL, format("StubInfo: %s", strerror(-r)));
    } else if (r > 0 && !after_prefix(info, "ubustub")) {
        conclude(started, STARTER_OTHER, xstrdup("the firmware"),
                 format("from a unified kernel image, StubInfo: %s", info));
        read_default_file(root, started);
    }
}

static bool is_in_order(int root, uint16_t number)
{
    AUTOFREE uint16_t *numbers = NULL;
    size_t n = 0, i = 0;

    if (boot_order_read(root, &numbers, &n) <= 0)
        return false;
    while (i < n && numbers[i] != number)
        i++;
    return i < n;
}

/* The program that the firmware started. */
static void read_boot_option(int root, struct started *started)
{
    CLEANUP(boot_option_clear) struct boot_option option = {0};
    uint16_t number;

    if (boot_current_read(root, &number) <= 0 || boot_option_read(root, number, &option) <= 0 ||
        (!option.file && !option.disk))
        return;
    started->option = format("Boot%04X \"%s\"", number, option.title);
    started->ordered = option.started && is_in_order(root, number);
    started->partition = steal(&option.partition);
    started->arguments = steal(&option.arguments);
    started->disk = option.disk;
    if (option.file && strncasecmp(option.file, "/EFI/", 5) == 0)
        started->vendor = xstrndup(option.file, (size_t)(strrchr(option.file, '/') - option.file));
    started->file = steal(&option.file);
}

static void conclude_without_image(struct started *started)
{
    AUTOFREE char *entry =
        started->file ? format("the firmware started %s, %s", started->file, started->option)
                      : NULL;

    conclude(started, STARTER_OTHER, NULL,
             format("GRUB always adds BOOT_IMAGE= to the command line, and it is missing there%s%s",
                    entry ? "; " : "", entry ? entry : ""));
}

/* A path, as GRUB writes it: others write other things. */
static bool is_grubs(const char *image)
{
    return image && (*image == '/' || *image == '(');
}

static bool has_grub(int root)
{
    return root_exists(root, "boot/grub/grub.cfg") != 0 ||
           root_exists(root, "boot/grub2/grub.cfg") != 0;
}

/* The kernel's EFI stub, or a kernel that does not say what started it. */
static void judge_by_image(int root, const struct firmware_boot *boot, struct started *started)
{
    bool efi = root_exists(root, "sys/firmware/efi") != 0;

    if (is_grubs(boot->boot_image))
        conclude(started, STARTER_GRUB, xstrdup("GRUB"), format("BOOT_IMAGE=%s", boot->boot_image));
    else if (efi || boot->loader_type >= 0 || has_grub(root))
        conclude_without_image(started);
    else
        started->stand_in = !boot->from_network;
}

static void judge_by_type(int root, const struct firmware_boot *boot, struct started *started)
{
    unsigned long id = (unsigned long)boot->loader_type >> 4;

    if (boot->loader_type < 0 || boot->loader_type == TYPE_EFI_STUB)
        judge_by_image(root, boot, started);
    else if (boot->loader_type == TYPE_GRUB && boot->boot_image)
        conclude(started, STARTER_GRUB, xstrdup("GRUB"),
                 format("boot loader type 0x%lx", boot->loader_type));
    else if (boot->loader_type == TYPE_GRUB)
        conclude_without_image(started);
    else
        conclude(
            started, STARTER_OTHER,
            xstrdup(id < ELEMENTS(LOADERS) && LOADERS[id] ? LOADERS[id] : "an unknown boot loader"),
            format("boot loader type 0x%lx", boot->loader_type));
}

/* GRUB itself may have come from the network, with its configuration. */
static void refuse_network(struct started *started)
{
    const char *image = started->boot.boot_image;

    started->by = STARTER_OTHER;
    set_text(&started->name, xstrdup("GRUB on another device"));
    set_text(&started->proof, format("the kernel BOOT_IMAGE=%s is not on the file systems here",
                                     image ? image : ""));
    set_text(&started->vendor, NULL);
    set_text(&started->partition, NULL);
}

void started_read(int root, struct started *ret_started)
{
    struct firmware_boot *boot = &ret_started->boot;

    *ret_started = (struct started){0};
    read_boot_option(root, ret_started);
    read_loader_info(root, ret_started);
    if (!is_known(ret_started))
        read_stub_info(root, ret_started);
    if (is_known(ret_started) && ret_started->by != STARTER_GRUB)
        return;
    firmware_boot_read(root, boot);
    if (!is_known(ret_started) && !boot->known)
        conclude(ret_started, STARTER_UNKNOWN, NULL,
                 xstrdup("kexec started the running kernel, and nothing tells which boot loader "
                         "this machine has; the next reboot, through the firmware, will tell, "
                         "unless the firmware itself uses kexec (LinuxBoot)"));
    else if (!is_known(ret_started))
        judge_by_type(root, boot, ret_started);
    if (ret_started->by == STARTER_GRUB && boot->from_network)
        refuse_network(ret_started);
}

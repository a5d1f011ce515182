/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "discover/kernel/pe.h"

/* A unified kernel image: kernel, initrd, microcode and command line as sections of a PE file,
 * before which stands systemd's stub, which hands them to the kernel. What the stub does is done
 * here. */

enum uki_part {
    UKI_LINUX,
    UKI_INITRD,
    UKI_UCODE,
    UKI_CMDLINE,
    UKI_OSREL,
    UKI_PROFILE,
    UKI_PCRSIG,
    UKI_PCRPKEY,
    UKI_DTB,
    UKI_DTBAUTO,
    N_UKI_PARTS,
};

enum {
    UKI_MAX_PROFILES = 256, /* as systemd-boot's */
    UKI_MAX_TEXT = 64 * 1024,
};

struct uki {
    int fd; /* not its own */
    struct pe pe;
    int stub; /* version of systemd-stub, 0 where it does not say so */
};

/* Reads section table and stub of the open file `fd`, which must stay open.
 * 0; -ENOEXEC where it is no PE file; or another negative errno. Release with uki_clear(). */
int uki_read(int fd, struct uki *ret_uki);
void uki_clear(struct uki *uki);

/* The sections of a profile: of the sections before the first .profile, where the profile has none
 * of its own; NULL for what neither has.
 * 0, or -ENOENT where there is no such profile; the first is always there. */
int uki_select(const struct uki *uki, unsigned profile,
               const struct pe_section *ret_parts[N_UKI_PARTS]);

/* The text in a section, up to the first NUL; the caller frees it. -EFBIG when it has more than
 * UKI_MAX_TEXT bytes; -EBADMSG when it is not in the file. */
int uki_text(const struct uki *uki, const struct pe_section *section, char **ret_text);

/* Makes of a text the command line that the stub makes of it, in place: control characters become
 * blanks, and there are none at either end. */
void uki_mangle_cmdline(char *cmdline);

/* What the stub converts to UTF-16 and the kernel back stays as it is. */
bool uki_is_ascii(const char *text);

/* Why kexec cannot start this profile as its stub would, in words and with ret_problem for the
 * caller to free, or NULL where it can. 0 or -ENOMEM. */
int uki_problem(const struct uki *uki, unsigned profile, char **ret_problem);

/* Copies kernel and initrd of a profile, both as the stub hands them over, into sealed memfds. A
 * profile with a problem has none.
 * 0 with two descriptors, -1 for no initrd; -ENOEXEC with the problem in words; or another negative
 * errno. */
int uki_unpack(int fd, unsigned profile, int *ret_kernel, int *ret_initrd, char **ret_problem);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "discover/kernel/pe.h"

/* A unified kernel image: a PE file with kernel, initrd, microcode and command line as sections.
 * The program in it, systemd-stub, passes them to the kernel; this does the same without it. */

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
    UKI_MAX_PROFILES = 256, /* systemd-boot's limit */
    UKI_MAX_TEXT = 64 * 1024,
};

struct uki {
    int fd; /* not owned */
    struct pe pe;
    int stub; /* version of systemd-stub; 0 for another stub */
};

/* Reads section table and stub of the open file `fd`, which must stay open. 0; -ENOEXEC if it is
 * not a PE file; or another negative errno. Release with uki_clear(). */
int uki_read(int fd, struct uki *ret_uki);
void uki_clear(struct uki *uki);

/* Finds the sections of a profile. If it lacks one, the one before the first .profile is used, or
 * NULL if there is none. 0, or -ENOENT if the profile does not exist. Profile 0 always exists. */
int uki_select(const struct uki *uki, unsigned profile,
               const struct pe_section *ret_parts[N_UKI_PARTS]);

/* The text in a section, up to the first NUL; the caller frees it. -EFBIG if it has more than
 * UKI_MAX_TEXT bytes; -EBADMSG if it is not in the file. */
int uki_text(const struct uki *uki, const struct pe_section *section, char **ret_text);

/* Turns a text, in place, into the command line that the stub would pass on: control characters
 * become blanks, and blanks at both ends are removed. */
void uki_mangle_cmdline(char *cmdline);

/* Only ASCII survives the conversion to and from UTF-16 in the stub. */
bool uki_is_ascii(const char *text);

/* Why kexec cannot start this profile as its stub would, in words; NULL if it can. The caller frees
 * the text. */
char *uki_problem(const struct uki *uki, unsigned profile);

/* What is inside of an image. */
struct uki_content {
    uint64_t kernel, kernel_size; /* where it is in the file, and how long */
    uint64_t initrd_size;         /* of all that becomes the initrd */
    struct {
        uint64_t start, end;
    } archives[2]; /* what of it are archives of the image's own; empty where it has none */
};

/* Finds kernel and initrd of a profile, and copies nothing. 0, or as uki_unpack(). */
int uki_look(int fd, unsigned profile, struct uki_content *ret_content, char **ret_problem);

/* Copies kernel and initrd of a profile into sealed memfds, as the stub would pass them on. 0 and
 * two descriptors, -1 if there is no initrd; -ENOEXEC and uki_problem()'s text, or that its kernel
 * is empty, in *ret_problem, which the caller frees; or another negative errno. */
int uki_unpack(int fd, unsigned profile, int *ret_kernel, int *ret_initrd, char **ret_problem);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads FAT32 from a device that is not mounted. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fat {
    int fd;              /* not owned */
    uint64_t data;       /* where the first cluster is */
    uint32_t cluster;    /* its size in bytes */
    uint32_t n;          /* clusters are numbered from 2 to n + 1 */
    uint32_t root;       /* where the root directory starts */
    unsigned char *next; /* of each cluster, the number of the next, in little endian */
};

struct fat_file {
    char *path; /* "EFI/BOOT/BOOTX64.EFI" */
    bool directory;
    uint32_t start; /* its first cluster */
    uint32_t size;
};

/* Reads the headers of the file system on `fd`, which must stay open. 0; -EBUSY if it is mounted
 * for writing or was not unmounted; -EBADMSG if it is not FAT32, or damaged; or another negative
 * errno. Release with fat_clear(). */
int fat_open(int fd, struct fat *ret_fat);
void fat_clear(struct fat *fat);

/* All files and directories, a directory before what is in it. Characters other than ASCII become
 * question marks. 0; -EBADMSG if the file system is damaged; -E2BIG if there are more than 20000;
 * or another negative errno. Release with fat_free() in either case. */
int fat_list(const struct fat *fat, struct fat_file **ret_files, size_t *ret_n);
void fat_free(struct fat_file *files, size_t n);

/* The content of a file with at most `max` bytes, for free(). 0; -EFBIG; -EBADMSG; or another
 * negative errno. */
int fat_read(const struct fat *fat, const struct fat_file *file, size_t max, char **ret_text);

/* Whether a file has the content of the file `other`. With `holes`, a block of zeros in the first
 * is equal to every other: a recording has nothing of what was only compared. 1, 0, -EBADMSG or
 * another negative errno. */
int fat_is_same(const struct fat *fat, const struct fat_file *file, int other, bool holes);

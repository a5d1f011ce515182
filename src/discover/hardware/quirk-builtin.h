/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The list of quirks as it is installed, for where it is not: a machine without it must not be
 * taken for one that has no quirk. Made by scripts/embed; the last one has no name. */
struct quirk_file {
    const char *name; /* "10-boards.conf" */
    const char *text;
};

extern const struct quirk_file QUIRK_FILES[];

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/json.h"
#include "facts/boot-record.h"
#include "facts/inventory.h"
#include "facts/started.h"

/* One reboot as it was planned: written before it, judged after it. */

enum attempt_state {
    ATTEMPT_BEGUN,    /* nothing is decided yet; if the next boot finds it, the load did not end */
    ATTEMPT_FIRMWARE, /* the reboot goes through the firmware, ->reason says why */
    ATTEMPT_LOADED,   /* a kernel is loaded for the jump to start */
    ATTEMPT_FAILED,   /* the jump was tried and refused, ->reason says why */
    ATTEMPT_CHECKING, /* the kernel runs, and the health check is not over */
    ATTEMPT_HEALING, /* something was missing, ->reason says what, and a firmware reboot is to bring
                       it back; never in the same file as the others */
};

/* Who the machine is. What it does not say is NULL. */
struct machine {
    char *id;      /* /etc/machine-id */
    char *product; /* of DMI */
    char *board;   /* the same */
};

struct attempt {
    char *id;      /* of this attempt; on the command line of the kernel that it starts */
    char *boot_id; /* of the boot that the reboot ends; when checking or healed, of that boot */
    int64_t time;  /* when it began, in microseconds since 1970 */
    int64_t since; /* checking or healed: when the health check began, in
                      microseconds since that kernel started */
    enum attempt_state state;
    char *release; /* of the kernel to start; NULL before it is loaded, or if another program did */
    char *kernel;  /* its kernel_id, see struct boot_payload; the same */
    char *reason;  /* in words, or NULL */
    char *cmdline; /* that the kernel gets, with fastreboot's mark; or NULL */
    struct machine machine;
    struct firmware_boot firmware_boot; /* carried to the boot that this reboot starts by kexec */
    struct inventory inventory;
    bool has_inventory;
};

enum {
    ATTEMPT_VERSION = 2, /* 1 had neither a number nor what comes behind ->reason */
};

/* Both directions; from JSON gives 0, or -EBADMSG when a member is missing or wrong;
 * release with the clear function in any case. To JSON gives a new object. Of a version that is
 * not known yet the inventory is left out: who knows what it means. */
int attempt_from_json(const struct json_object *object, struct attempt *ret_attempt);
struct json_object *attempt_to_json(const struct attempt *attempt);
void attempt_clear(struct attempt *attempt);

/* Whether both say who they are and are not the same. */
bool machine_differs(const struct machine *a, const struct machine *b);
void machine_clear(struct machine *machine);

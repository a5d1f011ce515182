/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/json.h"
#include "facts/boot-record.h"
#include "facts/inventory.h"
#include "facts/started.h"

/* One reboot as it was planned: written before the reboot, judged after it. */

enum attempt_state {
    ATTEMPT_BEGUN, /* nothing is decided yet; if the next boot finds this, loading did not finish */
    ATTEMPT_FIRMWARE, /* the reboot goes through the firmware, ->reason says why */
    ATTEMPT_LOADED,   /* a kernel is loaded for the jump to start */
    ATTEMPT_FAILED,   /* the jump was tried and refused, ->reason says why */
    ATTEMPT_CHECKING, /* the kernel runs, and the health check is under way */
    ATTEMPT_HEALING, /* something was missing, ->reason says what, and a firmware reboot is expected
                        to bring it back; never in the same file as the others */
};

/* Identifies the machine. Members that it does not provide are NULL. */
struct machine {
    char *id;      /* /etc/machine-id */
    char *product; /* from DMI */
    char *board;   /* from DMI */
};

struct attempt {
    char *id;       /* of this attempt; on the command line of the kernel that it starts */
    char *boot_id;  /* of the boot that the reboot ends; when checking or healing, of the boot that
                       is checked */
    int64_t time;   /* when it began, in microseconds since 1970 */
    int64_t loaded; /* when the kernel was loaded, in microseconds since 1970; 0 before */
    int64_t since;  /* checking or healing: when the health check began, in microseconds since that
                       kernel started */
    enum attempt_state state;
    char *release; /* of the kernel to start; NULL before it is loaded, or if another program loaded
                      it */
    char *kernel;  /* its kernel_id, see struct boot_payload; NULL likewise */
    char *reason;  /* in words, or NULL */
    char *reason_id; /* of that, as in decide/reasons.h; or NULL */
    char **lost;     /* healing: the ids of all that was missing and critical, then NULL; or NULL */
    int64_t warned;  /* checking: when the users were first told that the machine may reboot
                        itself, in microseconds since that kernel started; 0 before */
    int64_t announced; /* checking: when the users were told of the reboot through the firmware, in
                          microseconds since that kernel started; 0 before */
    char *watchdog; /* the name of a watchdog that says, in the boot that the reboot ends, that it
                       reset the machine; or NULL */
    char **records; /* what the kernel's store had when it began, see pstore_identities(), then
                       NULL; or NULL if that is not known */
    char *cmdline;  /* of the kernel to start, with fastreboot's mark; or NULL */
    struct machine machine;
    struct firmware_boot firmware_boot; /* carried to the boot that this reboot starts by kexec */
    struct inventory inventory;
    bool has_inventory;
};

/* To and from JSON. attempt_from_json() returns 0, or -EBADMSG if a member is missing or wrong;
 * release the attempt with attempt_clear() in either case.
 * attempt_to_json() returns a new object. */
int attempt_from_json(const struct json_object *object, struct attempt *ret_attempt);
struct json_object *attempt_to_json(const struct attempt *attempt);
void attempt_clear(struct attempt *attempt);

/* Whether an identity that both have differs. */
bool machine_differs(const struct machine *a, const struct machine *b);
void machine_clear(struct machine *machine);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the files of a machine's kernel, firmware and systemd that fastreboot reads, each ended by
 * a NUL, in the order of FILES; binary ones in hexadecimal would be no easier. */

#include <string.h>

#include "decide/decide.h"
#include "fuzz.h"
#include "reboot/survey.h"

static const char *const FILES[] = {
    "proc/cmdline",
    "proc/sys/kernel/arch",
    "proc/sys/kernel/bootloader_type",
    "proc/sys/kernel/osrelease",
    "proc/sys/kernel/kexec_load_disabled",
    "proc/sys/kernel/kexec_load_limit_reboot",
    "sys/kernel/kexec_loaded",
    "sys/kernel/security/lockdown",
    "run/fastreboot/loaded",
    "run/systemd/reboot-param",
    "etc/fastreboot.conf",
    "proc/self/mountinfo",
    "proc/net/route",
    "proc/net/ipv6_route",
    "dev/kmsg",
};

static const char *const VARIABLES[] = {
    "OsIndications-8be4df61-93ca-11d2-aa0d-00e098032b8c",
    "LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
    "fwupd-x-0-0abba7dc-e516-4167-bbf5-4d9d1c739416",
};

static void check(const struct facts *facts, enum purpose purpose)
{
    struct verdict verdict;

    decide(facts, purpose, &verdict);
    must(verdict.fast == !verdict.because);
    must(verdict.fast || (verdict.because->found.text && *verdict.because->found.text));
    for (size_t i = 0; i < verdict.n; i++) {
        const struct finding *finding = &verdict.findings[i];

        must((finding->found.is == ANSWER_NO) == !finding->found.text);
        must(!verdict.fast || finding->found.is == ANSWER_NO ||
             finding->reason->severity != SEVERITY_BLOCK);
    }
    verdict_clear(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct survey survey;

    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        char *text = fuzz_string(&data, &size);

        fuzz_write(FILES[i], text, strlen(text));
        free(text);
    }
    for (size_t i = 0; i < sizeof(VARIABLES) / sizeof(VARIABLES[0]); i++) {
        char path[128];

        /* These may contain NULs: each of them is the rest of the input. */
        snprintf(path, sizeof(path), "sys/firmware/efi/efivars/%s", VARIABLES[i]);
        fuzz_write(path, data, size);
    }
    survey_make(fuzz_root(), PURPOSE_NEXT_REBOOT, &survey);
    for (int purpose = PURPOSE_NEXT_REBOOT; purpose <= PURPOSE_LOAD; purpose++)
        check(&survey.facts, (enum purpose)purpose);
    survey_clear(&survey);
    return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"

#include <errno.h>

#include "base/util.h"

/* Unknown is treated as no: here and nowhere else. */
static bool blocks(const struct finding *finding)
{
    return finding->reason->severity == SEVERITY_BLOCK && finding->result != 0;
}

static bool only_root_knows(const struct finding *finding)
{
    return finding->result == -EACCES || finding->result == -EPERM;
}

static int find(const struct facts *facts, const struct reason *reason, struct finding *finding)
{
    finding->reason = reason;
    finding->result = reason->test(facts, &finding->text);
    if (finding->result == -ENOMEM)
        return -ENOMEM;
    if (finding->result < 0 && !finding->text) {
        finding->text =
            format("cannot tell whether %s: %s", reason->passed, strerror(-finding->result));
        return finding->text ? 0 : -ENOMEM;
    }
    return 0;
}

static bool is_by_hand(const struct facts *facts)
{
    return facts->kexec.loaded.is == ANSWER_YES && !facts->loaded.release;
}

/* Somebody's own kernel is left where it is and started, so nothing about ours matters then; and
 * where no entry was chosen there are no files to say anything about. */
static bool counts(const struct facts *facts, const struct reason *reason, enum purpose purpose)
{
    if (!(reason->purposes & 1U << purpose))
        return false;
    if (reason->scope == SCOPE_FILES && !facts->payload.entry)
        return false;
    return reason->scope == SCOPE_POLICY || !is_by_hand(facts);
}

int decide(const struct facts *facts, enum purpose purpose, struct verdict *ret_verdict)
{
    bool known = false; /* something blocks, whoever asks */

    *ret_verdict = (struct verdict){.findings = calloc(N_REASONS, sizeof(struct finding))};
    if (!ret_verdict->findings)
        return -ENOMEM;
    for (size_t i = 0; i < N_REASONS; i++) {
        struct finding *finding = &ret_verdict->findings[ret_verdict->n];
        int r;

        if (!counts(facts, &REASONS[i], purpose))
            continue;
        ret_verdict->n++;
        r = find(facts, &REASONS[i], finding);
        if (r < 0)
            return r;
        if (!blocks(finding))
            continue;
        /* What is known for certain is the better reason to give. */
        if (!ret_verdict->because || (!known && !only_root_knows(finding)))
            ret_verdict->because = finding;
        known = known || !only_root_knows(finding);
    }
    ret_verdict->fast = !ret_verdict->because;
    ret_verdict->by_hand = ret_verdict->fast && is_by_hand(facts);
    ret_verdict->needs_root = !ret_verdict->fast && !known;
    return 0;
}

int decide_entry(const struct facts *facts, const struct boot_payload *payload, char **ret_text)
{
    struct facts with_payload = *facts; /* a view: nothing in it is ours to free */

    with_payload.payload = *payload;
    *ret_text = NULL;
    for (size_t i = 0; i < N_REASONS; i++) {
        struct finding finding = {0};

        if (REASONS[i].scope != SCOPE_FILES)
            continue;
        if (find(&with_payload, &REASONS[i], &finding) < 0)
            return -ENOMEM;
        if (blocks(&finding)) {
            *ret_text = finding.text;
            return 0;
        }
        free(finding.text);
    }
    return 0;
}

void verdict_clear(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++)
        free(verdict->findings[i].text);
    free(verdict->findings);
    *verdict = (struct verdict){0};
}

const char *severity_name(enum severity severity)
{
    static const char *const NAMES[] = {"block", "warn", "note"};

    return NAMES[severity];
}

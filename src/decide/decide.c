/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"

#include <errno.h>

#include "base/util.h"
#include "decide/repeat.h"

/* Unknown is treated as no here, and nowhere else. */
static bool blocks(const struct finding *finding)
{
    return finding->reason->severity == SEVERITY_BLOCK && finding->found.is != ANSWER_NO;
}

bool finding_needs_root(const struct finding *finding)
{
    return finding->found.is == ANSWER_UNKNOWN &&
           (finding->found.error == EACCES || finding->found.error == EPERM);
}

static bool warns(const struct finding *finding)
{
    return finding->reason->severity == SEVERITY_WARN && finding->found.is != ANSWER_NO &&
           !finding_needs_root(finding);
}

/* Marks the findings that add nothing to the finding `cause`. Warnings are not marked because
 * something blocks: they concern any reboot. */
static void mark_followers_of(const struct finding *cause, struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++) {
        struct finding *finding = &verdict->findings[i];
        const char *follows = finding->reason->follows;
        bool idle = cause->reason->alone && finding->reason->severity == SEVERITY_BLOCK;

        if (finding != cause && !finding->follows &&
            (idle || (follows && streq(follows, cause->reason->id))))
            finding->follows = cause->reason->id;
    }
}

/* If a reason counts alone, no other is a cause. */
static void mark_followers(struct verdict *verdict)
{
    for (int alone = 1; alone >= 0; alone--)
        for (size_t i = 0; i < verdict->n; i++) {
            const struct finding *cause = &verdict->findings[i];

            if (cause->found.is == ANSWER_YES && !cause->follows && cause->reason->alone == alone)
                mark_followers_of(cause, verdict);
        }
}

static bool is_by_hand(const struct facts *facts)
{
    return facts->kexec.loaded.is == ANSWER_YES && !facts->loaded.release;
}

/* A kernel that another program loaded stays loaded and will be started, so fastreboot's choice
 * does not matter. Without a chosen entry there are no kernel and no files to judge. */
static bool counts(const struct facts *facts, const struct reason *reason, enum purpose purpose)
{
    if (!(reason->purposes & 1U << purpose))
        return false;
    if ((reason->scope == SCOPE_FILES || reason->scope == SCOPE_CHOSEN) && !facts->payload.entry)
        return false;
    return reason->scope == SCOPE_POLICY || !is_by_hand(facts);
}

static char *advise(const struct facts *facts, const struct finding *finding)
{
    const struct reason *reason = finding->reason;
    char *advice = reason->advise && finding->found.is != ANSWER_NO ? reason->advise(facts) : NULL;

    if (!finding->anyway)
        return advice;
    if (!advice)
        advice = xstrdup(reason->advice);
    append_text(&advice, "; ", "do that before any reboot: the boot loader would start the same");
    return advice;
}

/* One that a reboot should end, and that has outlived several. */
static bool is_lasting(const struct finding *finding, const struct repeat_facts *repeat)
{
    return finding->found.is == ANSWER_YES && finding->reason->kind == KIND_ONCE &&
           repeat->n >= REPEATS_TO_TELL &&
           repeat_is_about(repeat, finding->reason->id, finding->found.text);
}

void decide(const struct facts *facts, enum purpose purpose, struct verdict *ret_verdict)
{
    struct verdict verdict = {.findings = xcalloc(reasons_count(), sizeof(struct finding))};
    bool known = false; /* something blocks, even for root */
    const struct reason *reason;

    for (size_t i = 0; (reason = reason_at(i)); i++) {
        struct finding *finding = &verdict.findings[verdict.n];

        if (!counts(facts, reason, purpose))
            continue;
        verdict.n++;
        *finding = (struct finding){.reason = reason, .found = reason_ask(reason, facts)};
        finding->anyway =
            finding->found.is == ANSWER_YES && reason->shared && reason->shared(facts);
        finding->advice = advise(facts, finding);
        if (is_lasting(finding, &facts->repeat))
            finding->lasting = repeat_advice(facts->repeat.n, reason->lasting);
        verdict.warnings += warns(finding);
        if (!blocks(finding))
            continue;
        /* A reason that is certain is the better one to give. */
        if (!verdict.because || (!known && !finding_needs_root(finding)))
            verdict.because = finding;
        known = known || !finding_needs_root(finding);
    }
    mark_followers(&verdict);
    verdict.fast = !verdict.because;
    verdict.by_hand = verdict.fast && is_by_hand(facts);
    verdict.needs_root = !verdict.fast && !known;
    *ret_verdict = verdict;
}

char *decide_entry(const struct facts *facts, const struct boot_payload *payload)
{
    struct facts with_payload = *facts; /* a view: it owns nothing */

    with_payload.payload = *payload;
    for (size_t i = 0; i < reasons_count(); i++) {
        struct finding finding = {.reason = reason_at(i)};
        char *problem = NULL;

        if (finding.reason->scope != SCOPE_FILES)
            continue;
        finding.found = reason_ask(finding.reason, &with_payload);
        if (blocks(&finding))
            problem = steal(&finding.found.text);
        answer_clear(&finding.found);
        if (problem)
            return problem;
    }
    return NULL;
}

static void finding_clear(struct finding *finding)
{
    answer_clear(&finding->found);
    free(finding->advice);
    free(finding->lasting);
}

void verdict_clear(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++)
        finding_clear(&verdict->findings[i]);
    free(verdict->findings);
    *verdict = (struct verdict){0};
}

static bool is_doubt(const struct finding *finding)
{
    return finding->found.is == ANSWER_UNKNOWN && finding->reason->kind == KIND_ONCE;
}

enum kind finding_kind(const struct finding *finding)
{
    return is_doubt(finding) || finding->lasting ? KIND_FAULT : finding->reason->kind;
}

const char *finding_advice(const struct finding *finding)
{
    if (finding->lasting)
        return finding->lasting;
    if (is_doubt(finding) || finding_needs_root(finding))
        return NULL;
    return finding->advice ? finding->advice : finding->reason->advice;
}

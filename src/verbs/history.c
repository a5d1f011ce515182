/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/history.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "verbs/complain.h"
#include "verbs/report.h"
#include "verbs/verb.h"

struct records {
    struct boot_record all[HISTORY_LINES];
    size_t n;
};

static void records_clear(struct records *records)
{
    for (size_t i = 0; i < records->n; i++)
        boot_record_clear(&records->all[i]);
}

static int keep(const struct boot_record *record, void *data)
{
    struct records *records = data;
    struct boot_record *copy = &records->all[records->n];

    if (records->n == HISTORY_LINES)
        return -EBADMSG;
    records->n++;
    boot_record_copy(record, copy);
    return 0;
}

static int run(const struct call *call)
{
    CLEANUP(records_clear) struct records records = {.n = 0};
    AUTOFREE char *text = NULL;
    size_t length = 0;
    int r = root_read(call->root, STATE_HISTORY, HISTORY_BYTES, &text, &length);

    if (r < 0 && r != -ENOENT)
        return complain("/" STATE_HISTORY, r);
    r = history_parse(text ? text : "", keep, &records);
    if (r >= 0 && text && strlen(text) != length)
        r = -EBADMSG; /* a zero byte hides the rest */
    report_history(records.all, records.n, given(call, OPTION_JSON));
    return r < 0 ? complain("/" STATE_HISTORY, r) : EXIT_FINE;
}

const struct verb verb_history = {
    .name = "history",
    .summary = "how the last reboots went",
    .options = OPTION_JSON | OPTION_ROOT,
    .run = run,
};

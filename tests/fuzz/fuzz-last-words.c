/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a record of the store, with the log of a kernel that panicked. */

#include <string.h>

#include "base/root.h"
#include "base/util.h"
#include "decide/death.h"
#include "discover/system/last-words.h"
#include "discover/system/pstore-records.h"
#include "facts/last-words.h"
#include "fuzz.h"

#define ID "00112233445566778899aabbccddeeff"

static void check_text(const char *text)
{
    for (const char *at = text; at && *at; at++)
        must((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void check_words(const char *log)
{
    CLEANUP(last_words_clear) struct last_words words;
    AUTOFREE char *plain = last_words_plain(log);
    char *rest = plain, *line;

    last_words_read(log, &words);
    for (int kind = 0; kind < N_WORD_KINDS; kind++) {
        must(!words.all[kind] || (*words.all[kind] && strlen(words.all[kind]) <= MAX_WORD));
        check_text(words.all[kind]);
    }
    while ((line = strsep(&rest, "\n")))
        check_text(line);
}

/* What is written down is read again, and says the same. */
static void check(const struct death *death)
{
    CLEANUP(death_clear) struct death again;
    AUTOJSON struct json_object *object = death_to_json(death);

    must(death_from_json(object, &again) == 0);
    must(again.kind == death->kind && again.marked == death->marked);
    must(!death->log == !again.log && (!death->log || streq(death->log, again.log)));
    must(!death->log || strlen(death->log) <= DEATH_LOG_BYTES);
    check_text(death->text);
    check_text(death->evidence);
    if (death->log)
        check_words(death->log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(names_freep) char **own = NULL;
    CLEANUP(death_signs_clear) struct death_signs signs = {.status = -1};
    CLEANUP(death_clear) struct death death;
    AUTOFREE char *text = xstrndup((const char *)data, size);

    fuzz_write(PSTORE_DIR "/dmesg-erst-1", data, size);
    last_words_find(fuzz_root(), ID, (char *[]){NULL}, &signs, &own);
    must(!own || (signs.marked && streq(own[0], PSTORE_DIR "/dmesg-erst-1") && !own[1]));
    death_judge(ID, &signs, &death);
    check(&death);
    check_words(text);
    return 0;
}

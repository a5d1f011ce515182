/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/identities.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <search.h>
#include <stdint.h>

#include "base/map.h"
#include "base/util.h"

enum {
    MAX_TOKEN = 128,
    MIN_SERIAL = 6,
    MIN_IPV6_DIGITS = 4, /* shorter ones, such as "::1", do not identify a machine */
};

/* '#' is a hexadecimal digit, '^' one that is not a lower-case letter, '*' a letter or digit. A
 * shape precedes those that it starts with. */
static const char *const SHAPES[] = {
    "########-####-####-####-############",                             /* UUID */
    "################################################################", /* containers, ostree */
    "################################",                                 /* UUID, machine-id */
    "##:##:##:##:##:##:##:##:##:##:##:##:##:##:##:##:##:##:##:##",      /* InfiniBand */
    "##:##:##:##:##:##:##:##",                                          /* Fibre Channel */
    "##:##:##:##:##:##",                                                /* Ethernet */
    "########:########:########:########",                              /* md */
    "enx############",
    "eui.################",
    "naa.################",
    "0x################", /* WWN */
    "LVM-****************************************************************",
    "******-****-****-****-****-****-******", /* LVM */
    "^^^^-^^^^",                              /* FAT */
    "PARTUUID=########-##",                   /* partition of an MBR */
    "partuuid/########-##",
};

struct identity {
    char *text;    /* without the separators between its digits */
    size_t digits; /* the length of `text` */
    unsigned number;
    bool keep;
};

/* One that no shape recognises. */
struct word {
    char *text;
    uintptr_t next; /* of those with the same start: its index plus 1, or 0 */
};

struct identities {
    void *tree; /* of struct identity, by text */
    unsigned numbers[MAX_TOKEN];
    struct word *words;
    size_t n_words;
    struct map starts; /* their leading letters and digits: the index of the first one plus 1 */
};

/* A match: its length in the data, and its digits in there. */
struct token {
    size_t length;
    size_t digits;
    size_t at[MAX_TOKEN];
    char text[MAX_TOKEN + 1];
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct identity *)a)->text, ((const struct identity *)b)->text);
}

struct identities *identities_new(void)
{
    return xcalloc(1, sizeof(struct identities));
}

static void free_identity(void *pointer)
{
    struct identity *identity = pointer;

    free(identity->text);
    free(identity);
}

void identities_free(struct identities *identities)
{
    if (!identities)
        return;
    tdestroy(identities->tree, free_identity);
    for (size_t i = 0; i < identities->n_words; i++)
        free(identities->words[i].text);
    free(identities->words);
    map_clear(&identities->starts);
    free(identities);
}

void identities_freep(struct identities **identities)
{
    identities_free(*identities);
}

static void add_digit(struct token *token, size_t at, char sign)
{
    token->at[token->digits] = at;
    token->text[token->digits++] = sign;
    token->text[token->digits] = 0;
}

/* "00a1" and "00A1" are the same; a text that is not a number is kept as it is. */
static void normalise(struct token *token)
{
    if (strspn(token->text, "0123456789abcdefABCDEF") == token->digits)
        for (char *sign = token->text; *sign; sign++)
            *sign = (char)tolower((unsigned char)*sign);
}

static bool is_word(char sign)
{
    return isalnum((unsigned char)sign);
}

static bool fits(char kind, char sign)
{
    return (kind == '#' && isxdigit((unsigned char)sign)) || (kind == '*' && is_word(sign)) ||
           (kind == '^' && isxdigit((unsigned char)sign) && !islower((unsigned char)sign));
}

static bool match_shape(const char *shape, const char *data, size_t size, struct token *token)
{
    size_t length = strlen(shape);

    token->digits = 0;
    for (size_t i = 0; i < length; i++) {
        if (i == size)
            return false;
        if (fits(shape[i], data[i]))
            add_digit(token, i, data[i]);
        else if (strchr("#^*", shape[i]) || shape[i] != data[i])
            return false;
    }
    token->length = length;
    return length == size || !(is_word(data[length]) || data[length] == ':');
}

static bool match_word(const char *word, const char *data, size_t size, struct token *token)
{
    size_t length = strlen(word);

    if (length > size || memcmp(word, data, length) != 0 ||
        (length < size && is_word(data[length])))
        return false;
    token->digits = 0;
    for (size_t i = 0; i < length && i < MAX_TOKEN; i++)
        if (is_word(word[i]))
            add_digit(token, i, word[i]);
    token->length = length;
    return true;
}

/* The index plus 1 of the first word that starts with the same letters and digits as `data`, and
 * has no more of them; 0 if there is none. There may be a thousand words, and each place of each
 * file is held against them. */
static uintptr_t first_word(const struct identities *identities, const char *data, size_t size)
{
    char start[MAX_TOKEN];
    size_t length = 0;

    for (; length < size && is_word(data[length]); length++) {
        if (length == sizeof(start) - 1)
            return 0; /* longer than any word */
        start[length] = data[length];
    }
    start[length] = 0;
    return (uintptr_t)map_get(&identities->starts, start);
}

static bool match_words(const struct identities *identities, const char *data, size_t size,
                        struct token *token)
{
    uintptr_t i = first_word(identities, data, size);

    while (i && !match_word(identities->words[i - 1].text, data, size, token))
        i = identities->words[i - 1].next;
    return i != 0;
}

/* An IP address, in the longest run of `signs`. */
static bool match_address(int family, const char *signs, const char *data, size_t size,
                          struct token *token)
{
    char text[INET6_ADDRSTRLEN] = "";
    unsigned char address[16];
    size_t length = 0;

    while (length < size && data[length] && strchr(signs, data[length]))
        length++;
    if (length >= sizeof(text) || (length < size && (is_word(data[length]) || data[length] == '-')))
        return false;
    memcpy(text, data, length);
    token->digits = 0;
    for (size_t i = 0; i < length; i++)
        if (isxdigit((unsigned char)text[i]))
            add_digit(token, i, text[i]);
    token->length = length;
    return length && inet_pton(family, text, address) == 1;
}

static bool is_own_ipv4(const char *data, size_t size, struct token *token)
{
    return match_address(AF_INET, "0123456789.", data, size, token) &&
           !after_prefix(data, "127.") && !after_prefix(data, "255.") &&
           !after_prefix(data, "192.0.2."); /* for documentation, and what hide.c puts there */
}

static bool is_own_ipv6(const char *data, size_t size, struct token *token)
{
    return match_address(AF_INET6, "0123456789abcdefABCDEF:", data, size, token) &&
           token->digits >= MIN_IPV6_DIGITS;
}

/* Matches what starts at data[at]; the character before may rule it out. */
static bool match(const struct identities *identities, const char *data, size_t at, size_t size,
                  struct token *token)
{
    char before = at ? data[at - 1] : ' ';
    bool found = false;

    if (is_word(before) || !is_word(data[at]))
        return false;
    for (size_t i = 0; !found && i < ELEMENTS(SHAPES); i++)
        found = (before != ':' || !strchr(SHAPES[i], ':')) &&
                match_shape(SHAPES[i], data + at, size - at, token);
    found = found || match_words(identities, data + at, size - at, token);
    if (!found && !strchr("._-", before) && isxdigit((unsigned char)data[at]))
        found = is_own_ipv4(data + at, size - at, token) ||
                (before != ':' && is_own_ipv6(data + at, size - at, token));
    if (!found)
        return false;
    normalise(token);
    return strspn(token->text, "0") < token->digits && strspn(token->text, "f") < token->digits;
}

static void collect(struct identities *identities, const struct token *token, bool keep)
{
    struct identity *identity = xcalloc(1, sizeof(*identity)), **found;

    *identity = (struct identity){.text = xstrdup(token->text), .digits = token->digits};
    found = tsearch(identity, &identities->tree, compare);
    if (!found)
        out_of_memory();
    if (*found != identity)
        free_identity(identity);
    (*found)->keep |= keep;
}

void identities_find(struct identities *identities, const char *data, size_t size, bool keep)
{
    struct token token;

    for (size_t i = 0; i < size; i++)
        if (match(identities, data, i, size, &token)) {
            collect(identities, &token, keep);
            i += token.length - 1;
        }
}

/* Whether it is new. */
static bool add_word(struct identities *identities, const char *text)
{
    uintptr_t i = first_word(identities, text, strlen(text)), last = i;
    AUTOFREE char *start = NULL;
    size_t length = 0;

    for (; i; i = identities->words[i - 1].next) {
        if (streq(identities->words[i - 1].text, text))
            return false;
        last = i;
    }
    *APPEND(identities->words, identities->n_words) = (struct word){.text = xstrdup(text)};
    if (last) {
        identities->words[last - 1].next = identities->n_words;
        return true;
    }
    while (is_word(text[length]))
        length++;
    start = xstrndup(text, length);
    return map_add(&identities->starts, start, (const void *)(uintptr_t)identities->n_words);
}

void identities_add(struct identities *identities, const char *text)
{
    struct token token;

    if (strlen(text) >= MAX_TOKEN || !is_word(*text) || !add_word(identities, text))
        return;
    if (match(identities, text, 0, strlen(text), &token))
        collect(identities, &token, false);
}

void identities_find_serials(struct identities *identities, const char *text)
{
    while (*text) {
        size_t length = 0;
        bool has_digit = false;

        for (; is_word(text[length]); length++)
            has_digit |= isdigit((unsigned char)text[length]);
        if (length >= MIN_SERIAL && has_digit) {
            AUTOFREE char *word = xstrndup(text, length);

            identities_add(identities, word);
        }
        text += length + (text[length] != 0);
    }
}

static void give_number(const void *node, VISIT which, void *data)
{
    struct identity *identity = *(struct identity *const *)node;
    struct identities *identities = data;

    if (which == postorder || which == leaf)
        identity->number = ++identities->numbers[identity->digits % MAX_TOKEN];
}

void identities_number(struct identities *identities)
{
    twalk_r(identities->tree, give_number, identities);
}

/* Keeps the first digit; the others become the number. */
static void overwrite(char *data, const struct token *token, unsigned number)
{
    for (size_t i = token->digits; i-- > 1; number /= 10)
        data[token->at[i]] = (char)('0' + number % 10);
}

size_t identities_replace(const struct identities *identities, char *data, size_t size)
{
    struct token token;
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        struct identity key = {.text = token.text}, **found;

        if (!match(identities, data, i, size, &token))
            continue;
        found = tfind(&key, &identities->tree, compare);
        if (found && !(*found)->keep) {
            overwrite(data + i, &token, (*found)->number);
            n++;
        }
        i += token.length - 1;
    }
    return n;
}

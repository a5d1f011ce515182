/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/config.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/search.h"
#include "base/util.h"
#include "base/values.h"

enum key_type {
    KEY_CHOICE,  /* one of two words */
    KEY_PATH,    /* one absolute path */
    KEY_PATHS,   /* several, or "none"; more lines add to it */
    KEY_WORDS,   /* kernel parameters; more lines add to it */
    KEY_UNIT,    /* the name of a unit of systemd's */
    KEY_SECONDS, /* a time within bounds, or a boolean */
    KEY_NUMBER,  /* a number within bounds, or "off", which is 0 */
    KEY_QUIRKS,  /* names of quirks, one a line; more lines and files add to it */
};

enum {
    MAX_IGNORED = 64,
    SECOND = 1000000, /* in microseconds */
};

#define UNIT_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-_.\\@"

struct key {
    const char *name;
    enum key_type type;
    size_t offset; /* in struct config */
    size_t source; /* offset of where to note the line, or 0 */
    union {
        const char *choices[2]; /* of a KEY_CHOICE, for the values 0 and 1 */
        int bounds[2];          /* of KEY_SECONDS and KEY_NUMBER, the least and the most */
    };
};

#define AT(member) offsetof(struct config, member)

static const struct key KEYS[] = {
    {"mode", KEY_CHOICE, AT(mode), AT(mode_source), .choices = {"fast", "firmware"}},
    {"load", KEY_CHOICE, AT(load), .choices = {"shutdown", "early"}},
    {"ima-measurements", KEY_CHOICE, AT(ima), .choices = {"block", "ignore"}},
    {"missing-driver", KEY_CHOICE, AT(missing_driver), AT(missing_driver_source),
     .choices = {"warn", "block"}},
    {"data-disks", KEY_CHOICE, AT(data_disks), .choices = {"keep", "detach"}},
    {"kernel", KEY_PATH, AT(kernel), AT(kernel_source)},
    {"initrd", KEY_PATHS, AT(initrd), AT(initrd_source)},
    {"cmdline", KEY_WORDS, AT(cmdline), AT(cmdline_source)},
    {"cmdline-append", KEY_WORDS, AT(cmdline_append), AT(cmdline_append_source)},
    {"cmdline-remove", KEY_WORDS, AT(cmdline_remove)},
    {"health-timeout", KEY_SECONDS, AT(health_timeout), .bounds = {10, 86400}},
    {"health-unit", KEY_UNIT, AT(health_unit), AT(health_unit_source)},
    {"health-hook", KEY_PATH, AT(health_hook)},
    {"health-hook-timeout", KEY_SECONDS, AT(health_hook_timeout), .bounds = {10, 3600}},
    {"panic", KEY_SECONDS, AT(panic), .bounds = {5, 3600}},
    {"watchdog", KEY_SECONDS, AT(watchdog), AT(watchdog_source), .bounds = {5, 3600}},
    {"max-fast-in-a-row", KEY_NUMBER, AT(max_fast), AT(max_fast_source), .bounds = {1, 90}},
    {"max-age-days", KEY_NUMBER, AT(max_age), AT(max_age_source), .bounds = {1, 3650}},
    {"quirk-ignore", KEY_QUIRKS},
};

/* The settings so far, and what the current file has set: a later file replaces what an earlier one
 * set, a later line adds to it or is refused. */
struct reading {
    struct config *config;
    char *file;
    bool given[ELEMENTS(KEYS)];
};

static void start_file(struct reading *reading, const char *file)
{
    if (reading->file && streq(reading->file, file))
        return;
    set_text(&reading->file, xstrdup(file));
    memset(reading->given, 0, sizeof(reading->given));
}

static void *field(struct config *config, size_t offset)
{
    return (char *)config + offset;
}

/* The setters give 1; or 0 with the problem, as settings_take has it. */

static char *source_of(const struct setting *setting)
{
    return format("%s:%d", setting->file, setting->line);
}

static int refuse(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return 0;
}

static void clear_ignored(struct config *config)
{
    for (size_t i = 0; i < config->n_ignored; i++) {
        free(config->ignored[i].name);
        free(config->ignored[i].source);
    }
    free(config->ignored);
    config->ignored = NULL;
    config->n_ignored = 0;
}

static int set_choice(int *place, const struct key *key, const char *value, char **ret_problem)
{
    for (int i = 0; i < 2; i++)
        if (streq(value, key->choices[i])) {
            *place = i;
            return 1;
        }
    return refuse(ret_problem, format("%s = %s: must be %s or %s", key->name, value,
                                      key->choices[0], key->choices[1]));
}

/* A part of a second counts as a whole one. "1" and "0" are times before they are booleans. */
static int set_seconds(int *place, const struct key *key, const char *value, char **ret_problem)
{
    int boolean = parse_boolean(value);
    int64_t time = -1, seconds;

    if (parse_time(value, &time) >= 0 && time > 0)
        boolean = -1;
    seconds = time / SECOND + (time % SECOND > 0);
    if (boolean >= 0) {
        *place = boolean ? 0 : SECONDS_OFF;
        return 1;
    }
    if (seconds < key->bounds[0] || seconds > key->bounds[1])
        return refuse(ret_problem, format("%s = %s: must be on, off, or a time from %d to %d "
                                          "seconds, such as 90, 5min or 1h 30s",
                                          key->name, value, key->bounds[0], key->bounds[1]));
    *place = (int)seconds;
    return 1;
}

static int set_number(int *place, const struct key *key, const char *value, char **ret_problem)
{
    long number = 0;
    char *end = NULL;

    if (!streq(value, "off"))
        number = strtol(value, &end, 10);
    if (end && (end == value || *end || *value < '0' || *value > '9' || number < key->bounds[0] ||
                number > key->bounds[1]))
        return refuse(ret_problem, format("%s = %s: must be off, or a number from %d to %d",
                                          key->name, value, key->bounds[0], key->bounds[1]));
    *place = (int)number;
    return 1;
}

/* Quotation marks around the name are allowed, as it may have blanks. An empty value takes back
 * the names so far. */
static int add_ignored(struct config *config, const struct setting *setting, char **ret_problem)
{
    const char *name = setting->value;
    size_t length = strlen(name);
    struct ignored_quirk *ignored;

    if (length == 0) {
        clear_ignored(config);
        return 1;
    }
    if (length >= 2 && strchr("\"'", *name) && name[length - 1] == *name) {
        name++;
        length -= 2;
    }
    if (length == 0 || memchr(name, '"', length))
        return refuse(ret_problem, format("%s = %s: must be the name of one quirk", setting->key,
                                          setting->value));
    if (config->n_ignored == MAX_IGNORED)
        return refuse(ret_problem, format("%s: more than %d quirks", setting->key, MAX_IGNORED));
    ignored = APPEND(config->ignored, config->n_ignored);
    ignored->name = xstrndup(name, length);
    ignored->source = source_of(setting);
    return 1;
}

static bool paths_are_absolute(const char *value)
{
    for (value += strspn(value, " \t"); *value; value += strspn(value, " \t")) {
        if (*value != '/')
            return false;
        value += strcspn(value, " \t");
    }
    return true;
}

static int check_paths(const struct key *key, const char *value, char **ret_problem)
{
    if (!*value)
        return refuse(ret_problem, format("%s: needs a path", key->name));
    if (key->type == KEY_PATHS && streq(value, "none"))
        return 1;
    if (!paths_are_absolute(value))
        return refuse(ret_problem, format("%s = %s: must be absolute", key->name, value));
    if (key->type == KEY_PATH && strpbrk(value, " \t"))
        return refuse(ret_problem, format("%s = %s: must be one path", key->name, value));
    return 1;
}

static int check_words(const struct key *key, const char *value, char **ret_problem)
{
    const char *problem = cmdline_problem(value);

    return problem ? refuse(ret_problem, format("%s: %s", key->name, problem)) : 1;
}

/* systemd.unit(5): letters, digits and ":-_.\\@", and a type; 255 at the most. */
static int check_unit(const struct key *key, const char *value, char **ret_problem)
{
    const char *dot = strrchr(value, '.');

    if (dot && dot > value && dot[1] && strlen(value) < 256 &&
        !value[strspn(value, UNIT_CHARACTERS)])
        return 1;
    return refuse(ret_problem, format("%s = %s: must be the full name of a unit, such as "
                                      "network-online.target",
                                      key->name, value));
}

static int set_text_value(char **text, const struct key *key, bool again, const char *value,
                          char **ret_problem)
{
    int r = 1;

    if (key->type == KEY_UNIT)
        r = check_unit(key, value, ret_problem);
    if (key->type == KEY_WORDS)
        r = check_words(key, value, ret_problem);
    if (key->type == KEY_PATH || key->type == KEY_PATHS)
        r = check_paths(key, value, ret_problem);
    if (r <= 0)
        return r;
    if (again && key->type == KEY_PATHS && (streq(value, "none") || streq(*text, "none")))
        return refuse(ret_problem, format("%s: none excludes any other file", key->name));
    if (!again)
        set_text(text, NULL);
    append_text(text, " ", value);
    return 1;
}

static bool adds_up(const struct key *key)
{
    return key->type == KEY_PATHS || key->type == KEY_WORDS || key->type == KEY_QUIRKS;
}

static bool is_text(const struct key *key)
{
    return key->type != KEY_CHOICE && key->type != KEY_SECONDS && key->type != KEY_NUMBER &&
           key->type != KEY_QUIRKS;
}

static const struct key *find_key(const char *name)
{
    for (size_t i = 0; i < ELEMENTS(KEYS); i++)
        if (streq(name, KEYS[i].name))
            return &KEYS[i];
    return NULL;
}

static int refuse_key(const char *name, char **ret_problem)
{
    AUTOFREE char *names = NULL;

    for (size_t i = 0; i < ELEMENTS(KEYS); i++)
        append_text(&names, ", ", KEYS[i].name);
    return refuse(ret_problem, format("unknown key \"%s\": must be one of %s", name, names));
}

static int set_value(struct config *config, const struct key *key, bool again,
                     const struct setting *setting, char **ret_problem)
{
    void *place = field(config, key->offset);

    if (key->type == KEY_CHOICE)
        return set_choice(place, key, setting->value, ret_problem);
    if (key->type == KEY_SECONDS)
        return set_seconds(place, key, setting->value, ret_problem);
    if (key->type == KEY_NUMBER)
        return set_number(place, key, setting->value, ret_problem);
    if (key->type == KEY_QUIRKS)
        return add_ignored(config, setting, ret_problem);
    return set_text_value(place, key, again, setting->value, ret_problem);
}

static int take(void *data, const struct setting *setting, char **ret_problem)
{
    struct reading *reading = data;
    const struct key *key = find_key(setting->key);
    AUTOFREE char *indented = settings_indented_key(setting->value);
    bool again;

    start_file(reading, setting->file);
    if (*setting->section)
        return refuse(ret_problem,
                      format("unknown section [%s]: settings have no sections", setting->section));
    if (!key)
        return refuse_key(setting->key, ret_problem);
    again = reading->given[key - KEYS];
    if (again && indented && find_key(indented))
        return refuse(ret_problem,
                      format("\"%s\" would become part of %s, because the line starts with a blank",
                             setting->value, key->name));
    if (again && !adds_up(key))
        return refuse(ret_problem, format("%s is set twice (or the line below it starts with a "
                                          "blank)",
                                          key->name));
    reading->given[key - KEYS] = true;
    if (!set_value(reading->config, key, again, setting, ret_problem))
        return 0;
    if (key->source && !again) /* what adds up starts at its first line */
        set_text(field(reading->config, key->source), source_of(setting));
    return 1;
}

/* Half a choice would pair a kernel with the initrd of another one. */
static void check_pair(struct config *config)
{
    if (!config->kernel != !config->initrd)
        config->error = format("%s: kernel and initrd go together, %s is not set (for a kernel "
                               "without an initrd: initrd = none)",
                               config->kernel ? config->kernel_source : config->initrd_source,
                               config->kernel ? "initrd" : "kernel");
}

void config_load(int root, struct config *ret_config)
{
    struct reading reading = {.config = ret_config};
    int r;

    *ret_config = (struct config){0};
    r = settings_read_first(root, CONFIG_NAME, take, &reading, &ret_config->error);
    if (r >= 0)
        r = settings_read_all(root, CONFIG_DIR_NAME, take, &reading, &ret_config->error);
    free(reading.file);
    ret_config->untrusted = r == -EUCLEAN;
    if (r >= 0)
        check_pair(ret_config);
    else if (r != -EBADMSG && r != -EUCLEAN)
        ret_config->error_number = -r;
}

void config_clear(struct config *config)
{
    for (size_t i = 0; i < ELEMENTS(KEYS); i++) {
        if (is_text(&KEYS[i]))
            free(*(char **)field(config, KEYS[i].offset));
        if (KEYS[i].source)
            free(*(char **)field(config, KEYS[i].source));
    }
    clear_ignored(config);
    free(config->error);
    *config = (struct config){0};
}

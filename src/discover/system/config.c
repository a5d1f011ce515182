/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/config.h"

#include <errno.h>

#include "base/settings.h"
#include "base/util.h"

enum key_type {
    KEY_CHOICE,  /* one of two words */
    KEY_PATH,    /* one absolute path */
    KEY_PATHS,   /* several, or "none"; more lines add to it */
    KEY_WORDS,   /* kernel parameters; more lines add to it */
    KEY_UNIT,    /* the name of a unit of systemd's */
    KEY_WAIT,    /* seconds, or "off" */
    KEY_SECONDS, /* as KEY_WAIT, with other bounds */
};

enum {
    MIN_WAIT = 10, /* seconds */
    MAX_WAIT = 86400,
};

#define UNIT_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-_.\\@"

struct key {
    const char *name;
    enum key_type type;
    size_t offset;          /* of its place in struct config */
    const char *choices[2]; /* of a KEY_CHOICE, for the values 0 and 1 */
    size_t source;          /* offset of where to note the file, or 0 */
};

static const struct key KEYS[] = {
    {"mode",
     KEY_CHOICE,
     offsetof(struct config, mode),
     {"fast", "firmware"},
     offsetof(struct config, mode_source)},
    {"load", KEY_CHOICE, offsetof(struct config, load), {"shutdown", "early"}, 0},
    {"missing-driver", KEY_CHOICE, offsetof(struct config, missing_driver), {"warn", "block"}, 0},
    {"kernel",
     KEY_PATH,
     offsetof(struct config, kernel),
     {0},
     offsetof(struct config, kernel_source)},
    {"initrd", KEY_PATHS, offsetof(struct config, initrd), {0}, 0},
    {"cmdline", KEY_WORDS, offsetof(struct config, cmdline), {0}, 0},
    {"cmdline-append", KEY_WORDS, offsetof(struct config, cmdline_append), {0}, 0},
    {"cmdline-remove", KEY_WORDS, offsetof(struct config, cmdline_remove), {0}, 0},
    {"health-timeout", KEY_WAIT, offsetof(struct config, health_timeout), {0}, 0},
    {"health-unit", KEY_UNIT, offsetof(struct config, health_unit), {0}, 0},
    {"panic", KEY_SECONDS, offsetof(struct config, panic), {0}, 0},
    {"watchdog", KEY_SECONDS, offsetof(struct config, watchdog), {0}, 0},
};

/* The settings so far, and what the file being read has given of them: a later file replaces what
 * an earlier one set, a later line adds to it or is refused. */
struct reading {
    struct config *config;
    char *file;
    bool given[ELEMENTS(KEYS)];
};

static void reading_clear(struct reading *reading)
{
    free(reading->file);
}

static int start_file(struct reading *reading, const char *file)
{
    if (reading->file && streq(reading->file, file))
        return 0;
    free(reading->file);
    reading->file = strdup(file);
    memset(reading->given, 0, sizeof(reading->given));
    return reading->file ? 0 : -ENOMEM;
}

static void *field(struct config *config, size_t offset)
{
    return (char *)config + offset;
}

static int refuse(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return problem ? 0 : -ENOMEM;
}

static int set_choice(struct config *config, const struct key *key, const char *value,
                      char **ret_problem)
{
    for (int i = 0; i < 2; i++)
        if (streq(value, key->choices[i])) {
            *(int *)field(config, key->offset) = i;
            return 1;
        }
    return refuse(ret_problem, format("%s = %s: must be %s or %s", key->name, value,
                                      key->choices[0], key->choices[1]));
}

static int set_seconds(struct config *config, const struct key *key, const char *value,
                       char **ret_problem)
{
    int *seconds = field(config, key->offset);
    size_t digits = strspn(value, "0123456789");
    long number = digits > 0 && digits < 5 && !value[digits] ? strtol(value, NULL, 10) : 0;

    if (streq(value, "off"))
        number = SECONDS_OFF;
    else if (number < SECONDS_MIN || number > SECONDS_MAX)
        return refuse(ret_problem, format("%s = %s: must be off, or %d to %d (seconds)", key->name,
                                          value, SECONDS_MIN, SECONDS_MAX));
    *seconds = (int)number;
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

static int set_wait(struct config *config, const struct key *key, const char *value,
                    char **ret_problem)
{
    int *seconds = field(config, key->offset);
    char *end;
    long number = strtol(value, &end, 10);

    if (streq(value, "off")) {
        *seconds = HEALTH_OFF;
        return 1;
    }
    if (!strchr("0123456789", value[0]) || !*value || *end || number < MIN_WAIT ||
        number > MAX_WAIT)
        return refuse(ret_problem, format("%s = %s: must be off, or seconds from %d to %d",
                                          key->name, value, MIN_WAIT, MAX_WAIT));
    *seconds = (int)number;
    return 1;
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

static int set_value(struct config *config, const struct key *key, bool again, const char *value,
                     char **ret_problem)
{
    char **text = field(config, key->offset);
    int r = 1;

    if (key->type == KEY_CHOICE)
        return set_choice(config, key, value, ret_problem);
    if (key->type == KEY_WAIT)
        return set_wait(config, key, value, ret_problem);
    if (key->type == KEY_UNIT)
        r = check_unit(key, value, ret_problem);
    if (key->type == KEY_SECONDS)
        return set_seconds(config, key, value, ret_problem);
    if (key->type == KEY_PATH || key->type == KEY_PATHS)
        r = check_paths(key, value, ret_problem);
    if (r <= 0)
        return r;
    if (again && key->type == KEY_PATHS && (streq(value, "none") || streq(*text, "none")))
        return refuse(ret_problem, format("%s: none goes with no other file", key->name));
    set_text(text, again ? format("%s %s", *text, value) : xstrdup(value));
    return 1;
}

static bool adds_up(const struct key *key)
{
    return key->type == KEY_PATHS || key->type == KEY_WORDS;
}

static bool is_text(const struct key *key)
{
    return key->type != KEY_CHOICE && key->type != KEY_SECONDS && key->type != KEY_WAIT;
}

static const struct key *find_key(const char *name)
{
    for (size_t i = 0; i < ELEMENTS(KEYS); i++)
        if (streq(name, KEYS[i].name))
            return &KEYS[i];
    return NULL;
}

/* A setting that was indented by mistake would be taken for more of the one above it. */
static bool looks_like_setting(const char *value)
{
    for (size_t i = 0; i < ELEMENTS(KEYS); i++) {
        const char *rest = after_prefix(value, KEYS[i].name);

        if (rest && rest[strspn(rest, " \t")] == '=')
            return true;
    }
    return false;
}

static int take(void *data, const struct setting *setting, char **ret_problem)
{
    struct reading *reading = data;
    const struct key *key = find_key(setting->key);
    bool again;
    int r = start_file(reading, setting->file);

    if (r < 0)
        return r;
    if (*setting->section)
        return refuse(ret_problem, format("unknown section [%s]", setting->section));
    if (!key)
        return refuse(ret_problem, format("unknown key \"%s\"", setting->key));
    again = reading->given[key - KEYS];
    if (again && looks_like_setting(setting->value))
        return refuse(ret_problem,
                      format("\"%s\" would be part of %s, as the line starts with a blank",
                             setting->value, key->name));
    if (again && !adds_up(key))
        return refuse(ret_problem, format("%s is given twice (or the line below it starts with a "
                                          "blank)",
                                          key->name));
    reading->given[key - KEYS] = true;
    r = set_value(reading->config, key, again, setting->value, ret_problem);
    if (r <= 0 || !key->source)
        return r;
    set_text(field(reading->config, key->source), xstrdup(setting->file));
    return 1;
}

/* Half a choice would pair a kernel with an initrd of another one. */
static int check_pair(struct config *config)
{
    if (!config->kernel == !config->initrd)
        return 0;
    config->error = format("%s: kernel and initrd go together, %s is not set (for a kernel without "
                           "an initrd: initrd = none)",
                           config->kernel ? config->kernel_source : "/" CONFIG_FILE,
                           config->kernel ? "initrd" : "kernel");
    return config->error ? 0 : -ENOMEM;
}

int config_load(int root, struct config *ret_config)
{
    CLEANUP(reading_clear) struct reading reading = {.config = ret_config};
    int r;

    *ret_config = (struct config){0};
    r = settings_read(root, CONFIG_FILE, take, &reading, &ret_config->error);
    if (r >= 0)
        r = settings_read_directory(root, CONFIG_DIR, take, &reading, &ret_config->error);
    if (r == -ENOMEM)
        return r;
    if (r >= 0)
        return check_pair(ret_config);
    ret_config->error_number = r == -EBADMSG || r == -EUCLEAN ? 0 : -r;
    return 0;
}

void config_clear(struct config *config)
{
    for (size_t i = 0; i < ELEMENTS(KEYS); i++) {
        if (is_text(&KEYS[i]))
            free(*(char **)field(config, KEYS[i].offset));
        if (KEYS[i].source)
            free(*(char **)field(config, KEYS[i].source));
    }
    free(config->error);
    *config = (struct config){0};
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/notes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "act/state.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"

static int lock_directory(int root, const char *path)
{
    AUTOCLOSE int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int lock;

    if (fd < 0)
        return -errno;
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return -errno;
    lock = fd;
    fd = -1;
    return lock;
}

int notes_lock(int root)
{
    if (mkdirat(root, RUN_DIR, 0755) < 0 && errno != EEXIST)
        return -errno;
    return lock_directory(root, RUN_DIR);
}

/* Not the directory of the other lock: a look that a disk keeps waiting must not keep the load at
 * shutdown waiting too. */
int notes_lock_health(int root)
{
    return lock_directory(root, STATE_DIR);
}

int notes_write_normal(int root, const char *why)
{
    return state_write(root, RUN_NORMAL, why);
}

int notes_remove_normal(int root)
{
    return state_remove(root, RUN_NORMAL);
}

int notes_has_normal(int root)
{
    return root_exists(root, RUN_NORMAL);
}

void notes_read_armed(int root, struct answer *ret)
{
    AUTOFREE char *why = NULL;

    *ret = answer_of(root_exists(root, RUN_NORMAL));
    if (root_read_line(root, RUN_NORMAL, 64 * 1024, &why) >= 0 && *why)
        ret->text = format("a firmware reboot was requested: %s", why);
}

int notes_write_loaded(int root, const struct loaded_facts *loaded)
{
    AUTOJSON struct json_object *note = loaded_to_json(loaded);

    return state_write_json(root, RUN_LOADED, note);
}

void notes_read_loaded(int root, struct loaded_facts *ret)
{
    AUTOJSON struct json_object *note = NULL;
    int r;

    *ret = (struct loaded_facts){0};
    r = json_read(root, RUN_LOADED, &note);
    if (r >= 0)
        loaded_from_json(note, ret);
    else if (r == -ENEWER)
        *ret = (struct loaded_facts){.id = xstrdup(""),
                                     .release = xstrdup("(unknown)"),
                                     .signature = xstrdup(""),
                                     .left = -1};
}

void notes_remove_loaded(int root)
{
    (void)state_remove(root, RUN_LOADED);
}

int notes_write_early(int root)
{
    return state_write(root, RUN_EARLY, "");
}

void notes_remove_early(int root)
{
    (void)state_remove(root, RUN_EARLY);
}

int notes_write_begun(int root, uint32_t job)
{
    AUTOJSON struct json_object *note = json_object_new_object();

    json_add_number(note, "job", job);
    return state_write_json(root, RUN_BEGUN, note);
}

int64_t notes_read_begun(int root)
{
    AUTOJSON struct json_object *note = NULL;

    int r = json_read(root, RUN_BEGUN, &note);

    return r < 0 ? r : json_number(note, "job", -EBADMSG);
}

void notes_remove_begun(int root)
{
    (void)state_remove(root, RUN_BEGUN);
}

int notes_write_go_ahead(int root, const struct go_ahead *go)
{
    AUTOJSON struct json_object *note = go_ahead_to_json(go);

    return state_write_json(root, RUN_JUMP, note);
}

int notes_read_go_ahead(int root, struct go_ahead *ret)
{
    AUTOJSON struct json_object *note = NULL;
    int r = json_read(root, RUN_JUMP, &note);

    if (r >= 0)
        go_ahead_from_json(note, ret);
    return r;
}

void notes_remove_go_ahead(int root)
{
    (void)state_remove(root, RUN_JUMP);
}

int notes_write_detach(int root, const struct quirk_facts *quirk)
{
    AUTOJSON struct json_object *note = NULL;

    if (!quirk->unload && !quirk->unbind && !quirk->together)
        return state_remove(root, RUN_MODULES);
    note = detach_to_json(quirk);
    return state_write_json(root, RUN_MODULES, note);
}

int notes_read_detach(int root, struct json_object **ret_note, struct quirk_facts *ret_plan)
{
    int r = json_read(root, RUN_MODULES, ret_note);

    if (r >= 0)
        detach_from_json(*ret_note, ret_plan);
    return r;
}

void notes_remove_detach(int root)
{
    (void)state_remove(root, RUN_MODULES);
}

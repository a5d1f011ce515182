/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/syscall.h>
#include <syslog.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_MODULES = 4096,
    MAX_DEPTH = 16, /* of modules used by modules */
};

void detach_say(detach_tell tell, int priority, const char *pattern, ...)
{
    AUTOFREE char *text = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    text = vformat(pattern, arguments);
    va_end(arguments);
    tell(priority, text);
}

/* Whether it is a plain name: one component of a path, not "." or "..". */
static bool is_name(const char *text, size_t length)
{
    return length > 0 && strncmp(text, "..", length < 2 ? 1 : length) != 0;
}

bool detach_is_device(const char *line)
{
    size_t bus = strcspn(line, "/");
    const char *driver = after_prefix(line + bus, "/drivers/");
    const char *device = driver ? strchr(driver, '/') : NULL;

    return device && is_name(line, bus) && is_name(driver, (size_t)(device - driver)) &&
           is_name(device + 1, strlen(device + 1)) && !strchr(device + 1, '/');
}

/* The kernel waits until the driver lets go; the unit has a time limit. */
int detach_unbind(int root, const char *driver, const char *device)
{
    AUTOFREE char *path = format("sys/bus/%s", driver);
    AUTOCLOSE int directory = root_open_directory(root, path), fd = -1;

    if (directory < 0)
        return directory;
    fd = openat(directory, "unbind", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    return write(fd, device, strlen(device)) < 0 ? -errno : 0;
}

void detach_devices(int root, const char *devices, detach_tell tell)
{
    AUTOFREE char *list = xstrdup(devices);
    char *rest = NULL;

    for (char *line = strtok_r(list, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *device = strrchr(line, '/');
        int r;

        if (!detach_is_device(line)) {
            detach_say(tell, LOG_WARNING, "%s is not the device of a driver", line);
            continue;
        }
        *device++ = 0;
        detach_say(tell, LOG_INFO, "detaching %s from %s", device, line);
        r = detach_unbind(root, line, device);
        if (r < 0 && r != -ENODEV) /* it no longer has a driver */
            detach_say(tell, LOG_WARNING, "%s stays attached to %s: %s", device, line,
                       strerror(-r));
    }
}

static bool is_listed(const char *lines, const char *name)
{
    size_t length = strlen(name);

    for (; lines && *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
        if (strncmp(lines, name, length) == 0 && (!lines[length] || lines[length] == '\n'))
            return true;
    return false;
}

/* Module names have "_" in /sys; a glob may use "-" instead. */
static bool matches(const char *globs, const char *name)
{
    AUTOFREE char *list = xstrdup(globs);
    char *rest = NULL;

    for (char *glob = strtok_r(list, " \t", &rest); glob; glob = strtok_r(NULL, " \t", &rest)) {
        for (char *c = strchr(glob, '[') ? NULL : strchr(glob, '-'); c; c = strchr(c, '-'))
            *c = '_';
        if (fnmatch(glob, name, 0) == 0)
            return true;
    }
    return false;
}

static int any_name(const char *name)
{
    return name[0] != '.';
}

struct walk {
    int root;
    const char *keep;
    detach_unload unload;
    void *data;
    detach_tell tell;
};

/* The directory also lists built-in modules, which have no state. */
static bool is_loaded(int root, const char *module)
{
    AUTOFREE char *state = format("sys/module/%s/initstate", module);

    return root_exists(root, state) > 0;
}

/* Unloads the modules that use this one, and then this one. Returns true if it is gone. */
static bool unload_with_holders(const struct walk *walk, const char *module, int depth)
{
    AUTOFREE char *directory = format("sys/module/%s/holders", module);
    CLEANUP(names_freep) char **holders = NULL;
    int r;

    if (depth > MAX_DEPTH)
        return false;
    if (!is_loaded(walk->root, module))
        return true;
    if (is_listed(walk->keep, module)) {
        detach_say(walk->tell, LOG_WARNING, "module %s stays: the root file system needs it",
                   module);
        return false;
    }
    (void)root_names(walk->root, directory, any_name, MAX_MODULES, &holders);
    for (char **holder = holders; holder && *holder; holder++)
        if (!unload_with_holders(walk, *holder, depth + 1)) {
            detach_say(walk->tell, LOG_WARNING, "module %s stays, as %s does", module, *holder);
            return false;
        }
    /* The last line in the journal if the kernel hangs here. */
    detach_say(walk->tell, LOG_INFO, "unloading module %s", module);
    r = walk->unload(walk->data, module);
    if (r < 0 && r != -ENOENT)
        detach_say(walk->tell, LOG_WARNING, "module %s stays: %s", module,
                   r == -EAGAIN ? "it is in use" : strerror(-r));
    return r >= 0 || r == -ENOENT;
}

void detach_order(int root, const char *globs, const char *keep, detach_unload unload, void *data,
                  detach_tell tell)
{
    const struct walk walk = {root, keep, unload, data, tell};
    CLEANUP(names_freep) char **modules = NULL;
    int r = root_names(root, "sys/module", any_name, MAX_MODULES, &modules);

    if (r < 0)
        detach_say(tell, LOG_WARNING, "/sys/module: %s", strerror(-r));
    for (char **module = modules; r >= 0 && *module; module++)
        if (matches(globs, *module))
            (void)unload_with_holders(&walk, *module, 0);
}

/* glibc has no wrapper. With O_NONBLOCK the kernel refuses to unload a module in use instead of
 * waiting. */
static int unload_now(void *data, const char *name)
{
    (void)data;
    return syscall(SYS_delete_module, name, O_NONBLOCK) < 0 ? -errno : 0;
}

void detach_modules(int root, const char *globs, const char *keep, detach_tell tell)
{
    detach_order(root, globs, keep, unload_now, NULL, tell);
}

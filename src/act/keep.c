/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/keep.h"

#include <sys/stat.h>

#include "act/state.h"
#include "base/root.h"
#include "base/util.h"

enum { MAX_NAMES = 1000 };

struct kept {
    char *path;
    off_t size;
    struct timespec time;
};

static bool is_older(const struct kept *a, const struct kept *b)
{
    return a->time.tv_sec != b->time.tv_sec ? a->time.tv_sec < b->time.tv_sec
                                            : a->time.tv_nsec < b->time.tv_nsec;
}

/* The oldest file but `path`, and the size of all. The caller frees the text; NULL if there is no
 * other. */
static char *find_oldest(int root, const char *directory, const char *path, size_t *ret_size)
{
    CLEANUP(names_freep) char **names = NULL;
    struct kept oldest = {0};
    int n = root_names(root, directory, NULL, MAX_NAMES, &names);

    *ret_size = 0;
    for (int i = 0; i < n; i++) {
        AUTOFREE char *one = format("%s/%s", directory, names[i]), *resolved = NULL;
        struct kept kept;
        struct stat st;

        if (root_resolve(root, one, &resolved, &st, NULL) < 0)
            continue;
        *ret_size += (size_t)st.st_size;
        kept = (struct kept){.path = one, .size = st.st_size, .time = st.st_mtim};
        if (streq(one, path) || (oldest.path && !is_older(&kept, &oldest)))
            continue;
        free(oldest.path);
        oldest = kept;
        one = NULL;
    }
    return oldest.path;
}

int keep_json(int root, const char *directory, const char *path, const struct json_object *object,
              size_t max)
{
    int r = state_write_private(root, path, object);

    for (int i = 0; r >= 0 && i < MAX_NAMES; i++) {
        size_t size;
        AUTOFREE char *oldest = find_oldest(root, directory, path, &size);

        if (!oldest || size <= max)
            break;
        r = state_remove(root, oldest);
    }
    return r;
}

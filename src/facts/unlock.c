/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/unlock.h"

#include "base/util.h"

bool unlock_is_enrolled(const struct unlock_volume *volume)
{
    return volume->own_slot && volume->has_key && !volume->problem;
}

void unlock_volumes_free(struct unlock_volume *volumes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(volumes[i].name);
        free(volumes[i].uuid);
        free(volumes[i].device);
        free(volumes[i].needed);
        free(volumes[i].slot);
        free(volumes[i].flags);
        free(volumes[i].other);
        free(volumes[i].problem);
        answer_clear(&volumes[i].tpm);
    }
    free(volumes);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/unlock/cryptsetup.h"

#ifdef HAVE_CRYPTSETUP

#include <dlfcn.h>

#include "base/util.h"

#define LIBRARY "libcryptsetup.so.12"

static struct cryptsetup functions;

static bool find_functions(void *library)
{
#define FIND(name)                                                                                 \
    functions.name = (__typeof__(functions.name))dlsym(library, #name);                            \
    if (!functions.name)                                                                           \
        return false;
    CRYPTSETUP_FUNCTIONS(FIND)
#undef FIND
    return true;
}

const struct cryptsetup *cryptsetup_open(const char **ret_problem)
{
    static void *library;

    *ret_problem = NULL;
    if (functions.crypt_token_status)
        return &functions;
    library = library ? library : dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        *ret_problem = LIBRARY " is missing: install cryptsetup";
    else if (!find_functions(library))
        *ret_problem = LIBRARY " is too old";
    return *ret_problem ? NULL : &functions;
}

#endif

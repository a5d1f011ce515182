/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/digest.h"

#include <errno.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "base/util.h"

enum {
    CHUNK = 1024 * 1024,
};

static void free_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static int add_file(EVP_MD_CTX *context, int fd, int64_t deadline)
{
    AUTOFREE unsigned char *buffer = malloc(CHUNK);
    ssize_t n;

    for (off_t offset = 0; buffer; offset += n) {
        if (clock_uptime() > deadline)
            return -ETIME;
        n = pread(fd, buffer, CHUNK, offset);
        if (n < 0)
            return -errno;
        if (n == 0)
            return 0;
        if (!EVP_DigestUpdate(context, buffer, (size_t)n))
            return -EIO;
    }
    return -ENOMEM;
}

int digest_file(int fd, int64_t deadline, char **ret_sha256)
{
    CLEANUP(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    char *text;
    int r;

    if (!context)
        return -ENOMEM;
    if (!EVP_DigestInit_ex(context, EVP_sha256(), NULL))
        return -EOPNOTSUPP;
    r = add_file(context, fd, deadline);
    if (r < 0)
        return r;
    if (!EVP_DigestFinal_ex(context, digest, &length))
        return -EIO;
    text = malloc(2 * length + 1);
    if (!text)
        return -ENOMEM;
    for (unsigned i = 0; i < length; i++)
        sprintf(text + 2 * i, "%02x", digest[i]);
    *ret_sha256 = text;
    return 0;
}

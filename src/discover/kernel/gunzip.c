/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/gunzip.h"

#include <zlib.h>

#include "base/fd.h"
#include "base/util.h"

enum {
    CHUNK = 64 * 1024,
    MAX_UNPACKED = 1 << 30, /* a few seconds */
    GZIP = 16, /* added to the size of the window: gzip's header and trailer, no other */
};

/* The next bytes of the file; false, with the problem, if there are none. */
static bool refill(struct archive *archive, z_stream *stream, unsigned char *chunk)
{
    uint64_t left = archive->end - archive->at;
    size_t n = left < CHUNK ? (size_t)left : CHUNK;
    int r;

    if (n == 0)
        return archive_fail(archive, "it is cut off");
    r = fd_read_untold(archive->fd, chunk, n, archive->at);
    if (r < 0)
        return archive_fail_errno(archive, r);
    archive->at += n;
    stream->next_in = chunk;
    stream->avail_in = (uInt)n;
    return true;
}

/* Every byte that is unpacked goes to the same place, and is forgotten. */
static bool run(struct archive *archive, z_stream *stream, unsigned char *chunk)
{
    unsigned char forgotten[CHUNK];

    for (;;) {
        int r;

        if (stream->avail_in == 0 && !refill(archive, stream, chunk))
            return false;
        stream->next_out = forgotten;
        stream->avail_out = sizeof(forgotten);
        r = inflate(stream, Z_NO_FLUSH);
        if (r == Z_STREAM_END)
            break;
        if (r == Z_MEM_ERROR)
            out_of_memory();
        if (stream->total_out > MAX_UNPACKED)
            return archive_fail(archive, "a compressed archive in it is too large to be looked at");
        if (r != Z_OK && r != Z_BUF_ERROR)
            return archive_fail(archive, "a compressed archive in it is damaged");
    }
    archive->at -= stream->avail_in;
    return true;
}

bool gunzip_skip(struct archive *archive)
{
    AUTOFREE unsigned char *chunk = xcalloc(1, CHUNK);
    z_stream stream = {0};
    bool whole;

    if (inflateInit2(&stream, MAX_WBITS + GZIP) != Z_OK)
        out_of_memory();
    whole = run(archive, &stream, chunk);
    inflateEnd(&stream);
    return whole;
}

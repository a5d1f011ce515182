/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/inflate.h"

#include <errno.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#endif

#include "base/fd.h"
#include "base/util.h"

enum {
    CHUNK = 1024 * 1024,
    MAX_UNPACKED = 256 * 1024 * 1024, /* kernels of distributions have a quarter of it */
    GZIP = 16, /* added to the size of the window: gzip's header and trailer, no other */
};

static const char DAMAGED[] = "its compressed content is damaged";

static bool fail(struct inflation *inflation, const char *problem)
{
    inflation->problem = problem;
    return false;
}

/* The next bytes of the file. */
static bool refill(struct inflation *inflation, unsigned char *chunk, size_t *ret_n)
{
    uint64_t left = inflation->end - inflation->at;
    int r;

    *ret_n = left < CHUNK ? (size_t)left : CHUNK;
    r = *ret_n == 0         ? -ENODATA
        : inflation->untold ? fd_read_untold(inflation->from, chunk, *ret_n, inflation->at)
                            : fd_read_at(inflation->from, chunk, *ret_n, inflation->at);
    if (r == -ENODATA)
        return fail(inflation, "its compressed content is cut off");
    inflation->at += *ret_n;
    inflation->error = r;
    return r >= 0;
}

static bool drain(struct inflation *inflation, const unsigned char *bytes, size_t n)
{
    if (inflation->take) {
        inflation->written += n;
        return inflation->take(inflation->data, bytes, n);
    }
    if (n > MAX_UNPACKED - inflation->written)
        return fail(inflation, "it unpacks to more than 256 MiB");
    inflation->error = fd_write(inflation->to, bytes, n);
    inflation->written += n;
    return inflation->error >= 0;
}

static bool run_gzip(struct inflation *inflation, z_stream *stream, unsigned char *in,
                     unsigned char *out)
{
    for (int r = Z_OK; r != Z_STREAM_END;) {
        size_t n = stream->avail_in;

        if (n == 0 && !refill(inflation, in, &n))
            return false;
        if (stream->avail_in == 0)
            stream->next_in = in;
        stream->avail_in = (uInt)n;
        stream->next_out = out;
        stream->avail_out = CHUNK;
        r = inflate(stream, Z_NO_FLUSH);
        if (r == Z_MEM_ERROR)
            out_of_memory();
        if (r != Z_OK && r != Z_BUF_ERROR && r != Z_STREAM_END)
            return fail(inflation, DAMAGED);
        if (!drain(inflation, out, CHUNK - stream->avail_out))
            return false;
    }
    return true;
}

bool inflate_gzip(struct inflation *inflation)
{
    AUTOFREE unsigned char *in = xcalloc(1, CHUNK), *out = xcalloc(1, CHUNK);
    z_stream stream = {0};
    bool whole;

    if (inflateInit2(&stream, MAX_WBITS + GZIP) != Z_OK)
        out_of_memory();
    whole = run_gzip(inflation, &stream, in, out);
    inflateEnd(&stream);
    return whole;
}

#ifdef HAVE_ZSTD
static bool run_zstd(struct inflation *inflation, ZSTD_DStream *stream, unsigned char *in,
                     unsigned char *out)
{
    ZSTD_inBuffer input = {.src = in};

    for (size_t r = 1; r != 0;) {
        ZSTD_outBuffer output = {.dst = out, .size = CHUNK};

        if (input.pos == input.size) {
            if (!refill(inflation, in, &input.size))
                return false;
            input.pos = 0;
        }
        r = ZSTD_decompressStream(stream, &output, &input);
        if (ZSTD_getErrorCode(r) == ZSTD_error_memory_allocation)
            out_of_memory();
        if (ZSTD_isError(r))
            return fail(inflation, DAMAGED);
        if (!drain(inflation, out, output.pos))
            return false;
    }
    return true;
}

bool inflate_zstd(struct inflation *inflation)
{
    AUTOFREE unsigned char *in = xcalloc(1, CHUNK), *out = xcalloc(1, CHUNK);
    ZSTD_DStream *stream = ZSTD_createDStream();
    bool whole;

    if (!stream)
        out_of_memory();
    whole = run_zstd(inflation, stream, in, out);
    ZSTD_freeDStream(stream);
    return whole;
}
#else
bool inflate_zstd(struct inflation *inflation)
{
    return fail(inflation, "it is compressed by zstd, which this build of fastreboot does not "
                           "unpack");
}
#endif

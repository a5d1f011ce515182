/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/deflate.h"

#include "base/fd.h"
#include "base/util.h"

enum {
    MAX_BITS = 15, /* of a code */
    N_LENGTHS = 288,
    N_DISTANCES = 32,
    LAST_LENGTH = 285, /* the symbols behind these are never used */
    LAST_DISTANCE = 29,
    END_OF_BLOCK = 256,
    STORED = 0,
    FIXED = 1,
    DYNAMIC = 2,
};

/* For the next 15 bits: the symbol that they start with, times 16, and the bits of its code; or 0.
 */
struct code {
    uint16_t at[1 << MAX_BITS];
};

struct stream {
    struct archive *archive; /* ->at is behind what is in `bytes` */
    unsigned char bytes[64 * 1024];
    size_t n, next;
    uint64_t bits; /* the lowest comes first */
    unsigned held; /* how many there are */
    unsigned past; /* how many of these are behind the end of the file */
    uint64_t unpacked;
    struct code lengths, distances;
};

static bool damaged(struct stream *stream)
{
    return archive_fail(stream->archive, "a compressed archive in it is damaged");
}

static bool next_byte(struct stream *stream, unsigned char *ret_byte)
{
    struct archive *archive = stream->archive;
    uint64_t left = archive->end - archive->at;

    if (stream->next == stream->n) {
        stream->n = left < sizeof(stream->bytes) ? (size_t)left : sizeof(stream->bytes);
        stream->next = 0;
        if (!stream->n || fd_read_untold(archive->fd, stream->bytes, stream->n, archive->at) < 0) {
            stream->n = 0;
            return false;
        }
        archive->at += stream->n;
    }
    *ret_byte = stream->bytes[stream->next++];
    return true;
}

/* At least 48 bits; zeros behind the end. */
static void fill(struct stream *stream)
{
    while (stream->held < 48) {
        unsigned char byte = 0;

        if (!next_byte(stream, &byte))
            stream->past += 8;
        stream->bits |= (uint64_t)byte << stream->held;
        stream->held += 8;
    }
}

static void drop(struct stream *stream, unsigned n)
{
    stream->bits >>= n;
    stream->held -= n;
}

static bool is_past_end(const struct stream *stream)
{
    return stream->held < stream->past;
}

/* At most 16. */
static unsigned take(struct stream *stream, unsigned n)
{
    unsigned bits;

    fill(stream);
    bits = (unsigned)(stream->bits & ((1U << n) - 1));
    drop(stream, n);
    return bits;
}

/* A symbol, or -1 where no code is. */
static int decode(struct stream *stream, const struct code *code)
{
    unsigned found;

    fill(stream);
    found = code->at[stream->bits & ((1U << MAX_BITS) - 1)];
    drop(stream, found & 15);
    return found ? (int)(found >> 4) : -1;
}

static unsigned reverse(unsigned bits, unsigned n)
{
    unsigned reversed = 0;

    for (unsigned i = 0; i < n; i++)
        reversed |= (bits >> i & 1) << (n - 1 - i);
    return reversed;
}

/* From the length of each symbol's code, 0 for none. False if there are more codes than bits. */
static bool make_code(const unsigned char *lengths, unsigned n, struct code *ret)
{
    unsigned next = 0;

    memset(ret, 0, sizeof(*ret));
    for (unsigned bits = 1; bits <= MAX_BITS; bits++, next <<= 1)
        for (unsigned symbol = 0; symbol < n; symbol++) {
            if (lengths[symbol] != bits)
                continue;
            if (next >> bits)
                return false;
            for (unsigned at = reverse(next++, bits); at < 1U << MAX_BITS; at += 1U << bits)
                ret->at[at] = (uint16_t)(symbol << 4 | bits);
        }
    return true;
}

static bool skip_stored(struct stream *stream)
{
    unsigned size, check;

    fill(stream);
    drop(stream, stream->held & 7);
    size = take(stream, 16);
    check = take(stream, 16);
    if (size != (check ^ 0xffff))
        return is_past_end(stream) ? archive_fail(stream->archive, "it is cut off")
                                   : damaged(stream);
    stream->unpacked += size;
    for (; size > 0; size--)
        (void)take(stream, 8);
    return true;
}

static bool make_fixed(struct stream *stream)
{
    unsigned char lengths[N_LENGTHS], distances[N_DISTANCES];

    memset(lengths, 8, sizeof(lengths));
    memset(lengths + 144, 9, 256 - 144);
    memset(lengths + 256, 7, 280 - 256);
    memset(distances, 5, sizeof(distances));
    return make_code(lengths, N_LENGTHS, &stream->lengths) &&
           make_code(distances, N_DISTANCES, &stream->distances);
}

/* The lengths of `n` codes, in a code of their own with repetitions. */
static bool read_lengths(struct stream *stream, unsigned char *lengths, unsigned n)
{
    enum { COPY = 16, ZEROS = 17 };

    for (unsigned i = 0; i < n;) {
        int symbol = decode(stream, &stream->lengths);
        unsigned char length = 0;
        unsigned times = 1;

        if (symbol < 0 || (symbol == COPY && i == 0))
            return false;
        if (symbol < COPY)
            length = (unsigned char)symbol;
        else if (symbol == COPY)
            length = lengths[i - 1];
        if (symbol >= COPY)
            times = symbol == COPY    ? 3 + take(stream, 2)
                    : symbol == ZEROS ? 3 + take(stream, 3)
                                      : 11 + take(stream, 7);
        if (times > n - i)
            return false;
        memset(lengths + i, length, times);
        i += times;
    }
    return true;
}

static bool read_codes(struct stream *stream)
{
    static const unsigned char ORDER[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
    unsigned char lengths[N_LENGTHS + N_DISTANCES] = {0}, first[sizeof(ORDER)] = {0};
    unsigned n_lengths = 257 + take(stream, 5), n_distances = 1 + take(stream, 5);
    unsigned n = 4 + take(stream, 4);

    for (unsigned i = 0; i < n; i++)
        first[ORDER[i]] = (unsigned char)take(stream, 3);
    return n_lengths <= LAST_LENGTH + 1 && n_distances <= LAST_DISTANCE + 1 &&
           make_code(first, sizeof(first), &stream->lengths) &&
           read_lengths(stream, lengths, n_lengths + n_distances) && lengths[END_OF_BLOCK] &&
           make_code(lengths, n_lengths, &stream->lengths) &&
           make_code(lengths + n_lengths, n_distances, &stream->distances);
}

/* A copy of what was unpacked before: the length's symbol was read. */
static bool skip_copy(struct stream *stream, int symbol)
{
    unsigned step = (unsigned)symbol - 257, length = step + 3, distance;
    int far;

    if (symbol > LAST_LENGTH)
        return false;
    if (symbol == LAST_LENGTH)
        length = 258;
    else if (step >= 8)
        length = ((4 + step % 4) << (step / 4 - 1)) + 3 + take(stream, step / 4 - 1);
    far = decode(stream, &stream->distances);
    if (far < 0 || far > LAST_DISTANCE)
        return false;
    distance = (unsigned)far + 1;
    if (far >= 4)
        distance =
            ((2 + (unsigned)far % 2) << (far / 2 - 1)) + 1 + take(stream, (unsigned)far / 2 - 1);
    if (distance > stream->unpacked)
        return false;
    stream->unpacked += length;
    return true;
}

static bool skip_codes(struct stream *stream)
{
    for (;;) {
        int symbol = decode(stream, &stream->lengths);

        if (is_past_end(stream))
            return archive_fail(stream->archive, "it is cut off");
        if (symbol == END_OF_BLOCK)
            return true;
        if (symbol < 0 || (symbol > END_OF_BLOCK && !skip_copy(stream, symbol)))
            return damaged(stream);
        stream->unpacked += symbol < END_OF_BLOCK;
    }
}

/* Gives in *ret_last whether it is the last one. */
static bool skip_block(struct stream *stream, bool *ret_last)
{
    unsigned type;

    *ret_last = take(stream, 1);
    type = take(stream, 2);
    if (type == STORED)
        return skip_stored(stream);
    if (type > DYNAMIC || !(type == FIXED ? make_fixed(stream) : read_codes(stream)))
        return is_past_end(stream) ? archive_fail(stream->archive, "it is cut off")
                                   : damaged(stream);
    return skip_codes(stream);
}

bool deflate_skip(struct archive *archive, uint32_t *ret_unpacked)
{
    AUTOFREE struct stream *stream = xcalloc(1, sizeof(*stream));
    bool last = false, whole = true;

    stream->archive = archive;
    while (whole && !last)
        whole = skip_block(stream, &last) && !is_past_end(stream);
    if (!whole)
        return archive_fail(archive, "it is cut off");
    archive->at -= stream->n - stream->next + (stream->held - stream->past) / 8;
    *ret_unpacked = (uint32_t)stream->unpacked;
    return true;
}

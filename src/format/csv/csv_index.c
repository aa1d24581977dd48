/* Where the fields of a chunk end, found 64 bytes at a time.
 *
 * A running exclusive-or over the quotes says which bytes are within quotes, as
 * long as every quote that opens stands where a field begins (or doubles the one
 * before it). The first that does not, and files with an escape character or with
 * quotes beside comments, are done again byte by byte. */
#include "base/fail.h"
#include "base/sse2.h"
#include "format/csv/csv_read.h"

#define BLOCK 64

#if QUIRE_SSE2
static inline uint64_t equal_in(const __m128i block[4], int mark)
{
    const __m128i value = _mm_set1_epi8((char)mark);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        unsigned part = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block[i], value));
        mask |= (uint64_t)part << (16 * i);
    }
    return mask;
}

static inline struct quire_csv_block classify(const struct quire_csv_marks *marks,
                                              const uint8_t *bytes)
{
    __m128i block[4];
    for (int i = 0; i < 4; i++)
        block[i] = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
    __m128i least =
        _mm_min_epu8(_mm_min_epu8(block[0], block[1]), _mm_min_epu8(block[2], block[3]));
    struct quire_csv_block masks = {
        .delimiters = equal_in(block, marks->delimiter),
        .line_feeds = equal_in(block, '\n'),
    };
    if (marks->quote >= 0) masks.quotes = equal_in(block, marks->quote);
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(least, _mm_setzero_si128())) != 0)
        masks.nuls = equal_in(block, 0);
    return masks;
}
#else
static inline struct quire_csv_block classify(const struct quire_csv_marks *marks,
                                              const uint8_t *bytes)
{
    struct quire_csv_block masks = {0};
    for (int i = 0; i < BLOCK; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (bytes[i] == marks->delimiter) masks.delimiters |= bit;
        if (bytes[i] == '\n') masks.line_feeds |= bit;
        if (bytes[i] == marks->quote) masks.quotes |= bit;
        if (bytes[i] == 0) masks.nuls |= bit;
    }
    return masks;
}
#endif

struct quire_csv_block quire_csv_classify(const struct quire_csv_marks *marks, const uint8_t *bytes)
{
    return classify(marks, bytes);
}

static inline uint64_t inside_of(struct quire_csv_quotes *quoting,
                                 const struct quire_csv_block *block)
{
    uint64_t structural = block->delimiters | block->line_feeds;
    if ((block->quotes | quoting->inside) == 0) {
        quoting->before = structural >> 63;
        return 0;
    }
    uint64_t inside = block->quotes;
    for (int shift = 1; shift < 64; shift *= 2)
        inside ^= inside << shift;
    inside ^= quoting->inside;
    uint64_t may_open = structural | block->quotes;
    quoting->stray |= (block->quotes & inside & ~(may_open << 1 | quoting->before)) != 0;
    quoting->before = may_open >> 63;
    quoting->inside = (uint64_t)((int64_t)inside >> 63);
    return inside;
}

uint64_t quire_csv_inside(struct quire_csv_quotes *quoting, const struct quire_csv_block *block)
{
    return inside_of(quoting, block);
}

static int fail_nul(size_t at, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "a NUL byte, which text does not have");
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)at);
    quire_error_hint(error, "is this a binary or compressed file?");
    return QUIRE_INPUT;
}

/* Writes the positions of the set bits; up to eight entries more than there are. */
static inline uint32_t *put_positions(uint32_t *out, uint64_t mask, uint32_t base)
{
    uint32_t *end = out + __builtin_popcountll(mask);
    while (mask != 0) {
        for (int i = 0; i < 8; i++) {
            out[i] = base + (uint32_t)__builtin_ctzll(mask | UINT64_C(1) << 63);
            mask &= mask - 1;
        }
        out += 8;
    }
    return end;
}

/* Room for the entries of one block more; entries are written without a check. */
static int reserve_block(struct quire_csv_index *index)
{
    return quire_buf_reserve(&index->ends, (BLOCK + 8) * sizeof(uint32_t));
}

/* The vector way. False when a stray quote or a quote left open wants the other. */
static int index_blocks(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                        struct quire_csv_index *index, bool *done, struct quire_error *error)
{
    struct quire_csv_quotes quoting = {.before = 1};
    size_t records = 0;
    for (size_t at = 0; at < size; at += BLOCK) {
        struct quire_csv_block block = classify(marks, bytes + at);
        if (__builtin_expect(size - at < BLOCK, 0)) {
            uint64_t within = (UINT64_C(1) << (size - at)) - 1;
            block.quotes &= within;
            block.delimiters &= within;
            block.line_feeds &= within;
            block.nuls &= within;
        }
        uint64_t inside = inside_of(&quoting, &block);
        if (quoting.stray) return 0;
        if (__builtin_expect((block.nuls & ~inside) != 0, 0))
            return fail_nul(at + (size_t)__builtin_ctzll(block.nuls & ~inside), error);
        if (reserve_block(index) != 0) return quire_fail_memory(error, QUIRE_CSV_READ);
        uint32_t *out = (uint32_t *)(void *)quire_buf_end(&index->ends);
        uint64_t ends = (block.delimiters | block.line_feeds) & ~inside;
        uint32_t *end = put_positions(out, ends, (uint32_t)at);
        index->ends.size += (size_t)(end - out) * sizeof(uint32_t);
        records += (size_t)__builtin_popcountll(block.line_feeds & ~inside);
    }
    *done = quoting.inside == 0;
    index->records = records;
    return 0;
}

static int put_end(struct quire_csv_index *index, size_t at, struct quire_error *error)
{
    uint32_t end = (uint32_t)at;
    if (quire_buf_append(&index->ends, &end, sizeof(end)) != 0)
        return quire_fail_memory(error, QUIRE_CSV_READ);
    return 0;
}

static int index_comment(const uint8_t *bytes, size_t size, size_t *at,
                         struct quire_csv_index *index, struct quire_error *error)
{
    const uint8_t *feed = memchr(bytes + *at, '\n', size - *at);
    size_t end = feed != NULL ? (size_t)(feed - bytes) : size;
    *at = end + 1;
    if (end == size) return 0;
    index->records++;
    return put_end(index, end, error);
}

/* Byte by byte. */
static int index_bytes(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                       struct quire_csv_index *index, struct quire_error *error)
{
    bool record_begins = true;
    for (size_t at = 0; at < size;) {
        if (record_begins && bytes[at] == marks->comment) {
            QUIRE_TRY(index_comment(bytes, size, &at, index, error));
            continue;
        }
        size_t open = SIZE_MAX;
        size_t end = quire_csv_field_end(marks, bytes, size, at, &open);
        if (open != SIZE_MAX) return quire_csv_fail_open(open, error);
        const uint8_t *nul = bytes[at] == marks->quote ? NULL : memchr(bytes + at, 0, end - at);
        if (nul != NULL) return fail_nul((size_t)(nul - bytes), error);
        at = end + 1;
        if (end == size) break;
        record_begins = bytes[end] == '\n';
        index->records += record_begins;
        QUIRE_TRY(put_end(index, end, error));
    }
    return 0;
}

static int begin_index(struct quire_csv_index *index, struct quire_error *error)
{
    index->records = 0;
    quire_buf_clear(&index->ends);
    return put_end(index, UINT32_MAX, error);
}

int quire_csv_index_chunk(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                          struct quire_csv_index *index, struct quire_error *error)
{
    if (size >= UINT32_MAX)
        return quire_fail(error, QUIRE_LIMIT, QUIRE_CSV_READ, "a record is larger than 4 GiB");
    bool done = false;
    QUIRE_TRY(begin_index(index, error));
    bool comments =
        marks->comment >= 0 && marks->quote >= 0 && memchr(bytes, marks->quote, size) != NULL;
    if (marks->escape < 0 && !comments)
        QUIRE_TRY(index_blocks(marks, bytes, size, index, &done, error));
    if (!done) {
        QUIRE_TRY(begin_index(index, error));
        QUIRE_TRY(index_bytes(marks, bytes, size, index, error));
    }
    const uint32_t *ends = (const uint32_t *)(const void *)index->ends.data;
    size_t entries = index->ends.size / sizeof(uint32_t);
    uint32_t last = ends[entries - 1];
    if (size > 0 && (entries == 1 || last != size - 1 || bytes[last] != '\n')) {
        QUIRE_TRY(put_end(index, size, error));
        index->records++;
        entries++;
    }
    index->size = entries - 1;
    return 0;
}

/* The short way of whole binary records: values are written where the rows of a block lie
 * in the columns, and the columns are told of them when the block ends. So a record that
 * turns out to be none for this way is taken back by not counting it, and what goes with
 * each append besides its value is done once for many.
 *
 * While a block is open, a column's bitmaps hold zeros (values of bool) or ones (validity)
 * for rows to come; closing cuts that off. A string begins where the offset before says. */
#include "format/ion/ion_direct_value.h"

#define ROWS_MAX 512

/* Records that are left to the reader after a block that had none, doubled each time: what
 * cannot go this way most often comes in numbers. */
#define WAIT_MAX 64

struct block {
    const struct quire_ion_lane *lanes, *last;
    bool absent; /* a field may be missing: then it is null */
};

static size_t width_of(const struct quire_ion_lane *lane)
{
    return lane->kind == QUIRE_ION_DIRECT_STRING ? 4 : 8;
}

/* --- Columns ------------------------------------------------------------------------------ */

static size_t bits_size(int64_t rows)
{
    return (size_t)((rows + 7) / 8);
}

/* Makes the bits from `start` on ones, which were zeros, or leaves them, up to `end`. */
static bool open_bits(struct quire_buf *bits, int64_t start, int64_t end, bool ones)
{
    size_t size = bits_size(start), added = bits_size(end) - size;
    if (quire_buf_reserve(bits, added + 1) != 0) return false;
    if (ones && (start & 7) != 0) bits->data[start >> 3] |= (uint8_t)(0xff << (start & 7));
    memset(bits->data + size, ones ? 0xff : 0, added);
    return true;
}

static void close_bits(struct quire_buf *bits, int64_t length)
{
    bits->size = bits_size(length);
    if ((length & 7) != 0) bits->data[length >> 3] &= (uint8_t)((1u << (length & 7)) - 1);
}

/* Room for rows from `length` to `end`. */
static bool open_lane(struct quire_ion_lane *lane, int64_t length, int64_t end)
{
    struct quire_column *column = lane->column;
    if (column->length != length) return false;
    if (lane->kind == QUIRE_ION_DIRECT_BOOL) {
        if (!open_bits(&column->values, length, end, false)) return false;
    } else if (quire_buf_reserve(&column->values, (size_t)(end - length) * width_of(lane)) != 0) {
        return false;
    }
    bool has_validity = column->validity.data != NULL;
    if (has_validity && !open_bits(&column->validity, length, end, true)) return false;
    lane->values = column->values.data;
    lane->validity = column->validity.data;
    return true;
}

/* Of bits from `start` on up to `end`. */
static int64_t count_ones(const uint8_t *bits, int64_t start, int64_t end)
{
    int64_t ones = 0;
    for (int64_t at = start & ~(int64_t)7; at < end; at += 64) {
        uint64_t word = 0;
        size_t size = bits_size(end - at);
        memcpy(&word, bits + at / 8, size < 8 ? size : 8);
        ones += __builtin_popcountll(word);
    }
    if ((start & 7) != 0) ones -= __builtin_popcount(bits[start / 8] & ((1u << (start & 7)) - 1));
    return ones;
}

/* Counts the rows from `before` to `length`. */
static void close_lane(const struct quire_ion_lane *lane, int64_t before, int64_t length)
{
    struct quire_column *column = lane->column;
    column->length = length;
    if (lane->kind == QUIRE_ION_DIRECT_BOOL)
        close_bits(&column->values, length);
    else
        column->values.size = (size_t)length * width_of(lane);
    if (lane->kind == QUIRE_ION_DIRECT_STRING) {
        int32_t end;
        memcpy(&end, column->values.data + column->values.size, 4);
        column->values.size += 4;
        column->bytes.size = (size_t)end;
    }
    if (lane->validity == NULL) return;
    close_bits(&column->validity, length);
    int64_t ones = count_ones(column->validity.data, before, length);
    column->null_count += length - before - ones;
}

static void close_lanes(const struct quire_ion_lane *lanes, const struct quire_ion_lane *last,
                        int64_t before, int64_t length)
{
    for (const struct quire_ion_lane *lane = lanes; lane < last; lane++)
        if (lane->column != NULL) close_lane(lane, before, length);
}

static bool open_lanes(struct quire_ion_lane *lanes, const struct quire_ion_lane *last,
                       int64_t length)
{
    for (struct quire_ion_lane *lane = lanes; lane < last; lane++) {
        if (lane->column == NULL || open_lane(lane, length, length + ROWS_MAX)) continue;
        lane->validity = lane->column->validity.data;
        close_lanes(lanes, lane, length, length);
        return false;
    }
    return true;
}

/* --- Values ------------------------------------------------------------------------------- */

/* Is it the descriptor of an integer of at most seven bytes: 0x20 to 0x27, 0x30 to 0x37? */
static inline bool is_short_int(unsigned descriptor)
{
    return (descriptor & 0xe8) == 0x20;
}

static inline void put_word(const struct quire_ion_lane *lane, int64_t row, const void *word)
{
    memcpy(lane->values + (size_t)row * 8, word, 8);
}

/* A column that had no null yet gets its first from the reader. */
static bool put_null(const struct quire_ion_lane *lane, int64_t row)
{
    if (lane->validity == NULL || !lane->column->field->nullable) return false;
    lane->validity[row >> 3] &= (uint8_t) ~(1u << (row & 7));
    if (lane->kind == QUIRE_ION_DIRECT_STRING)
        memcpy(lane->values + ((size_t)row + 1) * 4, lane->values + (size_t)row * 4, 4);
    else if (lane->kind != QUIRE_ION_DIRECT_BOOL)
        put_word(lane, row, &(int64_t){0});
    return true;
}

/* An integer of at most seven bytes, the commonest value, whose size stands in the
 * descriptor. Negative zero is none: *wrong says so by its highest bit. */
static inline const uint8_t *take_short_int(const struct quire_ion_lane *lane, int64_t row,
                                            const uint8_t *at, uint64_t *wrong)
{
    unsigned descriptor = *at, size = descriptor & 15;
    uint64_t negative = 0 - (uint64_t)(descriptor >> 4 & 1);
    /* Shifted by 64 - 8 × size, which is 64 when there is no byte. */
    uint64_t magnitude = quire_ion_load_big(at + 1) >> 1 >> (~(8 * size) & 63);
    *wrong |= (magnitude - 1) & negative;
    put_word(lane, row, &(uint64_t){(magnitude ^ negative) - negative});
    return at + 1 + size;
}

static const uint8_t *take_int(const struct quire_ion_lane *lane, int64_t row, const uint8_t *at,
                               const uint8_t *end)
{
    int64_t value;
    const uint8_t *after = quire_ion_direct_int(at, end, &value);
    if (after != NULL) put_word(lane, row, &value);
    return after;
}

/* Where the string of a row goes, that begins at `start`; NULL when there is no room. A
 * short one may be written as sixteen bytes. */
static inline uint8_t *string_place(struct quire_column *column, int32_t start, size_t size)
{
    size_t from = (size_t)start, room = size > 16 ? size : 16;
    if (from + size > INT32_MAX) return NULL;
    if (__builtin_expect(column->bytes.capacity - from < room, 0)) {
        column->bytes.size = from;
        if (quire_buf_reserve(&column->bytes, room) != 0) return NULL;
    }
    return column->bytes.data + from;
}

static inline const uint8_t *take_string(const struct quire_ion_lane *lane, int64_t row,
                                         const uint8_t *at, const uint8_t *end)
{
    const uint8_t *body, *after = quire_ion_direct_string(at, end, &body);
    if (after == NULL) return NULL;
    int32_t start;
    uint8_t *offset = lane->values + (size_t)row * 4;
    memcpy(&start, offset, 4);
    size_t size = (size_t)(after - body);
    uint8_t *place = string_place(lane->column, start, size);
    if (place == NULL) return NULL;
    if (__builtin_expect(size <= 16 && quire_ion_is_short_ascii(body, size), 1)) {
        memcpy(place, body, 16);
    } else {
        if (!quire_utf8_is_valid(body, size)) return NULL;
        memcpy(place, body, size);
    }
    int32_t stop = start + (int32_t)size;
    memcpy(offset + 4, &stop, 4);
    return after;
}

static inline const uint8_t *take_moment(const struct quire_ion_lane *lane, int64_t row,
                                         const uint8_t *at, const uint8_t *end)
{
    struct quire_ion_direct_moment moment;
    int64_t value;
    const uint8_t *after = quire_ion_direct_moment(at, end, &moment);
    if (after == NULL || !quire_ion_direct_moment_value(lane->column->field, &moment, &value))
        return NULL;
    put_word(lane, row, &value);
    return after;
}

static inline const uint8_t *take_float(const struct quire_ion_lane *lane, int64_t row,
                                        const uint8_t *at, const uint8_t *end)
{
    double value;
    const uint8_t *after = quire_ion_direct_float(at, end, &value);
    if (after != NULL) put_word(lane, row, &value);
    return after;
}

static inline const uint8_t *take_bool(const struct quire_ion_lane *lane, int64_t row,
                                       const uint8_t *at)
{
    if (*at != 0x10 && *at != 0x11) return NULL;
    lane->values[row >> 3] |= (uint8_t)((*at & 1u) << (row & 7));
    return at + 1;
}

static inline const uint8_t *take_value(const struct quire_ion_lane *lane, int64_t row,
                                        const uint8_t *at, const uint8_t *end)
{
    switch (lane->kind) {
    case QUIRE_ION_DIRECT_INT64: return take_int(lane, row, at, end);
    case QUIRE_ION_DIRECT_FLOAT64: return take_float(lane, row, at, end);
    case QUIRE_ION_DIRECT_BOOL: return take_bool(lane, row, at);
    case QUIRE_ION_DIRECT_TIMESTAMP: return take_moment(lane, row, at, end);
    case QUIRE_ION_DIRECT_STRING: return take_string(lane, row, at, end);
    default: return quire_ion_direct_pass(at, end);
    }
}

/* --- Records ------------------------------------------------------------------------------ */

/* Takes the fields of a record as a row. A value that begins before the record's end ends
 * within the padding, or was looked at: so it is enough to look where the next one begins. */
static inline bool take_record(const struct block *block, int64_t row, const uint8_t *at,
                               const uint8_t *end)
{
    uint64_t wrong = 0;
    for (const struct quire_ion_lane *lane = block->lanes; lane < block->last; lane++) {
        if (__builtin_expect(at >= end || !quire_ion_lane_is(lane, at), 0)) {
            if (!block->absent) return false;
            if (lane->column != NULL && !put_null(lane, row)) return false;
            continue;
        }
        const uint8_t *value = at + lane->size;
        if (__builtin_expect(lane->kind == QUIRE_ION_DIRECT_INT64 && is_short_int(*value), 1)) {
            at = take_short_int(lane, row, value, &wrong);
            continue;
        }
        at = take_value(lane, row, value, end);
        if (__builtin_expect(at == NULL, 0)) {
            if (lane->column == NULL || !quire_ion_direct_is_null(value) || !put_null(lane, row))
                return false;
            at = value + 1;
        }
    }
    return at == end && wrong >> 63 == 0;
}

static int64_t take_records(const struct block *block, struct quire_ion_reader *reader,
                            int64_t length)
{
    const uint8_t *at = reader->at, *end = reader->end;
    int64_t taken = 0;
    for (; taken < ROWS_MAX && at < end; taken++) {
        struct quire_ion_header header;
        if (*at >> 4 != 13 || quire_ion_take_header(at, end, &header) != NULL || header.low == 15)
            break;
        if (!take_record(block, length + taken, header.body, header.end)) break;
        at = header.end;
    }
    reader->at = at;
    return taken;
}

int64_t quire_ion_direct_block(struct quire_ion_row *row, struct quire_column *columns)
{
    struct block block = {.lanes = row->lanes,
                          .last = row->lanes + row->decoding->shape.members_size,
                          .absent = row->decoding->missing != QUIRE_MISSING_ERROR};
    int64_t length = columns->length;
    if (row->lanes_of != row->reader->symbols) return 0;
    if (row->block_wait > 0) {
        row->block_wait--;
        return 0;
    }
    if (!open_lanes(row->lanes, block.last, length)) return 0;
    int64_t taken = take_records(&block, row->reader, length);
    close_lanes(block.lanes, block.last, length, length + taken);
    columns->length += taken;
    row->block_miss = taken > 0 ? 0 : row->block_miss * 2 + 1;
    if (row->block_miss > WAIT_MAX) row->block_miss = WAIT_MAX;
    row->block_wait = row->block_miss;
    return taken;
}

/* The short way of whole binary records: values are written where the rows of a block lie
 * in the columns, and the columns are told of them when the block ends. So a record that
 * turns out to be none for this way is taken back by not counting it, and what goes with
 * each append besides its value is done once for many.
 *
 * The records of a block are found first, by their lengths; then each lane takes its values
 * of all of them (ion_direct_lane.c), which do not wait for one another as those of one record
 * do. While a block is open, a column's bitmaps hold zeros (values of bool) or ones (validity)
 * for rows to come; closing cuts that off. A string begins where the offset before says. */
#include "format/ion/ion_direct_block.h"

#define ROWS_MIN 8

/* The bytes of a block are to stay in the nearest cache while the lanes pass over them. */
#define BYTES_MAX 24576

/* Records that are left to the reader after a block that had none, doubled each time: what
 * cannot go this way most often comes in numbers. */
#define WAIT_MAX 64

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
                       int64_t length, int64_t rows)
{
    for (struct quire_ion_lane *lane = lanes; lane < last; lane++) {
        if (lane->column == NULL || open_lane(lane, length, length + rows)) continue;
        lane->validity = lane->column->validity.data;
        close_lanes(lanes, lane, length, length);
        return false;
    }
    return true;
}

/* --- Records ------------------------------------------------------------------------------ */

/* Finds the records at the reader, as many as are wanted at most. */
static int64_t find_records(const struct quire_ion_reader *reader, struct quire_ion_records *block,
                            int64_t wanted)
{
    const uint8_t *at = reader->at, *end = reader->end;
    int64_t found = 0;
    for (; found < wanted && at < end && at - reader->at < BYTES_MAX; found++) {
        struct quire_ion_header header;
        __builtin_prefetch(at + 1024);
        const uint8_t *after, *body = quire_ion_take_record(at, &after);
        if (__builtin_expect(body == NULL || after > end, 0)) {
            if (*at >> 4 != 13 || quire_ion_take_header(at, end, &header) != NULL ||
                header.low == 15)
                break;
            body = header.body;
            after = header.end;
        }
        block->at[found] = body;
        block->end[found] = at = after;
    }
    return found;
}

/* How many of the records from the first on were taken to their ends. */
static int64_t count_taken(const struct quire_ion_records *block, int64_t rows)
{
    int64_t taken = 0;
    while (taken < rows && block->at[taken] == block->end[taken])
        taken++;
    return taken;
}

/* After a block that ended early the next is not larger than what it took. */
static void adapt(struct quire_ion_row *row, int64_t taken, bool all)
{
    int64_t next = all ? 2 * row->block_rows : taken;
    if (next < ROWS_MIN) next = ROWS_MIN;
    if (next > QUIRE_ION_RECORDS_MAX) next = QUIRE_ION_RECORDS_MAX;
    row->block_rows = (uint32_t)next;
    row->block_miss = taken > 0 ? 0 : row->block_miss * 2 + 1;
    if (row->block_miss > WAIT_MAX) row->block_miss = WAIT_MAX;
    row->block_wait = row->block_miss;
}

int64_t quire_ion_direct_block(struct quire_ion_row *row, struct quire_column *columns)
{
    struct quire_ion_reader *reader = row->reader;
    const struct quire_ion_lane *last = row->lanes + row->decoding->shape.members_size;
    struct quire_ion_records block;
    if (row->lanes_of != reader->symbols || reader->at - reader->start < 8) return 0;
    if (row->block_wait > 0) {
        row->block_wait--;
        return 0;
    }
    if (row->block_rows == 0) row->block_rows = ROWS_MIN;
    int64_t length = columns->length, found = find_records(reader, &block, row->block_rows);
    if (!open_lanes(row->lanes, last, length, found)) return 0;
    block.rows = found;
    block.absent = row->decoding->missing != QUIRE_MISSING_ERROR;
    for (const struct quire_ion_lane *lane = row->lanes; lane < last && block.rows > 0; lane++)
        block.rows = quire_ion_lane_take(lane, &block, length);
    int64_t taken = count_taken(&block, block.rows);
    close_lanes(row->lanes, last, length, length + taken);
    columns->length += taken;
    if (taken > 0) reader->at = block.end[taken - 1];
    adapt(row, taken, taken > 0 && taken == found);
    return taken;
}

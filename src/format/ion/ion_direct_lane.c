/* The values of one member in many records, by the type of its column.
 *
 * A value that begins before its record's end ends within the padding, or was looked at: so it
 * is enough to look where the next one begins, and at the end where the last one ends. */
#include "format/ion/ion_direct_block.h"

/* Bytes of a string whose size stands in its descriptor, and that are copied at once. */
#define SHORT_MAX 13
#define STEP      16

/* --- Fields ------------------------------------------------------------------------------- */

/* The value of the lane in record i; NULL when the next field is another's. */
static inline const uint8_t *find_value(const struct quire_ion_lane *lane,
                                        const struct quire_ion_records *block, int64_t i)
{
    const uint8_t *at = block->at[i];
    return at < block->end[i] && quire_ion_lane_is(lane, at) ? at + lane->size : NULL;
}

/* A column that had no null yet gets its first from the reader. */
static bool put_null(const struct quire_ion_lane *lane, int64_t row)
{
    if (lane->validity == NULL || !lane->column->field->nullable) return false;
    lane->validity[row >> 3] &= (uint8_t) ~(1u << (row & 7));
    if (lane->kind == QUIRE_ION_DIRECT_STRING)
        memcpy(lane->values + ((size_t)row + 1) * 4, lane->values + (size_t)row * 4, 4);
    else if (lane->kind != QUIRE_ION_DIRECT_BOOL)
        memset(lane->values + (size_t)row * 8, 0, 8);
    return true;
}

/* Takes what is no value of the lane in record i: nothing (value NULL) or a null. */
static __attribute__((noinline)) bool take_null(const struct quire_ion_lane *lane,
                                                struct quire_ion_records *block, int64_t i,
                                                int64_t row, const uint8_t *value)
{
    if (value == NULL) return block->absent && (lane->column == NULL || put_null(lane, row));
    if (lane->column == NULL || !quire_ion_direct_is_null(value) || !put_null(lane, row))
        return false;
    block->at[i] = value + 1;
    return true;
}

static inline void put_word(const struct quire_ion_lane *lane, int64_t row, const void *word)
{
    memcpy(lane->values + (size_t)row * 8, word, 8);
}

/* --- Integers ----------------------------------------------------------------------------- */

/* Bytes of an integer of at most seven bytes with its descriptor; 0: it is none. */
static const uint8_t short_sizes[256] = {
    [0x20] = 1, 2, 3, 4, 5, 6, 7, 8, [0x31] = 2, 3, 4, 5, 6, 7, 8,
};

/* By the lower five bits of such a descriptor: the bytes of the magnitude, and the sign. */
static const uint64_t
    short_masks[32] =
        {
            [0x01] = 0xff,  0xffff,           0xffffff,       0xffffffff,       0xffffffffff,
            0xffffffffffff, 0xffffffffffffff, [0x11] = 0xff,  0xffff,           0xffffff,
            0xffffffff,     0xffffffffff,     0xffffffffffff, 0xffffffffffffff,
};
static const uint64_t short_signs[32] = {
    [0x10] = UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
    UINT64_MAX,          UINT64_MAX, UINT64_MAX, UINT64_MAX,
};

static const uint8_t *take_long_int(const struct quire_ion_lane *lane, int64_t row,
                                    const uint8_t *at, const uint8_t *end)
{
    int64_t value;
    const uint8_t *after = quire_ion_direct_int(at, end, &value);
    if (after != NULL) put_word(lane, row, &value);
    return after;
}

/* An integer that is not short, a null, or nothing. */
static __attribute__((noinline)) bool take_other_int(const struct quire_ion_lane *lane,
                                                     struct quire_ion_records *block, int64_t i,
                                                     int64_t row)
{
    const uint8_t *value = find_value(lane, block, i), *after = NULL;
    if (value != NULL) after = take_long_int(lane, row, value, block->end[i]);
    if (after == NULL) return take_null(lane, block, i, row, value);
    block->at[i] = after;
    return true;
}

/* Short integers are the commonest values. They are read by their ends, and whether a record
 * ends here is not asked: a field of the next one that is taken for one of this leads past the
 * end, which is noticed there. Negative zero is none: `wrong` says so by its highest bit. */
static inline int64_t take_ints_of(const struct quire_ion_lane *lane,
                                   struct quire_ion_records *block, int64_t first, size_t name_size)
{
    const uint16_t name = lane->bytes;
    uint8_t *values = lane->values + (size_t)first * 8;
    uint64_t wrong = 0;
    int64_t i = 0, rows = block->rows;
    for (; i < rows; i++) {
        const uint8_t *at = block->at[i];
        uint16_t found = 0;
        memcpy(&found, at, name_size);
        size_t descriptor = at[name_size], size = short_sizes[descriptor];
        if (__builtin_expect(found != name || size == 0, 0)) {
            if (!take_other_int(lane, block, i, first + i)) break;
            continue;
        }
        at += name_size + size;
        uint64_t sign = short_signs[descriptor & 31];
        uint64_t magnitude = quire_ion_load_big(at - 8) & short_masks[descriptor & 31];
        uint64_t value = (magnitude ^ sign) - sign;
        wrong |= value ^ sign;
        memcpy(values + (size_t)i * 8, &value, 8);
        block->at[i] = at;
    }
    return wrong >> 63 == 0 ? i : 0;
}

static int64_t take_ints(const struct quire_ion_lane *lane, struct quire_ion_records *block,
                         int64_t first)
{
    return lane->size == 1 ? take_ints_of(lane, block, first, 1)
                           : take_ints_of(lane, block, first, 2);
}

/* --- Strings ------------------------------------------------------------------------------ */

/* Are the strings of the rows from `first` to `end` UTF-8, each by itself? All are so when all
 * together are, and none begins within a character. */
static bool are_utf8(const struct quire_ion_lane *lane, int64_t first, int64_t end)
{
    const uint8_t *bytes = lane->column->bytes.data;
    int32_t from, to, start;
    memcpy(&from, lane->values + (size_t)first * 4, 4);
    memcpy(&to, lane->values + (size_t)end * 4, 4);
    size_t size = (size_t)(to - from);
    if (size == 0 || quire_utf8_ascii_prefix(bytes + from, size) == size) return true;
    if (!quire_utf8_is_valid(bytes + from, size)) return false;
    for (int64_t row = first; row < end; row++) {
        memcpy(&start, lane->values + (size_t)row * 4, 4);
        if (start < to && (bytes[start] & 0xc0) == 0x80) return false;
    }
    return true;
}

/* Room for a string of `size` bytes, and `rows` short ones, after the first `used` bytes. */
static bool make_room(struct quire_column *column, int32_t used, size_t size, int64_t rows)
{
    size_t more = size + (size_t)rows * SHORT_MAX + STEP;
    if ((size_t)used + more > INT32_MAX) return false;
    column->bytes.size = (size_t)used;
    return quire_buf_reserve(&column->bytes, more) == 0;
}

/* A string that is not short, a null, or nothing. */
static __attribute__((noinline)) bool take_other_string(const struct quire_ion_lane *lane,
                                                        struct quire_ion_records *block, int64_t i,
                                                        int64_t row)
{
    const uint8_t *value = find_value(lane, block, i), *body, *after = NULL;
    if (value != NULL) after = quire_ion_direct_string(value, block->end[i], &body);
    if (after == NULL) return take_null(lane, block, i, row, value);
    int32_t start;
    memcpy(&start, lane->values + (size_t)row * 4, 4);
    size_t size = (size_t)(after - body);
    if (!make_room(lane->column, start, size, block->rows - i)) return false;
    if (size > 0) memcpy(lane->column->bytes.data + start, body, size);
    start += (int32_t)size;
    memcpy(lane->values + ((size_t)row + 1) * 4, &start, 4);
    block->at[i] = after;
    return true;
}

/* Short strings are copied by steps; what they hold is looked at when all are there. */
static int64_t take_strings(const struct quire_ion_lane *lane, struct quire_ion_records *block,
                            int64_t first)
{
    const struct quire_ion_lane own = *lane;
    uint8_t *offsets = own.values + (size_t)first * 4;
    int64_t i = 0, rows = block->rows;
    int32_t start;
    memcpy(&start, offsets, 4);
    if (!make_room(own.column, start, 0, rows)) return 0;
    uint8_t *bytes = own.column->bytes.data;
    for (; i < rows; i++) {
        const uint8_t *at = block->at[i];
        unsigned size = at[own.size] - 0x80u;
        const uint8_t *body = at + own.size + 1;
        if (__builtin_expect(!quire_ion_lane_is(&own, at) || size > SHORT_MAX ||
                                 size > (size_t)(block->end[i] - body),
                             0)) {
            if (!take_other_string(lane, block, i, first + i)) break;
            bytes = own.column->bytes.data;
            memcpy(&start, offsets + ((size_t)i + 1) * 4, 4);
            continue;
        }
        memcpy(bytes + start, body, STEP);
        start += (int32_t)size;
        memcpy(offsets + ((size_t)i + 1) * 4, &start, 4);
        block->at[i] = body + size;
    }
    return are_utf8(lane, first, first + i) ? i : 0;
}

/* --- Moments ------------------------------------------------------------------------------ */

/* The day that was met last, by the bytes that say it. */
struct day {
    uint64_t date;
    int64_t number;
};

static inline bool moment_value(const struct quire_field *field,
                                const struct quire_ion_direct_moment *moment, struct day *day,
                                int64_t *value)
{
    uint32_t digits = 3 * (uint32_t)field->unit;
    if (moment->date != day->date || field->unit == QUIRE_NANO) {
        if (!quire_ion_direct_moment_value(field, moment, value)) return false;
        *day = (struct day){moment->date, civil_to_days(moment->year, moment->month, moment->day)};
        return true;
    }
    if (moment->fraction_digits > digits || moment->hour > 23 || moment->minute > 59 ||
        moment->second > 59)
        return false;
    int64_t seconds =
        day->number * CIVIL_DAY_S + moment->hour * 3600 + moment->minute * 60 + moment->second;
    *value = seconds * (int64_t)quire_digits_power[digits] +
             (int64_t)(moment->fraction * quire_digits_power[digits - moment->fraction_digits]);
    return true;
}

static int64_t take_moments(const struct quire_ion_lane *given, struct quire_ion_records *block,
                            int64_t first)
{
    const struct quire_ion_lane lane = *given;
    const struct quire_field *field = lane.column->field;
    struct day day = {0};
    int64_t i = 0, rows = block->rows;
    for (; i < rows; i++) {
        struct quire_ion_direct_moment moment;
        int64_t number;
        const uint8_t *value = find_value(&lane, block, i), *after = NULL;
        if (__builtin_expect(value != NULL, 1))
            after = quire_ion_direct_moment(value, block->end[i], &moment);
        if (__builtin_expect(after != NULL && moment_value(field, &moment, &day, &number), 1)) {
            put_word(&lane, first + i, &number);
            block->at[i] = after;
        } else if (!take_null(given, block, i, first + i, value)) {
            break;
        }
    }
    return i;
}

/* --- Others ------------------------------------------------------------------------------- */

static int64_t take_floats(const struct quire_ion_lane *given, struct quire_ion_records *block,
                           int64_t first)
{
    const struct quire_ion_lane lane = *given;
    int64_t i = 0, rows = block->rows;
    for (; i < rows; i++) {
        double number;
        const uint8_t *value = find_value(&lane, block, i), *after = NULL;
        if (__builtin_expect(value != NULL, 1))
            after = quire_ion_direct_float(value, block->end[i], &number);
        if (__builtin_expect(after != NULL, 1)) {
            put_word(&lane, first + i, &number);
            block->at[i] = after;
        } else if (!take_null(given, block, i, first + i, value)) {
            break;
        }
    }
    return i;
}

static int64_t take_bools(const struct quire_ion_lane *lane, struct quire_ion_records *block,
                          int64_t first)
{
    int64_t i = 0, rows = block->rows;
    for (; i < rows; i++) {
        const uint8_t *value = find_value(lane, block, i);
        int64_t row = first + i;
        if (value != NULL && (*value == 0x10 || *value == 0x11)) {
            lane->values[row >> 3] |= (uint8_t)((*value & 1u) << (row & 7));
            block->at[i] = value + 1;
        } else if (!take_null(lane, block, i, row, value)) {
            break;
        }
    }
    return i;
}

static int64_t pass_values(const struct quire_ion_lane *lane, struct quire_ion_records *block)
{
    int64_t i = 0, rows = block->rows;
    for (; i < rows; i++) {
        const uint8_t *value = find_value(lane, block, i);
        const uint8_t *after = value != NULL ? quire_ion_direct_pass(value, block->end[i]) : NULL;
        if (after != NULL)
            block->at[i] = after;
        else if (value != NULL || !block->absent)
            break;
    }
    return i;
}

int64_t quire_ion_lane_take(const struct quire_ion_lane *lane, struct quire_ion_records *block,
                            int64_t first)
{
    switch (lane->kind) {
    case QUIRE_ION_DIRECT_INT64: return take_ints(lane, block, first);
    case QUIRE_ION_DIRECT_FLOAT64: return take_floats(lane, block, first);
    case QUIRE_ION_DIRECT_BOOL: return take_bools(lane, block, first);
    case QUIRE_ION_DIRECT_TIMESTAMP: return take_moments(lane, block, first);
    case QUIRE_ION_DIRECT_STRING: return take_strings(lane, block, first);
    default: return pass_values(lane, block);
    }
}

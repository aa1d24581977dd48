/* Values are gathered in runs: those of one width that are not null, as int64 or
 * double, so that the loops over them neither dispatch nor branch on nulls.
 *
 * Texts are compared by their first QUIRE_STATS_EXTREME_BYTES alone, and by the
 * first eight of these as one number before anything else. */
#include "data/column_stats.h"

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/fail.h"
#include "base/number.h"

#define RUN 1024

enum shape {
    SHAPE_NONE,    /* nested, null: only nulls and bytes are counted */
    SHAPE_INTEGER, /* fits int64: integers, times, bool, narrow decimals */
    SHAPE_REAL,
    SHAPE_DECIMAL, /* of 16 and 32 bytes */
    SHAPE_BYTES,
    SHAPE_OPAQUE /* fixed width without order */
};

static enum shape shape_of(const struct quire_field *field)
{
    enum quire_kind kind = field->kind;
    if (kind == QUIRE_KIND_BOOL || quire_kind_is_integer(kind)) return SHAPE_INTEGER;
    if (quire_kind_is_float(kind)) return SHAPE_REAL;
    if (kind == QUIRE_KIND_DECIMAL) return field->width <= 8 ? SHAPE_INTEGER : SHAPE_DECIMAL;
    if (kind >= QUIRE_KIND_DATE32 && kind <= QUIRE_KIND_INTERVAL_MONTHS) return SHAPE_INTEGER;
    if (quire_kind_is_string(kind) || quire_kind_is_binary(kind)) return SHAPE_BYTES;
    if (kind == QUIRE_KIND_FIXED_BINARY) return SHAPE_BYTES;
    if (kind == QUIRE_KIND_INTERVAL_DAY_TIME || kind == QUIRE_KIND_INTERVAL_MONTH_DAY_NANO)
        return SHAPE_OPAQUE;
    return SHAPE_NONE;
}

void quire_column_stats_init(struct quire_column_stats_sum *sum, const struct quire_field *field)
{
    memset(sum, 0, sizeof(*sum));
    sum->field = field;
    sum->values = field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
}

void quire_column_stats_release(struct quire_column_stats_sum *sum)
{
    quire_distinct_release(&sum->distinct);
}

bool quire_column_stats_has_order(const struct quire_column_stats_sum *sum)
{
    enum shape shape = shape_of(sum->values);
    return shape != SHAPE_NONE && shape != SHAPE_OPAQUE;
}

bool quire_column_stats_has_distinct(const struct quire_column_stats_sum *sum)
{
    return shape_of(sum->values) != SHAPE_NONE;
}

/* --- Integers --- */

#define GATHER(type, expression)                                                \
    do {                                                                        \
        const type *values = (const type *)view->values + view->offset + start; \
        for (int64_t i = 0; i < count; i++) {                                   \
            type value = values[i];                                             \
            run[size] = (expression);                                           \
            size += !quire_view_is_null(view, start + i);                       \
        }                                                                       \
    } while (0)

/* The valid values of rows [start, start + count), at most RUN. */
static size_t gather_integers(const struct quire_view *view, int64_t start, int64_t count,
                              int64_t *run)
{
    size_t size = 0;
    if (view->field->kind == QUIRE_KIND_BOOL) {
        for (int64_t i = 0; i < count; i++) {
            run[size] = quire_view_bool(view, start + i);
            size += !quire_view_is_null(view, start + i);
        }
        return size;
    }
    bool is_unsigned =
        quire_kind_is_integer(view->field->kind) && !quire_kind_is_signed(view->field->kind);
    switch (view->field->width) {
    case 1:
        if (is_unsigned)
            GATHER(uint8_t, value);
        else
            GATHER(int8_t, value);
        break;
    case 2:
        if (is_unsigned)
            GATHER(uint16_t, value);
        else
            GATHER(int16_t, value);
        break;
    case 4:
        if (is_unsigned)
            GATHER(uint32_t, value);
        else
            GATHER(int32_t, value);
        break;
    default:
        if (is_unsigned)
            GATHER(uint64_t, (int64_t)(value ^ UINT64_C(1) << 63));
        else
            GATHER(int64_t, value);
    }
    return size;
}

static int add_integers(struct quire_column_stats_sum *sum, const struct quire_view *view,
                        int64_t start, int64_t count)
{
    int64_t run[RUN];
    size_t size = gather_integers(view, start, count, run);
    if (size == 0) return 0;
    int64_t min = sum->any ? sum->min.number : run[0];
    int64_t max = sum->any ? sum->max.number : run[0];
    for (size_t i = 0; i < size; i++) {
        min = run[i] < min ? run[i] : min;
        max = run[i] > max ? run[i] : max;
    }
    sum->min.number = min;
    sum->max.number = max;
    sum->any = true;
    return quire_distinct_add_numbers(&sum->distinct, (const uint64_t *)run, size);
}

/* --- Floats --- */

static size_t gather_reals(const struct quire_view *view, int64_t start, int64_t count, double *run)
{
    size_t size = 0;
    switch (view->field->kind) {
    case QUIRE_KIND_FLOAT16: GATHER(uint16_t, quire_number_half_to_double(value)); break;
    case QUIRE_KIND_FLOAT32: GATHER(float, (double)value); break;
    default: GATHER(double, value);
    }
    return size;
}

static int add_reals(struct quire_column_stats_sum *sum, const struct quire_view *view,
                     int64_t start, int64_t count)
{
    static const uint64_t nan_bits = UINT64_C(0x7ff8000000000000);
    double run[RUN];
    uint64_t keys[RUN];
    size_t size = gather_reals(view, start, count, run);
    for (size_t i = 0; i < size; i++) {
        double value = run[i];
        if (value != value) {
            sum->nans++;
            keys[i] = nan_bits;
            continue;
        }
        if (!sum->any || value < sum->min.real) sum->min.real = value;
        if (!sum->any || value > sum->max.real) sum->max.real = value;
        sum->any = true;
        value += 0.0; /* -0.0 is the same value as 0.0 */
        memcpy(&keys[i], &value, sizeof(value));
    }
    return quire_distinct_add_numbers(&sum->distinct, keys, size);
}

/* --- Wide decimals --- */

static int add_decimals(struct quire_column_stats_sum *sum, const struct quire_view *view,
                        int64_t start, int64_t count)
{
    int width = view->field->width;
    for (int64_t row = start; row < start + count; row++) {
        if (quire_view_is_null(view, row)) continue;
        const uint8_t *bytes = quire_view_fixed(view, row);
        struct quire_decimal value = quire_decimal_from_bytes(bytes, width);
        struct quire_decimal min = quire_decimal_from_bytes(sum->min.bytes, width);
        struct quire_decimal max = quire_decimal_from_bytes(sum->max.bytes, width);
        if (!sum->any || quire_decimal_compare(&value, &min) < 0)
            memcpy(sum->min.bytes, bytes, (size_t)width);
        if (!sum->any || quire_decimal_compare(&value, &max) > 0)
            memcpy(sum->max.bytes, bytes, (size_t)width);
        sum->any = true;
        QUIRE_TRY(quire_distinct_add_text(&sum->distinct, bytes, (size_t)width));
    }
    return 0;
}

/* --- Texts --- */

/* The first eight bytes as a number that compares as they do. */
static uint64_t head_of(struct quire_bytes value)
{
    uint64_t head = 0;
    if (value.size >= 8) {
        memcpy(&head, value.data, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        head = __builtin_bswap64(head);
#endif
        return head;
    }
    for (size_t i = 0; i < value.size; i++)
        head |= (uint64_t)value.data[i] << (56 - 8 * i);
    return head;
}

static size_t kept_size(struct quire_bytes value)
{
    return value.size < QUIRE_STATS_EXTREME_BYTES ? value.size : QUIRE_STATS_EXTREME_BYTES;
}

static int compare(struct quire_bytes value, uint64_t head, const struct quire_extreme *extreme)
{
    if (head != extreme->head) return head < extreme->head ? -1 : 1;
    size_t size = kept_size(value);
    size_t shared = size < extreme->size ? size : extreme->size;
    int order = shared > 0 ? memcmp(value.data, extreme->bytes, shared) : 0;
    if (order != 0 || size == extreme->size) return order;
    return size < extreme->size ? -1 : 1;
}

static void keep(struct quire_extreme *extreme, struct quire_bytes value, uint64_t head)
{
    extreme->size = kept_size(value);
    extreme->head = head;
    extreme->exact = extreme->size == value.size;
    if (extreme->size > 0) memcpy(extreme->bytes, value.data, extreme->size);
}

static void add_text(struct quire_column_stats_sum *sum, struct quire_bytes value)
{
    uint64_t head = head_of(value);
    if (!sum->any) {
        keep(&sum->min, value, head);
        keep(&sum->max, value, head);
        sum->any = true;
        return;
    }
    if (head > sum->min.head && head < sum->max.head) return;
    bool whole = value.size <= QUIRE_STATS_EXTREME_BYTES;
    int to_min = compare(value, head, &sum->min), to_max = compare(value, head, &sum->max);
    /* Of two that begin alike the one that ends there is the smaller. */
    if (to_min < 0 || (to_min == 0 && whole)) keep(&sum->min, value, head);
    if (to_max > 0 || (to_max == 0 && !whole)) keep(&sum->max, value, head);
}

static int add_texts(struct quire_column_stats_sum *sum, const struct quire_view *view,
                     int64_t start, int64_t count)
{
    struct quire_bytes last = {NULL, 0};
    for (int64_t row = start; row < start + count; row++) {
        if (quire_view_is_null(view, row)) continue;
        struct quire_bytes value = quire_view_bytes(view, row);
        if (last.data != NULL && value.size == last.size &&
            (value.size == 0 || memcmp(value.data, last.data, value.size) == 0))
            continue;
        last = value;
        add_text(sum, value);
        QUIRE_TRY(quire_distinct_add_text(&sum->distinct, value.data, value.size));
    }
    return 0;
}

static int add_opaque(struct quire_column_stats_sum *sum, const struct quire_view *view,
                      int64_t start, int64_t count)
{
    for (int64_t row = start; row < start + count; row++) {
        if (quire_view_is_null(view, row)) continue;
        QUIRE_TRY(quire_distinct_add_text(&sum->distinct, quire_view_fixed(view, row),
                                          (size_t)view->field->width));
    }
    return 0;
}

/* --- Columns --- */

static int add_values(struct quire_column_stats_sum *sum, const struct quire_view *view,
                      int64_t rows)
{
    enum shape shape = shape_of(view->field);
    for (int64_t start = 0; start < rows; start += RUN) {
        int64_t count = rows - start < RUN ? rows - start : RUN;
        switch (shape) {
        case SHAPE_NONE: return 0;
        case SHAPE_INTEGER: QUIRE_TRY(add_integers(sum, view, start, count)); break;
        case SHAPE_REAL: QUIRE_TRY(add_reals(sum, view, start, count)); break;
        case SHAPE_DECIMAL: QUIRE_TRY(add_decimals(sum, view, start, count)); break;
        case SHAPE_BYTES: QUIRE_TRY(add_texts(sum, view, start, count)); break;
        case SHAPE_OPAQUE: QUIRE_TRY(add_opaque(sum, view, start, count)); break;
        }
    }
    return 0;
}

static bool is_nan(const struct quire_view *view, int64_t row)
{
    double value = 0;
    struct quire_view one = *view;
    one.validity = NULL;
    if (quire_kind_is_float(view->field->kind)) gather_reals(&one, row, 1, &value);
    return value != value;
}

/* Each value of the dictionary that some row stands for counts once: the dictionary
 * is looked at as a column in which all others are null. NaNs are counted by row. */
static int add_dictionary(struct quire_column_stats_sum *sum, const struct quire_view *view,
                          int64_t rows)
{
    struct quire_view values = *view->dictionary;
    QUIRE_CLEANUP(quire_cleanup_free)
    uint8_t *used = quire_alloc_zero((size_t)(values.offset + values.length) / 8 + 1, 1);
    if (used == NULL) return QUIRE_MEMORY;
    int64_t nans = sum->nans;
    for (int64_t row = 0; row < rows; row++) {
        int64_t index = quire_view_is_null(view, row) ? -1 : quire_view_index(view, row);
        if (index < 0 || index >= values.length || quire_view_is_null(view->dictionary, index)) {
            sum->nulls++;
            continue;
        }
        int64_t bit = index + values.offset;
        used[bit >> 3] |= (uint8_t)(1u << (bit & 7));
        nans += is_nan(view->dictionary, index);
    }
    values.validity = used;
    int code = add_values(sum, &values, values.length);
    sum->nans = nans;
    return code;
}

static int64_t count_nulls(const struct quire_view *view, int64_t rows)
{
    if (view->field->kind == QUIRE_KIND_NULL) return rows;
    if (view->validity == NULL) return 0;
    int64_t nulls = 0;
    for (int64_t row = 0; row < rows; row++)
        nulls += quire_view_is_null(view, row);
    return nulls;
}

int quire_column_stats_add(struct quire_column_stats_sum *sum, const struct quire_view *view,
                           int64_t rows)
{
    sum->rows += rows;
    int64_t bytes = quire_view_data_bytes(view, 0, rows);
    sum->bytes = bytes < 0 || sum->bytes < 0 ? -1 : sum->bytes + bytes;
    if (view->field->kind == QUIRE_KIND_DICTIONARY) return add_dictionary(sum, view, rows);
    sum->nulls += count_nulls(view, rows);
    return add_values(sum, view, rows);
}

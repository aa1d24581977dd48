/* A minimum or maximum of a chunk is turned into Arrow's layout first and compared as
 * such. A column whose chunks do not all tell theirs has none; chunks of nothing but nulls
 * do not count. */
#include "format/parquet/write/file_statistics.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"

#define OPERATION "write parquet"

/* Fixed-width values take at most so many bytes, but for fixed binaries. */
#define VALUE_MAX 32

struct extreme {
    struct quire_buf value; /* in Arrow's layout; fixed widths in the machine's byte order */
    bool any, exact;
    bool unknown; /* a chunk did not tell it: there is no text above those of U+10FFFF */
};

struct column {
    const struct quire_field *field; /* of the values */
    int32_t type;                    /* enum quire_parquet_type */
    int64_t nulls, nans;             /* -1: not known */
    bool unknown;                    /* a chunk did not tell its extremes */
    struct extreme min, max;
};

struct quire_file_statistics {
    struct column *columns;
    struct quire_column_stats *stats;
    size_t size;
};

/* --- Parquet's values in Arrow's layout -------------------------------------------------- */

static int64_t read_integer(const uint8_t *bytes, size_t size)
{
    int32_t narrow = 0;
    int64_t wide = 0;
    if (size == 8) {
        memcpy(&wide, bytes, 8);
        return wide;
    }
    memcpy(&narrow, bytes, 4);
    return narrow;
}

/* What schema_of_fields.c widens or multiplies is taken back: seconds are written as
 * milliseconds, and 64-bit dates as days. */
static int64_t to_arrow(const struct quire_field *field, int64_t value)
{
    bool timed = field->kind == QUIRE_KIND_TIME32 || field->kind == QUIRE_KIND_TIMESTAMP;
    if (timed && field->unit == QUIRE_SECOND) return value / 1000;
    if (field->kind == QUIRE_KIND_DATE64) return value * 86400000;
    return value;
}

static bool is_number(const struct column *column)
{
    return column->type == QUIRE_PARQUET_INT32 || column->type == QUIRE_PARQUET_INT64;
}

/* Big-endian two's complement of any size becomes width bytes, little endian. */
static void to_decimal(const uint8_t *bytes, size_t size, uint8_t *out, size_t width)
{
    uint8_t sign = size > 0 && bytes[0] >= 0x80 ? 0xff : 0;
    for (size_t i = 0; i < width; i++)
        out[i] = i < size ? bytes[size - 1 - i] : sign;
}

/* Widths of values in Arrow; 0: of any length. */
static size_t value_width(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_BOOL) return 1;
    return field->width > 0 ? (size_t)field->width : 0;
}

/* False when the value has no Arrow form here. */
static bool convert(const struct column *column, const struct quire_thrift_binary *from,
                    uint8_t out[VALUE_MAX], size_t *size)
{
    const struct quire_field *field = column->field;
    size_t width = value_width(field);
    if (field->kind == QUIRE_KIND_DECIMAL && field->scale < 0) return false;
    if (is_number(column)) {
        size_t physical = column->type == QUIRE_PARQUET_INT64 ? 8 : 4;
        if (from->size != physical || width == 0 || width > VALUE_MAX) return false;
        int64_t value = to_arrow(field, read_integer(from->data, physical));
        memset(out, value < 0 ? 0xff : 0, VALUE_MAX);
        memcpy(out, &value, 8);
        *size = width;
        return true;
    }
    if (field->kind == QUIRE_KIND_DECIMAL) {
        to_decimal(from->data, from->size, out, width);
        *size = width;
        return true;
    }
    if (from->size != width || width > VALUE_MAX) return false;
    memcpy(out, from->data, from->size);
    *size = width;
    return true;
}

/* Texts, binaries and fixed binaries are what they are in the file. */
static bool is_bytes(const struct quire_field *field)
{
    return quire_kind_is_string(field->kind) || quire_kind_is_binary(field->kind) ||
           field->kind == QUIRE_KIND_FIXED_BINARY;
}

/* --- Order ---------------------------------------------------------------------------------- */

static int compare_bytes(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    size_t least = a_size < b_size ? a_size : b_size;
    int order = least > 0 ? memcmp(a, b, least) : 0;
    if (order != 0) return order;
    return a_size < b_size ? -1 : a_size > b_size;
}

/* Little-endian integers of one width. */
static int compare_integers(const uint8_t *a, const uint8_t *b, size_t width, bool is_signed)
{
    uint8_t turn = is_signed ? 0x80 : 0;
    uint8_t a_top = a[width - 1] ^ turn, b_top = b[width - 1] ^ turn;
    if (a_top != b_top) return a_top < b_top ? -1 : 1;
    for (size_t i = width - 1; i-- > 0;)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

static double read_real(const struct quire_field *field, const uint8_t *bytes)
{
    uint16_t half;
    float single;
    double real;
    if (field->kind == QUIRE_KIND_FLOAT16) {
        memcpy(&half, bytes, 2);
        return quire_number_half_to_double(half);
    }
    if (field->kind == QUIRE_KIND_FLOAT32) {
        memcpy(&single, bytes, 4);
        return (double)single;
    }
    memcpy(&real, bytes, 8);
    return real;
}

static int compare(const struct quire_field *field, const uint8_t *a, size_t a_size,
                   const uint8_t *b, size_t b_size)
{
    if (is_bytes(field)) return compare_bytes(a, a_size, b, b_size);
    if (quire_kind_is_float(field->kind)) {
        double left = read_real(field, a), right = read_real(field, b);
        if (left == right) /* -0 comes before +0 */
            return signbit(left) == signbit(right) ? 0 : signbit(left) ? -1 : 1;
        return left < right ? -1 : 1;
    }
    bool is_unsigned = field->kind == QUIRE_KIND_BOOL ||
                       (quire_kind_is_integer(field->kind) && !quire_kind_is_signed(field->kind));
    return compare_integers(a, b, a_size, !is_unsigned);
}

/* --- Chunks put together --------------------------------------------------------------------- */

/* Takes a chunk's extreme when it is beyond what there is: sign -1 for a minimum. */
static int merge(struct column *column, struct extreme *extreme, int sign,
                 const struct quire_thrift_binary *value, bool exact, struct quire_error *error)
{
    uint8_t converted[VALUE_MAX];
    const uint8_t *bytes = value->data;
    size_t size = value->size;
    if (!is_bytes(column->field)) {
        if (!convert(column, value, converted, &size)) {
            column->unknown = true;
            return 0;
        }
        bytes = converted;
    }
    if (extreme->any) {
        int order = compare(column->field, bytes, size, extreme->value.data, extreme->value.size);
        if (order == 0) extreme->exact = extreme->exact || exact;
        if (order * sign <= 0) return 0;
    }
    quire_buf_clear(&extreme->value);
    /* An empty text is known too, and so has an address. */
    if (quire_buf_reserve(&extreme->value, size + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    if (size > 0) memcpy(extreme->value.data, bytes, size);
    extreme->value.size = size;
    extreme->any = true;
    extreme->exact = exact;
    return 0;
}

int quire_file_statistics_add(struct quire_file_statistics *statistics, size_t leaf,
                              const struct quire_column_metadata *metadata,
                              struct quire_error *error)
{
    struct column *column = &statistics->columns[leaf];
    const struct quire_parquet_statistics *chunk = metadata->statistics;
    if (chunk == NULL || (chunk->present & QUIRE_STATISTICS_HAS_NULL_COUNT) == 0) {
        column->nulls = column->nans = -1;
        column->unknown = true;
        return 0;
    }
    if (column->nulls >= 0) column->nulls += chunk->null_count;
    if ((chunk->present & QUIRE_STATISTICS_HAS_NAN_COUNT) == 0)
        column->nans = -1;
    else if (column->nans >= 0)
        column->nans += chunk->nan_count;
    if (chunk->null_count == metadata->num_values) return 0;
    if (chunk->min_value.data == NULL && chunk->max_value.data == NULL) {
        column->unknown = true;
        return 0;
    }
    bool min_exact =
        (chunk->present & QUIRE_STATISTICS_HAS_MIN_EXACT) == 0 || chunk->is_min_value_exact;
    bool max_exact =
        (chunk->present & QUIRE_STATISTICS_HAS_MAX_EXACT) == 0 || chunk->is_max_value_exact;
    column->min.unknown = column->min.unknown || chunk->min_value.data == NULL;
    column->max.unknown = column->max.unknown || chunk->max_value.data == NULL;
    if (!column->min.unknown)
        QUIRE_TRY(merge(column, &column->min, -1, &chunk->min_value, min_exact, error));
    if (column->max.unknown) return 0;
    return merge(column, &column->max, 1, &chunk->max_value, max_exact, error);
}

static void set(const struct extreme *extreme, const void **value, size_t *size, bool *exact)
{
    if (extreme->unknown || !extreme->any) return;
    *value = extreme->value.data;
    *size = extreme->value.size;
    *exact = extreme->exact;
}

struct quire_column_stats *quire_file_statistics_columns(struct quire_file_statistics *statistics)
{
    for (size_t i = 0; i < statistics->size; i++) {
        const struct column *column = &statistics->columns[i];
        struct quire_column_stats *stats = &statistics->stats[i];
        *stats = (struct quire_column_stats){.nulls = column->nulls, .nans = column->nans};
        if (column->unknown) continue;
        set(&column->min, &stats->min, &stats->min_size, &stats->min_exact);
        set(&column->max, &stats->max, &stats->max_size, &stats->max_exact);
    }
    return statistics->stats;
}

/* --- Life ----------------------------------------------------------------------------------------
 */

void quire_file_statistics_free(struct quire_file_statistics *statistics)
{
    if (statistics == NULL) return;
    for (size_t i = 0; statistics->columns != NULL && i < statistics->size; i++) {
        quire_buf_release(&statistics->columns[i].min.value);
        quire_buf_release(&statistics->columns[i].max.value);
    }
    quire_free(statistics->columns);
    quire_free(statistics->stats);
    quire_free(statistics);
}

int quire_file_statistics_new(const struct quire_parquet_schema *schema,
                              struct quire_file_statistics **result, struct quire_error *error)
{
    struct quire_file_statistics *statistics = quire_alloc_zero(1, sizeof(*statistics));
    if (statistics == NULL) return quire_fail_memory(error, OPERATION);
    statistics->size = schema->leaves_size;
    statistics->columns = quire_alloc_zero(statistics->size, sizeof(*statistics->columns));
    statistics->stats = quire_alloc_zero(statistics->size, sizeof(*statistics->stats));
    if (statistics->columns == NULL || statistics->stats == NULL) {
        quire_file_statistics_free(statistics);
        return quire_fail_memory(error, OPERATION);
    }
    for (size_t i = 0; i < statistics->size; i++) {
        const struct quire_field *field = schema->leaves[i].node->field;
        statistics->columns[i].field =
            field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
        statistics->columns[i].type = quire_parquet_leaf_element(schema, i)->type;
    }
    *result = statistics;
    return 0;
}

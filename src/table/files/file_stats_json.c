/* Minima may be lower than the least value and maxima higher than the greatest, never the other
 * way: text is cut to the first characters, and of a maximum the last one kept is raised. Times
 * are cut to milliseconds, which readers know (PROTOCOL.md). */
#include "table/files/file_stats_json.h"

#include <math.h>

#include "base/decimal.h"
#include "base/json_text.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/value_text.h"

#define LAST_CHARACTER 0x10ffff
#define RAW_MAX        (QUIRE_DECIMAL_TEXT_MAX + 32)

enum part { NULLS, MINIMA, MAXIMA };

struct walk {
    struct quire_json_writer *writer;
    struct quire_buf *out;
    const struct quire_file_stats *stats;
    enum part part;
    size_t leaf, columns;            /* leaves gone through, and how many are told of */
    const struct quire_texts *names; /* that are told of, too; NULL */
    struct quire_buf path;           /* of the current field */
};

/* --- Text ---------------------------------------------------------------------------------- */

/* The bytes of the first characters of a valid text. */
static size_t cut_size(const uint8_t *text, size_t size)
{
    size_t at = 0;
    uint32_t character;
    for (int i = 0; i < QUIRE_TABLE_STATS_CHARACTERS && at < size; i++)
        at += (size_t)quire_utf8_decode(text + at, &character);
    return at < size ? at : size;
}

/* Raises the last character that can be: the text is then above all that begin as it did. */
static bool raise_last(uint8_t *text, size_t *size)
{
    while (*size > 0) {
        size_t last = *size - 1;
        uint32_t character;
        while (last > 0 && (text[last] & 0xc0) == 0x80)
            last--;
        quire_utf8_decode(text + last, &character);
        *size = last;
        if (character == LAST_CHARACTER) continue;
        character += character == 0xd7ff ? 0x801 : 1; /* over the surrogates */
        *size += (size_t)quire_utf8_encode(character, text + last);
        return true;
    }
    return false;
}

/* A text, cut. False when there is none that bounds it. */
static bool bound_text(const void *value, size_t size, bool exact, bool maximum, uint8_t *out,
                       size_t *out_size)
{
    const uint8_t *bytes = value;
    size_t valid = quire_utf8_valid_prefix(bytes, size);
    size_t kept = cut_size(bytes, valid);
    memcpy(out, bytes, kept);
    *out_size = kept;
    if (!maximum || (kept == size && exact)) return true;
    return raise_last(out, out_size);
}

/* --- Values -------------------------------------------------------------------------------- */

static bool is_finite(const struct quire_field *field, const void *value)
{
    float single;
    double real;
    if (field->kind == QUIRE_KIND_FLOAT32) {
        memcpy(&single, value, sizeof(single));
        return isfinite(single) != 0;
    }
    if (field->kind != QUIRE_KIND_FLOAT64) return true;
    memcpy(&real, value, sizeof(real));
    return isfinite(real) != 0;
}

static bool has_extremes(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_BOOL: /* Spark passes over them; delta-rs takes a column without for nulls */
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_FLOAT32:
    case QUIRE_KIND_FLOAT64:
    case QUIRE_KIND_DECIMAL:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIMESTAMP: return true;
    default: return quire_kind_is_string(field->kind);
    }
}

/* Microseconds as text with three digits of a second, rounded down. */
static void write_time(struct quire_json_writer *writer, const struct quire_field *field,
                       const void *value)
{
    char text[QUIRE_TIME_TEXT_MAX];
    int64_t units, scale = quire_time_unit_scale(field->unit);
    memcpy(&units, value, sizeof(units));
    int64_t millis = scale > 1000 ? units / (scale / 1000) - (units % (scale / 1000) < 0)
                                  : units * (1000 / scale);
    char *end = quire_time_format_timestamp(millis, QUIRE_MILLI, 'T', field->zone != NULL, 0, text);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

/* A number as its own text. */
static int write_raw(struct walk *walk, const char *text, size_t size)
{
    quire_json_writer_i64(walk->writer, 0);
    if (walk->writer->code != 0) return walk->writer->code;
    walk->out->size--; /* the 0 */
    return quire_buf_append(walk->out, text, size);
}

/* NaN is above all numbers to those who read tables, and Parquet does not say where it is. */
static bool may_have_nan(const struct quire_field *field, const struct quire_column_stats *column)
{
    return quire_kind_is_float(field->kind) && column->nans != 0;
}

/* As a double, which is what readers take it for: the shortest text of a float can be above it. */
static int write_single(struct walk *walk, const void *value)
{
    char text[QUIRE_FLOAT_TEXT_MAX];
    float single;
    memcpy(&single, value, sizeof(single));
    char *end = quire_number_format_f64((double)single, text);
    return write_raw(walk, text, (size_t)(end - text));
}

static int write_value(struct walk *walk, const struct quire_field *field, const void *value)
{
    static const struct quire_value_style style;
    const struct quire_view view = {.field = field, .length = 1, .values = value};
    char text[RAW_MAX];
    if (field->kind == QUIRE_KIND_TIMESTAMP) {
        write_time(walk->writer, field, value);
        return 0;
    }
    if (field->kind == QUIRE_KIND_BOOL) {
        quire_json_writer_bool(walk->writer, *(const uint8_t *)value != 0);
        return 0;
    }
    if (field->kind == QUIRE_KIND_FLOAT32) return write_single(walk, value);
    quire_value_writer *write = quire_value_writer_of(field);
    char *end = write(&view, 0, &style, text);
    if (field->kind != QUIRE_KIND_DATE32) return write_raw(walk, text, (size_t)(end - text));
    quire_json_writer_string_sized(walk->writer, text, (size_t)(end - text));
    return 0;
}

static int write_text(struct walk *walk, const struct quire_field *field, const void *value,
                      size_t size, bool exact)
{
    uint8_t text[QUIRE_TABLE_STATS_CHARACTERS * 4 + 4];
    size_t kept;
    if (!bound_text(value, size, exact, walk->part == MAXIMA, text, &kept)) return 0;
    quire_json_writer_key(walk->writer, field->name);
    quire_json_writer_string_sized(walk->writer, (const char *)text, kept);
    return 0;
}

static int write_leaf(struct walk *walk, const struct quire_field *field)
{
    const struct quire_column_stats *column = &walk->stats->columns[walk->leaf];
    const bool maximum = walk->part == MAXIMA;
    const void *value = maximum ? column->max : column->min;
    size_t size = maximum ? column->max_size : column->min_size;
    if (walk->part == NULLS) {
        if (column->nulls < 0) return 0;
        quire_json_writer_key(walk->writer, field->name);
        quire_json_writer_i64(walk->writer, column->nulls);
        return 0;
    }
    if (value == NULL || !has_extremes(field)) return 0;
    if (quire_kind_is_string(field->kind))
        return write_text(walk, field, value, size,
                          maximum ? column->max_exact : column->min_exact);
    if (!is_finite(field, value) || (maximum && may_have_nan(field, column))) return 0;
    quire_json_writer_key(walk->writer, field->name);
    return write_value(walk, field, value);
}

/* Leaves below a field, which take their numbers whether they are told of or not. */
static size_t count_leaves(const struct quire_field *field)
{
    size_t leaves = 0;
    if (field->children_size == 0) return 1;
    for (size_t i = 0; i < field->children_size; i++)
        leaves += count_leaves(&field->children[i]);
    return leaves;
}

/* Whether the current field is one of the names, or below one. */
static bool is_named(const struct walk *walk)
{
    const struct quire_texts *names = walk->names;
    for (size_t i = 0; names != NULL && i < names->size; i++)
        if (names->items[i].size <= walk->path.size &&
            memcmp(walk->path.data, names->items[i].data, names->items[i].size) == 0)
            return true;
    return false;
}

static int write_fields(struct walk *walk, const struct quire_field *parent);

static int write_field(struct walk *walk, const struct quire_field *field)
{
    int code = 0;
    if (field->kind == QUIRE_KIND_STRUCT) {
        quire_json_writer_key(walk->writer, field->name);
        quire_json_writer_begin_object(walk->writer);
        code = write_fields(walk, field);
        quire_json_writer_end_object(walk->writer);
        return code;
    }
    /* What lists and maps hold is not the column's. */
    bool told = walk->leaf < walk->columns || is_named(walk);
    if (told && !quire_kind_is_nested(field->kind)) code = write_leaf(walk, field);
    walk->leaf += count_leaves(field);
    return code;
}

static int write_fields(struct walk *walk, const struct quire_field *parent)
{
    size_t path = walk->path.size;
    int code = 0;
    for (size_t i = 0; i < parent->children_size && code == 0; i++) {
        const struct quire_field *field = &parent->children[i];
        if (walk->leaf >= walk->columns && walk->names == NULL) return 0;
        if (walk->leaf >= walk->stats->columns_size) return 0;
        walk->path.size = path;
        code = quire_buf_append(&walk->path, field->name, field->name_size + 1);
        if (code == 0) code = write_field(walk, field);
    }
    walk->path.size = path;
    return code;
}

int quire_file_stats_json_named(const struct quire_field *root,
                                const struct quire_file_stats *stats, int64_t columns,
                                const struct quire_texts *names, struct quire_buf *out)
{
    static const char *const parts_names[] = {"nullCount", "minValues", "maxValues"};
    static const enum part parts[] = {MINIMA, MAXIMA, NULLS};
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "numRecords");
    quire_json_writer_i64(&writer, stats->rows);
    int code = 0;
    for (size_t i = 0; i < 3 && code == 0; i++) {
        struct walk walk = {.writer = &writer,
                            .out = out,
                            .stats = stats,
                            .part = parts[i],
                            .columns = columns < 0 ? SIZE_MAX : (size_t)columns,
                            .names = names != NULL && names->size > 0 ? names : NULL};
        quire_json_writer_key(&writer, parts_names[parts[i]]);
        quire_json_writer_begin_object(&writer);
        code = write_fields(&walk, root);
        quire_json_writer_end_object(&writer);
        quire_buf_release(&walk.path);
    }
    quire_json_writer_end_object(&writer);
    if (code != 0) return code;
    return quire_json_writer_finish(&writer);
}

int quire_file_stats_json(const struct quire_field *root, const struct quire_file_stats *stats,
                          int64_t columns, struct quire_buf *out)
{
    return quire_file_stats_json_named(root, stats, columns, NULL, out);
}

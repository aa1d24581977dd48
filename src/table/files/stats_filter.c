/* Statistics are bounds, but what writers mean by them differs: text is cut, times are cut to
 * milliseconds even where they are maxima, NaN is left out of maxima, numbers went through
 * doubles and floats. Each is widened here by what it may have lost. */
#include "table/files/stats_filter.h"

#include <math.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/number.h"
#include "format/parquet/read/bounds.h"
#include "table/files/file_stats_json.h"

#define MILLI_US        1000
#define DOUBLE_DIGITS   15 /* that any decimal of so many keeps in a double */
#define SHORTEST_DIGITS 17 /* that the shortest text of a double has at most */

/* --- Orders ---------------------------------------------------------------------------------- */

static enum quire_order order_of(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIMESTAMP: return QUIRE_ORDER_SIGNED;
    case QUIRE_KIND_FLOAT64: return QUIRE_ORDER_FLOAT;
    case QUIRE_KIND_DECIMAL: return QUIRE_ORDER_WIDE;
    default: return quire_kind_is_string(field->kind) ? QUIRE_ORDER_BYTES : QUIRE_ORDER_NONE;
    }
}

static void put_wide(const struct quire_decimal *decimal, struct quire_order_value *value)
{
    for (size_t i = 0; i < QUIRE_ORDER_WIDE_BYTES; i++) {
        size_t at = QUIRE_ORDER_WIDE_BYTES - 1 - i;
        value->as.wide[i] = (uint8_t)(decimal->word[at / 8] >> (at % 8 * 8));
    }
    value->as.wide[0] ^= 0x80;
}

/* The value of a condition, which has Arrow's layout. */
static struct quire_order_value value_of(const struct quire_column_condition *condition,
                                         enum quire_order order)
{
    const struct quire_condition *given = &condition->physical;
    struct quire_order_value value = {.as = {.i64 = 0}};
    switch (order) {
    case QUIRE_ORDER_SIGNED: {
        int64_t number = 0;
        memcpy(&number, given->value, given->value_size);
        unsigned unused = 64 - 8 * (unsigned)given->value_size;
        value.as.i64 = (int64_t)((uint64_t)number << unused) >> unused;
        break;
    }
    case QUIRE_ORDER_FLOAT: memcpy(&value.as.f64, given->value, sizeof(value.as.f64)); break;
    case QUIRE_ORDER_WIDE: {
        struct quire_decimal decimal =
            quire_decimal_from_bytes(given->value, (int)given->value_size);
        put_wide(&decimal, &value);
        break;
    }
    default:
        value.as.bytes.data = given->value;
        value.as.bytes.size = given->value_size;
        break;
    }
    return value;
}

/* --- Bounds ---------------------------------------------------------------------------------- */

/* Digits that count, from the first that is no zero to the last. */
static int significant_digits(const char *text)
{
    int digits = 0, zeros = 0;
    for (; *text != '\0' && *text != 'e' && *text != 'E'; text++) {
        if (*text < '0' || *text > '9') continue;
        if (*text == '0') {
            zeros += digits > 0;
            continue;
        }
        digits += zeros + 1;
        zeros = 0;
    }
    return digits;
}

/* A decimal that may have been through a double counts for nothing. */
static bool bound_decimal(const struct quire_field *field, const char *text, size_t size,
                          struct quire_order_value *value)
{
    struct quire_decimal decimal;
    int digits = significant_digits(text);
    if (digits > DOUBLE_DIGITS && digits <= SHORTEST_DIGITS) return false;
    if (quire_decimal_parse(text, size, QUIRE_DECIMAL_DIGITS_MAX, field->scale, &decimal) !=
        QUIRE_DECIMAL_OK)
        return false;
    put_wide(&decimal, value);
    return true;
}

/* A file of before the column was widened has texts of floats. */
static bool bound_float(const char *text, size_t size, bool maximum,
                        struct quire_order_value *value)
{
    double real;
    if (!quire_number_parse_f64(text, size, &real) || !isfinite(real)) return false;
    float single = (float)real;
    if (isfinite(single))
        real = maximum ? fmax(real, (double)nextafterf(single, INFINITY))
                       : fmin(real, (double)nextafterf(single, -INFINITY));
    value->as.f64 = real;
    return true;
}

/* Milliseconds may have been cut of a maximum. A date counts as its midnight. */
static bool bound_time(const struct quire_field *field, const char *text, size_t size, bool maximum,
                       struct quire_order_value *value)
{
    struct quire_time_parts parts;
    if (field->unit != QUIRE_MICRO || !quire_time_parse(text, size, &parts)) return false;
    if (field->zone != NULL ? !parts.has_offset : parts.has_offset && parts.offset_s != 0)
        return false;
    if (!quire_time_parts_value(&parts, QUIRE_MICRO, &value->as.i64)) return false;
    return !maximum || !__builtin_add_overflow(value->as.i64, MILLI_US - 1, &value->as.i64);
}

static bool bound_date(const char *text, size_t size, struct quire_order_value *value)
{
    int32_t days;
    if (!quire_time_parse_date(text, size, &days)) return false;
    value->as.i64 = days;
    return true;
}

static bool bound_of(const struct quire_field *field, const struct quire_json_node *node,
                     bool maximum, struct quire_order_value *value)
{
    bool number = node->kind == QUIRE_JSON_NUMBER, text = node->kind == QUIRE_JSON_STRING;
    if (!number && !text) return false;
    switch (field->kind) {
    case QUIRE_KIND_DATE32: return text && bound_date(node->text, node->size, value);
    case QUIRE_KIND_TIMESTAMP:
        return text && bound_time(field, node->text, node->size, maximum, value);
    case QUIRE_KIND_FLOAT64: return number && bound_float(node->text, node->size, maximum, value);
    case QUIRE_KIND_DECIMAL: return number && bound_decimal(field, node->text, node->size, value);
    default: break;
    }
    if (quire_kind_is_integer(field->kind))
        return number && quire_number_parse_i64(node->text, node->size, &value->as.i64, NULL);
    value->as.bytes.data = (const uint8_t *)node->text;
    value->as.bytes.size = node->size;
    return text;
}

static size_t count_characters(const struct quire_order_value *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->as.bytes.size; i++)
        count += (text->as.bytes.data[i] & 0xc0) != 0x80;
    return count;
}

/* A maximum that was cut and not raised bounds no text that begins with it. */
static bool may_go_on(const struct quire_order_value *max, const struct quire_order_value *value)
{
    return max->as.bytes.size <= value->as.bytes.size &&
           count_characters(max) >= QUIRE_TABLE_STATS_CHARACTERS &&
           memcmp(max->as.bytes.data, value->as.bytes.data, max->as.bytes.size) == 0;
}

/* --- Questions ------------------------------------------------------------------------------- */

static const struct quire_json_node *find_leaf(const struct quire_json_node *stats,
                                               const char *part,
                                               const struct quire_column_condition *condition)
{
    const struct quire_json_node *node = quire_json_tree_get(stats, part);
    for (size_t i = 0; i < condition->path_size && node != NULL; i++)
        node = quire_json_tree_get(node, condition->path[i]);
    return node;
}

/* nullCount says something where it is 0 or that of all rows, of wide bounds too. */
static int64_t nulls_of(const struct quire_json_node *stats, int64_t rows,
                        const struct quire_column_condition *condition)
{
    const struct quire_json_node *node = find_leaf(stats, "nullCount", condition);
    int64_t nulls;
    if (node == NULL || node->kind != QUIRE_JSON_NUMBER ||
        !quire_number_parse_i64(node->text, node->size, &nulls, NULL))
        return -1;
    return nulls == 0 || nulls == rows ? nulls : -1;
}

static enum quire_answer ask(const struct quire_column_condition *condition,
                             const struct quire_json_node *stats)
{
    const struct quire_field *field = condition->field;
    const struct quire_json_node *min = find_leaf(stats, "minValues", condition);
    const struct quire_json_node *max = find_leaf(stats, "maxValues", condition);
    struct quire_bounds bounds = {.rows = quire_json_tree_i64(stats, "numRecords", -1),
                                  .nans = quire_kind_is_float(field->kind)};
    struct quire_order_value value = {.as = {.i64 = 0}};
    bounds.nulls = nulls_of(stats, bounds.rows, condition);
    if (condition->physical.value != NULL) {
        bounds.order = order_of(field);
        value = value_of(condition, bounds.order);
    }
    bounds.has_min = min != NULL && bound_of(field, min, false, &bounds.min);
    bounds.has_max = max != NULL && bound_of(field, max, true, &bounds.max);
    if (bounds.order == QUIRE_ORDER_BYTES && bounds.has_max && may_go_on(&bounds.max, &value))
        bounds.has_max = false;
    return quire_bounds_ask(&bounds, condition->physical.compare, &value);
}

/* NULL: there is nothing to ask. */
static int read_stats(const struct quire_column_conditions *conditions,
                      const struct quire_bytes *stats, struct quire_arena *arena,
                      struct quire_json_node **root)
{
    size_t at;
    *root = NULL;
    if (stats->data == NULL || conditions->size == 0) return 0;
    int code = quire_json_tree_parse((const char *)stats->data, stats->size, arena, root, &at);
    if (code != 0) *root = NULL;
    return code == QUIRE_MEMORY ? code : 0;
}

int quire_stats_filter(const struct quire_column_conditions *conditions,
                       const struct quire_bytes *stats, bool *may)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    *may = true;
    QUIRE_TRY(read_stats(conditions, stats, &arena, &root));
    for (size_t i = 0; root != NULL && i < conditions->size && *may; i++)
        *may = ask(&conditions->items[i], root) != QUIRE_ANSWER_NONE;
    return 0;
}

int quire_stats_take_whole(const struct quire_column_conditions *conditions,
                           const struct quire_bytes *stats, bool *all)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    *all = false;
    QUIRE_TRY(read_stats(conditions, stats, &arena, &root));
    *all = root != NULL && conditions->are_all;
    for (size_t i = 0; *all && i < conditions->size; i++)
        *all = ask(&conditions->items[i], root) == QUIRE_ANSWER_ALL;
    return 0;
}

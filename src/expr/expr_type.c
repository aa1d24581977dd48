/* Types: of columns, by name, and what two have in common. The rules are those of Spark's
 * implicit casts (Spark SQL, "ANSI compliance", least common type). */
#include "expr/expr_type.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

#define UINT64_DIGITS 20

static struct quire_expr_type type_of(enum quire_expr_type_id id)
{
    return (struct quire_expr_type){.id = id};
}

static struct quire_expr_type unit_type(enum quire_expr_type_id id, enum quire_time_unit unit)
{
    return (struct quire_expr_type){.id = id, .unit = unit};
}

static struct quire_expr_type decimal_type(int precision, int scale)
{
    return (struct quire_expr_type){
        .id = QUIRE_EXPR_DECIMAL, .precision = precision, .scale = scale};
}

struct quire_expr_type quire_expr_type_of_field(const struct quire_field *field)
{
    enum quire_kind kind = field->kind;
    if (quire_kind_is_string(kind)) return type_of(QUIRE_EXPR_STRING);
    if (quire_kind_is_binary(kind)) return type_of(QUIRE_EXPR_BINARY);
    switch (kind) {
    case QUIRE_KIND_NULL: return type_of(QUIRE_EXPR_NULL);
    case QUIRE_KIND_BOOL: return type_of(QUIRE_EXPR_BOOL);
    case QUIRE_KIND_INT8: return type_of(QUIRE_EXPR_INT8);
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_UINT8: return type_of(QUIRE_EXPR_INT16);
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_UINT16: return type_of(QUIRE_EXPR_INT32);
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_UINT32: return type_of(QUIRE_EXPR_INT64);
    case QUIRE_KIND_UINT64: return decimal_type(UINT64_DIGITS, 0);
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32: return type_of(QUIRE_EXPR_FLOAT32);
    case QUIRE_KIND_FLOAT64: return type_of(QUIRE_EXPR_FLOAT64);
    case QUIRE_KIND_DECIMAL: return decimal_type(field->precision, field->scale);
    case QUIRE_KIND_FIXED_BINARY:
        return type_of(field->extension == QUIRE_EXTENSION_UUID ? QUIRE_EXPR_STRING
                                                                : QUIRE_EXPR_BINARY);
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_DATE64: return type_of(QUIRE_EXPR_DATE);
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64: return unit_type(QUIRE_EXPR_TIME, field->unit);
    case QUIRE_KIND_TIMESTAMP:
        return unit_type(field->zone != NULL ? QUIRE_EXPR_TIMESTAMP : QUIRE_EXPR_TIMESTAMP_NTZ,
                         field->unit);
    case QUIRE_KIND_DURATION: return unit_type(QUIRE_EXPR_DURATION, field->unit);
    case QUIRE_KIND_DICTIONARY: return quire_expr_type_of_field(field->dictionary);
    default: return (struct quire_expr_type){.id = QUIRE_EXPR_NESTED, .nested = field};
    }
}

int64_t quire_expr_type_most(enum quire_expr_type_id id)
{
    switch (id) {
    case QUIRE_EXPR_INT8: return INT8_MAX;
    case QUIRE_EXPR_INT16: return INT16_MAX;
    case QUIRE_EXPR_INT32:
    case QUIRE_EXPR_DATE: return INT32_MAX;
    default: return INT64_MAX;
    }
}

bool quire_expr_type_equal(const struct quire_expr_type *a, const struct quire_expr_type *b)
{
    return a->id == b->id && a->unit == b->unit && a->precision == b->precision &&
           a->scale == b->scale;
}

/* --- In common ----------------------------------------------------------------------------- */

struct quire_expr_type quire_expr_type_as_decimal(const struct quire_expr_type *type)
{
    static const int digits[] = {3, 5, 10, 20};
    if (type->id == QUIRE_EXPR_DECIMAL) return *type;
    return decimal_type(digits[type->id - QUIRE_EXPR_INT8], 0);
}

static struct quire_expr_type common_decimal(const struct quire_expr_type *a,
                                             const struct quire_expr_type *b)
{
    struct quire_expr_type x = quire_expr_type_as_decimal(a), y = quire_expr_type_as_decimal(b);
    int scale = x.scale > y.scale ? x.scale : y.scale;
    int whole_x = x.precision - x.scale, whole_y = y.precision - y.scale;
    int precision = (whole_x > whole_y ? whole_x : whole_y) + scale;
    /* Values are held in 256 bits: comparing needs no rounding. */
    return decimal_type(precision < QUIRE_DECIMAL_DIGITS_MAX ? precision : QUIRE_DECIMAL_DIGITS_MAX,
                        scale);
}

/* A single float stays single beside whole numbers, as in Spark, though it cannot hold them all. */
static void common_number(const struct quire_expr_type *a, const struct quire_expr_type *b,
                          struct quire_expr_type *common)
{
    if (quire_expr_is_float(a->id) || quire_expr_is_float(b->id)) {
        bool single = (a->id == QUIRE_EXPR_FLOAT32 || quire_expr_is_integer(a->id)) &&
                      (b->id == QUIRE_EXPR_FLOAT32 || quire_expr_is_integer(b->id));
        *common = type_of(single ? QUIRE_EXPR_FLOAT32 : QUIRE_EXPR_FLOAT64);
    } else if (a->id == QUIRE_EXPR_DECIMAL || b->id == QUIRE_EXPR_DECIMAL) {
        *common = common_decimal(a, b);
    } else {
        *common = a->id > b->id ? *a : *b;
    }
}

/* Dates and timestamps: a date is its midnight. */
static bool common_time(const struct quire_expr_type *a, const struct quire_expr_type *b,
                        struct quire_expr_type *common)
{
    bool dated = (a->id == QUIRE_EXPR_DATE || quire_expr_is_timestamp(a->id)) &&
                 (b->id == QUIRE_EXPR_DATE || quire_expr_is_timestamp(b->id));
    if (!dated) return false;
    if (a->id == QUIRE_EXPR_DATE || b->id == QUIRE_EXPR_DATE) {
        *common = a->id == QUIRE_EXPR_DATE ? *b : *a;
        return true;
    }
    *common = unit_type(a->id == b->id ? a->id : QUIRE_EXPR_TIMESTAMP,
                        a->unit > b->unit ? a->unit : b->unit);
    return true;
}

/* Of text and another. */
static bool common_text(const struct quire_expr_type *other, bool as_text,
                        struct quire_expr_type *common)
{
    *common = as_text ? type_of(QUIRE_EXPR_STRING) : *other;
    /* What the text says may be more than a narrow type holds. */
    if (quire_expr_is_integer(common->id)) common->id = QUIRE_EXPR_INT64;
    /* What the text says beyond a coarse unit counts. */
    if (quire_expr_is_timestamp(common->id) && common->unit < QUIRE_MICRO)
        common->unit = QUIRE_MICRO;
    return other->id != QUIRE_EXPR_DURATION || as_text;
}

bool quire_expr_type_common(const struct quire_expr_type *a, const struct quire_expr_type *b,
                            bool as_text, struct quire_expr_type *common)
{
    if (a->id == QUIRE_EXPR_NULL || quire_expr_type_equal(a, b)) {
        *common = *b;
        return true;
    }
    if (b->id == QUIRE_EXPR_NULL) return quire_expr_type_common(b, a, as_text, common);
    if (a->id >= QUIRE_EXPR_INTERVAL || b->id >= QUIRE_EXPR_INTERVAL) return false;
    if (quire_expr_is_number(a->id) && quire_expr_is_number(b->id)) {
        common_number(a, b, common);
        return true;
    }
    if (a->id == QUIRE_EXPR_STRING || b->id == QUIRE_EXPR_STRING)
        return common_text(a->id == QUIRE_EXPR_STRING ? b : a, as_text, common);
    if (a->id == b->id) { /* TIME, DURATION */
        *common = a->unit > b->unit ? *a : *b;
        return true;
    }
    return common_time(a, b, common);
}

/* --- Names --------------------------------------------------------------------------------- */

struct type_name {
    const char *name;
    struct quire_expr_type type;
};
static const struct type_name names[] = {
    {"boolean", {.id = QUIRE_EXPR_BOOL}},
    {"bool", {.id = QUIRE_EXPR_BOOL}},
    {"tinyint", {.id = QUIRE_EXPR_INT8}},
    {"byte", {.id = QUIRE_EXPR_INT8}},
    {"int8", {.id = QUIRE_EXPR_INT8}},
    {"smallint", {.id = QUIRE_EXPR_INT16}},
    {"short", {.id = QUIRE_EXPR_INT16}},
    {"int16", {.id = QUIRE_EXPR_INT16}},
    {"int", {.id = QUIRE_EXPR_INT32}},
    {"integer", {.id = QUIRE_EXPR_INT32}},
    {"int32", {.id = QUIRE_EXPR_INT32}},
    {"bigint", {.id = QUIRE_EXPR_INT64}},
    {"long", {.id = QUIRE_EXPR_INT64}},
    {"int64", {.id = QUIRE_EXPR_INT64}},
    {"float", {.id = QUIRE_EXPR_FLOAT32}},
    {"real", {.id = QUIRE_EXPR_FLOAT32}},
    {"float32", {.id = QUIRE_EXPR_FLOAT32}},
    {"double", {.id = QUIRE_EXPR_FLOAT64}},
    {"float64", {.id = QUIRE_EXPR_FLOAT64}},
    {"string", {.id = QUIRE_EXPR_STRING}},
    {"text", {.id = QUIRE_EXPR_STRING}},
    {"varchar", {.id = QUIRE_EXPR_STRING}},
    {"binary", {.id = QUIRE_EXPR_BINARY}},
    {"date", {.id = QUIRE_EXPR_DATE}},
    {"time", {.id = QUIRE_EXPR_TIME, .unit = QUIRE_NANO}},
    {"timestamp", {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO}},
    {"timestamp_ltz", {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO}},
    {"timestamp_ntz", {.id = QUIRE_EXPR_TIMESTAMP_NTZ, .unit = QUIRE_MICRO}},
};

/* "(10,2)" after "decimal": blanks may stand anywhere in it. */
static bool parse_decimal(const char *text, size_t size, struct quire_expr_type *type)
{
    int numbers[2] = {0, 0}, digits = 0, n = 0;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c >= '0' && c <= '9') {
            if (++digits > 2) return false;
            numbers[n] = numbers[n] * 10 + (c - '0');
        } else if (c == ',' && n == 0 && digits > 0) {
            n = 1;
            digits = 0;
        } else if (c != ' ' && !(c == '(' && i == 0) && !(c == ')' && i == size - 1)) {
            return false;
        }
    }
    *type = decimal_type(numbers[0], numbers[1]);
    return size > 2 && text[size - 1] == ')' && digits > 0 && numbers[0] >= 1 &&
           numbers[0] <= QUIRE_EXPR_PRECISION_MAX && numbers[1] <= numbers[0];
}

/* "varchar(10)" and "char(3)" are text, whose length a cast does not look at. */
static bool parse_sized_text(const char *name, const char *text, size_t size)
{
    if (!quire_text_equal_ignore_case(name, "varchar") &&
        !quire_text_equal_ignore_case(name, "char"))
        return false;
    if (size < 3 || text[0] != '(' || text[size - 1] != ')') return false;
    for (size_t i = 1; i + 1 < size; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return true;
}

bool quire_expr_type_parse(const char *text, size_t size, struct quire_expr_type *type)
{
    static const char *const decimals[] = {"decimal", "dec", "numeric"};
    char name[32];
    size_t length = 0;
    while (length < size && text[length] != '(' && text[length] != ' ')
        length++;
    if (length >= sizeof(name)) return false;
    memcpy(name, text, length);
    name[length] = '\0';
    while (length < size && text[length] == ' ')
        length++;
    for (size_t i = 0; i < sizeof(decimals) / sizeof(decimals[0]); i++) {
        if (!quire_text_equal_ignore_case(name, decimals[i])) continue;
        *type = decimal_type(10, 0);
        return length == size || parse_decimal(text + length, size - length, type);
    }
    if (parse_sized_text(name, text + length, size - length)) {
        *type = type_of(QUIRE_EXPR_STRING);
        return true;
    }
    for (size_t i = 0; length == size && i < sizeof(names) / sizeof(names[0]); i++) {
        if (!quire_text_equal_ignore_case(name, names[i].name)) continue;
        *type = names[i].type;
        return true;
    }
    return false;
}

void quire_expr_type_print(const struct quire_expr_type *type, char *out)
{
    if (type->id == QUIRE_EXPR_DECIMAL) {
        snprintf(out, QUIRE_EXPR_TYPE_TEXT_MAX, "decimal(%d,%d)", type->precision, type->scale);
        return;
    }
    const char *name = type->id == QUIRE_EXPR_NULL       ? "null"
                       : type->id == QUIRE_EXPR_DURATION ? "duration"
                       : type->id == QUIRE_EXPR_INTERVAL ? "interval"
                                                         : "nested";
    for (size_t i = sizeof(names) / sizeof(names[0]); i-- > 0;)
        if (names[i].type.id == type->id) name = names[i].name;
    snprintf(out, QUIRE_EXPR_TYPE_TEXT_MAX, "%s", name);
}

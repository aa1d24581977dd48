/* From SQLite's values to bounds of a column's own type. */
#include "sql/vtab/vtab_bounds.h"

#include <math.h>
#include <string.h>

#include "base/civil.h"
#include "sql/values/sql_time.h"

#define EXACT_MAX  INT64_C(9007199254740992) /* 2^53: up to here doubles are exact */
#define INT64_EDGE 9223372036854775808.0

void quire_sql_bounds_release(struct quire_sql_bounds *bounds)
{
    quire_arena_release(&bounds->arena);
    bounds->size = 0;
    bounds->conditions_size = 0;
}

/* --- What can be told ----------------------------------------------------------------------- */

static bool is_time(enum quire_kind kind)
{
    return kind == QUIRE_KIND_DATE32 || kind == QUIRE_KIND_TIMESTAMP;
}

static bool has_bounds(const struct quire_field *field)
{
    enum quire_kind kind = field->kind;
    return quire_kind_is_integer(kind) || is_time(kind) || quire_kind_is_string(kind) ||
           kind == QUIRE_KIND_FLOAT64 || kind == QUIRE_KIND_FLOAT32;
}

/* NaN is NULL to SQLite, but not to the reader; a dictionary may hold the null. */
static bool tells_nulls(const struct quire_field *field, unsigned char op)
{
    enum quire_kind kind = field->kind;
    if (kind == QUIRE_KIND_DICTIONARY || kind == QUIRE_KIND_UNION || kind == QUIRE_KIND_RUN_END ||
        kind == QUIRE_KIND_NULL)
        return false;
    return op == SQLITE_INDEX_CONSTRAINT_ISNOTNULL || !quire_kind_is_float(kind);
}

bool quire_sql_can_bound(const struct quire_field *field, unsigned char op, const char *collation)
{
    if (strchr(field->name, '.') != NULL || field->name_size == 0) return false;
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_ISNULL:
    case SQLITE_INDEX_CONSTRAINT_ISNOTNULL: return tells_nulls(field, op);
    case SQLITE_INDEX_CONSTRAINT_LIKE: return quire_kind_is_string(field->kind);
    case SQLITE_INDEX_CONSTRAINT_EQ:
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE:
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE: break;
    default: return false;
    }
    if (!has_bounds(field)) return false;
    if (is_time(field->kind)) return strcmp(collation, QUIRE_SQL_TIME_COLLATION) == 0;
    return !quire_kind_is_string(field->kind) || sqlite3_stricmp(collation, "BINARY") == 0;
}

/* --- Values --------------------------------------------------------------------------------- */

static enum quire_compare compare_of(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_GT: return QUIRE_COMPARE_GT;
    case SQLITE_INDEX_CONSTRAINT_GE: return QUIRE_COMPARE_GE;
    case SQLITE_INDEX_CONSTRAINT_LT: return QUIRE_COMPARE_LT;
    case SQLITE_INDEX_CONSTRAINT_LE: return QUIRE_COMPARE_LE;
    default: return QUIRE_COMPARE_EQ;
    }
}

static bool is_lower(enum quire_compare compare)
{
    return compare == QUIRE_COMPARE_GT || compare == QUIRE_COMPARE_GE;
}

/* A value between two of the column's, moved to the one within. False: nothing can be said. */
static bool move_within(struct quire_sql_bound *bound)
{
    if (bound->compare == QUIRE_COMPARE_EQ) return false;
    bound->compare = is_lower(bound->compare) ? QUIRE_COMPARE_GE : QUIRE_COMPARE_LE;
    return true;
}

static bool fits(const struct quire_field *field, int64_t value)
{
    int bits = field->width * 8;
    if (!quire_kind_is_integer(field->kind)) return bits == 64 || value == (int32_t)value;
    if (!quire_kind_is_signed(field->kind))
        return value >= 0 && (bits == 64 || value < INT64_C(1) << bits);
    return bits == 64 || (value >= -(INT64_C(1) << (bits - 1)) && value < INT64_C(1) << (bits - 1));
}

static bool integer_bound(struct quire_sql_bound *bound, const struct quire_field *field,
                          sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        bound->integer = sqlite3_value_int64(value);
    } else if (sqlite3_value_type(value) == SQLITE_FLOAT) {
        double real = sqlite3_value_double(value);
        double whole = is_lower(bound->compare) ? ceil(real) : floor(real);
        if (!(whole >= -INT64_EDGE && whole < INT64_EDGE)) return false;
        bound->integer = (int64_t)whole;
        if ((whole < real || whole > real) && !move_within(bound)) return false;
    } else {
        return false;
    }
    return fits(field, bound->integer);
}

static bool float_bound(struct quire_sql_bound *bound, const struct quire_field *field,
                        sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        int64_t integer = sqlite3_value_int64(value);
        if (integer > EXACT_MAX || integer < -EXACT_MAX) return false;
        bound->real = (double)integer;
    } else if (sqlite3_value_type(value) == SQLITE_FLOAT) {
        bound->real = sqlite3_value_double(value);
    } else {
        return false;
    }
    if (!(bound->real < 0 || bound->real > 0)) return false; /* a zero has two forms */
    double kept = (double)(float)bound->real;
    return field->kind == QUIRE_KIND_FLOAT64 || (kept <= bound->real && kept >= bound->real);
}

static bool time_bound(struct quire_sql_bound *bound, const struct quire_field *field,
                       sqlite3_value *value)
{
    struct quire_time_parts parts;
    bool exact = true;
    if (sqlite3_value_type(value) != SQLITE_TEXT) return false;
    const char *text = (const char *)sqlite3_value_text(value);
    if (text == NULL || !quire_sql_time_parse(text, (size_t)sqlite3_value_bytes(value), &parts))
        return false;
    struct quire_sql_instant instant = quire_sql_instant(&parts);
    if (field->kind == QUIRE_KIND_TIMESTAMP) {
        if (!quire_sql_instant_value(instant, field->unit, &bound->integer, &exact)) return false;
    } else {
        int64_t rest;
        bound->integer = civil_floor(instant.seconds, CIVIL_DAY_S, &rest);
        exact = rest == 0 && instant.nanos == 0;
    }
    if (!exact && is_lower(bound->compare) && bound->integer < INT64_MAX) bound->integer++;
    return (exact || move_within(bound)) && fits(field, bound->integer);
}

static int text_bound(struct quire_sql_bounds *bounds, struct quire_sql_bound *bound,
                      sqlite3_value *value, bool *said)
{
    *said = sqlite3_value_type(value) == SQLITE_TEXT;
    if (!*said) return 0;
    const char *text = (const char *)sqlite3_value_text(value);
    bound->size = (size_t)sqlite3_value_bytes(value);
    bound->bytes = text != NULL ? quire_arena_strndup(&bounds->arena, text, bound->size) : NULL;
    return bound->bytes != NULL ? 0 : QUIRE_MEMORY;
}

/* *said: whether the value says anything of the column. */
static int make_bound(struct quire_sql_bounds *bounds, struct quire_sql_bound *bound,
                      const struct quire_field *field, sqlite3_value *value, bool *said)
{
    if (quire_kind_is_string(field->kind)) return text_bound(bounds, bound, value, said);
    if (quire_kind_is_integer(field->kind))
        *said = integer_bound(bound, field, value);
    else if (quire_kind_is_float(field->kind))
        *said = float_bound(bound, field, value);
    else
        *said = time_bound(bound, field, value);
    return 0;
}

/* --- Terms ---------------------------------------------------------------------------------- */

static void push(struct quire_sql_bounds *bounds, const struct quire_sql_bound *bound,
                 enum quire_compare compare)
{
    if (bounds->size == QUIRE_SQL_BOUNDS_MAX) return;
    struct quire_sql_bound *item = &bounds->items[bounds->size++];
    *item = *bound;
    item->compare = compare;
}

static int compare_bounds(const struct quire_field *field, const struct quire_sql_bound *a,
                          const struct quire_sql_bound *b)
{
    if (quire_kind_is_string(field->kind)) {
        int order = memcmp(a->bytes, b->bytes, a->size < b->size ? a->size : b->size);
        return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
    }
    if (quire_kind_is_float(field->kind)) return (a->real > b->real) - (a->real < b->real);
    return (a->integer > b->integer) - (a->integer < b->integer);
}

/* Between the least and the greatest; an item that says nothing may be equal to anything. */
static int add_in(struct quire_sql_bounds *bounds, const struct quire_field *field,
                  const struct quire_sql_term *term, sqlite3_value *list)
{
    struct quire_sql_bound least = {.column = 0}, most = {.column = 0};
    sqlite3_value *item = NULL;
    bool any = false, said = false;
    int code = sqlite3_vtab_in_first(list, &item);
    for (; code == SQLITE_OK && item != NULL; code = sqlite3_vtab_in_next(list, &item)) {
        struct quire_sql_bound bound = {.column = (size_t)term->column,
                                        .compare = QUIRE_COMPARE_EQ};
        if (sqlite3_value_type(item) == SQLITE_NULL) continue;
        if (make_bound(bounds, &bound, field, item, &said) != 0) return QUIRE_MEMORY;
        if (!said) return 0;
        if (!any || compare_bounds(field, &bound, &least) < 0) least = bound;
        if (!any || compare_bounds(field, &bound, &most) > 0) most = bound;
        any = true;
    }
    if (code == SQLITE_NOMEM) return QUIRE_MEMORY;
    if (!any || (code != SQLITE_OK && code != SQLITE_DONE)) return 0;
    if (compare_bounds(field, &least, &most) == 0) {
        push(bounds, &least, QUIRE_COMPARE_EQ);
    } else {
        push(bounds, &least, QUIRE_COMPARE_GE);
        push(bounds, &most, QUIRE_COMPARE_LE);
    }
    return 0;
}

/* The text before the first wildcard, up to the next text that does not begin so. */
static int add_like(struct quire_sql_bounds *bounds, const struct quire_sql_term *term,
                    sqlite3_value *value)
{
    struct quire_sql_bound bound = {.column = (size_t)term->column};
    bool said = false;
    if (text_bound(bounds, &bound, value, &said) != 0) return QUIRE_MEMORY;
    if (!said) return 0;
    size_t prefix = 0;
    while (prefix < bound.size && bound.bytes[prefix] != '%' && bound.bytes[prefix] != '_' &&
           bound.bytes[prefix] != '\0')
        prefix++;
    if (prefix == 0) return 0;
    bound.size = prefix;
    push(bounds, &bound, QUIRE_COMPARE_GE);
    char *next = quire_arena_strndup(&bounds->arena, bound.bytes, prefix);
    if (next == NULL) return QUIRE_MEMORY;
    unsigned char last = (unsigned char)next[prefix - 1];
    if (last >= 0x7f) return 0; /* the next text would not be UTF-8 */
    next[prefix - 1] = (char)(last + 1);
    bound.bytes = next;
    push(bounds, &bound, QUIRE_COMPARE_LT);
    return 0;
}

int quire_sql_bound_add(struct quire_sql_bounds *bounds, const struct quire_field *field,
                        const struct quire_sql_term *term, sqlite3_value *value)
{
    struct quire_sql_bound bound = {.column = (size_t)term->column,
                                    .compare = compare_of(term->op)};
    bool said = false;
    if (term->op == SQLITE_INDEX_CONSTRAINT_ISNULL) {
        push(bounds, &bound, QUIRE_COMPARE_IS_NULL);
        return 0;
    }
    if (term->op == SQLITE_INDEX_CONSTRAINT_ISNOTNULL) {
        push(bounds, &bound, QUIRE_COMPARE_NOT_NULL);
        return 0;
    }
    if (term->in) return add_in(bounds, field, term, value);
    if (term->op == SQLITE_INDEX_CONSTRAINT_LIKE) return add_like(bounds, term, value);
    int code = make_bound(bounds, &bound, field, value, &said);
    if (code == 0 && said) push(bounds, &bound, bound.compare);
    return code;
}

void quire_sql_bounds_finish(struct quire_sql_bounds *bounds, const struct quire_field *fields)
{
    for (size_t i = 0; i < bounds->size; i++) {
        struct quire_sql_bound *bound = &bounds->items[i];
        const struct quire_field *field = &fields[bound->column];
        struct quire_condition *condition = &bounds->conditions[bounds->conditions_size++];
        float narrow = (float)bound->real;
        *condition = (struct quire_condition){
            .column = field->name,
            .compare = bound->compare,
            .value = bound->fixed,
            .value_size = (size_t)field->width,
        };
        if (bound->compare == QUIRE_COMPARE_IS_NULL || bound->compare == QUIRE_COMPARE_NOT_NULL) {
            condition->value = NULL;
            condition->value_size = 0;
        } else if (quire_kind_is_string(field->kind)) {
            condition->value = bound->bytes;
            condition->value_size = bound->size;
        } else if (field->kind == QUIRE_KIND_FLOAT64) {
            memcpy(bound->fixed, &bound->real, sizeof(double));
        } else if (field->kind == QUIRE_KIND_FLOAT32) {
            memcpy(bound->fixed, &narrow, sizeof(narrow));
        } else {
            memcpy(bound->fixed, &bound->integer, (size_t)field->width); /* little-endian */
        }
    }
}

/* Values that are bytes of the right width and yet none of their type: times that are not
 * within a day, decimals with more digits than their precision, parts of a day in a date64.
 * Text has them for what they are not, or loses them, and readers refuse them. What lies
 * under nulls is not looked at. */
#include "base/decimal.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "data/view.h"

#define OPERATION "check batch"
#define DAY_S     INT64_C(86400)
#define DAY_MS    INT64_C(86400000)

static bool is_list(enum quire_kind kind)
{
    return (kind >= QUIRE_KIND_LIST && kind <= QUIRE_KIND_FIXED_LIST) || kind == QUIRE_KIND_MAP;
}

bool quire_field_has_bounds(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64:
    case QUIRE_KIND_DATE64:
    case QUIRE_KIND_DECIMAL: return true;
    case QUIRE_KIND_DICTIONARY: return quire_field_has_bounds(field->dictionary);
    default: break;
    }
    if (field->kind != QUIRE_KIND_STRUCT && !is_list(field->kind)) return false;
    for (size_t i = 0; i < field->children_size; i++)
        if (quire_field_has_bounds(&field->children[i])) return true;
    return false;
}

static const char *fault_of(const struct quire_view *view, int64_t row, int64_t day)
{
    if (view->field->kind == QUIRE_KIND_DECIMAL) {
        struct quire_decimal value =
            quire_decimal_from_bytes(quire_view_fixed(view, row), view->field->width);
        return quire_decimal_digits(&value) <= view->field->precision
                   ? NULL
                   : "a decimal with more digits than its precision";
    }
    int64_t value = quire_view_i64(view, row);
    if (view->field->kind == QUIRE_KIND_DATE64)
        return value % DAY_MS == 0 ? NULL : "a date64 with a part of a day, which a date has not";
    return value >= 0 && value < day ? NULL : "a time that is not within a day";
}

/* Rows from start to end; *row is the bad one. */
static int check_rows(const struct quire_view *view, int64_t start, int64_t end, int64_t *row,
                      struct quire_error *error);

static int check_child(const struct quire_view *child, int64_t start, int64_t end, int64_t *row,
                       struct quire_error *error)
{
    if (!quire_field_has_bounds(child->field)) return 0;
    int code = check_rows(child, start, end, row, error);
    if (code != 0 && child->field->name_size > 0)
        quire_error_outer_column(error, child->field->name);
    return code;
}

static int check_fields(const struct quire_view *view, int64_t start, int64_t end, int64_t *row,
                        struct quire_error *error)
{
    int code = 0;
    for (size_t i = 0; i < view->children_size && code == 0; i++) {
        const struct quire_view *child = &view->children[i];
        if (view->validity == NULL) {
            code = check_child(child, start, end, row, error);
            continue;
        }
        for (int64_t at = start; at < end && code == 0; at++)
            if (!quire_view_is_null(view, at)) code = check_child(child, at, at + 1, row, error);
    }
    return code;
}

static int check_items(const struct quire_view *view, int64_t start, int64_t end, int64_t *row,
                       struct quire_error *error)
{
    int64_t item;
    for (int64_t at = start; at < end; at++) {
        if (quire_view_is_null(view, at)) continue;
        struct quire_range range = quire_view_range(view, at);
        int code =
            check_child(&view->children[0], range.start, range.start + range.size, &item, error);
        if (code == 0) continue;
        *row = at;
        return code;
    }
    return 0;
}

static int check_rows(const struct quire_view *view, int64_t start, int64_t end, int64_t *row,
                      struct quire_error *error)
{
    if (view->field->kind == QUIRE_KIND_STRUCT) return check_fields(view, start, end, row, error);
    if (is_list(view->field->kind)) return check_items(view, start, end, row, error);
    if (view->dictionary != NULL) {
        int64_t entry;
        *row = start;
        return check_rows(view->dictionary, 0, view->dictionary->length, &entry, error);
    }
    bool timed = view->field->kind == QUIRE_KIND_TIME32 || view->field->kind == QUIRE_KIND_TIME64;
    int64_t day = timed ? DAY_S * quire_time_unit_scale(view->field->unit) : 0;
    for (int64_t at = start; at < end; at++) {
        if (quire_view_is_null(view, at)) continue;
        const char *fault = fault_of(view, at, day);
        if (fault == NULL) continue;
        *row = at;
        return quire_fail(error, QUIRE_INPUT, OPERATION, "%s", fault);
    }
    return 0;
}

int quire_view_check_bounds(const struct quire_view *view, struct quire_error *error)
{
    int64_t row = 0;
    int code = check_rows(view, 0, view->length, &row, error);
    if (code != 0) quire_error_at(error, row + 1, NULL, QUIRE_NOWHERE);
    return code;
}

/* Casts among dates, times, timestamps, durations and intervals, and from them to
 * integers (the count in their unit). A finer unit is exact or overflows; a
 * coarser one is exact, or rounds down when that is allowed. */
#include "base/checked.h"
#include "data/cast_private.h"

#define DAY_S INT64_C(86400)

/* How many of a type's units make a day, which puts all of them on one line. */
static int64_t units_in_day(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_DATE32) return 1;
    if (field->kind == QUIRE_KIND_DATE64) return DAY_S * 1000;
    return DAY_S * quire_time_unit_scale(field->unit);
}

static const struct quire_field *value_field(const struct quire_column *column)
{
    const struct quire_field *field = column->field;
    return field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
}

static enum quire_value_result cast_count(struct quire_caster *caster,
                                          const struct quire_view *view, int64_t row,
                                          struct quire_column *column)
{
    const struct quire_field *to = value_field(column);
    int64_t value = quire_view_i64(view, row);
    int64_t from_units = units_in_day(view->field), to_units = units_in_day(to);
    int64_t factor = to->kind == QUIRE_KIND_DATE64 ? DAY_S * 1000 : 1;
    if (to->kind == QUIRE_KIND_DATE64) to_units = 1; /* whole days, then milliseconds */
    if (to_units >= from_units) {
        if (!quire_checked_mul_i64(value, to_units / from_units, &value)) return QUIRE_VALUE_RANGE;
    } else {
        int64_t step = from_units / to_units, rest = value % step;
        if (rest != 0 && !caster->lossy) return QUIRE_VALUE_PRECISE;
        value = value / step - (rest < 0);
    }
    if (!quire_checked_mul_i64(value, factor, &value)) return QUIRE_VALUE_RANGE;
    return quire_value_put_int(column, value, caster->lossy);
}

static enum quire_value_result cast_raw(struct quire_caster *caster, const struct quire_view *view,
                                        int64_t row, struct quire_column *column)
{
    return quire_value_put_int(column, quire_view_i64(view, row), caster->lossy);
}

/* Through ISO text, which all three kinds of intervals share. */
static enum quire_value_result cast_interval(struct quire_caster *caster,
                                             const struct quire_view *view, int64_t row,
                                             struct quire_column *column)
{
    (void)caster;
    char text[QUIRE_DURATION_TEXT_MAX];
    const struct quire_value_style style = {0};
    size_t size = (size_t)(quire_value_writer_of(view->field)(view, row, &style, text) - text);
    return quire_value_parse(column, text, size, &style);
}

/* A timestamp without zone is read as UTC; other zones' wall clocks are not. */
static bool same_line(const struct quire_field *from, const struct quire_field *to)
{
    const char *zone = from->kind == QUIRE_KIND_TIMESTAMP ? from->zone : NULL;
    const char *other = to->kind == QUIRE_KIND_TIMESTAMP ? to->zone : NULL;
    if (zone != NULL && other != NULL) return true;
    return (zone == NULL || from->utc) && (other == NULL || to->utc);
}

static bool is_date_or_timestamp(enum quire_kind kind)
{
    return kind == QUIRE_KIND_DATE32 || kind == QUIRE_KIND_DATE64 || kind == QUIRE_KIND_TIMESTAMP;
}

static bool is_time(enum quire_kind kind)
{
    return kind == QUIRE_KIND_TIME32 || kind == QUIRE_KIND_TIME64;
}

static bool is_interval(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_INTERVAL_MONTHS && kind <= QUIRE_KIND_INTERVAL_MONTH_DAY_NANO;
}

quire_cast_value *quire_cast_time_of(const struct quire_field *from, const struct quire_field *to)
{
    if (from->kind < QUIRE_KIND_DATE32 || from->kind > QUIRE_KIND_INTERVAL_MONTH_DAY_NANO)
        return NULL;
    if (quire_kind_is_integer(to->kind))
        return from->kind <= QUIRE_KIND_INTERVAL_MONTHS ? cast_raw : NULL;
    if (is_date_or_timestamp(from->kind) && is_date_or_timestamp(to->kind))
        return same_line(from, to) ? cast_count : NULL;
    if (is_time(from->kind) && is_time(to->kind)) return cast_count;
    if (from->kind == QUIRE_KIND_DURATION && to->kind == QUIRE_KIND_DURATION) return cast_count;
    return is_interval(from->kind) && is_interval(to->kind) ? cast_interval : NULL;
}

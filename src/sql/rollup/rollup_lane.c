/* Columns turned into what loops over them take, once a batch for all aggregates. */
#include "sql/rollup/rollup_lane.h"

#include <string.h>

#include "base/civil.h"

#define MICROS INT64_C(1000000) /* in a second */

void quire_rollup_lane_release(struct quire_rollup_lane *lane)
{
    quire_free(lane->real_room);
    quire_free(lane->integer_room);
    quire_free(lane->byte_room);
    *lane = (struct quire_rollup_lane){.reals = NULL};
}

/* Room for the rows of a list; what was in it is gone. */
#define MAKE_ROOM(room, capacity, rows)                         \
    do {                                                        \
        if ((rows) <= (capacity)) break;                        \
        quire_free(room);                                       \
        (capacity) = 0;                                         \
        (room) = quire_alloc((size_t)(rows) * sizeof(*(room))); \
        if ((room) == NULL) return QUIRE_MEMORY;                \
        (capacity) = (rows);                                    \
    } while (false)

/* --- Which are valid ------------------------------------------------------------------------ */

static bool has_nan(const struct quire_rollup_lane *lane, int64_t rows)
{
    int64_t sane = 0;
    for (int64_t row = 0; row < rows; row++)
        sane += lane->reals[row] == lane->reals[row];
    return sane < rows;
}

static int lane_valid(struct quire_rollup_lane *lane, const struct quire_view *view,
                      const uint8_t *keep)
{
    bool nan = quire_kind_is_float(view->field->kind) && has_nan(lane, view->length);
    lane->valid = keep;
    if (view->validity == NULL && !nan) return 0;
    MAKE_ROOM(lane->byte_room, lane->bytes_capacity, view->length);
    for (int64_t row = 0; row < view->length; row++)
        lane->byte_room[row] = (uint8_t)(keep[row] & !quire_view_is_null(view, row));
    for (int64_t row = 0; row < view->length && nan; row++)
        lane->byte_room[row] &= lane->reals[row] == lane->reals[row];
    lane->valid = lane->byte_room;
    return 0;
}

static int lane_truths(struct quire_rollup_lane *lane, const struct quire_view *view,
                       const uint8_t *keep)
{
    MAKE_ROOM(lane->byte_room, lane->bytes_capacity, view->length);
    for (int64_t row = 0; row < view->length; row++)
        lane->byte_room[row] =
            !keep[row] || quire_view_is_null(view, row) ? 2 : quire_view_bool(view, row);
    lane->truths = lane->byte_room;
    return 0;
}

/* --- Numbers -------------------------------------------------------------------------------- */

static int lane_floats(struct quire_rollup_lane *lane, const struct quire_view *view)
{
    const float *values = (const float *)view->values + view->offset;
    MAKE_ROOM(lane->real_room, lane->reals_capacity, view->length);
    for (int64_t row = 0; row < view->length; row++)
        lane->real_room[row] = (double)values[row];
    lane->reals = lane->real_room;
    return 0;
}

static int lane_integers(struct quire_rollup_lane *lane, const struct quire_view *view)
{
    if (view->field->kind == QUIRE_KIND_INT64) {
        lane->integers = (const int64_t *)view->values + view->offset;
        return 0;
    }
    MAKE_ROOM(lane->integer_room, lane->integers_capacity, view->length);
    for (int64_t row = 0; row < view->length; row++)
        lane->integer_room[row] = quire_view_i64(view, row);
    lane->integers = lane->integer_room;
    return 0;
}

static int lane_reals(struct quire_rollup_lane *lane, int64_t rows)
{
    MAKE_ROOM(lane->real_room, lane->reals_capacity, rows);
    for (int64_t row = 0; row < rows; row++)
        lane->real_room[row] = (double)lane->integers[row];
    lane->reals = lane->real_room;
    return 0;
}

/* As unix_micros has them. */
static int lane_micros(struct quire_rollup_lane *lane, const struct quire_view *view)
{
    const int64_t *values = (const int64_t *)view->values + view->offset;
    int64_t rest, scale = quire_time_unit_scale(view->field->unit);
    MAKE_ROOM(lane->real_room, lane->reals_capacity, view->length);
    if (scale > MICROS)
        for (int64_t row = 0; row < view->length; row++)
            lane->real_room[row] = (double)civil_floor(values[row], scale / MICROS, &rest);
    else
        for (int64_t row = 0; row < view->length; row++)
            lane->real_room[row] = (double)values[row] * (double)(MICROS / scale);
    lane->reals = lane->real_room;
    return 0;
}

int quire_rollup_lane_set(struct quire_rollup_lane *lane, const struct quire_view *view, bool real,
                          const uint8_t *keep)
{
    int code = 0;
    switch (view->field->kind) {
    case QUIRE_KIND_BOOL: return lane_truths(lane, view, keep);
    case QUIRE_KIND_FLOAT64: lane->reals = (const double *)view->values + view->offset; break;
    case QUIRE_KIND_FLOAT32: code = lane_floats(lane, view); break;
    case QUIRE_KIND_TIMESTAMP: code = lane_micros(lane, view); break;
    default:
        code = lane_integers(lane, view);
        if (code == 0 && real) code = lane_reals(lane, view->length);
    }
    return code == 0 ? lane_valid(lane, view, keep) : code;
}

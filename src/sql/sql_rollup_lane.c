/* Columns turned into what loops over them take, once a batch for all aggregates. */
#include "sql/sql_rollup_lane.h"

#include <string.h>

void quire_rollup_lane_release(struct quire_rollup_lane *lane)
{
    quire_free(lane->reals);
    quire_free(lane->integers);
    quire_free(lane->valid);
}

static int lane_room(struct quire_rollup_lane *lane, int64_t rows)
{
    if (rows <= lane->capacity) return 0;
    quire_rollup_lane_release(lane);
    *lane = (struct quire_rollup_lane){.capacity = rows};
    lane->reals = quire_alloc((size_t)rows * sizeof(*lane->reals));
    lane->integers = quire_alloc((size_t)rows * sizeof(*lane->integers));
    lane->valid = quire_alloc((size_t)rows);
    if (lane->reals != NULL && lane->integers != NULL && lane->valid != NULL) return 0;
    lane->capacity = 0;
    return QUIRE_MEMORY;
}

static void lane_nulls(struct quire_rollup_lane *lane, const struct quire_view *view,
                       const uint8_t *keep)
{
    memcpy(lane->valid, keep, (size_t)view->length);
    if (view->validity == NULL) return;
    for (int64_t row = 0; row < view->length; row++)
        lane->valid[row] = (uint8_t)(lane->valid[row] & !quire_view_is_null(view, row));
}

#define LANE_VALUES(type, list)                                         \
    do {                                                                \
        const type *values = (const type *)view->values + view->offset; \
        for (int64_t row = 0; row < view->length; row++)                \
            list;                                                       \
    } while (false)
#define LANE_REAL(row)                       \
    (lane->reals[row] = (double)values[row], \
     lane->valid[row] = (uint8_t)(lane->valid[row] & (lane->reals[row] == lane->reals[row])))
#define LANE_WHOLE(row) \
    (lane->integers[row] = (int64_t)values[row], lane->reals[row] = (double)values[row])

int quire_rollup_lane_set(struct quire_rollup_lane *lane, const struct quire_view *view,
                          const uint8_t *keep)
{
    int code = lane_room(lane, view->length);
    if (code != 0 || view->length == 0) return code;
    lane_nulls(lane, view, keep);
    lane->whole = true;
    lane->scale = quire_time_unit_scale(view->field->unit);
    switch (view->field->kind) {
    case QUIRE_KIND_FLOAT64:
        lane->whole = false;
        LANE_VALUES(double, LANE_REAL(row));
        break;
    case QUIRE_KIND_FLOAT32:
        lane->whole = false;
        LANE_VALUES(float, LANE_REAL(row));
        break;
    case QUIRE_KIND_INT64: LANE_VALUES(int64_t, LANE_WHOLE(row)); break;
    case QUIRE_KIND_INT32: LANE_VALUES(int32_t, LANE_WHOLE(row)); break;
    default:
        for (int64_t row = 0; row < view->length; row++) {
            lane->integers[row] = quire_view_i64(view, row);
            lane->reals[row] = (double)lane->integers[row];
        }
    }
    return 0;
}

/* The file is read once for each lot of groups that fits, in blocks. */
#include "sql/rollup/rollup_values.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/functions/quickselect.h"
#include "sql/rollup/rollup_percentile.h"
#include "sql/sql_session.h"

#define BLOCK_LEAST ((size_t)1024)
#define BLOCK_MOST  ((size_t)65536)

void quire_rollup_values_release(struct quire_rollup_values *values)
{
    quire_free(values->block);
    quire_sql_scratch_release(&values->file);
    *values = (struct quire_rollup_values){.size = 0};
}

/* --- Noting --------------------------------------------------------------------------------- */

static int begin(struct quire_rollup_values *values, size_t bytes_max)
{
    size_t capacity = bytes_max / 16 / sizeof(*values->block);
    if (values->block != NULL) return 0;
    if (capacity < BLOCK_LEAST) capacity = BLOCK_LEAST;
    if (capacity > BLOCK_MOST) capacity = BLOCK_MOST;
    values->block = quire_alloc_zero(capacity, sizeof(*values->block));
    if (values->block == NULL) return QUIRE_MEMORY;
    values->capacity = capacity;
    return 0;
}

int quire_rollup_values_add(struct quire_rollup_values *values, int64_t rows,
                            const uint32_t *group_of, const struct quire_rollup_lane *lane,
                            size_t bytes_max, struct quire_rollup_middle *middles,
                            struct quire_error *error)
{
    if (begin(values, bytes_max) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (int64_t row = 0; row < rows; row++) {
        if (!lane->valid[row]) continue;
        if (values->size == values->capacity) {
            QUIRE_TRY(quire_sql_scratch_append(&values->file, values->block,
                                               values->size * sizeof(*values->block), error));
            values->size = 0;
        }
        struct quire_rollup_value *value = &values->block[values->size++];
        value->value = lane->reals[row];
        value->group = group_of[row];
        middles[group_of[row]].count++;
    }
    return 0;
}

/* --- Going through them --------------------------------------------------------------------- */

typedef void take_values(void *user, const struct quire_rollup_value *values, size_t size);

static int each_block(const struct quire_rollup_values *values, struct quire_rollup_value *room,
                      take_values *take, void *user, struct quire_error *error)
{
    size_t filed = (size_t)values->file.size / sizeof(*room);
    for (size_t at = 0; at < filed;) {
        if (quire_sql_session_check(values->session) != 0)
            return quire_sql_fail(values->session, SQLITE_INTERRUPT, NULL, error);
        size_t size = filed - at < values->capacity ? filed - at : values->capacity;
        QUIRE_TRY(quire_sql_scratch_read(&values->file, (int64_t)(at * sizeof(*room)), room,
                                         size * sizeof(*room), error));
        take(user, room, size);
        at += size;
    }
    take(user, values->block, values->size);
    return 0;
}

/* --- Groups that fit ------------------------------------------------------------------------ */

static double median_of(double *items, size_t size)
{
    return quire_sql_place(items, size, 0.5 * (double)(size - 1));
}

static void measure(double *items, bool distances, struct quire_rollup_middle *middle)
{
    size_t size = (size_t)middle->count, kept = 0;
    if (size == 0) return;
    middle->median = median_of(items, size);
    for (size_t i = 0; i < size && distances; i++) {
        double distance = fabs(items[i] - middle->median);
        if (isnan(distance)) continue; /* of two infinities */
        middle->distance_sum += distance;
        items[kept++] = distance;
    }
    middle->distances = (int64_t)kept;
    if (kept > 0) middle->distance_median = median_of(items, kept);
}

/* Some groups, one after the other. */
struct lot {
    size_t first, last; /* the group behind them */
    double *items;
    size_t *ends; /* of what is there of each */
};

static void scatter(void *user, const struct quire_rollup_value *values, size_t size)
{
    const struct lot *lot = user;
    for (size_t i = 0; i < size; i++) {
        size_t group = values[i].group;
        if (group >= lot->first && group < lot->last)
            lot->items[lot->ends[group - lot->first]++] = values[i].value;
    }
}

static int measure_lot(const struct quire_rollup_values *values, struct quire_rollup_value *room,
                       struct quire_rollup_middle *middles, size_t first, size_t last,
                       struct quire_error *error)
{
    size_t size = 0, groups = last - first;
    for (size_t i = first; i < last; i++)
        size += (size_t)middles[i].count;
    QUIRE_CLEANUP(quire_cleanup_free) double *items = quire_alloc_zero(size + 1, sizeof(*items));
    QUIRE_CLEANUP(quire_cleanup_free) size_t *ends = quire_alloc_zero(groups + 1, sizeof(*ends));
    if (items == NULL || ends == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 1; i < groups; i++)
        ends[i] = ends[i - 1] + (size_t)middles[first + i - 1].count;
    struct lot lot = {first, last, items, ends};
    QUIRE_TRY(each_block(values, room, scatter, &lot, error));
    for (size_t i = 0; i < groups; i++) {
        struct quire_rollup_middle *middle = &middles[first + i];
        measure(items + (ends[i] - (size_t)middle->count), values->distances, middle);
    }
    return 0;
}

/* --- A group that does not ------------------------------------------------------------------ */

struct narrowing {
    uint32_t group;
    bool away; /* distances from the median */
    struct quire_rollup_middle *middle;
    struct quire_rollup_percentile percentile;
    double *reals; /* room for a block, and the lane over it */
    struct quire_rollup_lane lane;
    bool first;
};

static void narrow(void *user, const struct quire_rollup_value *values, size_t size)
{
    struct narrowing *narrowing = user;
    struct quire_rollup_middle *middle = narrowing->middle;
    int64_t rows = 0;
    for (size_t i = 0; i < size; i++) {
        if (values[i].group != narrowing->group) continue;
        double value = values[i].value;
        if (narrowing->away) value = fabs(value - middle->median);
        if (isnan(value)) continue;
        if (narrowing->away && narrowing->first) middle->distance_sum += value;
        narrowing->reals[rows++] = value;
    }
    if (narrowing->away && narrowing->first) middle->distances += rows;
    quire_rollup_percentile_add(&narrowing->percentile, &narrowing->lane, rows);
}

static int narrow_down(const struct quire_rollup_values *values, struct quire_rollup_value *room,
                       struct narrowing *narrowing, struct quire_error *error)
{
    narrowing->percentile.part = 0.5;
    for (narrowing->first = true;; narrowing->first = false) {
        bool wanted = false;
        if (quire_rollup_percentile_begin(&narrowing->percentile, &wanted) != 0)
            return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        if (!wanted) return 0;
        QUIRE_TRY(each_block(values, room, narrow, narrowing, error));
        quire_rollup_percentile_end(&narrowing->percentile);
    }
}

static int measure_alone(const struct quire_rollup_values *values, struct quire_rollup_value *room,
                         struct quire_rollup_middle *middle, uint32_t group,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    double *reals = quire_alloc_zero(values->capacity, sizeof(*reals));
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *valid = quire_alloc(values->capacity);
    if (reals == NULL || valid == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    memset(valid, 1, values->capacity);
    for (int away = 0; away <= values->distances; away++) {
        struct narrowing narrowing = {.group = group,
                                      .away = away == 1,
                                      .middle = middle,
                                      .reals = reals,
                                      .lane = {.reals = reals, .valid = valid}};
        int code = narrow_down(values, room, &narrowing, error);
        if (code == 0)
            (void)quire_rollup_percentile_value(
                &narrowing.percentile, away == 1 ? &middle->distance_median : &middle->median);
        quire_rollup_percentile_release(&narrowing.percentile);
        QUIRE_TRY(code);
    }
    return 0;
}

int quire_rollup_values_finish(struct quire_rollup_values *values, size_t bytes_max,
                               struct quire_rollup_middle *middles, size_t groups,
                               struct quire_error *error)
{
    size_t most = bytes_max / sizeof(double);
    if (values->block == NULL) return 0;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_rollup_value *room = quire_alloc(values->capacity * sizeof(*room));
    if (room == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t first = 0; first < groups;) {
        size_t last = first + 1, size = (size_t)middles[first].count;
        while (last < groups && size + (size_t)middles[last].count <= most)
            size += (size_t)middles[last++].count;
        if (size > most)
            QUIRE_TRY(measure_alone(values, room, &middles[first], (uint32_t)first, error));
        else
            QUIRE_TRY(measure_lot(values, room, middles, first, last, error));
        first = last;
    }
    return 0;
}

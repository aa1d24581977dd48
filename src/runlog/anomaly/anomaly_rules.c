/* Rows are judged a slice at a time, as a check of quality judges them. */
#include "runlog/anomaly/anomaly_rules.h"

#include "base/fail.h"
#include "quality/check.h"

int quire_anomaly_rules_judge(struct quire_quality *quality, const struct ArrowArray *batch,
                              void (*take)(void *user, int64_t row, const struct quire_rule *rule),
                              void *user, struct quire_error *error)
{
    struct quire_quality_slice slice;
    QUIRE_TRY(quire_view_set(quality->view, batch, error));
    for (slice.start = 0; slice.start < batch->length; slice.start += (int64_t)slice.rows) {
        int64_t left = batch->length - slice.start;
        slice.rows = left < QUIRE_QUALITY_SLICE_ROWS ? (size_t)left : QUIRE_QUALITY_SLICE_ROWS;
        QUIRE_TRY(quire_quality_judge(quality, &slice, error));
        for (size_t row = 0; slice.broken && row < slice.rows; row++)
            for (size_t rule = 0; slice.marks[row] != 0 && rule < quality->rules->size; rule++)
                if (quire_quality_breaks(quality, rule, row))
                    take(user, slice.start + (int64_t)row, &quality->rules->items[rule]);
    }
    return 0;
}

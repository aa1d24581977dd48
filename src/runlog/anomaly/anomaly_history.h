/* Private to runlog: what the steps of a run log did before, one entry a step. */
#ifndef QUIRE_RUNLOG_ANOMALY_HISTORY_H
#define QUIRE_RUNLOG_ANOMALY_HISTORY_H

#include "data/view.h"

struct quire_anomaly_step {
    const char *phase, *step_name; /* the history's */
    int64_t rows;
    double duration_median, duration_mad; /* the middle, and that of the distances from it */
    double rate_mean, rate_stddev;
};

/* A step whose mean rate fell from one day to the next of its days. */
struct quire_anomaly_drop {
    const char *phase, *step_name, *day;
    double rate, rate_before;
};

struct quire_anomaly_history;
struct quire_report;

/* Of the period of a report. The caller frees it. */
int quire_anomaly_history_of(const struct quire_report *report,
                             struct quire_anomaly_history **history, struct quire_error *error);
void quire_anomaly_history_free(struct quire_anomaly_history *history); /* NULL is fine */

/* NULL for a step that was not seen. */
const struct quire_anomaly_step *
quire_anomaly_history_find(const struct quire_anomaly_history *history, struct quire_bytes phase,
                           struct quire_bytes step_name);
/* In order; NULL past the last. */
const struct quire_anomaly_step *
quire_anomaly_history_at(const struct quire_anomaly_history *history, size_t index);
const struct quire_anomaly_drop *
quire_anomaly_history_drop(const struct quire_anomaly_history *history, size_t index);

#endif

/* Private to runlog: what the steps of a run log did before, one entry a step. */
#ifndef QUIRE_RUNLOG_ANOMALY_HISTORY_H
#define QUIRE_RUNLOG_ANOMALY_HISTORY_H

#include "runlog/anomaly/anomaly_list.h"

/* Values that a step had: their middle, and the middle and the mean of their distances from it. */
struct quire_anomaly_middle {
    int64_t count;
    double median, mad, mean_distance;
};

/* Values that a step had: their mean, and their standard deviation as a sample. */
struct quire_anomaly_mean {
    int64_t count;
    double mean, stddev;
};

struct quire_anomaly_step {
    const char *phase, *step_name; /* the history's */
    struct quire_anomaly_middle duration, rows;
    struct quire_anomaly_mean rate;
};

/* A step whose mean rate fell from one day to the next of its days. */
struct quire_anomaly_drop {
    const char *phase, *step_name, *day;
    double rate, rate_before;
};

struct quire_anomaly_history;
struct quire_anomaly_steps;
struct quire_report;

/* Of the period of a report; of the steps of a write alone, or of all (NULL). The caller frees it.
 */
int quire_anomaly_history_of(const struct quire_report *report,
                             const struct quire_anomaly_steps *steps,
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
/* What it says of steps as such. */
void quire_anomaly_history_list(const struct quire_anomaly_history *history,
                                struct quire_anomaly_list *list);

#endif

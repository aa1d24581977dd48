/* Private to runlog: what the steps of a run say together, against which the metrics that are given
 * with them are held. */
#ifndef QUIRE_RUNLOG_RUN_TALLY_H
#define QUIRE_RUNLOG_RUN_TALLY_H

#include "quire/runlog_model.h"

/* Whole numbers of steps, and of how many steps there is none. */
struct quire_run_count {
    int64_t sum, unknown;
};

/* Real ones. unit: what the last digit behind the point of the finest stands for, 0 for whole ones.
 */
struct quire_run_number {
    double sum, unit;
    int64_t known, unknown;
};

struct quire_run_tally {
    int64_t steps, succeeded, failed;
    int64_t refused; /* steps beside these that could not be read */
    struct quire_run_count rows_processed, rows_written;
    double valid_rows; /* where all steps say rows and rates */
    struct quire_run_number durations, rates;
    int64_t first_start, last_end; /* QUIRE_RUNLOG_UNKNOWN: no step says one */
};

void quire_run_tally_init(struct quire_run_tally *tally);
void quire_run_tally_add(struct quire_run_tally *tally, const struct quire_runlog_step *step);

/* Told of each number that is not that of the steps: what it says, and what they say. */
typedef void (*quire_run_tell)(void *user, const char *name, const char *told, const char *found);

/* Holds metrics against the steps. Numbers may be rounded or cut off; steps that were skipped may
 * have results or none, and be counted among all or beside them; a total duration may be the time
 * that the run took rather than that of its steps together, and an average rate one of all rows.
 * What some step does not say bounds a number on one side only. */
void quire_run_tally_compare(const struct quire_run_tally *tally,
                             const struct quire_runlog_pipeline_metrics *metrics,
                             const struct quire_runlog_context *context, quire_run_tell tell,
                             void *user);

#endif

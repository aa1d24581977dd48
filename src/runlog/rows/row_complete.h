/* Private to runlog: rows of steps, completed and checked, and put together in batches. */
#ifndef QUIRE_RUNLOG_ROW_COMPLETE_H
#define QUIRE_RUNLOG_ROW_COMPLETE_H

#include "quire/batch.h"
#include "runlog/model/model.h"

/* What rows have that do not say it themselves. */
struct quire_row_defaults {
    const char *run_id, *execution_id, *pipeline_id, *schema, *run_mode;
    int64_t now; /* created_at, in microseconds */
};

/* Times of a report's step are those of transform, else of validation, else of write. */
void quire_row_of_step(const struct quire_runlog_context *context,
                       const struct quire_runlog_step *step, struct quire_runlog_row *row);
void quire_row_of_report(const struct quire_runlog_context *run,
                         const struct quire_runlog_report_step *step, struct quire_runlog_row *row);
/* The row of a whole execution, which no step stands for: of phase "pipeline". */
void quire_row_of_execution(const struct quire_runlog_execution *execution,
                            struct quire_runlog_row *row);

/* Rows whose rate is not that of their counts: how many, and what is to be said of the first. */
struct quire_row_odd_rates {
    int64_t rows;
    struct quire_error first;
};

/* Where a row comes from, for errors. */
struct quire_row_origin {
    const struct quire_model_place *place;
    const struct quire_runlog_report_step *step; /* NULL: it is no step of a report */
    struct quire_row_odd_rates *odd_rates;       /* counts the row; NULL: not wanted */
};

/* rows_processed from valid and invalid rows, else from input_rows, else from rows_written; valid
 * rows as the rate says, rounded half to even; the duration from the times; the rest from the
 * defaults. QUIRE_INPUT at the place for a row that cannot be. */
int quire_row_complete(struct quire_runlog_row *row, const struct quire_row_defaults *defaults,
                       const struct quire_row_origin *origin, struct quire_error *error);
/* The counts and the rate alone. */
int quire_row_complete_counts(struct quire_runlog_row *row, const struct quire_row_origin *origin,
                              struct quire_error *error);
/* QUIRE_INPUT at a column, where it stands in what the row comes from. */
int quire_row_refuse(const struct quire_row_origin *origin, const char *column,
                     struct quire_error *error, const char *format, ...) QUIRE_PRINTF(4, 5);

/* Appends a row that is complete, to a builder of the schema of run logs. */
int quire_row_append(struct quire_builder *builder, const struct quire_runlog_row *row,
                     struct quire_error *error);

#endif

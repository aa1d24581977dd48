/* Private to runlog: the columns of a run log, and whether a table has them. */
#ifndef QUIRE_RUNLOG_RUNLOG_SCHEMA_H
#define QUIRE_RUNLOG_RUNLOG_SCHEMA_H

#include "quire/runlog.h"

/* The columns by their place in the schema. */
enum quire_runlog_column {
    QUIRE_RUNLOG_RUN_ID,
    QUIRE_RUNLOG_RUN_MODE,
    QUIRE_RUNLOG_RUN_STARTED_AT,
    QUIRE_RUNLOG_RUN_ENDED_AT,
    QUIRE_RUNLOG_EXECUTION_ID,
    QUIRE_RUNLOG_PIPELINE_ID,
    QUIRE_RUNLOG_SCHEMA,
    QUIRE_RUNLOG_PHASE,
    QUIRE_RUNLOG_STEP_NAME,
    QUIRE_RUNLOG_STEP_TYPE,
    QUIRE_RUNLOG_START_TIME,
    QUIRE_RUNLOG_END_TIME,
    QUIRE_RUNLOG_DURATION_SECS,
    QUIRE_RUNLOG_TABLE_FQN,
    QUIRE_RUNLOG_WRITE_MODE,
    QUIRE_RUNLOG_INPUT_ROWS,
    QUIRE_RUNLOG_OUTPUT_ROWS,
    QUIRE_RUNLOG_ROWS_WRITTEN,
    QUIRE_RUNLOG_ROWS_PROCESSED,
    QUIRE_RUNLOG_TABLE_TOTAL_ROWS,
    QUIRE_RUNLOG_VALID_ROWS,
    QUIRE_RUNLOG_INVALID_ROWS,
    QUIRE_RUNLOG_VALIDATION_RATE,
    QUIRE_RUNLOG_SUCCESS,
    QUIRE_RUNLOG_ERROR_MESSAGE,
    QUIRE_RUNLOG_MEMORY_USAGE_MB,
    QUIRE_RUNLOG_CPU_USAGE_PERCENT,
    QUIRE_RUNLOG_METADATA,
    QUIRE_RUNLOG_CREATED_AT,
    QUIRE_RUNLOG_COLUMNS
};

/* QUIRE_INPUT, naming a few of them, for a schema that lacks columns of a run log or has them with
 * other kinds of values. Columns beyond them, their order, widths of numbers and
 * nullability are not looked at. */
int quire_runlog_schema_check(const struct ArrowSchema *schema, struct quire_error *error);

/* Is it a run log's, also of an older one? It has run_id, phase, step_name, duration_secs and a
 * time. QUIRE_INPUT, naming all that it lacks. */
int quire_runlog_old_check(const struct ArrowSchema *schema, struct quire_error *error);

/* What stands for created_at where it is not there: the first that is not null of these. */
#define QUIRE_RUNLOG_TIMES 4
extern const char *const quire_runlog_times[QUIRE_RUNLOG_TIMES];

bool quire_runlog_has(const struct ArrowSchema *schema, const char *name);

#endif

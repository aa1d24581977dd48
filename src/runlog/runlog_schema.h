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

/* Is it a run log's, also of an older one, by its names? It has run_id, phase, step_name,
 * duration_secs and a time, lenient the first three; and no column that differs from one of a run
 * log by the case of its letters alone. QUIRE_INPUT, naming all that it lacks. Who reads a table
 * and who writes to it ask this alike. */
int quire_runlog_names_check(const struct ArrowSchema *schema, bool lenient, const char *operation,
                             struct quire_error *error);

/* The same, and that its columns have types of a run log that reports reckon with. QUIRE_INPUT,
 * naming also a column of another type, that type and the one that is wanted. */
int quire_runlog_old_check(const struct ArrowSchema *schema, struct quire_error *error);

/* What stands for created_at where it is not there: the first that is not null of these. */
#define QUIRE_RUNLOG_TIMES 4
extern const char *const quire_runlog_times[QUIRE_RUNLOG_TIMES];

bool quire_runlog_has(const struct ArrowSchema *schema, const char *name);

/* A type by the format string of a schema, without its parameters, for messages. */
const char *quire_runlog_type_name(const char *format);

#endif

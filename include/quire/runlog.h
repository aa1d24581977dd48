/* Run logs: what pipelines did, as rows of a Delta table, one a step of a run (docs/RUNLOG.md). */
#ifndef QUIRE_RUNLOG_H
#define QUIRE_RUNLOG_H

#include "quire/batch.h"
#include "quire/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Rows ------------------------------------------------------------------------------------ */

/* The columns of a run log, in order; times are microseconds in UTC. The caller releases
 * *schema. */
QUIRE_API int quire_runlog_schema(struct ArrowSchema *schema, struct quire_error *error);

/* --- Looking at a run log -------------------------------------------------------------------- */

/* A JSON object of what the table is: table, version, row_count, files, size_mb, columns,
 * schema (name, type and nullable of each), partition_columns, properties, created_at. Freed with
 * quire_free. QUIRE_INPUT, naming the columns, for a table that is no run log: it lacks run_id,
 * phase, step_name, duration_secs or a time. */
QUIRE_API int quire_runlog_info(const char *table, char **json, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif

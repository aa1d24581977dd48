/* Private to runlog: rows for a table whose numbers are narrower than those of run logs, as
 * SparkForge makes them. */
#ifndef QUIRE_RUNLOG_ROW_NARROW_H
#define QUIRE_RUNLOG_ROW_NARROW_H

#include "runlog/model/model.h"
#include "runlog/runlog_schema.h"

/* Of each field of a row the format of the table's column ("c", "s", "i", "f"), or 0 where that is
 * as wide. */
struct quire_row_widths {
    char formats[QUIRE_RUNLOG_COLUMNS];
    /* Of a table that keeps no created_at, which of quire_runlog_times it keeps, a bit each: a row
     * without any of them would be in no report. */
    uint8_t times;
};

void quire_row_widths_of(const struct ArrowSchema *table, struct quire_row_widths *widths);

/* Rounds what the table keeps as float32. QUIRE_INPUT at the place, with what to do, for a number
 * that its column has no room for, and for a row that has none of the times that the table keeps.
 */
int quire_row_narrow(struct quire_runlog_row *row, const struct quire_row_widths *widths,
                     const struct quire_model_place *place, struct quire_error *error);

#endif

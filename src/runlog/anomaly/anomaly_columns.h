/* Private to runlog: the columns of batches of rows that anomalies are looked for in. */
#ifndef QUIRE_RUNLOG_ANOMALY_COLUMNS_H
#define QUIRE_RUNLOG_ANOMALY_COLUMNS_H

#include "data/view.h"
#include "runlog/runlog_schema.h"

enum quire_anomaly_column {
    QUIRE_ANOMALY_COLUMN_DURATION,
    QUIRE_ANOMALY_COLUMN_RATE,
    QUIRE_ANOMALY_COLUMN_ROWS,
    QUIRE_ANOMALY_COLUMN_RUN,
    QUIRE_ANOMALY_COLUMN_PHASE,
    QUIRE_ANOMALY_COLUMN_STEP,
    QUIRE_ANOMALY_COLUMN_CREATED,
    QUIRE_ANOMALY_COLUMNS
};

struct quire_anomaly_columns {
    struct quire_field *field;
    struct quire_view *view;                                 /* set to a batch by quire_view_set */
    const struct quire_view *columns[QUIRE_ANOMALY_COLUMNS]; /* NULL: not there */
    const struct quire_view *times[1 + QUIRE_RUNLOG_TIMES];  /* the first not null is a row's */
    size_t times_size;
};

/* *columns is zeroed memory, to be released whatever happens. QUIRE_INPUT for a column of another
 * type than a run log's; one that is not there is null in all rows. */
int quire_anomaly_columns_open(const struct ArrowSchema *schema,
                               struct quire_anomaly_columns *columns, struct quire_error *error);
void quire_anomaly_columns_release(struct quire_anomaly_columns *columns);

/* False for a null, and for NaN. */
bool quire_anomaly_number(const struct quire_anomaly_columns *columns,
                          enum quire_anomaly_column column, int64_t row, double *value);
/* data NULL for a null. */
struct quire_bytes quire_anomaly_text(const struct quire_anomaly_columns *columns,
                                      enum quire_anomaly_column column, int64_t row);
/* The column that has the time which a row goes by; NULL: it has none. */
const struct quire_view *quire_anomaly_time(const struct quire_anomaly_columns *columns,
                                            int64_t row);

#endif

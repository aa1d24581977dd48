/* Private to runlog: the rows of a table, searched. */
#ifndef QUIRE_RUNLOG_ANOMALY_SCAN_H
#define QUIRE_RUNLOG_ANOMALY_SCAN_H

#include "base/json_text.h"
#include "runlog/report/report_query.h"

struct quire_anomaly_means {
    double duration_secs, rows_processed;
};

/* Those of the row of a summary. */
struct quire_anomaly_means quire_anomaly_means_of(const struct quire_report_rows *rows);

/* Searches the rows of the period and writes what is found as the members of
 * quire_anomaly_write. */
int quire_anomaly_scan(const struct quire_report *report, const struct quire_anomaly_means *means,
                       struct quire_json_writer *writer, struct quire_error *error);

#endif

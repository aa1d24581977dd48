/* Private to runlog: rows of a run log that are out of the ordinary.
 *
 * Rows are looked at twice: all are measured, then all are judged, since what is far from the mean
 * is known only when the mean is. Batches that are at hand go through both in turn; a table is
 * read twice. A history, where one is given, is what the steps did before. Nothing grows with the
 * number of rows but what is listed, up to its limit: the most serious. */
#ifndef QUIRE_RUNLOG_ANOMALY_H
#define QUIRE_RUNLOG_ANOMALY_H

#include "base/json_text.h"
#include "quire/batch.h"
#include "quire/quality.h"

#define QUIRE_ANOMALY_DURATION_TIMES 3.0 /* of the mean */
#define QUIRE_ANOMALY_ROWS_TIMES     5.0 /* of the mean */
#define QUIRE_ANOMALY_RATE_MIN       95.0

struct quire_anomaly_history;
struct quire_anomaly_list;
struct quire_anomaly_steps;

/* Zero means the default. */
struct quire_anomaly_options {
    double min_validation_rate;                  /* 95; below 0: none is too low */
    int64_t limit;                               /* listed; 0: 100; or as below */
    const struct quire_anomaly_history *history; /* borrowed; NULL: none */
    const struct quire_rules *rules;             /* the same */
    const char *path; /* where the rows come from, for errors of rules; borrowed */
};

#define QUIRE_ANOMALY_COUNT_ALONE (-1) /* as limit: nothing is listed */

struct quire_anomaly_search;

/* For batches of a schema in which columns of a run log are found by name. A column that is not
 * there gives no anomalies. QUIRE_INPUT where one is of another kind. The caller frees it. */
int quire_anomaly_search_new(const struct ArrowSchema *schema,
                             const struct quire_anomaly_options *options,
                             struct quire_anomaly_search **search, struct quire_error *error);
void quire_anomaly_search_free(struct quire_anomaly_search *search); /* NULL is fine */

/* Both borrow the batch. Judging begins after the last batch was measured; rows are numbered from
 * 0 in the order in which they are judged. */
int quire_anomaly_measure(struct quire_anomaly_search *search, const struct ArrowArray *batch,
                          struct quire_error *error);
int quire_anomaly_judge(struct quire_anomaly_search *search, const struct ArrowArray *batch,
                        struct quire_error *error);
/* In place of measuring: means that are known. */
void quire_anomaly_set_means(struct quire_anomaly_search *search, double duration_secs,
                             double rows_processed);

/* Notes the steps of the batch that was measured last. Its times are in microseconds. */
int quire_anomaly_note_steps(const struct quire_anomaly_search *search,
                             struct quire_anomaly_steps *steps, struct quire_error *error);
/* What rows are held against from now on, borrowed; NULL: nothing. Of a history that is given
 * here steps as such are not listed. */
void quire_anomaly_set_history(struct quire_anomaly_search *search,
                               const struct quire_anomaly_history *history);
/* For what is found elsewhere. */
struct quire_anomaly_list *quire_anomaly_found(struct quire_anomaly_search *search);

/* All that were found, listed or not. */
int64_t quire_anomaly_count(const struct quire_anomaly_search *search);
/* The members anomalies_detected, anomaly_count and anomalies of an object that is open
 * (docs/RUNLOG.md, "Anomalies"). */
void quire_anomaly_write(const struct quire_anomaly_search *search,
                         struct quire_json_writer *writer);
/* The first two of them. */
void quire_anomaly_write_count(const struct quire_anomaly_search *search,
                               struct quire_json_writer *writer);

#endif

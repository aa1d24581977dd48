/* Private to anomaly*.c: findings, listed as JSON when they are found, so that nothing of their
 * batch is held. */
#ifndef QUIRE_RUNLOG_ANOMALY_LIST_H
#define QUIRE_RUNLOG_ANOMALY_LIST_H

#include "base/buf.h"
#include "data/view.h"

enum quire_anomaly_type {
    /* Rows beside all rows. */
    QUIRE_ANOMALY_DURATION,
    QUIRE_ANOMALY_RATE,
    QUIRE_ANOMALY_ROWS,
    /* Rows beside those of their step. */
    QUIRE_ANOMALY_STEP_DURATION,
    QUIRE_ANOMALY_STEP_RATE,
    /* Steps. */
    QUIRE_ANOMALY_STEP_MEAN,
    QUIRE_ANOMALY_STEP_SPREAD,
    QUIRE_ANOMALY_STEP_DROP
};

struct quire_anomaly_finding {
    enum quire_anomaly_type type;
    double value, threshold;
    int64_t row_index;         /* below 0: of a step */
    struct quire_bytes run_id; /* data NULL: not known, as all that follow */
    struct quire_bytes phase;
    struct quire_bytes step_name;
    const struct quire_view *time; /* and its row; NULL: none */
    int64_t row;
    const char *day; /* of a drop; NULL: none */
};

struct quire_anomaly_list {
    int64_t limit;
    int64_t count; /* all */
    int64_t listed;
    struct quire_buf out; /* objects with commas between them */
    int code;             /* the first failure */
};

void quire_anomaly_list_add(struct quire_anomaly_list *list,
                            const struct quire_anomaly_finding *finding);

#endif

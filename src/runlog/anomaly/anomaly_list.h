/* Private to anomaly*.c: findings, written as JSON when they are found, so that nothing of their
 * batch is held. Of more than the limit the most serious are kept: high ones before medium ones,
 * then by how far they are beyond the threshold in proportion to it. */
#ifndef QUIRE_RUNLOG_ANOMALY_LIST_H
#define QUIRE_RUNLOG_ANOMALY_LIST_H

#include "base/buf.h"
#include "base/json_text.h"
#include "data/view.h"
#include "quire/quality.h"

enum quire_anomaly_type {
    /* Rows beside all rows. */
    QUIRE_ANOMALY_DURATION,
    QUIRE_ANOMALY_RATE,
    QUIRE_ANOMALY_ROWS,
    /* Rows beside rules. */
    QUIRE_ANOMALY_RULE,
    /* Rows beside those of their step. */
    QUIRE_ANOMALY_STEP_DURATION,
    QUIRE_ANOMALY_STEP_RATE,
    QUIRE_ANOMALY_STEP_ROWS,
    /* Steps. */
    QUIRE_ANOMALY_STEP_MEAN,
    QUIRE_ANOMALY_STEP_SPREAD,
    QUIRE_ANOMALY_STEP_DROP
};

struct quire_anomaly_finding {
    enum quire_anomaly_type type;
    double value, threshold;       /* not of a rule */
    const struct quire_rule *rule; /* that is broken; NULL */
    int64_t row_index;             /* below 0: of a step */
    struct quire_bytes run_id;     /* data NULL: not known, as all that follow */
    struct quire_bytes phase;
    struct quire_bytes step_name;
    const struct quire_view *time; /* not null in the row; NULL: none */
    int64_t row;
    const char *day; /* of a drop; NULL: none */
};

struct quire_anomaly_list {
    int64_t limit;         /* 0: nothing is kept */
    int64_t count;         /* all */
    struct quire_buf kept; /* a heap, the least serious first */
    int code;              /* the first failure */
};

void quire_anomaly_list_add(struct quire_anomaly_list *list,
                            const struct quire_anomaly_finding *finding);
/* Writes what is kept as values of an array: steps, then rows in order. */
void quire_anomaly_list_write(const struct quire_anomaly_list *list,
                              struct quire_json_writer *writer);
/* The same, and forgets them; count stays. */
void quire_anomaly_list_move(struct quire_anomaly_list *list, struct quire_json_writer *writer);
void quire_anomaly_list_release(struct quire_anomaly_list *list);

#endif

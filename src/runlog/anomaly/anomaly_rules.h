/* Private to anomaly*.c: rows that break a rule. */
#ifndef QUIRE_RUNLOG_ANOMALY_RULES_H
#define QUIRE_RUNLOG_ANOMALY_RULES_H

#include "quire/quality.h"

/* Gives each row of a batch and each rule that it breaks to take; rows are counted from 0. */
int quire_anomaly_rules_judge(struct quire_quality *quality, const struct ArrowArray *batch,
                              void (*take)(void *user, int64_t row, const struct quire_rule *rule),
                              void *user, struct quire_error *error);

#endif

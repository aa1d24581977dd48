/* Private to runlog: the steps of a write, and their rates by day beside those that the table has.
 *
 * The steps of the rows are noted first. Then what the table says of a period is gone through step
 * by step, and the days of both are put together: one step's days are held at a time, so that
 * memory grows with the steps and days of the write, not with the table. */
#ifndef QUIRE_RUNLOG_ANOMALY_STEPS_H
#define QUIRE_RUNLOG_ANOMALY_STEPS_H

#include "runlog/anomaly/anomaly_list.h"

struct quire_anomaly_steps;
struct quire_report;

/* The caller frees it. */
int quire_anomaly_steps_new(struct quire_anomaly_steps **steps, struct quire_error *error);
void quire_anomaly_steps_free(struct quire_anomaly_steps *steps); /* NULL is fine */

/* A row of a step: the time in microseconds, and its rate. 0 or QUIRE_MEMORY. */
int quire_anomaly_steps_note(struct quire_anomaly_steps *steps, struct quire_bytes phase,
                             struct quire_bytes step_name, int64_t time_us, double rate);
bool quire_anomaly_steps_has(const struct quire_anomaly_steps *steps, struct quire_bytes phase,
                             struct quire_bytes step_name);

/* Lists the steps that were noted, of which the table has rows in the period of the report: those
 * whose mean is low and whose rates are spread, and days of the write on which it fell. */
int quire_anomaly_steps_judge(const struct quire_anomaly_steps *steps,
                              const struct quire_report *report, struct quire_anomaly_list *list,
                              struct quire_error *error);

#endif

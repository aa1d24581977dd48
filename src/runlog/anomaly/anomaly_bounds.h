/* Private to anomaly*.c: what is out of the ordinary beside the history of a step. */
#ifndef QUIRE_RUNLOG_ANOMALY_BOUNDS_H
#define QUIRE_RUNLOG_ANOMALY_BOUNDS_H

/* Iglewicz and Hoaglin, "How to Detect and Handle Outliers": a modified z-score beyond 3.5. It is
 * 0.6745 · (x − median) / MAD, as 0.6745 is the third quartile of the normal distribution; where
 * half of the values are the same and the MAD is 0, (x − median) / (1.253314 · mean absolute
 * deviation), as 1.253314 is the square root of π / 2. */
#define QUIRE_ANOMALY_SCORE_MAX   3.5
#define QUIRE_ANOMALY_MAD_SIGMAS  0.6745
#define QUIRE_ANOMALY_MEAN_SIGMAS 1.253314

#define QUIRE_ANOMALY_HISTORY_MIN 5 /* a step with fewer values has no history */
#define QUIRE_ANOMALY_RATE_SIGMAS 2.0
#define QUIRE_ANOMALY_MEAN_MIN    90.0
#define QUIRE_ANOMALY_SPREAD_MAX  10.0
#define QUIRE_ANOMALY_DROP_MAX    10.0

/* Points that the mean of rates that are all the same may be off. */
#define QUIRE_ANOMALY_RATE_ROUND 1e-9

#endif

/* Telling the observer: log lines and metrics. A NULL observer, or one without the
 * callback, costs a test of a pointer. */
#ifndef QUIRE_BASE_OBSERVE_H
#define QUIRE_BASE_OBSERVE_H

#include "quire/export.h"
#include "quire/observer.h"

/* A line is cut at this many bytes. */
#define QUIRE_OBSERVE_LINE_MAX 1024

void quire_observe_log(const struct quire_observer *observer, enum quire_log_level level,
                       const char *format, ...) QUIRE_PRINTF(3, 4);

/* Adds value to the metric of that name; include/quire/observer.h lists the names. */
void quire_observe_metric(const struct quire_observer *observer, const char *name, double value);

#endif

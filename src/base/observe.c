#include "base/observe.h"

#include <stdarg.h>
#include <stdio.h>

void quire_observe_log(const struct quire_observer *observer, enum quire_log_level level,
                       const char *format, ...)
{
    if (observer == NULL || observer->log == NULL) return;
    char line[QUIRE_OBSERVE_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (size >= 0) observer->log(observer->user, level, line);
}

void quire_observe_metric(const struct quire_observer *observer, const char *name, double value)
{
    if (observer != NULL && observer->metric != NULL) observer->metric(observer->user, name, value);
}

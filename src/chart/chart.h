/* Private to chart: what gnuplot would be told, for tests. */
#ifndef QUIRE_CHART_CHART_H
#define QUIRE_CHART_CHART_H

#include "base/buf.h"
#include "quire/chart.h"

/* Checks the chart and appends the script that draws it. */
int quire_chart_script_of(const struct quire_chart *chart,
                          const struct quire_chart_options *options, struct quire_buf *script,
                          struct quire_error *error);

#endif

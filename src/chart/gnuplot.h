/* Private to chart: gnuplot, which draws. */
#ifndef QUIRE_CHART_GNUPLOT_H
#define QUIRE_CHART_GNUPLOT_H

#include "base/buf.h"
#include "quire/chart.h"

/* Runs the script, without a start-up file, and appends what gnuplot draws. Errors as
 * quire_chart_render. */
int quire_gnuplot_run(const struct quire_chart_options *options, const struct quire_buf *script,
                      struct quire_buf *output, struct quire_error *error);

#endif

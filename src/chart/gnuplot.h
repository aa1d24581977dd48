/* Private to chart: gnuplot as a child process. */
#ifndef QUIRE_CHART_GNUPLOT_H
#define QUIRE_CHART_GNUPLOT_H

#include "base/buf.h"
#include "quire/chart.h"

#define QUIRE_GNUPLOT_OUTPUT_MAX ((size_t)64 << 20)

/* Runs the script and appends what gnuplot writes on its standard output. The child gets the
 * script as its standard input, no file of ours, none of our environment and no start-up file; it
 * is killed when time is up, the observer cancels, or it writes more than the limit. Errors as
 * quire_chart_render. */
int quire_gnuplot_run(const struct quire_chart_options *options, const struct quire_buf *script,
                      struct quire_buf *output, struct quire_error *error);

#endif

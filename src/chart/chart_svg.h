/* Private to chart: gnuplot's SVG made ours. */
#ifndef QUIRE_CHART_CHART_SVG_H
#define QUIRE_CHART_CHART_SVG_H

#include "base/buf.h"
#include "quire/chart.h"

/* Appends what of gnuplot's document is drawn, and nothing else: paths, polygons, circles and
 * texts, under a root of our own. QUIRE_IO when the document is not what gnuplot 5 writes. */
int quire_chart_svg(const struct quire_chart *chart, const struct quire_chart_options *options,
                    const struct quire_buf *drawn, struct quire_buf *out,
                    struct quire_error *error);

#endif

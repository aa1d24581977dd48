/* Private to chart: the marks of a chart. */
#ifndef QUIRE_CHART_CHART_MARKS_H
#define QUIRE_CHART_CHART_MARKS_H

#include "chart/chart_layout.h"
#include "chart/chart_script.h"

void quire_chart_draw_marks(const struct quire_chart_layout *layout,
                            struct quire_chart_script *script);

#endif

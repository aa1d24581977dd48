/* Private to chart: a chart as shapes and texts. */
#ifndef QUIRE_CHART_CHART_DRAW_H
#define QUIRE_CHART_CHART_DRAW_H

#include "chart/chart_layout.h"
#include "chart/chart_script.h"

void quire_chart_draw(const struct quire_chart_layout *layout, struct quire_chart_script *script);

#endif

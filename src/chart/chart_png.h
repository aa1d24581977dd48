/* Private to chart: a PNG says how large it is meant to be. */
#ifndef QUIRE_CHART_CHART_PNG_H
#define QUIRE_CHART_CHART_PNG_H

#include "base/buf.h"
#include "quire/error.h"

/* Appends the picture with a pHYs chunk of that many dots to the inch. QUIRE_IO when it is no
 * PNG. */
int quire_chart_png(const struct quire_buf *drawn, int dpi, struct quire_buf *out,
                    struct quire_error *error);

#endif

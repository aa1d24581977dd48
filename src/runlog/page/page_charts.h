/* Private to runlog: the charts of a report. */
#ifndef QUIRE_RUNLOG_PAGE_CHARTS_H
#define QUIRE_RUNLOG_PAGE_CHARTS_H

#include "base/alloc.h"
#include "quire/chart.h"
#include "runlog/page/page.h"

#define QUIRE_PAGE_CHARTS_MAX 8
#define QUIRE_PAGE_SERIES_MAX 12

struct quire_page_chart {
    const char *name;    /* of its file, and what its ids begin with */
    const char *caption; /* a sentence */
    int height, height_narrow;
    struct quire_chart chart;
    struct quire_chart_series series[QUIRE_PAGE_SERIES_MAX];
};

struct quire_page_charts {
    size_t size;
    struct quire_page_chart items[QUIRE_PAGE_CHARTS_MAX];
};

/* Those that the document has numbers for; what they point to is in the arena or the document.
 * 0 or QUIRE_MEMORY. */
int quire_page_charts_make(const struct quire_page *page, struct quire_arena *arena,
                           struct quire_page_charts *charts);

#endif

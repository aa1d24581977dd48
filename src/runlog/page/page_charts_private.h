/* Private to page_charts*.c: what charts of a report are made of. */
#ifndef QUIRE_RUNLOG_PAGE_CHARTS_PRIVATE_H
#define QUIRE_RUNLOG_PAGE_CHARTS_PRIVATE_H

#include "runlog/page/page_charts.h"

/* The array that a chart is about. */
struct quire_page_rows {
    const struct quire_json_node **items;
    size_t size;
};

/* The next chart, of the usual size; strings are borrowed. */
struct quire_page_chart *quire_page_chart_add(struct quire_page_charts *charts, const char *name,
                                              const char *title, const char *caption);
/* A column of the rows as the next series of a chart. */
int quire_page_chart_series(struct quire_page_chart *item, const struct quire_page_rows *rows,
                            const char *key, const char *name, enum quire_chart_tone tone,
                            struct quire_arena *arena);
/* A text of the document, "" for what is none, in the arena; NULL when memory is out. */
const char *quire_page_chart_text(const struct quire_json_node *object, const char *key,
                                  struct quire_arena *arena);

/* Which anomalies are marked in a chart, and where. */
struct quire_page_marking {
    const char *word; /* that they are about */
    double grain;     /* they are at the start of their day or hour */
    bool low;         /* the lower ones are the further ones */
    /* Where these are given, they are at the height of that hour's. */
    const struct quire_page_rows *rows;
    const double *heights;
};
int quire_page_chart_marks(const struct quire_page *page, const struct quire_page_marking *marking,
                           struct quire_arena *arena, struct quire_chart *chart);

/* The charts that are not of days or hours; neither array is empty. */
int quire_page_charts_steps(const struct quire_page_rows *steps, struct quire_arena *arena,
                            struct quire_page_charts *charts);
int quire_page_charts_phases(const struct quire_page_rows *phases, struct quire_arena *arena,
                             struct quire_page_charts *charts);

#endif

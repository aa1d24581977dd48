/* A report on a run log as a page for people, and its charts as pictures (docs/RUNLOG.md, "The
 * page"). Both are made of the JSON documents that the reports are. */
#ifndef QUIRE_RUNLOG_PAGE_H
#define QUIRE_RUNLOG_PAGE_H

#include "quire/chart.h"
#include "quire/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of a table of the page, unless rows_max says otherwise. */
#define QUIRE_RUNLOG_PAGE_ROWS_MAX 1000

/* Zero means the default. */
struct quire_runlog_page_options {
    const char *trends;  /* the document of quire_runlog_trends, told as well; NULL: not */
    const char *gnuplot; /* as program of quire/chart.h */
    int64_t timeout_ms;  /* of each chart; 30,000 */
    int dpi;             /* of pictures; 300 */
    /* Rows of the tables of steps, days and hours that the page has; 0: 1,000, below 0: all. Of
     * more steps half are those that took longest in total, and half those of the others that
     * failed most often; of days and hours they are the last. Charts and totals are of all. */
    int64_t rows_max;
    enum quire_durability durability;
    /* Asked whether to stop, and told of charts that there are not. */
    struct quire_context *context;
};

/* One HTML document that needs nothing else: style and charts are in it, there is no script, and a
 * policy in it forbids whatever comes from elsewhere. summary is the document of
 * quire_runlog_summary. Where charts cannot be drawn, the page says why and has its tables. Freed
 * with quire_free. QUIRE_INPUT for what is no such document. */
QUIRE_API int quire_runlog_page(const char *summary,
                                const struct quire_runlog_page_options *options, char **html,
                                struct quire_error *error);
/* The same put at a path or URL, whole or not at all. */
QUIRE_API int quire_runlog_page_write(const char *summary, const char *url,
                                      const struct quire_runlog_page_options *options,
                                      struct quire_error *error);

/* The charts as PNG: FOLDER/NAME.png each, or, for a url that ends in ".png", what stands before
 * that, "-", NAME and ".png". *written (may be NULL) says how many there are: none of a period
 * without rows. Errors of quire_chart_render, and each picture whole or not at all. */
QUIRE_API int quire_runlog_pictures_write(const char *summary, const char *url,
                                          const struct quire_runlog_page_options *options,
                                          size_t *written, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif

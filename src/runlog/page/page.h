/* Private to runlog: a report as a page. */
#ifndef QUIRE_RUNLOG_PAGE_H_PRIVATE
#define QUIRE_RUNLOG_PAGE_H_PRIVATE

#include "base/buf.h"
#include "base/json_tree.h"
#include "quire/runlog_page.h"

/* What a page is made of. Trees live in an arena that outlives the page. */
struct quire_page {
    const struct quire_json_node *summary;
    const struct quire_json_node *trends; /* NULL: not told */
    int64_t rows_max;                     /* of steps, days and hours; below 0: any */
};

/* A number of the document; NaN when it is none. */
double quire_page_number(const struct quire_json_node *object, const char *key);
/* Seconds since the epoch of a day or an instant; NaN when it is neither. */
double quire_page_time(const struct quire_json_node *object, const char *key);
/* Items of an array that is a member; 0 where there is none. */
size_t quire_page_items(const struct quire_json_node *object, const char *key,
                        const struct quire_json_node **first);

/* Are all anomalies that were found listed? */
bool quire_page_lists_all(const struct quire_page *page);

/* The parts of a page, in order. All return 0 or QUIRE_MEMORY. */
int quire_page_put_head(struct quire_buf *out, const struct quire_page *page);
int quire_page_put_figures(struct quire_buf *out, const struct quire_page *page);
int quire_page_put_news(struct quire_buf *out, const struct quire_page *page);
int quire_page_put_tables(struct quire_buf *out, const struct quire_page *page);

/* Text of the document in an element that keeps its direction to itself, cut where it is very
 * long; the title then has more of it. */
int quire_page_put_text(struct quire_buf *out, const char *text, size_t size);
/* A data element: shown as its member's name says (seconds, percent, counts in groups of three),
 * its value what stands in the document. */
int quire_page_put_value(struct quire_buf *out, const char *key,
                         const struct quire_json_node *value);
/* The same of a member by its name; nothing where there is none. */
int quire_page_put_member(struct quire_buf *out, const struct quire_json_node *object,
                          const char *key);
/* The description of an anomaly, in which the step's name has its own direction. */
int quire_page_put_described(struct quire_buf *out, const struct quire_json_node *anomaly);
/* The same as a member with its unit, millions and more as such, many seconds as hours. */
int quire_page_put_main(struct quire_buf *out, const struct quire_json_node *object,
                        const char *key);

enum quire_page_time {
    QUIRE_PAGE_TIME,       /* as it is */
    QUIRE_PAGE_TIME_FIRST, /* the start of a period: midnight is the day */
    QUIRE_PAGE_TIME_LAST   /* where a period ends: midnight is the day before */
};
/* A day or an instant of the document as "29 Nov 2026" or "29 Nov 2026 12:00"; what is neither as
 * it stands. */
int quire_page_put_time(struct quire_buf *out, const char *text, enum quire_page_time how);

#endif

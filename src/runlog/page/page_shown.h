/* Private to runlog: which rows of a long table a page has, so that a browser can open it, and in
 * which order. */
#ifndef QUIRE_RUNLOG_PAGE_SHOWN_H
#define QUIRE_RUNLOG_PAGE_SHOWN_H

#include "base/buf.h"
#include "runlog/page/page.h"

struct quire_page_shown {
    size_t size, shown;
    const struct quire_json_node **rows; /* those that are shown */
    const char *rule;                    /* which these are, said of them; NULL: all */
};
void quire_page_shown_release(struct quire_page_shown *shown);

/* Of steps half are the first ones, which took longest in total, and half those of the others that
 * failed most often; of days and hours the last ones are shown. Anomalies were chosen before, all
 * of them are. rows_max below 0: all.
 * Steps and phases stand in the document's order; days and hours with the last first; anomalies
 * too, those of high severity before the others. 0 or QUIRE_MEMORY. */
int quire_page_choose(const struct quire_page *page, const char *key, size_t size,
                      const struct quire_json_node *first, struct quire_page_shown *shown);

#endif

#include "runlog/page/page_shown.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"

/* A row, and what it is sorted by: more comes first, and of as much what stands first. */
struct ranked {
    double rank, time;
    size_t index;
    const struct quire_json_node *row;
};

static int compare(const void *a, const void *b)
{
    const struct ranked *one = a, *other = b;
    if (one->rank != other->rank) return one->rank < other->rank ? 1 : -1;
    if (one->time != other->time) return one->time < other->time ? 1 : -1;
    return one->index < other->index ? -1 : 1;
}

void quire_page_shown_release(struct quire_page_shown *shown)
{
    quire_free(shown->rows);
    shown->rows = NULL;
}

/* --- Which -------------------------------------------------------------------------------------
 */

/* The steps behind the first ones that failed most; *left is how many more there is room for. */
static int mark_failing(const struct quire_json_node *first, size_t size, size_t from,
                        uint8_t *marks, size_t *left)
{
    QUIRE_CLEANUP(quire_cleanup_free) struct ranked *all = quire_alloc_zero(size, sizeof(*all));
    size_t failing = 0, index = 0;
    if (all == NULL) return QUIRE_MEMORY;
    for (const struct quire_json_node *row = first; row != NULL; row = row->next, index++) {
        double failed = quire_page_number(row, "failed_rows");
        if (index >= from && failed > 0)
            all[failing++] = (struct ranked){.rank = failed, .index = index};
    }
    qsort(all, failing, sizeof(*all), compare);
    for (size_t i = 0; i<failing && * left> 0; i++, (*left)--)
        marks[all[i].index] = 1;
    return 0;
}

/* Where fewer failed than there is room for, more of the first ones. */
static int mark_steps(const struct quire_json_node *first, size_t size, size_t most, uint8_t *marks)
{
    size_t half = (most + 1) / 2, left = most - half;
    memset(marks, 1, half);
    QUIRE_TRY(mark_failing(first, size, half, marks, &left));
    for (size_t i = half; i < size && left > 0; i++) {
        left -= marks[i] == 0;
        marks[i] = 1;
    }
    return 0;
}

/* One byte a row: whether it is shown. */
static int mark(struct quire_page_shown *shown, const char *key,
                const struct quire_json_node *first, size_t most, uint8_t *marks)
{
    if (strcmp(key, "by_step") == 0) {
        shown->rule = "those that took longest in total, and those that failed most often";
        return mark_steps(first, shown->size, most, marks);
    }
    if (strcmp(key, "step_durations") == 0) {
        shown->rule = "those that became slower by most";
        memset(marks, 1, most);
        return 0;
    }
    shown->rule = "the last ones";
    memset(marks + (shown->size - most), 1, most);
    return 0;
}

/* --- In which order ----------------------------------------------------------------------------
 */

/* By time, where there is one: the member. */
static int order(struct quire_page_shown *shown, const char *time)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    struct ranked *all = quire_alloc_zero(shown->shown, sizeof(*all));
    if (all == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < shown->shown; i++) {
        const char *severity = quire_json_tree_text(shown->rows[i], "severity");
        double at = quire_page_time(shown->rows[i], time);
        all[i] = (struct ranked){
            .rank = severity != NULL && strcmp(severity, "high") == 0,
            .time = isfinite(at) ? at : -HUGE_VAL,
            .index = i,
            .row = shown->rows[i],
        };
    }
    qsort(all, shown->shown, sizeof(*all), compare);
    for (size_t i = 0; i < shown->shown; i++)
        shown->rows[i] = all[i].row;
    return 0;
}

int quire_page_choose(const struct quire_page *page, const char *key, size_t size,
                      const struct quire_json_node *first, struct quire_page_shown *shown)
{
    static const char *const times[][2] = {
        {"anomalies", "created_at"}, {"by_day", "day"}, {"by_hour", "hour"}};
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *marks = quire_alloc_zero(size, 1);
    *shown = (struct quire_page_shown){.size = size,
                                       .rows = quire_alloc_zero(size, sizeof(*shown->rows))};
    if (marks == NULL || shown->rows == NULL) return QUIRE_MEMORY;
    if (page->rows_max < 0 || size <= (size_t)page->rows_max || strcmp(key, "anomalies") == 0)
        memset(marks, 1, size);
    else
        QUIRE_TRY(mark(shown, key, first, (size_t)page->rows_max, marks));
    size_t index = 0;
    for (const struct quire_json_node *row = first; row != NULL; row = row->next, index++)
        if (marks[index] != 0) shown->rows[shown->shown++] = row;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if (strcmp(times[i][0], key) == 0) QUIRE_TRY(order(shown, times[i][1]));
    return 0;
}

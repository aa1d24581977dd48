/* Which members of the document are drawn, and how. */
#include "runlog/page/page_charts_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

#define HOURS_SHOWN (14 * 24)
#define RATE_POINTS 5 /* that are seen of an axis of rates */
#define DAY_S       86400.0

static int rows_of(const struct quire_page *page, const char *key, struct quire_arena *arena,
                   struct quire_page_rows *rows)
{
    const struct quire_json_node *item;
    size_t size = quire_page_items(page->summary, key, &item);
    if (size > QUIRE_CHART_POINTS_MAX) size = QUIRE_CHART_POINTS_MAX;
    rows->size = size;
    rows->items = quire_arena_alloc(arena, (size + 1) * sizeof(*rows->items));
    if (rows->items == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < size; i++, item = item->next)
        rows->items[i] = item;
    return 0;
}

static int numbers_of(const struct quire_page_rows *rows, const char *key,
                      struct quire_arena *arena, const double **numbers)
{
    double *values = quire_arena_alloc(arena, (rows->size + 1) * sizeof(double));
    if (values == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < rows->size; i++)
        values[i] = quire_page_number(rows->items[i], key);
    *numbers = values;
    return 0;
}

static int times_of(const struct quire_page_rows *rows, const char *key, struct quire_arena *arena,
                    const double **times)
{
    double *values = quire_arena_alloc(arena, (rows->size + 1) * sizeof(double));
    if (values == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < rows->size; i++)
        values[i] = quire_page_time(rows->items[i], key);
    *times = values;
    return 0;
}

const char *quire_page_chart_text(const struct quire_json_node *object, const char *key,
                                  struct quire_arena *arena)
{
    const struct quire_json_node *node = quire_json_tree_get(object, key);
    if (node == NULL || node->kind != QUIRE_JSON_STRING) return "";
    char *copy = quire_arena_strndup(arena, node->text, node->size);
    /* A zero would end it. */
    for (size_t i = 0; copy != NULL && i < node->size; i++) {
        if (copy[i] == '\0') copy[i] = ' ';
    }
    return copy;
}

/* --- Charts ------------------------------------------------------------------------------------
 */

struct quire_page_chart *quire_page_chart_add(struct quire_page_charts *charts, const char *name,
                                              const char *title, const char *caption)
{
    struct quire_page_chart *item = &charts->items[charts->size++];
    *item = (struct quire_page_chart){
        .name = name,
        .caption = caption,
        .height = 270,
        .height_narrow = 250,
        .chart = {.title = title, .description = caption, .series = item->series},
    };
    return item;
}

int quire_page_chart_series(struct quire_page_chart *item, const struct quire_page_rows *rows,
                            const char *key, const char *name, enum quire_chart_tone tone,
                            struct quire_arena *arena)
{
    struct quire_chart_series *series = &item->series[item->chart.series_size];
    *series = (struct quire_chart_series){.name = name, .tone = tone};
    QUIRE_TRY(numbers_of(rows, key, arena, &series->values));
    item->chart.series_size++;
    item->chart.points_size = rows->size;
    return 0;
}

/* The caption, with what rings are where there are any. */
static int describe(struct quire_page_chart *item, const char *what, const struct quire_page *page,
                    struct quire_arena *arena)
{
    static const char *const rings[] = {"", " Rings are single steps.",
                                        " Rings are single steps, the most serious ones."};
    size_t which = item->chart.marks_size == 0 ? 0 : quire_page_lists_all(page) ? 1 : 2;
    size_t size = strlen(what) + strlen(rings[which]) + 1;
    char *caption = quire_arena_alloc(arena, size);
    if (caption == NULL) return QUIRE_MEMORY;
    snprintf(caption, size, "%s%s", what, rings[which]);
    item->caption = item->chart.description = caption;
    return 0;
}

static int add_days(const struct quire_page *page, const struct quire_page_rows *days,
                    struct quire_arena *arena, struct quire_page_charts *charts)
{
    const double *at;
    QUIRE_TRY(times_of(days, "day", arena, &at));
    struct quire_page_chart *item =
        quire_page_chart_add(charts, "duration-by-day", "Duration by day", NULL);
    item->chart.kind = QUIRE_CHART_LINE;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = DAY_S;
    item->chart.value_axis = (struct quire_chart_axis){.unit = QUIRE_CHART_SECONDS, .zero = true};
    QUIRE_TRY(quire_page_chart_series(item, days, "average_duration_secs", "average",
                                      QUIRE_CHART_TONE_1, arena));
    QUIRE_TRY(quire_page_chart_series(item, days, "max_duration_secs", "longest",
                                      QUIRE_CHART_TONE_2, arena));
    QUIRE_TRY(quire_page_chart_marks(
        page, &(struct quire_page_marking){.word = "duration", .grain = DAY_S}, arena,
        &item->chart));
    QUIRE_TRY(describe(item, "Average and longest step of each day.", page, arena));

    item = quire_page_chart_add(charts, "success-by-day", "Success by day", NULL);
    item->chart.kind = QUIRE_CHART_LINE;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = DAY_S;
    item->chart.value_axis = (struct quire_chart_axis){
        .unit = QUIRE_CHART_PERCENT, .at_most = 100, .span_min = RATE_POINTS};
    QUIRE_TRY(quire_page_chart_series(item, days, "success_rate_percent", "steps that succeeded",
                                      QUIRE_CHART_TONE_GOOD, arena));
    QUIRE_TRY(quire_page_chart_series(item, days, "average_validation_rate", "valid rows",
                                      QUIRE_CHART_TONE_4, arena));
    QUIRE_TRY(quire_page_chart_marks(
        page, &(struct quire_page_marking){.word = "rate", .grain = DAY_S, .low = true}, arena,
        &item->chart));
    QUIRE_TRY(describe(item, "Steps that succeeded, and rows that were valid.", page, arena));

    item = quire_page_chart_add(charts, "steps-by-day", "Steps by day",
                                "How many steps ran, and how they ended.");
    item->chart.kind = QUIRE_CHART_STACKED;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = DAY_S;
    item->chart.value_axis.whole = true;
    QUIRE_TRY(quire_page_chart_series(item, days, "successful_rows", "succeeded",
                                      QUIRE_CHART_TONE_GOOD, arena));
    return quire_page_chart_series(item, days, "failed_rows", "failed", QUIRE_CHART_TONE_BAD,
                                   arena);
}

static int add_hours(const struct quire_page *page, const struct quire_page_rows *all,
                     struct quire_arena *arena, struct quire_page_charts *charts)
{
    const double *at, *heights;
    double last = quire_page_time(all->items[all->size - 1], "hour");
    size_t first = all->size;
    while (first > 0 &&
           last - quire_page_time(all->items[first - 1], "hour") < HOURS_SHOWN * 3600.0)
        first--;
    const struct quire_page_rows hours = {all->items + first, all->size - first};
    if (hours.size == 0) return 0;
    QUIRE_TRY(times_of(&hours, "hour", arena, &at));
    struct quire_page_chart *item =
        quire_page_chart_add(charts, "rows-by-hour", "Rows by hour",
                             first > 0 ? "Rows processed in each hour of the last 14 days."
                                       : "Rows processed in each hour.");
    item->chart.kind = QUIRE_CHART_BAR;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = 3600;
    item->chart.value_axis.whole = true;
    QUIRE_TRY(quire_page_chart_series(item, &hours, "total_rows_processed", "rows processed",
                                      QUIRE_CHART_TONE_1, arena));
    heights = item->series[0].values;
    return quire_page_chart_marks(
        page,
        &(struct quire_page_marking){
            .word = "rows", .grain = 3600, .rows = &hours, .heights = heights},
        arena, &item->chart);
}

int quire_page_charts_make(const struct quire_page *page, struct quire_arena *arena,
                           struct quire_page_charts *charts)
{
    struct quire_page_rows days, hours, steps, phases;
    charts->size = 0;
    QUIRE_TRY(rows_of(page, "by_day", arena, &days));
    QUIRE_TRY(rows_of(page, "by_hour", arena, &hours));
    QUIRE_TRY(rows_of(page, "by_step", arena, &steps));
    QUIRE_TRY(rows_of(page, "by_phase", arena, &phases));
    if (days.size > 0) QUIRE_TRY(add_days(page, &days, arena, charts));
    if (hours.size > 0) QUIRE_TRY(add_hours(page, &hours, arena, charts));
    if (steps.size > 0) QUIRE_TRY(quire_page_charts_steps(&steps, arena, charts));
    if (phases.size > 0) QUIRE_TRY(quire_page_charts_phases(&phases, arena, charts));
    return 0;
}

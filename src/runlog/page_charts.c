/* Which members of the document are drawn, and how. */
#include "runlog/page/page_charts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/time_text.h"

#define STEPS_SHOWN 12
#define HOURS_SHOWN (14 * 24)
#define CAPTION_MAX 160
#define DAY_S       86400.0

/* The array that a chart is about. */
struct rows {
    const struct quire_json_node **items;
    size_t size;
};

static int rows_of(const struct quire_page *page, const char *key, struct quire_arena *arena,
                   struct rows *rows)
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

static int numbers_of(const struct rows *rows, const char *key, struct quire_arena *arena,
                      const double **numbers)
{
    double *values = quire_arena_alloc(arena, (rows->size + 1) * sizeof(double));
    if (values == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < rows->size; i++)
        values[i] = quire_page_number(rows->items[i], key);
    *numbers = values;
    return 0;
}

/* Seconds since the epoch of a day or an instant; NaN when it is neither. */
static double time_of(const struct quire_json_node *object, const char *key)
{
    struct quire_time_parts parts;
    const char *text = quire_json_tree_text(object, key);
    if (text == NULL || !quire_time_parse(text, strlen(text), &parts)) return (double)NAN;
    int64_t of_day_s = parts.nanos / 1000000000 - parts.offset_s;
    return (double)parts.days * DAY_S + (double)of_day_s;
}

static int times_of(const struct rows *rows, const char *key, struct quire_arena *arena,
                    const double **times)
{
    double *values = quire_arena_alloc(arena, (rows->size + 1) * sizeof(double));
    if (values == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < rows->size; i++)
        values[i] = time_of(rows->items[i], key);
    *times = values;
    return 0;
}

/* --- Marks -------------------------------------------------------------------------------------
 */

/* Is the type about this word, with a value of the word's own measure? */
static bool is_about(const char *type, const char *word)
{
    return type != NULL && strstr(type, word) != NULL && strstr(type, "spread") == NULL;
}

/* Anomalies that are about the word, at the start of their day or hour. Where rows are given, they
 * are at the height of that hour's. */
static int marks_of(const struct quire_page *page, const char *word, double grain,
                    const struct rows *rows, const double *heights, struct quire_arena *arena,
                    struct quire_chart *chart)
{
    const struct quire_json_node *item;
    size_t size = quire_page_items(page->summary, "anomalies", &item);
    if (size > QUIRE_CHART_MARKS_MAX) size = QUIRE_CHART_MARKS_MAX;
    struct quire_chart_mark *marks = quire_arena_alloc(arena, (size + 1) * sizeof(*marks));
    if (marks == NULL) return QUIRE_MEMORY;
    size_t found = 0;
    for (size_t i = 0; i < size; i++, item = item->next) {
        const char *type = quire_json_tree_text(item, "type");
        double time = floor(time_of(item, "created_at") / grain) * grain;
        double value = quire_page_number(item, "value");
        if (!is_about(type, word) || !isfinite(time)) continue;
        for (size_t r = 0; rows != NULL && r < rows->size; r++) {
            if (chart->at[r] == time) value = heights[r];
        }
        if (!isfinite(value)) continue;
        if (time < chart->at[0] || time > chart->at[chart->points_size - 1]) continue;
        marks[found++] = (struct quire_chart_mark){.place = time, .value = value};
    }
    chart->marks = marks;
    chart->marks_size = found;
    chart->marks_name =
        quire_page_lists_all(page) ? "out of the ordinary" : "out of the ordinary (the first)";
    return 0;
}

/* --- Charts ------------------------------------------------------------------------------------
 */

static struct quire_page_chart *add(struct quire_page_charts *charts, const char *name,
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

static int add_series(struct quire_page_chart *item, const struct rows *rows, const char *key,
                      const char *name, enum quire_chart_tone tone, struct quire_arena *arena)
{
    struct quire_chart_series *series = &item->series[item->chart.series_size];
    *series = (struct quire_chart_series){.name = name, .tone = tone};
    QUIRE_TRY(numbers_of(rows, key, arena, &series->values));
    item->chart.series_size++;
    item->chart.points_size = rows->size;
    return 0;
}

static int add_days(const struct quire_page *page, const struct rows *days,
                    struct quire_arena *arena, struct quire_page_charts *charts)
{
    const double *at;
    QUIRE_TRY(times_of(days, "day", arena, &at));
    struct quire_page_chart *item =
        add(charts, "duration-by-day", "Duration by day",
            "How long steps took on each day, on average and at most. Rings are single steps.");
    item->chart.kind = QUIRE_CHART_LINE;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = DAY_S;
    item->chart.value_axis = (struct quire_chart_axis){.unit = QUIRE_CHART_SECONDS, .zero = true};
    QUIRE_TRY(
        add_series(item, days, "average_duration_secs", "average", QUIRE_CHART_TONE_1, arena));
    QUIRE_TRY(add_series(item, days, "max_duration_secs", "longest", QUIRE_CHART_TONE_2, arena));
    QUIRE_TRY(marks_of(page, "duration", DAY_S, NULL, NULL, arena, &item->chart));

    item = add(charts, "success-by-day", "Success by day",
               "Steps that succeeded, and rows that were valid. Rings are single steps.");
    item->chart.kind = QUIRE_CHART_LINE;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = DAY_S;
    item->chart.value_axis = (struct quire_chart_axis){.unit = QUIRE_CHART_PERCENT, .at_most = 100};
    QUIRE_TRY(add_series(item, days, "success_rate_percent", "steps that succeeded",
                         QUIRE_CHART_TONE_GOOD, arena));
    QUIRE_TRY(
        add_series(item, days, "average_validation_rate", "valid rows", QUIRE_CHART_TONE_4, arena));
    QUIRE_TRY(marks_of(page, "rate", DAY_S, NULL, NULL, arena, &item->chart));

    item = add(charts, "steps-by-day", "Steps by day", "How many steps ran, and how they ended.");
    item->chart.kind = QUIRE_CHART_STACKED;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = DAY_S;
    QUIRE_TRY(add_series(item, days, "successful_rows", "succeeded", QUIRE_CHART_TONE_GOOD, arena));
    return add_series(item, days, "failed_rows", "failed", QUIRE_CHART_TONE_BAD, arena);
}

static int add_hours(const struct quire_page *page, const struct rows *all,
                     struct quire_arena *arena, struct quire_page_charts *charts)
{
    const double *at, *heights;
    double last = time_of(all->items[all->size - 1], "hour");
    size_t first = all->size;
    while (first > 0 && last - time_of(all->items[first - 1], "hour") < HOURS_SHOWN * 3600.0)
        first--;
    const struct rows hours = {all->items + first, all->size - first};
    if (hours.size == 0) return 0;
    QUIRE_TRY(times_of(&hours, "hour", arena, &at));
    struct quire_page_chart *item =
        add(charts, "rows-by-hour", "Rows by hour",
            first > 0 ? "Rows processed in each hour of the last 14 days."
                      : "Rows processed in each hour.");
    item->chart.kind = QUIRE_CHART_BAR;
    item->chart.places = QUIRE_CHART_TIMES;
    item->chart.at = at;
    item->chart.place_axis.step_min = 3600;
    QUIRE_TRY(add_series(item, &hours, "total_rows_processed", "rows processed", QUIRE_CHART_TONE_1,
                         arena));
    heights = item->series[0].values;
    return marks_of(page, "rows", 3600, &hours, heights, arena, &item->chart);
}

/* Those that took most time come first; of equals the one that the document has first. */
static int by_total(const void *a, const void *b)
{
    const struct quire_json_node *one = *(const struct quire_json_node *const *)a;
    const struct quire_json_node *other = *(const struct quire_json_node *const *)b;
    double left = quire_page_number(one, "total_duration_secs");
    double right = quire_page_number(other, "total_duration_secs");
    if (left != right) return left < right ? 1 : -1;
    return one->raw < other->raw ? -1 : one->raw > other->raw;
}

static const char *copy_text(const struct quire_json_node *object, const char *key,
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

static int names_of(const struct rows *rows, const char *key, struct quire_arena *arena,
                    struct quire_chart *chart)
{
    const char **names = quire_arena_alloc(arena, (rows->size + 1) * sizeof(*names));
    if (names == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < rows->size; i++) {
        names[i] = copy_text(rows->items[i], key, arena);
        if (names[i] == NULL) return QUIRE_MEMORY;
    }
    chart->categories = names;
    return 0;
}

static int add_steps(struct rows *steps, struct quire_arena *arena,
                     struct quire_page_charts *charts)
{
    char *caption = quire_arena_alloc(arena, CAPTION_MAX);
    if (caption == NULL) return QUIRE_MEMORY;
    size_t all = steps->size;
    qsort(steps->items, steps->size, sizeof(*steps->items), by_total);
    if (steps->size > STEPS_SHOWN) steps->size = STEPS_SHOWN;
    if (all > STEPS_SHOWN)
        snprintf(caption, CAPTION_MAX, "Total time of the %d steps of %zu that took longest.",
                 STEPS_SHOWN, all);
    else
        snprintf(caption, CAPTION_MAX, "Total time of each step, the longest first.");
    struct quire_page_chart *item = add(charts, "time-by-step", "Time by step", caption);
    item->chart.kind = QUIRE_CHART_BAR;
    item->chart.places = QUIRE_CHART_CATEGORIES;
    item->chart.lying = true;
    item->chart.value_axis.unit = QUIRE_CHART_SECONDS;
    item->height = item->height_narrow = 110 + (int)steps->size * 15;
    QUIRE_TRY(names_of(steps, "step_name", arena, &item->chart));
    return add_series(item, steps, "total_duration_secs", "total time", QUIRE_CHART_TONE_1, arena);
}

/* A phase a series; its time, its steps and its rows are one point each. */
static int add_phases(const struct rows *phases, struct quire_arena *arena,
                      struct quire_page_charts *charts)
{
    static const char *const keys[] = {"total_duration_secs", "total_rows", "total_rows_processed"};
    static const char *const names[] = {"time", "steps", "rows"};
    struct quire_page_chart *item = add(charts, "phase-shares", "Shares of the phases",
                                        "How time, steps and rows processed are parted.");
    item->chart.kind = QUIRE_CHART_SHARES;
    item->chart.places = QUIRE_CHART_CATEGORIES;
    item->chart.lying = true;
    item->chart.categories = names;
    item->chart.points_size = 3;
    item->height = item->height_narrow = 200;
    size_t room = sizeof(item->series) / sizeof(item->series[0]);
    for (size_t p = 0; p < phases->size && p < room; p++) {
        struct quire_chart_series *series = &item->series[item->chart.series_size++];
        double *values = quire_arena_alloc(arena, 3 * sizeof(double));
        series->name = copy_text(phases->items[p], "phase", arena);
        if (values == NULL || series->name == NULL) return QUIRE_MEMORY;
        for (size_t i = 0; i < 3; i++)
            values[i] = quire_page_number(phases->items[p], keys[i]);
        series->values = values;
    }
    return 0;
}

int quire_page_charts_make(const struct quire_page *page, struct quire_arena *arena,
                           struct quire_page_charts *charts)
{
    struct rows days, hours, steps, phases;
    charts->size = 0;
    QUIRE_TRY(rows_of(page, "by_day", arena, &days));
    QUIRE_TRY(rows_of(page, "by_hour", arena, &hours));
    QUIRE_TRY(rows_of(page, "by_step", arena, &steps));
    QUIRE_TRY(rows_of(page, "by_phase", arena, &phases));
    if (days.size > 0) QUIRE_TRY(add_days(page, &days, arena, charts));
    if (hours.size > 0) QUIRE_TRY(add_hours(page, &hours, arena, charts));
    if (steps.size > 0) QUIRE_TRY(add_steps(&steps, arena, charts));
    if (phases.size > 0) QUIRE_TRY(add_phases(&phases, arena, charts));
    return 0;
}

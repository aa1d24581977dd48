/* Charts of steps, which are ranked, and of phases. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "runlog/page/page_charts_private.h"

#define STEPS_SHOWN 12
#define CAPTION_MAX 160
#define NAME_SHORT  16 /* bytes */

static int names_of(const struct quire_page_rows *rows, const char *key, struct quire_arena *arena,
                    struct quire_chart *chart)
{
    const char **names = quire_arena_alloc(arena, (rows->size + 1) * sizeof(*names));
    if (names == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < rows->size; i++) {
        names[i] = quire_page_chart_text(rows->items[i], key, arena);
        if (names[i] == NULL) return QUIRE_MEMORY;
    }
    chart->categories = names;
    return 0;
}

/* A chart of one number of each step: the furthest of them come first, of equals the one that the
 * document has first. */
struct by_step {
    const char *name, *title, *what, *key, *series;
    enum quire_chart_unit unit;
    enum quire_chart_tone tone;
    bool low; /* the lowest is the furthest */
};

static const struct by_step by_step[] = {
    {"duration-by-step", "Duration by step", "Average time of", "average_duration_secs",
     "average time", QUIRE_CHART_SECONDS, QUIRE_CHART_TONE_1, false},
    {"success-by-step", "Success by step", "Success rate of", "success_rate_percent", "success",
     QUIRE_CHART_PERCENT, QUIRE_CHART_TONE_GOOD, true},
    {"time-by-step", "Time by step", "Total time of", "total_duration_secs", "total time",
     QUIRE_CHART_SECONDS, QUIRE_CHART_TONE_1, false},
};

struct ranked {
    const struct quire_json_node *step;
    double rank; /* what is not known comes last */
};

static int compare_ranks(const void *a, const void *b)
{
    const struct ranked *one = a, *other = b;
    if (one->rank != other->rank) return one->rank < other->rank ? 1 : -1;
    return one->step->raw < other->step->raw ? -1 : one->step->raw > other->step->raw;
}

/* Puts the steps that are shown into *shown. */
static int rank_steps(const struct quire_page_rows *steps, const struct by_step *how,
                      struct quire_arena *arena, struct quire_page_rows *shown)
{
    struct ranked *ranked = quire_arena_alloc(arena, (steps->size + 1) * sizeof(*ranked));
    shown->items = quire_arena_alloc(arena, (STEPS_SHOWN + 1) * sizeof(*shown->items));
    if (ranked == NULL || shown->items == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < steps->size; i++) {
        double number = quire_page_number(steps->items[i], how->key);
        double rank = how->low ? -number : number;
        ranked[i] = (struct ranked){steps->items[i], isfinite(rank) ? rank : -HUGE_VAL};
    }
    qsort(ranked, steps->size, sizeof(*ranked), compare_ranks);
    shown->size = steps->size < STEPS_SHOWN ? steps->size : STEPS_SHOWN;
    for (size_t i = 0; i < shown->size; i++)
        shown->items[i] = ranked[i].step;
    return 0;
}

static int height_of(const struct quire_page_rows *shown, int each)
{
    int height = 38 + (int)shown->size * each;
    return height > QUIRE_CHART_SIDE_MIN ? height : QUIRE_CHART_SIDE_MIN;
}

/* On a phone such names stand above their bars. */
static bool has_long_name(const struct quire_chart *chart, const struct quire_page_rows *shown)
{
    for (size_t i = 0; i < shown->size; i++)
        if (strlen(chart->categories[i]) > NAME_SHORT) return true;
    return false;
}

static int add_steps(const struct quire_page_rows *steps, const struct by_step *how,
                     struct quire_arena *arena, struct quire_page_charts *charts)
{
    struct quire_page_rows shown;
    char *caption = quire_arena_alloc(arena, CAPTION_MAX);
    if (caption == NULL) return QUIRE_MEMORY;
    const char *order = how->low ? "lowest" : "longest";
    if (steps->size > STEPS_SHOWN)
        snprintf(caption, CAPTION_MAX, "%s %d steps of %zu, the %s first.", how->what, STEPS_SHOWN,
                 steps->size, order);
    else
        snprintf(caption, CAPTION_MAX, "%s each step, the %s first.", how->what, order);
    struct quire_page_chart *item = quire_page_chart_add(charts, how->name, how->title, caption);
    QUIRE_TRY(rank_steps(steps, how, arena, &shown));
    item->chart.kind = QUIRE_CHART_BAR;
    item->chart.places = QUIRE_CHART_CATEGORIES;
    item->chart.lying = true;
    item->chart.value_axis.unit = how->unit;
    if (how->low) item->chart.value_axis.at_most = 100;
    QUIRE_TRY(names_of(&shown, "step_name", arena, &item->chart));
    item->height = height_of(&shown, 21);
    item->height_narrow =
        has_long_name(&item->chart, &shown) ? height_of(&shown, 32) : item->height;
    return quire_page_chart_series(item, &shown, how->key, how->series, how->tone, arena);
}

int quire_page_charts_steps(const struct quire_page_rows *steps, struct quire_arena *arena,
                            struct quire_page_charts *charts)
{
    for (size_t i = 0; i < sizeof(by_step) / sizeof(by_step[0]); i++)
        QUIRE_TRY(add_steps(steps, &by_step[i], arena, charts));
    return 0;
}

/* A phase a series; its time, its steps and its rows are one point each. */
int quire_page_charts_phases(const struct quire_page_rows *phases, struct quire_arena *arena,
                             struct quire_page_charts *charts)
{
    static const char *const keys[] = {"total_duration_secs", "total_rows", "total_rows_processed"};
    static const char *const names[] = {"time", "steps", "rows"};
    struct quire_page_chart *item =
        quire_page_chart_add(charts, "phase-shares", "Shares of the phases",
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
        series->name = quire_page_chart_text(phases->items[p], "phase", arena);
        if (values == NULL || series->name == NULL) return QUIRE_MEMORY;
        for (size_t i = 0; i < 3; i++)
            values[i] = quire_page_number(phases->items[p], keys[i]);
        series->values = values;
    }
    return 0;
}

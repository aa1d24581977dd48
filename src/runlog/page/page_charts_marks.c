/* Anomalies as marks in charts; the furthest ones have names. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "runlog/page/page_charts_private.h"

#define MARKS_NAMED 3 /* of a chart; of the others the table tells the step */

/* Is the type about this word, with a value of the word's own measure? */
static bool is_about(const char *type, const char *word)
{
    return type != NULL && strstr(type, word) != NULL && strstr(type, "spread") == NULL;
}

/* How far a mark is from the ordinary: its value, or how little it is. */
static double height_of(const struct quire_chart_mark *mark, bool low)
{
    return low ? -mark->value : mark->value;
}

/* Gives the furthest marks the names of their steps, each step's once. */
static void name_marks(struct quire_chart_mark *marks, const char *const *names, size_t size,
                       bool low)
{
    for (size_t named = 0; named < MARKS_NAMED; named++) {
        size_t furthest = size;
        for (size_t i = 0; i < size; i++) {
            bool told = names[i][0] == '\0';
            for (size_t k = 0; k < size && !told; k++)
                told = marks[k].label != NULL && strcmp(marks[k].label, names[i]) == 0;
            if (told) continue;
            if (furthest == size || height_of(&marks[i], low) > height_of(&marks[furthest], low))
                furthest = i;
        }
        if (furthest == size) return;
        marks[furthest].label = names[furthest];
    }
}

static double mark_value(const struct quire_page_marking *marking,
                         const struct quire_json_node *item, double time,
                         const struct quire_chart *chart)
{
    for (size_t r = 0; marking->rows != NULL && r < marking->rows->size; r++)
        if (chart->at[r] == time) return marking->heights[r];
    return quire_page_number(item, "value");
}

int quire_page_chart_marks(const struct quire_page *page, const struct quire_page_marking *marking,
                           struct quire_arena *arena, struct quire_chart *chart)
{
    const struct quire_json_node *item;
    size_t size = quire_page_items(page->summary, "anomalies", &item), found = 0;
    if (size > QUIRE_CHART_MARKS_MAX) size = QUIRE_CHART_MARKS_MAX;
    struct quire_chart_mark *marks = quire_arena_alloc(arena, (size + 1) * sizeof(*marks));
    const char **names = quire_arena_alloc(arena, (size + 1) * sizeof(*names));
    if (marks == NULL || names == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < size; i++, item = item->next) {
        double grain = marking->grain;
        double time = floor(quire_page_time(item, "created_at") / grain) * grain;
        double value = mark_value(marking, item, time, chart);
        if (!is_about(quire_json_tree_text(item, "type"), marking->word)) continue;
        if (!isfinite(time) || !isfinite(value)) continue;
        if (time < chart->at[0] || time > chart->at[chart->points_size - 1]) continue;
        names[found] = quire_page_chart_text(item, "step_name", arena);
        if (names[found] == NULL) return QUIRE_MEMORY;
        marks[found++] = (struct quire_chart_mark){.place = time, .value = value};
    }
    name_marks(marks, names, found, marking->low);
    chart->marks = marks;
    chart->marks_size = found;
    chart->marks_name = "out of the ordinary";
    return 0;
}

/* Means and variances are put together by the formula of Chan, Golub and LeVeque, "Updating
 * Formulae and a Pairwise Algorithm for Computing Sample Variances", which loses nothing where all
 * rates are near 100. */
#include "runlog/anomaly/anomaly_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/time_text.h"
#include "runlog/anomaly/anomaly_bounds.h"
#include "runlog/report/report_query.h"

#define OPERATION   "anomalies"
#define SLOTS_FIRST 64 /* a power of two */

/* Rates of a step on a day. */
struct day {
    int64_t day; /* from 1970 */
    int64_t count;
    double mean, squares; /* of the distances from it, summed */
    bool written;         /* rows of the write are among them */
    uint32_t next;        /* 1 + index; 0: none. Of a day that was noted */
};

struct step {
    struct quire_bytes phase, step_name;
    uint32_t days; /* 1 + index of the day that was noted last */
};

struct quire_anomaly_steps {
    struct quire_arena arena;
    struct quire_buf steps; /* struct step */
    struct quire_buf days;  /* struct day */
    uint32_t *slots;        /* 1 + index of a step; 0: free */
    size_t slots_size;
};

int quire_anomaly_steps_new(struct quire_anomaly_steps **steps, struct quire_error *error)
{
    struct quire_anomaly_steps *made = quire_alloc_zero(1, sizeof(*made));
    if (made != NULL) made->slots = quire_alloc_zero(SLOTS_FIRST, sizeof(*made->slots));
    if (made == NULL || made->slots == NULL) {
        quire_free(made);
        return quire_fail_memory(error, OPERATION);
    }
    made->slots_size = SLOTS_FIRST;
    *steps = made;
    return 0;
}

void quire_anomaly_steps_free(struct quire_anomaly_steps *steps)
{
    if (steps == NULL) return;
    quire_arena_release(&steps->arena);
    quire_buf_release(&steps->steps);
    quire_buf_release(&steps->days);
    quire_free(steps->slots);
    quire_free(steps);
}

/* --- Finding -------------------------------------------------------------------------------- */

static struct step *step_at(const struct quire_anomaly_steps *steps, uint32_t number)
{
    return (struct step *)(void *)steps->steps.data + (number - 1);
}

static struct day *day_at(const struct quire_anomaly_steps *steps, uint32_t number)
{
    return (struct day *)(void *)steps->days.data + (number - 1);
}

static bool is_same(struct quire_bytes a, struct quire_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* The slot of a step, or the free one where it would be. */
static size_t slot_of(const struct quire_anomaly_steps *steps, struct quire_bytes phase,
                      struct quire_bytes step_name)
{
    size_t mask = steps->slots_size - 1;
    uint64_t at = quire_hash_mix(quire_hash_bytes(phase.data, phase.size) * 31 +
                                 quire_hash_bytes(step_name.data, step_name.size));
    for (;; at++) {
        uint32_t number = steps->slots[at & mask];
        if (number == 0) return at & mask;
        const struct step *step = step_at(steps, number);
        if (is_same(step->phase, phase) && is_same(step->step_name, step_name)) return at & mask;
    }
}

bool quire_anomaly_steps_has(const struct quire_anomaly_steps *steps, struct quire_bytes phase,
                             struct quire_bytes step_name)
{
    return steps->slots[slot_of(steps, phase, step_name)] != 0;
}

/* --- Noting --------------------------------------------------------------------------------- */

static int grow(struct quire_anomaly_steps *steps)
{
    size_t size = steps->steps.size / sizeof(struct step);
    if (2 * (size + 1) <= steps->slots_size) return 0;
    uint32_t *slots = quire_alloc_zero(steps->slots_size * 2, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    quire_free(steps->slots);
    steps->slots = slots;
    steps->slots_size *= 2;
    for (uint32_t number = 1; number <= size; number++) {
        const struct step *step = step_at(steps, number);
        steps->slots[slot_of(steps, step->phase, step->step_name)] = number;
    }
    return 0;
}

static int copy_bytes(struct quire_arena *arena, struct quire_bytes *bytes)
{
    char *copy = quire_arena_strndup(arena, (const char *)bytes->data, bytes->size);
    bytes->data = (const uint8_t *)copy;
    return copy != NULL ? 0 : QUIRE_MEMORY;
}

static int find_or_add(struct quire_anomaly_steps *steps, struct quire_bytes phase,
                       struct quire_bytes step_name, struct step **found)
{
    size_t slot = slot_of(steps, phase, step_name);
    if (steps->slots[slot] == 0) {
        struct step made = {.phase = phase, .step_name = step_name};
        QUIRE_TRY(grow(steps));
        QUIRE_TRY(copy_bytes(&steps->arena, &made.phase));
        QUIRE_TRY(copy_bytes(&steps->arena, &made.step_name));
        QUIRE_TRY(quire_buf_append(&steps->steps, &made, sizeof(made)));
        slot = slot_of(steps, phase, step_name);
        steps->slots[slot] = (uint32_t)(steps->steps.size / sizeof(made));
    }
    *found = step_at(steps, steps->slots[slot]);
    return 0;
}

static int find_day(struct quire_anomaly_steps *steps, struct step *step, int64_t day,
                    struct day **found)
{
    uint32_t number = step->days;
    while (number != 0 && day_at(steps, number)->day != day)
        number = day_at(steps, number)->next;
    if (number == 0) {
        const struct day made = {.day = day, .written = true, .next = step->days};
        QUIRE_TRY(quire_buf_append(&steps->days, &made, sizeof(made)));
        number = step->days = (uint32_t)(steps->days.size / sizeof(made));
    }
    *found = day_at(steps, number);
    return 0;
}

/* Adds what one says to the other. */
static void put_together(struct day *day, const struct day *other)
{
    int64_t count = day->count + other->count;
    if (other->count == 0) return;
    double distance = other->mean - day->mean;
    double share = (double)other->count / (double)count;
    day->squares += other->squares + distance * distance * (double)day->count * share;
    day->mean += distance * share;
    day->count = count;
    day->written = day->written || other->written;
}

int quire_anomaly_steps_note(struct quire_anomaly_steps *steps, struct quire_bytes phase,
                             struct quire_bytes step_name, int64_t time_us, double rate)
{
    struct step *step;
    struct day *day;
    int64_t rest;
    const struct day one = {.count = 1, .mean = rate};
    int64_t number = civil_floor(civil_floor(time_us, 1000000, &rest), CIVIL_DAY_S, &rest);
    QUIRE_TRY(find_or_add(steps, phase, step_name, &step));
    QUIRE_TRY(find_day(steps, step, number, &day));
    put_together(day, &one);
    return 0;
}

/* --- Judging -------------------------------------------------------------------------------- */

static void list_step(struct quire_anomaly_list *list, const struct step *step,
                      enum quire_anomaly_type type, int64_t day, double value, double threshold)
{
    char text[QUIRE_TIME_TEXT_MAX];
    *quire_time_format_date(day, text) = '\0';
    const struct quire_anomaly_finding finding = {
        .type = type,
        .value = value,
        .threshold = threshold,
        .row_index = -1,
        .phase = step->phase,
        .step_name = step->step_name,
        .day = type == QUIRE_ANOMALY_STEP_DROP ? text : NULL,
    };
    quire_anomaly_list_add(list, &finding);
}

static int compare_days(const void *left, const void *right)
{
    const struct day *a = left, *b = right;
    return a->day < b->day ? -1 : a->day > b->day;
}

/* Days in order, each once; returns how many they are. */
static size_t merge_days(struct day *days, size_t size)
{
    size_t kept = 0;
    if (size > 0) qsort(days, size, sizeof(*days), compare_days);
    for (size_t i = 0; i < size; i++) {
        if (kept > 0 && days[kept - 1].day == days[i].day)
            put_together(&days[kept - 1], &days[i]);
        else
            days[kept++] = days[i];
    }
    return kept;
}

/* days begins with those of the table, and is empty afterwards. */
static int judge_step(const struct quire_anomaly_steps *steps, const struct step *step,
                      struct quire_buf *days, struct quire_anomaly_list *list)
{
    struct day all = {.count = 0};
    for (uint32_t number = step->days; number != 0; number = day_at(steps, number)->next)
        QUIRE_TRY(quire_buf_append(days, day_at(steps, number), sizeof(struct day)));
    struct day *items = (struct day *)(void *)days->data;
    size_t size = merge_days(items, days->size / sizeof(*items));
    for (size_t i = 0; i < size; i++)
        put_together(&all, &items[i]);
    quire_buf_clear(days);
    if (all.count < QUIRE_ANOMALY_HISTORY_MIN) return 0;
    double stddev = sqrt(all.squares / (double)(all.count - 1));
    if (all.mean < QUIRE_ANOMALY_MEAN_MIN)
        list_step(list, step, QUIRE_ANOMALY_STEP_MEAN, 0, all.mean, QUIRE_ANOMALY_MEAN_MIN);
    if (stddev > QUIRE_ANOMALY_SPREAD_MAX)
        list_step(list, step, QUIRE_ANOMALY_STEP_SPREAD, 0, stddev, QUIRE_ANOMALY_SPREAD_MAX);
    for (size_t i = 1; i < size; i++) {
        double least = items[i - 1].mean - QUIRE_ANOMALY_DROP_MAX;
        if (items[i].written && items[i].mean < least)
            list_step(list, step, QUIRE_ANOMALY_STEP_DROP, items[i].day, items[i].mean, least);
    }
    return list->code;
}

/* The step of a row of the table; NULL for one that was not noted. */
static int step_of(const struct quire_anomaly_steps *steps, const struct quire_report_rows *rows,
                   const struct step **step)
{
    QUIRE_CLEANUP(quire_cleanup_free) char *phase = quire_report_text(rows, "phase");
    QUIRE_CLEANUP(quire_cleanup_free) char *name = quire_report_text(rows, "step_name");
    if (phase == NULL || name == NULL) return QUIRE_MEMORY;
    uint32_t number =
        steps->slots[slot_of(steps, (struct quire_bytes){(const uint8_t *)phase, strlen(phase)},
                             (struct quire_bytes){(const uint8_t *)name, strlen(name)})];
    *step = number != 0 ? step_at(steps, number) : NULL;
    return 0;
}

static int add_day(const struct quire_report_rows *rows, struct quire_buf *days)
{
    double stddev = quire_report_number(rows, "rate_stddev");
    struct day day = {
        .day = quire_report_integer(rows, "day"),
        .count = quire_report_integer(rows, "rate_count"),
        .mean = quire_report_number(rows, "rate_mean"),
    };
    day.squares = stddev * stddev * (double)(day.count - 1);
    return quire_buf_append(days, &day, sizeof(day));
}

int quire_anomaly_steps_judge(const struct quire_anomaly_steps *steps,
                              const struct quire_report *report, struct quire_anomaly_list *list,
                              struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf days = {0};
    const struct step *before = NULL, *step = NULL;
    QUIRE_TRY(quire_report_ask(report, QUIRE_REPORT_RATES, &rows, error));
    for (bool got = true; got; before = step) {
        QUIRE_TRY(quire_report_next(&rows, &got, error));
        step = NULL;
        int code = got ? step_of(steps, &rows, &step) : 0;
        if (code == 0 && before != NULL && step != before)
            code = judge_step(steps, before, &days, list);
        if (code == 0 && step != NULL) code = add_day(&rows, &days);
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

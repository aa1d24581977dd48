/* Steps in a table of open addressing by the hash of phase and name; there are hundreds of them,
 * not millions. */
#include "runlog/anomaly/anomaly_history.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "runlog/anomaly/anomaly_bounds.h"
#include "runlog/anomaly/anomaly_steps.h"
#include "runlog/report/report_query.h"

#define OPERATION "anomalies"

struct quire_anomaly_history {
    const struct quire_anomaly_steps *only; /* while it is made; NULL: all steps */
    struct quire_arena arena;
    struct quire_buf steps; /* struct quire_anomaly_step */
    struct quire_buf drops; /* struct quire_anomaly_drop */
    uint32_t *slots;        /* 1 + index of a step; 0: free */
    size_t mask;
};

void quire_anomaly_history_free(struct quire_anomaly_history *history)
{
    if (history == NULL) return;
    quire_arena_release(&history->arena);
    quire_buf_release(&history->steps);
    quire_buf_release(&history->drops);
    quire_free(history->slots);
    quire_free(history);
}

static const struct quire_anomaly_step *steps_of(const struct quire_anomaly_history *history)
{
    return (const struct quire_anomaly_step *)(const void *)history->steps.data;
}

const struct quire_anomaly_step *
quire_anomaly_history_at(const struct quire_anomaly_history *history, size_t index)
{
    if (index >= history->steps.size / sizeof(struct quire_anomaly_step)) return NULL;
    return steps_of(history) + index;
}

const struct quire_anomaly_drop *
quire_anomaly_history_drop(const struct quire_anomaly_history *history, size_t index)
{
    if (index >= history->drops.size / sizeof(struct quire_anomaly_drop)) return NULL;
    return (const struct quire_anomaly_drop *)(const void *)history->drops.data + index;
}

/* --- Finding -------------------------------------------------------------------------------- */

static struct quire_bytes bytes_of(const char *text)
{
    return (struct quire_bytes){(const uint8_t *)text, strlen(text)};
}

static uint64_t hash_of(struct quire_bytes phase, struct quire_bytes step_name)
{
    return quire_hash_mix(quire_hash_bytes(phase.data, phase.size) * 31 +
                          quire_hash_bytes(step_name.data, step_name.size));
}

static bool is_text(const char *text, struct quire_bytes bytes)
{
    return strlen(text) == bytes.size && memcmp(text, bytes.data, bytes.size) == 0;
}

const struct quire_anomaly_step *
quire_anomaly_history_find(const struct quire_anomaly_history *history, struct quire_bytes phase,
                           struct quire_bytes step_name)
{
    if (history->slots == NULL || phase.data == NULL || step_name.data == NULL) return NULL;
    for (uint64_t at = hash_of(phase, step_name);; at++) {
        uint32_t slot = history->slots[at & history->mask];
        if (slot == 0) return NULL;
        const struct quire_anomaly_step *step = steps_of(history) + (slot - 1);
        if (is_text(step->phase, phase) && is_text(step->step_name, step_name)) return step;
    }
}

static int make_slots(struct quire_anomaly_history *history)
{
    size_t size = history->steps.size / sizeof(struct quire_anomaly_step), slots = 16;
    while (slots < 2 * size)
        slots *= 2;
    history->slots = quire_alloc_zero(slots, sizeof(*history->slots));
    if (history->slots == NULL) return QUIRE_MEMORY;
    history->mask = slots - 1;
    for (size_t i = 0; i < size; i++) {
        const struct quire_anomaly_step *step = steps_of(history) + i;
        uint64_t at = hash_of(bytes_of(step->phase), bytes_of(step->step_name));
        while (history->slots[at & history->mask] != 0)
            at++;
        history->slots[at & history->mask] = (uint32_t)i + 1;
    }
    return 0;
}

/* --- Steps ---------------------------------------------------------------------------------- */

static void list_step(struct quire_anomaly_list *list, enum quire_anomaly_type type,
                      const char *phase, const char *step_name, const char *day, double value,
                      double threshold)
{
    const struct quire_anomaly_finding finding = {
        .type = type,
        .value = value,
        .threshold = threshold,
        .row_index = -1,
        .phase = bytes_of(phase),
        .step_name = bytes_of(step_name),
        .day = day,
    };
    quire_anomaly_list_add(list, &finding);
}

void quire_anomaly_history_list(const struct quire_anomaly_history *history,
                                struct quire_anomaly_list *list)
{
    const struct quire_anomaly_step *step;
    const struct quire_anomaly_drop *drop;
    for (size_t i = 0; (step = quire_anomaly_history_at(history, i)) != NULL; i++) {
        if (step->rate.count < QUIRE_ANOMALY_HISTORY_MIN) continue;
        if (step->rate.mean < QUIRE_ANOMALY_MEAN_MIN)
            list_step(list, QUIRE_ANOMALY_STEP_MEAN, step->phase, step->step_name, NULL,
                      step->rate.mean, QUIRE_ANOMALY_MEAN_MIN);
        if (step->rate.stddev > QUIRE_ANOMALY_SPREAD_MAX)
            list_step(list, QUIRE_ANOMALY_STEP_SPREAD, step->phase, step->step_name, NULL,
                      step->rate.stddev, QUIRE_ANOMALY_SPREAD_MAX);
    }
    for (size_t i = 0; (drop = quire_anomaly_history_drop(history, i)) != NULL; i++) {
        step =
            quire_anomaly_history_find(history, bytes_of(drop->phase), bytes_of(drop->step_name));
        if (step == NULL || step->rate.count < QUIRE_ANOMALY_HISTORY_MIN) continue;
        list_step(list, QUIRE_ANOMALY_STEP_DROP, drop->phase, drop->step_name, drop->day,
                  drop->rate, drop->rate_before - QUIRE_ANOMALY_DROP_MAX);
    }
}

/* --- Reading -------------------------------------------------------------------------------- */

static const char *keep(struct quire_anomaly_history *history, const struct quire_report_rows *rows,
                        const char *name)
{
    char *text = quire_report_text(rows, name);
    const char *kept =
        text != NULL ? quire_arena_strndup(&history->arena, text, strlen(text)) : NULL;
    quire_free(text);
    return kept;
}

static int add_step(struct quire_anomaly_history *history, const struct quire_report_rows *rows)
{
    const struct quire_anomaly_step step = {
        .phase = keep(history, rows, "phase"),
        .step_name = keep(history, rows, "step_name"),
        .duration = {.count = quire_report_integer(rows, "duration_count"),
                     .median = quire_report_number(rows, "duration_median"),
                     .mad = quire_report_number(rows, "duration_mad"),
                     .mean_distance = quire_report_number(rows, "duration_mean_distance")},
        .rows = {.count = quire_report_integer(rows, "rows_count"),
                 .median = quire_report_number(rows, "rows_median"),
                 .mad = quire_report_number(rows, "rows_mad"),
                 .mean_distance = quire_report_number(rows, "rows_mean_distance")},
        .rate = {.count = quire_report_integer(rows, "rate_count"),
                 .mean = quire_report_number(rows, "rate_mean"),
                 .stddev = quire_report_number(rows, "rate_stddev")},
    };
    if (step.phase == NULL || step.step_name == NULL) return QUIRE_MEMORY;
    if (history->only != NULL &&
        !quire_anomaly_steps_has(history->only, bytes_of(step.phase), bytes_of(step.step_name)))
        return 0;
    return quire_buf_append(&history->steps, &step, sizeof(step));
}

static int add_drop(struct quire_anomaly_history *history, const struct quire_report_rows *rows)
{
    const struct quire_anomaly_drop drop = {
        .phase = keep(history, rows, "phase"),
        .step_name = keep(history, rows, "step_name"),
        .day = keep(history, rows, "day"),
        .rate = quire_report_number(rows, "validation_rate"),
        .rate_before = quire_report_number(rows, "rate_before"),
    };
    if (drop.phase == NULL || drop.step_name == NULL || drop.day == NULL) return QUIRE_MEMORY;
    return quire_buf_append(&history->drops, &drop, sizeof(drop));
}

static int ask(const struct quire_report *report, enum quire_report_query query,
               int (*add)(struct quire_anomaly_history *history,
                          const struct quire_report_rows *rows),
               struct quire_anomaly_history *history, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    QUIRE_TRY(quire_report_ask(report, query, &rows, error));
    for (bool got = true;;) {
        QUIRE_TRY(quire_report_next(&rows, &got, error));
        if (!got) return 0;
        if (add(history, &rows) != 0) return quire_fail_memory(error, OPERATION);
    }
}

static void free_history(struct quire_anomaly_history **history)
{
    quire_anomaly_history_free(*history);
}

int quire_anomaly_history_of(const struct quire_report *report,
                             const struct quire_anomaly_steps *steps,
                             struct quire_anomaly_history **history, struct quire_error *error)
{
    static const enum quire_report_query of_write[] = {QUIRE_REPORT_HISTORY, QUIRE_REPORT_RATES};
    QUIRE_CLEANUP(free_history)
    struct quire_anomaly_history *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->only = steps;
    /* The table is read once, also for what quire_anomaly_steps_judge asks. */
    if (steps != NULL) QUIRE_TRY(quire_report_ask_together(report, of_write, 2, error));
    QUIRE_TRY(ask(report, QUIRE_REPORT_HISTORY, add_step, made, error));
    /* Of a write they are found with its own days. */
    if (steps == NULL) QUIRE_TRY(ask(report, QUIRE_REPORT_DROPS, add_drop, made, error));
    made->only = NULL;
    if (make_slots(made) != 0) return quire_fail_memory(error, OPERATION);
    *history = QUIRE_STEAL(made);
    return 0;
}

/* Steps in a table of open addressing by the hash of phase and name; there are hundreds of them,
 * not millions. */
#include "runlog/anomaly/anomaly_history.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "runlog/report/report_query.h"

#define OPERATION "anomalies"

struct quire_anomaly_history {
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
        const struct quire_bytes phase = {(const uint8_t *)step->phase, strlen(step->phase)};
        const struct quire_bytes name = {(const uint8_t *)step->step_name, strlen(step->step_name)};
        uint64_t at = hash_of(phase, name);
        while (history->slots[at & history->mask] != 0)
            at++;
        history->slots[at & history->mask] = (uint32_t)i + 1;
    }
    return 0;
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
        .rows = quire_report_integer(rows, "total_rows"),
        .duration_median = quire_report_number(rows, "duration_median"),
        .duration_mad = quire_report_number(rows, "duration_mad"),
        .rate_mean = quire_report_number(rows, "rate_mean"),
        .rate_stddev = quire_report_number(rows, "rate_stddev"),
    };
    if (step.phase == NULL || step.step_name == NULL) return QUIRE_MEMORY;
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
                             struct quire_anomaly_history **history, struct quire_error *error)
{
    QUIRE_CLEANUP(free_history)
    struct quire_anomaly_history *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(ask(report, QUIRE_REPORT_HISTORY, add_step, made, error));
    QUIRE_TRY(ask(report, QUIRE_REPORT_DROPS, add_drop, made, error));
    if (make_slots(made) != 0) return quire_fail_memory(error, OPERATION);
    *history = QUIRE_STEAL(made);
    return 0;
}

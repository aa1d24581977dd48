/* What is said of a finding. */
#include "runlog/anomaly/anomaly_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/json_text.h"
#include "base/text.h"
#include "runlog/report/report_json.h"

#define DESCRIPTION_MAX 300
#define NAME_SHOWN      100  /* bytes */
#define SEVERE_TIMES    2.0  /* as far again beyond the threshold */
#define SEVERE_POINTS   10.0 /* below it */

static const char *const names[] = {
    [QUIRE_ANOMALY_DURATION] = "duration",
    [QUIRE_ANOMALY_RATE] = "validation_rate",
    [QUIRE_ANOMALY_ROWS] = "rows_processed",
    [QUIRE_ANOMALY_RULE] = "rule",
    [QUIRE_ANOMALY_STEP_DURATION] = "step_duration",
    [QUIRE_ANOMALY_STEP_RATE] = "step_validation_rate",
    [QUIRE_ANOMALY_STEP_ROWS] = "step_rows_processed",
    [QUIRE_ANOMALY_STEP_MEAN] = "step_mean_rate",
    [QUIRE_ANOMALY_STEP_SPREAD] = "step_rate_spread",
    [QUIRE_ANOMALY_STEP_DROP] = "step_rate_drop",
};

static bool is_below(enum quire_anomaly_type type)
{
    return type == QUIRE_ANOMALY_RATE || type == QUIRE_ANOMALY_STEP_RATE ||
           type == QUIRE_ANOMALY_STEP_MEAN || type == QUIRE_ANOMALY_STEP_DROP;
}

static bool is_severe(const struct quire_anomaly_finding *finding)
{
    double value = finding->value, threshold = finding->threshold;
    if (finding->rule != NULL) return finding->rule->on_fail != QUIRE_RULE_WARN;
    return is_below(finding->type) ? value < threshold - SEVERE_POINTS
                                   : value > SEVERE_TIMES * threshold;
}

/* How far beyond the threshold, as a part of it. */
static double excess_of(const struct quire_anomaly_finding *finding)
{
    double over = finding->value - finding->threshold;
    if (finding->rule != NULL) return 0;
    if (is_below(finding->type)) over = -over;
    return finding->threshold > 0 ? over / finding->threshold : (double)INFINITY;
}

/* Of a number of rows: none where it is large. */
static int digits_of(double rows)
{
    return rows < 1000 ? 2 : 0;
}

/* As many that a value and what it passed do not read the same. */
static int digits_apart(double value, double threshold)
{
    char a[40], b[40];
    for (int digits = 6; digits < 17; digits++) {
        snprintf(a, sizeof(a), "%.*g", digits, value);
        snprintf(b, sizeof(b), "%.*g", digits, threshold);
        if (strcmp(a, b) != 0) return digits;
    }
    return 17;
}

static void describe(const struct quire_anomaly_finding *finding, char text[DESCRIPTION_MAX])
{
    double value = finding->value, threshold = finding->threshold;
    int size = (int)(finding->step_name.size < NAME_SHOWN ? finding->step_name.size : NAME_SHOWN);
    int digits = digits_apart(value, threshold);
    const char *step = size > 0 ? (const char *)finding->step_name.data : "";
#define SAY(...) snprintf(text, DESCRIPTION_MAX, "%.*s: " __VA_ARGS__)
    switch (finding->type) {
    case QUIRE_ANOMALY_DURATION:
        SAY("%.6g s, more than 3 times the mean (%.6g s)", size, step, value, threshold / 3);
        break;
    case QUIRE_ANOMALY_RATE:
        SAY("%.*g %% of the rows are valid, wanted are %.*g %%", size, step, digits, value, digits,
            threshold);
        break;
    case QUIRE_ANOMALY_ROWS:
        SAY("%.15g row%s, more than 5 times the mean (%.*f)", size, step, value,
            QUIRE_PLURAL(value), digits_of(threshold), threshold / 5);
        break;
    case QUIRE_ANOMALY_RULE:
        SAY("it breaks the rule %.120s", size, step, finding->rule->name);
        break;
    case QUIRE_ANOMALY_STEP_DURATION:
        SAY("%.*g s, above what this step takes (%.*g s at most)", size, step, digits, value,
            digits, threshold);
        break;
    case QUIRE_ANOMALY_STEP_RATE:
        SAY("%.*g %% of the rows are valid, 2 standard deviations under this step's mean are "
            "%.*g %%",
            size, step, digits, value, digits, threshold);
        break;
    case QUIRE_ANOMALY_STEP_ROWS:
        SAY("%.15g row%s, above what this step has (%.*f at most)", size, step, value,
            QUIRE_PLURAL(value), digits_of(threshold), threshold);
        break;
    case QUIRE_ANOMALY_STEP_MEAN:
        SAY("in the mean %.*g %% of the rows are valid, wanted are %.*g %%", size, step, digits,
            value, digits, threshold);
        break;
    case QUIRE_ANOMALY_STEP_SPREAD:
        SAY("rates of validation have a standard deviation of %.6g points", size, step, value);
        break;
    case QUIRE_ANOMALY_STEP_DROP:
        SAY("on %s %.6g %% of the rows are valid, more than 10 points less than on its day before",
            size, step, finding->day, value);
        break;
    }
#undef SAY
}

/* --- Writing -------------------------------------------------------------------------------- */

static void write_bytes(struct quire_json_writer *writer, const char *name,
                        struct quire_bytes bytes)
{
    quire_json_writer_key(writer, name);
    if (bytes.data != NULL)
        quire_json_writer_string_sized(writer, (const char *)bytes.data, bytes.size);
    else
        quire_json_writer_null(writer);
}

static void write_time(const struct quire_anomaly_finding *finding,
                       struct quire_json_writer *writer)
{
    char text[QUIRE_TIME_TEXT_MAX];
    quire_json_writer_key(writer, "created_at");
    if (finding->time == NULL) {
        quire_json_writer_string(writer, finding->day);
        return;
    }
    char *end = quire_time_format_timestamp(quire_view_i64(finding->time, finding->row),
                                            finding->time->field->unit, 'T', true, 0, text);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

/* A rule has none. */
static void write_measure(const struct quire_anomaly_finding *finding, const char *name,
                          double value, struct quire_json_writer *writer)
{
    if (finding->rule == NULL) {
        quire_report_write_number(writer, name, value);
        return;
    }
    quire_json_writer_key(writer, name);
    quire_json_writer_null(writer);
}

static int write_finding(const struct quire_anomaly_finding *finding, struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    char description[DESCRIPTION_MAX];
    describe(finding, description);
    quire_json_writer_begin_object(&writer);
    quire_report_write_text(&writer, "type", names[finding->type]);
    quire_json_writer_key(&writer, "row_index");
    if (finding->row_index >= 0)
        quire_json_writer_i64(&writer, finding->row_index);
    else
        quire_json_writer_null(&writer);
    write_measure(finding, "value", finding->value, &writer);
    write_measure(finding, "threshold", finding->threshold, &writer);
    quire_report_write_text(&writer, "severity", is_severe(finding) ? "high" : "medium");
    quire_report_write_text(&writer, "description", description);
    write_bytes(&writer, "run_id", finding->run_id);
    write_bytes(&writer, "phase", finding->phase);
    write_bytes(&writer, "step_name", finding->step_name);
    write_time(finding, &writer);
    quire_json_writer_end_object(&writer);
    return quire_json_writer_finish(&writer);
}

/* --- Keeping -------------------------------------------------------------------------------- */

struct kept {
    bool severe;
    double excess;
    int64_t row_index, number; /* of all that were found */
    char *json;
    size_t json_size;
};

/* Is a less serious than b? Of those that are alike the later one is. */
static bool is_less(const struct kept *a, const struct kept *b)
{
    if (a->severe != b->severe) return b->severe;
    if (a->excess < b->excess || b->excess < a->excess) return a->excess < b->excess;
    return a->number > b->number;
}

static void sift_up(struct kept *heap, size_t at)
{
    for (size_t parent; at > 0 && is_less(&heap[at], &heap[parent = (at - 1) / 2]); at = parent) {
        struct kept moved = heap[at];
        heap[at] = heap[parent];
        heap[parent] = moved;
    }
}

static void sift_down(struct kept *heap, size_t size)
{
    for (size_t at = 0, least;; at = least) {
        least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < size; child++)
            if (is_less(&heap[child], &heap[least])) least = child;
        if (least == at) return;
        struct kept moved = heap[at];
        heap[at] = heap[least];
        heap[least] = moved;
    }
}

static int write_json(const struct quire_anomaly_finding *finding, struct kept *kept)
{
    struct quire_buf out = {0};
    int code = write_finding(finding, &out);
    kept->json = code == 0 ? quire_strndup((const char *)out.data, out.size) : NULL;
    kept->json_size = out.size;
    quire_buf_release(&out);
    return kept->json != NULL ? 0 : QUIRE_MEMORY;
}

static int keep(struct quire_anomaly_list *list, const struct quire_anomaly_finding *finding)
{
    struct kept kept = {.severe = is_severe(finding),
                        .excess = excess_of(finding),
                        .row_index = finding->row_index,
                        .number = list->count};
    struct kept *heap = (struct kept *)(void *)list->kept.data;
    size_t size = list->kept.size / sizeof(kept);
    bool full = (int64_t)size >= list->limit;
    if (full && is_less(&kept, &heap[0])) return 0;
    QUIRE_TRY(write_json(finding, &kept));
    if (full) {
        quire_free(heap[0].json);
        heap[0] = kept;
        sift_down(heap, size);
        return 0;
    }
    int code = quire_buf_append(&list->kept, &kept, sizeof(kept));
    if (code != 0) {
        quire_free(kept.json);
        return code;
    }
    sift_up((struct kept *)(void *)list->kept.data, size);
    return 0;
}

void quire_anomaly_list_add(struct quire_anomaly_list *list,
                            const struct quire_anomaly_finding *finding)
{
    list->count++;
    if (list->code == 0 && list->limit > 0) list->code = keep(list, finding);
}

static int compare_places(const void *left, const void *right)
{
    const struct kept *const *a = left, *const *b = right;
    if ((*a)->row_index != (*b)->row_index) return (*a)->row_index < (*b)->row_index ? -1 : 1;
    return (*a)->number < (*b)->number ? -1 : (*a)->number > (*b)->number;
}

void quire_anomaly_list_write(const struct quire_anomaly_list *list,
                              struct quire_json_writer *writer)
{
    const struct kept *kept = (const struct kept *)(const void *)list->kept.data;
    size_t size = list->kept.size / sizeof(*kept);
    const struct kept **order = quire_alloc_zero(size + 1, sizeof(struct kept *));
    if (order == NULL) {
        writer->code = QUIRE_MEMORY;
        return;
    }
    for (size_t i = 0; i < size; i++)
        order[i] = &kept[i];
    qsort(order, size, sizeof(struct kept *), compare_places);
    for (size_t i = 0; i < size; i++)
        quire_json_writer_raw(writer, order[i]->json, order[i]->json_size);
    quire_free(order);
}

static void forget(struct quire_anomaly_list *list)
{
    struct kept *kept = (struct kept *)(void *)list->kept.data;
    for (size_t i = 0; i < list->kept.size / sizeof(*kept); i++)
        quire_free(kept[i].json);
    quire_buf_clear(&list->kept);
}

void quire_anomaly_list_move(struct quire_anomaly_list *list, struct quire_json_writer *writer)
{
    if (list->code != 0 && writer->code == 0) writer->code = list->code;
    quire_anomaly_list_write(list, writer);
    forget(list);
}

void quire_anomaly_list_release(struct quire_anomaly_list *list)
{
    forget(list);
    quire_buf_release(&list->kept);
}

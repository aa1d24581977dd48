/* What is said about a row that breaks rules: which, why, and its values. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "format/json/json_value.h"
#include "quality/check.h"

/* --- Values -------------------------------------------------------------------------------- */

/* Cuts a value that was written from `at` on to the beginning of its text, as a JSON string. */
static int cut_value(struct quire_buf *out, size_t at, size_t value_max)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf cut = {0};
    const char *text = (const char *)out->data + at;
    text += text[0] == '"';
    size_t whole = quire_utf8_valid_prefix((const uint8_t *)text, value_max);
    if (quire_buf_append(&cut, text, whole) != 0 || quire_buf_append_text(&cut, "…") != 0)
        return QUIRE_MEMORY;
    out->size = at;
    return quire_json_append_string(out, (const char *)cut.data, cut.size, false);
}

/* A value that JSON cannot say is told apart from null. */
static int put_value(const struct quire_view *view, int64_t row, size_t value_max,
                     struct quire_buf *out, struct quire_error *error)
{
    static const struct quire_json_style style = {.floats = QUIRE_JSON_FLOATS_STRING,
                                                  .replace_utf8 = true};
    struct quire_error inner;
    size_t at = out->size;
    int code = quire_json_value_write(view, row, &style, out, &inner);
    if (code == QUIRE_INPUT || code == QUIRE_UNSUPPORTED) {
        out->size = at;
        code = quire_json_append_string(out, inner.cause, strlen(inner.cause), false);
    }
    if (code == 0 && value_max > 0 && out->size - at > value_max)
        code = cut_value(out, at, value_max);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    return code == 0 ? 0 : quire_fail(error, code, QUIRE_QUALITY_OPERATION, "%s", inner.cause);
}

static int put_member(const struct quire_view *view, int64_t row, bool first, size_t value_max,
                      struct quire_buf *out, struct quire_error *error)
{
    if ((!first && quire_buf_push(out, ',') != 0) ||
        quire_json_append_string(out, view->field->name, view->field->name_size, false) != 0 ||
        quire_buf_push(out, ':') != 0)
        return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    return put_value(view, row, value_max, out, error);
}

int quire_quality_put_row(const struct quire_quality *quality, int64_t row,
                          const struct quire_buf *columns, size_t value_max, struct quire_buf *out,
                          struct quire_error *error)
{
    const struct quire_view *view = quality->view;
    size_t size = columns != NULL ? columns->size / sizeof(uint32_t) : view->children_size;
    int64_t child_row = row + view->offset;
    if (quire_buf_push(out, '{') != 0) return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    for (size_t i = 0; i < size; i++) {
        uint32_t column = (uint32_t)i;
        if (columns != NULL) memcpy(&column, columns->data + i * sizeof(column), sizeof(column));
        QUIRE_TRY(put_member(&view->children[column], child_row, i == 0, value_max, out, error));
    }
    if (quire_buf_push(out, '}') != 0) return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    return 0;
}

/* --- Reasons ------------------------------------------------------------------------------- */

static int put_reason(const struct quire_quality *quality, size_t rule, int64_t row,
                      struct quire_buf *out)
{
    const struct quire_rule *broken = &quality->rules->items[rule];
    struct quire_error why;
    int code = quire_expr_judge_why(quality->runs[rule].expr, quality->view, row, &why);
    if (code == QUIRE_MEMORY) return code;
    if (out->size > 0) QUIRE_TRY(quire_buf_append_text(out, "; "));
    QUIRE_TRY(quire_buf_printf(out, "rule \"%s\" is broken", broken->name));
    if (code != 0) return quire_buf_printf(out, ": %s", why.cause);
    if (strcmp(broken->check, broken->name) == 0) return 0;
    return quire_buf_printf(out, ": %s", broken->check);
}

const char *quire_quality_column(const struct quire_quality *quality, size_t rule)
{
    const struct quire_quality_run *run = &quality->runs[rule];
    uint32_t column;
    if (quality->rules->items[rule].column != NULL) return quality->rules->items[rule].column;
    if (run->columns.size != sizeof(column)) return NULL;
    memcpy(&column, run->columns.data, sizeof(column));
    return quality->view->children[column].field->name;
}

/* The rules of these actions that a row breaks, as an error that has its place. */
static int make_reason(const struct quire_quality *quality, const struct quire_quality_slice *slice,
                       size_t row, unsigned actions, struct quire_buf *text,
                       struct quire_error *reason)
{
    const char *column = NULL;
    for (size_t i = 0; i < quality->rules->size; i++) {
        if ((actions >> quality->rules->items[i].on_fail & 1) == 0 ||
            !quire_quality_breaks(quality, i, row))
            continue;
        if (text->size == 0) column = quire_quality_column(quality, i);
        QUIRE_TRY(put_reason(quality, i, slice->start + (int64_t)row, text));
    }
    QUIRE_TRY(quire_buf_terminate(text));
    quire_fail(reason, QUIRE_INPUT, QUIRE_QUALITY_OPERATION, "%s", (const char *)text->data);
    quire_error_at(reason, slice->row + (int64_t)row, column, QUIRE_NOWHERE);
    if (quality->options.path != NULL) quire_error_path(reason, quality->options.path);
    return 0;
}

int quire_quality_reject(struct quire_quality *quality, const struct quire_quality_slice *slice,
                         size_t row, unsigned actions, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf record = {0};
    struct quire_error reason;
    if (quality->options.reject == NULL) return 0;
    if (make_reason(quality, slice, row, actions, &text, &reason) != 0)
        return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    QUIRE_TRY(quire_quality_put_row(quality, slice->start + (int64_t)row, NULL, 0, &record, error));
    const struct quire_reject reject = {&reason, (const char *)record.data, record.size};
    return quality->options.reject(quality->options.reject_user, &reject, error);
}

int quire_quality_fail(const struct quire_quality *quality, const struct quire_quality_slice *slice,
                       size_t row, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error reason;
    size_t rule = 0;
    if (make_reason(quality, slice, row, 1U << QUIRE_RULE_FAIL, &text, &reason) != 0)
        return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    while (quality->rules->items[rule].on_fail != QUIRE_RULE_FAIL ||
           !quire_quality_breaks(quality, rule, row))
        rule++;
    if (quire_buf_append_text(&text, " by ") != 0)
        return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    QUIRE_TRY(quire_quality_put_row(quality, slice->start + (int64_t)row,
                                    &quality->runs[rule].columns, QUIRE_QUALITY_EXAMPLE_MAX, &text,
                                    error));
    if (quire_buf_terminate(&text) != 0) return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    quire_fail(error, QUIRE_INPUT, QUIRE_QUALITY_OPERATION, "%s", (const char *)text.data);
    quire_error_at(error, reason.row, reason.column[0] != '\0' ? reason.column : NULL,
                   QUIRE_NOWHERE);
    if (reason.path[0] != '\0') quire_error_path(error, reason.path);
    return QUIRE_INPUT;
}

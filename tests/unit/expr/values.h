/* Expressions over rows that are written down as text, and their values as text. */
#ifndef QUIRE_TESTS_EXPR_VALUES_H
#define QUIRE_TESTS_EXPR_VALUES_H

#include "rows.h"

#include <stdio.h>

#include "base/buf.h"
#include "quire/expr.h"

static inline struct quire_expr *bound_expr(const char *text, const struct ArrowSchema *schema)
{
    struct quire_expr *expr = NULL;
    struct quire_error error;
    if (quire_expr_parse(text, &expr, &error) != 0 || quire_expr_bind(expr, schema, &error) != 0)
        fail_msg("%s: %s", text, error.cause);
    return expr;
}

/* The text of each value, "~" of a null, with ';' behind each. The caller frees it. */
static inline char *values_of(const char *text, const struct ArrowSchema *schema,
                              const struct ArrowArray *batch, struct quire_error *error)
{
    struct quire_buf cast = {0}, out = {0};
    struct ArrowArray result;
    assert_int_equal(quire_buf_append(&cast, "CAST((", 6), 0);
    assert_int_equal(quire_buf_append(&cast, text, strlen(text)), 0);
    assert_int_equal(quire_buf_append(&cast, ") AS string)", 13), 0);
    struct quire_expr *expr = bound_expr((const char *)cast.data, schema);
    quire_buf_release(&cast);
    int code = quire_expr_evaluate(expr, batch, &result, error);
    quire_expr_free(expr);
    if (code != 0) return NULL;
    const uint8_t *validity = result.buffers[0];
    const int32_t *offsets = result.buffers[1];
    for (int64_t i = 0; i < result.length; i++) {
        bool is_null = validity != NULL && (validity[i / 8] >> (i % 8) & 1) == 0;
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        if (is_null)
            assert_int_equal(quire_buf_push(&out, '~'), 0);
        else if (size > 0)
            assert_int_equal(
                quire_buf_append(&out, (const char *)result.buffers[2] + offsets[i], size), 0);
        assert_int_equal(quire_buf_push(&out, ';'), 0);
    }
    assert_int_equal(quire_buf_push(&out, '\0'), 0);
    quire_array_release(&result);
    return (char *)out.data;
}

/* rows as rows_batch takes them. */
static inline void expect_values(const char *schema_text, const char *rows, const char *text,
                                 const char *expected)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct ArrowArray batch = rows_batch(&schema, rows);
    struct quire_error error;
    char *got = values_of(text, &schema, &batch, &error);
    if (got == NULL) fail_msg("%s: %s", text, error.cause);
    if (strcmp(got, expected) != 0) fail_msg("%s: %s, not %s", text, got, expected);
    quire_free(got);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

/* The row that fails, from 1, and why. */
static inline void expect_row_failure(const char *schema_text, const char *rows, const char *text,
                                      int64_t row, const char *cause)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct ArrowArray batch = rows_batch(&schema, rows);
    struct quire_error error;
    char *got = values_of(text, &schema, &batch, &error);
    if (got != NULL) fail_msg("%s: %s", text, got);
    assert_int_equal(error.code, QUIRE_INPUT);
    if (error.row != row || strstr(error.cause, cause) == NULL)
        fail_msg("%s: row %lld: %s", text, (long long)error.row, error.cause);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

#endif

/* Expressions: any text is parsed, bound to some columns and evaluated over some rows, or refused
 * with a reason. What comes out is a valid array, and the rows that a filter keeps are those for
 * which the condition is true. */
#include <string.h>

#include "base/cleanup.h"
#include "data/view.h"
#include "fuzz.h"
#include "fuzz_batch.h"
#include "quire/expr.h"

struct input {
    char *text;
    struct ArrowSchema schema;
    struct ArrowArray batch;
};

/* The text is the first line, what is behind it the columns and their rows. */
static void take_input(const uint8_t *data, size_t size, struct input *input)
{
    static const struct fuzz_batch_options fill = {.finite = false};
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t line = end != NULL ? (size_t)(end - data) : size;
    struct fuzz_bytes text = {data, line};
    struct fuzz_bytes rest = {end != NULL ? end + 1 : data, end != NULL ? size - line - 1 : 0};
    input->text = fuzz_take_text(&text);
    fuzz_take_schema(&rest, &input->schema);
    fuzz_take_batch(&rest, &input->schema, &fill, &input->batch);
}

static void check_result(const struct quire_expr *expr, const struct input *input)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray result;
    struct quire_error error;
    int code = quire_expr_result_schema(expr, "r", &schema, &error);
    if (code == 0) code = quire_expr_evaluate(expr, &input->batch, &result, &error);
    if (code != 0) {
        fuzz_check_error(code, &error);
        return;
    }
    FUZZ_CHECK(result.length == input->batch.length, "%lld rows", (long long)result.length);
    code = quire_array_validate(&schema, &result, &error);
    FUZZ_CHECK(code == 0 || strstr(error.cause, "UTF-8") != NULL, "%s: %s", schema.format,
               error.cause);
    result.release(&result);
}

static int copy_batch(const struct input *input, struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema;
    struct ArrowArray batch = input->batch;
    FUZZ_CHECK(quire_schema_copy(&input->schema, &schema, NULL) == 0, "no memory");
    return quire_stream_of_batches(&schema, &batch, 1, stream, NULL);
}

/* Takes the batch. */
static void check_filter(struct input *input)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream source = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream kept = {.release = NULL};
    struct quire_error error;
    int64_t rows = input->batch.length, got = 0;
    FUZZ_CHECK(copy_batch(input, &source) == 0, "no memory");
    input->batch.release = NULL;
    int code = quire_stream_filter(&source, input->text, &kept, &error);
    while (code == 0) {
        struct ArrowArray batch;
        code = quire_stream_next(&kept, &batch, &error);
        if (code != 0 || batch.release == NULL) break;
        got += batch.length;
        FUZZ_CHECK(quire_array_validate(&input->schema, &batch, &error) == 0 ||
                       strstr(error.cause, "UTF-8") != NULL,
                   "%s", error.cause);
        batch.release(&batch);
    }
    if (code != 0) fuzz_check_error(code, &error);
    FUZZ_CHECK(got <= rows, "%lld rows of %lld", (long long)got, (long long)rows);
}

void fuzz_expr(const uint8_t *data, size_t size)
{
    struct input input;
    struct quire_expr *expr = NULL;
    struct quire_error error;
    take_input(data, size, &input);
    int code = quire_expr_parse(input.text, &expr, &error);
    if (code == 0) {
        quire_expr_set_now(expr, 1700000000000000);
        code = quire_expr_bind(expr, &input.schema, &error);
    }
    if (code == 0) {
        const struct quire_condition *conditions;
        size_t conditions_size;
        FUZZ_CHECK(quire_expr_conditions(expr, &conditions, &conditions_size, &error) == 0, "%s",
                   error.cause);
    }
    if (code == 0)
        check_result(expr, &input);
    else
        fuzz_check_error(code, &error);
    quire_expr_free(expr);
    check_filter(&input);
    quire_array_release(&input.batch);
    quire_schema_release(&input.schema);
    quire_free(input.text);
}

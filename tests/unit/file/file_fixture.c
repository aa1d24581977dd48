#include "file_fixture.h"

#include <stdio.h>

#include "quire/batch.h"

#define TEXT_BYTES 4096
#define ROWS_URL   "mem://file-fixture/rows.jsonl"

static void check(int code, const struct quire_error *error)
{
    char text[1024];
    if (code == 0) return;
    quire_error_format(error, text, sizeof(text));
    fail_msg("%s", text);
}

struct ArrowSchema fixture_schema(const char *text)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_error error = {0};
    check(quire_schema_parse(text, strlen(text), &schema, &error), &error);
    return schema;
}

static void add_row(struct quire_builder *builder, char *row)
{
    struct quire_error error = {0};
    char *rest = NULL;
    for (char *cell = strtok_r(row, ",", &rest); cell != NULL; cell = strtok_r(NULL, ",", &rest)) {
        bool null = strcmp(cell, "~") == 0;
        check(null ? quire_builder_null(builder, &error)
                   : quire_builder_text(builder, cell, strlen(cell), &error),
              &error);
    }
    check(quire_builder_end_row(builder, &error), &error);
}

void fixture_batch(const char *schema_text, const char *rows, struct ArrowArray *batch)
{
    struct ArrowSchema schema = fixture_schema(schema_text);
    struct quire_builder *builder = NULL;
    struct quire_error error = {0};
    char copy[TEXT_BYTES], *rest = NULL;
    check(quire_builder_new(&schema, &builder, &error), &error);
    snprintf(copy, sizeof(copy), "%s", rows);
    for (char *row = strtok_r(copy, ";", &rest); row != NULL; row = strtok_r(NULL, ";", &rest))
        add_row(builder, row);
    check(quire_builder_finish(builder, batch, &error), &error);
    quire_builder_free(builder);
    quire_schema_release(&schema);
}

void fixture_stream(const char *schema_text, const char *rows, struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema = fixture_schema(schema_text);
    struct ArrowArray batch = {.release = NULL};
    struct quire_error error = {0};
    fixture_batch(schema_text, rows, &batch);
    check(quire_stream_of_batches(&schema, &batch, 1, stream, &error), &error);
}

int fixture_write(const char *url, const char *schema, const char *rows,
                  const struct quire_write_options *options, struct quire_error *error)
{
    struct ArrowArrayStream stream = {.release = NULL};
    fixture_stream(schema, rows, &stream);
    int code = quire_file_write(url, &stream, options, NULL, error);
    quire_stream_release(&stream);
    return code;
}

const char *fixture_rows_of(struct ArrowArrayStream *stream, struct quire_error *error)
{
    int code = quire_file_write(ROWS_URL, stream, NULL, NULL, error);
    quire_stream_release(stream);
    return code == 0 ? test_get(ROWS_URL) : NULL;
}

const char *fixture_rows(const char *url, const struct quire_read_options *options,
                         struct quire_error *error)
{
    struct ArrowArrayStream stream = {.release = NULL};
    if (quire_file_read(url, options, &stream, error) != 0) return NULL;
    return fixture_rows_of(&stream, error);
}

const char *fixture_schema_of(struct ArrowArrayStream *stream)
{
    static char text[TEXT_BYTES];
    struct ArrowSchema schema = {.release = NULL};
    char *printed = NULL;
    assert_int_equal(quire_stream_schema(stream, &schema, NULL), 0);
    assert_int_equal(quire_schema_print(&schema, &printed, NULL), 0);
    snprintf(text, sizeof(text), "%s", printed);
    quire_text_free(printed);
    quire_schema_release(&schema);
    return text;
}

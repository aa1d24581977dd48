/* Which messages dictionaries get, as the description of what was written counts them, and
 * what sets of values hold. */
#include "arrow_source.h"

#include "data/column.h"
#include "format/arrow/value_set.h"

/* A batch whose dictionary has these values in this order, each of them once. */
static void make_batch(const char *values, struct ArrowSchema *schema, struct ArrowArray *batch)
{
    struct quire_field *field = NULL;
    struct quire_column *column = NULL;
    arrow_schema("d dictionary<string>", schema);
    assert_int_equal(quire_field_open(schema, &field, NULL), 0);
    assert_int_equal(quire_column_new(field, &column, NULL), 0);
    for (const char *value = values; *value != '\0'; value++) {
        assert_int_equal(quire_column_append_bytes(&column->children[0], value, 1), 0);
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, batch, NULL), 0);
    quire_column_free(column);
    quire_field_close(field);
}

static char *describe(const struct quire_buf *file, enum arrow_way way)
{
    _Alignas(16) char options[64] = {0};
    const struct quire_format *format = NULL;
    struct quire_error error = {0};
    struct arrow_source source;
    char *json = NULL;
    assert_int_equal(quire_format_find("arrow", &format, NULL), 0);
    assert_int_equal(quire_options_init(&format->decoder_options, options, NULL), 0);
    arrow_source_init(&source, way, file->data, file->size);
    int code = format->describe(&source.in, options, NULL, &json, &error);
    if (code != 0) fail_msg("%s", error.cause);
    quire_options_release(&format->decoder_options, options);
    return json;
}

static void assert_has(const char *json, const char *text)
{
    assert_non_null(json);
    if (strstr(json, text) == NULL) fail_msg("%s is not in %s", text, json);
}

static void check(const char *format, const char *settings, const char *const *dictionaries,
                  enum arrow_way way, int messages, int deltas)
{
    struct ArrowSchema schema;
    struct ArrowArray batches[3];
    struct quire_error error = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf file = {0};
    char text[64];
    int64_t rows = 0, found = 0;
    size_t size = 0;
    for (; size < 3 && dictionaries[size] != NULL; size++) {
        if (size > 0) quire_schema_release(&schema);
        make_batch(dictionaries[size], &schema, &batches[size]);
    }
    int code = arrow_write(format, settings, &schema, batches, size, &file, &error);
    if (code != 0) fail_msg("%s", error.cause);
    char *json = describe(&file, way);
    snprintf(text, sizeof(text), "\"dictionaries_size\":%d", messages);
    assert_has(json, text);
    for (const char *at = json; (at = strstr(at, "\"delta\":true")) != NULL; at++)
        found++;
    assert_int_equal(found, deltas);
    quire_free(json);
    for (int each = 0; each < ARROW_WAYS; each++) {
        assert_int_equal(arrow_drain((enum arrow_way)each, &file, &rows, &error), 0);
        assert_int_equal(rows, (int64_t)(strlen(dictionaries[0]) + strlen(dictionaries[1]) +
                                         (size > 2 ? strlen(dictionaries[2]) : 0)));
    }
    quire_schema_release(&schema);
}

static void test_messages(void **state)
{
    static const char *const same[] = {"xy", "xy", "x"}, *const grown[] = {"x", "xy", "xyz"},
                             *const other[] = {"xy", "yx", "zx"};
    (void)state;
    /* A stream, and what readers see of a file from its start. */
    check("arrow-stream", "", same, ARROW_MAPPED, 1, 0);
    check("arrow-stream", "", grown, ARROW_MAPPED, 3, 0);
    check("arrow-stream", "dictionary_deltas=on", grown, ARROW_MAPPED, 3, 2);
    check("arrow-stream", "dictionary_deltas=on", other, ARROW_MAPPED, 3, 0);
    check("arrow", "", grown, ARROW_FORWARD, 4, 2);
    check("arrow", "dictionary_deltas=on", other, ARROW_FORWARD, 2, 1);
    /* What the footer of a file names. */
    check("arrow", "", same, ARROW_MAPPED, 1, 0);
    check("arrow", "", grown, ARROW_MAPPED, 1, 0);
    check("arrow", "", other, ARROW_MAPPED, 1, 0);
    check("arrow", "dictionary_deltas=on", grown, ARROW_ANYWHERE, 3, 2);
    check("arrow", "dictionary_deltas=on", other, ARROW_ANYWHERE, 2, 1);
}

static void test_description(void **state)
{
    struct ArrowSchema schema;
    struct ArrowArray batch;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf file = {0};
    (void)state;
    make_batch("abc", &schema, &batch);
    assert_int_equal(arrow_write("arrow", "compression=zstd", &schema, &batch, 1, &file, NULL), 0);
    for (int way = 0; way < ARROW_WAYS; way++) {
        char *json = describe(&file, (enum arrow_way)way);
        assert_has(json, "{\"format\":\"arrow\",\"version\":5,\"bytes\":");
        assert_has(json, "\"rows\":3,\"columns\":1,\"record_batches_size\":1");
        assert_has(json, "\"schema\":\"d dictionary<string>\\n\"");
        assert_has(json, "\"dictionaries\":[{\"id\":0,\"delta\":false,\"rows\":3,\"offset\":");
        assert_has(json, "\"record_batches\":[{\"rows\":3,\"offset\":");
        assert_has(json, "\"arrays\":1,\"buffers\":2,\"compression\":\"zstd\"}]}");
        quire_free(json);
    }
    quire_schema_release(&schema);
}

static void add(struct quire_value_set *set, const char *text)
{
    struct quire_buf value = {(uint8_t *)(uintptr_t)text, strlen(text), strlen(text)};
    assert_int_equal(quire_value_set_add(set, &value), 0);
}

static int64_t find(const struct quire_value_set *set, const char *text)
{
    const struct quire_buf value = {(uint8_t *)(uintptr_t)text, strlen(text), strlen(text)};
    return quire_value_set_find(set, &value);
}

static void test_value_set(void **state)
{
    QUIRE_CLEANUP(quire_value_set_release) struct quire_value_set set = {.slots = NULL};
    char text[16];
    (void)state;
    assert_int_equal(find(&set, "0"), -1);
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "%d", i % 500);
        add(&set, text);
    }
    assert_int_equal(quire_value_set_size(&set), 1000);
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof(text), "%d", i);
        assert_int_equal(find(&set, text), i); /* the first of two */
        const struct quire_buf value = {(uint8_t *)text, strlen(text), sizeof(text)};
        assert_true(quire_value_set_has(&set, i + 500, &value));
        assert_false(quire_value_set_has(&set, (i + 1) % 500, &value));
    }
    assert_int_equal(find(&set, "500"), -1);
    assert_int_equal(find(&set, ""), -1);
    quire_value_set_clear(&set);
    assert_int_equal(quire_value_set_size(&set), 0);
    assert_int_equal(find(&set, "1"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_value_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

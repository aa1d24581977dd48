/* A file reads the same however it is cut: wherever a chunk ends, however little a
 * read gives, and whether fields are found 64 bytes at a time or one by one. */
#include "csv_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "data/view.h"
#include "format/csv/csv_read.h"

#define PADDING QUIRE_TEXT_PADDING

static const struct quire_csv_read_options defaults = {
    .delimiter = ',',
    .quote = '"',
    .escape = -1,
    .comment = -1,
    .infer = true,
};

/* --- Finding fields ---------------------------------------------------------------- */

/* Appends fields that are well formed, or, when stray, anything at all. */
static void append_records(struct quire_buf *text, struct quire_random *random, size_t records,
                           bool stray)
{
    static const char *const fields[] = {"",          "a",
                                         "1234567",   "é",
                                         "\"\"",      "\"x,y\"",
                                         "\"\n\"",    "\"say \"\"it\"\"\"",
                                         "\"\r\n,\"", "a longer field of text",
                                         "5\"",       "a\"b\"",
                                         "\"a\"b",    "x\"\"",
                                         "\r"};
    uint64_t kinds = stray ? sizeof(fields) / sizeof(fields[0]) : 10;
    for (size_t i = 0; i < records; i++) {
        for (uint64_t left = quire_random_below(random, 5); left > 0; left--) {
            assert_int_equal(quire_buf_append_text(text, fields[quire_random_below(random, kinds)]),
                             0);
            assert_int_equal(quire_buf_push(text, ','), 0);
        }
        assert_int_equal(quire_buf_append_text(text, fields[quire_random_below(random, kinds)]), 0);
        assert_int_equal(quire_buf_append_text(text, i % 3 == 0 ? "\r\n" : "\n"), 0);
    }
}

static void pad(struct quire_buf *text)
{
    assert_int_equal(quire_buf_reserve(text, PADDING), 0);
    memset(quire_buf_end(text), 0, PADDING);
}

/* Field by field, as the reference has them. */
static void check_index(const struct quire_csv_marks *marks, const struct quire_buf *text)
{
    struct quire_csv_index index = {0};
    int code = quire_csv_index_chunk(marks, text->data, text->size, &index, NULL);
    const uint32_t *ends = (const uint32_t *)(const void *)index.ends.data;
    size_t at = 0, fields = 0, records = 0, open = SIZE_MAX;
    while (at < text->size || (at > 0 && text->data[at - 1] == marks->delimiter)) {
        size_t end = quire_csv_field_end(marks, text->data, text->size, at, &open);
        if (open != SIZE_MAX) break;
        fields++;
        if (code == 0) assert_true(fields <= index.size && ends[fields] == end);
        records += end == text->size || text->data[end] == '\n';
        at = end + 1;
    }
    assert_int_equal(code, open != SIZE_MAX ? QUIRE_INPUT : 0);
    if (code == 0) assert_int_equal(index.size, fields);
    if (code == 0) assert_int_equal(index.records, records);
    quire_buf_release(&index.ends);
}

static void test_index_equals_the_reference(void **state)
{
    (void)state;
    struct quire_random random;
    struct quire_csv_marks marks = {.delimiter = ',', .quote = '"', .escape = -1, .comment = -1};
    quire_random_seed(&random, 11);
    for (int time = 0; time < 2000; time++) {
        struct quire_buf text = {0};
        append_records(&text, &random, 1 + quire_random_below(&random, 30), time % 2 == 1);
        if (time % 3 == 0) text.size -= quire_random_below(&random, text.size);
        pad(&text);
        marks.escape = time % 7 == 0 ? 'x' : -1;
        check_index(&marks, &text);
        quire_buf_release(&text);
    }
}

/* --- Cutting --------------------------------------------------------------------------- */

struct reading {
    struct quire_csv_reader *reader;
    struct quire_field *root;
    struct quire_column *columns;
    struct quire_view *view;
    void *scratch;
};

/* Parses a copy of whole records that ends where its memory does, and prints them. */
static void parse_records(struct reading *reading, const uint8_t *bytes, size_t size,
                          struct quire_buf *out)
{
    uint8_t *copy = quire_alloc_zero(1, size + PADDING);
    struct ArrowArray batch;
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    struct quire_text_chunk chunk = {
        .bytes = copy,
        .size = size,
        .columns = reading->columns,
        .scratch = reading->scratch,
    };
    assert_int_equal(quire_csv_parse(reading->reader, &chunk, NULL), 0);
    reading->scratch = chunk.scratch;
    assert_int_equal(quire_column_finish(reading->columns, &batch, NULL), 0);
    assert_int_equal(quire_view_set(reading->view, &batch, NULL), 0);
    for (int64_t row = 0; row < batch.length; row++) {
        for (size_t i = 0; i < reading->view->children_size; i++) {
            const struct quire_view *view = &reading->view->children[i];
            struct quire_bytes value = quire_view_bytes(view, row);
            assert_int_equal(quire_view_is_null(view, row)
                                 ? quire_buf_push(out, '~')
                                 : quire_buf_append(out, value.data, value.size),
                             0);
            assert_int_equal(quire_buf_push(out, '|'), 0);
        }
    }
    quire_array_release(&batch);
    quire_free(copy);
}

/* Reads text in chunks of about `chunk` bytes. */
static void read_cut(const struct quire_buf *text, size_t chunk, struct quire_buf *out)
{
    static const char schema_text[] = "a string, b string";
    struct ArrowSchema schema = csv_schema(schema_text), records_schema;
    struct quire_record_policy policy = {.schema = &schema};
    struct reading reading = {0};
    size_t at = 0;
    bool need_more;
    assert_int_equal(quire_csv_reader_new(&defaults, &policy, &reading.reader, NULL), 0);
    assert_int_equal(quire_csv_start(reading.reader, text->data, text->size, true, false,
                                     &need_more, &at, &records_schema, NULL),
                     0);
    assert_int_equal(quire_field_open(&records_schema, &reading.root, NULL), 0);
    assert_int_equal(quire_column_new(reading.root, &reading.columns, NULL), 0);
    assert_int_equal(quire_view_new(reading.root, &reading.view, NULL), 0);
    for (size_t window = chunk; at < text->size;) {
        if (window > text->size - at) window = text->size - at;
        size_t end = 0;
        bool at_end = window == text->size - at;
        assert_int_equal(
            quire_csv_split(reading.reader, text->data + at, window, 0, at_end, &end, NULL), 0);
        assert_true(end <= window);
        if (end > 0) parse_records(&reading, text->data + at, end, out);
        window = end > 0 ? chunk : window + 1;
        at += end;
    }
    quire_csv_scratch_free(reading.scratch);
    quire_view_free(reading.view);
    quire_column_free(reading.columns);
    quire_field_close(reading.root);
    quire_schema_release(&records_schema);
    quire_schema_release(&schema);
    quire_csv_reader_free(reading.reader);
}

static void check_cuts(const char *records)
{
    struct quire_buf text = {0}, whole = {0}, cut = {0};
    assert_int_equal(quire_buf_append_text(&text, "a,b\n"), 0);
    assert_int_equal(quire_buf_append_text(&text, records), 0);
    pad(&text);
    read_cut(&text, text.size, &whole);
    for (size_t chunk = 1; chunk < text.size; chunk++) {
        quire_buf_clear(&cut);
        read_cut(&text, chunk, &cut);
        assert_int_equal(cut.size, whole.size);
        assert_memory_equal(cut.data, whole.data, whole.size);
    }
    quire_buf_release(&text);
    quire_buf_release(&whole);
    quire_buf_release(&cut);
}

static void test_every_cut(void **state)
{
    (void)state;
    check_cuts("1,x\r\n2,\"quoted\"\n\n"
               "3,\"two\nlines\"\r\n,\n\"\",\"a \"\"b\"\" c\"\n4,é\n5,last");
    check_cuts("1,5\" screen\n2,\"x\n\"\n3,y\"\n\"\n\",z\n"
               "4,a long field without any quote in it at "
               "all but for this one: \"\"\n5,\"\r\n\"\r\n");
}

/* --- Whole files -------------------------------------------------------------------------- */

static void test_threads_memory_and_pieces(void **state)
{
    (void)state;
    struct quire_buf text = {0};
    assert_int_equal(quire_buf_append_text(&text, "n,s,t\n"), 0);
    for (int i = 0; i < 12000; i++)
        assert_int_equal(i % 5 == 0 ? quire_buf_printf(&text, "%d,\"line\n%d\",\n", i, i * 7)
                                    : quire_buf_printf(&text, "%d,x%d,2024\n", i, i * 7),
                         0);
    struct csv_run whole = {0};
    assert_int_equal(csv_read(&whole, (char *)text.data, text.size), 0);
    assert_int_equal(whole.counts.rows, 12000);
    const struct csv_run ways[] = {
        {.memory = QUIRE_MEMORY_MIN},
        {.threads = 3},
        {.memory = QUIRE_MEMORY_MIN, .threads = 2, .piece = 1000},
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct csv_run run = ways[i];
        assert_int_equal(csv_read(&run, (char *)text.data, text.size), 0);
        assert_string_equal((char *)run.out.data, (char *)whole.out.data);
        csv_clear(&run);
    }
    csv_clear(&whole);
    quire_buf_release(&text);
}

static void test_errors_have_the_place_in_the_file(void **state)
{
    (void)state;
    struct quire_buf text = {0};
    assert_int_equal(quire_buf_append_text(&text, "n,s\n"), 0);
    for (int i = 0; i < 30000; i++)
        assert_int_equal(quire_buf_append_text(&text, "12345,abc\n"), 0);
    assert_int_equal(quire_buf_append_text(&text, "1x,y\n"), 0);
    struct csv_run run = {.memory = QUIRE_MEMORY_MIN, .threads = 2};
    assert_int_equal(csv_read(&run, (char *)text.data, text.size), QUIRE_INPUT);
    assert_int_equal(run.error.row, 30001);
    assert_int_equal(run.error.byte, 4 + 300000);
    csv_clear(&run);
    text.size -= strlen("1x,y\n");
    assert_int_equal(quire_buf_append_text(&text, "1,\"open\n"), 0);
    assert_int_equal(csv_read(&run, (char *)text.data, text.size), QUIRE_INPUT);
    assert_int_equal(run.error.byte, 4 + 300000 + 2);
    csv_clear(&run);
    quire_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_equals_the_reference),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_threads_memory_and_pieces),
        cmocka_unit_test(test_errors_have_the_place_in_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

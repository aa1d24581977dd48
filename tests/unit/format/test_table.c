/* The drawn table, line by line. Rows are written down as JSON. */
#include "json_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "fault_alloc.h"
#include "format/format.h"
#include "format/table/table.h"
#include "quire/context.h"

struct drawn_out {
    struct quire_out out;
    struct quire_buf *buf;
    int fail; /* code that every write gives */
};

static int drawn_write(struct quire_out *out, const void *bytes, size_t size,
                       struct quire_error *error)
{
    (void)error;
    struct drawn_out *drawn = (struct drawn_out *)out;
    return drawn->fail != 0 ? drawn->fail : quire_buf_append(drawn->buf, bytes, size);
}

static int drawn_finish(struct quire_out *out, struct quire_error *error)
{
    (void)out;
    (void)error;
    return 0;
}

static void drawn_close(struct quire_out *out)
{
    (void)out;
}

static const struct quire_out_ops out_ops = {drawn_write, drawn_finish, drawn_close};

static int encode(const struct ArrowSchema *schema, struct ArrowArray *batch, const void *options,
                  struct quire_context *context, struct drawn_out *out, struct quire_error *error)
{
    struct quire_encoder *encoder = NULL;
    struct quire_file_stats stats;
    int64_t rows = batch->length;
    int code = quire_format_table.encoder_new(schema, options, context, &out->out, &encoder, error);
    if (code != 0) {
        quire_array_release(batch);
        return code;
    }
    code = quire_format_table.encoder_write(encoder, batch, error);
    assert_null(batch->release);
    if (code == 0) code = quire_format_table.encoder_finish(encoder, &stats, error);
    if (code == 0) {
        assert_int_equal(stats.rows, rows);
        assert_int_equal(stats.bytes, out->buf->size);
    } else {
        assert_int_equal(quire_format_table.encoder_finish(encoder, &stats, NULL), code);
    }
    quire_format_table.encoder_free(encoder);
    return code;
}

/* Draws a batch (taken) with settings "name=value;name=value". */
static int draw_batch(const struct ArrowSchema *schema, struct ArrowArray *batch, const char *set,
                      int fail, struct quire_buf *buf, struct quire_error *error)
{
    struct quire_table_options options;
    struct quire_context *context = NULL;
    struct drawn_out out = {.out = {.ops = &out_ops}, .buf = buf, .fail = fail};
    const struct quire_option_table *table = &quire_format_table.encoder_options;
    int code = text_set_options(table, &options, set, ';', error);
    if (code == 0) code = text_context(1, 0, &context, error);
    if (code == 0)
        code = encode(schema, batch, &options, context, &out, error);
    else
        quire_array_release(batch);
    quire_context_free(context);
    quire_options_release(table, &options);
    return code;
}

static struct quire_buf draw(const char *schema_text, const char *rows, const char *set)
{
    struct json_run run = {.schema = schema_text};
    struct ArrowSchema schema;
    struct ArrowArray batch;
    struct quire_buf buf = {0};
    struct quire_error error;
    assert_int_equal(json_decode(&run, rows, strlen(rows), &schema, &batch), 0);
    if (draw_batch(&schema, &batch, set, 0, &buf, &error) != 0) fail_msg("%s", error.cause);
    assert_int_equal(quire_buf_terminate(&buf), 0);
    quire_schema_release(&schema);
    json_run_clear(&run);
    return buf;
}

static void assert_drawn(const char *schema, const char *rows, const char *set,
                         const char *expected)
{
    struct quire_buf buf = draw(schema, rows, set);
    assert_string_equal((const char *)buf.data, expected);
    quire_buf_release(&buf);
}

static void lend(struct ArrowArray *array)
{
    array->release = NULL;
}

static void styles(void **state)
{
    static const char schema[] = "id int64, name string";
    static const char rows[] = "{\"id\":1,\"name\":\"a|b\"}\n{\"id\":-20,\"name\":null}";
    (void)state;
    assert_drawn(schema, rows, "",
                 "┌───────┬────────┐\n"
                 "│    id │ name   │\n"
                 "│ int64 │ string │\n"
                 "├───────┼────────┤\n"
                 "│     1 │ a|b    │\n"
                 "│   -20 │ null   │\n"
                 "└───────┴────────┘\n"
                 "2 rows, 2 columns\n");
    assert_drawn(schema, rows, "style=ascii;types=off;null_text=",
                 "+-----+------+\n"
                 "|  id | name |\n"
                 "+-----+------+\n"
                 "|   1 | a|b  |\n"
                 "| -20 |      |\n"
                 "+-----+------+\n"
                 "2 rows, 2 columns\n");
    assert_drawn(schema, rows, "style=markdown;count=off",
                 "| id (int64) | name (string) |\n"
                 "|-----------:|---------------|\n"
                 "|          1 | a\\|b          |\n"
                 "|        -20 | null          |\n");
}

/* A backslash before a bar is one of the text, and does not take the bar's own away. */
static void bars_in_markdown(void **state)
{
    (void)state;
    assert_drawn("a string", "{\"a\":\"x\\\\|y\"}\n{\"a\":\"\\\\\\\\|\\\\\"}\n{\"a\":\"|\"}",
                 "style=markdown;count=off;types=off",
                 "| a       |\n"
                 "|---------|\n"
                 "| x\\\\\\|y  |\n"
                 "| \\\\\\\\\\|\\ |\n"
                 "| \\|      |\n");
}

/* Behind the rows that the widths are taken from. */
static void empty_cells(void **state)
{
    (void)state;
    assert_drawn("a string, b string",
                 "{\"a\":\"xy\",\"b\":null}\n{\"a\":\"\",\"b\":null}\n{\"a\":\"\"}",
                 "style=ascii;types=off;count=off;null_text=;sample_rows=1",
                 "+----+---+\n"
                 "| a  | b |\n"
                 "+----+---+\n"
                 "| xy |   |\n"
                 "|    |   |\n"
                 "|    |   |\n"
                 "+----+---+\n");
}

static void empty_tables(void **state)
{
    struct quire_buf buf = {0};
    struct ArrowSchema schema = json_schema("");
    struct ArrowArray batch = json_random_batch("", 3, 1);
    (void)state;
    assert_int_equal(draw_batch(&schema, &batch, "", 0, &buf, NULL), 0);
    assert_int_equal(quire_buf_terminate(&buf), 0);
    assert_string_equal((const char *)buf.data, "3 rows, 0 columns\n");
    quire_buf_clear(&buf);
    quire_schema_release(&schema);
    schema = json_schema("a int8");
    batch = json_random_batch("a int8", 0, 1);
    assert_int_equal(draw_batch(&schema, &batch, "", 0, &buf, NULL), 0);
    assert_int_equal(quire_buf_terminate(&buf), 0);
    assert_string_equal((const char *)buf.data, "┌──────┐\n│    a │\n│ int8 │\n├──────┤\n"
                                                "└──────┘\n0 rows, 1 column\n");
    quire_schema_release(&schema);
    quire_buf_release(&buf);
}

static void values_of_all_kinds(void **state)
{
    (void)state;
    assert_drawn("l list<int8>, f float64, d decimal(5,2), k dictionary<string>, z binary",
                 "{\"l\":[1,null],\"f\":0.1,\"d\":\"1.50\",\"k\":\"w\",\"z\":\"AAEC\"}",
                 "style=ascii;types=off;count=off;binary=hex",
                 "+----------+-----+------+---+--------+\n"
                 "| l        |   f |    d | k | z      |\n"
                 "+----------+-----+------+---+--------+\n"
                 "| [1,null] | 0.1 | 1.50 | w | 000102 |\n"
                 "+----------+-----+------+---+--------+\n");
}

static void wide_characters_and_controls(void **state)
{
    (void)state;
    assert_drawn("s string",
                 "{\"s\":\"日本\"}\n{\"s\":\"e\\u0301\"}\n{\"s\":\"a\\nb\\u001b[1m\"}\n"
                 "{\"s\":\"\\u202eevil\\u009b\"}",
                 "types=off;count=off",
                 "┌────────────────┐\n"
                 "│ s              │\n"
                 "├────────────────┤\n"
                 "│ 日本           │\n"
                 "│ e\xcc\x81              │\n"
                 "│ a\\nb\\x1b[1m    │\n"
                 "│ \\u202eevil\\x9b │\n"
                 "└────────────────┘\n");
}

static void long_cells_are_cut_visibly(void **state)
{
    (void)state;
    assert_drawn("s string", "{\"s\":\"123456\"}\n{\"s\":\"1234567\"}\n{\"s\":\"日本語日本語\"}",
                 "types=off;count=off;cell_width=6",
                 "┌────────┐\n│ s      │\n├────────┤\n"
                 "│ 123456 │\n│ 12345… │\n│ 日本…  │\n└────────┘\n");
    assert_drawn("s string", "{\"s\":\"1234567\"}", "types=off;count=off;cell_width=6;style=ascii",
                 "+--------+\n| s      |\n+--------+\n| 123... |\n+--------+\n");
    /* Later rows are cut to the widths that the sample gave. */
    assert_drawn("s string", "{\"s\":\"12\"}\n{\"s\":\"1234567\"}",
                 "types=off;count=off;sample_rows=1",
                 "┌────┐\n│ s  │\n├────┤\n│ 12 │\n│ 1… │\n└────┘\n");
}

/* A text of nothing but marks takes no width, and yet is not drawn whole. */
static void marks_without_end(void **state)
{
    char rows[4096] = "{\"s\":\"a";
    (void)state;
    for (int i = 0; i < 1000; i++)
        strcat(rows, "\xcc\x81");
    strcat(rows, "\"}");
    struct quire_buf buf = draw("s string", rows, "cell_width=8");
    assert_true(buf.size < 700);
    assert_non_null(strstr((const char *)buf.data, "…"));
    assert_true(quire_utf8_is_valid(buf.data, buf.size));
    quire_buf_release(&buf);
}

static void columns_are_hidden_in_the_middle(void **state)
{
    static const char schema[] = "aa int8, bb int8, cc int8, dd int8, ee int8";
    static const char rows[] = "{\"aa\":1,\"bb\":2,\"cc\":3,\"dd\":4,\"ee\":5}";
    (void)state;
    assert_drawn(schema, rows, "width=20;types=off",
                 "┌────┬────┬───┬────┐\n"
                 "│ aa │ bb │ … │ ee │\n"
                 "├────┼────┼───┼────┤\n"
                 "│  1 │  2 │ … │  5 │\n"
                 "└────┴────┴───┴────┘\n"
                 "1 row, 5 columns, 2 hidden\n");
    assert_drawn(schema, rows, "width=26;types=off;count=off",
                 "┌────┬────┬────┬────┬────┐\n"
                 "│ aa │ bb │ cc │ dd │ ee │\n"
                 "├────┼────┼────┼────┼────┤\n"
                 "│  1 │  2 │  3 │  4 │  5 │\n"
                 "└────┴────┴────┴────┴────┘\n");
}

/* No line passes the width, at any width that has room for two cells. */
static void every_width_is_kept(void **state)
{
    static const char schema[] = "a string, b int64, c string, d float64, e string";
    static const char rows[] =
        "{\"a\":\"some words that are long\",\"b\":123456789,\"c\":\"日本語日本語日本語日本\","
        "\"d\":0.123456789,\"e\":\"more words that are longer\"}";
    (void)state;
    for (int width = 10; width < 140; width++) {
        char set[64];
        snprintf(set, sizeof(set), "width=%d;count=off%s", width,
                 (width & 1) != 0 ? ";style=ascii" : "");
        struct quire_buf buf = draw(schema, rows, set);
        const uint8_t *line = buf.data;
        for (const uint8_t *end; (end = memchr(line, '\n', buf.size)) != NULL; line = end + 1) {
            size_t taken = quire_utf8_width(line, (size_t)(end - line));
            if (taken > (size_t)width) fail_msg("%zu columns, not %d", taken, width);
            if (end + 1 == buf.data + buf.size) break;
        }
        quire_buf_release(&buf);
    }
}

/* Arrow does not promise that strings are UTF-8; what is not is repaired first. */
static void strings_that_are_not_utf8(void **state)
{
    static const char *const tails[] = {"\xf0", "\xe2\x82", "\xff\xff\xff", "\xc3"};
    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        struct json_run run = {.schema = "s string, l list<string>, d dictionary<string>"};
        static const char row[] = "{\"s\":\"abcd\",\"l\":[\"abcd\"],\"d\":\"abcd\"}";
        struct ArrowSchema schema;
        struct ArrowArray batch;
        struct quire_buf buf = {0};
        struct quire_error error;
        size_t size = strlen(tails[i]);
        assert_int_equal(json_decode(&run, row, strlen(row), &schema, &batch), 0);
        const struct ArrowArray *strings[] = {batch.children[0], batch.children[1]->children[0],
                                              batch.children[2]->dictionary};
        uint8_t *texts[3];
        for (size_t k = 0; k < 3; k++) { /* the last bytes of memory of its own */
            texts[k] = quire_alloc(4);
            assert_non_null(texts[k]);
            memcpy(texts[k], "abcd", 4);
            memcpy(texts[k] + 4 - size, tails[i], size);
        }
        const void *kept[3];
        for (size_t k = 0; k < 3; k++) {
            kept[k] = strings[k]->buffers[2];
            strings[k]->buffers[2] = texts[k];
        }
        struct ArrowArray lent = batch;
        lent.release = lend;
        int code = draw_batch(&schema, &lent, "types=off", 0, &buf, &error);
        if (code != 0) fail_msg("%s", error.cause);
        assert_true(quire_utf8_is_valid(buf.data, buf.size));
        assert_int_equal(quire_buf_terminate(&buf), 0);
        size_t marks = 0;
        for (const char *at = (const char *)buf.data; (at = strstr(at, "\xef\xbf\xbd")) != NULL;
             at++)
            marks++;
        assert_int_equal(marks, i == 2 ? 9 : 3);
        for (size_t k = 0; k < 3; k++) {
            strings[k]->buffers[2] = kept[k];
            quire_free(texts[k]);
        }
        quire_buf_release(&buf);
        quire_array_release(&batch);
        quire_schema_release(&schema);
        json_run_clear(&run);
    }
}

#define KINDS                                                                                  \
    "n null, b bool, i int8, f float32, d decimal(10,2), s string, z binary, l list<string>, " \
    "st struct<x:int8, y:string>, di dictionary<string>"

static void memory_runs_out(void **state)
{
    (void)state;
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        struct ArrowSchema schema = json_schema(KINDS);
        struct ArrowArray batch = json_random_batch(KINDS, 12, 9);
        struct quire_buf buf = {0};
        fault_alloc_arm(n);
        int code = draw_batch(&schema, &batch, "sample_rows=5", 0, &buf, NULL);
        quire_buf_release(&buf);
        failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        quire_schema_release(&schema);
    }
}

static void a_failed_write_is_told(void **state)
{
    (void)state;
    struct ArrowSchema schema = json_schema(KINDS);
    struct ArrowArray batch = json_random_batch(KINDS, 3000, 9);
    struct quire_buf buf = {0};
    assert_int_equal(draw_batch(&schema, &batch, "", QUIRE_FULL, &buf, NULL), QUIRE_FULL);
    quire_schema_release(&schema);
    quire_buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(styles),
        cmocka_unit_test(bars_in_markdown),
        cmocka_unit_test(empty_cells),
        cmocka_unit_test(empty_tables),
        cmocka_unit_test(values_of_all_kinds),
        cmocka_unit_test(wide_characters_and_controls),
        cmocka_unit_test(long_cells_are_cut_visibly),
        cmocka_unit_test(marks_without_end),
        cmocka_unit_test(columns_are_hidden_in_the_middle),
        cmocka_unit_test(every_width_is_kept),
        cmocka_unit_test(strings_that_are_not_utf8),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(a_failed_write_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

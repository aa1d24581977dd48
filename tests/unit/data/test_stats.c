/* Column statistics against what the rows say. */
#include "rows.h"

#include <stdio.h>

#include "fault_alloc.h"
#include "quire/stats.h"

static struct quire_stats *stats_of(const char *schema_text, const char *const *batches,
                                    size_t batches_size)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct quire_stats *stats = NULL;
    assert_int_equal(quire_stats_new(&schema, &stats, NULL), 0);
    for (size_t i = 0; i < batches_size; i++) {
        struct ArrowArray batch = rows_batch(&schema, batches[i]);
        assert_int_equal(quire_stats_add(stats, &batch, NULL), 0);
        quire_array_release(&batch);
    }
    quire_schema_release(&schema);
    return stats;
}

/* "nulls nans distinct min max" of the one column. */
static void assert_stats(const char *type, const char *rows, const char *expected)
{
    char schema[128], found[512];
    struct quire_stats_column column;
    snprintf(schema, sizeof(schema), "v %s", type);
    struct quire_stats *stats = stats_of(schema, &rows, 1);
    assert_int_equal(quire_stats_columns(stats), 1);
    assert_int_equal(quire_stats_column(stats, 0, &column, NULL), 0);
    assert_string_equal(column.name, "v");
    assert_string_equal(column.type, type);
    snprintf(found, sizeof(found), "%d %d %d %s%s %s%s", (int)column.nulls, (int)column.nans,
             (int)column.distinct, column.min != NULL ? column.min : "-",
             column.min != NULL && !column.min_exact ? "+" : "",
             column.max != NULL ? column.max : "-",
             column.max != NULL && !column.max_exact ? "+" : "");
    assert_string_equal(found, expected);
    assert_int_equal(quire_stats_column(stats, 1, &column, NULL), QUIRE_USAGE);
    quire_stats_free(stats);
}

static void every_type_by_its_order(void **state)
{
    (void)state;
    assert_stats("bool", "true;~;true;", "1 0 1 true true");
    assert_stats("int8", "-5;7;-128;7;", "0 0 3 -128 7");
    assert_stats("int64", "9223372036854775807;-9223372036854775808;0;",
                 "0 0 3 -9223372036854775808 9223372036854775807");
    assert_stats("uint8", "200;3;", "0 0 2 3 200");
    assert_stats("uint64", "18446744073709551615;1;~;", "1 0 2 1 18446744073709551615");
    assert_stats("float64", "nan;-0.0;0.0;nan;1e300;-inf;", "0 2 4 -inf 1e+300");
    assert_stats("float64", "nan;nan;", "0 2 1 - -");
    assert_stats("float32", "0.1;0.2;", "0 0 2 0.1 0.2");
    assert_stats("float16", "0.5;-2;", "0 0 2 -2.0 0.5");
    assert_stats("decimal(5,2)", "1.50;-2.25;1.5;", "0 0 2 -2.25 1.50");
    assert_stats("decimal(30,2)", "1.50;-20000000000000000000.25;1.5;",
                 "0 0 2 -20000000000000000000.25 1.50");
    assert_stats("date", "2024-02-29;1969-12-31;", "0 0 2 1969-12-31 2024-02-29");
    assert_stats("timestamp(ms)", "2024-02-29T01:00:00;~;",
                 "1 0 1 2024-02-29T01:00:00.000 2024-02-29T01:00:00.000");
    assert_stats("time(s)", "23:00:00;01:02:03;", "0 0 2 01:02:03 23:00:00");
    assert_stats("string", "b;a;;abc;b;", "0 0 4  b");
    assert_stats("string_view", "b;longer than twelve bytes;", "0 0 2 b longer than twelve bytes");
    assert_stats("binary", "b;ab;", "0 0 2 YWI= Yg==");
    assert_stats("uuid", "00112233-4455-6677-8899-aabbccddeeff;",
                 "0 0 1 00112233-4455-6677-8899-aabbccddeeff 00112233-4455-6677-8899-aabbccddeeff");
    assert_stats("interval", "P1D;P1M;P1D;", "0 0 2 - -");
    assert_stats("dictionary<string>", "x;~;a;x;", "1 0 2 a x");
    assert_stats("dictionary<float32>", "nan;1;nan;~;nan;1;", "1 3 2 1.0 1.0");
    assert_stats("null", "~;~;", "2 0 0 - -");
    assert_stats("int32", "~;~;", "2 0 0 - -");
    assert_stats("int32", "", "0 0 0 - -");
}

#define TEN         "0123456789"
#define SIXTY_THREE TEN TEN TEN TEN TEN TEN "012"

static void long_texts_are_cut_and_say_so(void **state)
{
    (void)state;
    assert_stats("string", SIXTY_THREE "34;", "0 0 1 " SIXTY_THREE "3+ " SIXTY_THREE "3+");
    assert_stats("string", SIXTY_THREE "34;" SIXTY_THREE "3;",
                 "0 0 2 " SIXTY_THREE "3 " SIXTY_THREE "3+");
    assert_stats("string", SIXTY_THREE "3;" SIXTY_THREE "34;",
                 "0 0 2 " SIXTY_THREE "3 " SIXTY_THREE "3+");
    /* The cut is between characters. */
    assert_stats("string", SIXTY_THREE "\xc3\xa9;", "0 0 1 " SIXTY_THREE "+ " SIXTY_THREE "+");
}

#define WIDE 80

static void keep(struct ArrowArray *array)
{
    array->release = NULL;
}

/* Columns that share one long text, each of which is counted by itself. */
static void tables_too_wide_to_count_in(void **state)
{
    (void)state;
    size_t size = QUIRE_STATS_DISTINCT_BYTES;
    char *text = test_malloc(size);
    memset(text, 'x', size);
    const int32_t offsets[2] = {0, (int32_t)size};
    const void *buffers[3] = {NULL, offsets, text}, *none[1] = {NULL};
    struct ArrowArray value = {.length = 1, .n_buffers = 3, .buffers = buffers, .release = keep};
    struct ArrowArray *children[WIDE];
    struct ArrowArray batch = {.length = 1, .n_buffers = 1, .buffers = none, .release = keep};
    char names[WIDE * 16] = "";
    size_t used = 0;
    for (int i = 0; i < WIDE; i++) {
        children[i] = &value;
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%sc%d string",
                                 i > 0 ? ", " : "", i);
    }
    batch.n_children = WIDE;
    batch.children = children;
    struct quire_stats *stats = stats_of(names, NULL, 0);
    assert_int_equal(quire_stats_add(stats, &batch, NULL), 0);
    assert_int_equal(quire_stats_add(stats, &batch, NULL), 0);
    int counted = 0, uncounted = 0;
    for (size_t i = 0; i < WIDE; i++) {
        struct quire_stats_column column;
        assert_int_equal(quire_stats_column(stats, i, &column, NULL), 0);
        assert_true(column.distinct == 1 || column.distinct == -1);
        counted += column.distinct == 1;
        uncounted += column.distinct == -1;
        assert_int_equal(column.rows, 2);
    }
    assert_int_equal(counted, QUIRE_STATS_DISTINCT_TOTAL / (size + 2048));
    assert_int_equal(uncounted, WIDE - counted);
    quire_stats_free(stats);
    test_free(text);
}

static void batches_add_up(void **state)
{
    (void)state;
    const char *const batches[] = {"5,x;6,y;", "~,z;", "-1,a;5,~;"};
    struct quire_stats *stats = stats_of("i int32, s string", batches, 3);
    struct quire_stats_column column;
    assert_int_equal(quire_stats_column(stats, 0, &column, NULL), 0);
    assert_int_equal(column.rows, 5);
    assert_int_equal(column.nulls, 1);
    assert_int_equal(column.distinct, 3);
    assert_int_equal(column.bytes, 20);
    assert_string_equal(column.min, "-1");
    assert_string_equal(column.max, "6");
    assert_int_equal(quire_stats_column(stats, 1, &column, NULL), 0);
    assert_int_equal(column.bytes, 4);
    assert_string_equal(column.max, "z");
    quire_stats_free(stats);
}

/* Distinct values are counted up to the limit and then not known. */
static void assert_distinct(const char *type, int64_t values, int64_t expected)
{
    char text[64];
    struct ArrowArray batch;
    struct quire_builder *builder = NULL;
    struct quire_stats *stats = NULL;
    struct quire_stats_column column;
    snprintf(text, sizeof(text), "v %s", type);
    struct ArrowSchema schema = parse_schema(text);
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t i = 0; i < 2 * values; i++) {
        snprintf(text, sizeof(text), "%d", (int)((i * 7919) % values));
        assert_int_equal(quire_builder_text(builder, text, strlen(text), NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    assert_int_equal(quire_stats_new(&schema, &stats, NULL), 0);
    assert_int_equal(quire_stats_add(stats, &batch, NULL), 0);
    assert_int_equal(quire_stats_column(stats, 0, &column, NULL), 0);
    assert_int_equal(column.distinct, expected);
    quire_stats_free(stats);
    quire_array_release(&batch);
    quire_builder_free(builder);
    quire_schema_release(&schema);
}

static void distinct_values_have_a_limit(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *type = i == 0 ? "int64" : "string";
        assert_distinct(type, 1000, 1000);
        assert_distinct(type, QUIRE_STATS_DISTINCT_MAX, QUIRE_STATS_DISTINCT_MAX);
        assert_distinct(type, QUIRE_STATS_DISTINCT_MAX + 1, -1);
    }
    assert_distinct("float64", 5000, 5000);
    assert_distinct("decimal(30,0)", 5000, 5000);
}

/* All types, offsets of slices, and each allocation failing. */
static void any_batch(void **state)
{
    (void)state;
    struct quire_field *root = open_fields(EVERY_KIND);
    struct ArrowSchema schema = parse_schema(EVERY_KIND);
    struct ArrowArray batch;
    struct quire_random random;
    quire_random_seed(&random, 3);
    make_random(root, 200, &random, &batch);
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        struct quire_stats *stats = NULL;
        struct quire_stats_column column;
        fault_alloc_arm(n);
        int code = quire_stats_new(&schema, &stats, NULL);
        if (code == 0) code = quire_stats_add(stats, &batch, NULL);
        for (size_t i = 0; code == 0 && i < quire_stats_columns(stats); i++) {
            code = quire_stats_column(stats, i, &column, NULL);
            if (code == 0) assert_int_equal(column.rows, 200);
        }
        quire_stats_free(stats);
        failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        assert_int_equal(fault_alloc_held(), 0);
    }
    quire_array_release(&batch);
    quire_schema_release(&schema);
    quire_field_close(root);
}

static void a_slice_counts_its_rows_alone(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("i int32, s string, b bool");
    struct ArrowArray batch = rows_batch(&schema, "1,a,true;~,bb,false;3,~,~;4,dddd,true;");
    struct quire_stats *stats = NULL;
    struct quire_stats_column column;
    batch.offset = 1;
    batch.length = 2;
    assert_int_equal(quire_stats_new(&schema, &stats, NULL), 0);
    assert_int_equal(quire_stats_add(stats, &batch, NULL), 0);
    assert_int_equal(quire_stats_column(stats, 0, &column, NULL), 0);
    assert_int_equal(column.nulls, 1);
    assert_string_equal(column.min, "3");
    assert_string_equal(column.max, "3");
    assert_int_equal(quire_stats_column(stats, 1, &column, NULL), 0);
    assert_int_equal(column.bytes, 2);
    assert_string_equal(column.max, "bb");
    assert_int_equal(quire_stats_column(stats, 2, &column, NULL), 0);
    assert_string_equal(column.max, "false");
    quire_stats_free(stats);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_by_its_order),
        cmocka_unit_test(long_texts_are_cut_and_say_so),
        cmocka_unit_test(tables_too_wide_to_count_in),
        cmocka_unit_test(batches_add_up),
        cmocka_unit_test(distinct_values_have_a_limit),
        cmocka_unit_test(any_batch),
        cmocka_unit_test(a_slice_counts_its_rows_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

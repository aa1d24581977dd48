/* ARROW:schema: what comes back of an Arrow schema through Parquet's and the text. */
#include "parquet_fixture.h"

#include "data/metadata.h"
#include "format/parquet/schema_arrow.h"
#include "quire/batch.h"
#include "random_column.h"

/* The schema of a file with fields and text; both are closed by the caller. */
static void read_with(const struct quire_field *fields, const char *text, size_t size,
                      struct quire_parquet_schema *written, struct quire_parquet_schema *read)
{
    struct quire_error error;
    if (quire_parquet_schema_of_fields(fields, written, &error) != 0) fail_msg("%s", error.cause);
    assert_int_equal(quire_parquet_schema_of_elements(&written->elements, read, NULL), 0);
    assert_int_equal(quire_parquet_apply_arrow_schema(text, size, read, &error), 0);
}

/* That a file of one schema, with the text of another, is read as a third. */
static void expect_schema(const char *file, const char *arrow, const char *expected)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_parquet_schema written, read;
    struct ArrowSchema a, b;
    struct quire_error error = {0};
    struct quire_field *fields = random_column_field(file);
    struct quire_field *stored = random_column_field(arrow);
    struct quire_field *wanted = random_column_field(expected);
    assert_int_equal(quire_parquet_arrow_schema_text(stored, &text, NULL), 0);
    read_with(fields, (const char *)text.data, text.size, &written, &read);
    assert_int_equal(quire_field_to_schema(read.root->field, &a, NULL), 0);
    assert_int_equal(quire_field_to_schema(wanted, &b, NULL), 0);
    if (!quire_schema_equal(&a, &b, &error))
        fail_msg("%s with %s: %s %s", file, arrow, error.column, error.cause);
    quire_schema_release(&a);
    quire_schema_release(&b);
    quire_parquet_schema_release(&read);
    quire_parquet_schema_release(&written);
    quire_field_close(fields);
    quire_field_close(stored);
    quire_field_close(wanted);
}

static const char *const kept[] = {
    "a null, b bool, c uint8, d int16, e uint32, f uint64, g float16, h float64 not null",
    "a decimal(9,2), b decimal256(10,2), c decimal256(76,38), d decimal(38,0)",
    "a date, b date64, c time(s), d time(ms), e time(ns)",
    "a timestamp(s), b timestamp(ms), c timestamp(us), d timestamp(ns)",
    "a timestamp(s, UTC), b timestamp(us, Europe/Berlin), c timestamp(ns, +05:30)",
    "a duration(s), b duration(ms), c duration(us), d duration(ns) not null",
    "a interval, b interval_months, c interval_day_time",
    "a string, b large_string, c string_view, d binary, e large_binary, f binary_view",
    "a fixed_binary(7), b uuid, c json",
    "a list<large_list<int8>>, b large_list<duration(s)> not null, c fixed_list<date64, 3>",
    "a struct<b: large_string not null, c: fixed_list<struct<d: duration(ns), e: uuid>, 2>>",
    "a map<large_string, list<timestamp(ms, Asia/Tokyo)>>, b map<int8, binary_view not null>",
    "a dictionary<string, int32>, b dictionary<large_binary, int64>, c dictionary<float64, uint32>",
    "a list<dictionary<timestamp(s, Europe/Berlin), uint64> not null>, b dictionary<uuid, int32>",
    "a dictionary<decimal256(7,2), int32>, b dictionary<json, int64> not null",
};

static void test_types_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        expect_schema(kept[i], kept[i], kept[i]);
}

static const struct {
    const char *file, *arrow, *read;
} changed[] = {
    {"a dictionary<string, int8>", "a dictionary<string, int8>", "a dictionary<string, int8>"},
    {"a string", "a dictionary<large_string, uint16>", "a dictionary<large_string, uint16>"},
    /* names and places */
    {"a int64, b int64", "b duration(s), a duration(s)", "a int64, b int64"},
    {"a int64, b int64", "x duration(s), b duration(ms)", "a int64, b duration(ms)"},
    {"a int64", "a duration(s), b int8", "a duration(s)"},
    {"a int64, b int64", "a duration(s)", "a duration(s), b int64"},
    {"a struct<b: int64, c: date>", "a struct<x: duration(s), c: date64>",
     "a struct<b: int64, c: date64>"},
    /* null or not is as Parquet says */
    {"a int64 not null, b int64", "a duration(s), b duration(s) not null",
     "a duration(s) not null, b duration(s)"},
    {"a list<int64 not null>", "a large_list<duration(s)>", "a large_list<duration(s) not null>"},
    /* types that are not one in Parquet */
    {"a int64, b string, c date", "a int32, b binary, c timestamp(ms)",
     "a int64, b string, c date"},
    {"a timestamp(us), b timestamp(us, UTC)", "a timestamp(us, UTC), b timestamp(us)",
     "a timestamp(us), b timestamp(us, UTC)"},
    {"a timestamp(us, UTC), b timestamp(us), c timestamp(ms)",
     "a timestamp(ns, Asia/Tokyo), b timestamp(s), c timestamp(us)",
     "a timestamp(us, Asia/Tokyo), b timestamp(us), c timestamp(ms)"},
    {"a decimal(9,2), b decimal(5,-2)", "a decimal(9,3), b decimal(5,-2)",
     "a decimal(9,2), b decimal(7,0)"},
    {"a fixed_binary(3), b binary", "a fixed_binary(4), b fixed_binary(4)",
     "a fixed_binary(3), b binary"},
    {"a int64", "a dictionary<string>", "a int64"},
    /* structures that are not the same */
    {"a list<int64>, b struct<c: int64>", "a struct<c: duration(s)>, b list<duration(s)>",
     "a list<int64>, b struct<c: int64>"},
    {"a map<string, int64>", "a list<struct<key: string, value: duration(s)>>",
     "a map<string, int64>"},
    {"a list<int64>, b int64", "a dictionary<duration(s)>, b list<int64>",
     "a list<int64>, b int64"},
    {"a list<int64>", "a fixed_list<duration(s), 0>", "a list<int64>"},
    {"a list<int64>", "a list<string>", "a list<int64>"},
    {"a int64", "a run_end<int32, duration(s)>", "a int64"},
    {"a int64", "a dense_union(0)<b: duration(s)>", "a int64"},
};

static void test_what_does_not_fit_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
        expect_schema(changed[i].file, changed[i].arrow, changed[i].read);
}

/* As another writer makes it: types that the schema language has no name for, in
 * v list_view<string_view> {k: v}, d dictionary<large_string, int8, ordered> not null,
 * t timestamp(s, Europe/Berlin), m map<int32, duration(ns), sorted>. */
static const char foreign[] =
    "/////4gCAAAQAAAAAAAKAA4ABgAFAAgACgAAAAABBAAQAAAAAAAKAAwAAAAEAAgACgAAACwAAAAEAAAAAQAAAAQAAAAY"
    "/v//EAAAAAQAAAABAAAAYgAAAAEAAABhAAAABAAAAJgBAAAsAQAA1AAAAAQAAAAg/v//AAABERQAAAAcAAAABAAAAAEA"
    "AAAYAAAAAQAAAG0ABgAIAAcABgAAAAAAAAGg////AAAADRgAAAAgAAAABAAAAAIAAABYAAAAFAAAAAcAAABlbnRyaWVz"
    "AEj+//+A/v//AAABEhAAAAAcAAAABAAAAAAAAAAFAAAAdmFsdWUABgAIAAYABgAAAAAAAwAQABQACAAAAAcADAAAABAA"
    "EAAAAAAAAAIQAAAAFAAAAAQAAAAAAAAAAwAAAGtleQBo////AAAAASAAAADs/v//AAABChAAAAAcAAAABAAAAAAAAAAB"
    "AAAAdAAAAAgACAAAAAQACAAAAAQAAAANAAAARXVyb3BlL0JlcmxpbgAAABAAGAAIAAAABwAMABAAFAAQAAAAAAAAFBQA"
    "AABEAAAAHAAAAAQAAAAAAAAAAQAAAGQACgAMAAAACAAHAAoAAAAAAAABDAAAAAgADAAIAAcACAAAAAAAAAEIAAAABAAG"
    "AAQAAAAAABIAGAAIAAYABwAMAAAAEAAUABIAAAAAAAEZGAAAAEgAAAAIAAAAFAAAAAEAAABMAAAAAQAAAHYAAAABAAAA"
    "DAAAAAgADAAEAAgACAAAABAAAAAEAAAAAQAAAHYAAAABAAAAawAAAMj///8QABQACAAGAAcADAAAABAAEAAAAAAAARgQ"
    "AAAAHAAAAAQAAAAAAAAABAAAAGl0ZW0AAAAABAAEAAQAAAA=";
#define FOREIGN_FILE "v list<string>, d string not null, t timestamp(ms, UTC), m map<int32, int64>"

static void test_foreign_text(void **state)
{
    (void)state;
    struct quire_parquet_schema written, read;
    struct quire_field *fields = random_column_field(FOREIGN_FILE);
    fields->children[0].metadata = (const char *)"\1\0\0\0\20\0\0\0PARQUET:field_id\1\0\0\0"
                                                 "7";
    read_with(fields, foreign, sizeof(foreign) - 1, &written, &read);
    const struct quire_field *list = &read.root->field->children[0];
    const struct quire_field *dictionary = &read.root->field->children[1];
    const struct quire_field *timestamp = &read.root->field->children[2];
    const struct quire_field *map = &read.root->field->children[3];
    assert_int_equal(list->kind, QUIRE_KIND_LIST_VIEW);
    assert_int_equal(list->children[0].kind, QUIRE_KIND_STRING_VIEW);
    assert_string_equal(list->children[0].name, "item");
    size_t size = 0;
    assert_memory_equal(quire_metadata_get(list->metadata, "k", &size), "v", 1);
    assert_memory_equal(quire_metadata_get(list->metadata, QUIRE_PARQUET_FIELD_ID, &size), "7", 1);
    assert_int_equal(dictionary->kind, QUIRE_KIND_DICTIONARY);
    assert_true(dictionary->dictionary_ordered);
    assert_false(dictionary->nullable);
    assert_int_equal(dictionary->dictionary->kind, QUIRE_KIND_LARGE_STRING);
    assert_string_equal(timestamp->zone, "Europe/Berlin");
    assert_non_null(timestamp->zone_table);
    assert_int_equal(timestamp->unit, QUIRE_SECOND);
    assert_true(map->keys_sorted);
    assert_int_equal(map->children[0].children[1].kind, QUIRE_KIND_DURATION);
    for (size_t i = 0; i < read.root->children_size; i++)
        assert_ptr_equal(read.root->children[i].field, &read.root->field->children[i]);
    quire_parquet_schema_release(&read);
    quire_parquet_schema_release(&written);
    quire_field_close(fields);
}

/* Whatever the text is, the file is read. */
static void test_damaged_text(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 31);
    for (int turn = 0; turn < 2000; turn++) {
        char text[sizeof(foreign)];
        size_t size = sizeof(foreign) - 1;
        struct quire_parquet_schema written, read;
        memcpy(text, foreign, sizeof(foreign));
        if (turn % 4 == 0) size = (size_t)quire_random_below(&random, size);
        for (int i = turn % 4; i > 0; i--)
            text[quire_random_below(&random, sizeof(foreign) - 1)] =
                foreign[quire_random_below(&random, sizeof(foreign) - 1)];
        char *exact = (char *)fixture_exact(text, size);
        struct quire_field *fields = random_column_field(FOREIGN_FILE);
        read_with(fields, exact, size, &written, &read);
        assert_int_equal(read.leaves_size, 5);
        struct ArrowSchema schema;
        struct quire_field *again = NULL;
        assert_int_equal(quire_field_to_schema(read.root->field, &schema, NULL), 0);
        assert_int_equal(quire_field_open(&schema, &again, NULL), 0);
        quire_field_close(again);
        quire_schema_release(&schema);
        quire_parquet_schema_release(&read);
        quire_parquet_schema_release(&written);
        quire_field_close(fields);
        quire_free(exact);
    }
}

static void test_memory_out(void **state)
{
    (void)state;
    struct quire_field *fields = random_column_field(FOREIGN_FILE);
    for (int64_t nth = 1;; nth++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
        struct quire_parquet_schema written = {0}, read = {0};
        fault_alloc_arm(nth);
        int code = quire_parquet_schema_of_fields(fields, &written, NULL);
        if (code == 0) code = quire_parquet_arrow_schema_text(fields, &text, NULL);
        if (code == 0) code = quire_parquet_schema_of_elements(&written.elements, &read, NULL);
        if (code == 0)
            code = quire_parquet_apply_arrow_schema(foreign, sizeof(foreign) - 1, &read, NULL);
        quire_parquet_schema_release(&read);
        quire_parquet_schema_release(&written);
        quire_buf_release(&text);
        bool failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
    quire_field_close(fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_are_kept),
        cmocka_unit_test(test_foreign_text),
        cmocka_unit_test(test_what_does_not_fit_stays),
        cmocka_unit_test(test_damaged_text),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "table/files/partition_path.h"
#include "table/log/log_names.h"
#include "table/log/uri.h"
#include "table/schema/table_interval.h"

#define ZEROS "0000000000000000000"

static void test_log_names(void **state)
{
    static const struct {
        const char *name;
        enum quire_log_file_kind kind;
        int64_t version, part, parts, last;
    } cases[] = {
        {ZEROS "7.json", QUIRE_LOG_FILE_COMMIT, 7, 0, 0, 0},
        {"09223372036854775807.json", QUIRE_LOG_FILE_COMMIT, INT64_MAX, 0, 0, 0},
        {"09223372036854775808.json", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {ZEROS ".json", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {ZEROS "07.json", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {ZEROS "7.json.tmp", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {ZEROS "7.crc", QUIRE_LOG_FILE_CHECKSUM, 7, 0, 0, 0},
        {ZEROS "7.checkpoint.parquet", QUIRE_LOG_FILE_CHECKPOINT, 7, 0, 0, 0},
        {ZEROS "7.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", QUIRE_LOG_FILE_CHECKPOINT,
         7, 0, 0, 0},
        {ZEROS "7.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet",
         QUIRE_LOG_FILE_CHECKPOINT, 7, 0, 0, 0},
        {ZEROS "7.checkpoint.0000000002.0000000003.parquet", QUIRE_LOG_FILE_PART, 7, 2, 3, 0},
        {ZEROS "7.checkpoint.0000000004.0000000003.parquet", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {ZEROS "7.checkpoint.txt", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {ZEROS "7." ZEROS "9.compacted.json", QUIRE_LOG_FILE_COMPACTED, 7, 0, 0, 9},
        {ZEROS "9." ZEROS "7.compacted.json", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {"_last_checkpoint", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
        {"", QUIRE_LOG_FILE_OTHER, 0, 0, 0, 0},
    };
    char name[QUIRE_LOG_NAME_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct quire_log_name parsed = quire_log_name_parse(cases[i].name);
        assert_int_equal(parsed.kind, cases[i].kind);
        if (parsed.kind == QUIRE_LOG_FILE_OTHER) continue;
        assert_true(parsed.version == cases[i].version);
        if (parsed.kind == QUIRE_LOG_FILE_PART) assert_int_equal(parsed.part, cases[i].part);
        if (parsed.kind == QUIRE_LOG_FILE_PART) assert_int_equal(parsed.parts, cases[i].parts);
        if (parsed.kind == QUIRE_LOG_FILE_COMPACTED) assert_int_equal(parsed.last, cases[i].last);
    }
    quire_log_name_commit(12, name);
    assert_string_equal(name, "00000000000000000012.json");
    quire_log_name_start(12, name);
    assert_true(strcmp(name, "00000000000000000012.json") < 0);
    assert_true(strcmp(name, "00000000000000000011.json") > 0);
}

static struct quire_bytes bytes(const char *text)
{
    return (struct quire_bytes){(const uint8_t *)text, text != NULL ? strlen(text) : 0};
}

static void test_uris(void **state)
{
    static const char *const cases[][2] = {
        {"part-0_1.~/x", "part-0_1.~/x"},
        {"p=a b", "p=a%20b"},
        {"p=a%2Fb", "p=a%252Fb"},
        {"\xc3\xa9+?#&", "%C3%A9%2B%3F%23%26"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0}, back = {0};
        assert_int_equal(quire_uri_encode(cases[i][0], strlen(cases[i][0]), &out), 0);
        assert_int_equal(quire_buf_terminate(&out), 0);
        assert_string_equal((const char *)out.data, cases[i][1]);
        const struct quire_bytes encoded = bytes(cases[i][1]);
        assert_int_equal(quire_uri_decode(&encoded, &back), 0);
        assert_int_equal(quire_buf_terminate(&back), 0);
        assert_string_equal((const char *)back.data, cases[i][0]);
    }
}

/* What is no escape stands for itself. */
static void test_uris_that_are_none(void **state)
{
    static const char *const texts[] = {"100%", "%4", "%zz", "%%", "%"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        const struct quire_bytes text = bytes(texts[i]);
        assert_int_equal(quire_uri_decode(&text, &out), 0);
        assert_int_equal(quire_buf_terminate(&out), 0);
        assert_string_equal((const char *)out.data, texts[i]);
    }
}

static void test_partition_paths(void **state)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_pair items[] = {
        {bytes("a b"), bytes("x y")},
        {bytes("a/b"), bytes("\"#%'*/:=?\\{[]^\x7f\n")},
        {bytes("n"), bytes(NULL)},
        {bytes("u"), bytes("\xc3\xa9+&}~")},
    };
    const struct quire_pairs pairs = {items, sizeof(items) / sizeof(items[0])};
    (void)state;
    assert_int_equal(quire_partition_path(&pairs, &out), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data,
                        "a b=x y/a%2Fb=%22%23%25%27%2A%2F%3A%3D%3F%5C%7B%5B%5D%5E%7F%0A/"
                        "n=__HIVE_DEFAULT_PARTITION__/u=\xc3\xa9+&}~/");
}

static void test_intervals(void **state)
{
    static const struct {
        const char *text;
        int64_t length_ms; /* -1: none */
    } cases[] = {
        {"interval 1 week", 604800000},
        {"interval 7 days", 604800000},
        {"INTERVAL 2 Days 1 hour", 176400000},
        {"  interval  1 minute 2 seconds 3 milliseconds ", 62003},
        {"0 days", 0},
        {"interval", -1},
        {"interval ", -1},
        {"", -1},
        {"7", -1},
        {"days 7", -1},
        {"-7 days", -1},
        {"1 month", -1},
        {"9223372036854775807 days", -1},
        {"9223372036854775807 milliseconds 1 millisecond", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t length_ms = 5;
        bool is = quire_table_interval_ms(cases[i].text, &length_ms);
        assert_int_equal(is, cases[i].length_ms >= 0);
        assert_int_equal(length_ms, is ? cases[i].length_ms : 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_names),          cmocka_unit_test(test_uris),
        cmocka_unit_test(test_uris_that_are_none), cmocka_unit_test(test_partition_paths),
        cmocka_unit_test(test_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

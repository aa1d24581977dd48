/* The compact protocol: bytes by hand, unknown fields, damage. */
#include "parquet_fixture.h"

#include "format/parquet/thrift_struct.h"

struct point {
    uint32_t present;
    int32_t x;
    bool flag;
    int64_t big;
    double real;
    struct quire_thrift_binary name;
    struct quire_thrift_list flags, points;
    struct point *inner;
    int16_t small;
    int8_t tiny;
};

static const struct quire_thrift_layout point_layout;
static const struct quire_thrift_member point_members[] = {
    QUIRE_THRIFT_REQUIRED(point, 1, I32, x),
    QUIRE_THRIFT_OPTIONAL(point, 2, BOOL, flag),
    QUIRE_THRIFT_OPTIONAL(point, 3, I64, big),
    QUIRE_THRIFT_OPTIONAL(point, 4, DOUBLE, real),
    QUIRE_THRIFT_OPTIONAL(point, 5, BINARY, name),
    QUIRE_THRIFT_LIST_OF(point, 6, BOOL, flags, false),
    QUIRE_THRIFT_STRUCTS_OF(point, 7, points, false, &point_layout),
    QUIRE_THRIFT_STRUCT_OF(point, 8, inner, false, &point_layout),
    QUIRE_THRIFT_OPTIONAL(point, 25, I16, small),
    QUIRE_THRIFT_OPTIONAL(point, 26, I8, tiny),
    QUIRE_THRIFT_EMPTY_OF(27, "EMPTY"),
};
static QUIRE_THRIFT_LAYOUT(point_layout, point, point_members);

static int read_point(const void *bytes, size_t size, struct quire_arena *arena,
                      struct point *point, struct quire_error *error)
{
    struct quire_thrift_reader reader;
    *point = (struct point){0};
    quire_thrift_reader_init(&reader, "read point", bytes, size);
    return quire_thrift_read_struct(&reader, &point_layout, arena, point, error);
}

static void test_bytes_by_hand(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct point point = {.present = QUIRE_THRIFT_BIT(2) | QUIRE_THRIFT_BIT(3) |
                                     QUIRE_THRIFT_BIT(25) | QUIRE_THRIFT_BIT(27),
                          .x = -1,
                          .flag = true,
                          .big = 300,
                          .small = -2,
                          .name = {(const uint8_t *)"ab", 2}};
    bool flags[2] = {true, false};
    point.flags = (struct quire_thrift_list){flags, 2};
    assert_int_equal(quire_thrift_write_struct(&out, &point_layout, &point), 0);
    const char expected[] = "\x15\x01"         /* 1: i32 -1 */
                            "\x11"             /* 2: true */
                            "\x16\xd8\x04"     /* 3: i64 300 */
                            "\x28\x02\x61\x62" /* 5: binary, two on */
                            "\x19\x21\x01\x02" /* 6: list of two bools */
                            "\x04\x32\x03"     /* 25: i16, its id in full */
                            "\x2c\x00";        /* 27: empty struct; then stop */
    assert_int_equal(out.size, sizeof(expected));
    assert_memory_equal(out.data, expected, sizeof(expected));
}

static void test_round_trip(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    struct point items[20] = {{0}}, inner = {.x = INT32_MIN}, back;
    for (int i = 0; i < 20; i++)
        items[i].x = i * 1000;
    struct point point = {.present = QUIRE_THRIFT_BIT(3) | QUIRE_THRIFT_BIT(4) | 1u << 26,
                          .x = INT32_MAX,
                          .big = INT64_MIN,
                          .real = -0.5,
                          .tiny = -128};
    point.points = (struct quire_thrift_list){items, 20};
    point.inner = &inner;
    assert_int_equal(quire_thrift_write_struct(&out, &point_layout, &point), 0);
    assert_int_equal(read_point(out.data, out.size, &arena, &back, &error), 0);
    assert_int_equal(back.x, INT32_MAX);
    assert_true(back.big == INT64_MIN && back.real == -0.5 && back.tiny == -128);
    assert_int_equal(back.points.size, 20);
    assert_int_equal(((struct point *)back.points.items)[19].x, 19000);
    assert_int_equal(back.inner->x, INT32_MIN);
    assert_null(back.name.data);
    assert_int_equal(back.present & QUIRE_THRIFT_BIT(2), 0);
    for (size_t size = 0; size < out.size; size++) {
        uint8_t *exact = fixture_exact(out.data, size);
        assert_int_equal(read_point(exact, size, &arena, &back, &error), QUIRE_CORRUPT);
        assert_true(error.byte <= (int64_t)size);
        quire_free(exact);
    }
}

static void test_unknown_fields_are_passed_over(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    struct point back;
    /* 10: struct {1: list of maps? no: set of i32}, 11: map of binary to double, 12: uuid,
     * 13: true, 14: double; then 1: x = 1, out of order */
    const char bytes[] = "\xac\x1a\x25\x02\x04\x00"
                         "\x1b\x01\x87\x01k\0\0\0\0\0\0\0\0"
                         "\x1d\1\2\3\4\5\6\7\x08\1\2\3\4\5\6\7\x08"
                         "\x11"
                         "\x17\0\0\0\0\0\0\0\0"
                         "\x05\x02\x02"
                         "\x00";
    assert_int_equal(read_point(bytes, sizeof(bytes) - 1, &arena, &back, &error), 0);
    assert_int_equal(back.x, 1);
}

static void expect_corrupt(const char *bytes, size_t size)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    struct point back;
    uint8_t *exact = fixture_exact(bytes, size);
    assert_int_equal(read_point(exact, size, &arena, &back, &error), QUIRE_CORRUPT);
    quire_free(exact);
}

static void test_damage(void **state)
{
    (void)state;
    expect_corrupt("\x00", 1);                         /* x is missing */
    expect_corrupt("\x16\x02\x00", 3);                 /* x is an i64 */
    expect_corrupt("\x15\x80\x80\x80\x80\x20\x00", 7); /* beyond 32 bits */
    expect_corrupt("\x15\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11);
    expect_corrupt("\x15\x02\x1e\x00", 4);                     /* type 14 */
    expect_corrupt("\x15\x02\x59\xf5\xff\xff\xff\xff\x0f", 9); /* a huge list */
    expect_corrupt("\x15\x02\x48\xff\xff\xff\xff\x0f", 8);     /* a huge text */
    char deep[100];
    memset(deep, 0x1c, sizeof(deep)); /* structs in unknown structs */
    deep[0] = (char)0xfc;
    expect_corrupt(deep, sizeof(deep));
    struct quire_random random;
    quire_random_seed(&random, 17);
    for (int turn = 0; turn < 20000; turn++) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
        struct quire_error error;
        struct point back;
        uint8_t noise[64];
        size_t size = quire_random_below(&random, sizeof(noise));
        for (size_t i = 0; i < size; i++)
            noise[i] = (uint8_t)quire_random_u64(&random);
        if (size > 2) memcpy(noise, "\x15\x02", 2);
        uint8_t *exact = fixture_exact(noise, size);
        read_point(exact, size, &arena, &back, &error);
        quire_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_by_hand),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_unknown_fields_are_passed_over),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Calendar and ISO 8601 text: every day of 20,000 years against a counting loop,
 * every unit before and after 1970, the ends of the range, every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/random.h"
#include "base/time_text.h"

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The calendar by counting, from -9999-01-01 to 9999-12-31. */
static void test_every_day(void **state)
{
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = -4371587; /* 719528 days from 0000-01-01 to 1970, and 9999 years before */
    for (int year = -9999; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && is_leap(year));
            for (int day = 1; day <= length; day++, days++) {
                struct civil_date date = civil_from_days(days);
                if (date.year != year || date.month != (uint32_t)month ||
                    date.day != (uint32_t)day ||
                    civil_to_days(year, (uint32_t)month, (uint32_t)day) != days)
                    fail_msg("day %" PRId64 " is not %d-%d-%d", days, year, month, day);
                if (day != 1 && day != length) continue;
                char expected[32], text[QUIRE_TIME_TEXT_MAX];
                snprintf(expected, sizeof(expected), "%s%04d-%02d-%02d", year < 0 ? "-" : "",
                         year < 0 ? -year : year, month, day);
                char *end = quire_time_format_date(days, text);
                *end = '\0';
                assert_string_equal(text, expected);
                int32_t back = 0;
                assert_true(quire_time_parse_date(text, (size_t)(end - text), &back));
                assert_int_equal(back, days);
            }
            char beyond[32];
            int size = snprintf(beyond, sizeof(beyond), "%s%04d-%02d-%02d", year < 0 ? "-" : "",
                                year < 0 ? -year : year, month, length + 1);
            int32_t none = 0;
            assert_false(quire_time_parse_date(beyond, (size_t)size, &none));
        }
        if (year == 1969) assert_int_equal(days, 0);
    }
    assert_int_equal(days, 2932897);
}

static void expect_timestamp(int64_t value, enum quire_time_unit unit, int offset_s,
                             const char *expected)
{
    char text[QUIRE_TIME_TEXT_MAX + 1];
    char *end = quire_time_format_timestamp(value, unit, 'T', true, offset_s, text);
    *end = '\0';
    assert_string_equal(text, expected);
    int64_t back = ~value;
    bool has_offset = false;
    assert_true(quire_time_parse_timestamp(text, (size_t)(end - text), unit, &back, &has_offset));
    assert_true(back == value);
    assert_true(has_offset);
}

static void test_timestamps(void **state)
{
    (void)state;
    expect_timestamp(0, QUIRE_SECOND, 0, "1970-01-01T00:00:00Z");
    expect_timestamp(-1, QUIRE_SECOND, 0, "1969-12-31T23:59:59Z");
    expect_timestamp(-1, QUIRE_MILLI, 0, "1969-12-31T23:59:59.999Z");
    expect_timestamp(-1, QUIRE_MICRO, 0, "1969-12-31T23:59:59.999999Z");
    expect_timestamp(-1, QUIRE_NANO, 0, "1969-12-31T23:59:59.999999999Z");
    expect_timestamp(1709251199123, QUIRE_MILLI, 0, "2024-02-29T23:59:59.123Z");
    expect_timestamp(1709251199000456, QUIRE_MICRO, 3600, "2024-03-01T00:59:59.000456+01:00");
    expect_timestamp(1709251200, QUIRE_SECOND, -12600, "2024-02-29T20:30:00-03:30");
    expect_timestamp(0, QUIRE_SECOND, -60, "1969-12-31T23:59:00-00:01");
    expect_timestamp(0, QUIRE_SECOND, 86340, "1970-01-01T23:59:00+23:59");
    expect_timestamp(INT64_MAX, QUIRE_NANO, 0, "2262-04-11T23:47:16.854775807Z");
    expect_timestamp(INT64_MIN, QUIRE_NANO, 0, "1677-09-21T00:12:43.145224192Z");
    expect_timestamp(INT64_MAX, QUIRE_NANO, 3600, "2262-04-12T00:47:16.854775807+01:00");
    expect_timestamp(INT64_MIN, QUIRE_NANO, -3600, "1677-09-20T23:12:43.145224192-01:00");
    expect_timestamp(INT64_MAX, QUIRE_MICRO, 0, "+294247-01-10T04:00:54.775807Z");
    expect_timestamp(INT64_MIN, QUIRE_MICRO, 0, "-290308-12-21T19:59:05.224192Z");
    expect_timestamp(INT64_MAX, QUIRE_MILLI, 0, "+292278994-08-17T07:12:55.807Z");
    expect_timestamp(INT64_MAX, QUIRE_SECOND, 0, "+292277026596-12-04T15:30:07Z");
    expect_timestamp(INT64_MIN, QUIRE_SECOND, 0, "-292277022657-01-27T08:29:52Z");
    expect_timestamp(-62167219200, QUIRE_SECOND, 0, "0000-01-01T00:00:00Z");
    expect_timestamp(-62167219201, QUIRE_SECOND, 0, "-0001-12-31T23:59:59Z");
    expect_timestamp(253402300800, QUIRE_SECOND, 0, "+10000-01-01T00:00:00Z");
    char text[QUIRE_TIME_TEXT_MAX + 1];
    *quire_time_format_timestamp(1500, QUIRE_MILLI, ' ', false, 7200, text) = '\0';
    assert_string_equal(text, "1970-01-01 00:00:01.500");
    /* Seconds of an offset cannot be said, so the instant is kept instead. */
    *quire_time_format_timestamp(0, QUIRE_SECOND, 'T', true, 3208, text) = '\0';
    assert_string_equal(text, "1970-01-01T00:53:00+00:53");
    *quire_time_format_timestamp(0, QUIRE_SECOND, 'T', true, -30, text) = '\0';
    assert_string_equal(text, "1970-01-01T00:00:00Z");
}

static void test_random_timestamps(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 10);
    for (int i = 0; i < 100000; i++) {
        int64_t value = (int64_t)quire_random_u64(&random) >> quire_random_below(&random, 40);
        enum quire_time_unit unit = (enum quire_time_unit)(i % 4);
        int offset_s = 60 * ((int)quire_random_below(&random, 2879) - 1439);
        char text[QUIRE_TIME_TEXT_MAX];
        char *end = quire_time_format_timestamp(value, unit, i % 8 < 4 ? 'T' : ' ', i % 3 != 0,
                                                offset_s, text);
        assert_true(end <= text + sizeof(text));
        int64_t back = 0;
        bool has_offset;
        struct quire_time_parts parts;
        assert_true(
            quire_time_parse_timestamp(text, (size_t)(end - text), unit, &back, &has_offset));
        assert_true(back == value);
        assert_int_equal(has_offset, i % 3 != 0);
        assert_true(quire_time_parse(text, (size_t)(end - text), &parts));
        assert_int_equal(parts.fraction_digits, 3 * unit);
        assert_true(quire_time_parts_value(&parts, unit, &back));
        assert_true(back == value);
    }
}

static struct quire_time_parts parsed(const char *text)
{
    struct quire_time_parts parts;
    if (!quire_time_parse(text, strlen(text), &parts)) fail_msg("%s is refused", text);
    return parts;
}

static void test_parse_forms(void **state)
{
    (void)state;
    struct quire_time_parts parts = parsed("2024-02-29");
    assert_int_equal(parts.days, 19782);
    assert_false(parts.has_time);
    assert_false(parts.has_offset);
    parts = parsed("2024-02-29T23:59");
    assert_true(parts.has_time);
    assert_int_equal(parts.nanos, 86340 * INT64_C(1000000000));
    parts = parsed("2024-02-29 23:59:59.123456789+01:00");
    assert_int_equal(parts.nanos, 86399 * INT64_C(1000000000) + 123456789);
    assert_int_equal(parts.offset_s, 3600);
    assert_int_equal(parts.fraction_digits, 9);
    assert_int_equal(parsed("2024-02-29T23:59Z").offset_s, 0);
    assert_int_equal(parsed("2024-02-29T23:59:00-0330").offset_s, -12600);
    assert_int_equal(parsed("2024-02-29T23:59:00+01").offset_s, 3600);
    assert_int_equal(parsed("2024-02-29t23:59:00z").days, 19782);
    assert_int_equal(parsed("+2024-02-29").days, 19782);
    parts = parsed("1970-01-01T00:00:00.5");
    assert_int_equal(parts.nanos, 500000000);
    assert_int_equal(parts.fraction_digits, 1);
    assert_int_equal(parsed("1970-01-01T00:00:00.12345678900000").nanos, 123456789);
    assert_int_equal(parsed("2000-02-29").days, 11016);
}

static void test_parse_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2024",
        "2024-02",
        "2024-2-29",
        "24-02-29",
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2024-00-10",
        "2024-13-10",
        "2024-04-31",
        "2024-01-00",
        "2024-01-32",
        "20240229",
        "2024/02/29",
        "02024-01-01",
        "+024-01-01",
        "+99999999999999999-01-01",
        "2024-02-29T",
        "2024-02-29Z",
        "2024-02-29T2",
        "2024-02-29T23",
        "2024-02-29T24:00",
        "2024-02-29T24:00:00",
        "2024-02-29T23:60:00",
        "2024-02-29T23:59:60",
        "2024-02-29T23:59:5",
        "2024-02-29T23:59:59.",
        "2024-02-29T23:59:59.x",
        "2024-02-29T23:59:59.1234567891",
        "2024-02-29T23:59:59x",
        "2024-02-29T23:59:59 Z",
        "2024-02-29T23:59:59Z ",
        "2024-02-29T23:59:59ZZ",
        "2024-02-29T23:59:59+1",
        "2024-02-29T23:59:59+01:",
        "2024-02-29T23:59:59+01:0",
        "2024-02-29T23:59:59+24:00",
        "2024-02-29T23:59:59+01:60",
        "2024-02-29T23:59:59+01:00:00",
        "2024-02-29T23:59:59+010",
        "2024-02-29_23:59:59",
        " 2024-02-29",
        "2024-02-29T23-59-59",
        "2024-02-29T23:59:\3779",
        "\xb2\xb0\xb2\xb4-02-29T23:59:59",
        "2024-02-29T23:59:5:",
        "Jan 1 2000",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct quire_time_parts parts = {.days = 7};
        int64_t value = 7;
        bool has_offset;
        if (quire_time_parse(wrong[i], strlen(wrong[i]), &parts) || parts.days != 7)
            fail_msg("%s is accepted", wrong[i]);
        assert_false(quire_time_parse_timestamp(wrong[i], strlen(wrong[i]), QUIRE_NANO, &value,
                                                &has_offset));
        assert_int_equal(value, 7);
    }
}

/* Each byte of the common layout may hold only what belongs there (an offset may
 * stand where the seconds would). */
static void test_every_byte_of_the_layout(void **state)
{
    (void)state;
    static const char good[] = "2011-11-11T11:11:11";
    for (size_t place = 0; place < 19; place++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[19];
            memcpy(text, good, 19);
            text[place] = (char)byte;
            bool digit = byte >= '0' && byte <= '9';
            bool expected;
            if (place == 16)
                expected = byte == ':' || byte == '+' || byte == '-';
            else if (place == 10)
                expected = byte == 'T' || byte == 't' || byte == ' ';
            else if (good[place] < '0' || good[place] > '9')
                expected = byte == good[place];
            else if (place == 5)
                expected = byte == '0' || byte == '1';
            else if (place == 6)
                expected = byte >= '0' && byte <= '2';
            else if (place == 8)
                expected = byte >= '0' && byte <= '2';
            else if (place == 11)
                expected = byte >= '0' && byte <= '2';
            else if (place == 14 || place == 17)
                expected = byte >= '0' && byte <= '5';
            else
                expected = digit;
            struct quire_time_parts parts;
            if (quire_time_parse(text, 19, &parts) != expected)
                fail_msg("byte %d at %zu", byte, place);
            int32_t days;
            if (place < 10) assert_int_equal(quire_time_parse_date(text, 10, &days), expected);
        }
    }
}

static bool fits(const char *text, enum quire_time_unit unit)
{
    int64_t value;
    bool has_offset;
    return quire_time_parse_timestamp(text, strlen(text), unit, &value, &has_offset);
}

static void test_precision_and_range(void **state)
{
    (void)state;
    assert_false(fits("2024-01-01T00:00:00.5", QUIRE_SECOND));
    assert_true(fits("2024-01-01T00:00:00.000", QUIRE_SECOND));
    assert_true(fits("2024-01-01T00:00:00.5", QUIRE_MILLI));
    assert_false(fits("2024-01-01T00:00:00.0005", QUIRE_MILLI));
    assert_false(fits("2024-01-01T00:00:00.0000005", QUIRE_MICRO));
    assert_true(fits("2262-04-11T23:47:16.854775807", QUIRE_NANO));
    assert_false(fits("2262-04-11T23:47:16.854775808", QUIRE_NANO));
    assert_true(fits("1677-09-21T00:12:43.145224192", QUIRE_NANO));
    assert_false(fits("1677-09-21T00:12:43.145224191", QUIRE_NANO));
    assert_false(fits("+9999999999999999-01-01", QUIRE_SECOND));
    int32_t days = 7;
    assert_true(quire_time_parse_date("+5881580-07-11", 14, &days));
    assert_int_equal(days, INT32_MAX);
    assert_false(quire_time_parse_date("+5881580-07-12", 14, &days));
    assert_true(quire_time_parse_date("-5877641-06-23", 14, &days));
    assert_int_equal(days, INT32_MIN);
    assert_false(quire_time_parse_date("-5877641-06-22", 14, &days));
    assert_false(quire_time_parse_date("2024-01-01T00:00", 16, &days));
    char text[QUIRE_TIME_TEXT_MAX];
    assert_true(quire_time_format_date(INT64_MAX, text) < text + QUIRE_TIME_TEXT_MAX);
    assert_true(quire_time_format_date(INT64_MIN, text) < text + QUIRE_TIME_TEXT_MAX);
    for (int side = 0; side < 2; side++) {
        int64_t end = side == 0 ? INT64_MIN : INT64_MAX;
        struct civil_date date = civil_from_days(end);
        assert_true(civil_to_days(date.year, date.month, date.day) == end);
    }
}

static void expect_time(int64_t value, enum quire_time_unit unit, const char *expected)
{
    char text[QUIRE_TIME_TEXT_MAX + 1];
    char *end = quire_time_format_time(value, unit, text);
    *end = '\0';
    assert_string_equal(text, expected);
    int64_t back = -1;
    bool of_day = value >= 0 && value < 86400 * quire_time_unit_scale(unit);
    assert_int_equal(quire_time_parse_time(text, (size_t)(end - text), unit, &back), of_day);
    if (of_day) assert_int_equal(back, value);
}

static void test_times(void **state)
{
    (void)state;
    expect_time(0, QUIRE_SECOND, "00:00:00");
    expect_time(86399, QUIRE_SECOND, "23:59:59");
    expect_time(86399999, QUIRE_MILLI, "23:59:59.999");
    expect_time(1, QUIRE_MICRO, "00:00:00.000001");
    expect_time(INT64_C(86399999999999), QUIRE_NANO, "23:59:59.999999999");
    expect_time(86400, QUIRE_SECOND, "24:00:00");
    expect_time(-1, QUIRE_MILLI, "-00:00:00.001");
    expect_time(INT64_MIN, QUIRE_SECOND, "-2562047788015215:30:08");
    int64_t value = 7;
    assert_true(quire_time_parse_time("23:59", 5, QUIRE_SECOND, &value));
    assert_int_equal(value, 86340);
    assert_true(quire_time_parse_time("23:59:59.5", 10, QUIRE_MICRO, &value));
    assert_int_equal(value, INT64_C(86399500000));
    assert_false(quire_time_parse_time("23:59:59.5", 10, QUIRE_SECOND, &value));
    assert_false(quire_time_parse_time("24:00", 5, QUIRE_SECOND, &value));
    assert_false(quire_time_parse_time("23:59Z", 6, QUIRE_SECOND, &value));
    assert_false(quire_time_parse_time("23", 2, QUIRE_SECOND, &value));
    assert_false(quire_time_parse_time("", 0, QUIRE_SECOND, &value));
}

static void expect_duration(int64_t value, enum quire_time_unit unit, const char *expected)
{
    char text[QUIRE_DURATION_TEXT_MAX + 1];
    char *end = quire_time_format_duration(value, unit, text);
    *end = '\0';
    assert_string_equal(text, expected);
    int64_t back = ~value;
    assert_true(quire_time_parse_duration(text, (size_t)(end - text), unit, &back));
    assert_true(back == value);
}

static void test_durations(void **state)
{
    (void)state;
    expect_duration(0, QUIRE_SECOND, "PT0S");
    expect_duration(-1, QUIRE_SECOND, "-PT1S");
    expect_duration(86400, QUIRE_SECOND, "P1D");
    expect_duration(93784005, QUIRE_MILLI, "P1DT2H3M4.005S");
    expect_duration(-3600, QUIRE_SECOND, "-PT1H");
    expect_duration(1, QUIRE_NANO, "PT0.000000001S");
    expect_duration(1500000, QUIRE_MICRO, "PT1.5S");
    expect_duration(INT64_MAX, QUIRE_NANO, "P106751DT23H47M16.854775807S");
    expect_duration(INT64_MIN, QUIRE_NANO, "-P106751DT23H47M16.854775808S");
    expect_duration(INT64_MIN, QUIRE_SECOND, "-P106751991167300DT15H30M8S");
    int64_t value = 7;
    assert_true(quire_time_parse_duration("P2W", 3, QUIRE_SECOND, &value));
    assert_int_equal(value, 1209600);
    assert_true(quire_time_parse_duration("PT36H", 5, QUIRE_SECOND, &value));
    assert_int_equal(value, 129600);
    static const char *const wrong[] = {"",
                                        "P",
                                        "PT",
                                        "P1",
                                        "1D",
                                        "P1H",
                                        "PT1D",
                                        "P1Y",
                                        "P1M",
                                        "PT1.5H",
                                        "P1DT",
                                        "PT1S1M",
                                        "PT1S1S",
                                        "PT1.S",
                                        "PT.5S",
                                        "P1D ",
                                        "-",
                                        "PTS",
                                        "P--1D",
                                        "PT1.0000000001S",
                                        "PT9223372036854775808S",
                                        "P106751991167301D"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        value = 7;
        if (quire_time_parse_duration(wrong[i], strlen(wrong[i]), QUIRE_SECOND, &value))
            fail_msg("%s is accepted", wrong[i]);
        assert_int_equal(value, 7);
    }
    assert_false(quire_time_parse_duration("PT0.5S", 6, QUIRE_SECOND, &value));
    assert_false(quire_time_parse_duration("P106752D", 8, QUIRE_NANO, &value));
}

static void expect_interval(int32_t months, int32_t days, int64_t nanos, const char *expected)
{
    char text[QUIRE_DURATION_TEXT_MAX + 1];
    char *end = quire_time_format_interval(months, days, nanos, text);
    *end = '\0';
    assert_string_equal(text, expected);
    int32_t got_months = ~months, got_days = ~days;
    int64_t got_nanos = ~nanos;
    assert_true(
        quire_time_parse_interval(text, (size_t)(end - text), &got_months, &got_days, &got_nanos));
    assert_int_equal(got_months, months);
    assert_int_equal(got_days, days);
    assert_true(got_nanos == nanos);
}

static void test_intervals(void **state)
{
    (void)state;
    expect_interval(0, 0, 0, "PT0S");
    expect_interval(14, 3, INT64_C(14706700000000), "P1Y2M3DT4H5M6.7S");
    expect_interval(-1, 2, 0, "P-1M2D");
    expect_interval(12, 0, 0, "P1Y");
    expect_interval(0, 0, -1, "PT-0.000000001S");
    expect_interval(0, -5, -3661000000000, "P-5DT-1H-1M-1S");
    expect_interval(INT32_MIN, INT32_MIN, INT64_MIN,
                    "P-178956970Y-8M-2147483648DT-2562047H-47M-16.854775808S");
    expect_interval(INT32_MAX, INT32_MAX, INT64_MAX,
                    "P178956970Y7M2147483647DT2562047H47M16.854775807S");
    int32_t months, days;
    int64_t nanos;
    assert_true(quire_time_parse_interval("-P1Y2D", 6, &months, &days, &nanos));
    assert_int_equal(months, -12);
    assert_int_equal(days, -2);
    assert_false(quire_time_parse_interval("P178956971Y", 11, &months, &days, &nanos));
    assert_false(quire_time_parse_interval("P9223372036854775807Y", 21, &months, &days, &nanos));
    assert_false(quire_time_parse_interval("P2147483648D", 12, &months, &days, &nanos));
    assert_false(quire_time_parse_interval("PT2562048H", 10, &months, &days, &nanos));
    assert_false(quire_time_parse_interval("P1.5Y", 5, &months, &days, &nanos));
    assert_false(quire_time_parse_interval("P1D2Y", 5, &months, &days, &nanos));
}

static void test_clocks(void **state)
{
    (void)state;
    int64_t before = quire_time_monotonic_ns();
    assert_true(quire_time_monotonic_ns() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_random_timestamps),
        cmocka_unit_test(test_parse_forms),
        cmocka_unit_test(test_parse_refused),
        cmocka_unit_test(test_every_byte_of_the_layout),
        cmocka_unit_test(test_precision_and_range),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

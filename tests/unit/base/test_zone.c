/* Zones: fixed offsets, IANA names before, in and after their tables, rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/time_text.h"
#include "base/zone_rule.h"
#include "quire/error.h"

static int64_t at(const char *text)
{
    int64_t value = 0;
    bool has_offset;
    assert_true(quire_time_parse_timestamp(text, strlen(text), QUIRE_SECOND, &value, &has_offset));
    return value;
}

static void expect_offset(const char *name, const char *utc, int32_t expected)
{
    struct quire_zone *zone = NULL;
    assert_int_equal(quire_zone_open(name, &zone), 0);
    assert_int_equal(quire_zone_offset(zone, at(utc)), expected);
    quire_zone_close(zone);
}

static void test_fixed(void **state)
{
    (void)state;
    expect_offset("UTC", "2024-01-01", 0);
    expect_offset("Z", "2024-01-01", 0);
    expect_offset("+01:00", "2024-01-01", 3600);
    expect_offset("-0330", "2024-01-01", -12600);
    expect_offset("+14", "2024-01-01", 50400);
}

static void test_named(void **state)
{
    (void)state;
    expect_offset("Europe/Berlin", "2024-03-31T00:59:59", 3600);
    expect_offset("Europe/Berlin", "2024-03-31T01:00:00", 7200);
    expect_offset("Europe/Berlin", "2024-10-27T00:59:59", 7200);
    expect_offset("Europe/Berlin", "2024-10-27T01:00:00", 3600);
    expect_offset("Europe/Berlin", "1800-01-01", 3208);
    expect_offset("Europe/Berlin", "2077-07-01", 7200);
    expect_offset("Europe/Berlin", "2077-12-01", 3600);
    expect_offset("Europe/Berlin", "9999-07-01", 7200);
    expect_offset("America/New_York", "2024-03-10T06:59:59", -18000);
    expect_offset("America/New_York", "2024-03-10T07:00:00", -14400);
    expect_offset("America/New_York", "2024-11-03T05:59:59", -14400);
    expect_offset("America/New_York", "2024-11-03T06:00:00", -18000);
    expect_offset("America/New_York", "2050-07-01", -14400);
    expect_offset("America/New_York", "1850-07-01", -17762);
    expect_offset("Australia/Sydney", "2060-01-01", 39600);
    expect_offset("Australia/Sydney", "2060-07-01", 36000);
    expect_offset("Asia/Kolkata", "2024-01-01", 19800);
    expect_offset("Etc/GMT+5", "2024-01-01", -18000);
    expect_offset("Asia/Tokyo", "2090-01-01", 32400);
}

/* The C library is the judge, every 9 hours and around, for 1890 to 2120. */
static void test_against_the_c_library(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Europe/Berlin",     "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
        "America/Sao_Paulo", "Europe/Dublin",    "America/Nuuk",        "Asia/Gaza"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct quire_zone *zone = NULL;
        assert_int_equal(quire_zone_open(names[i], &zone), 0);
        setenv("TZ", names[i], 1);
        tzset();
        for (int64_t utc = at("1890-01-01"); utc < at("2120-01-01"); utc += 32400 + 1) {
            time_t instant = (time_t)utc;
            struct tm local;
            localtime_r(&instant, &local);
            if (quire_zone_offset(zone, utc) != local.tm_gmtoff)
                fail_msg("%s at %lld", names[i], (long long)utc);
        }
        quire_zone_close(zone);
    }
}

static void test_extremes(void **state)
{
    (void)state;
    struct quire_zone *zone = NULL;
    assert_int_equal(quire_zone_open("Europe/Berlin", &zone), 0);
    assert_int_equal(quire_zone_offset(zone, INT64_MIN), 3208);
    int32_t last = quire_zone_offset(zone, INT64_MAX);
    assert_true(last == 3600 || last == 7200);
    quire_zone_close(zone);
    quire_zone_close(NULL);
}

static void test_unknown(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",         "Nowhere/Town",   "/etc/passwd", "../../../etc/passwd",
        "Europe",   "Europe/",        "+25:00",      "+1",
        "zone.tab", "Europe//Berlin", "tzdata.zi",   "Europe/Ber lin"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct quire_zone *zone = NULL;
        assert_int_equal(quire_zone_open(names[i], &zone), QUIRE_USAGE);
        assert_null(zone);
    }
    char long_name[4096];
    memset(long_name, 'a', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    struct quire_zone *zone = NULL;
    assert_int_equal(quire_zone_open(long_name, &zone), QUIRE_USAGE);
}

static int32_t rule_offset(const char *text, const char *utc)
{
    struct zone_rule rule;
    assert_true(quire_zone_rule_parse(text, strlen(text), &rule));
    return quire_zone_rule_offset(&rule, at(utc));
}

static void test_rules(void **state)
{
    (void)state;
    assert_int_equal(rule_offset("<+03>-3", "2024-01-01"), 10800);
    assert_int_equal(rule_offset("IST-5:30", "2024-01-01"), 19800);
    /* Summer time all year. */
    assert_int_equal(rule_offset("XXX3EDT4,0/0,J365/23", "2024-01-01T03:00:00"), -14400);
    assert_int_equal(rule_offset("XXX3EDT4,0/0,J365/23", "2024-07-01"), -14400);
    /* 29 February is not counted by J, but is by n. */
    assert_int_equal(rule_offset("AAA0BBB,J60/0,J300", "2024-02-29T12:00"), 0);
    assert_int_equal(rule_offset("AAA0BBB,J60/0,J300", "2024-03-01T12:00"), 3600);
    assert_int_equal(rule_offset("AAA0BBB,59/0,300", "2024-02-29T12:00"), 3600);
    /* Hours before and after the day. */
    assert_int_equal(rule_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T00:59:59"), -7200);
    assert_int_equal(rule_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T01:00:00"), -3600);
    static const char *const wrong[] = {"",
                                        "CE-1",
                                        "CET",
                                        "CET-1CEST",
                                        "CET-1CEST,M3.5.0",
                                        "CET-1CEST,M13.5.0,M10.5.0",
                                        "CET-1CEST,M3.6.0,M10.5.0",
                                        "CET-1CEST,M3.5.7,M10.5.0",
                                        "CET-1CEST,M3.5.0,M10.5.0/",
                                        "CET-1CEST,J0,J5",
                                        "CET-1CEST,J1,J366",
                                        "<+03-3",
                                        "CET-168",
                                        "CET-1CEST,M3.5.0,M10.5.0x",
                                        "CET-99999999999999"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct zone_rule rule;
        if (quire_zone_rule_parse(wrong[i], strlen(wrong[i]), &rule)) fail_msg("%s", wrong[i]);
    }
}

/* Fails the Nth allocation and counts what is held. */
static int allocations_left, held;

static void *limited_allocate(size_t size)
{
    if (allocations_left-- <= 0) return NULL;
    held++;
    return malloc(size);
}

static void counted_release(void *block)
{
    held--;
    free(block);
}

static void test_memory(void **state)
{
    (void)state;
    static const struct quire_alloc_hooks hooks = {limited_allocate, realloc, counted_release};
    quire_alloc_set_hooks(&hooks);
    int failures = 0;
    struct quire_zone *zone = NULL;
    for (int allowed = 0;; allowed++) {
        allocations_left = allowed;
        int code = quire_zone_open("Europe/Berlin", &zone);
        if (code == 0) break;
        assert_int_equal(code, QUIRE_MEMORY);
        assert_int_equal(held, 0);
        failures++;
    }
    quire_zone_close(zone);
    quire_alloc_set_hooks(NULL);
    assert_int_equal(held, 0);
    assert_true(failures >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_against_the_c_library),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

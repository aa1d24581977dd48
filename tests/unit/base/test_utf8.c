/* UTF-8: every code point, every kind of damage at every place, repair, widths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/random.h"
#include "base/utf8.h"

static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t codepoint = 0; codepoint < 0x120000; codepoint++) {
        uint8_t bytes[4];
        int length = quire_utf8_encode(codepoint, bytes);
        bool valid = codepoint < 0x110000 && (codepoint < 0xd800 || codepoint > 0xdfff);
        assert_int_equal(quire_utf8_valid_prefix(bytes, (size_t)length), valid ? length : 0);
        if (!valid) continue;
        uint32_t back = 0;
        assert_int_equal(quire_utf8_decode(bytes, &back), length);
        assert_int_equal(back, codepoint);
        for (int cut = 1; cut < length; cut++)
            assert_int_equal(quire_utf8_valid_prefix(bytes, (size_t)cut), 0);
    }
}

static const char *const wrong[] = {
    "\x80",
    "\xbf",
    "\xc0\x80",
    "\xc1\xbf",
    "\xc2",
    "\xc2\x41",
    "\xe0\x80\x80",
    "\xe0\x9f\xbf",
    "\xe1\x80",
    "\xe1\x80\x41",
    "\xed\xa0\x80",
    "\xed\xbf\xbf",
    "\xf0\x80\x80\x80",
    "\xf0\x8f\xbf\xbf",
    "\xf1\x80\x80",
    "\xf4\x90\x80\x80",
    "\xf5\x80\x80\x80",
    "\xf8\x88\x80\x80\x80",
    "\xfe",
    "\xff",
    "\xf1\x80\x41\x80",
    "\xc3\xc3",
    "\xe2\x82",
};

/* Before, among and after ASCII and other characters, at every alignment. */
static void test_damage_everywhere(void **state)
{
    (void)state;
    static const char *const fillers[] = {"a", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        for (size_t filler = 0; filler < 4; filler++) {
            size_t step = strlen(fillers[filler]);
            for (size_t place = 0; place < 160; place += step) {
                uint8_t text[400];
                size_t size = 0;
                for (; size < place; size += step)
                    memcpy(text + size, fillers[filler], step);
                memcpy(text + size, wrong[i], strlen(wrong[i]));
                size += strlen(wrong[i]);
                assert_int_equal(quire_utf8_valid_prefix(text, size), place);
                memset(text + size, 'z', 100);
                assert_int_equal(quire_utf8_valid_prefix(text, size + 100), place);
                assert_false(quire_utf8_is_valid(text, size + 100));
                assert_true(quire_utf8_is_valid(text, place));
            }
        }
    }
}

static void expect_repair(const char *text, const char *expected)
{
    struct quire_buf out = {0};
    assert_int_equal(quire_utf8_repair(&out, (const uint8_t *)text, strlen(text)), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data, expected);
    quire_buf_release(&out);
}

#define R "\xef\xbf\xbd"

static void test_repair(void **state)
{
    (void)state;
    expect_repair("plain", "plain");
    expect_repair("", "");
    expect_repair("a\xff"
                  "b",
                  "a" R "b");
    expect_repair("\xc0\xaf", R R);
    expect_repair("\xed\xa0\x80", R R R);
    /* Unicode 15, tables 3-8 to 3-11. */
    expect_repair("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", R R R R R R R R "A");
    expect_repair("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", R R R R R R R R "A");
    expect_repair("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", R R R R R "A" R R "B");
    expect_repair("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", R R R R "A");
}

static void test_repair_is_valid(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 9);
    for (int round = 0; round < 5000; round++) {
        uint8_t text[64];
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (uint8_t)(quire_random_u64(&random) | (round % 2 == 0 ? 0x80 : 0));
        struct quire_buf out = {0};
        assert_int_equal(quire_utf8_repair(&out, text, sizeof(text)), 0);
        assert_true(quire_utf8_is_valid(out.data, out.size));
        quire_buf_release(&out);
    }
}

/* Never too many, and all of them when there is nothing else. */
static void test_ascii_prefix(void **state)
{
    (void)state;
    uint8_t bytes[200];
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        memset(bytes, 'a', sizeof(bytes));
        assert_int_equal(quire_utf8_ascii_prefix(bytes, size), size);
        for (size_t at = 0; at < size; at++) {
            bytes[at] = 0x80;
            size_t found = quire_utf8_ascii_prefix(bytes, size);
            assert_true(found <= at && at - found < 64);
            bytes[at] = 'a';
        }
    }
}

static void expect_width(const char *text, size_t expected)
{
    assert_int_equal(quire_utf8_width((const uint8_t *)text, strlen(text)), expected);
}

static void test_widths(void **state)
{
    (void)state;
    expect_width("", 0);
    expect_width("abc", 3);
    expect_width("\t\x7f", 0);
    expect_width("\xc3\xa9", 1);                 /* é */
    expect_width("e\xcc\x81", 1);                /* e and a combining acute */
    expect_width("\xe4\xb8\xad\xe6\x96\x87", 4); /* Chinese */
    expect_width("\xed\x95\x9c\xea\xb8\x80", 4); /* Hangul */
    expect_width("\xe3\x81\x82", 2);             /* Hiragana */
    expect_width("\xef\xbc\xa1", 2);             /* fullwidth A */
    expect_width("\xef\xbd\xb1", 1);             /* halfwidth katakana */
    expect_width("\xf0\x9f\x98\x80", 2);         /* emoji */
    expect_width("\xe2\x80\x8b", 0);             /* zero width space */
    expect_width("\xc2\xad", 1);                 /* soft hyphen */
    expect_width("\xf0\xa0\x80\x80", 2);         /* U+20000 */
    assert_int_equal(quire_utf8_codepoint_width(0x10ffff), 1);
    assert_int_equal(quire_utf8_codepoint_width(0x2fffd), 2);
    assert_int_equal(quire_utf8_codepoint_width(0x300), 0);
    assert_int_equal(quire_utf8_codepoint_width(0xfe0f), 0);
    assert_int_equal(quire_utf8_codepoint_width(0x85), 0);
    assert_int_equal(quire_utf8_codepoint_width(0xa0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point), cmocka_unit_test(test_damage_everywhere),
        cmocka_unit_test(test_repair),           cmocka_unit_test(test_repair_is_valid),
        cmocka_unit_test(test_widths),           cmocka_unit_test(test_ascii_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

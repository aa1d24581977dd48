/* Texts of the base layer: names, patterns, numbers, times, encodings. Where there
 * is a second way to the answer (the C library, the way back) both must agree. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/number.h"
#include "base/option_value.h"
#include "base/options.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "base/zone_rule.h"
#include "fuzz.h"
#include "fuzz_settings.h"
#include "quire/format.h"

/* --- Numbers ------------------------------------------------------------------------ */

static void check_double(double value)
{
    char text[QUIRE_FLOAT_TEXT_MAX];
    double back = 0;
    size_t size = (size_t)(quire_number_format_f64(value, text) - text);
    FUZZ_CHECK(quire_number_parse_f64(text, size, &back), "%.*s", (int)size, text);
    bool same = isnan(value) ? isnan(back) : memcmp(&value, &back, sizeof(value)) == 0;
    FUZZ_CHECK(same, "%.*s is %a, was %a", (int)size, text, back, value);
}

static void check_float(float value)
{
    char text[QUIRE_FLOAT_TEXT_MAX];
    float back = 0;
    size_t size = (size_t)(quire_number_format_f32(value, text) - text);
    FUZZ_CHECK(quire_number_parse_f32(text, size, &back), "%.*s", (int)size, text);
    bool same = isnan(value) ? isnan(back) : memcmp(&value, &back, sizeof(value)) == 0;
    FUZZ_CHECK(same, "%.*s is %a, was %a", (int)size, text, (double)back, (double)value);
}

void fuzz_number(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    const char *raw = (const char *)data;
    double wide = 0;
    float narrow = 0;
    int64_t integer = 0;
    uint64_t natural = 0;
    bool overflow = false;
    bool is_i64 = quire_number_parse_i64(raw, size, &integer, &overflow);
    if (is_i64 && integer >= 0)
        FUZZ_CHECK(quire_number_parse_u64(raw, size, &natural, NULL) &&
                       natural == (uint64_t)integer,
                   "%lld", (long long)integer);
    if (quire_number_parse_size(raw, size, &integer)) FUZZ_CHECK(integer >= 0, "size");
    if (quire_number_parse_duration(raw, size, &integer)) FUZZ_CHECK(integer >= 0, "duration");
    bool is_f32 = quire_number_parse_f32(raw, size, &narrow);
    bool is_f64 = quire_number_parse_f64(raw, size, &wide);
    FUZZ_CHECK(is_f32 == is_f64, "float32 %d, float64 %d", is_f32, is_f64);
    QUIRE_CLEANUP(quire_cleanup_free) char *text = fuzz_take_text(&bytes);
    if (is_f64) {
        double expected = strtod(text, NULL);
        bool same = isnan(wide) ? isnan(expected) : wide == expected;
        FUZZ_CHECK(same, "%s is %a, not %a", text, expected, wide);
        float expected_narrow = strtof(text, NULL);
        same = isnan(narrow) ? isnan(expected_narrow) : narrow == expected_narrow;
        FUZZ_CHECK(same, "%s is %a, not %a", text, (double)expected_narrow, (double)narrow);
    }
    uint64_t bits = 0;
    uint32_t half = 0;
    memcpy(&bits, text, size < 8 ? size : 8);
    memcpy(&half, text, size < 4 ? size : 4);
    memcpy(&wide, &bits, sizeof(wide));
    memcpy(&narrow, &half, sizeof(narrow));
    check_double(wide);
    check_float(narrow);
}

void fuzz_decimal(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct quire_decimal value, back;
    char written[QUIRE_DECIMAL_TEXT_MAX];
    int precision = QUIRE_DECIMAL_DIGITS_MAX;
    int scale = (int)(size % 50);
    enum quire_decimal_result result = quire_decimal_parse(text, size, precision, scale, &value);
    if (result != QUIRE_DECIMAL_OK) return;
    size_t written_size = (size_t)(quire_decimal_format(&value, scale, written) - written);
    FUZZ_CHECK(written_size < sizeof(written), "%zu", written_size);
    result = quire_decimal_parse(written, written_size, precision, scale, &back);
    FUZZ_CHECK(result == QUIRE_DECIMAL_OK && quire_decimal_compare(&value, &back) == 0,
               "%.*s became %.*s", (int)size, text, (int)written_size, written);
    written[written_size] = '\0';
    double nearest = strtod(written, NULL), got = quire_decimal_to_double(&value, scale);
    FUZZ_CHECK(nearest == got, "%s is %a, not %a", written, nearest, got);
    int digits = quire_decimal_digits(&value);
    FUZZ_CHECK(digits <= precision, "%d digits of %d", digits, precision);
    if (quire_decimal_rescale(&back, scale, scale + 3))
        FUZZ_CHECK(quire_decimal_rescale(&back, scale + 3, scale) &&
                       quire_decimal_compare(&value, &back) == 0,
                   "%s rescaled", written);
}

/* --- Time --------------------------------------------------------------------------- */

static void check_span(const char *text, size_t size, enum quire_time_unit unit)
{
    char written[QUIRE_DURATION_TEXT_MAX];
    int64_t value = 0, back = 0;
    if (!quire_time_parse_duration(text, size, unit, &value)) return;
    size_t written_size = (size_t)(quire_time_format_duration(value, unit, written) - written);
    FUZZ_CHECK(written_size <= sizeof(written), "%zu", written_size);
    bool parsed = quire_time_parse_duration(written, written_size, unit, &back);
    FUZZ_CHECK(parsed && value == back, "%.*s", (int)written_size, written);
}

static void check_interval(const char *text, size_t size)
{
    char written[QUIRE_DURATION_TEXT_MAX];
    int32_t months = 0, days = 0, months_back = 0, days_back = 0;
    int64_t nanos = 0, nanos_back = 0;
    if (!quire_time_parse_interval(text, size, &months, &days, &nanos)) return;
    size_t written_size =
        (size_t)(quire_time_format_interval(months, days, nanos, written) - written);
    FUZZ_CHECK(written_size <= sizeof(written), "%zu", written_size);
    bool parsed =
        quire_time_parse_interval(written, written_size, &months_back, &days_back, &nanos_back);
    FUZZ_CHECK(parsed && months == months_back && days == days_back && nanos == nanos_back, "%.*s",
               (int)written_size, written);
}

/* The fast paths must say what the whole parser says. */
static void check_instant(const char *text, size_t size, enum quire_time_unit unit)
{
    struct quire_time_parts parts;
    char written[QUIRE_TIME_TEXT_MAX];
    int64_t value = 0, expected = 0, back = 0;
    bool has_offset = false;
    bool is_time = quire_time_parse(text, size, &parts);
    bool fits = is_time && quire_time_parts_value(&parts, unit, &expected);
    bool fast = quire_time_parse_timestamp(text, size, unit, &value, &has_offset);
    FUZZ_CHECK(fast == fits, "%.*s: fast %d, whole %d", (int)size, text, fast, fits);
    if (!fits) return;
    FUZZ_CHECK(value == expected && has_offset == parts.has_offset, "%.*s", (int)size, text);
    size_t written_size =
        (size_t)(quire_time_format_timestamp(value, unit, 'T', true, 0, written) - written);
    FUZZ_CHECK(written_size <= sizeof(written), "%zu", written_size);
    bool parsed = quire_time_parse_timestamp(written, written_size, unit, &back, &has_offset);
    FUZZ_CHECK(parsed && back == value && has_offset, "%.*s", (int)written_size, written);
}

static void check_date(const char *text, size_t size)
{
    struct quire_time_parts parts;
    int32_t days = 0;
    bool is_date = quire_time_parse(text, size, &parts) && !parts.has_time;
    bool fast = quire_time_parse_date(text, size, &days);
    if (fast)
        FUZZ_CHECK(is_date && parts.days == days, "%.*s", (int)size, text);
    else
        FUZZ_CHECK(!is_date || parts.days != (int32_t)parts.days, "%.*s", (int)size, text);
}

void fuzz_time(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    enum quire_time_unit unit = (enum quire_time_unit)fuzz_take_below(&bytes, 4);
    const char *text = (const char *)bytes.data;
    int64_t value = 0;
    check_span(text, bytes.size, unit);
    check_interval(text, bytes.size);
    check_instant(text, bytes.size, unit);
    check_date(text, bytes.size);
    if (quire_time_parse_time(text, bytes.size, unit, &value))
        FUZZ_CHECK(value >= 0 && value < 86400 * quire_time_unit_scale(unit), "%lld",
                   (long long)value);
}

void fuzz_zone(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    int64_t at = (int64_t)fuzz_take_u64(&bytes);
    struct zone_rule rule;
    struct quire_zone *zone = NULL;
    if (quire_zone_rule_parse((const char *)bytes.data, bytes.size, &rule)) {
        int32_t offset = quire_zone_rule_offset(&rule, at >> 8);
        FUZZ_CHECK(offset > -200 * 3600 && offset < 200 * 3600, "%d", offset);
    }
    QUIRE_CLEANUP(quire_cleanup_free) char *name = fuzz_take_text(&bytes);
    if (quire_zone_open(name, &zone) == 0) (void)quire_zone_offset(zone, at >> 8);
    quire_zone_close(zone);
}

/* --- Names -------------------------------------------------------------------------- */

/* Lines of name=value; what was set prints as text that sets the same again. */
void fuzz_options(const uint8_t *data, size_t size)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    struct fuzz_bytes bytes = {data, size};
    const struct quire_format *format = NULL;
    struct quire_error error;
    char *rest = NULL;
    FUZZ_CHECK(quire_format_find("csv", &format, NULL) == 0, "csv");
    const struct quire_option_table *table = &format->encoder_options;
    FUZZ_CHECK(quire_options_init(table, options, NULL) == 0, "no memory");
    QUIRE_CLEANUP(quire_cleanup_free) char *text = fuzz_take_text(&bytes);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(line, '=');
        if (value != NULL) *value++ = '\0';
        quire_error_clear(&error);
        int code = quire_options_set(table, options, line, value, &error);
        if (code != 0) {
            fuzz_check_error(code, &error);
            continue;
        }
        const struct quire_option *row = quire_options_find(table, line);
        FUZZ_CHECK(row != NULL, "%s", line);
        if (row->type == QUIRE_OPTION_KEYED) continue;
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf first = {0};
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf second = {0};
        FUZZ_CHECK(quire_options_print(row, options, &first) == 0, "no memory");
        FUZZ_CHECK(quire_buf_terminate(&first) == 0, "no memory");
        code = quire_options_set(table, options, line, (const char *)first.data, &error);
        if (first.size == 0) continue; /* absent */
        FUZZ_CHECK(code == 0, "%s=%s: %s", line, (const char *)first.data, error.cause);
        FUZZ_CHECK(quire_options_print(row, options, &second) == 0, "no memory");
        FUZZ_CHECK(first.size == second.size && memcmp(first.data, second.data, first.size) == 0,
                   "%s=%s", line, (const char *)first.data);
    }
    quire_options_release(table, options);
}

/* Pattern, line end, text. A text matches itself when nothing in it is special. */
void fuzz_glob(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    QUIRE_CLEANUP(quire_cleanup_free) char *pattern = fuzz_take_text(&bytes);
    char *text = strchr(pattern, '\n');
    if (text == NULL) return;
    *text++ = '\0';
    (void)quire_text_glob_match(pattern, text);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf escaped = {0};
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr("*?[\\", *c) != NULL)
            FUZZ_CHECK(quire_buf_push(&escaped, '\\') == 0, "no memory");
        FUZZ_CHECK(quire_buf_push(&escaped, (uint8_t)*c) == 0, "no memory");
    }
    FUZZ_CHECK(quire_buf_terminate(&escaped) == 0, "no memory");
    FUZZ_CHECK(quire_text_glob_match((const char *)escaped.data, text), "%s",
               (const char *)escaped.data);
}

/* --- Encodings ---------------------------------------------------------------------- */

void fuzz_utf8(const uint8_t *data, size_t size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    size_t valid = quire_utf8_valid_prefix(data, size);
    FUZZ_CHECK(valid <= size, "%zu of %zu", valid, size);
    FUZZ_CHECK(quire_utf8_repair(&repaired, data, size) == 0, "no memory");
    FUZZ_CHECK(quire_utf8_is_valid(repaired.data, repaired.size), "repaired, and not valid");
    FUZZ_CHECK(repaired.size >= valid && (valid == 0 || memcmp(repaired.data, data, valid) == 0),
               "a valid start was changed");
    if (valid == size) FUZZ_CHECK(repaired.size == size, "%zu of %zu", repaired.size, size);
    for (size_t at = 0; at < valid;) {
        uint32_t codepoint = 0;
        uint8_t bytes[4];
        int length = quire_utf8_decode(data + at, &codepoint);
        FUZZ_CHECK(length > 0 && quire_utf8_encode(codepoint, bytes) == length &&
                       memcmp(bytes, data + at, (size_t)length) == 0,
                   "U+%04x", codepoint);
        at += (size_t)length;
    }
    if (valid > 0) FUZZ_CHECK(quire_utf8_width(data, valid) <= valid, "wider than its bytes");
}

void fuzz_base64(const uint8_t *data, size_t size)
{
    size_t text_size = quire_base64_size(size), back_size = 0;
    QUIRE_CLEANUP(quire_cleanup_free) char *text = quire_alloc(text_size + 2 * size);
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *back = quire_alloc(text_size / 4 * 3 + 3);
    uint8_t uuid[16];
    char uuid_text[36];
    FUZZ_CHECK(text != NULL && back != NULL, "no memory");
    FUZZ_CHECK(quire_base64_encode(data, size, text) == text + text_size, "size");
    FUZZ_CHECK(quire_base64_decode(text, text_size, back, &back_size), "%.*s", (int)text_size,
               text);
    FUZZ_CHECK(back_size == size && (size == 0 || memcmp(back, data, size) == 0), "%zu", size);
    (void)quire_base64_decode((const char *)data, size, back, &back_size);
    if (size % 2 == 0) (void)quire_hex_decode((const char *)data, size, back);
    quire_hex_encode(data, size, text);
    FUZZ_CHECK(quire_hex_decode(text, 2 * size, back), "hex");
    FUZZ_CHECK(size == 0 || memcmp(back, data, size) == 0, "hex of %zu bytes", size);
    if (!quire_uuid_parse((const char *)data, size, uuid)) return;
    quire_uuid_format(uuid, uuid_text);
    FUZZ_CHECK(quire_uuid_parse(uuid_text, 36, back) && memcmp(uuid, back, 16) == 0, "uuid");
}

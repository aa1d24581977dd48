/* Values are shown rounded and kept whole: what the document says is the value of the element, and
 * its title where it may say more than is shown. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/fail.h"
#include "base/markup.h"
#include "base/number.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "runlog/page/page.h"

#define SHOWN_MAX  160            /* characters of a text */
#define LINE_MAX   36             /* bytes that stay on one line */
#define TITLE_MAX  2000           /* bytes of it in its title */
#define THIN_SPACE "\xe2\x80\xaf" /* narrow, and no place to break a line */
#define ELLIPSIS   "\xe2\x80\xa6"
#define TEXT_MAX   64
#define HOURS_FROM 10800.0 /* a main figure of so many seconds is told in hours */
#define HOURS_TO   1e10    /* and one of so many in billions */

double quire_page_number(const struct quire_json_node *object, const char *key)
{
    const struct quire_json_node *node = quire_json_tree_get(object, key);
    double value;
    if (node == NULL || node->kind != QUIRE_JSON_NUMBER) return (double)NAN;
    return quire_number_parse_f64(node->text, node->size, &value) ? value : (double)NAN;
}

double quire_page_time(const struct quire_json_node *object, const char *key)
{
    struct quire_time_parts parts;
    const char *text = quire_json_tree_text(object, key);
    if (text == NULL || !quire_time_parse(text, strlen(text), &parts)) return (double)NAN;
    int64_t of_day_s = parts.nanos / 1000000000 - parts.offset_s;
    return (double)parts.days * CIVIL_DAY_S + (double)of_day_s;
}

size_t quire_page_items(const struct quire_json_node *object, const char *key,
                        const struct quire_json_node **first)
{
    const struct quire_json_node *node = quire_json_tree_get(object, key);
    *first = NULL;
    if (node == NULL || node->kind != QUIRE_JSON_ARRAY) return 0;
    *first = node->first;
    return node->children_size;
}

bool quire_page_lists_all(const struct quire_page *page)
{
    const struct quire_json_node *first;
    double listed = (double)quire_page_items(page->summary, "anomalies", &first);
    return !(quire_page_number(page->summary, "anomaly_count") > listed);
}

/* --- Texts -------------------------------------------------------------------------------------
 */

/* The end of the first characters of a text, which is valid UTF-8: a tree's. */
static size_t shown_size(const char *text, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < SHOWN_MAX && at < size; i++) {
        uint32_t codepoint;
        at += (size_t)quire_utf8_decode((const uint8_t *)text + at, &codepoint);
    }
    return at;
}

static size_t title_size(const char *text, size_t size)
{
    if (size <= TITLE_MAX) return size;
    return quire_utf8_valid_prefix((const uint8_t *)text, TITLE_MAX);
}

/* Marks that set the direction of the text around them (Unicode Bidirectional Algorithm, 2) are
 * left out of what is shown: what a text says is not turned about by what it holds. */
static bool is_direction(uint32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static int put_undirected(struct quire_buf *out, const char *text, size_t size)
{
    size_t from = 0;
    for (size_t at = 0; at < size;) {
        uint32_t codepoint;
        size_t length = (size_t)quire_utf8_decode((const uint8_t *)text + at, &codepoint);
        if (is_direction(codepoint)) {
            QUIRE_TRY(quire_markup_append(out, text + from, at - from));
            from = at + length;
        }
        at += length;
    }
    return quire_markup_append(out, text + from, size - from);
}

int quire_page_put_text(struct quire_buf *out, const char *text, size_t size)
{
    size_t shown = shown_size(text, size);
    QUIRE_TRY(quire_buf_append_text(out, size > LINE_MAX ? "<bdi class=\"long\"" : "<bdi"));
    if (shown < size) {
        QUIRE_TRY(quire_buf_append_text(out, " title=\""));
        QUIRE_TRY(quire_markup_append(out, text, title_size(text, size)));
        QUIRE_TRY(quire_buf_push(out, '"'));
    }
    QUIRE_TRY(quire_buf_push(out, '>'));
    QUIRE_TRY(put_undirected(out, text, shown));
    if (shown < size) QUIRE_TRY(quire_buf_append_text(out, ELLIPSIS));
    return quire_buf_append_text(out, "</bdi>");
}

/* --- Numbers -----------------------------------------------------------------------------------
 */

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static bool is_percent(const char *key)
{
    return ends_with(key, "_percent") || ends_with(key, "_rate") || strcmp(key, "rate_before") == 0;
}

/* Digits in groups of three from the point to the left; of four digits and fewer there is one
 * group. */
static int put_groups(struct quire_buf *out, const char *text, size_t size)
{
    size_t sign = size > 0 && text[0] == '-' ? 1 : 0, digits = sign;
    while (digits < size && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (sign > 0) QUIRE_TRY(quire_buf_append_text(out, "\xe2\x88\x92")); /* the minus sign */
    for (size_t i = sign; i < digits; i++) {
        bool first = i == sign;
        if (!first && (digits - i) % 3 == 0 && digits - sign > 4)
            QUIRE_TRY(quire_buf_append_text(out, THIN_SPACE));
        QUIRE_TRY(quire_buf_push(out, (uint8_t)text[i]));
    }
    return quire_buf_append(out, text + digits, size - digits);
}

/* A share is not told to be whole, or none, when it is not. */
static double round_percent(double value)
{
    double rounded = nearbyint(value * 100) / 100;
    if (rounded == 100 && value < 100) return 99.99;
    if (rounded == 0 && value > 0) return 0.01;
    return rounded;
}

/* Digits behind the point: two, more where there would be nothing but zeros, none where a large
 * number has none. */
static int digits_of(double value)
{
    double size = fabs(value);
    if (size >= 1000 && value == nearbyint(value)) return 0;
    return size == 0 || size >= 0.1 ? 2 : size >= 1e-3 ? 4 : 7;
}

/* The text of a number that is no count. */
static size_t format_real(const char *key, double value, char text[QUIRE_FIXED_TEXT_MAX])
{
    char *end;
    if (is_percent(key))
        end = quire_number_format_fixed(round_percent(value), 2, text);
    else if (fabs(value) >= 1e15 || (value != 0 && fabs(value) < 1e-6))
        end = text + snprintf(text, TEXT_MAX, "%.3g", value);
    else
        end = quire_number_format_fixed(value, digits_of(value), text);
    return (size_t)(end - text);
}

/* Members that are whole numbers by what they are, as opposed to measures that may be. */
static bool is_count(const char *key, const struct quire_json_node *value)
{
    if (is_percent(key) || ends_with(key, "_secs")) return false;
    for (size_t i = 0; i < value->size; i++) {
        if ((value->text[i] < '0' || value->text[i] > '9') && value->text[i] != '-') return false;
    }
    return true;
}

static int put_number(struct quire_buf *out, const char *key, const struct quire_json_node *value)
{
    char text[QUIRE_FIXED_TEXT_MAX];
    double number;
    if (is_count(key, value)) return put_groups(out, value->text, value->size);
    if (!quire_number_parse_f64(value->text, value->size, &number)) return 0;
    return put_groups(out, text, format_real(key, number, text));
}

/* --- Times -------------------------------------------------------------------------------------
 */

/* False for what is no time. */
static bool parse_time(const char *text, int64_t *us, bool *has_time)
{
    struct quire_time_parts parts;
    if (!quire_time_parse(text, strlen(text), &parts)) return false;
    parts.nanos -= parts.nanos % 1000;
    *has_time = parts.has_time;
    return quire_time_parts_value(&parts, QUIRE_MICRO, us);
}

int quire_page_put_time(struct quire_buf *out, const char *text, enum quire_page_time how)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t us, rest;
    bool has_time;
    if (!parse_time(text, &us, &has_time)) return quire_markup_append(out, text, strlen(text));
    bool midnight = us % (CIVIL_DAY_S * 1000000) == 0;
    if (how == QUIRE_PAGE_TIME_LAST && midnight) us--;
    if (how != QUIRE_PAGE_TIME && midnight) has_time = false;
    int64_t days = civil_floor(civil_floor(us, 1000000, &rest), CIVIL_DAY_S, &rest);
    struct civil_date date = civil_from_days(days);
    QUIRE_TRY(quire_buf_printf(out, "%u %s %lld", date.day, months[date.month - 1],
                               (long long)date.year));
    if (!has_time) return 0;
    return quire_buf_printf(out, " %02d:%02d", (int)(rest / 3600), (int)(rest / 60 % 60));
}

static bool is_time(const char *key)
{
    return strcmp(key, "day") == 0 || strcmp(key, "last_day") == 0 || strcmp(key, "hour") == 0 ||
           ends_with(key, "_at") || strcmp(key, "since") == 0 || strcmp(key, "until") == 0;
}

/* --- Values ------------------------------------------------------------------------------------
 */

static int put_raw(struct quire_buf *out, const char *attribute,
                   const struct quire_json_node *value)
{
    bool text = value->kind == QUIRE_JSON_STRING;
    QUIRE_TRY(quire_buf_printf(out, " %s=\"", attribute));
    QUIRE_TRY(quire_markup_append(out, text ? value->text : value->raw,
                                  text ? title_size(value->text, value->size) : value->raw_size));
    return quire_buf_push(out, '"');
}

static int put_shown(struct quire_buf *out, const char *key, const struct quire_json_node *value)
{
    switch (value->kind) {
    case QUIRE_JSON_NUMBER: return put_number(out, key, value);
    case QUIRE_JSON_STRING:
        if (is_time(key)) return quire_page_put_time(out, value->text, QUIRE_PAGE_TIME);
        return quire_page_put_text(out, value->text, value->size);
    case QUIRE_JSON_TRUE: return quire_buf_append_text(out, "yes");
    case QUIRE_JSON_FALSE: return quire_buf_append_text(out, "no");
    default: return quire_buf_append_text(out, "\xe2\x80\x93"); /* a dash: nothing is known */
    }
}

int quire_page_put_value(struct quire_buf *out, const char *key,
                         const struct quire_json_node *value)
{
    QUIRE_TRY(quire_buf_append_text(out, "<data"));
    QUIRE_TRY(put_raw(out, "value", value));
    if (value->kind == QUIRE_JSON_NUMBER && !is_count(key, value))
        QUIRE_TRY(put_raw(out, "title", value));
    QUIRE_TRY(quire_buf_push(out, '>'));
    QUIRE_TRY(put_shown(out, key, value));
    return quire_buf_append_text(out, "</data>");
}

int quire_page_put_described(struct quire_buf *out, const struct quire_json_node *anomaly)
{
    const struct quire_json_node *said = quire_json_tree_get(anomaly, "description");
    const struct quire_json_node *step = quire_json_tree_get(anomaly, "step_name");
    bool begins = said != NULL && said->kind == QUIRE_JSON_STRING && step != NULL &&
                  step->kind == QUIRE_JSON_STRING && step->size > 0 && step->size < said->size &&
                  memcmp(said->text, step->text, step->size) == 0;
    if (!begins) return quire_page_put_member(out, anomaly, "description");
    QUIRE_TRY(quire_buf_append_text(out, "<data"));
    QUIRE_TRY(put_raw(out, "value", said));
    QUIRE_TRY(quire_buf_append_text(out, "><span class=\"long\">"));
    QUIRE_TRY(quire_page_put_text(out, step->text, step->size));
    QUIRE_TRY(put_undirected(out, said->text + step->size, said->size - step->size));
    return quire_buf_append_text(out, "</span></data>");
}

/* Numbers of more than seven digits as people say them. */
static int put_large(struct quire_buf *out, const char *key, double number)
{
    static const struct {
        double factor;
        const char *word;
    } words[] = {{1e6, "million"}, {1e9, "billion"}, {1e12, "trillion"}};
    char text[QUIRE_FIXED_TEXT_MAX];
    size_t word = number >= 1e12 ? 2 : number >= 1e9 ? 1 : 0;
    QUIRE_TRY(put_groups(out, text, format_real(key, number / words[word].factor, text)));
    return quire_buf_printf(out, "<span class=\"unit\">%s</span>", words[word].word);
}

/* What a main figure is in. */
static const char *unit_of(const char *key, bool hours)
{
    if (ends_with(key, "_secs")) return hours ? "h" : "s";
    return is_percent(key) ? "%" : NULL;
}

static int put_main_value(struct quire_buf *out, const char *key,
                          const struct quire_json_node *value, double number, bool hours)
{
    char text[QUIRE_FIXED_TEXT_MAX];
    if (!hours && !(number >= 1e7 && number < 1e15)) return quire_page_put_value(out, key, value);
    QUIRE_TRY(quire_buf_append_text(out, "<data"));
    QUIRE_TRY(put_raw(out, "value", value));
    QUIRE_TRY(put_raw(out, "title", value));
    QUIRE_TRY(quire_buf_push(out, '>'));
    QUIRE_TRY(hours ? put_groups(out, text, format_real(key, number / 3600, text))
                    : put_large(out, key, number));
    return quire_buf_append_text(out, "</data>");
}

int quire_page_put_main(struct quire_buf *out, const struct quire_json_node *object,
                        const char *key)
{
    const struct quire_json_node *value = quire_json_tree_get(object, key);
    double number = quire_page_number(object, key);
    if (value == NULL) return 0;
    bool hours = ends_with(key, "_secs") && number >= HOURS_FROM && number < HOURS_TO;
    QUIRE_TRY(put_main_value(out, key, value, number, hours));
    const char *unit = unit_of(key, hours);
    if (unit == NULL || value->kind != QUIRE_JSON_NUMBER) return 0;
    return quire_buf_printf(out, "<span class=\"unit\">%s</span>", unit);
}

int quire_page_put_member(struct quire_buf *out, const struct quire_json_node *object,
                          const char *key)
{
    const struct quire_json_node *value = quire_json_tree_get(object, key);
    return value != NULL ? quire_page_put_value(out, key, value) : 0;
}

/* One parser and one printer a type. What a type accepts is said in one place,
 * describe, which is where every message about a refused value comes from. */
#include "base/option_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"

#define SHOWN_MAX       80 /* bytes of a refused value that the message shows */
#define AMOUNT_TEXT_MAX 32 /* an integer with a unit */
#define DESCRIPTION_MAX 320
#define CHAR_NONE       (-1)

static void *place_of(const struct quire_option *row, void *options)
{
    return (char *)options + row->offset;
}

static const void *place_in(const struct quire_option *row, const void *options)
{
    return (const char *)options + row->offset;
}

/* -- names ------------------------------------------------------------------ */

char quire_option_name_fold(char c)
{
    if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

bool quire_option_name_equal(const char *a, size_t a_size, const char *b, size_t b_size)
{
    if (a_size != b_size) return false;
    for (size_t i = 0; i < a_size; i++) {
        if (quire_option_name_fold(a[i]) != quire_option_name_fold(b[i])) return false;
    }
    return true;
}

const char *quire_option_next_choice(const char **cursor, size_t *size)
{
    const char *name = *cursor;
    if (name == NULL || *name == '\0') return NULL;
    *size = strcspn(name, "|");
    *cursor = name[*size] == '|' ? name + *size + 1 : name + *size;
    return name;
}

/* -- integers with units ---------------------------------------------------- */

struct unit {
    const char *name;
    int64_t scale;
};

static const struct unit size_units[] = {
    {"GB", INT64_C(1) << 30}, {"MB", INT64_C(1) << 20}, {"KB", INT64_C(1) << 10}, {"", 1}};
static const struct unit duration_units[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

/* The largest unit that leaves no fraction. */
static void format_amount(enum quire_option_type type, int64_t value, char out[AMOUNT_TEXT_MAX])
{
    const struct unit *unit = type == QUIRE_OPTION_DURATION ? duration_units : size_units;
    if (type == QUIRE_OPTION_INT || (type == QUIRE_OPTION_SIZE && value == 0)) {
        snprintf(out, AMOUNT_TEXT_MAX, "%" PRId64, value);
        return;
    }
    if (value == 0) unit = &duration_units[3];
    while (value % unit->scale != 0)
        unit++;
    snprintf(out, AMOUNT_TEXT_MAX, "%" PRId64 "%s", value / unit->scale, unit->name);
}

/* -- refusing --------------------------------------------------------------- */

/* What a row accepts, to follow "is not". */
static void describe(const struct quire_option *row, char out[DESCRIPTION_MAX])
{
    static const char *const forms[] = {
        [QUIRE_OPTION_BOOL] = "on or off",
        [QUIRE_OPTION_INT] = "an integer",
        [QUIRE_OPTION_SIZE] = "a size (KB, MB, GB)",
        [QUIRE_OPTION_DURATION] = "a duration like 30s",
        [QUIRE_OPTION_NUMBER] = "a finite number",
        [QUIRE_OPTION_TEXT] = "text",
        [QUIRE_OPTION_CHAR] = "one ASCII character, tab or none",
        [QUIRE_OPTION_CHOICE] = "one of",
        [QUIRE_OPTION_KEYED] = "text",
    };
    char low[AMOUNT_TEXT_MAX];
    char high[AMOUNT_TEXT_MAX];
    const char *form = forms[row->type];
    switch (row->type) {
    case QUIRE_OPTION_INT:
    case QUIRE_OPTION_SIZE:
    case QUIRE_OPTION_DURATION:
        if (row->max <= 0) break;
        format_amount(row->type, row->min, low);
        format_amount(row->type, row->max, high);
        snprintf(out, DESCRIPTION_MAX, "%s from %s to %s", form, low, high);
        return;
    case QUIRE_OPTION_CHOICE: snprintf(out, DESCRIPTION_MAX, "%s %s", form, row->choices); return;
    default: break;
    }
    snprintf(out, DESCRIPTION_MAX, "%s", form);
}

static int refuse(const struct quire_option *row, const char *value, struct quire_error *error)
{
    char allowed[DESCRIPTION_MAX];
    describe(row, allowed);
    size_t size = strlen(value);
    bool cut = size > SHOWN_MAX;
    if (cut) {
        size = SHOWN_MAX;
        while (size > 0 && ((unsigned char)value[size] & 0xc0) == 0x80)
            size--;
    }
    return quire_fail(error, QUIRE_USAGE, "set option", "%s: '%.*s%s' is not %s", row->name,
                      (int)size, value, cut ? "..." : "", allowed);
}

/* -- parsing ---------------------------------------------------------------- */

/* The texts of false and true alternate; "" is what a bare flag gives. */
static bool parse_bool(const char *text, bool *value)
{
    static const char *const texts[] = {"off", "on", "false", "true", "no", "yes", "0", "1"};
    *value = true;
    if (text[0] == '\0') return true;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *value = i % 2 == 1;
        if (quire_text_equal_ignore_case(text, texts[i])) return true;
    }
    return false;
}

static bool parse_amount(const struct quire_option *row, const char *text, int64_t *value)
{
    size_t size = strlen(text);
    bool good = false;
    switch (row->type) {
    case QUIRE_OPTION_SIZE: good = quire_number_parse_size(text, size, value); break;
    case QUIRE_OPTION_DURATION: good = quire_number_parse_duration(text, size, value); break;
    default: good = quire_number_parse_i64(text, size, value, NULL); break;
    }
    return good && (row->max <= 0 || (*value >= row->min && *value <= row->max));
}

static bool parse_char(const char *text, int32_t *value)
{
    if (text[0] != '\0' && text[1] == '\0') {
        *value = (unsigned char)text[0];
        return *value < 0x80;
    }
    if (strcmp(text, "\\t") == 0 || quire_text_equal_ignore_case(text, "tab")) {
        *value = '\t';
        return true;
    }
    *value = CHAR_NONE;
    return quire_text_equal_ignore_case(text, "none");
}

static bool parse_choice(const struct quire_option *row, const char *text, int32_t *value)
{
    size_t text_size = strlen(text);
    const char *cursor = row->choices;
    size_t size;
    const char *choice;
    for (*value = 0; (choice = quire_option_next_choice(&cursor, &size)) != NULL; ++*value) {
        if (quire_option_name_equal(choice, size, text, text_size)) return true;
    }
    return false;
}

static int set_text(char **place, const char *value, struct quire_error *error)
{
    char *copy = quire_strdup(value);
    if (copy == NULL) return quire_fail_memory(error, "set option");
    quire_free(*place);
    *place = copy;
    return 0;
}

static void free_keyed(struct quire_keyed *keyed)
{
    quire_free(keyed->key);
    quire_free(keyed->value);
    quire_free(keyed);
}

/* Replaces the value of a key that is there; else the key comes last. */
static int set_keyed(struct quire_keyed **list, const char *key, const char *value,
                     struct quire_error *error)
{
    while (*list != NULL && strcmp((*list)->key, key) != 0)
        list = &(*list)->next;
    if (*list != NULL) return set_text(&(*list)->value, value, error);
    struct quire_keyed *keyed = quire_alloc_zero(1, sizeof(*keyed));
    if (keyed == NULL) return quire_fail_memory(error, "set option");
    keyed->key = quire_strdup(key);
    keyed->value = quire_strdup(value);
    if (keyed->key == NULL || keyed->value == NULL) {
        free_keyed(keyed);
        return quire_fail_memory(error, "set option");
    }
    *list = keyed;
    return 0;
}

/* A value of a fixed size, as the type of its row has it. */
union scalar {
    bool boolean;
    int64_t integer;
    double number;
    int32_t index;
};

static int parse_scalar(const struct quire_option *row, void *place, const char *value,
                        struct quire_error *error)
{
    union scalar parsed;
    bool good = false;
    size_t size = 0;
    switch (row->type) {
    case QUIRE_OPTION_BOOL:
        good = parse_bool(value, &parsed.boolean);
        size = sizeof(parsed.boolean);
        break;
    case QUIRE_OPTION_INT:
    case QUIRE_OPTION_SIZE:
    case QUIRE_OPTION_DURATION:
        good = parse_amount(row, value, &parsed.integer);
        size = sizeof(parsed.integer);
        break;
    case QUIRE_OPTION_NUMBER:
        good =
            quire_number_parse_f64(value, strlen(value), &parsed.number) && isfinite(parsed.number);
        size = sizeof(parsed.number);
        break;
    case QUIRE_OPTION_CHAR:
        good = parse_char(value, &parsed.index);
        size = sizeof(parsed.index);
        break;
    default:
        good = parse_choice(row, value, &parsed.index);
        size = sizeof(parsed.index);
        break;
    }
    if (!good) return refuse(row, value, error);
    memcpy(place, &parsed, size);
    return 0;
}

int quire_option_value_parse(const struct quire_option *row, void *options, const char *key,
                             const char *value, struct quire_error *error)
{
    void *place = place_of(row, options);
    if (value == NULL && row->type != QUIRE_OPTION_BOOL)
        return quire_fail(error, QUIRE_USAGE, "set option", "%s: a value is needed", row->name);
    switch (row->type) {
    case QUIRE_OPTION_TEXT: return set_text(place, value, error);
    case QUIRE_OPTION_KEYED: return set_keyed(place, key, value, error);
    default: return parse_scalar(row, place, value != NULL ? value : "", error);
    }
}

void quire_option_value_release(const struct quire_option *row, void *options)
{
    void *place = place_of(row, options);
    if (row->type == QUIRE_OPTION_TEXT) {
        char **text = place;
        quire_free(*text);
        *text = NULL;
    } else if (row->type == QUIRE_OPTION_KEYED) {
        struct quire_keyed **list = place;
        while (*list != NULL) {
            struct quire_keyed *next = (*list)->next;
            free_keyed(*list);
            *list = next;
        }
    }
}

/* -- printing --------------------------------------------------------------- */

static int print_char(int32_t value, struct quire_buf *out)
{
    if (value == CHAR_NONE) return quire_buf_append_text(out, "none");
    if (value == '\t') return quire_buf_append_text(out, "tab");
    return value != 0 ? quire_buf_push(out, (uint8_t)value) : 0;
}

static int print_choice(const struct quire_option *row, int32_t value, struct quire_buf *out)
{
    const char *cursor = row->choices;
    size_t size;
    const char *choice;
    for (int32_t i = 0; (choice = quire_option_next_choice(&cursor, &size)) != NULL; i++) {
        if (i == value) return quire_buf_append(out, choice, size);
    }
    return 0;
}

static int print_keyed(const struct quire_keyed *list, struct quire_buf *out)
{
    for (const struct quire_keyed *keyed = list; keyed != NULL; keyed = keyed->next) {
        QUIRE_TRY(quire_buf_printf(out, "%s%s%s%s", keyed != list ? "," : "", keyed->key,
                                   keyed->key[0] != '\0' ? "=" : "", keyed->value));
    }
    return 0;
}

int quire_option_value_print(const struct quire_option *row, const void *options,
                             struct quire_buf *out)
{
    const void *place = place_in(row, options);
    char text[QUIRE_FLOAT_TEXT_MAX + AMOUNT_TEXT_MAX];
    switch (row->type) {
    case QUIRE_OPTION_BOOL: return quire_buf_append_text(out, *(const bool *)place ? "on" : "off");
    case QUIRE_OPTION_INT:
    case QUIRE_OPTION_SIZE:
    case QUIRE_OPTION_DURATION:
        format_amount(row->type, *(const int64_t *)place, text);
        return quire_buf_append_text(out, text);
    case QUIRE_OPTION_NUMBER: {
        const char *end = quire_number_format_f64(*(const double *)place, text);
        return quire_buf_append(out, text, (size_t)(end - text));
    }
    case QUIRE_OPTION_TEXT: {
        const char *value = *(char *const *)place;
        return quire_buf_append_text(out, value != NULL ? value : "");
    }
    case QUIRE_OPTION_CHAR: return print_char(*(const int32_t *)place, out);
    case QUIRE_OPTION_CHOICE: return print_choice(row, *(const int32_t *)place, out);
    default: return print_keyed(*(struct quire_keyed *const *)place, out);
    }
}

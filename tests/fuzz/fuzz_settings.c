#include "fuzz_settings.h"

#include <stdio.h>
#include <string.h>

#include "base/option_value.h"

/* Writes the value of a row that bytes choose; not every value is one it allows. */
static void take_value(struct fuzz_bytes *bytes, const struct quire_option *row, char *value,
                       size_t value_size)
{
    static const char *const texts[] = {"NA", "null", "", "\\N", "0", "a b"};
    size_t choice = fuzz_take_below(bytes, 256), size = 0;
    const char *cursor = row->choices, *name = NULL, *next = NULL;
    switch (row->type) {
    case QUIRE_OPTION_BOOL:
        snprintf(value, value_size, "%s", choice % 2 == 0 ? "on" : "off");
        break;
    case QUIRE_OPTION_CHAR: snprintf(value, value_size, "%c", (int)(choice % 127 + 1)); break;
    case QUIRE_OPTION_CHOICE:
        for (size_t i = 0; i <= choice % 4; i++) {
            size_t next_size = 0;
            next = quire_option_next_choice(&cursor, &next_size);
            if (next == NULL) break;
            name = next;
            size = next_size;
        }
        snprintf(value, value_size, "%.*s", (int)size, name);
        break;
    case QUIRE_OPTION_TEXT:
    case QUIRE_OPTION_KEYED:
        snprintf(value, value_size, "%s", texts[choice % (sizeof(texts) / sizeof(texts[0]))]);
        break;
    default: snprintf(value, value_size, "%zu", choice % 8);
    }
}

void fuzz_take_settings(struct fuzz_bytes *bytes, const struct quire_option_table *table,
                        void *options)
{
    struct quire_error error;
    FUZZ_CHECK(table->struct_size <= FUZZ_OPTIONS_BYTES, "%zu", table->struct_size);
    FUZZ_CHECK(quire_options_init(table, options, &error) == 0, "%s", error.cause);
    for (size_t left = fuzz_take_below(bytes, 4); left > 0 && table->rows_size > 0; left--) {
        const struct quire_option *row = &table->rows[fuzz_take_below(bytes, table->rows_size)];
        char value[64] = "";
        take_value(bytes, row, value, sizeof(value));
        int code = quire_options_set(table, options, row->name, value, &error);
        if (code != 0) fuzz_check_error(code, &error);
    }
}

void fuzz_set(const struct quire_option_table *table, void *options, const char *set)
{
    char copy[256], *rest = NULL;
    struct quire_error error;
    FUZZ_CHECK(table->struct_size <= FUZZ_OPTIONS_BYTES, "%zu", table->struct_size);
    FUZZ_CHECK(quire_options_init(table, options, &error) == 0, "%s", error.cause);
    snprintf(copy, sizeof(copy), "%s", set);
    for (char *one = strtok_r(copy, ";", &rest); one != NULL; one = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(one, '=');
        *value++ = '\0';
        int code = quire_options_set(table, options, one, value, &error);
        FUZZ_CHECK(code == 0, "%s", error.cause);
    }
}

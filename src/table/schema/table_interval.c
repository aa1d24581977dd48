#include "table/schema/table_interval.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

/* The next word, in *size bytes; moves *text behind it. */
static const char *next_word(const char **text, size_t *size)
{
    const char *word = *text + strspn(*text, " ");
    *size = strcspn(word, " ");
    *text = word + *size;
    return word;
}

static int64_t unit_ms(const char *word, size_t size)
{
    static const struct {
        const char *name;
        int64_t length_ms;
    } units[] = {{"week", 604800000}, {"day", 86400000}, {"hour", 3600000},
                 {"minute", 60000},   {"second", 1000},  {"millisecond", 1}};
    if (size > 1 && (word[size - 1] == 's' || word[size - 1] == 'S')) size--;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strlen(units[i].name) == size && strncasecmp(units[i].name, word, size) == 0)
            return units[i].length_ms;
    return 0;
}

bool quire_table_interval_ms(const char *text, int64_t *length_ms)
{
    static const char lead[] = "interval ";
    int64_t total = 0;
    size_t size;
    text += strspn(text, " ");
    if (strncasecmp(text, lead, strlen(lead)) == 0) text += strlen(lead);
    if (text[strspn(text, " ")] == '\0') return false;
    while (text[strspn(text, " ")] != '\0') {
        int64_t count, length;
        const char *word = next_word(&text, &size);
        if (!quire_number_parse_i64(word, size, &count, NULL) || count < 0) return false;
        word = next_word(&text, &size);
        int64_t unit = unit_ms(word, size);
        if (unit == 0 || __builtin_mul_overflow(count, unit, &length) ||
            __builtin_add_overflow(total, length, &total))
            return false;
    }
    *length_ms = total;
    return true;
}

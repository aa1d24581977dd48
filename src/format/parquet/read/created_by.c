/* The text has the form "APPLICATION version VERSION (build HASH)", of which the part in
 * parentheses and what follows the numbers of the version have no meaning here. */
#include "format/parquet/read/created_by.h"

#include <string.h>

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* One to three numbers with points between. */
static bool parse_version(const uint8_t *at, const uint8_t *end, uint32_t version[3])
{
    int parts = 0;
    while (parts < 3 && at < end && is_digit(*at)) {
        uint32_t number = 0;
        for (; at < end && is_digit(*at); at++) {
            if (number > UINT32_MAX / 10 - 1) return false;
            number = number * 10 + (*at - '0');
        }
        version[parts++] = number;
        if (at == end || *at != '.') break;
        at++;
    }
    return parts > 0;
}

void quire_created_by_parse(const uint8_t *text, size_t size, struct quire_created_by *created_by)
{
    static const char word[] = " version ";
    *created_by = (struct quire_created_by){0};
    if (text == NULL) return;
    const uint8_t *mark = memmem(text, size, word, sizeof(word) - 1);
    size_t name = mark != NULL ? (size_t)(mark - text) : size;
    if (name >= sizeof(created_by->application)) return;
    for (size_t i = 0; i < name; i++)
        created_by->application[i] =
            (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    if (mark == NULL) return;
    created_by->versioned =
        parse_version(mark + sizeof(word) - 1, text + size, created_by->version);
}

bool quire_created_by_is(const struct quire_created_by *created_by, const char *application)
{
    return strcmp(created_by->application, application) == 0;
}

bool quire_created_by_before(const struct quire_created_by *created_by, const char *application,
                             uint32_t major, uint32_t minor, uint32_t patch)
{
    const uint32_t bound[3] = {major, minor, patch};
    if (!quire_created_by_is(created_by, application)) return false;
    if (!created_by->versioned) return true;
    for (int i = 0; i < 3; i++)
        if (created_by->version[i] != bound[i]) return created_by->version[i] < bound[i];
    return false;
}

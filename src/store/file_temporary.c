/* The names of temporaries: `.<name>.quire-<pid>-<random>.tmp`.
 *
 * The sweep deletes by this name, so what is written here and what is recognised
 * here are the same strict form: a decimal number without leading zeros, and
 * sixteen lower-case hexadecimal digits. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/file_store.h"

#define MARK           ".quire-"
#define ENDING         ".tmp"
#define PID_DIGITS_MAX 10
#define RANDOM_DIGITS  16
/* All but <name>: the dot before it and what comes after. */
#define AROUND_NAME_MAX \
    (1 + sizeof(MARK) - 1 + PID_DIGITS_MAX + 1 + RANDOM_DIGITS + sizeof(ENDING) - 1)

size_t quire_store_file_temporary_bytes(const char *path)
{
    return strlen(path) + AROUND_NAME_MAX + 1;
}

/* How much of a name fits, cut between characters of UTF-8. */
static int name_bytes(const char *name)
{
    size_t size = strlen(name);
    if (size <= NAME_MAX - AROUND_NAME_MAX) return (int)size;
    size = NAME_MAX - AROUND_NAME_MAX;
    while (size > 0 && ((unsigned char)name[size] & 0xc0) == 0x80)
        size--;
    return (int)size;
}

void quire_store_file_temporary(char *buffer, size_t capacity, const char *path, uint64_t unique)
{
    const char *name = quire_store_file_name(path);
    snprintf(buffer, capacity, "%.*s.%.*s" MARK "%ld-%016" PRIx64 ENDING, (int)(name - path), path,
             name_bytes(name), name, (long)getpid(), unique);
}

/* Whether text is "<pid>-<random>.tmp" and nothing more. */
static bool is_tail(const char *text)
{
    size_t pid_digits = strspn(text, "0123456789");
    if (pid_digits == 0 || pid_digits > PID_DIGITS_MAX || text[0] == '0') return false;
    text += pid_digits;
    if (*text++ != '-') return false;
    if (strspn(text, "0123456789abcdef") != RANDOM_DIGITS) return false;
    return strcmp(text + RANDOM_DIGITS, ENDING) == 0;
}

bool quire_store_file_is_temporary(const char *name)
{
    if (name[0] != '.' || name[1] == '\0') return false;
    /* <name> may hold the mark itself, so the last one counts. */
    const char *mark = NULL;
    for (const char *at = name + 2; (at = strstr(at, MARK)) != NULL; at++)
        mark = at;
    return mark != NULL && is_tail(mark + sizeof(MARK) - 1);
}

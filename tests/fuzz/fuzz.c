/* What targets share, and the two that prove the harness itself. */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/memory.h"

void fuzz_broken(const char *promise, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "fuzz: broken: %s: ", promise);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

void fuzz_check_error(int code, const struct quire_error *error)
{
    FUZZ_CHECK(code < 0 && error->code == code, "code %d, error %d", code, error->code);
    FUZZ_CHECK(code != QUIRE_INTERNAL && code != QUIRE_MEMORY, "%s", error->cause);
    FUZZ_CHECK(error->cause[0] != '\0', "%s", quire_code_name(code));
}

uint8_t fuzz_take(struct fuzz_bytes *bytes)
{
    if (bytes->size == 0) return 0;
    bytes->size--;
    return *bytes->data++;
}

uint64_t fuzz_take_u64(struct fuzz_bytes *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | fuzz_take(bytes);
    return value;
}

size_t fuzz_take_below(struct fuzz_bytes *bytes, size_t bound)
{
    return (fuzz_take(bytes) ^ '@') % bound;
}

char *fuzz_take_text(struct fuzz_bytes *bytes)
{
    char *text = quire_alloc(bytes->size + 1);
    FUZZ_CHECK(text != NULL, "no memory");
    if (bytes->size > 0) memcpy(text, bytes->data, bytes->size);
    text[bytes->size] = '\0';
    bytes->size = 0;
    return text;
}

void fuzz_smoke(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    uint64_t first = fuzz_take_u64(&bytes);
    FUZZ_CHECK(size > 0 || first == 0, "zeros come after the end");
}

/* Easily found, and so always to be found. */
void fuzz_canary(const uint8_t *data, size_t size)
{
    FUZZ_CHECK(size == 0 || data[0] != 'q', "the canary died, as it must");
}

const struct fuzz_target *fuzz_target_find(const char *name)
{
    for (size_t i = 0; i < fuzz_targets_size; i++) {
        if (strcmp(fuzz_targets[i].name, name) == 0) return &fuzz_targets[i];
    }
    return NULL;
}

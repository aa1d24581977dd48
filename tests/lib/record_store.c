#include "record_store.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "wrap_store.h"

/* A record that would not fit is cut; tests record little. */
#define TEXT_BYTES (1 << 20)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char text[TEXT_BYTES];
static size_t text_size;

static void add(const char *piece)
{
    size_t size = strlen(piece);
    if (size >= TEXT_BYTES - text_size) return;
    memcpy(text + text_size, piece, size + 1);
    text_size += size;
}

static int record_hook(const struct wrap_call *call, bool after, int code,
                       struct quire_error *error)
{
    (void)error;
    if (!after) return 0;
    char offset[32] = "", size[32] = "";
    if (call->offset >= 0) snprintf(offset, sizeof(offset), "%" PRId64 "+", call->offset);
    if (call->size >= 0) snprintf(size, sizeof(size), "%" PRId64, call->size);
    pthread_mutex_lock(&lock);
    add(call->operation);
    add(" ");
    add(call->key);
    if (call->size >= 0) add(" ");
    add(offset);
    add(size);
    if (code != 0) add(" ");
    if (code != 0) add(quire_code_name(code));
    add("\n");
    pthread_mutex_unlock(&lock);
    return code;
}

const char *record_store_text(void)
{
    return text;
}

void record_store_clear(void)
{
    text_size = 0;
    text[0] = '\0';
}

static int record_open(const char *url, const void *options, struct quire_store **store, char **key,
                       struct quire_error *error)
{
    (void)options;
    return wrap_store_open(&record_store, record_hook, url, store, key, error);
}

const struct quire_store_ops record_store = {
    .name = "record",
    .schemes = "record",
    .summary = "another store, whose operations are written down",
    .open = record_open,
    WRAP_STORE_MEMBERS,
};

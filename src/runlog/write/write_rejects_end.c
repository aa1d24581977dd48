/* What a rejects file ends with. A writer of ours that was killed leaves a part of a record there,
 * which the next one cuts off. Any other text that has no line end yet is somebody else's, who may
 * be writing it: it is never cut off, so the file is not appended to. */
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "file/append.h"
#include "file/detect.h"
#include "runlog/write/write_rejects.h"

#define OPERATION   "quality rejects"
#define BLOCK_BYTES ((size_t)64 << 10)
#define LINE_MAX    ((int64_t)64 << 20)

/* What each of our records begins with. */
static const char head[] = "{\"path\":";

struct tail {
    struct quire_store *store;
    char *key;
    int64_t begin, size; /* of the last line, and of the file */
    uint8_t *line;
};

static void tail_release(struct tail *tail)
{
    quire_free(tail->line);
    quire_store_key_free(tail->key);
    quire_store_close(tail->store);
}

/* Behind the last line end; at the end of a file that is cut meanwhile. */
static int find_begin(struct tail *tail, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *block = quire_alloc(BLOCK_BYTES);
    if (block == NULL) return quire_fail_memory(error, OPERATION);
    tail->begin = tail->size;
    for (int64_t at = tail->size; at > 0;) {
        size_t size = at < (int64_t)BLOCK_BYTES ? (size_t)at : BLOCK_BYTES, got = 0;
        at -= (int64_t)size;
        QUIRE_TRY(quire_store_get(tail->store, tail->key, at, block, size, &got, error));
        if (got < size) return 0;
        const uint8_t *found = memrchr(block, '\n', size);
        tail->begin = found != NULL ? at + (found - block) + 1 : 0;
        if (found != NULL) return 0;
    }
    return 0;
}

static int fail_end(const char *url, struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_INPUT, OPERATION,
                          "the text behind its last line end is none of the rows that are set "
                          "apart; it would have to be cut off");
    quire_error_path(error, url);
    quire_error_hint(error, "end the line, or name another file for the rows");
    return code;
}

/* Whether a line without an end may be gone on from: it is a whole record, or ours. */
static int check_line(const struct tail *tail, size_t size, const char *url,
                      struct quire_context *context, struct quire_error *error)
{
    const struct quire_format *format = NULL;
    bool whole = false;
    if (memcmp(tail->line, head, size < sizeof(head) - 1 ? size : sizeof(head) - 1) == 0) return 0;
    QUIRE_TRY(quire_format_find("jsonl", &format, error));
    struct quire_append_line how = {format, context};
    struct quire_error ignored;
    quire_error_clear(&ignored);
    QUIRE_TRY(quire_append_check_line(&how, tail->line, size, &whole, &ignored));
    return whole ? 0 : fail_end(url, error);
}

int quire_write_rejects_check_end(const char *url, const struct quire_write_options *options,
                                  struct quire_error *error)
{
    QUIRE_CLEANUP(tail_release) struct tail tail = {.store = NULL};
    struct quire_object object = {.size = 0};
    struct quire_error missing;
    const struct quire_format *format = NULL;
    const struct quire_codec *codec = NULL;
    int level = 0;
    /* What is replaced is read to its end then. */
    QUIRE_TRY(quire_format_find("jsonl", &format, error));
    QUIRE_TRY(quire_choose_codec(NULL, url, format, &codec, &level, error));
    QUIRE_TRY(quire_store_open(url, NULL, 0, &tail.store, &tail.key, error));
    if (codec != NULL || strcmp(tail.store->ops->name, "file") != 0) return 0;
    quire_error_clear(&missing);
    if (tail.store->ops->head(tail.store, tail.key, &object, &missing) != 0) return 0;
    tail.size = object.size;
    QUIRE_TRY(find_begin(&tail, error));
    if (tail.begin >= tail.size) return 0;
    if (tail.size - tail.begin > LINE_MAX) return fail_end(url, error);
    size_t size = (size_t)(tail.size - tail.begin), got = 0;
    tail.line = quire_alloc(size);
    if (tail.line == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_store_get(tail.store, tail.key, tail.begin, tail.line, size, &got, error));
    return got == size ? check_line(&tail, size, url, options->context, error) : 0;
}

#include "table/rows/row_ids.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "table/log/action_write.h"

#define OPERATION  "commit"
#define HIGH_WATER "rowIdHighWaterMark"

/* The highest id that was given; -1: none. */
static int read_high(const struct quire_buf *domains, int64_t *high, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    const struct quire_domain *list = (const struct quire_domain *)(const void *)domains->data;
    *high = -1;
    for (size_t i = 0; i < domains->size / sizeof(*list); i++) {
        struct quire_json_node *root = NULL;
        size_t at;
        if (!quire_bytes_equal_text(&list[i].name, QUIRE_ROW_IDS_DOMAIN)) continue;
        int code = quire_json_tree_parse((const char *)list[i].configuration.data,
                                         list[i].configuration.size, &arena, &root, &at);
        if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
        *high = quire_json_tree_i64(root, HIGH_WATER, QUIRE_LOG_NONE);
        if (*high == QUIRE_LOG_NONE || *high < -1)
            return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                              "the domain " QUIRE_ROW_IDS_DOMAIN " has no " HIGH_WATER);
    }
    return 0;
}

/* How many rows an add brings; QUIRE_LOG_NONE: it says its ids itself, or is none. */
static int count_rows(const char *line, size_t size, int64_t *rows, struct quire_error *error)
{
    static const char lead[] = "{\"add\":";
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL, *stats = NULL;
    size_t at;
    *rows = QUIRE_LOG_NONE;
    if (size < strlen(lead) || memcmp(line, lead, strlen(lead)) != 0) return 0;
    int code = quire_json_tree_parse(line, size, &arena, &root, &at);
    const struct quire_json_node *add = quire_json_tree_get(root, "add");
    if (code == 0 && quire_json_tree_get(add, "baseRowId") != NULL) return 0;
    const char *text = code == 0 ? quire_json_tree_text(add, "stats") : NULL;
    if (text != NULL) code = quire_json_tree_parse(text, strlen(text), &arena, &stats, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    *rows = quire_json_tree_i64(stats, "numRecords", QUIRE_LOG_NONE);
    if (*rows != QUIRE_LOG_NONE && *rows >= 0) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                      "rows of the table have ids, and it is not known how many a file has: %.200s",
                      add != NULL && quire_json_tree_text(add, "path") != NULL
                          ? quire_json_tree_text(add, "path")
                          : "");
}

static int write_line(const char *line, size_t size, int64_t version, int64_t *high,
                      struct quire_buf *out, struct quire_error *error)
{
    static const char end[] = "}}";
    int64_t rows;
    QUIRE_TRY(count_rows(line, size, &rows, error));
    if (rows == QUIRE_LOG_NONE) return quire_buf_append(out, line, size);
    if (rows > INT64_MAX - 1 - *high)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "all ids of rows were given");
    QUIRE_TRY(quire_buf_append(out, line, size - strlen(end)));
    QUIRE_TRY(quire_buf_printf(
        out, ",\"baseRowId\":%" PRId64 ",\"defaultRowCommitVersion\":%" PRId64 "%s", *high + 1,
        version, end));
    *high += rows;
    return 0;
}

static int write_domain(int64_t high, struct quire_buf *out)
{
    static const char name[] = QUIRE_ROW_IDS_DOMAIN;
    char text[64];
    int size = snprintf(text, sizeof(text), "{\"" HIGH_WATER "\":%" PRId64 "}", high);
    const struct quire_domain domain = {.name = {(const uint8_t *)name, strlen(name)},
                                        .configuration = {(const uint8_t *)text, (size_t)size}};
    return quire_domain_write(&domain, out);
}

int quire_row_ids_write(const struct quire_buf *lines, const struct quire_buf *domains,
                        int64_t version, struct quire_buf *out, struct quire_error *error)
{
    int64_t high, before;
    QUIRE_TRY(read_high(domains, &high, error));
    before = high;
    for (size_t at = 0; at < lines->size;) {
        const char *line = (const char *)lines->data + at;
        const char *end = memchr(line, '\n', lines->size - at);
        size_t size = end != NULL ? (size_t)(end - line) : lines->size - at;
        int code = write_line(line, size, version, &high, out, error);
        if (code == 0) code = quire_buf_push(out, '\n');
        if (code != 0) return code == QUIRE_MEMORY ? quire_fail_memory(error, OPERATION) : code;
        at += size + 1;
    }
    if (high == before) return 0;
    return write_domain(high, out) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* What a table had is assumed to be in use: to prove otherwise takes its whole history. */
#include "table/protocol_upgrade.h"

#define NAMES_READER 3 /* the versions of which features are named */
#define NAMES_WRITER 7

/* Features that versions before stand for. */
struct versioned {
    const char *name;
    int64_t writer, reader; /* from which version on; reader 0: readers need not know it */
};
static const struct versioned versions[] = {
    {"appendOnly", 2, 0},      {"invariants", 2, 0},       {"checkConstraints", 3, 0},
    {"changeDataFeed", 4, 0},  {"generatedColumns", 4, 0}, {"columnMapping", 5, 2},
    {"identityColumns", 6, 0},
};
#define VERSIONED (sizeof(versions) / sizeof(versions[0]))

static const struct versioned *find(const char *feature)
{
    for (size_t i = 0; i < VERSIONED; i++)
        if (strcmp(versions[i].name, feature) == 0) return &versions[i];
    return NULL;
}

static bool has_text(const struct quire_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->size; i++)
        if (quire_bytes_equal_text(&texts->items[i], text)) return true;
    return false;
}

bool quire_protocol_has(const struct quire_protocol *protocol, const char *feature)
{
    const struct versioned *version = find(feature);
    if (protocol->writer >= NAMES_WRITER) return has_text(&protocol->writer_features, feature);
    return version != NULL && protocol->writer >= version->writer;
}

static int append(struct quire_texts *texts, const char *text, struct quire_arena *arena)
{
    if (has_text(texts, text)) return 0;
    struct quire_bytes *items = quire_arena_alloc(arena, (texts->size + 1) * sizeof(*items));
    struct quire_bytes item = {(const uint8_t *)text, strlen(text)};
    if (items == NULL || quire_bytes_copy(arena, &item) != 0) return QUIRE_MEMORY;
    if (texts->size > 0) memcpy(items, texts->items, texts->size * sizeof(*items));
    items[texts->size] = item;
    *texts = (struct quire_texts){items, texts->size + 1};
    return 0;
}

/* Names what the writer version stood for. */
static int name_writer(struct quire_protocol *protocol, struct quire_arena *arena)
{
    int code = 0;
    if (protocol->writer >= NAMES_WRITER) return 0;
    for (size_t i = 0; code == 0 && i < VERSIONED; i++)
        if (protocol->writer >= versions[i].writer)
            code = append(&protocol->writer_features, versions[i].name, arena);
    protocol->writer = NAMES_WRITER;
    return code;
}

static int name_reader(struct quire_protocol *protocol, struct quire_arena *arena)
{
    int code = 0;
    if (protocol->reader >= NAMES_READER) return 0;
    for (size_t i = 0; code == 0 && i < VERSIONED; i++)
        if (versions[i].reader > 0 && protocol->reader >= versions[i].reader)
            code = append(&protocol->reader_features, versions[i].name, arena);
    protocol->reader = NAMES_READER;
    return code;
}

int quire_protocol_add(struct quire_protocol *protocol, const char *feature, bool reader,
                       struct quire_arena *arena)
{
    const struct versioned *version = find(feature);
    if (version != NULL && version->reader == 0 && protocol->writer < NAMES_WRITER) {
        if (protocol->writer < version->writer) protocol->writer = version->writer;
        return 0;
    }
    int code = name_writer(protocol, arena);
    if (code == 0) code = append(&protocol->writer_features, feature, arena);
    if (code == 0 && reader) code = name_reader(protocol, arena);
    if (code == 0 && reader) code = append(&protocol->reader_features, feature, arena);
    return code;
}

static int append_all(struct quire_texts *texts, const struct quire_texts *more,
                      struct quire_arena *arena)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < more->size; i++) {
        char *text =
            quire_arena_strndup(arena, (const char *)more->items[i].data, more->items[i].size);
        code = text != NULL ? append(texts, text, arena) : QUIRE_MEMORY;
    }
    return code;
}

int quire_protocol_merge(struct quire_protocol *protocol, const struct quire_protocol *other,
                         struct quire_arena *arena)
{
    struct quire_protocol more = *other;
    int code = 0;
    if (more.writer >= NAMES_WRITER || protocol->writer >= NAMES_WRITER) {
        code = name_writer(&more, arena);
        if (code == 0) code = name_writer(protocol, arena);
        if (code == 0) code = append_all(&protocol->writer_features, &more.writer_features, arena);
    }
    if (code == 0 && (more.reader >= NAMES_READER || protocol->reader >= NAMES_READER)) {
        code = name_reader(&more, arena);
        if (code == 0) code = name_reader(protocol, arena);
        if (code == 0) code = append_all(&protocol->reader_features, &more.reader_features, arena);
    }
    if (protocol->writer < more.writer) protocol->writer = more.writer;
    if (protocol->reader < more.reader) protocol->reader = more.reader;
    return code;
}

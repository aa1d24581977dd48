#include "table/files/partition_folder.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"
#include "table/files/partition_value.h"

#define OPERATION "convert table"

/* --- Paths --------------------------------------------------------------------------------- */

static int digit(char character)
{
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

/* A text of a path, its escapes resolved; those that are none stand for themselves. */
static int unescape(const char *text, size_t size, struct quire_arena *arena,
                    struct quire_bytes *result)
{
    char *copy = quire_arena_strndup(arena, text, size);
    size_t kept = 0;
    if (copy == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < size; i++) {
        bool escape =
            copy[i] == '%' && i + 2 < size && digit(copy[i + 1]) >= 0 && digit(copy[i + 2]) >= 0;
        copy[kept++] = escape ? (char)(digit(copy[i + 1]) * 16 + digit(copy[i + 2])) : copy[i];
        if (escape) i += 2;
    }
    copy[kept] = '\0';
    *result = (struct quire_bytes){(const uint8_t *)copy, kept};
    return 0;
}

static int read_pair(const char *part, size_t equals, size_t size, struct quire_arena *arena,
                     struct quire_pair *pair)
{
    QUIRE_TRY(unescape(part, equals, arena, &pair->key));
    QUIRE_TRY(unescape(part + equals + 1, size - equals - 1, arena, &pair->value));
    if (quire_bytes_equal_text(&pair->value, "__HIVE_DEFAULT_PARTITION__"))
        pair->value = (struct quire_bytes){NULL, 0};
    return 0;
}

static int read_path(const char *path, struct quire_arena *arena, struct quire_pairs *pairs)
{
    size_t folders = 0;
    for (const char *at = path; *at != '\0'; at++)
        folders += *at == '/';
    pairs->size = 0;
    pairs->items = quire_arena_alloc(arena, (folders + 1) * sizeof(*pairs->items));
    if (pairs->items == NULL) return QUIRE_MEMORY;
    for (const char *end = strchr(path, '/'); end != NULL; end = strchr(path, '/')) {
        size_t size = (size_t)(end - path);
        const char *equals = memchr(path, '=', size);
        if (equals != NULL && equals > path)
            QUIRE_TRY(read_pair(path, (size_t)(equals - path), size, arena,
                                &pairs->items[pairs->size++]));
        path = end + 1;
    }
    return 0;
}

bool quire_partition_path_is_hidden(const char *path)
{
    for (const char *part = path; part != NULL;) {
        const char *end = strchr(part, '/');
        size_t size = end != NULL ? (size_t)(end - part) : strlen(part);
        bool is_pair = end != NULL && memchr(part, '=', size) != NULL;
        if (size > 0 && (*part == '_' || *part == '.') && !is_pair) return true;
        part = end != NULL ? end + 1 : NULL;
    }
    return false;
}

/* --- Values -------------------------------------------------------------------------------- */

/* Tells how the folders would have to be told of. */
static int fail_folders(const char *path, const struct quire_pairs *pairs, bool wanted,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf columns = {0};
    for (size_t i = 0; i < pairs->size; i++)
        if (quire_buf_printf(&columns, "%s%s TYPE", i > 0 ? ", " : "",
                             (const char *)pairs->items[i].key.data) != 0)
            return quire_fail_memory(error, OPERATION);
    if (quire_buf_terminate(&columns) != 0) return quire_fail_memory(error, OPERATION);
    int code =
        quire_fail(error, QUIRE_USAGE, OPERATION, "the folders of \"%.200s\" are not those of %s",
                   path, wanted ? "the partition columns given" : "a table without partitions");
    if (pairs->size > 0)
        quire_error_hint(error, "partition by \"%.200s\"", (const char *)columns.data);
    return code;
}

/* The text of a value in the one form that its type has. */
static int settle_value(const struct ArrowSchema *column, const struct quire_field *field,
                        struct quire_arena *arena, struct quire_bytes *text,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray value = {.release = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_view *view = NULL;
    if (text->data == NULL || text->size == 0) {
        *text = (struct quire_bytes){NULL, 0};
        return 0;
    }
    if (!quire_utf8_is_valid(text->data, text->size)) {
        quire_fail(error, QUIRE_INPUT, OPERATION, "a folder's value is not UTF-8");
        quire_error_at(error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
        return QUIRE_INPUT;
    }
    QUIRE_TRY(quire_partition_value(column, text, &value, error));
    QUIRE_TRY(quire_view_new(field, &view, error));
    int code = quire_view_set(view, &value, error);
    if (code == 0 && quire_partition_text(view, 0, &out) != 0)
        code = quire_fail_memory(error, OPERATION);
    quire_view_free(view);
    QUIRE_TRY(code);
    *text = (struct quire_bytes){out.data, out.size};
    return quire_bytes_copy(arena, text) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_partition_folders(const char *path, const struct ArrowSchema *columns,
                            const struct quire_field *fields, struct quire_arena *arena,
                            struct quire_pairs *values, struct quire_error *error)
{
    struct quire_pairs found;
    size_t size = fields != NULL ? fields->children_size : 0;
    struct quire_pair *items = quire_arena_alloc(arena, (size + 1) * sizeof(*items));
    if (items == NULL || read_path(path, arena, &found) != 0)
        return quire_fail_memory(error, OPERATION);
    if (found.size != size) return fail_folders(path, &found, size > 0, error);
    for (size_t i = 0; i < size; i++) {
        const struct quire_field *field = &fields->children[i];
        size_t at = 0;
        while (at < size &&
               !quire_text_equal_ignore_case((const char *)found.items[at].key.data, field->name))
            at++;
        if (at == size) return fail_folders(path, &found, true, error);
        items[i] = (struct quire_pair){{(const uint8_t *)field->name, field->name_size},
                                       found.items[at].value};
        QUIRE_TRY(settle_value(columns->children[i], field, arena, &items[i].value, error));
    }
    *values = (struct quire_pairs){items, size};
    return 0;
}

/* Schemas as lines of the schema language. Metadata has no syntax there and is
 * shown in comments, that of the whole schema in a first line; the JSON form
 * (schema_json.c) keeps it. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "data/metadata.h"
#include "data/schema_text.h"
#include "quire/batch.h"

void quire_text_free(char *text)
{
    quire_free(text);
}

/* Values are shown as JSON strings, so that they stay on their line, and only as
 * long as a person would read. */
#define SHOWN_SIZE_MAX 200

static int append_shown(struct quire_buf *out, const char *text, size_t size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf shown = {0};
    size_t kept = size < SHOWN_SIZE_MAX ? size : SHOWN_SIZE_MAX;
    QUIRE_TRY(quire_utf8_repair(&shown, (const uint8_t *)text, kept));
    if (kept < size) QUIRE_TRY(quire_buf_append_text(&shown, "..."));
    return quire_json_append_string(out, (const char *)shown.data, shown.size, false);
}

/* before: what comes before the first pair. */
static int append_comment(struct quire_buf *out, const struct quire_field *field,
                          const char *before)
{
    struct quire_metadata_pair pair = {.next = field->metadata};
    while (quire_metadata_next(&pair)) {
        if (quire_metadata_is_extension(field, &pair)) continue;
        QUIRE_TRY(quire_buf_append_text(out, before));
        QUIRE_TRY(append_shown(out, pair.key, pair.key_size));
        QUIRE_TRY(quire_buf_append_text(out, " = "));
        QUIRE_TRY(append_shown(out, pair.value, pair.value_size));
        before = ", ";
    }
    return 0;
}

static int append_line(struct quire_buf *out, const struct quire_field *field)
{
    QUIRE_TRY(quire_schema_append_name(out, field->name, field->name_size));
    QUIRE_TRY(quire_buf_push(out, ' '));
    QUIRE_TRY(quire_field_type_text(field, out));
    if (!field->nullable) QUIRE_TRY(quire_buf_append_text(out, " not null"));
    QUIRE_TRY(append_comment(out, field, " # "));
    return quire_buf_push(out, '\n');
}

static int append_lines(struct quire_buf *out, const struct quire_field *root)
{
    QUIRE_TRY(append_comment(out, root, "# "));
    if (out->size > 0) QUIRE_TRY(quire_buf_push(out, '\n'));
    for (size_t i = 0; i < root->children_size; i++)
        QUIRE_TRY(append_line(out, &root->children[i]));
    return quire_buf_terminate(out);
}

int quire_schema_print(const struct ArrowSchema *schema, char **text, struct quire_error *error)
{
    struct quire_field *root = NULL;
    QUIRE_TRY(quire_field_open(schema, &root, error));
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    int code = 0;
    if (root->kind != QUIRE_KIND_STRUCT)
        code = quire_fail(error, QUIRE_USAGE, "print schema", "the schema is not of a table");
    else if (append_lines(&out, root) != 0)
        code = quire_fail_memory(error, "print schema");
    quire_field_close(root);
    if (code == 0) *text = (char *)QUIRE_STEAL(out.data);
    return code;
}

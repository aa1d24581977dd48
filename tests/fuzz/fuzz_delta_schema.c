/* Schemas of tables: any text is one, or an error. One that is read and written is the same when it
 * is read again, and so are the columns that Arrow has of it. */
#include "base/cleanup.h"
#include "fuzz.h"
#include "table/schema/delta_schema.h"
#include "table/schema/delta_type.h"

struct written {
    struct quire_arena arena;
    struct quire_buf text;
    struct quire_delta_type *root;
};

static void release(struct written *written)
{
    quire_buf_release(&written->text);
    quire_arena_release(&written->arena);
}

/* Reads, and writes what was read. */
static int pass_on(const uint8_t *data, size_t size, struct written *written)
{
    const struct quire_bytes text = {data, size};
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_delta_type_read(&text, &written->arena, &written->root, &error);
    if (code != 0) {
        fuzz_check_error(code, &error);
        return code;
    }
    return quire_delta_type_write(written->root, &written->text);
}

static void check_columns(const struct written *written, enum quire_delta_names names)
{
    static uint8_t columns[] = "columnMapping";
    static struct quire_bytes feature = {columns, sizeof(columns) - 1};
    static struct quire_pair mode = {
        {(const uint8_t *)QUIRE_DELTA_MAPPING_MODE, sizeof(QUIRE_DELTA_MAPPING_MODE) - 1},
        {(const uint8_t *)"name", 4}};
    const struct quire_protocol protocol = {
        .reader = 3, .writer = 7, .reader_features = {&feature, 1}};
    const struct quire_metadata_action metadata = {
        .schema = {written->text.data, written->text.size}, .configuration = {&mode, 1}};
    struct ArrowSchema schema = {.release = NULL};
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_delta_schema(&metadata, &protocol, names, &schema, &error);
    if (code != 0)
        fuzz_check_error(code, &error);
    else
        FUZZ_CHECK(schema.n_children == (int64_t)written->root->fields_size, "%lld columns of %zu",
                   (long long)schema.n_children, written->root->fields_size);
    quire_schema_release(&schema);
}

void fuzz_delta_schema(const uint8_t *data, size_t size)
{
    QUIRE_CLEANUP(release) struct written first = {.root = NULL};
    QUIRE_CLEANUP(release) struct written second = {.root = NULL};
    if (pass_on(data, size, &first) != 0) return;
    int code = pass_on(first.text.data, first.text.size, &second);
    FUZZ_CHECK(code == 0, "what was written is not read: %d", code);
    FUZZ_CHECK(first.text.size == second.text.size &&
                   memcmp(first.text.data, second.text.data, first.text.size) == 0,
               "written twice it differs: %zu, %zu bytes", first.text.size, second.text.size);
    check_columns(&first, QUIRE_DELTA_LOGICAL);
    check_columns(&first, QUIRE_DELTA_PHYSICAL);
}

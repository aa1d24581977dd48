/* The beginning of an input: its layout and the types of its columns, from the schema given
 * or from a sample. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_direct.h"
#include "format/ion/ion_sample.h"
#include "format/text/wanted.h"
#include "quire/batch.h"

static const char operation[] = "read ion";

/* The column that takes annotations must be a list of strings. */
static int find_annotations(struct quire_ion_decoding *decoding, const int64_t *column_of,
                            struct quire_error *error)
{
    const char *name = decoding->annotations_name;
    decoding->annotations = -1;
    if (name == NULL) return 0;
    int64_t index = quire_field_child(decoding->field, name, strlen(name));
    const struct quire_field *field = index >= 0 ? &decoding->field->children[index] : NULL;
    if (field == NULL || field->kind != QUIRE_KIND_LIST ||
        !quire_kind_is_string(field->children[0].kind)) {
        quire_fail(error, QUIRE_USAGE, operation,
                   "the column \"%.100s\" is to take annotations, and is no list<string>", name);
        return QUIRE_USAGE;
    }
    decoding->annotations = column_of[index];
    return 0;
}

static int finish_schema(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                         struct ArrowSchema *schema, struct quire_error *error)
{
    struct ArrowSchema inferred = {.release = NULL};
    const struct ArrowSchema *full = decoding->policy->schema;
    if (full == NULL) {
        if (decoding->annotations_name != NULL)
            QUIRE_TRY(quire_ion_infer_annotations(&sample->arena, sample->root,
                                                  decoding->annotations_name, error));
        QUIRE_TRY(quire_infer_finish(sample->root, &sample->policy, &inferred, error));
        full = &inferred;
    }
    int code = quire_field_open(full, &decoding->field, error);
    quire_schema_release(&inferred);
    QUIRE_TRY(code);
    int64_t *column_of = quire_arena_alloc(&decoding->arena, (decoding->field->children_size + 1) *
                                                                 sizeof(*column_of));
    if (column_of == NULL) return quire_fail_memory(error, operation);
    QUIRE_TRY(
        quire_text_wanted_columns(operation, decoding->policy, decoding->field, column_of, error));
    QUIRE_TRY(find_annotations(decoding, column_of, error));
    if (quire_json_shape_init(&decoding->shape, decoding->field, column_of, &decoding->arena) !=
            0 ||
        quire_ion_direct_init(&decoding->shape, decoding->field, &decoding->arena,
                              &decoding->direct) != 0)
        return quire_fail_memory(error, operation);
    return quire_text_wanted_schema(operation, decoding->field, column_of, schema, error);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are the interface's */
int quire_ion_start(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                    bool *need_more, size_t *skip, struct ArrowSchema *schema,
                    struct quire_error *error)
{
    struct quire_ion_decoding *decoding = state;
    QUIRE_CLEANUP(quire_ion_sample_release) struct quire_ion_sample sample = {.rows = 0};
    decoding->binary = quire_ion_is_binary(bytes, size);
    decoding->layout = QUIRE_ION_STREAM;
    QUIRE_TRY(quire_ion_sample_init(decoding, &sample, error));
    QUIRE_TRY(quire_ion_sample_take(decoding, &sample, bytes, size, at_end, error));
    *need_more = !at_end && !enough && sample.rows < sample.rows_max;
    if (*need_more) return 0;
    if (!at_end && sample.rows == 0) return quire_text_fail_sample(operation, size, error);
    decoding->sampled = decoding->policy->schema == NULL ? sample.reader.at - bytes : -1;
    decoding->scanner.binary = decoding->binary;
    *skip = 0;
    if (decoding->layout == QUIRE_ION_ITEMS) {
        /* What precedes the list is system values, the list's own header left out. */
        const struct quire_ion_symbols *symbols = sample.reader.symbols;
        if (symbols != &quire_ion_system)
            QUIRE_TRY(quire_ion_scan_tables(decoding, bytes, (size_t)decoding->items_at, 0, error));
        *skip = (size_t)decoding->items_at;
    }
    decoding->cut = (int64_t)*skip;
    return finish_schema(decoding, &sample, schema, error);
}

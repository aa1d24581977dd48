/* Opening an input: to read its records, or to survey them. */
#include "base/fail.h"
#include "format/ion/ion_decode.h"
#include "format/ion/ion_unicode.h"
#include "quire/batch.h"

static const char operation[] = "read ion";

void quire_ion_decoding_free(void *state)
{
    struct quire_ion_decoding *decoding = state;
    quire_field_close(decoding->field);
    quire_ion_places_release(decoding);
    quire_ion_reader_release(&decoding->scanner);
    quire_ion_catalog_release(&decoding->catalog);
    quire_arena_release(&decoding->arena);
    quire_in_close(decoding->unicode);
    quire_free(decoding->annotations_name);
    quire_free(decoding);
}

static int prepare(struct quire_ion_decoding *decoding, struct quire_in *in,
                   const struct quire_ion_decoder_options *options, struct quire_error *error)
{
    decoding->options = *options;
    decoding->options.catalog = decoding->options.annotations = NULL; /* the caller's */
    if (options->annotations != NULL) {
        decoding->annotations_name = quire_strdup(options->annotations);
        if (decoding->annotations_name == NULL) return quire_fail_memory(error, operation);
    }
    QUIRE_TRY(quire_ion_catalog_load(&decoding->catalog, options->catalog, error));
    QUIRE_TRY(quire_ion_reader_init(&decoding->scanner, false, &decoding->catalog, error));
    return quire_ion_unicode_in_open(in, &decoding->unicode, error);
}

/* NULL when memory is out; also a failed opening leaves what is to be freed. */
static struct quire_ion_decoding *decoding_new(const struct quire_record_policy *policy)
{
    struct quire_ion_decoding *decoding = quire_alloc_zero(1, sizeof(*decoding));
    if (decoding == NULL) return NULL;
    decoding->policy = policy;
    decoding->on_bad = policy->on_bad;
    decoding->extra = policy->extra;
    decoding->any_case = policy->any_case;
    decoding->missing = policy->missing;
    return decoding;
}

int quire_ion_decoder_open(struct quire_in *in, const void *options,
                           const struct quire_record_policy *policy, struct quire_context *context,
                           struct ArrowArrayStream *stream, struct quire_error *error)
{
    struct quire_ion_decoding *decoding = decoding_new(policy);
    if (decoding == NULL) return quire_fail_memory(error, operation);
    int code = prepare(decoding, in, options, error);
    if (code == 0)
        code = quire_text_decoder_open(operation, &quire_ion_reading, decoding, decoding->unicode,
                                       policy, context, stream, error);
    if (code != 0)
        quire_ion_decoding_free(decoding);
    else
        decoding->policy = NULL;
    return code;
}

/* The column that takes the records' annotations comes last. */
static int survey_annotations(struct quire_survey *survey, const char *name,
                              struct quire_error *error)
{
    struct quire_arena arena = {0};
    struct quire_infer_node *root;
    int code = quire_survey_part(survey, &arena, &root, error);
    if (code == 0) code = quire_ion_infer_annotations(&arena, root, name, error);
    if (code == 0) code = quire_survey_add(survey, root, error);
    quire_arena_release(&arena);
    return code;
}

/* The records are parsed like any, into no columns. */
static int survey_records(struct quire_in *in, const struct quire_ion_decoder_options *options,
                          const struct quire_record_policy *policy, struct quire_context *context,
                          struct quire_survey *survey, struct quire_error *error)
{
    struct quire_ion_decoder_options unnamed = *options;
    unnamed.annotations = NULL;
    struct quire_ion_decoding *decoding = decoding_new(policy);
    if (decoding == NULL) return quire_fail_memory(error, operation);
    int code = prepare(decoding, in, &unnamed, error);
    if (code != 0) {
        quire_ion_decoding_free(decoding);
        return code;
    }
    decoding->survey = survey;
    return quire_text_survey(operation, &quire_ion_reading, decoding, decoding->unicode, policy,
                             context, error);
}

int quire_ion_survey(struct quire_in *in, const void *options,
                     const struct quire_record_policy *policy, struct quire_context *context,
                     struct quire_survey *survey, struct quire_error *error)
{
    const struct quire_ion_decoder_options *given = options;
    struct ArrowSchema nothing = {.release = NULL};
    struct quire_record_policy records = *policy;
    QUIRE_TRY(quire_schema_parse("", 0, &nothing, error));
    records.schema = &nothing;
    int code = survey_records(in, given, &records, context, survey, error);
    quire_schema_release(&nothing);
    if (code != 0 || given->annotations == NULL) return code;
    return survey_annotations(survey, given->annotations, error);
}

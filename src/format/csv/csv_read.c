/* Opening a CSV file for reading. */
#include "format/csv/csv_names.h"

#include "base/fail.h"

void quire_csv_reader_free(void *state)
{
    struct quire_csv_reader *reader = state;
    if (reader == NULL) return;
    quire_free(reader->null_text);
    quire_free(reader->sources);
    quire_csv_names_release(reader->header);
    quire_free(reader->header);
    quire_free(reader);
}

int quire_csv_reader_new(const struct quire_csv_read_options *options,
                         const struct quire_record_policy *policy, struct quire_csv_reader **result,
                         struct quire_error *error)
{
    QUIRE_TRY(quire_csv_check_read(options, error));
    struct quire_csv_reader *reader = quire_alloc_zero(1, sizeof(*reader));
    if (reader == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    reader->null_text = quire_strdup(options->null_text != NULL ? options->null_text : "");
    if (reader->null_text == NULL) {
        quire_csv_reader_free(reader);
        return quire_fail_memory(error, QUIRE_CSV_READ);
    }
    reader->null_size = strlen(reader->null_text);
    reader->options = *options;
    reader->options.null_text = NULL; /* the caller's */
    reader->marks = (struct quire_csv_marks){
        .delimiter = (uint8_t)options->delimiter,
        .quote = options->quote,
        /* Quotes are always doubled, so that a quote as escape says nothing more. */
        .escape = options->escape == options->quote ? -1 : options->escape,
        .comment = options->comment,
    };
    reader->policy = *policy;
    reader->style.binary_hex = options->binary == 1;
    reader->json = (struct quire_json_read){
        .extra = policy->extra,
        .missing = policy->missing,
        .any_case = policy->any_case,
        .replace_utf8 = options->invalid_utf8 == QUIRE_CSV_UTF8_REPLACE,
        .binary_hex = options->binary == 1,
    };
    *result = reader;
    return 0;
}

int quire_csv_decoder_open(struct quire_in *in, const void *options,
                           const struct quire_record_policy *policy, struct quire_context *context,
                           struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_text_decoding decoding = {
        .start = quire_csv_start,
        .split = quire_csv_split,
        .parse = quire_csv_parse,
        .scratch_free = quire_csv_scratch_free,
        .free = quire_csv_reader_free,
    };
    struct quire_csv_reader *reader = NULL;
    QUIRE_TRY(quire_csv_reader_new(options, policy, &reader, error));
    int code = quire_text_decoder_open(QUIRE_CSV_READ, &decoding, reader, in, policy, context,
                                       stream, error);
    if (code != 0) quire_csv_reader_free(reader);
    return code;
}

int quire_csv_survey(struct quire_in *in, const void *options,
                     const struct quire_record_policy *policy, struct quire_context *context,
                     struct quire_survey *survey, struct quire_error *error)
{
    static const struct quire_text_decoding decoding = {
        .start = quire_csv_start,
        .split = quire_csv_split,
        .parse = quire_csv_survey_parse,
        .join = quire_csv_survey_join,
        .scratch_free = quire_csv_survey_scratch_free,
        .free = quire_csv_reader_free,
    };
    struct quire_csv_reader *reader = NULL;
    QUIRE_TRY(quire_csv_reader_new(options, policy, &reader, error));
    reader->survey = survey;
    reader->header = quire_alloc_zero(1, sizeof(*reader->header));
    if (reader->header == NULL) {
        quire_csv_reader_free(reader);
        return quire_fail_memory(error, QUIRE_CSV_READ);
    }
    survey->policy.text_fallback = true;
    return quire_text_survey(QUIRE_CSV_READ, &decoding, reader, in, policy, context, error);
}

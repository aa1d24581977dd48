/* The options of the two Ion formats, which have the same structs. */
#ifndef QUIRE_FORMAT_ION_OPTIONS_H
#define QUIRE_FORMAT_ION_OPTIONS_H

#include "quire/format.h"

enum quire_ion_nulls { QUIRE_ION_NULLS_TYPED, QUIRE_ION_NULLS_PLAIN, QUIRE_ION_NULLS_OMIT };
enum quire_ion_utf8 { QUIRE_ION_UTF8_ERROR, QUIRE_ION_UTF8_REPLACE };
enum quire_ion_uuid { QUIRE_ION_UUID_STRING, QUIRE_ION_UUID_BLOB };

struct quire_ion_encoder_options {
    bool pretty;
    int32_t nulls;        /* enum quire_ion_nulls */
    int32_t uuids;        /* enum quire_ion_uuid */
    int32_t invalid_utf8; /* enum quire_ion_utf8 */
};

enum quire_ion_repeated {
    QUIRE_ION_REPEATED_ERROR,
    QUIRE_ION_REPEATED_LAST,
    QUIRE_ION_REPEATED_FIRST
};

struct quire_ion_decoder_options {
    char *catalog;
    char *annotations; /* the field that takes them; NULL: they are left out */
    int32_t repeated;  /* enum quire_ion_repeated */
};

/* The format tables' functions. */
int quire_ion_survey(struct quire_in *in, const void *options,
                     const struct quire_record_policy *policy, struct quire_context *context,
                     struct quire_survey *survey, struct quire_error *error);
int quire_ion_copy(struct quire_in *in, const void *options, const struct quire_format *target,
                   const void *target_options, struct quire_copy_part *part,
                   struct quire_context *context, struct quire_out *out, struct quire_error *error);
int quire_ion_append_check(const uint8_t *bytes, size_t size, struct quire_error *error);
int quire_ion_text_append_check(const uint8_t *bytes, size_t size, struct quire_error *error);
/* As quire_ion_copy, of JSON, which is Ion text. */
int quire_json_copy(struct quire_in *in, const void *options, const struct quire_format *target,
                    const void *target_options, struct quire_copy_part *part,
                    struct quire_context *context, struct quire_out *out,
                    struct quire_error *error);
int quire_json_lines_copy(struct quire_in *in, const void *options,
                          const struct quire_format *target, const void *target_options,
                          struct quire_copy_part *part, struct quire_context *context,
                          struct quire_out *out, struct quire_error *error);

#endif

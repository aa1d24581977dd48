/* File formats: an encoder from batches to bytes and a decoder from bytes to
 * batches. Neither knows what a store is. A format of an application's own has
 * the same table as the library's and is registered at run time
 * (docs/EXTENDING.md). */
#ifndef QUIRE_FORMAT_H
#define QUIRE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/arrow.h"
#include "quire/context.h"
#include "quire/error.h"
#include "quire/option.h"
#include "quire/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a written file holds, as far as its format knows. Columns are the leaves of the
 * schema in its order, depth first. */
struct quire_column_stats {
    int64_t nulls;         /* -1: not known */
    int64_t nans;          /* which are never a minimum or maximum; -1: not known */
    const void *min, *max; /* in Arrow's layout of the type; NULL: not known */
    size_t min_size, max_size;
    bool min_exact, max_exact;
};
struct quire_file_stats {
    int64_t rows;
    int64_t bytes;                      /* encoded, before compression by a codec around the file */
    size_t columns_size;                /* 0: the format keeps none */
    struct quire_column_stats *columns; /* valid until the encoder is freed */
};

enum quire_mixed { QUIRE_MIXED_ERROR, QUIRE_MIXED_JSON };
enum quire_numbers { QUIRE_NUMBERS_EXACT, QUIRE_NUMBERS_FLOAT };
enum quire_on_bad { QUIRE_ON_BAD_FAIL, QUIRE_ON_BAD_NULL, QUIRE_ON_BAD_REJECT };
/* EVOLVE adds them to the schema: quire_file_read looks at all records first, and hands a
 * decoder the schema of them all with EXTRA_ERROR. A decoder itself is never given it. */
enum quire_extra { QUIRE_EXTRA_ERROR, QUIRE_EXTRA_IGNORE, QUIRE_EXTRA_EVOLVE };
enum quire_missing { QUIRE_MISSING_NULL, QUIRE_MISSING_ERROR };

/* One record that was refused under QUIRE_ON_BAD_REJECT. Valid during the call. */
struct quire_reject {
    const struct quire_error *error; /* row, column, byte, cause */
    const char *record;              /* its original text */
    size_t record_size;
};

/* What a wanted row's column must be. Comparisons are never true of null; a NaN in the
 * data is larger than all numbers. */
enum quire_compare {
    QUIRE_COMPARE_EQ,
    QUIRE_COMPARE_LT,
    QUIRE_COMPARE_LE,
    QUIRE_COMPARE_GT,
    QUIRE_COMPARE_GE,
    QUIRE_COMPARE_IS_NULL,
    QUIRE_COMPARE_NOT_NULL
};
struct quire_condition {
    const char *column; /* of no list; a field of a struct as "a.b" */
    enum quire_compare compare;
    const void *value; /* in Arrow's layout of the column's type; text and binary: the bytes */
    size_t value_size; /* QUIRE_USAGE when it is not that of a fixed-width type */
};

/* How records become rows; zero is the default of each. */
struct quire_record_policy {
    const struct ArrowSchema *schema; /* types to give; NULL: inferred. Borrowed during open */
    int64_t infer_rows;               /* sample; 0: 10,000. All rows under EXTRA_EVOLVE */
    enum quire_mixed mixed;
    enum quire_numbers numbers;
    enum quire_on_bad on_bad;
    enum quire_extra extra;
    enum quire_missing missing;
    /* A name that the schema has not is taken for the only one that it has but for case. */
    bool any_case;
    /* Columns whose sample holds nothing but nulls are inferred as null, also where
     * they would be strings: for a schema that is widened with others. */
    bool keep_null;
    /* Columns wanted, in file order whatever their order here: "a", or "a.b" for a field of a
     * struct, where the format can leave out the others (else the whole of a is given). NULL
     * with columns_given: none (rows are still counted). Borrowed during open. */
    const char *const *columns;
    size_t columns_size;
    bool columns_given;
    /* All of these must hold for a row to be wanted. A decoder may leave out rows for which
     * one does not hold, where it can tell from what the file says of them (row groups,
     * pages, bloom filters); others it still delivers. Borrowed during open. */
    const struct quire_condition *conditions;
    size_t conditions_size;
    bool conditions_any; /* one of them must hold, not all */
    /* ON_BAD_REJECT: called in record order from the thread that reads. */
    int (*reject)(void *user, const struct quire_reject *reject, struct quire_error *error);
    void *reject_user;
    /* May be NULL; must live as long as the stream. */
    struct quire_record_counts *counts;
};

struct quire_record_counts {
    int64_t rows;     /* delivered */
    int64_t nulled;   /* values made null under ON_BAD_NULL */
    int64_t rejected; /* records handed to reject */
    int64_t bytes;    /* of input consumed, after decompression */
    /* Of several inputs: the number of the one that is read, from 0, and the rows that were
     * delivered of those before it. */
    int64_t file, file_first;
};

struct quire_encoder;
struct quire_survey;

/* The values at the top that a copy takes: after the first `skip`, `most` (< 0: all) of them. */
struct quire_copy_part {
    int64_t skip, most;
    int64_t seen; /* out: values passed or taken */
};

enum quire_format_flag {
    QUIRE_FORMAT_APPEND = 1,    /* files may be concatenated under the format's append option */
    QUIRE_FORMAT_TYPED = 2,     /* files carry their schema; nothing is inferred */
    QUIRE_FORMAT_RANDOM_IN = 4, /* decoding needs read_at (not a pipe) */
    /* Files are compressed inside, by the encoder's option "compression"; no codec is put
     * around them. */
    QUIRE_FORMAT_COMPRESSES = 8,
    QUIRE_FORMAT_NO_LINES = 32 /* no line end stands between files that are concatenated */
};

struct quire_format {
    const char *name;          /* "jsonl" */
    const char *extensions;    /* ".jsonl|.ndjson"; "" when not known by name */
    const char *summary;       /* one line */
    const char *built_without; /* NULL; else the library that this build lacks */
    unsigned flags;            /* enum quire_format_flag */
    struct quire_option_table encoder_options;
    struct quire_option_table decoder_options;

    /* --- Encoder; NULL when the format is not written. Sticky: after a failure
     * every call fails. An encoder belongs to one thread at a time. */

    /* options: the struct of encoder_options, borrowed during the call, as is schema.
     * context and out must outlive the encoder. */
    int (*encoder_new)(const struct ArrowSchema *schema, const void *options,
                       struct quire_context *context, struct quire_out *out,
                       struct quire_encoder **encoder, struct quire_error *error);
    /* Takes the batch (also on failure): it is released when it has been encoded,
     * which may be later. */
    int (*encoder_write)(struct quire_encoder *encoder, struct ArrowArray *batch,
                         struct quire_error *error);
    /* All bytes have been written to out (whose own finish is the caller's). */
    int (*encoder_finish)(struct quire_encoder *encoder, struct quire_file_stats *stats,
                          struct quire_error *error);
    void (*encoder_free)(struct quire_encoder *encoder); /* NULL is fine */

    /* --- Decoder; NULL when the format is not read. */

    /* A stream of batches over in, which must outlive it, as must context. The
     * schema is known when this returns (a sample may have been read). */
    int (*decoder_open)(struct quire_in *in, const void *options,
                        const struct quire_record_policy *policy, struct quire_context *context,
                        struct ArrowArrayStream *stream, struct quire_error *error);

    /* --- What a file says of itself. options is the struct of decoder_options. */

    /* The format's own metadata as one JSON object; *json is freed with quire_free. NULL
     * where the format has none. */
    int (*describe)(struct quire_in *in, const void *options, struct quire_context *context,
                    char **json, struct quire_error *error);

    /* Looks at all records of in, and notes their fields and types in survey: the first of
     * the two passes of EXTRA_EVOLVE. The policy has no schema, which the survey knows. NULL
     * where files carry their schema; formats of an application leave it NULL. */
    int (*survey)(struct quire_in *in, const void *options,
                  const struct quire_record_policy *policy, struct quire_context *context,
                  struct quire_survey *survey, struct quire_error *error);

    /* With QUIRE_FORMAT_APPEND: may records of this format follow a file that begins so?
     * QUIRE_INPUT says why not. NULL: they may. */
    int (*append_check)(const uint8_t *bytes, size_t size, struct quire_error *error);

    /* --- Value by value; NULL where values have no form outside of columns. */

    /* Reads in and writes the values of the part as target, keeping what columns do not:
     * annotations, the order and repetition of fields, all digits of numbers. options are
     * the struct of decoder_options, target_options that of the target's
     * encoder_options. QUIRE_UNSUPPORTED when target has no such form. out NULL: nothing is
     * written, only the values are counted. */
    int (*copy)(struct quire_in *in, const void *options, const struct quire_format *target,
                const void *target_options, struct quire_copy_part *part,
                struct quire_context *context, struct quire_out *out, struct quire_error *error);
};

/* The head that every backend's encoder begins with. */
struct quire_encoder {
    const struct quire_format *format;
};

/* All formats: those of the library, then those registered. */
QUIRE_API const struct quire_format *const *quire_formats(size_t *size);

/* Adds a format; it must outlive the process's use of it. QUIRE_EXISTS when its
 * name or an extension is taken. Not thread-safe: register before use. */
QUIRE_API int quire_format_register(const struct quire_format *format, struct quire_error *error);

/* By name; QUIRE_USAGE with the nearest name in the hint. */
QUIRE_API int quire_format_find(const char *name, const struct quire_format **format,
                                struct quire_error *error);

/* By extension, looking past a codec's (".csv.gz" is csv); NULL when unknown. */
QUIRE_API const struct quire_format *quire_format_of_path(const char *path);

/* The same, with a reason: *format is NULL when the name tells nothing, and
 * QUIRE_UNSUPPORTED is returned when it tells a format that this build does not have. */
QUIRE_API int quire_format_find_path(const char *path, const struct quire_format **format,
                                     struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif

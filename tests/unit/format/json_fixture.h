/* JSON texts through the decoders and encoders, all in memory. */
#ifndef QUIRE_TESTS_JSON_FIXTURE_H
#define QUIRE_TESTS_JSON_FIXTURE_H

#include "base/random.h"
#include "data/column.h"
#include "text_fixture.h"

/* One way through: zero means the default of each. */
struct json_run {
    const char *from, *to;        /* formats by name; NULL: "jsonl" */
    const char *in_set, *out_set; /* "name=value;name=value" */
    const char *schema;           /* in the schema language */
    struct quire_record_policy policy;
    unsigned threads; /* 0: 1 */
    int64_t memory;
    size_t piece; /* bytes that a read gives at most */

    /* Results; json_run_clear frees them. */
    struct quire_buf out;     /* zero-terminated */
    struct quire_buf rejects; /* "row:byte:column:record|" each */
    struct quire_record_counts counts;
    struct quire_error error;
};

/* Decodes text and encodes what came of it. The first code that is not 0. */
int json_run(struct json_run *run, const char *text, size_t size);
void json_run_clear(struct json_run *run);

/* The whole of one batch as text, and text as one batch (asserts that it is one). */
int json_encode(struct json_run *run, const struct ArrowSchema *schema, struct ArrowArray *batch);
int json_decode(struct json_run *run, const char *text, size_t size, struct ArrowSchema *schema,
                struct ArrowArray *batch);

/* What json_run makes of text: asserts success and the output, and clears. */
void json_expect(struct json_run run, const char *text, const char *expected);
/* Asserts failure with the code and, unless negative, row and byte; the column
 * (NULL: any) and a part of the cause. */
void json_expect_error(struct json_run run, const char *text, int code, int64_t row, int64_t byte,
                       const char *column, const char *cause);

struct ArrowSchema json_schema(const char *text);
/* Appends a random value of any type, nested ones too. */
void json_random_value(struct quire_column *column, struct quire_random *random,
                       unsigned null_each);
struct ArrowArray json_random_batch(const char *schema, int64_t rows, uint64_t seed);

#endif

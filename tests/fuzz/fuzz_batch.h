/* Batches made from bytes: any type that columns can hold, any values of it. */
#ifndef QUIRE_TESTS_FUZZ_BATCH_H
#define QUIRE_TESTS_FUZZ_BATCH_H

#include "data/column.h"
#include "fuzz.h"
#include "quire/batch.h"

/* Scalar types of the schema language, then nested ones. */
extern const char *const fuzz_types[];
extern const size_t fuzz_types_size, fuzz_scalar_types_size;

struct fuzz_batch_options {
    bool finite; /* no NaN and no infinities inside nested values */
};

/* A schema of one to four columns whose types bytes choose. Released by the caller. */
void fuzz_take_schema(struct fuzz_bytes *bytes, struct ArrowSchema *schema);

/* A few rows of a schema. Released by the caller. */
void fuzz_take_batch(struct fuzz_bytes *bytes, const struct ArrowSchema *schema,
                     const struct fuzz_batch_options *options, struct ArrowArray *batch);

/* As a schema of one field of that name and type. */
void fuzz_schema_of(const char *type, struct ArrowSchema *schema);

#endif

/* Parquet files made from bytes, for the targets that read them. */
#ifndef QUIRE_TESTS_FUZZ_PARQUET_H
#define QUIRE_TESTS_FUZZ_PARQUET_H

#include "fuzz.h"
#include "memory_in.h"
#include "quire/batch.h"

/* How a file is written, and what opens it again. */
struct fuzz_parquet_style {
    const char *write, *read;
};
extern const struct fuzz_parquet_style fuzz_parquet_styles[];
extern const size_t fuzz_parquet_styles_size;

/* Makes the file of the key that styles name; to be called before any is used. */
void fuzz_parquet_keep_key(void);

/* False when the style or Parquet has no place for it. Takes the batch. */
bool fuzz_parquet_encode(const struct fuzz_parquet_style *style, const struct ArrowSchema *schema,
                         struct ArrowArray *batch, unsigned threads, struct memory_out *out);

#endif

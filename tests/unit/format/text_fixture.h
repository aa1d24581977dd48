/* What the fixtures of text formats share: how a run is set up, and what it notes. */
#ifndef QUIRE_TESTS_TEXT_FIXTURE_H
#define QUIRE_TESTS_TEXT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "memory_in.h"
#include "quire/batch.h"
#include "quire/format.h"
#include "quire/option.h"

#define TEXT_OPTIONS_BYTES 512

/* The text that a decoder reads and the way it does; zero means the default. */
struct text_reading {
    const struct quire_format *format;
    const char *set; /* "name=value", parted by separator */
    char separator;
    const char *schema; /* in the schema language; NULL: the policy's */
    const struct quire_record_policy *policy;
    struct quire_buf *rejects; /* "row:byte:column:record|" each */
    struct quire_record_counts *counts;
};

/* Opens a decoder over in. */
int text_open(const struct text_reading *reading, struct memory_in *in,
              struct quire_context *context, struct ArrowArrayStream *stream,
              struct quire_error *error);

/* The schema of a stream and its one batch (asserts that it is one, or none). */
int text_take_one(struct ArrowArrayStream *stream, struct ArrowSchema *schema,
                  struct ArrowArray *batch, struct quire_error *error);

/* Fills an options struct of at most TEXT_OPTIONS_BYTES; released with its table. */
int text_set_options(const struct quire_option_table *table, void *options, const char *set,
                     char separator, struct quire_error *error);

/* A context of one thread unless told otherwise. */
int text_context(unsigned threads, int64_t memory, struct quire_context **context,
                 struct quire_error *error);

/* Asserts the code and, unless negative, row and byte; the column (NULL: any) and a part
 * of the cause. what is shown when it fails. */
void text_expect_error(const struct quire_error *error, const char *what, int code, int64_t row,
                       int64_t byte, const char *column, const char *cause);

#endif

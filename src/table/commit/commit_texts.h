/* Private to table: parameters and metrics of commitInfo, by the names that Spark gives them. */
#ifndef QUIRE_TABLE_COMMIT_TEXTS_H
#define QUIRE_TABLE_COMMIT_TEXTS_H

#include "base/buf.h"

struct quire_parameter {
    const char *name;
    const char *text; /* NULL: left out */
    enum {
        QUIRE_PARAMETER_TEXT, /* as it stands */
        QUIRE_PARAMETER_LIST, /* the text of a JSON list that has it as its one item */
        QUIRE_PARAMETER_JSON  /* JSON */
    } form;
};

struct quire_metric {
    const char *name;
    int64_t value; /* below 0: left out */
};

/* Each makes a JSON object, zero-terminated. 0 or QUIRE_MEMORY. */
int quire_parameters_write(const struct quire_parameter *parameters, size_t size,
                           struct quire_buf *out);
int quire_metrics_write(const struct quire_metric *metrics, size_t size, struct quire_buf *out);

#endif
